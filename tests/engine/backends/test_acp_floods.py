"""AcpBackend with agents that send or ask without end: bounded, and a clear error."""

import asyncio
import tracemalloc
from collections.abc import AsyncGenerator, AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from orchtui.engine.backends.base import Assignment, BackendEvent, Started, ToolBox
from tests.engine.backends.acp_helpers import (
    NobodyAnswers,
    Rules,
    Steps,
    backend,
    failure,
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


async def cancelled_once(given: Assignment, toolbox: ToolBox, ready: Any) -> None:
    reading = asyncio.create_task(run(given, toolbox))
    await until(lambda: ready() or reading.done())
    reading.cancel()
    await reading


async def test_text_without_end(tmp_path: Path) -> None:
    steps: Steps = [{"flood": [200, 1_000_000, "agent_message_chunk"]}]
    error = await failure(scripted(tmp_path, prompt_steps(*steps)))
    assert error.kind == "command"
    assert "20 MB" in error.message


@pytest.mark.parametrize(("count", "length"), [(50, 4_000_000), (20_000, 100)])
async def test_a_flood_takes_little_memory(tmp_path: Path, count: int, length: int) -> None:
    """Thoughts are not kept, so there may be any amount; a slow reader makes the agent wait."""
    given = scripted(tmp_path, prompt_steps({"flood": [count, length, "agent_thought_chunk"]}))
    await run(scripted(tmp_path))  # what is imported and cached once is not the flood's
    tracemalloc.start()
    try:
        seen = 0
        async for _ in backend().stream(given):
            seen += 1
            if seen % 64 == 0:
                await asyncio.sleep(0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert seen == count + 2
    assert peak < 60 * 2**20


async def test_an_agent_waits_for_a_reader_that_does_not_read(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    steps: Steps = [
        {"flood": [1, 10, "agent_thought_chunk"]},
        {"flood": [40, 1_000_000, "agent_thought_chunk"]},
        {"write": [str(mark), "through"]},
    ]
    stream = cast(
        AsyncGenerator[BackendEvent, None],
        backend().stream(scripted(tmp_path, prompt_steps(*steps))),
    )
    assert isinstance(await anext(stream), Started)
    for _ in range(200):  # the loop runs, and takes in what it may
        await asyncio.sleep(0.001)
    assert not mark.exists()
    rest = [event async for event in stream]
    assert len(rest) == 42
    assert mark.exists()


async def test_one_endless_line(tmp_path: Path) -> None:
    error = await failure(scripted(tmp_path, prompt_steps({"endless_line": 40})))
    assert error.kind == "command"
    assert "more than 16 MiB" in error.message


async def test_more_calls_than_are_remembered(tmp_path: Path) -> None:
    events = await run(scripted(tmp_path, prompt_steps({"many_calls": 3000})))
    assert len(events) == 2 + 2 * 3000


# It asks too much


ASK = {
    "toolCall": {"toolCallId": "c1", "kind": "execute", "title": "rm"},
    "options": [{"optionId": "y", "name": "Y", "kind": "allow_once"}],
}


async def test_an_agent_that_asks_for_ever_is_given_up(tmp_path: Path) -> None:
    rules = Rules(lambda wish: False)
    given = scripted(tmp_path, prompt_steps({"ask_forever": ASK}))
    error = await failure(given, rules)
    assert error.kind == "tool"
    assert "100 times" in error.message
    assert len(rules.wishes) == 100


async def test_many_questions_at_once_are_asked_a_few_at_a_time(tmp_path: Path) -> None:
    nobody = NobodyAnswers()
    given = scripted(tmp_path, prompt_steps({"ask_at_once": [5000, ASK]}))
    async with asyncio.timeout(20):
        with pytest.raises(asyncio.CancelledError):
            await cancelled_once(given, nobody, lambda: len(nobody.wishes) >= 16)
    assert len(nobody.wishes) == 16
