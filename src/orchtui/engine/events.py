"""RunEvent: the one vocabulary of what happens in a run, and its JSON lines.

Every event has a number (`seq`, from 1, without gaps), a time (`at`, ISO 8601,
UTC, milliseconds) and a `kind`, which names its class here. An event of a task
also carries `task` and `attempt`; attempt 0 is a task that never started.
Readers ignore keys and kinds that they do not know, so that an older orchtui
reads a newer journal. This module never decides what happens next.
"""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from orchtui.engine.errors import ErrorKind
from orchtui.engine.plan import AggregateStrategy, Plan
from orchtui.engine.schedule import Schedule

FORMAT = 1
"""Version of the journal's form, in `run_started`."""

AGGREGATE = "@aggregate"
"""The task id of the synthesis: a task of its own, outside the plan and the census."""

Verdict = Literal["COMPLETED", "PARTIAL", "FAILED", "CANCELLED"]


class Usage(msgspec.Struct, frozen=True):
    """Tokens. `input` does not contain the cached ones, as the provider counts them."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
        )

    @property
    def total(self) -> int:
        """All tokens, cached ones too."""
        return self.input + self.output + self.cache_read + self.cache_write


class Census(msgspec.Struct, frozen=True):
    """How many of the enabled tasks ended how. The aggregation is not counted."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0


def _kind(class_name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in class_name).lstrip("_")


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=_kind):
    """What every event has."""

    seq: int
    at: str


class TaskEvent(Event, frozen=True, kw_only=True):
    """What every event of a task has."""

    task: str
    attempt: int


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


class TaskQueued(TaskEvent, frozen=True, kw_only=True):
    """Everything that the task needs is there; it waits for a slot."""


class TaskStarted(TaskEvent, frozen=True, kw_only=True):
    """An attempt begins."""

    specialist: str
    instance: str
    """The specialist's name among several of its kind, such as researcher-A."""
    backend: str
    model: str | None = None


class TextDelta(TaskEvent, frozen=True, kw_only=True):
    """Text that arrived, cleaned, several pieces joined."""

    text: str


class ToolCalled(TaskEvent, frozen=True, kw_only=True):
    """The specialist used a tool."""

    call: str
    name: str
    arguments: str


class ToolReturned(TaskEvent, frozen=True, kw_only=True):
    """What the tool answered."""

    call: str
    ok: bool
    text: str


class WriteRefused(TaskEvent, frozen=True, kw_only=True):
    """The specialist wanted to write where it may not; it was told so."""

    path: str
    """As the specialist named it."""
    why: str


class FileChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file that a task wrote."""

    path: str
    """From the project folder."""
    kept: str = ""
    """Where the new text is, from the run folder; empty where it stands in the project itself."""
    deleted: bool = False
    base: str | None = None
    """SHA-256 of the project's file before it was changed; `None` where there was none."""


Sight = Literal["tools", "worktree", "folder", "nothing"]
"""How it is known what an attempt did to files. `tools`: every use of a tool was seen, reads too.
`worktree`: what a program changed in a worktree of its own. `folder`: what changed in the project
folder while a program ran in it. `nothing`: it was not observed."""


class FilesSeen(TaskEvent, frozen=True, kw_only=True):
    """What an attempt did to files, as far as that could be seen; comes at its end.

    Not there for attempts that had no way to reach a file.
    """

    sight: Sight
    read: tuple[str, ...] = ()
    """Paths from the project folder; known with `tools` only."""
    written: tuple[FileChange, ...] = ()
    note: str = ""
    """What a person should know, such as why nothing could be observed."""


class RaceDetected(TaskEvent, frozen=True, kw_only=True):
    """Two tasks that ran at the same time touched one file, and at least one wrote it.

    The independence that was promised turned out false. `task` is the one whose access came second.
    """

    path: str
    """From the project folder."""
    access: Literal["read", "write"]
    when: str
    """ISO 8601, like `at`."""
    other: str
    """The task whose access came first."""
    other_access: Literal["read", "write"]
    other_when: str


class PermissionAsked(TaskEvent, frozen=True, kw_only=True):
    """A program wants to do something that the rules leave to a person."""

    question: str
    """An id, unique in the run."""
    what: str


class PermissionAnswered(TaskEvent, frozen=True, kw_only=True):
    """The answer, or that none came in time."""

    question: str
    allowed: bool
    why: str


class TaskRetrying(TaskEvent, frozen=True, kw_only=True):
    """The attempt failed and another one follows after `wait_s` seconds."""

    error: ErrorKind
    why: str
    wait_s: float
    usage: Usage = Usage()
    model: str | None = None
    """The model that really answered, where the backend said it."""


class TaskCompleted(TaskEvent, frozen=True, kw_only=True):
    """The answer is whole and accepted."""

    usage: Usage
    output: str
    """The result's file, relative to the run folder."""
    stop_reason: str
    model: str | None = None
    """The model that really answered, where the backend says it."""


class TaskFailed(TaskEvent, frozen=True, kw_only=True):
    """The task failed for good; what had arrived is kept in `output`."""

    error: ErrorKind
    message: str
    kept: int
    """Characters of partial text that were kept."""
    output: str
    usage: Usage = Usage()
    model: str | None = None


class TaskCancelled(TaskEvent, frozen=True, kw_only=True):
    """A person stopped it."""

    why: str
    kept: int = 0
    output: str = ""
    usage: Usage = Usage()
    model: str | None = None


class TaskSkipped(TaskEvent, frozen=True, kw_only=True):
    """It never started, because something that it needs did not complete."""

    why: str


class Steered(Event, frozen=True, kw_only=True):
    """A person changed the run while it was running."""

    action: str
    """`cancel`, `cancel_run`, `retry`; readers leave alone what they do not know."""
    task: str | None = None
    value: str | None = None


class Aggregated(Event, frozen=True, kw_only=True):
    """The results were joined."""

    strategy: AggregateStrategy
    """What was really done."""
    asked: AggregateStrategy
    """What the plan asked for."""
    fallback: str | None = None
    """Why it is not what the plan asked for."""
    included: tuple[str, ...] = ()
    """Ids of the tasks whose results are in it."""
    absent: tuple[str, ...] = ()
    """Ids of the tasks that are missing from it."""
    output: str = ""


class RunResumed(Event, frozen=True, kw_only=True):
    """The run goes on in a new session."""

    why: str
    reused: tuple[str, ...]
    """Ids of tasks whose results are taken as they are."""
    again: tuple[str, ...]
    """Ids of tasks that run again."""


class RunFinished(Event, frozen=True, kw_only=True):
    """The last event of a session, with the run's figures."""

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


class UnknownEvent(Event, frozen=True, kw_only=True):
    """An event of a kind that this version does not know. Never written."""


AnyTaskEvent = (
    TaskQueued
    | TaskStarted
    | TextDelta
    | ToolCalled
    | ToolReturned
    | WriteRefused
    | FilesSeen
    | RaceDetected
    | PermissionAsked
    | PermissionAnswered
    | TaskRetrying
    | TaskCompleted
    | TaskFailed
    | TaskCancelled
    | TaskSkipped
)
RunEvent = AnyTaskEvent | RunStarted | Steered | Aggregated | RunResumed | RunFinished

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[RunEvent] = msgspec.json.Decoder(RunEvent)
_KINDS = frozenset(
    str(kind.__struct_config__.tag)
    for kind in (*AnyTaskEvent.__args__, RunStarted, Steered, Aggregated, RunResumed, RunFinished)
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
    """Read one line of a journal.

    Raises:
        ValueError: when it is not an event.
    """
    try:
        event = _decoder.decode(line)
        seconds(event.at)
        return event
    except msgspec.ValidationError:
        head = _head_decoder.decode(line)
        if head.kind in _KINDS:
            raise
        return UnknownEvent(seq=head.seq, at=head.at)


def output_file(position: int) -> str:
    """The name of a task's file in the run folder, by its place in the plan; 0 is the synthesis."""
    return f"parallel-task-{position}.md" if position else "parallel-synthesis.md"


def iso(timestamp: float) -> str:
    """Seconds since 1970 as `2026-01-15T10:00:00.123Z`."""
    text = datetime.fromtimestamp(timestamp, UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def seconds(at: str) -> float:
    """The inverse of `iso`."""
    return datetime.fromisoformat(at).timestamp()
