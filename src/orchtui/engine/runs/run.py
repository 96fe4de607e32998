"""Run: what is known of a run, live or past.

Only `fold.apply(run, event)` changes a Run, so a live run and a past one are
the same thing to every reader. This module never reads a clock or a file: all
times come from the events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchtui.engine.plans.plan import Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.costs import NOTHING, Cost
from orchtui.engine.runs.slots import Slots
from orchtui.engine.runs.task_run import ENDED, LIVE, Attempt, Status, TaskRun, ToolUse
from orchtui.engine.scheduling.fingerprint import Fingerprint
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.scheduling.schedule import NO_OVERRIDES, Schedule, ScheduledTask

__all__ = [
    "ENDED",
    "LIVE",
    "Attempt",
    "Run",
    "Session",
    "Status",
    "TaskRun",
    "ToolUse",
    "aggregation_task",
]


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
    cluster: str = ""
    """Address of the cluster on which attempts ran; empty where they ran here."""


@dataclass(slots=True, repr=False)
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

    def __repr__(self) -> str:
        # Short: whoever describes a call with it, as Textual does, would write thousands of tasks.
        return f"Run({self.id!r})"

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
        runs_on=schedule.runs_on,
        timeout=longest,
        retries=1,
        max_tokens=max((task.max_tokens for task in schedule.tasks), default=8000),
    )
