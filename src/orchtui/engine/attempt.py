"""One attempt at one task: a backend's stream read under the clock.

`read` consumes the stream into an Intake; `watch` ends it at the hard timeout,
after too long a silence, or when it is told to stop; `judge` says whether what
arrived is an answer, `backoff` how long to wait before the next attempt.
This module never retries and never emits an event.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field

from orchtui.engine.backends import base
from orchtui.engine.durations import show_duration
from orchtui.engine.errors import BackendError
from orchtui.engine.events import Usage
from orchtui.engine.text import Cleaner, clean_line

GRACE = 0.8
"""Seconds that a backend has to end when it is told to; after that it is left behind."""

CUT_OFF = frozenset({"max_tokens", "model_context_window_exceeded"})
"""Stop reasons of an answer that is not whole."""


class Cancel(Exception):
    """A person wants this attempt to stop; the argument says why."""


Stop = BackendError | Cancel


@dataclass(slots=True)
class Intake:
    """What has arrived from one attempt."""

    notice: Callable[[], None]
    """Called when text was added; must be cheap."""
    notice_tool: Callable[[base.ToolCalled | base.ToolReturned], None]
    sign: float = 0.0
    """The loop's time of the last sign of life."""
    pieces: list[str] = field(default_factory=list)
    """Text since the last `take`, as it came."""
    length: int = 0
    """Characters of cleaned text so far."""
    blank: bool = True
    """Whether nothing but white space came so far."""
    usage: Usage = Usage()
    model: str | None = None
    stop_reason: str | None = None
    closed: bool = False
    """Set when the attempt is over: what a stubborn backend still sends is dropped."""
    cleaner: Cleaner = field(default_factory=Cleaner)

    def take(self, *, last: bool = False) -> str:
        """The cleaned text since the last call."""
        text = self.cleaner.feed("".join(self.pieces))
        if last:
            text += self.cleaner.finish()
        self.pieces.clear()
        self.length += len(text)
        if self.blank and text and not text.isspace():
            self.blank = False
        return text


async def read(
    backend: base.Backend, assignment: base.Assignment, toolbox: base.ToolBox, intake: Intake
) -> None:
    """Read the stream to its end.

    Raises:
        BackendError: when the backend says so, or the stream ends before the answer is whole.
    """
    clock = asyncio.get_running_loop().time
    stream = backend.stream(assignment, toolbox)
    try:
        async for event in stream:
            if intake.closed:
                return
            intake.sign = clock()
            if isinstance(event, base.Text):
                intake.pieces.append(event.text)
                intake.notice()
            elif isinstance(event, base.UsageReported):
                intake.usage = event.usage
            elif isinstance(event, base.Started):
                intake.model = event.model or intake.model
            elif isinstance(event, base.ToolCalled | base.ToolReturned):
                intake.notice_tool(event)
            elif isinstance(event, base.Finished):
                intake.stop_reason = event.stop_reason
                return
    finally:
        if (close := getattr(stream, "aclose", None)) is not None:
            await close()
    raise BackendError("connection", "the stream ended before the answer was whole", retryable=True)


async def watch(
    reader: "asyncio.Task[None]",
    stop: "asyncio.Future[Stop]",
    intake: Intake,
    *,
    left: float,
    limit: float,
    idle_timeout: float | None,
) -> Stop | None:
    """Wait for the reader's end, or end it.

    Args:
        reader: The task that runs `read`.
        stop: Told from outside: the reason to end now.
        intake: Where signs of life show.
        left: Seconds that this task may still take.
        limit: The task's whole timeout in seconds, for the message.
        idle_timeout: Seconds of silence that are too many; `None` for any.

    Returns:
        Why the attempt failed; `None` when the stream came to its end.
    """
    clock = asyncio.get_running_loop().time
    end = clock() + left
    intake.sign = clock()
    while True:
        quiet_end = intake.sign + idle_timeout if idle_timeout else float("inf")
        await asyncio.wait(
            (reader, stop),
            timeout=max(0.0, min(end, quiet_end) - clock()),
            return_when=asyncio.FIRST_COMPLETED,
        )
        reason: Stop
        if reader.done():
            error = _error_of(reader)
            # Told to stop in the moment in which it failed: it must not come back as a retry.
            return stop.result() if error is not None and stop.done() else error
        if stop.done():
            reason = stop.result()
        elif clock() >= end:
            reason = BackendError("timeout", f"stopped after its {show_duration(limit)} timeout")
        elif idle_timeout and await _silent(intake, idle_timeout):
            reason = BackendError(
                "idle", f"no sign of life for {show_duration(idle_timeout)}", retryable=True
            )
        else:
            continue
        reader.cancel()
        # What it still raises, now or long after, is no news and must not reach the terminal.
        reader.add_done_callback(lambda late: late.cancelled() or late.exception())
        await asyncio.wait((reader,), timeout=GRACE)
        return reason


async def _silent(intake: Intake, idle_timeout: float) -> bool:
    """Whether there is really no sign of life: one may be waiting where the loop was held up."""
    clock = asyncio.get_running_loop().time
    for _ in range(3):  # one turn to see the bytes, one for the stream, one for the reader
        if clock() < intake.sign + idle_timeout:
            return False
        await asyncio.sleep(0)
    return clock() >= intake.sign + idle_timeout


def _error_of(reader: "asyncio.Task[None]") -> Stop | None:
    if reader.cancelled():
        return BackendError("internal", "the backend cancelled its own work", retryable=True)
    error = reader.exception()
    if error is None or isinstance(error, BackendError):
        return error
    # A bug in a backend must not take the other tasks along; it is told as what it is.
    return BackendError("internal", clean_line(f"{type(error).__name__}: {error}"))


def backoff(failures: int) -> float:
    """Seconds to wait after the n-th failure: 1, 2, 4, … at most 60, the upper half at random."""
    return float(min(60.0, 2.0 ** (failures - 1))) * random.uniform(0.5, 1.0)


def judge(intake: Intake, *, accept_truncated: bool, max_tokens: int) -> BackendError | None:
    """Whether an answer that came to its end is a success: `None`, or why it is not one."""
    reason = intake.stop_reason
    if reason == "refusal":
        return BackendError("refusal", "the model refused to answer; rephrase the task")
    if reason == "tool_use":
        return BackendError("tool", "the model called a tool that it was not offered")
    # Before it is called empty: tools may have used up all tokens, and would do so again.
    if reason in CUT_OFF and not accept_truncated:
        return BackendError(
            "truncated",
            f"the answer was cut off at {max_tokens} tokens; raise max_tokens, or set "
            f"accept_truncated to take it as it is",
        )
    # A program's own word is its exit code: it may do its work without printing.
    if reason != "exit" and intake.blank:
        return BackendError("empty", "the answer is empty", retryable=True)
    return None
