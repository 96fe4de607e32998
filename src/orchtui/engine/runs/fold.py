"""Folding events into a Run.

Only `apply(run, event)` changes a Run. An event that can not follow what came
before it raises. What an event means for its task is `task_fold`'s. This module
never reads a clock or a file: all times come from the events.
"""

from collections.abc import Iterable

from msgspec.structs import replace

from orchtui.engine.errors import IllegalTransitionError
from orchtui.engine.plans.plan import PRIORITIES
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.choice_events import MOST_STARS
from orchtui.engine.runs.costs import Cost
from orchtui.engine.runs.rehearsed import BACKEND
from orchtui.engine.runs.run import Run, Session, TaskRun
from orchtui.engine.runs.slots import Slots
from orchtui.engine.runs.task_fold import apply_to_task, break_off, put_back
from orchtui.engine.text import clean_line


def start(event: ev.RunStarted) -> Run:
    """The Run that a journal's first event stands for."""
    at = ev.seconds(event.at)
    return Run(
        id=event.run,
        plan=event.plan,
        schedule=event.schedule,
        rehearsal=event.rehearsal or BACKEND in event.schedule.backends,
        started=at,
        tasks={task.id: TaskRun(task) for task in event.schedule.tasks},
        sessions=[Session(at, at, cluster=event.cluster)],
        concurrency=event.schedule.concurrency,
        slots=Slots(event.schedule.concurrency),
        seq=event.seq,
        at=at,
        parent=event.parent,
        again_of=event.again_of,
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
    if isinstance(event, ev.ChoiceEvent):
        # Days may have passed: the run's own time ends where the run does.
        run.seq = event.seq
        _choose(run, event)
        return
    ended = run.at if run.finished is not None else None
    heard, run.seq, run.at = run.at, event.seq, ev.seconds(event.at)
    _take(run, event, heard)
    if ended is not None and run.finished is not None and ev.joins(event):
        run.at = ended  # its results are joined again, perhaps days later


def _take(run: Run, event: ev.RunEvent | ev.UnknownEvent, heard: float) -> None:
    """Change the run by an event that is no choice."""
    if isinstance(event, ev.TaskEvent):
        apply_to_task(run, event)
        if event.task == ev.AGGREGATE:
            run.reducing = None  # the synthesis itself has begun
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
        case ev.AggregationAsked():
            _join_again(run, event, heard)
        case ev.AggregationStopped():
            run.stopped_joining.append(event)
            run.spent += cost_of(event)
        case ev.ReductionBegun():
            run.reducing = event
        case ev.PartReduced():
            run.reductions.append(event)
            run.spent += cost_of(event)
        case ev.Aggregated():
            run.aggregated, run.reducing = event, None
        case ev.RunFinished():
            run.finished = event
        case ev.StorageLost() | ev.StorageRegained() | ev.StorageMoved():
            run.storage.append(event)


def cost_of(event: ev.PartReduced | ev.AggregationStopped) -> Cost:
    """What an event says that was spent."""
    return Cost(event.cost_at_least, event.cost)


def _choose(run: Run, event: ev.ChoiceEvent) -> None:
    """What a person makes of the results; of a task that is not there it changes nothing."""
    match event:
        case ev.ResultRated() if event.task in run.tasks:
            if 1 <= event.stars <= MOST_STARS:
                run.ratings[event.task] = event
            else:
                run.ratings.pop(event.task, None)
        case ev.ResultChosen():
            run.chosen = event if event.task in run.tasks else None
        case ev.ResultsJudged():
            run.judgements.append(event)


def _join_again(run: Run, event: ev.AggregationAsked, heard: float) -> None:
    """The results are joined once more; another synthesis takes the place of the one before."""
    run.joined_again.append(event)
    if event.strategy != "synthesize":
        return
    if event.prices is not None:
        run.schedule = replace(run.schedule, prices=event.prices)
    run.reductions_before = len(run.reductions)
    if run.aggregate is not None:
        put_back(run, run.aggregate, heard)


def _steer(run: Run, event: ev.Steered) -> None:
    """A person's wish; one that this version does not know changes nothing."""
    run.wishes.append(event)
    task = run.tasks.get(event.task or "")
    match event.action, task:
        case "cancel_run", _:
            run.cancelled = True
        case "pause" | "resume", _:
            run.paused = event.action == "pause"
            run.slots.pause(run.at, run.paused)
        case "concurrency", _ if event.number:
            run.concurrency = int(event.number)
            run.slots.resize(run.at, run.concurrency)
        case "retry", TaskRun():
            put_back(run, task, run.at)
        case "extend", TaskRun() if event.number:
            _change(run, task, timeout=task.task.timeout + event.number)
        case "priority", TaskRun() if event.value in PRIORITIES:
            _change(run, task, priority=event.value)


def _change(run: Run, task: TaskRun, **fields: object) -> None:
    """Give a task other limits, for the sessions that follow too."""
    task.task = new = replace(task.task, **fields)
    tasks = tuple(new if one.id == new.id else one for one in run.schedule.tasks)
    run.schedule = replace(run.schedule, tasks=tasks)


def _add(run: Run, event: ev.TaskAdded) -> None:
    new = event.scheduled
    if new.id in run.tasks:
        raise IllegalTransitionError(
            f"run {run.id}: task '{clean_line(new.id)}' is added twice (event {event.seq})"
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
        names = clean_line(", ".join(unknown))
        raise IllegalTransitionError(
            f"run {run.id}: event {event.seq} resumes unknown tasks: {names}"
        )
    if run.finished is None:
        # It worked until it was interrupted, whether or not a task ended.
        run.sessions[-1].last_end = max(run.sessions[-1].last_end, heard)
    run.finished, run.aggregated, run.reducing = None, None, None
    run.reductions_before = len(run.reductions)
    run.cancelled, run.paused = False, False
    run.server_limits.clear()
    session = Session(run.at, run.at, len(event.reused), event.reasons, event.cluster)
    run.sessions.append(session)
    run.pid = event.pid
    if event.schedule is not None:
        run.schedule, run.fingerprints = event.schedule, event.fingerprints
        run.rehearsal |= BACKEND in event.schedule.backends
        for task in event.schedule.tasks:
            if task.id in run.tasks:
                run.tasks[task.id].task = task
    for one in run.tasks.values():
        break_off(run, one, heard)
    run.concurrency = run.schedule.concurrency
    run.slots.empty(run.at, run.concurrency)
    if event.overrides is not None:
        run.overrides = event.overrides
    for task_id in event.again:  # another answer comes: what was said of this one is over
        run.ratings.pop(task_id, None)
    if run.chosen is not None and run.chosen.task in event.again:
        run.chosen = None
    for each in [*(run.tasks[task_id] for task_id in event.again), run.aggregate]:
        if each is not None:
            put_back(run, each, heard)
