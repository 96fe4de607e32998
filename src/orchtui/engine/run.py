"""Run and TaskRun: the fold of the events so far.

Only `apply(run, event)` changes a Run, so a live run and a past one are the
same thing to every reader. An event that can not follow what came before it
raises, with the task's story. This module never reads a clock or a file: all
times come from the events.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from orchtui.engine import events as ev
from orchtui.engine.errors import ErrorKind, IllegalTransitionError
from orchtui.engine.plan import Plan
from orchtui.engine.schedule import Schedule, ScheduledTask

Status = Literal[
    "waiting", "queued", "running", "retrying", "completed", "failed", "cancelled", "skipped"
]
"""`waiting`: for other tasks. `queued`: for a slot. `retrying`: for its next attempt."""

LIVE: frozenset[Status] = frozenset({"waiting", "queued", "running", "retrying"})
ENDED: frozenset[Status] = frozenset({"completed", "failed", "cancelled", "skipped"})

_STORY = 12
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
    started: float
    """Seconds since 1970."""
    backend: str
    model: str | None
    specialist: str
    instance: str
    ended: float | None = None
    error: ErrorKind | None = None
    message: str = ""
    """Why it failed or was stopped."""
    usage: ev.Usage = ev.Usage()
    tools: list[ToolUse] = field(default_factory=list)
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
    ended: float | None = None
    resumes: float | None = None
    """When its next attempt is due, while `retrying`."""
    error: ErrorKind | None = None
    why: str = ""
    """Why it did not complete, or why it is being tried again."""
    output: str = ""
    """Its file, relative to the run folder."""
    stop_reason: str = ""
    story: deque[str] = field(default_factory=lambda: deque(maxlen=_STORY))

    @property
    def id(self) -> str:
        return self.task.id

    @property
    def attempt(self) -> Attempt | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None

    @property
    def kept(self) -> Attempt | None:
        """The attempt whose text counts: the latest, or for a failure the one that got furthest."""
        if self.status in ("completed", "running") or not self.attempts:
            return self.attempt
        return max(self.attempts, key=lambda attempt: (attempt.length, attempt.number))

    @property
    def text(self) -> str:
        """The result, or what there is of it."""
        return self.kept.text if self.kept else ""

    @property
    def usage(self) -> ev.Usage:
        """Tokens of all attempts."""
        return sum((attempt.usage for attempt in self.attempts), ev.Usage())

    @property
    def started(self) -> float | None:
        """When its first attempt began."""
        return self.attempts[0].started if self.attempts else None

    def seconds(self, now: float) -> float | None:
        """Run time of the latest attempt; `None` before the first."""
        return self.attempts[-1].seconds(now) if self.attempts else None


@dataclass(slots=True)
class Session:
    """One stretch of work at a run: a resumed run has several."""

    started: float
    last_end: float
    """When the last of its tasks ended."""


@dataclass(slots=True)
class Run:
    """All that is known of a run."""

    id: str
    plan: Plan
    schedule: Schedule
    rehearsal: bool
    started: float
    """Seconds since 1970."""
    tasks: dict[str, TaskRun]
    """In the plan's order."""
    aggregate: TaskRun | None = None
    """The synthesis, where there is one."""
    aggregated: ev.Aggregated | None = None
    sessions: list[Session] = field(default_factory=list)
    cancelled: bool = False
    """Whether a person stopped the whole run in the current session."""
    finished: ev.RunFinished | None = None
    """The current session's last event; `None` while it goes on."""
    seq: int = 0
    at: float = 0.0
    """The time of the latest event."""
    characters: int = 0
    """Text received in all attempts of all tasks, for rates."""

    def of(self, task_id: str) -> TaskRun:
        """The task, or the aggregation, with this id.

        Raises:
            KeyError: when there is none.
        """
        if task_id == ev.AGGREGATE and self.aggregate is not None:
            return self.aggregate
        return self.tasks[task_id]

    def with_status(self, *statuses: Status) -> list[TaskRun]:
        """The tasks in one of these states, in the plan's order."""
        return [task for task in self.tasks.values() if task.status in statuses]

    @property
    def usage(self) -> ev.Usage:
        """Tokens of everything, the aggregation too."""
        tasks = [*self.tasks.values(), *([self.aggregate] if self.aggregate else [])]
        return sum((task.usage for task in tasks), ev.Usage())


def start(event: ev.RunStarted) -> Run:
    """The Run that a journal's first event stands for."""
    at = ev.seconds(event.at)
    return Run(
        id=event.run,
        plan=event.plan,
        schedule=event.schedule,
        rehearsal=event.rehearsal,
        started=at,
        tasks={task.id: TaskRun(task) for task in event.schedule.tasks},
        sessions=[Session(at, at)],
        seq=event.seq,
        at=at,
    )


def fold(events: Iterable[ev.RunEvent | ev.UnknownEvent]) -> Run | None:
    """The Run of a whole journal; `None` of an empty one.

    Raises:
        IllegalTransitionError: when an event does not fit.
    """
    run: Run | None = None
    for event in events:
        if run is None:
            if not isinstance(event, ev.RunStarted):
                raise IllegalTransitionError(f"the journal begins with {ev.kind_of(event)}")
            run = start(event)
        else:
            apply(run, event)
    return run


def apply(run: Run, event: ev.RunEvent | ev.UnknownEvent) -> None:
    """Change the run by one event.

    Raises:
        IllegalTransitionError: when the event can not follow what came before.
    """
    if event.seq <= run.seq:
        raise IllegalTransitionError(
            f"run {run.id}: event {event.seq} ({ev.kind_of(event)}) comes after event {run.seq}"
        )
    run.seq, run.at = event.seq, ev.seconds(event.at)
    if isinstance(event, ev.TaskEvent):
        _apply_to_task(run, event)
        return
    match event:
        case ev.RunStarted():
            raise IllegalTransitionError(f"run {run.id}: started twice (event {event.seq})")
        case ev.RunResumed():
            run.finished, run.cancelled = None, False
            run.aggregated = None
            if run.aggregate is not None:
                _put_back(run.aggregate)
            run.sessions.append(Session(run.at, run.at))
            if unknown := [task_id for task_id in event.again if task_id not in run.tasks]:
                raise IllegalTransitionError(
                    f"run {run.id}: event {event.seq} resumes unknown tasks: {', '.join(unknown)}"
                )
            for task_id in event.again:
                _put_back(run.tasks[task_id])
        case ev.Steered(action="cancel_run"):
            run.cancelled = True
        case ev.Steered(action="retry", task=str(task_id)) if task_id in run.tasks:
            _put_back(run.tasks[task_id])
        case ev.Aggregated():
            run.aggregated = event
        case ev.RunFinished():
            run.finished = event


_ALLOWED: dict[type[ev.TaskEvent], frozenset[Status]] = {
    ev.TaskQueued: frozenset({"waiting", "retrying", "failed", "cancelled", "skipped"}),
    ev.TaskStarted: frozenset({"queued"}),
    ev.TextDelta: frozenset({"running"}),
    ev.ToolCalled: frozenset({"running"}),
    ev.ToolReturned: frozenset({"running"}),
    ev.TaskRetrying: frozenset({"running"}),
    ev.TaskCompleted: frozenset({"running"}),
    ev.TaskFailed: frozenset({"waiting", "queued", "running", "retrying"}),
    ev.TaskCancelled: frozenset({"waiting", "queued", "running", "retrying"}),
    ev.TaskSkipped: frozenset({"waiting", "queued"}),
}
"""The states in which a task may be when an event of it comes."""


def _apply_to_task(run: Run, event: ev.TaskEvent) -> None:
    task = _task_of(run, event)
    if task.status not in _ALLOWED[type(event)]:
        story = ", ".join(task.story) or "nothing before it"
        raise IllegalTransitionError(
            f"run {run.id}: {ev.kind_of(event)} (event {event.seq}) while task '{event.task}' "
            f"is {task.status}; its story: {story}"
        )
    if isinstance(event, ev.TextDelta):
        attempt = task.attempts[-1]
        attempt.pieces.append(event.text)
        attempt.length += len(event.text)
        run.characters += len(event.text)
        return
    task.story.append(f"{event.seq} {ev.kind_of(event)}")
    match event:
        case ev.TaskQueued():
            task.status, task.ended, task.resumes = "queued", None, None
            if task.queued is None:
                task.queued = run.at
        case ev.TaskStarted():
            task.status, task.error, task.why = "running", None, ""
            task.attempts.append(
                Attempt(
                    event.attempt,
                    run.at,
                    event.backend,
                    event.model,
                    event.specialist,
                    event.instance,
                )
            )
        case ev.ToolCalled():
            attempt = task.attempts[-1]
            attempt.tools.append(
                ToolUse(event.call, event.name, event.arguments, attempt.length, run.at)
            )
        case ev.ToolReturned():
            for tool in task.attempts[-1].tools:
                if tool.call == event.call:
                    tool.ok, tool.text = event.ok, event.text
        case ev.TaskRetrying():
            task.status, task.why, task.resumes = "retrying", event.why, run.at + event.wait_s
            _close_attempt(task, run.at, event, event.error, event.why)
        case ev.TaskCompleted():
            _end(run, task, "completed")
            _close_attempt(task, run.at, event)
            task.output, task.stop_reason = event.output, event.stop_reason
        case ev.TaskFailed():
            _end(run, task, "failed", event.error, event.message)
            _close_attempt(task, run.at, event, event.error, event.message)
            task.output = event.output
        case ev.TaskCancelled():
            _end(run, task, "cancelled", None, event.why)
            _close_attempt(task, run.at, event, None, event.why)
            task.output = event.output
        case ev.TaskSkipped():
            _end(run, task, "skipped", None, event.why)


def _task_of(run: Run, event: ev.TaskEvent) -> TaskRun:
    if event.task != ev.AGGREGATE:
        try:
            return run.tasks[event.task]
        except KeyError:
            raise IllegalTransitionError(
                f"run {run.id}: {ev.kind_of(event)} (event {event.seq}) names the task "
                f"'{event.task}', which is not in the schedule"
            ) from None
    if run.aggregate is None:
        run.aggregate = TaskRun(aggregation_task(run.schedule))
    return run.aggregate


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


def _end(
    run: Run, task: TaskRun, status: Status, error: ErrorKind | None = None, why: str = ""
) -> None:
    task.status, task.ended, task.error, task.why = status, run.at, error, why
    task.resumes = None
    if task.task.id != ev.AGGREGATE:
        run.sessions[-1].last_end = run.at


def _close_attempt(
    task: TaskRun,
    at: float,
    event: ev.TaskRetrying | ev.TaskCompleted | ev.TaskFailed | ev.TaskCancelled,
    error: ErrorKind | None = None,
    message: str = "",
) -> None:
    attempt = task.attempt
    if attempt is not None and attempt.ended is None:
        attempt.ended, attempt.usage = at, event.usage
        attempt.model = event.model or attempt.model
        attempt.error, attempt.message = error, message


def _put_back(task: TaskRun) -> None:
    """A task that runs again, by hand or in a new session, keeps its attempts, not its end."""
    if task.attempt is not None and task.attempt.ended is None:
        task.attempt.ended = task.attempt.started
        task.attempt.message = "the run was interrupted"
    task.status, task.ended, task.error, task.why = "waiting", None, None, ""
    task.queued, task.resumes = None, None
