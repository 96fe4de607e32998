"""TaskRun and Attempt: what is known of one task of a run, live or past.

Only `fold.apply` changes them. This module never reads a clock or a file: all times come from the
events.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from orchtui.engine.errors import ErrorKind
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.task_events import Shortage
from orchtui.engine.runs.costs import NOTHING, Cost
from orchtui.engine.scheduling.schedule import ScheduledTask

Status = Literal[
    "waiting", "queued", "running", "retrying", "completed", "failed", "cancelled", "skipped"
]
"""`waiting`: for other tasks. `queued`: for a slot, or with one for a worker of a cluster.
`retrying`: for its next attempt."""

LIVE: frozenset[Status] = frozenset({"waiting", "queued", "running", "retrying"})
ENDED: frozenset[Status] = frozenset({"completed", "failed", "cancelled", "skipped"})

STORY = 12
"""How many of a task's last events an IllegalTransitionError tells."""


@dataclass(slots=True)
class ToolUse:
    """One use of a tool, in the place where it stands in the attempt's text."""

    call: str
    name: str
    arguments: str
    offset: int
    """Characters of text that came before it."""
    at: float
    ok: bool | None = None
    """`None` until it returned."""
    text: str = ""


@dataclass(slots=True)
class Attempt:
    """One try at a task."""

    number: int
    """From 1; 0 where nothing ran here and the result was taken over from an earlier run."""
    started: float
    """Seconds since 1970."""
    backend: str
    model: str | None
    specialist: str
    instance: str
    ended: float | None = None
    queued: float | None = None
    """When it began to wait for a slot."""
    awaited_s: float = 0.0
    """Seconds between having a slot and `started`, in which it waited for a worker of a cluster."""
    resumes: float | None = None
    """When the attempt after it was due, where one was to follow by itself."""
    worker: str | None = None
    """The worker of a cluster that it runs on; known once it has begun there."""
    completed: bool = False
    """Whether its answer was whole and accepted."""
    error: ErrorKind | None = None
    message: str = ""
    """Why it failed or was stopped."""
    throttled: bool = False
    """Whether the server only asked to come back later."""
    overtaken: bool = False
    """Whether it was stopped because a second attempt beside it was done first: no failure."""
    usage: ev.Usage = ev.Usage()
    cost: Cost = NOTHING
    """Known once it has ended."""
    program: ev.ProgramUse | None = None
    """What its program used; known once it has ended, if at all."""
    tools: list[ToolUse] = field(default_factory=list)
    refused: list[ev.WriteRefused | ev.AccessRefused] = field(default_factory=list)
    """What it was not allowed by the rules."""
    refused_at: list[int] = field(default_factory=list)
    """Characters of text that came before each of these."""
    files: ev.FilesSeen | None = None
    """What it did to files, once that is known."""
    length: int = 0
    """Characters of text so far."""
    pieces: list[str] = field(default_factory=list, repr=False)
    """The text as it came; `text` joins it."""

    @property
    def text(self) -> str:
        """All that arrived."""
        if len(self.pieces) > 1:
            self.pieces = ["".join(self.pieces)]
        return self.pieces[0] if self.pieces else ""

    def since(self, start: int) -> str:
        """What arrived from this character on; costs what it gives, however long the text is."""
        missing = self.length - start
        if missing <= 0:
            return ""
        last: list[str] = []
        for piece in reversed(self.pieces):
            last.append(piece)
            missing -= len(piece)
            if missing <= 0:
                break
        return "".join(reversed(last))[-missing:] if missing < 0 else "".join(reversed(last))

    def anew(self, started: float) -> "Attempt":
        """Another one that shares nothing with this one, and to which nothing has happened yet."""
        who = self.backend, self.model, self.specialist, self.instance
        return Attempt(self.number, started, *who, queued=self.queued)

    @property
    def slot(self) -> float:
        """When it had a slot of the run; seconds since 1970."""
        return self.started - self.awaited_s

    @property
    def outcome(self) -> str:
        """How it ended, for a line about an attempt that another one follows."""
        if self.completed:
            return "it completed" if self.number else "its result was taken over"
        return self.message

    def seconds(self, now: float) -> float:
        """How long it took, or has been running until `now`."""
        return max(0.0, (self.ended if self.ended is not None else now) - self.started)


class Awaiting(NamedTuple):
    """An attempt that has a slot, and waits for a worker of a cluster: it has not begun."""

    attempt: Attempt
    """As it will be, but for when it begins; never changed."""
    own_s: float
    """Seconds for which it was made ready before it waited: these are its own."""

    def begun(self, at: float) -> Attempt:
        """The attempt, with a worker from this moment on (seconds since 1970)."""
        began = max(self.attempt.started, at - self.own_s)
        made = self.attempt.anew(began)
        made.awaited_s = began - self.attempt.started
        return made


@dataclass(slots=True, repr=False)
class TaskRun:
    """What happened to one task so far."""

    task: ScheduledTask
    status: Status = "waiting"
    attempts: list[Attempt] = field(default_factory=list)
    queued: float | None = None
    """When it first waited for a slot."""
    waits: float | None = None
    """Since when it waits, while `queued`: for a slot, and then perhaps for a worker."""
    awaiting: Awaiting | None = None
    """Its attempt that waits for a worker, while `queued` with a slot."""
    ended: float | None = None
    error: ErrorKind | None = None
    why: str = ""
    """Why it did not complete, or why it is being tried again."""
    short: Shortage | None = None
    """What there was too little of, where it was left out for that."""
    output: str = ""
    """Its file, relative to the run folder."""
    stop_reason: str = ""
    reused: ev.TaskReused | None = None
    """Where its result comes from, when it was taken over from an earlier run."""
    question: ev.PermissionAsked | None = None
    """What its program wants to be allowed, until somebody answers."""
    hedges: list[Attempt] = field(default_factory=list)
    """Second attempts that began beside one of `attempts`; without text. One that won is
    `completed` here, and has become one of those."""
    story: deque[str] = field(default_factory=lambda: deque(maxlen=STORY))

    def __repr__(self) -> str:
        return f"TaskRun({self.id!r}, {self.status!r})"

    @property
    def id(self) -> str:
        return self.task.id

    @property
    def attempt(self) -> Attempt | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def resumes(self) -> float | None:
        """When its next attempt is due; seconds since 1970, `None` unless it is retrying."""
        return self.attempts[-1].resumes if self.status == "retrying" else None

    @property
    def kept(self) -> Attempt | None:
        """The attempt whose text counts: the latest, or for a failure the one that got furthest.

        An answer that was whole and is made again is not set against its successors.
        """
        if self.status in ("completed", "running") or not self.attempts:
            return self.attempt
        whole = (at for at, one in enumerate(self.attempts[:-1], 1) if one.completed)
        since = self.attempts[max(whole, default=0) :]
        return max(since, key=lambda attempt: (attempt.length, attempt.number))

    def answer(self, number: int = 0) -> Attempt | None:
        """The attempt with this number, or with 0 the one that counts, if its answer is whole."""
        if number == 0:
            return self.attempt if self.status == "completed" else None
        return next((one for one in self.attempts if one.number == number and one.completed), None)

    @property
    def text(self) -> str:
        """The result, or what there is of it."""
        return self.kept.text if self.kept else ""

    @property
    def hedge(self) -> Attempt | None:
        """The second attempt that runs beside the latest one."""
        return self.hedges[-1] if self.hedges and self.hedges[-1].ended is None else None

    @property
    def usage(self) -> ev.Usage:
        """Tokens of all attempts, those beside others too."""
        return sum((one.usage for one in (*self.attempts, *self.hedges)), ev.Usage())

    @property
    def cost(self) -> Cost:
        """Of all attempts that have ended, those beside others too."""
        return sum((one.cost for one in (*self.attempts, *self.hedges)), NOTHING)

    @property
    def program(self) -> ev.ProgramUse | None:
        """What the programs of its attempts used, those beside others too; `None` where it had
        none, or nothing is known of them."""
        used = [one.program for one in (*self.attempts, *self.hedges) if one.program is not None]
        return sum(used[1:], used[0]) if used else None

    @property
    def started(self) -> float | None:
        """When its first attempt began."""
        return self.attempts[0].started if self.attempts else None

    @property
    def made(self) -> int:
        """How many attempts were made in this run."""
        return self.attempts[-1].number if self.attempts else 0

    def seconds_of_all(self, now: float) -> float:
        """Run time of all attempts; while two of them run beside each other it counts once."""
        total, until = 0.0, now
        for one in reversed(self.attempts):
            end = now if one.ended is None else one.ended
            total += max(0.0, min(end, until) - one.started)
            until = one.started
        return total

    @property
    def slot(self) -> float:
        """When the attempt that waits had a slot of the run; infinite while it has none."""
        return self.awaiting.attempt.started if self.awaiting is not None else math.inf

    @property
    def last_number(self) -> int:
        """Of the attempt that was begun last, also beside another one."""
        waits = self.awaiting.attempt.number if self.awaiting is not None else 0
        return max([self.made, waits, *(hedge.number for hedge in self.hedges)])

    def seconds(self, now: float) -> float | None:
        """Run time of the latest attempt; `None` before the first in this run."""
        return self.attempts[-1].seconds(now) if self.made else None
