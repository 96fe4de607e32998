"""RunEvent: the one vocabulary of what happens in a run, and its JSON lines.

Every event has a number (`seq`, from 1, without gaps), a time (`at`, ISO 8601,
UTC, milliseconds) and a `kind`, which names its class here. An event of a task
also carries `task` and `attempt`; attempt 0 is a task that never started.
Readers ignore keys and kinds that they do not know, so that an older orchtui
reads a newer journal. This module never decides what happens next.
"""

from typing import Literal

import msgspec

from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events.choice_events import (
    ChoiceEvent,
    ResultChosen,
    ResultRated,
    ResultsJudged,
    Score,
)
from orchtui.engine.run_events.event_parts import (
    AGGREGATE,
    FORMAT,
    Census,
    Event,
    FileChange,
    ProgramUse,
    Sight,
    TaskEvent,
    Usage,
    Verdict,
    iso,
    output_file,
    seconds,
)
from orchtui.engine.run_events.event_texts import clean_event, no_text_acts
from orchtui.engine.run_events.hedge_events import HedgeEnd, HedgeEnded, TaskHedged
from orchtui.engine.run_events.joined_events import (
    Aggregated,
    AggregationAsked,
    AggregationStopped,
    PartReduced,
    ReductionBegun,
)
from orchtui.engine.run_events.steered_events import SteerAction, Steered, TaskAdded
from orchtui.engine.run_events.storage_events import StorageLost, StorageMoved, StorageRegained
from orchtui.engine.run_events.task_events import (
    AccessRefused,
    AnyTaskEvent,
    FilesSeen,
    PermissionAnswered,
    PermissionAsked,
    RaceDetected,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskPlaced,
    TaskQueued,
    TaskRetrying,
    TaskReused,
    TaskSkipped,
    TaskStarted,
    TextDelta,
    ToolCalled,
    ToolReturned,
    WorkerAwaited,
    WriteRefused,
)
from orchtui.engine.scheduling.fingerprint import Fingerprint
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.scheduling.schedule import Schedule

__all__ = [
    "AGGREGATE",
    "AccessRefused",
    "Aggregated",
    "AggregationAsked",
    "AggregationStopped",
    "AnyTaskEvent",
    "BudgetWarning",
    "Budgeted",
    "Census",
    "ChoiceEvent",
    "Event",
    "FORMAT",
    "FileChange",
    "FilesSeen",
    "HedgeEnd",
    "HedgeEnded",
    "LimitChanged",
    "PartReduced",
    "PermissionAnswered",
    "PermissionAsked",
    "ProgramUse",
    "RaceDetected",
    "ReductionBegun",
    "ResultChosen",
    "ResultRated",
    "ResultsJudged",
    "RunEvent",
    "RunFinished",
    "RunResumed",
    "RunStarted",
    "Score",
    "Sight",
    "SteerAction",
    "Steered",
    "StorageEvent",
    "StorageLost",
    "StorageMoved",
    "StorageRegained",
    "TaskAdded",
    "TaskCancelled",
    "TaskCompleted",
    "TaskEvent",
    "TaskFailed",
    "TaskHedged",
    "TaskPlaced",
    "TaskQueued",
    "TaskRetrying",
    "TaskReused",
    "TaskSkipped",
    "TaskStarted",
    "TextDelta",
    "ToolCalled",
    "ToolReturned",
    "UnknownEvent",
    "Usage",
    "Verdict",
    "WorkerAwaited",
    "WriteRefused",
    "decode",
    "decode_lines",
    "encode",
    "iso",
    "joins",
    "kind_of",
    "output_file",
    "seconds",
]


class RunStarted(Event, frozen=True, kw_only=True):
    """The first event of a journal: all that is needed to read the rest."""

    format: int
    run: str
    """The run's id, which is also the name of its folder."""
    plan: Plan
    schedule: Schedule
    rehearsal: bool = False
    """Whether any task is only rehearsed."""
    version: str = ""
    """The orchtui that wrote it."""
    fingerprints: dict[str, Fingerprint] = {}
    """What each task is, by its id: what says later whether its result can be reused."""
    overrides: Overrides = Overrides()
    """The flags that it was started with: they hold when it goes on, too."""
    parent: str = ""
    """Id of the run whose unchanged results it takes over."""
    again_of: str = ""
    """Id of the run whose plan it runs once more, perhaps with changes."""
    pid: int = 0
    """The process that writes it; 0 where that was not noted."""
    cluster: str = ""
    """Address of the cluster on which its attempts run; empty where they run here."""


class LimitChanged(Event, frozen=True, kw_only=True):
    """A server is asked less than before, or more again; or there is less room for programs."""

    machine: bool = False  # whether it is this machine's limit, and no server's
    backend: str
    concurrency: int | None = None
    """Attempts at once; `None` for no limit but the run's."""
    rate: float | None = None
    """Attempts a second, as far as that was learned."""
    hold_s: float = 0.0
    """Seconds in which nothing is started there."""
    lower: bool
    """Whether it is less than before."""
    why: str


class RunResumed(Event, frozen=True, kw_only=True):
    """The run goes on in a new session."""

    why: str
    reused: tuple[str, ...]
    """Ids of tasks whose results are taken as they are."""
    again: tuple[str, ...]
    """Ids of tasks that run again."""
    reasons: dict[str, str] = {}
    """Why each of those does, by its id."""
    schedule: Schedule | None = None
    """How everything runs from now on; `None` where it goes on as before."""
    fingerprints: dict[str, Fingerprint] = {}
    """As in `run_started`; empty where nothing was looked at."""
    overrides: Overrides | None = None
    """The flags that hold from now on; `None`: as before."""
    pid: int = 0
    """The process that writes it from now on."""
    cluster: str = ""
    """Address of the cluster on which attempts run from now on; empty where that is here."""


Budgeted = Literal["tokens", "usd", "time"]


class BudgetWarning(Event, frozen=True, kw_only=True):
    """Most of a budget is used; said once for each of them in a session."""

    budget: Budgeted
    used: float
    """Tokens, dollars, or seconds; with what is known of the attempts that still run."""
    limit: float
    """In the same unit. Of the deadline it is the part that the tasks have."""


class RunFinished(Event, frozen=True, kw_only=True):
    """A session's last event, with the figures; what is told of a refusing disk may follow."""

    verdict: Verdict
    rehearsal: bool
    census: Census
    makespan_s: float
    sequential_s: float
    speedup: float | None
    bottleneck: str | None
    usage: Usage
    cost: float | None = None
    """Dollars; `None` where a price is unknown."""
    cost_at_least: float = 0.0
    """Dollars; what is known of the cost, also where a price is not."""


class UnknownEvent(Event, frozen=True, kw_only=True):
    """An event of a kind that this version does not know. Never written."""


RunEvent = (
    AnyTaskEvent
    | TaskHedged
    | HedgeEnded
    | RunStarted
    | Steered
    | TaskAdded
    | LimitChanged
    | BudgetWarning
    | AggregationAsked
    | AggregationStopped
    | ReductionBegun
    | PartReduced
    | Aggregated
    | RunResumed
    | RunFinished
    | StorageLost
    | StorageRegained
    | StorageMoved
    | ResultRated
    | ResultChosen
    | ResultsJudged
)
StorageEvent = StorageLost | StorageRegained | StorageMoved

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[RunEvent] = msgspec.json.Decoder(RunEvent)
_KINDS = frozenset(str(kind.__struct_config__.tag) for kind in RunEvent.__args__)


def joins(event: RunEvent | UnknownEvent) -> bool:
    """Whether an event is of the results being joined, and of no task of the plan."""
    if isinstance(event, TaskEvent):
        return event.task == AGGREGATE
    return isinstance(
        event, AggregationAsked | AggregationStopped | ReductionBegun | PartReduced | Aggregated
    )


class _Head(msgspec.Struct):
    kind: str
    seq: int
    at: str


_head_decoder = msgspec.json.Decoder(_Head)


def kind_of(event: Event) -> str:
    """The event's `kind`, as it stands in JSON."""
    return str(event.__struct_config__.tag)


def encode(event: Event) -> bytes:
    """One JSON object without a line end."""
    return _encoder.encode(event)


def decode(line: bytes | str) -> RunEvent | UnknownEvent:
    """Read one line of a journal, without what could act on a terminal.

    Raises:
        ValueError: when it is not an event.
    """
    try:
        return _decode(line)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def decode_lines(lines: bytes) -> list[RunEvent | UnknownEvent]:
    """`decode` for many whole lines, in half the time.

    It does not look at times: whoever folds the events finds a wrong one.

    Raises:
        ValueError: when one of them is not an event; `decode` says which, and why.
    """
    each = lines.split(b"\n")[:-1]
    try:
        events: list[RunEvent | UnknownEvent] = [_decoder.decode(line) for line in each]
        if no_text_acts(lines):
            return events
        return [clean_event(event, line) for event, line in zip(events, each, strict=True)]
    except (msgspec.ValidationError, RecursionError):  # perhaps only of a kind that is not known
        return [decode(line) for line in each]


def _decode(line: bytes | str) -> RunEvent | UnknownEvent:
    try:
        event = _decoder.decode(line)
        seconds(event.at)
        return clean_event(event, line)
    except msgspec.ValidationError:
        head = _head_decoder.decode(line)
        if head.kind in _KINDS:
            raise
        seconds(head.at)
        return UnknownEvent(seq=head.seq, at=head.at)
