"""Runs in which tasks get second attempts, on a virtual clock."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from orchtui.engine.execution.executor import Executor
from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, Step, execute, schedule_of, task

USUAL = 10.0
"""Seconds that a task takes whose script says nothing else."""

FIRST_WINS = ["task_queued 0", "task_started 1", "task_hedged 2", "task_completed 1"]

Act = Callable[[Executor, ev.RunEvent], None]


@dataclass
class Hedged:
    """What came of a run."""

    events: list[ev.RunEvent]
    run: Run
    backend: Scripted

    @property
    def story(self) -> list[str]:
        """What happened to the slow task, with the numbers of its attempts, without its text."""
        return [
            f"{ev.kind_of(event)} {event.attempt}"
            + (f" {event.how}" if isinstance(event, ev.HedgeEnded) else "")
            for event in self.events
            if isinstance(event, ev.TaskEvent)
            and event.task == "slow"
            and not isinstance(event, ev.TextDelta)
        ]

    @property
    def ends(self) -> list[ev.HedgeEnded]:
        return [event for event in self.events if isinstance(event, ev.HedgeEnded)]


def schedule(
    *more: Task, hedge: float = 2.0, concurrency: int = 8, likes: int = 3, **limits: object
) -> Schedule:
    """Three quick tasks and a slow one, none of which has a tool."""
    names = [*(f"quick{number}" for number in range(likes)), "slow"]
    given = Limits(hedge=hedge, concurrency=concurrency, **limits)  # type: ignore[arg-type]
    made = schedule_of(*(task(name) for name in names), *more, limits=given)
    return replace(made, tasks=tuple(replace(one, tools=()) for one in made.tasks))


def play(
    *slow: list[Step],
    act: Act | None = None,
    of: Schedule | None = None,
    scripts: Mapping[str, list[list[Step]]] | None = None,
    deaf: bool = False,
    **options: object,
) -> Hedged:
    """Run it; `slow` are the scripts of the slow task's attempts, by their numbers."""
    backend = Scripted({"slow": list(slow), **(scripts or {})}, pace=USUAL, deaf=deaf)
    work = execute(of or schedule(), backend, act, **options)
    return Hedged(*virtual_time.run(work), backend)


def used(tokens: int) -> ev.Usage:
    return ev.Usage(output=tokens)
