"""RehearsalBackend: what it streams, what directs it, and that it always says what it is."""

import asyncio
import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.backends.base import (
    Assignment,
    BackendEvent,
    Finished,
    Started,
    Text,
    UsageReported,
)
from orchtui.engine.backends.rehearsal import NOTICE, Act, RehearsalBackend
from orchtui.engine.errors import BackendError

PROMPT = "Research Python async/await from academic papers and PEPs."


def assignment(
    prompt: str = PROMPT, *, task: str = "academic", attempt: int = 1, max_tokens: int = 8000
) -> Assignment:
    return Assignment(
        task=task,
        attempt=attempt,
        specialist="researcher",
        prompt=prompt,
        max_tokens=max_tokens,
        folder="/",
    )


def quick(**options: object) -> RehearsalBackend:
    return RehearsalBackend(**{"pace": 0.0, **options})  # type: ignore[arg-type]


async def run(
    wanted: Assignment, backend: RehearsalBackend | None = None
) -> tuple[list[BackendEvent], BackendError | None]:
    events: list[BackendEvent] = []
    try:
        async for event in (backend or quick()).stream(wanted):
            events.append(event)  # noqa: PERF401 - what came before the error counts
    except BackendError as error:
        return events, error
    return events, None


def text_of(events: list[BackendEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Text))


def filler_words(events: list[BackendEvent]) -> int:
    return len(text_of(events).removeprefix(NOTICE).split())


async def test_an_ordinary_answer() -> None:
    events, error = await run(assignment())
    assert error is None
    assert events[0] == Started("rehearsal")
    assert events[-1] == Finished("end_turn")
    text = text_of(events)
    assert text.startswith(f"{NOTICE}\n\n# Rehearsal of research python async await\n\n## On ")
    assert "\n\n- " in text
    assert filler_words(events) == 120
    assert "papers" in text
    assert sum(isinstance(event, Text) for event in events) == 41
    reported = [event.usage for event in events if isinstance(event, UsageReported)]
    assert [usage.input for usage in reported] == [11, 11]
    assert reported[0].output == 0
    assert reported[-1].output > 150


async def test_the_same_task_and_prompt_give_the_same_text_in_every_process() -> None:
    code = (
        "import asyncio\n"
        "from tests.engine.backends.test_rehearsal import assignment, run, text_of\n"
        "print(text_of(asyncio.run(run(assignment()))[0]), end='')"
    )
    here = text_of((await run(assignment()))[0])
    assert text_of((await run(assignment(attempt=2)))[0]) == here
    path = os.pathsep.join([os.environ.get("PYTHONPATH", ""), *sys.path])
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": path}
    there = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        check=True,
        text=True,
    )
    assert there.stdout == here


async def test_another_task_gets_another_text() -> None:
    assert text_of((await run(assignment(task="a")))[0]) != text_of(
        (await run(assignment(task="b")))[0]
    )


@pytest.mark.parametrize(
    ("directions", "words", "stop_reason"),
    [
        ("[rehearse: 500 words]", 500, "end_turn"),
        ("[REHEARSE:1 word]", 1, "end_turn"),
        ("[rehearse: 0 words]", 0, "end_turn"),
        ("[rehearse: truncate]", 60, "max_tokens"),
        ("[rehearse: Truncate , 40 words]", 20, "max_tokens"),
        ("[rehearse: 40 words] and [rehearse: truncate]", 20, "max_tokens"),
        ("[rehearse: 2 ms, 30 words]", 30, "end_turn"),
        ("[rehearse: refuse]", 9, "refusal"),
    ],
)
async def test_directions(directions: str, words: int, stop_reason: str) -> None:
    events, error = await run(assignment(f"{PROMPT} {directions}"))
    assert error is None
    assert text_of(events).startswith(NOTICE)
    assert filler_words(events) == words
    assert events[-1] == Finished(stop_reason)


async def test_empty_has_no_text_at_all() -> None:
    events, error = await run(assignment(f"{PROMPT} [rehearse: empty]"))
    assert error is None
    assert text_of(events) == ""
    assert events[-1] == Finished("end_turn")


@pytest.mark.parametrize(
    ("directions", "attempt", "retryable"),
    [
        ("fail", 1, False),
        ("fail", 3, False),
        ("fail 2 times", 1, True),
        ("fail 2 times", 2, True),
        ("fail 2 times", 3, None),
        ("fail 1 time, truncate", 1, True),
        ("fail 1 time, stall", 1, True),
        ("fail 1 time, empty", 2, None),
    ],
)
async def test_failures(directions: str, attempt: int, retryable: bool | None) -> None:
    events, error = await run(assignment(f"{PROMPT} [rehearse: {directions}]", attempt=attempt))
    if retryable is None:
        assert error is None
        assert isinstance(events[-1], Finished)
    else:
        assert error is not None
        assert (error.kind, error.retryable) == ("server", retryable)
        assert filler_words(events) == 60  # half of it: there is something to keep


async def test_a_stall_is_silent_until_it_is_cancelled() -> None:
    seen: list[BackendEvent] = []
    stream = quick().stream(assignment(f"{PROMPT} [rehearse: stall]"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            async for event in stream:
                seen.append(event)  # noqa: PERF401 - what came before the timeout counts
    assert filler_words(seen) == 60
    assert not any(isinstance(event, Finished) for event in seen)


@pytest.mark.parametrize(
    ("directions", "words"),
    [
        ("explode", ["'explode'", "fail N times", "stall", "20 ms"]),
        ("fail, ", ["''"]),
        ("fail two times", ["'fail two times'"]),
        ("-5 words", ["'-5 words'"]),
        ("stall, refuse", ["one way only", "refuse and stall"]),
    ],
)
async def test_unknown_directions_are_refused(directions: str, words: list[str]) -> None:
    events, error = await run(assignment(f"[rehearse: {directions}]"))
    assert error is not None
    assert (error.kind, error.retryable) == ("bad_request", False)
    assert [word for word in words if word not in error.message] == []
    assert text_of(events) == ""


async def test_max_tokens_cut_an_answer_off_but_never_the_notice() -> None:
    events, _ = await run(assignment(max_tokens=60))
    assert events[-1] == Finished("max_tokens")
    assert filler_words(events) == 45
    events, _ = await run(assignment(max_tokens=1))
    assert text_of(events) == f"{NOTICE}\n\n"


async def test_a_script_wins_over_the_prompt() -> None:
    backend = quick(script={"academic": Act(words=10, ending="truncate")})
    events, _ = await run(assignment(f"{PROMPT} [rehearse: fail]"), backend)
    assert filler_words(events) == 5
    assert events[-1] == Finished("max_tokens")
    _, error = await run(assignment(f"{PROMPT} [rehearse: fail]", task="other"), backend)
    assert error is not None


async def test_directions_are_not_handed_on() -> None:
    """A later task is given this text; it must not be directed by it."""
    events, _ = await run(assignment("Say [rehearse: 400 words] stuff"))
    assert "rehearse:" not in text_of(events)
    assert "[" not in text_of(events)


async def test_a_program_without_a_prompt_is_rehearsed_by_its_words() -> None:
    wanted = Assignment(
        task="t",
        attempt=1,
        specialist="analyst",
        prompt="",
        max_tokens=500,
        command=("awk", "summary", "app.log"),
        folder="/",
    )
    assert "# Rehearsal of awk summary app log" in text_of((await run(wanted))[0])


async def test_pace_and_length_of_pieces() -> None:
    loop = asyncio.get_running_loop()
    started = loop.time()
    events, _ = await run(assignment(), RehearsalBackend(words=40, chunk_words=4, pace=0.01))
    assert loop.time() - started >= 11 * 0.01 * 0.9  # the notice and ten pieces
    pieces = [event.text for event in events if isinstance(event, Text)]
    assert [len(piece.split()) for piece in pieces[1:]] == [4] * 10


@settings(max_examples=60, deadline=None)
@given(
    prompt=st.text(max_size=300),
    words=st.integers(0, 300),
    max_tokens=st.integers(1, 500),
    chunk_words=st.integers(1, 50),
)
def test_any_prompt_gives_the_notice_first_and_the_length_asked_for(
    prompt: str, words: int, max_tokens: int, chunk_words: int
) -> None:
    backend = quick(words=words, chunk_words=chunk_words)
    events, error = asyncio.run(run(assignment(prompt, max_tokens=max_tokens), backend))
    assert error is None
    assert text_of(events).startswith(NOTICE)
    assert filler_words(events) == min(words, int(max_tokens * 0.75))
    assert all(event.text for event in events if isinstance(event, Text))


async def test_closing_twice_is_safe() -> None:
    backend = RehearsalBackend()
    await backend.close()
    await backend.close()
