"""Run and TaskRun: what is known of a run, live or past.

Only `fold.apply(run, event)` changes a Run, so a live run and a past one are
the same thing to every reader. This module never reads a clock or a file: all
times come from the events.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from orchtui.engine.errors import ErrorKind
from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.task_events import Shortage
from orchtui.engine.runs.costs import NOTHING, Cost
from orchtui.engine.runs.slots import Slots
from orchtui.engine.scheduling.fingerprint import Fingerprint
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.scheduling.schedule import NO_OVERRIDES, Schedule, ScheduledTask

Status = Literal[
    "waiting", "queued", "running", "retrying", "completed", "failed", "cancelled", "skipped"
]
"""`waiting`: for other tasks. `queued`: for a slot. `retrying`: for its next attempt."""

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
    resumes: float | None = None
    """When the attempt after it was due, where one was to follow by itself."""
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
    tools: list[ToolUse] = field(default_factory=list)
    refused: list[ev.WriteRefused | ev.AccessRefused] = field(default_factory=list)
    """What it was not allowed by the rules."""
    refused_at: list[int] = field(default_factory=list)
    """Characters of text that came before each of these."""
    files: ev.FilesSeen | None = None
    """What it did to files, once that is known."""
    length: int = 0
    """Characters of text so far."""
    pieces: list[str] = field(default_factory=list)
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

    @property
    def outcome(self) -> str:
        """How it ended, for a line about an attempt that another one follows."""
        if self.completed:
            return "it completed" if self.number else "its result was taken over"
        return self.message

    def seconds(self, now: float) -> float:
        """How long it took, or has been running until `now`."""
        return max(0.0, (self.ended if self.ended is not None else now) - self.started)


@dataclass(slots=True)
class TaskRun:
    """What happened to one task so far."""

    task: ScheduledTask
    status: Status = "waiting"
    attempts: list[Attempt] = field(default_factory=list)
    queued: float | None = None
    """When it first waited for a slot."""
    waits: float | None = None
    """Since when it waits for a slot, while `queued`."""
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
    def last_number(self) -> int:
        """Of the attempt that was begun last, also beside another one."""
        return max([self.made, *(hedge.number for hedge in self.hedges)])

    def seconds(self, now: float) -> float | None:
        """Run time of the latest attempt; `None` before the first in this run."""
        return self.attempts[-1].seconds(now) if self.made else None


@dataclass(slots=True)
class Session:
    """One stretch of work at a run: a resumed run has several."""

    started: float
    last_end: float
    """When the last of its tasks ended; of an interrupted one, when it was last heard of."""
    kept: int = 0
    """How many results of the sessions before it were kept."""
    again: Mapping[str, str] = field(default_factory=dict)
    """Why tasks of the sessions before it ran again, by their ids."""


@dataclass(slots=True)
class Run:
    """All that is known of a run."""

    id: str
    plan: Plan
    schedule: Schedule
    rehearsal: bool
    """Whether a rehearsal takes part, or once did; `rehearsed` says what is made up."""
    started: float
    """Seconds since 1970."""
    tasks: dict[str, TaskRun]
    """In the plan's order."""
    aggregate: TaskRun | None = None
    """The synthesis, where there is one."""
    aggregated: ev.Aggregated | None = None
    joined_again: list[ev.AggregationAsked] = field(default_factory=list)
    """When a person wanted its results joined another way, after its end."""
    stopped_joining: list[ev.AggregationStopped] = field(default_factory=list)
    """When a person stopped that before there was another result."""
    reducing: ev.ReductionBegun | None = None
    """The round of a reduction that goes on; `None` else."""
    reductions: list[ev.PartReduced] = field(default_factory=list)
    """Parts in which results were shortened for a synthesis, of all that were made."""
    reductions_before: int = 0
    """How many of them are an earlier synthesis'."""
    sessions: list[Session] = field(default_factory=list)
    cancelled: bool = False
    """Whether a person stopped the whole run in the current session."""
    finished: ev.RunFinished | None = None
    """The current session's last event; `None` while it goes on."""
    seq: int = 0
    at: float = 0.0
    """The time of the latest event."""
    races: list[ev.RaceDetected] = field(default_factory=list)
    """Where the independence of two tasks turned out false."""
    wishes: list[ev.Steered] = field(default_factory=list)
    """What a person changed while it went on."""
    added: list[ev.TaskAdded] = field(default_factory=list)
    """Tasks that a person put in."""
    slowed: dict[str, int] = field(default_factory=dict)
    """How often a server asked for less, by backend."""
    server_limits: dict[str, ev.LimitChanged] = field(default_factory=dict)
    """What was learned last of each server's limits, by backend."""
    paused: bool = False
    """Whether a person wants nothing more to be started."""
    concurrency: int = 0
    """Tasks that may run at once, as a person has set it last."""
    slots: Slots = field(default_factory=Slots)
    """When all of them were taken."""
    storage: list[ev.StorageEvent] = field(default_factory=list)
    """When the disk refused and took what happened again, in all sessions."""
    characters: int = 0
    """Text received in all attempts of all tasks, for rates."""
    spent: Cost = NOTHING
    """Of all attempts that have ended, the aggregation's too."""
    budget_warnings: list[ev.BudgetWarning] = field(default_factory=list)
    ratings: dict[str, ev.ResultRated] = field(default_factory=dict)
    """How a person rated results, by task."""
    chosen: ev.ResultChosen | None = None
    """The result that a person chose as the run's."""
    judgements: list[ev.ResultsJudged] = field(default_factory=list)
    """What judges said of results, the latest last."""
    parent: str = ""
    """Id of the run whose unchanged results it took over."""
    again_of: str = ""
    """Id of the run whose plan it runs once more, perhaps with changes."""
    fingerprints: Mapping[str, Fingerprint] = field(default_factory=dict)
    """What each task is, by id; where one is missing, nobody wrote it down."""
    overrides: Overrides = NO_OVERRIDES
    """The flags that hold."""
    format: int = ev.FORMAT
    """The form of its journal."""
    pid: int = 0
    """The process that writes it, or did last; 0 where that was not noted."""

    @property
    def choice(self) -> tuple[TaskRun, Attempt] | None:
        """What a person chose: whose result, and which of its attempts."""
        task = self.tasks.get(self.chosen.task) if self.chosen is not None else None
        answer = task.answer(self.chosen.attempt) if task and self.chosen else None
        return (task, answer) if task is not None and answer is not None else None

    def of(self, task_id: str) -> TaskRun:
        """The task, or the aggregation, with this id.

        Raises:
            KeyError: when there is none.
        """
        if task_id == ev.AGGREGATE and self.aggregate is not None:
            return self.aggregate
        return self.tasks[task_id]

    @property
    def reduced(self) -> list[ev.PartReduced]:
        """The parts in which its results were shortened for its synthesis, of all rounds."""
        return self.reductions[self.reductions_before :]

    @property
    def unsaved(self) -> str:
        """Why what happens is in memory only; empty while the disk takes it."""
        last = self.storage[-1] if self.storage else None
        return last.why if isinstance(last, ev.StorageLost) else ""

    @property
    def moved(self) -> str:
        """The artifacts folder that it was saved in instead of its own; empty for its own."""
        last = self.storage[-1] if self.storage else None
        return last.out if isinstance(last, ev.StorageMoved) else ""

    def with_status(self, *statuses: Status) -> list[TaskRun]:
        """The tasks in one of these states, in the plan's order."""
        return [task for task in self.tasks.values() if task.status in statuses]

    @property
    def to_try_again(self) -> list[TaskRun]:
        """The tasks that failed, were stopped, or were left out for the want of time or money."""
        lost = ("failed", "cancelled")
        return [task for task in self.tasks.values() if task.status in lost or task.short]

    @property
    def usage(self) -> ev.Usage:
        """Tokens of everything, the aggregation too."""
        tasks = [*self.tasks.values(), *([self.aggregate] if self.aggregate else [])]
        parts = sum((one.usage for one in self.stopped_joining), ev.Usage())
        parts = sum((part.usage for part in self.reductions), parts)
        return sum((task.usage for task in tasks), parts)


def aggregation_task(schedule: Schedule, prompt: str = "") -> ScheduledTask:
    """The synthesis as a task of its own, with the run's own backend and limits."""
    longest = max((task.timeout for task in schedule.tasks), default=1800.0)
    return ScheduledTask(
        id=ev.AGGREGATE,
        label="Synthesis",
        position=0,
        prompt=prompt,
        specialist="synthesizer",
        instance="synthesizer",
        backend=schedule.backend,
        model=schedule.model,
        timeout=longest,
        retries=1,
        max_tokens=max((task.max_tokens for task in schedule.tasks), default=8000),
    )
