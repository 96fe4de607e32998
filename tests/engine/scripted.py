"""A backend that does what each task's script says, and schedules to run it on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.executor import Executor
from orchtui.engine.independence import declared
from orchtui.engine.independence.report import Finding, IndependenceReport
from orchtui.engine.independence.verdicts import judge
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import fold
from orchtui.engine.runs import run as runs
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.workspace.site import BareWorkspaces
from tests.engine.schedules import build

Step = base.BackendEvent | BackendError | float | str
"""An event, an error to raise, seconds to wait, or text."""


def says(text: str, seconds: float = 0.0) -> list[Step]:
    """A script: work for a while, then answer."""
    return [seconds, text, base.Finished("end_turn")]


def fails(
    kind: str = "server", *, retryable: bool = True, after: float | None = None
) -> list[Step]:
    """A script: fail at once."""
    return [BackendError(kind, f"a {kind} error", retryable=retryable, retry_after=after)]  # type: ignore[arg-type]


@dataclass
class Scripted:
    """Plays `scripts[task][attempt - 1]`, the last one again and again."""

    scripts: Mapping[str, list[list[Step]]] = field(default_factory=dict)
    name: str = "scripted"
    slots: int | None = None
    idle_timeout: float | None = None
    pace: float = 1.0
    """Seconds that a task without a script takes."""
    deaf: bool = False
    """Whether it ignores being cancelled."""
    assignments: list[base.Assignment] = field(default_factory=list)
    most: int = 0
    """The most assignments that were worked on at once."""
    closed: int = 0
    _now: int = 0

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        self.assignments.append(assignment)
        scripts = self.scripts.get(assignment.task, [])
        scripts = scripts or [says(f"result of {assignment.task}", self.pace)]
        self._now += 1
        self.most = max(self.most, self._now)
        try:
            for step in scripts[min(assignment.attempt, len(scripts)) - 1]:
                if isinstance(step, float):
                    await self._sleep(step)
                elif isinstance(step, BackendError):
                    raise step
                else:
                    yield base.Text(step) if isinstance(step, str) else step
        finally:
            self._now -= 1

    async def _sleep(self, seconds: float) -> None:
        while True:
            try:
                await asyncio.sleep(seconds)
                return
            except asyncio.CancelledError:
                if not self.deaf:
                    raise

    async def close(self) -> None:
        self.closed += 1


def schedule_of(*tasks: Task, findings: Sequence[Finding] = (), **fields: object) -> Schedule:
    """The schedule of a plan with these tasks and findings, all on the scripted backend."""
    plan = Plan(tasks=tasks, **fields)  # type: ignore[arg-type]
    return build(plan, backend="scripted", report=report_of(*tasks, findings=findings))


def report_of(*tasks: Task, findings: Sequence[Finding] = ()) -> IndependenceReport:
    """The report of these tasks when nothing but this was found."""
    enabled = [one for one in tasks if one.enabled]
    return judge(enabled, [*declared.find(enabled), *findings])


def conflict(first: str, second: str, *, certain: bool = True) -> Finding:
    """A finding: two tasks that are in each other's way."""
    return Finding(
        id=f"write_conflict:{first}:{second}",
        kind="write_conflict",
        severity="error" if certain else "warning",
        tasks=(first, second),
        message=f"'{first}' and '{second}' both write out.md",
    )


def dependency(before: str, after: str, *, certain: bool = False) -> Finding:
    """A finding: one task needs what the other makes."""
    return Finding(
        id=f"dependency:{before}:{after}",
        kind="dependency",
        severity="error" if certain else "warning",
        before=before,
        after=after,
        tasks=(before, after),
        message=f"'{after}' speaks of what '{before}' makes",
    )


def task(task_id: str, **fields: object) -> Task:
    """A task whose prompt is its id."""
    return Task(id=task_id, prompt=f"do {task_id}", **fields)  # type: ignore[arg-type]


async def execute(
    schedule: Schedule,
    backend: Scripted,
    act: Callable[[Executor, ev.RunEvent], None] | None = None,
    **options: object,
) -> tuple[list[ev.RunEvent], runs.Run]:
    """Run a schedule to its end.

    Args:
        schedule: What to run.
        backend: What answers.
        act: Called with every event; may steer the executor.
        options: More arguments for the Executor.

    Returns:
        All events after `run_started`, and the Run that they fold to.
    """
    stamp = Stamp(asyncio.get_running_loop().time)
    plan = Plan(tasks=tuple(Task(id=t.id, prompt=t.prompt) for t in schedule.tasks))
    first = stamp(ev.RunStarted, format=ev.FORMAT, run="test", plan=plan, schedule=schedule)
    run = fold.start(first)
    options.setdefault("wait", lambda failures: 1.0)
    options.setdefault("workspaces", BareWorkspaces("/"))
    executor = Executor(schedule, {"scripted": backend}, stamp, **options)  # type: ignore[arg-type]
    seen = []
    try:
        async for batch in executor.batches():
            for event in batch:
                fold.apply(run, event)
                seen.append(event)
                if act is not None:
                    act(executor, event)
    finally:
        await executor.close()
    return seen, run


def kinds(events: list[ev.RunEvent], task_id: str) -> list[str]:
    """The kinds of one task's events, in order."""
    return [
        ev.kind_of(event)
        for event in events
        if isinstance(event, ev.TaskEvent) and event.task == task_id
    ]
