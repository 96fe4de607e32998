"""What happens to a task, as events: from waiting for a slot to its end.

This module never decides what happens next.
"""

from typing import Literal

import msgspec

from orchtui.engine.errors import ErrorKind
from orchtui.engine.run_events.event_parts import FileChange, ProgramUse, Sight, TaskEvent, Usage

Shortage = Literal["time", "tokens", "usd"]
"""What there is too little of."""


class TaskQueued(TaskEvent, frozen=True, kw_only=True):
    """Everything that the task needs is there; it waits for a slot."""


class TaskStarted(TaskEvent, frozen=True, kw_only=True):
    """An attempt begins; or, behind a `hedge_ended` of this number that won, it began earlier."""

    specialist: str
    instance: str
    """The specialist's name among several of its kind, such as researcher-A."""
    backend: str
    model: str | None = None


class WorkerAwaited(TaskEvent, frozen=True, kw_only=True):
    """The attempt has not begun: it waits for a worker of a cluster that has room for it, and what
    the task asks for. `task_placed`, or the attempt's end, says that it does no more."""

    waited_s: float
    """Seconds for which it has waited when this is told."""


class TaskPlaced(TaskEvent, frozen=True, kw_only=True):
    """The attempt has begun on a worker of a cluster. Not there for attempts that run here."""

    worker: str
    """The worker's name."""


class TextDelta(TaskEvent, frozen=True, kw_only=True, gc=False):  # they come by the million
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

    @property
    def access(self) -> Literal["write"]:
        """What was refused."""
        return "write"


class AccessRefused(TaskEvent, frozen=True, kw_only=True):
    """A program with tools of its own asked to be allowed something, and the rules said no."""

    access: Literal["read", "run", "fetch", "use"]
    """`use`: of a tool that nobody here knows."""
    path: str
    """The file that it is about, as the program named it; else what it asked for."""
    why: str


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


class TaskReused(TaskEvent, frozen=True, kw_only=True):
    """The result of an earlier run stands for this task, which has not changed since.

    Attempt 0: nothing ran here, and nothing was used. All that a reader needs is in the event.
    """

    run: str
    """Id of the run in which the result was made."""
    text: str
    specialist: str
    instance: str
    backend: str
    model: str | None = None
    """The one that answered there."""
    stop_reason: str = ""
    output: str = ""
    """The result's file, relative to this run's folder."""
    took_s: float = 0.0
    """Seconds that it took there."""
    made_at: str = ""
    """ISO 8601: when it completed there."""
    files: FilesSeen | None = None
    """What it did to files there. What it kept is copied into this run's folder."""


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
    throttled: bool = False
    """Whether the server only asked to come back later: that uses up no retry."""
    overtaken: bool = False
    """Whether it did not fail, but another attempt that was begun beside it was done first. `error`
    says `timeout` then, for readers who do not know this field."""
    usage: Usage = Usage()
    model: str | None = None
    """The model that really answered, where the backend said it."""
    program: ProgramUse | msgspec.UnsetType = msgspec.UNSET
    """What its program used, where it had one and that is known."""
    worker: str | None = None
    """The worker of a cluster that it ran on."""


class TaskCompleted(TaskEvent, frozen=True, kw_only=True):
    """The answer is whole and accepted."""

    usage: Usage
    output: str
    """The result's file, relative to the run folder."""
    stop_reason: str
    model: str | None = None
    """The model that really answered, where the backend says it."""
    program: ProgramUse | msgspec.UnsetType = msgspec.UNSET
    """What its program used, where it had one and that is known."""
    worker: str | None = None
    """The worker of a cluster that it ran on."""


class TaskFailed(TaskEvent, frozen=True, kw_only=True):
    """The task failed for good; what had arrived is kept in `output`."""

    error: ErrorKind
    message: str
    kept: int
    """Characters of partial text that were kept."""
    output: str
    usage: Usage = Usage()
    model: str | None = None
    program: ProgramUse | msgspec.UnsetType = msgspec.UNSET
    """What its program used, where it had one and that is known."""
    worker: str | None = None
    """The worker of a cluster that it ran on."""


class TaskCancelled(TaskEvent, frozen=True, kw_only=True):
    """A person stopped it."""

    why: str
    kept: int = 0
    output: str = ""
    usage: Usage = Usage()
    model: str | None = None
    program: ProgramUse | msgspec.UnsetType = msgspec.UNSET
    """What its program used, where it had one and that is known."""
    worker: str | None = None
    """The worker of a cluster that it ran on."""


class TaskSkipped(TaskEvent, frozen=True, kw_only=True):
    """It never started, because something that it needs did not complete, or because there was too
    little time or money for everything."""

    why: str
    short: Shortage | None = None
    """What there was too little of; `None` where it needed something that did not complete."""


AnyTaskEvent = (
    TaskReused
    | TaskQueued
    | TaskStarted
    | WorkerAwaited
    | TaskPlaced
    | TextDelta
    | ToolCalled
    | ToolReturned
    | WriteRefused
    | AccessRefused
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
