"""Folding events into a Run.

Only `apply(run, event)` changes a Run. An event that can not follow what came
before it raises, with the task's story. This module never reads a clock or a
file: all times come from the events.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from orchtui.engine import costs
from orchtui.engine import events as ev
from orchtui.engine.errors import ErrorKind, IllegalTransitionError
from orchtui.engine.plan import PRIORITIES
from orchtui.engine.run import (
    ENDED,
    LIVE,
    Attempt,
    Run,
    Session,
    Status,
    TaskRun,
    ToolUse,
    aggregation_task,
)


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
        concurrency=event.schedule.concurrency,
        seq=event.seq,
        at=at,
        parent=event.parent,
        fingerprints=event.fingerprints,
        overrides=event.overrides,
        format=event.format,
        pid=event.pid,
    )


def begin(event: ev.RunEvent | ev.UnknownEvent) -> Run:
    """`start`, of whatever a journal begins with.

    Raises:
        IllegalTransitionError: when that is another event.
    """
    if not isinstance(event, ev.RunStarted):
        raise IllegalTransitionError(f"the journal begins with {ev.kind_of(event)}")
    return start(event)


def replay(events: Iterable[ev.RunEvent | ev.UnknownEvent]) -> Run | None:
    """The Run of a whole journal; `None` of an empty one.

    Raises:
        IllegalTransitionError: when an event does not fit.
    """
    run: Run | None = None
    for event in events:
        if run is None:
            run = begin(event)
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
    heard, run.seq, run.at = run.at, event.seq, ev.seconds(event.at)
    if isinstance(event, ev.TaskEvent):
        _apply_to_task(run, event)
        return
    match event:
        case ev.RunStarted():
            raise IllegalTransitionError(f"run {run.id}: started twice (event {event.seq})")
        case ev.RunResumed():
            _resume(run, event, heard)
        case ev.Steered():
            _steer(run, event)
        case ev.TaskAdded():
            _add(run, event)
        case ev.LimitChanged():
            run.server_limits[event.backend] = event
            run.slowed[event.backend] = run.slowed.get(event.backend, 0) + event.lower
        case ev.BudgetWarning():
            run.budget_warnings.append(event)
        case ev.Aggregated():
            run.aggregated = event
        case ev.RunFinished():
            run.finished = event


def _steer(run: Run, event: ev.Steered) -> None:
    """A person's wish; one that this version does not know changes nothing."""
    run.wishes.append(event)
    task = run.tasks.get(event.task or "")
    match event.action, task, event.value:
        case "cancel_run", _, _:
            run.cancelled = True
        case "pause" | "resume", _, _:
            run.paused = event.action == "pause"
        case "concurrency", _, str(number):
            run.concurrency = int(number)
        case "retry", TaskRun(), _:
            _put_back(run, task, run.at)
        case "extend", TaskRun(), str(seconds):
            task.task = replace(task.task, timeout=task.task.timeout + float(seconds))
        case "priority", TaskRun(), str(priority) if priority in PRIORITIES:
            task.task = replace(task.task, priority=priority)


def _add(run: Run, event: ev.TaskAdded) -> None:
    new = event.scheduled
    if new.id in run.tasks:
        raise IllegalTransitionError(
            f"run {run.id}: task '{new.id}' is added twice (event {event.seq})"
        )
    run.added.append(event)
    if event.fingerprint is not None:
        run.fingerprints = {**run.fingerprints, new.id: event.fingerprint}
    run.tasks[new.id] = TaskRun(new)
    run.plan = replace(run.plan, tasks=(*run.plan.tasks, event.planned))
    run.schedule = replace(
        run.schedule,
        tasks=(*run.schedule.tasks, new),
        staged=(*run.schedule.staged, *event.staged),
    )


def _resume(run: Run, event: ev.RunResumed, heard: float) -> None:
    """Begin another session.

    Args:
        heard: When the session before it was last heard of.
    """
    if unknown := [task_id for task_id in event.again if task_id not in run.tasks]:
        raise IllegalTransitionError(
            f"run {run.id}: event {event.seq} resumes unknown tasks: {', '.join(unknown)}"
        )
    if run.finished is None:
        # It worked until it was interrupted, whether or not a task ended.
        run.sessions[-1].last_end = max(run.sessions[-1].last_end, heard)
    run.finished, run.aggregated = None, None
    run.cancelled, run.paused = False, False
    run.server_limits.clear()
    run.sessions.append(Session(run.at, run.at, len(event.reused), event.reasons))
    run.pid = event.pid
    if event.schedule is not None:
        run.schedule, run.fingerprints = event.schedule, event.fingerprints
        run.rehearsal = "rehearsal" in event.schedule.backends
        for task in event.schedule.tasks:
            if task.id in run.tasks:
                run.tasks[task.id].task = task
    run.concurrency = run.schedule.concurrency
    if event.overrides is not None:
        run.overrides = event.overrides
    for each in [*(run.tasks[task_id] for task_id in event.again), run.aggregate]:
        if each is not None:
            _put_back(run, each, heard)


_ALLOWED: dict[type[ev.TaskEvent], frozenset[Status]] = {
    ev.TaskReused: frozenset({"waiting"}),
    ev.TaskQueued: frozenset({"waiting", "retrying", "failed", "cancelled", "skipped"}),
    ev.TaskStarted: frozenset({"queued"}),
    ev.TextDelta: frozenset({"running"}),
    ev.ToolCalled: frozenset({"running"}),
    ev.ToolReturned: frozenset({"running"}),
    ev.WriteRefused: frozenset({"running"}),
    ev.FilesSeen: LIVE | ENDED,  # a cancelled attempt is told before its files are looked at
    ev.RaceDetected: LIVE | ENDED,  # it may come to light when one of the two has ended
    ev.PermissionAsked: frozenset({"running"}),
    ev.PermissionAnswered: frozenset({"running"}),
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
        case ev.TaskReused():
            _take_over(run, task, event)
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
        case ev.TaskRetrying():
            task.status, task.why, task.resumes = "retrying", event.why, run.at + event.wait_s
            _close_attempt(run, task, event, event.error, event.why)
            task.attempts[-1].throttled = event.throttled
        case ev.TaskCompleted():
            _end(run, task, "completed")
            _close_attempt(run, task, event)
            task.output, task.stop_reason = event.output, event.stop_reason
        case ev.TaskFailed():
            _end(run, task, "failed", event.error, event.message)
            _close_attempt(run, task, event, event.error, event.message)
            task.output = event.output
        case ev.TaskCancelled():
            _end(run, task, "cancelled", None, event.why)
            _close_attempt(run, task, event, None, event.why)
            task.output = event.output
        case ev.TaskSkipped():
            _end(run, task, "skipped", None, event.why)
        case _:
            _note(run, task, event)


def _take_over(run: Run, task: TaskRun, event: ev.TaskReused) -> None:
    """A result from elsewhere: whole, and without any time or use of its own."""
    task.status, task.ended = "completed", run.at
    task.output, task.stop_reason, task.reused = event.output, event.stop_reason, event
    task.attempts.append(
        Attempt(
            0,
            run.at,
            event.backend,
            event.model,
            event.specialist,
            event.instance,
            ended=run.at,
            completed=True,
            files=event.files,
            length=len(event.text),
            pieces=[event.text],
        )
    )


def _note(run: Run, task: TaskRun, event: ev.TaskEvent) -> None:
    """What happens while an attempt goes on, and does not change where the task stands."""
    match event:
        case ev.ToolCalled():
            attempt = task.attempts[-1]
            attempt.tools.append(
                ToolUse(event.call, event.name, event.arguments, attempt.length, run.at)
            )
        case ev.WriteRefused():
            task.attempts[-1].refused.append(event)
        case ev.FilesSeen():
            for attempt in reversed(task.attempts):
                if attempt.number == event.attempt:
                    attempt.files = event
                    break
        case ev.RaceDetected():
            run.races.append(event)
        case ev.PermissionAsked():
            task.question = event
        case ev.PermissionAnswered():
            task.question = None
        case ev.ToolReturned():
            for tool in reversed(task.attempts[-1].tools):
                if tool.call == event.call:
                    tool.ok, tool.text = event.ok, event.text
                    break


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


def _end(
    run: Run, task: TaskRun, status: Status, error: ErrorKind | None = None, why: str = ""
) -> None:
    task.status, task.ended, task.error, task.why = status, run.at, error, why
    task.resumes = None
    if task.task.id != ev.AGGREGATE:
        run.sessions[-1].last_end = run.at


def _close_attempt(
    run: Run,
    task: TaskRun,
    event: ev.TaskRetrying | ev.TaskCompleted | ev.TaskFailed | ev.TaskCancelled,
    error: ErrorKind | None = None,
    message: str = "",
) -> None:
    attempt = task.attempt
    task.question = None
    if attempt is not None and attempt.ended is None:
        attempt.ended, attempt.usage = run.at, event.usage
        attempt.model = event.model or attempt.model
        attempt.error, attempt.message = error, message
        attempt.completed = isinstance(event, ev.TaskCompleted)
        _count(run, attempt, stopped=isinstance(event, ev.TaskCancelled))


def _count(run: Run, attempt: Attempt, *, stopped: bool) -> None:
    """What an attempt that is over has cost."""
    attempt.cost = costs.of_attempt(
        run.schedule.prices,
        attempt.backend,
        attempt.model,
        attempt.usage,
        error=attempt.error,
        stopped=stopped,
        length=attempt.length,
    )
    run.spent += attempt.cost


def _put_back(run: Run, task: TaskRun, heard: float) -> None:
    """A task that runs again, by hand or in a new session, keeps its attempts, not its end.

    Args:
        heard: When an attempt that never ended was last heard of.
    """
    if task.attempt is not None and task.attempt.ended is None:
        task.attempt.ended = max(task.attempt.started, heard)
        task.attempt.message = "the run was interrupted"
        _count(run, task.attempt, stopped=True)
    task.status, task.ended, task.error, task.why = "waiting", None, None, ""
    task.queued, task.resumes, task.question, task.reused = None, None, None, None
