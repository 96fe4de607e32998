"""Folding the events of one task into its TaskRun: the fold's part for tasks.

Only `fold` calls it. An event that can not follow what came before it raises,
with the task's story. This module never reads a clock or a file.
"""

from orchtui.engine.errors import ErrorKind, IllegalTransitionError
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import costs
from orchtui.engine.runs.rehearsed import BACKEND
from orchtui.engine.runs.run import (
    ENDED,
    LIVE,
    Attempt,
    Run,
    Status,
    TaskRun,
    ToolUse,
    aggregation_task,
)
from orchtui.engine.runs.task_run import Awaiting
from orchtui.engine.text import clean_line

_ALLOWED: dict[type[ev.TaskEvent], frozenset[Status]] = {
    ev.TaskReused: frozenset({"waiting"}),
    ev.TaskQueued: frozenset({"waiting", "retrying", "failed", "cancelled", "skipped"}),
    ev.TaskStarted: frozenset({"queued"}),
    ev.WorkerAwaited: frozenset({"running"}),
    ev.TaskPlaced: frozenset({"running"}),
    ev.TextDelta: frozenset({"running"}),
    ev.ToolCalled: frozenset({"running"}),
    ev.ToolReturned: frozenset({"running"}),
    ev.WriteRefused: frozenset({"running"}),
    ev.AccessRefused: frozenset({"running"}),
    ev.FilesSeen: LIVE | ENDED,  # a cancelled attempt is told before its files are looked at
    ev.RaceDetected: LIVE | ENDED,  # it may come to light when one of the two has ended
    ev.PermissionAsked: frozenset({"running"}),
    ev.PermissionAnswered: frozenset({"running"}),
    ev.TaskHedged: frozenset({"running"}),
    ev.HedgeEnded: LIVE | ENDED,  # it may take a moment to stop when the first one is done
    ev.TaskRetrying: frozenset({"running"}),
    ev.TaskCompleted: frozenset({"running"}),
    ev.TaskFailed: frozenset({"waiting", "queued", "running", "retrying"}),
    ev.TaskCancelled: frozenset({"waiting", "queued", "running", "retrying"}),
    ev.TaskSkipped: frozenset({"waiting", "queued"}),
}
"""The states in which a task may be when an event of it comes."""


def _does_not_fit(run: Run, task: TaskRun, event: ev.TaskEvent) -> IllegalTransitionError:
    story = ", ".join(task.story) or "nothing before it"
    name = clean_line(event.task)
    return IllegalTransitionError(
        f"run {run.id}: {ev.kind_of(event)} (event {event.seq}) while task '{name}' "
        f"is {task.status}; its story: {story}"
    )


def apply_to_task(run: Run, event: ev.TaskEvent) -> None:
    """Change the run by one event of a task.

    Raises:
        IllegalTransitionError: when the event can not follow what came before.
    """
    task = _task_of(run, event)
    if task.awaiting is not None and not _may_wait(event):
        _let_begin(run, task)
    if task.status not in _ALLOWED[type(event)]:
        raise _does_not_fit(run, task, event)
    if isinstance(event, ev.TextDelta):
        attempt = task.attempts[-1]
        attempt.pieces.append(event.text)
        attempt.length += len(event.text)
        run.characters += len(event.text)
        return
    task.story.append(f"{event.seq} {ev.kind_of(event)}")
    match event:
        case ev.TaskQueued():
            task.status, task.ended, task.waits = "queued", None, run.at
            if task.queued is None:
                task.queued = run.at
        case ev.TaskReused():
            _take_over(run, task, event)
        case ev.TaskStarted():
            _start(run, task, event)
        case ev.WorkerAwaited():
            _await(run, task, event)
        case ev.TaskRetrying():
            task.status, task.why = "retrying", event.why
            _close_attempt(run, task, event, None if event.overtaken else event.error, event.why)
            task.attempts[-1].throttled = event.throttled
            task.attempts[-1].resumes = run.at + event.wait_s
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
            task.short = event.short
        case ev.TaskHedged():
            _hedge(run, task, event)
        case ev.HedgeEnded():
            _end_hedge(run, task, event)
        case _:
            _note(run, task, event)


def _may_wait(event: ev.TaskEvent) -> bool:
    """Whether an attempt of which this is told may still wait for its worker."""
    ends = isinstance(event, ev.TaskFailed | ev.TaskCancelled)
    return "queued" in _ALLOWED[type(event)] and not ends


def _await(run: Run, task: TaskRun, event: ev.WorkerAwaited) -> None:
    """An attempt that has a slot has not begun after all: until it does, its task waits.

    Its slot stays taken.
    """
    attempt = task.attempts.pop()
    own = run.at - event.waited_s - attempt.started
    task.status, task.waits = (
        "queued",
        attempt.started if attempt.queued is None else attempt.queued,
    )
    task.awaiting = Awaiting(attempt.anew(attempt.started), max(0.0, own))


def _let_begin(run: Run, task: TaskRun) -> None:
    """It waits no more, be it because it ends."""
    assert task.awaiting is not None
    task.attempts.append(task.awaiting.begun(run.at))
    task.status, task.waits, task.awaiting = "running", None, None


def _start(run: Run, task: TaskRun, event: ev.TaskStarted) -> None:
    """Another attempt."""
    task.status, task.error, task.why = "running", None, ""
    run.rehearsal |= event.backend == BACKEND
    won = (one for one in task.hedges if one.completed and one.number == event.attempt)
    beside = next(won, None)
    task.attempts.append(
        Attempt(
            event.attempt,
            beside.started if beside is not None else run.at,
            event.backend,
            event.model,
            event.specialist,
            event.instance,
            queued=task.waits,
        )
    )
    task.waits = None
    if event.task != ev.AGGREGATE:
        run.slots.take(run.at)


def _hedge(run: Run, task: TaskRun, event: ev.TaskHedged) -> None:
    """A second attempt begins beside the first."""
    if task.hedge is not None:
        raise _does_not_fit(run, task, event)
    run.rehearsal |= event.backend == BACKEND
    task.hedges.append(
        Attempt(event.attempt, run.at, event.backend, event.model, event.specialist, event.instance)
    )
    run.slots.take(run.at)


def _end_hedge(run: Run, task: TaskRun, event: ev.HedgeEnded) -> None:
    hedge = task.hedge
    if hedge is None or hedge.number != event.attempt:
        raise _does_not_fit(run, task, event)
    run.slots.give_back(run.at)
    hedge.ended, hedge.usage, hedge.length = run.at, event.usage, event.length
    hedge.model = event.model or hedge.model
    hedge.worker = event.worker
    hedge.error, hedge.message = event.error, event.why
    hedge.program = event.program or None
    hedge.completed = event.how == "won"
    if not hedge.completed:  # else its cost is that of the attempt that it becomes
        _count(run, hedge, stopped=event.how == "lost")


def break_off(run: Run, task: TaskRun, heard: float) -> None:
    """A second attempt that still ran when the run was interrupted is over.

    Args:
        heard: When the run was last heard of.
    """
    if (hedge := task.hedge) is not None:
        hedge.ended, hedge.message = max(hedge.started, heard), "the run was interrupted"
        _count(run, hedge, stopped=True)


def _take_over(run: Run, task: TaskRun, event: ev.TaskReused) -> None:
    """A result from elsewhere: whole, and without any time or use of its own."""
    task.status, task.ended = "completed", run.at
    run.rehearsal |= event.backend == BACKEND
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
        case ev.TaskPlaced():
            task.attempts[-1].worker = event.worker
        case ev.ToolCalled():
            attempt = task.attempts[-1]
            attempt.tools.append(
                ToolUse(event.call, event.name, event.arguments, attempt.length, run.at)
            )
        case ev.WriteRefused() | ev.AccessRefused():
            attempt = task.attempts[-1]
            attempt.refused.append(event)
            attempt.refused_at.append(attempt.length)
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
                f"'{clean_line(event.task)}', which is not in the schedule"
            ) from None
    if run.aggregate is None:
        run.aggregate = TaskRun(aggregation_task(run.schedule))
    return run.aggregate


def _end(
    run: Run, task: TaskRun, status: Status, error: ErrorKind | None = None, why: str = ""
) -> None:
    task.status, task.ended, task.error, task.why = status, run.at, error, why
    task.waits = None
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
        if task.id != ev.AGGREGATE:
            run.slots.give_back(run.at)
        attempt.ended, attempt.usage = run.at, event.usage
        attempt.program = event.program or None
        attempt.model = event.model or attempt.model
        attempt.worker = event.worker or attempt.worker
        attempt.error, attempt.message = error, message
        attempt.completed = isinstance(event, ev.TaskCompleted)
        attempt.overtaken = isinstance(event, ev.TaskRetrying) and event.overtaken
        stopped = attempt.overtaken or isinstance(event, ev.TaskCancelled)
        _count(run, attempt, stopped=stopped)


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


def put_back(run: Run, task: TaskRun, heard: float) -> None:
    """A task that runs again, by hand or in a new session, keeps its attempts, not its end.

    Args:
        heard: When an attempt that never ended was last heard of.
    """
    if task.awaiting is not None:
        task.attempts.append(task.awaiting.begun(heard))
    if task.attempt is not None and task.attempt.ended is None:
        task.attempt.ended = max(task.attempt.started, heard)
        task.attempt.message = "the run was interrupted"
        _count(run, task.attempt, stopped=True)
    task.status, task.ended, task.error, task.why = "waiting", None, None, ""
    task.queued, task.waits, task.awaiting, task.question = None, None, None, None
    task.reused, task.short = None, None
