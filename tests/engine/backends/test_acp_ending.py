"""AcpBackend ends its agents, however stubborn they are, and leaves nothing behind."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from orchtui.engine.backends.base import BackendEvent, Text
from orchtui.engine.errors import BackendError
from tests.engine.backends.acp_helpers import (
    NobodyAnswers,
    Script,
    Steps,
    backend,
    gone,
    nothing_leaks,
    prompt_steps,
    run,
    scripted,
    until,
)


@pytest.fixture(autouse=True)
async def no_leaks(caplog: pytest.LogCaptureFixture) -> AsyncIterator[None]:
    """Nothing stays, and the library prints nothing: the screen is not its to write on."""
    async with nothing_leaks():
        yield
    assert [record.message for record in caplog.records if record.name != "asyncio"] == []


NEVER: dict[str, Any] = {"sleep": 600}
WAITS: Script = {"session/prompt": [{"tell": "at work"}, NEVER]}
ASK = {
    "toolCall": {"toolCallId": "c1", "kind": "execute", "title": "rm"},
    "options": [{"optionId": "y", "name": "Y", "kind": "allow_once"}],
}


@pytest.mark.parametrize("deaf", [False, True])
@pytest.mark.parametrize("way", ["cancel", "close", "aclose"])
async def test_nothing_of_it_stays(tmp_path: Path, deaf: bool, way: str) -> None:
    """Neither the agent nor a grandchild that ignores SIGTERM, however the work is ended."""
    numbers = tmp_path / "numbers"
    steps: Steps = [
        *([{"deaf": True}] if deaf else []),
        {"numbers": str(numbers)},
        {"tell": "x"},
        NEVER,
    ]
    made = backend()
    stream = cast(
        AsyncGenerator[BackendEvent, None],
        made.stream(scripted(tmp_path, {"session/prompt": steps})),
    )
    while await anext(stream) != Text("x"):
        pass
    pids = [int(number) for number in numbers.read_text().split()]
    assert len(pids) == 2
    if way == "cancel":
        reading = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
    elif way == "close":
        await made.close()
        with pytest.raises(BackendError):
            await anext(stream)
    else:
        await stream.aclose()
    await until(lambda: all(gone(pid) for pid in pids))


async def test_nothing_stays_after_a_turn_that_went_well(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers"
    await run(scripted(tmp_path, prompt_steps({"deaf": True}, {"numbers": str(numbers)})))
    pids = [int(number) for number in numbers.read_text().split()]
    await until(lambda: all(gone(pid) for pid in pids))


async def test_a_cancelled_agent_is_told_first(tmp_path: Path) -> None:
    """It can end its turn by itself: it hears session/cancel before any signal."""
    mark = tmp_path / "mark"
    steps: Steps = [
        {"tell": "at work"},
        {"until": "session/cancel"},
        {"write": [str(mark), "heard"]},
        {"answer": {"stopReason": "cancelled"}},
    ]
    given = scripted(tmp_path, {"session/prompt": steps})
    stream = cast(AsyncGenerator[BackendEvent, None], backend(farewell=20).stream(given))
    while await anext(stream) != Text("at work"):
        pass
    await stream.aclose()
    assert mark.read_text() == "heard"


async def test_a_question_that_is_open_is_taken_back(tmp_path: Path) -> None:
    """The agent hears that it was cancelled, so that it can end its turn."""
    mark = tmp_path / "mark"
    nobody = NobodyAnswers()
    steps: Steps = [{"ask": ASK}, {"write": [str(mark), "answered"]}]
    given = scripted(tmp_path, prompt_steps(*steps))
    reading = asyncio.create_task(consume(backend(farewell=20).stream(given, nobody)))
    await until(lambda: bool(nobody.wishes))
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert mark.read_text() == "answered"


async def consume(stream: Any) -> None:
    async for _ in stream:
        pass


async def test_cancelled_while_it_starts(tmp_path: Path) -> None:
    """At every turn of the loop until the agent works."""
    for turns in range(0, 40, 3):
        reading = asyncio.create_task(run(scripted(tmp_path, WAITS)))
        for _ in range(turns):
            await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
