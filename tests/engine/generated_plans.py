"""Plans drawn at random, out of a string of bytes; see `generated_runs`."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec.structs import replace

from orchtui.engine.plans.plan import PRIORITIES, STRATEGIES, Limits, Plan, Task
from orchtui.engine.scheduling.prices import ANY, Price, Prices
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine.schedules import build
from tests.engine.scripted import conflict, report_of

MOST_TASKS = 12
PRICES = Prices(
    models={"anthropic": {ANY: Price(input=3, output=15)}},
    free=("local", "command", "rehearsal"),
)
"""What the program costs is not known."""
_REAL = ("anthropic", "local", "command", "claude")

_T = TypeVar("_T")


class Choices:
    """Decisions out of a string of bytes; the first option where none are left."""

    def __init__(self, data: bytes) -> None:
        self._left = iter(data)

    def among(self, options: Sequence[_T]) -> _T:
        """One of these; the first is what usually happens."""
        return options[next(self._left, 0) % len(options)]

    def seldom(self, one_in: int = 4) -> bool:
        """Whether something unusual happens."""
        return next(self._left, 0) % one_in == one_in - 1


def plan_of(choose: Choices) -> Plan:
    """A plan of one to twelve tasks, some of them after others, some switched off."""
    count = 1 + choose.among(range(MOST_TASKS))
    mode = choose.among(("real", "rehearsal", "mixed"))
    tasks: list[Task] = []
    for number in range(1, count + 1):
        earlier = [one.id for one in tasks if one.enabled]
        after = {choose.among(earlier) for _ in range(2) if earlier and choose.seldom()}
        rehearsed = mode == "rehearsal" or (mode == "mixed" and choose.among((False, True)))
        backend = "rehearsal" if rehearsed else choose.among(_REAL)
        tasks.append(
            Task(
                id=f"t{number}",
                title=choose.among((f"Topic {number}", "Missing", f"COMPLETED: {number} of 9")),
                prompt=f"Look at topic {number}.",
                backend=backend,
                command=("cat",) if backend == "command" else (),
                after=tuple(sorted(after)),
                priority=choose.among(("normal", *PRIORITIES)),
                accept_truncated=choose.seldom(),
                enabled=not (number > 1 and choose.seldom(8)),
            )
        )
    return Plan(
        name=choose.among((None, "generated", "FAILED")),
        request=choose.among(("", "Look at it all")),
        aggregate=choose.among(("collect", *STRATEGIES)),
        limits=Limits(concurrency=1 + choose.among(range(4))),
        tasks=tuple(tasks),
    )


def schedule_of(plan: Plan, choose: Choices) -> Schedule:
    """The plan's schedule, some of its tasks in conflict."""
    enabled = [task for task in plan.tasks if task.enabled]
    ids = [task.id for task in enabled]
    found = [conflict(one, two) for one, two in zip(ids, ids[1:], strict=False) if choose.seldom()]
    schedule = build(plan, backend="anthropic", report=report_of(*enabled, findings=found))
    return replace(schedule, prices=choose.among((None, PRICES)))
