"""One attempt under the clock: how it ends, and what is made of it."""

import asyncio
import gc
from collections.abc import AsyncIterator

import pytest
from msgspec import structs

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.attempt import Cancel, Intake, Patience, Stop, judge, read, watch
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, Step

_ASSIGNMENT = base.Assignment(
    task="a", attempt=1, specialist="s", prompt="p", max_tokens=1, folder="/"
)
_DONE = base.Finished("end_turn")


def intake() -> Intake:
    return Intake(notice=lambda: None, notice_tool=lambda tool: None)


def attempt(
    script: list[Step],
    *,
    deaf: bool = False,
    left: float = 60.0,
    stop_after: float | None = None,
    **limits: float,
) -> tuple[Stop | None, Intake, float]:
    """Run one attempt; gives how it ended, what arrived, and the seconds it took."""

    async def main() -> tuple[Stop | None, Intake, float]:
        loop = asyncio.get_running_loop()
        got = intake()
        stop: asyncio.Future[Stop] = loop.create_future()
        reader = asyncio.create_task(
            read(Scripted({"a": [script]}, deaf=deaf), _ASSIGNMENT, base.NO_TOOLS, got)
        )
        if stop_after is not None:
            loop.call_later(stop_after, stop.set_result, Cancel("by hand"))
        patience = Patience(left=left, limit=left, **limits)
        end = await watch(reader, stop, got, lambda: patience)
        return end, got, loop.time()

    return virtual_time.run(main())


@pytest.mark.parametrize(
    ("script", "limits", "kind", "seconds"),
    [
        (["x", _DONE], {}, None, 0),
        (["x", 5.0, _DONE], {}, None, 5),
        (["x", 100.0, _DONE], {}, "timeout", 60),
        (["x", 100.0, _DONE], {"idle": 10.0}, "idle", 10),
        ([8.0, base.Alive(), 8.0, base.Alive(), 8.0, "x", _DONE], {"idle": 10.0}, None, 24),
        # What waits for room elsewhere uses up none of its time, as long as it gives signs of life.
        (
            [*[base.Queued(True), 50.0] * 2, base.Queued(False), 8.0, "x", _DONE],
            {"idle": 55.0, "connect": 10.0, "first_token": 10.0},
            None,
            108,
        ),
        (
            [base.Queued(True), 50.0, base.Queued(False), 20.0, "x"],
            {"connect": 10.0},
            "connection",
            60,
        ),
        ([base.Queued(True), 20.0, base.Queued(False), 100.0, _DONE], {}, "timeout", 80),
        # It waited already when that was told first.
        (
            [0.5, base.Queued(True, before=0.5), 20.0, base.Queued(False), 100.0, _DONE],
            {},
            "timeout",
            80.5,
        ),
        ([base.Queued(True), 50.0, "x", _DONE], {"idle": 10.0}, "idle", 10.2),
        ([base.Queued(False), "x", base.Queued(False), 100.0, _DONE], {}, "timeout", 60),
        ([8.0, base.Thinking("hm"), 8.0, "x", _DONE], {"idle": 10.0}, None, 16),
        ([50.0, "x", 50.0], {"idle": 55.0}, "timeout", 60),
        ([8.0, base.Started("m"), 20.0, "x", _DONE], {"connect": 10.0}, None, 28),
        ([12.0, base.Started("m"), "x", _DONE], {"connect": 10.0}, "connection", 10),
        ([5.0, base.Started("m"), base.Alive(), 6.0, "x"], {"first_token": 10.0}, "idle", 10),
        (
            [base.Started("m"), 9.0, base.Thinking("hm"), 9.0, "x", _DONE],
            {"first_token": 10.0},
            None,
            18,
        ),
        (
            [base.Started("m"), 9.0, base.ToolCalled("c", "Read", "{}"), 9.0, "x", _DONE],
            {"first_token": 10.0},
            None,
            18,
        ),
        ([30.0, "x", _DONE], {"connect": 20.0, "first_token": 10.0, "idle": 25.0}, "idle", 10),
        (["x"], {}, "connection", 0),
        ([], {}, "connection", 0),
        (["x", BackendError("rate_limit", "slow down")], {}, "rate_limit", 0),
    ],
)
def test_how_an_attempt_ends(
    script: list[Step], limits: dict[str, float], kind: str | None, seconds: float
) -> None:
    end, _, took = attempt(script, **limits)  # type: ignore[arg-type]

    assert getattr(end, "kind", None) == kind
    assert took == pytest.approx(seconds, abs=0.01)


def test_limits_may_be_changed_while_an_attempt_goes_on() -> None:
    async def main() -> tuple[Stop | None, float]:
        loop = asyncio.get_running_loop()
        script: list[Step] = ["x", 100.0, _DONE]
        now = [Patience(left=20.0, limit=20.0)]
        loop.call_later(15.0, now.__setitem__, 0, Patience(left=200.0, limit=200.0))
        got = intake()
        reader = asyncio.create_task(
            read(Scripted({"a": [script]}), _ASSIGNMENT, base.NO_TOOLS, got)
        )
        stop: asyncio.Future[Stop] = loop.create_future()
        return await watch(reader, stop, got, lambda: now[0]), loop.time()

    end, took = virtual_time.run(main())

    assert end is None
    assert took == pytest.approx(100.0, abs=0.01)


def test_a_wish_to_stop_ends_it_and_keeps_what_came() -> None:
    end, got, took = attempt(["begun", 100.0], stop_after=7.0)

    assert isinstance(end, Cancel)
    assert got.take(last=True) == "begun"
    assert took == pytest.approx(7.0, abs=0.01)


@pytest.mark.parametrize(
    ("script", "wins"),
    [(["x", 5.0, _DONE], type(None)), ([5.0, BackendError("server", "no")], Cancel)],
)
def test_a_wish_to_stop_in_the_moment_of_the_end(script: list[Step], wins: type) -> None:
    """A whole answer stays one; a failure must not turn into a retry that nobody wants."""
    end, _, _ = attempt(script, stop_after=5.0)

    assert isinstance(end, wins)


def test_a_backend_that_can_not_be_stopped_is_left_behind_after_a_moment() -> None:
    end, _, took = attempt(["x", 500.0, "late", _DONE], deaf=True, left=10.0)

    assert isinstance(end, BackendError) and end.kind == "timeout"
    assert took < 11.0


def test_what_a_left_backend_still_raises_reaches_nobody() -> None:
    told: list[object] = []

    class Spiteful(Scripted):
        async def stream(
            self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
        ) -> AsyncIterator[base.BackendEvent]:
            yield base.Text("x")
            try:
                await asyncio.sleep(500.0)
            finally:
                raise BackendError("server", "gone")

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context))
        stop: asyncio.Future[Stop] = loop.create_future()
        got = intake()
        reader = asyncio.create_task(read(Spiteful(), _ASSIGNMENT, base.NO_TOOLS, got))
        await watch(reader, stop, got, lambda: Patience(left=5.0, limit=5.0))
        del reader
        await asyncio.sleep(1.0)
        gc.collect()

    virtual_time.run(main())

    assert told == []


def test_a_bug_in_a_backend_is_told_as_what_it_is() -> None:
    class Broken(Scripted):
        async def stream(
            self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
        ) -> AsyncIterator[base.BackendEvent]:
            yield base.Text("x")
            raise KeyError("\x1b[31mname")

    async def main() -> Stop | None:
        got = intake()
        reader = asyncio.create_task(read(Broken(), _ASSIGNMENT, base.NO_TOOLS, got))
        stop: asyncio.Future[Stop] = asyncio.get_running_loop().create_future()
        return await watch(reader, stop, got, lambda: Patience(left=5.0, limit=5.0))

    end = virtual_time.run(main())

    assert isinstance(end, BackendError)
    assert (end.kind, end.retryable) == ("internal", False)
    assert end.message.startswith("KeyError: ") and "\x1b" not in end.message


# What is made of it


@pytest.mark.parametrize(
    ("reason", "text", "accept", "kind", "retryable"),
    [
        ("end_turn", "x", False, None, None),
        ("stop_sequence", "x", False, None, None),
        ("end_turn", " \n", False, "empty", True),
        ("end_turn", "", True, "empty", True),
        ("exit", "", False, None, None),
        ("max_tokens", "x", False, "truncated", False),
        ("max_tokens", "x", True, None, None),
        ("max_tokens", "", True, "empty", True),
        ("model_context_window_exceeded", "x", False, "truncated", False),
        ("refusal", "x", True, "refusal", False),
        ("tool_use", "x", True, "tool", False),
    ],
)
def test_the_judgement_of_an_answer(
    reason: str, text: str, accept: bool, kind: str | None, retryable: bool | None
) -> None:
    got = intake()
    got.stop_reason = reason
    got.pieces.append(text)
    got.take(last=True)

    error = judge(got, accept_truncated=accept, max_tokens=100)

    assert getattr(error, "kind", None) == kind
    assert getattr(error, "retryable", None) == retryable


_ASKED = "Research the history of asynchronous programming in Python and write a report."
_TOOL = base.ToolCalled("1", "Write", "{}")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (["TODO", _DONE], "the answer is only a placeholder (a mark for later): 'TODO'"),
        (["TO", "DO\n", _DONE], "the answer is only a placeholder (a mark for later): 'TODO'"),
        (["\x1b[1mTODO\x1b[0m", _DONE], "(a mark for later): 'TODO'"),
        (["[insert ", "your report here]", _DONE], "(a gap to be filled in): '[insert your"),
        ([_ASKED, _DONE], "(the prompt again): 'Research the history"),
        (["I will start now.", _DONE], "(only an announcement): 'I will start now.'"),
        (["Let me look into it.", _TOOL, "Now I will write the report.", _DONE], "announcement"),
        (["I will write the report now.", _TOOL, _DONE], None),
        (["x", _DONE], "(no answer to this): 'x'"),
        ([_TOOL, "x", _DONE], None),
        (["TODO", base.Finished("max_tokens")], "(a mark for later): 'TODO'"),
        (["TODO", base.Finished("exit")], None),
        (["The history begins with generators.", _DONE], None),
        (["# Report\n\nTODO", _DONE], None),
    ],
)
def test_a_placeholder_is_no_answer(script: list[Step], message: str | None) -> None:
    async def main() -> BackendError | None:
        got = intake()
        asked = structs.replace(_ASSIGNMENT, prompt=_ASKED)
        await read(Scripted({"a": [script]}), asked, base.NO_TOOLS, got)
        got.take(last=True)
        return judge(got, accept_truncated=True, max_tokens=100)

    error = virtual_time.run(main())

    if message is None:
        assert error is None
    else:
        assert error is not None and message in error.message
        assert (error.kind, error.retryable) == ("empty", True)


@pytest.mark.parametrize(
    ("reason", "words", "never"),
    [
        ("max_tokens", "max_tokens is 100); raise max_tokens", "context"),
        ("model_context_window_exceeded", "context was full; shorten", "raise max_tokens"),
    ],
)
def test_what_to_do_about_a_cut_off_answer_fits_what_cut_it_off(
    reason: str, words: str, never: str
) -> None:
    got = intake()
    got.stop_reason = reason

    error = judge(got, accept_truncated=False, max_tokens=100)

    assert error is not None
    assert words in error.message and never not in error.message
    assert "accept_truncated" in error.message


def test_text_that_only_acts_on_a_terminal_is_empty() -> None:
    got = intake()
    got.stop_reason = "end_turn"
    got.pieces.append("\x1b[2J\x1b[H\x1b[0m")
    got.take(last=True)

    error = judge(got, accept_truncated=False, max_tokens=1)

    assert error is not None and error.kind == "empty"
