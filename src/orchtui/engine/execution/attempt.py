"""One attempt at one task: a backend's stream read under the clock.

`read` consumes the stream into an Intake; `watch` ends it when one of the limits
of its Patience is reached, or when it is told to stop; `judge` says whether what
arrived is an answer.
This module never retries and never emits an event.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from orchtui.engine.backends import base
from orchtui.engine.backends.footprints import Footprint
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.answers import cut_short, flaw
from orchtui.engine.paths.plain_files import MOST_FILES
from orchtui.engine.run_events.events import Usage
from orchtui.engine.text import Cleaner, clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.engine.texts.placeholders import LONGEST

GRACE = 0.8
"""Seconds that a backend has to end when it is told to; after that it is left behind."""

_LOOK = 0.2
"""Seconds between two looks at limits that move: until the backend is asked, and while a person is
waited for."""

CUT_OFF = frozenset({"max_tokens", "model_context_window_exceeded"})
"""Stop reasons of an answer that is not whole."""


class Cancel(Exception):
    """A person wants this attempt to stop; the argument says why."""


Stop = BackendError | Cancel


def _nothing(*_: object) -> None:
    """For who does not want to know."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an attempt may take, in seconds; `None` for as long as it likes."""

    left: float
    """What is left of the task's timeout when the attempt begins."""
    limit: float
    """The task's whole timeout, for the message."""
    idle: float | None = None
    """Without any sign of life."""
    connect: float | None = None
    """Until the first sign of life, from the moment in which the backend is asked."""
    first_token: float | None = None
    """Until the first piece of an answer, of thinking, or of a use of a tool."""


@dataclass(slots=True)
class Waiting:
    """How long an attempt waited for a person, or for room on a cluster, which is not its own time.
    Seconds of the loop."""

    _open: int = 0
    _since: float = 0.0
    _sum: float = 0.0

    @property
    def now(self) -> bool:
        """Whether it waits."""
        return self._open > 0

    def begin(self, moment: float) -> None:
        """It asks something, perhaps beside other questions."""
        if not self._open:
            self._since = moment
        self._open += 1

    def end(self, moment: float) -> None:
        """A question is over."""
        self._open -= 1
        if not self._open:
            self._sum += moment - self._since

    def until(self, moment: float) -> float:
        """Seconds of waiting so far."""
        return self._sum + (moment - self._since if self._open else 0.0)


@dataclass(slots=True)
class Intake:
    """What has arrived from one attempt."""

    notice: Callable[[], None]
    """Called when text was added; must be cheap."""
    notice_tool: Callable[[base.ToolCalled | base.ToolReturned], None]
    notice_begun: Callable[[], None] = _nothing
    """Called once, at the first event that is more than a sign of life."""
    notice_server: Callable[[base.Quota | base.Throttled], None] = _nothing
    """Called with what the server says of its limits."""
    notice_usage: Callable[[], None] = _nothing
    """Called when the backend said what was used so far."""
    notice_awaited: Callable[[float], None] = _nothing
    """Called once, when it waits for a worker of a cluster: since how many seconds."""
    notice_worker: Callable[[str], None] = _nothing
    """Called when it has begun on a worker of a cluster."""
    sign: float = 0.0
    """The loop's time of the last sign of life."""
    asked: float | None = None
    """The loop's time when the backend was asked; `None` while the place is made ready, or while it
    waits for room where it is to run."""
    awaited: bool = False
    """Whether it has waited for a worker."""
    begun: bool = False
    """Whether there was any."""
    accepted: bool = False
    """Whether there was more than signs of life."""
    spoke: bool = False
    """Whether any content came: text, thinking, or a use of a tool."""
    pieces: list[str] = field(default_factory=list)
    """Text since the last `take`, as it came."""
    length: int = 0
    """Characters of cleaned text so far."""
    blank: bool = True
    """Whether nothing but white space came so far."""
    prompt: str = ""
    """The task's own words."""
    worked: bool = False
    """Whether a tool was used."""
    spoke_last: bool = False
    """Whether text came after the last use of a tool."""
    opening: str = ""
    """The beginning of the cleaned text: enough of it to know a placeholder."""
    usage: Usage = Usage()
    footprint: Footprint | None = None
    """What its program uses, where it has one."""
    model: str | None = None
    worker: str | None = None
    left: list[base.FileLeft] = field(default_factory=list)
    """Files that do not come back from its worker."""
    stop_reason: str | None = None
    waiting: Waiting = field(default_factory=Waiting)
    closed: bool = False
    """Set when the attempt is over: what a stubborn backend still sends is dropped."""
    cleaner: Cleaner = field(default_factory=Cleaner)

    def queue(self, told: base.Queued, now: float) -> None:
        """It waits for room where it is to run, or no longer does.

        Args:
            told: Which of the two, and since when.
            now: The loop's time.
        """
        moment = now - told.before
        if told.waits and self.asked is not None:
            self.asked = None  # what is counted from the question is counted from its end
            self.waiting.begin(moment)
        elif not told.waits and self.asked is None:
            self.asked = moment
            self.waiting.end(moment)
        if told.waits and not self.awaited:
            self.awaited = True
            self.notice_awaited(told.before)

    def take(self, *, last: bool = False) -> str:
        """The cleaned text since the last call."""
        text = self.cleaner.feed("".join(self.pieces))
        if last:
            text += self.cleaner.finish()
        self.pieces.clear()
        self.length += len(text)
        if len(self.opening) <= LONGEST:
            self.opening += text[: LONGEST + 1]
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
    intake.asked = clock()
    intake.prompt = assignment.prompt
    stream = backend.stream(assignment, toolbox)
    try:
        async for event in stream:
            if intake.closed:
                return
            intake.sign = clock()
            if isinstance(event, base.Quota | base.Throttled):  # come with a refusal too
                intake.notice_server(event)
                continue
            if isinstance(event, base.Queued):
                intake.queue(event, clock())
                continue
            if isinstance(event, base.Placed):
                intake.worker = event.worker
                intake.notice_worker(event.worker)
                continue
            if isinstance(event, base.FileLeft):
                if len(intake.left) < MOST_FILES:  # of which none says more that is honest
                    intake.left.append(event)
                continue
            intake.begun = True
            if not (intake.accepted or isinstance(event, base.Alive)):
                intake.accepted = True
                intake.notice_begun()
            if isinstance(event, base.Text):
                intake.spoke = True
                intake.pieces.append(event.text)
                intake.spoke_last = True
                intake.notice()
            elif isinstance(event, base.Thinking):
                intake.spoke = True
            elif isinstance(event, base.UsageReported):
                intake.usage = event.usage
                intake.notice_usage()
            elif isinstance(event, base.Started):
                intake.model = event.model or intake.model
            elif isinstance(event, base.ToolCalled | base.ToolReturned):
                intake.spoke = True
                intake.worked, intake.spoke_last = True, False
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
    patience: Callable[[], Patience],
) -> Stop | None:
    """Wait for the reader's end, or end it.

    Args:
        reader: The task that runs `read`.
        stop: Told from outside: the reason to end now.
        intake: Where signs of life show.
        patience: The limits; asked again and again, as a person may change them meanwhile.

    Returns:
        Why the attempt failed; `None` when the stream came to its end.
    """
    clock = asyncio.get_running_loop().time
    began = intake.sign = clock()
    while True:
        due = min(when for when, _ in _limits(intake, patience(), began))
        if intake.asked is None:
            due = min(due, clock() + _LOOK)  # some limits begin with the question
        await asyncio.wait(
            (reader, stop),
            # While a person is waited for, what is left of the time does not get less.
            timeout=max(_LOOK if intake.waiting.now else 0.0, due - clock()),
            return_when=asyncio.FIRST_COMPLETED,
        )
        if reader.done():
            error = _error_of(reader)
            # Told to stop in the moment in which it failed: it must not come back as a retry.
            return stop.result() if error is not None and stop.done() else error
        reason: Stop | None
        reason = stop.result() if stop.done() else await _reached(intake, patience, began)
        if reason is None or reader.done():
            continue
        reader.cancel()
        # What it still raises, now or long after, is no news and must not reach the terminal.
        reader.add_done_callback(lambda late: late.cancelled() or late.exception())
        await asyncio.wait((reader,), timeout=GRACE)
        return reason


_Error = Callable[[Patience], BackendError]


def _limits(intake: Intake, patience: Patience, began: float) -> Iterator[tuple[float, _Error]]:
    """The loop's time of each limit that holds now, and what makes its error when it is reached."""
    waited = intake.waiting.until(asyncio.get_running_loop().time())
    yield began + patience.left + waited, _too_long
    if patience.idle:
        yield intake.sign + patience.idle, _silent
    if intake.asked is None:
        return
    if patience.connect and not intake.begun:
        yield intake.asked + patience.connect, _not_connected
    if patience.first_token and not intake.spoke:
        yield intake.asked + patience.first_token, _nothing_said


def _too_long(patience: Patience) -> BackendError:
    return BackendError("timeout", f"stopped after its {show_duration(patience.limit)} timeout")


def _silent(patience: Patience) -> BackendError:
    silent = f"no sign of life for {show_duration(patience.idle or 0)}"
    return BackendError("idle", silent, retryable=True)


def _not_connected(patience: Patience) -> BackendError:
    late = f"no connection within {show_duration(patience.connect or 0)} (connect_timeout)"
    return BackendError("connection", late, retryable=True)


def _nothing_said(patience: Patience) -> BackendError:
    late = f"nothing came for {show_duration(patience.first_token or 0)} (first_token_timeout)"
    return BackendError("idle", late, retryable=True)


async def _reached(
    intake: Intake, patience: Callable[[], Patience], began: float
) -> BackendError | None:
    """The limit that is really reached: a sign of life may wait where the loop was held up."""
    clock = asyncio.get_running_loop().time
    for turn in range(4):  # one turn to see the bytes, one for the stream, one for the reader
        now = patience()
        due, reached = min(_limits(intake, now, began), key=lambda limit: limit[0])
        if clock() < due:
            return None
        if reached is _too_long:
            break
        if turn < 3:
            await asyncio.sleep(0)
    return reached(now)


def _error_of(reader: "asyncio.Task[None]") -> Stop | None:
    if reader.cancelled():
        return BackendError("internal", "the backend cancelled its own work", retryable=True)
    error = reader.exception()
    if error is None or isinstance(error, BackendError):
        return error
    # A bug in a backend must not take the other tasks along; it is told as what it is.
    return BackendError("internal", clean_line(f"{type(error).__name__}: {error}"))


def judge(intake: Intake, *, accept_truncated: bool, max_tokens: int) -> BackendError | None:
    """Whether an answer that came to its end is a success: `None`, or why it is not one."""
    reason = intake.stop_reason
    if reason == "refusal":
        return BackendError("refusal", "the model refused to answer; rephrase the task")
    if reason == "tool_use":
        return BackendError("tool", "the model called a tool that it was not offered")
    # Before it is called empty: tools may have used up all tokens, and would do so again.
    if reason in CUT_OFF and not accept_truncated:
        return cut_short(reason, max_tokens)
    # A program's own word is its exit code: it may do its work without printing.
    if reason != "exit" and intake.blank:
        return BackendError("empty", "the answer is empty", retryable=True)
    # What was said before the last work is not the answer: that is what the work left.
    said = intake.opening if intake.spoke_last or not intake.worked else ""
    return flaw(reason, said, intake.prompt, worked=intake.worked)
