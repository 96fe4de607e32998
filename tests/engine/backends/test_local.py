"""The local backend: its process from start to end, with a stand-in for the model."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.base import Alive, Finished, Started, Text
from orchtui.engine.backends.local import LocalBackend
from orchtui.engine.errors import BackendError
from tests.engine.backends.local_helpers import (
    DOUBLE,
    SLEEPER,
    ask,
    assignment,
    begins,
    ends,
    ends_with_the_app,
    failure,
    holding,
    lives,
)
from tests.engine.backends.tool_double import ScriptedTools

ROOT = Path(__file__).parents[3]

Make = Callable[..., LocalBackend]


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child finds the tests and the source tree, wherever pytest was started."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}{os.pathsep}{ROOT / 'src'}", prepend=os.pathsep)


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[Make]:
    """Makes backends with a model file and the stand-in; closes them."""
    weights = tmp_path / "Tiny-1M.Q4_0.gguf"
    weights.write_bytes(b"GGUF")
    made: list[LocalBackend] = []

    def make(arguments: Sequence[str] = DOUBLE, **options: Any) -> LocalBackend:
        made.append(LocalBackend(weights, arguments=arguments, **options))
        return made[-1]

    yield make
    for backend in made:
        await backend.close()


async def settings_of(backend: LocalBackend) -> dict[str, Any]:
    """What the stand-in was told, and its process id."""
    texts = [event.text for event in await ask(backend) if isinstance(event, Text)]
    told: dict[str, Any] = json.loads("".join(texts))
    return told


# Starting


async def test_the_first_task_starts_it_and_all_share_it(local: Make) -> None:
    backend = local()
    told = await asyncio.gather(*(settings_of(backend) for _ in range(5)))
    assert len({one["pid"] for one in told}) == 1


async def test_its_events_name_the_local_model(local: Make, tmp_path: Path) -> None:
    backend = local()
    events = await ask(backend)
    assert backend.model == "Tiny-1M (local)"
    assert [event for event in events if isinstance(event, Started)] == [Started("Tiny-1M (local)")]
    assert events[-1] == Finished("end_turn")
    told = await settings_of(backend)
    assert told["asked"] == told["name"] == "Tiny-1M (local)"
    assert told["model"] == str(tmp_path / "Tiny-1M.Q4_0.gguf")


async def test_it_is_too_small_for_tools(local: Make) -> None:
    tools = ScriptedTools(Read="x")
    work = assignment("Hello", system="s", effort="high", web=("web_search",), schema={})
    events = [event async for event in local().stream(work, tools)]
    told = json.loads("".join(event.text for event in events if isinstance(event, Text)))
    assert told["fields"] == ["max_tokens", "messages", "model", "stream", "system"]
    assert tools.calls == []


async def test_the_key_is_random_and_in_no_argument_or_environment(local: Make) -> None:
    one, other = [await settings_of(local()) for _ in range(2)]
    assert one["key"] != other["key"]
    assert len(one["key"]) >= 32
    assert one["key"] not in " ".join(one["seen_by_all"])


@pytest.mark.parametrize(
    ("options", "slots", "context"),
    [
        ({}, 4, 8192),
        ({"slots": 8}, 4, 8192),
        ({"slots": 2}, 2, 8192),
        ({"slots": 8, "context": 16384}, 8, 16384),
        ({"context": 4100}, 2, 4100),
        ({"context": 1000}, 1, 1000),
    ],
)
async def test_every_slot_has_room(
    local: Make, options: dict[str, int], slots: int, context: int
) -> None:
    backend = local(**options)
    assert backend.slots == slots
    told = await settings_of(backend)
    assert (told["slots"], told["context"]) == (slots, context)


async def test_a_core_is_left_for_the_app(local: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, threads in ((1, 1), (2, 1), (8, 7)):
        monkeypatch.setattr("orchtui.engine.backends.local._cores", lambda n=cores: n)
        assert (await settings_of(local()))["threads"] == threads
    assert (await settings_of(local(threads=3)))["threads"] == 3


async def test_signs_of_life_while_it_starts(local: Make) -> None:
    events = await ask(local((*DOUBLE, "slow")))
    begun = next(i for i, event in enumerate(events) if isinstance(event, Started))
    assert begun >= 1
    assert set(events[:begun]) == {Alive()}


# Not starting


async def test_it_does_not_start_and_says_why(local: Make) -> None:
    error = await failure(local((*DOUBLE, "refuse")))
    assert (error.kind, error.retryable) == ("server", False)
    assert error.message == (
        "the local model did not start: its process ended with exit code 1; its last words:\n"
        "loading the model\nthis file can not be loaded"
    )


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("import os; os.kill(os.getpid(), 9)", "ended by SIGKILL; it said nothing about why"),
        ("pass", "ended with exit code 0; it said nothing about why"),
        ("print('Welcome!', flush=True); input()", "its process ended with exit code"),
    ],
)
async def test_other_ways_of_not_starting(local: Make, program: str, message: str) -> None:
    error = await failure(local((sys.executable, "-c", program)))
    assert (error.kind, error.retryable) == ("server", False)
    assert message in error.message


async def test_the_program_is_not_there(local: Make, tmp_path: Path) -> None:
    error = await failure(local((str(tmp_path / "nothing"),)))
    assert (error.kind, error.retryable) == ("server", False)
    assert "can not start" in error.message


async def test_the_weights_are_not_there(tmp_path: Path) -> None:
    backend = LocalBackend(tmp_path / "missing.gguf", arguments=DOUBLE)
    error = await failure(backend)
    assert (error.kind, error.retryable) == ("server", False)
    assert "missing.gguf does not exist" in error.message
    assert backend.model is None


async def test_it_is_not_ready_in_time(local: Make, tmp_path: Path) -> None:
    error = await failure(local(holding(tmp_path / "lock", SLEEPER), start_timeout=0.5))
    assert (error.kind, error.retryable) == ("server", True)
    assert "within 0.5 s" in error.message
    assert not lives(tmp_path / "lock")


async def test_a_lot_of_last_words_are_cut(local: Make) -> None:
    chatter = "import sys; [sys.stderr.write(f'line {n}\\n') for n in range(100_000)]; sys.exit(2)"
    error = await failure(local((sys.executable, "-c", chatter)))
    assert error.message.endswith("line 99998\nline 99999")
    assert len(error.message) < 1000


async def test_a_failed_start_is_tried_again_by_the_next_attempt(
    local: Make, tmp_path: Path
) -> None:
    sign = tmp_path / "second time"
    program = (
        f"import pathlib, sys; sign = pathlib.Path({str(sign)!r})\n"
        "if not sign.exists(): sign.touch(); sys.exit('not yet')\n"
        "import runpy; sys.argv = ['double']\n"
        "runpy.run_module('tests.engine.backends.local_double', run_name='__main__')"
    )
    backend = local((sys.executable, "-c", program))
    assert "not yet" in (await failure(backend)).message
    assert (await ask(backend))[-1] == Finished("end_turn")


# Trouble while it runs


async def test_it_dies_in_the_middle_and_the_next_attempt_starts_a_new_one(local: Make) -> None:
    backend = local()
    before = await settings_of(backend)
    errors = await asyncio.gather(failure(backend, "die"), failure(backend, "wait"))
    for error in errors:
        assert (error.kind, error.retryable) == ("server", True)
        assert error.message == (
            "the local model stopped in the middle: its process ended with exit code 7; "
            "its last words:\nout of memory"
        )
    after = await asyncio.gather(*(settings_of(backend) for _ in range(2)))
    assert after[0]["pid"] == after[1]["pid"] != before["pid"]


async def test_it_is_killed_between_two_tasks(local: Make, tmp_path: Path) -> None:
    backend = local(holding(tmp_path / "lock", DOUBLE))
    before = await settings_of(backend)
    os.kill(before["pid"], signal.SIGKILL)
    assert await ends(tmp_path / "lock")
    try:
        after = await settings_of(backend)
    except BackendError as error:  # asked before the loop knew of the end
        assert error.retryable
        after = await settings_of(backend)
    assert after["pid"] != before["pid"]


async def test_a_prompt_that_does_not_fit(local: Make) -> None:
    error = await failure(local(), "much too long")
    assert (error.kind, error.retryable) == ("bad_request", False)
    assert "too long for the local model" in error.message
    assert "5031 tokens" in error.message
    assert "2048" in error.message
    assert "127.0.0.1" not in error.message


# Ending


async def test_close_ends_it(local: Make, tmp_path: Path) -> None:
    backend = local(holding(tmp_path / "lock", DOUBLE))
    await ask(backend)
    assert lives(tmp_path / "lock")
    await backend.close()
    assert not lives(tmp_path / "lock")
    await backend.close()


async def test_close_before_any_task(local: Make) -> None:
    await local().close()


async def test_close_while_it_answers(local: Make, tmp_path: Path) -> None:
    backend = local(holding(tmp_path / "lock", DOUBLE))
    async with aclosing(backend.stream(assignment("wait"))) as events:  # type: ignore[type-var]
        async for event in events:
            if isinstance(event, Text):
                await backend.close()
                break
    assert not lives(tmp_path / "lock")


async def test_close_while_it_starts(local: Make, tmp_path: Path) -> None:
    backend = local(holding(tmp_path / "lock", SLEEPER))
    waiting = asyncio.create_task(failure(backend))
    assert await begins(tmp_path / "lock")
    await backend.close()
    assert (await waiting).kind == "connection"
    assert not lives(tmp_path / "lock")


async def test_who_is_cancelled_while_it_starts_does_not_end_it_for_others(local: Make) -> None:
    backend = local((*DOUBLE, "slow"))
    impatient = asyncio.create_task(ask(backend))
    patient = asyncio.create_task(ask(backend))
    await asyncio.sleep(0.1)
    impatient.cancel()
    assert (await patient)[-1] == Finished("end_turn")
    assert impatient.cancelled()


async def test_it_ends_when_the_app_is_killed(tmp_path: Path) -> None:
    weights = tmp_path / "tiny.gguf"
    weights.write_bytes(b"GGUF")
    assert await ends_with_the_app(weights, tmp_path / "lock", DOUBLE)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a parent-death signal")
async def test_it_ends_at_once_when_the_app_is_killed_while_it_starts(tmp_path: Path) -> None:
    weights = tmp_path / "tiny.gguf"
    weights.write_bytes(b"GGUF")
    sign = tmp_path / "deaf now"
    arguments = (*DOUBLE, "deaf", str(sign))
    assert await ends_with_the_app(weights, tmp_path / "lock", arguments, sign)
