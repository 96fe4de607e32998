"""How long plans take in the executor, beside what no schedule can beat.

Reads plans with durations from a file that is not part of this repository, one JSON object a line:
`tasks` (with `id`), `edges` (pairs of indices: the first ends before the second starts),
`durations` (seconds) and, where somebody published it, `optimal_makespan`. Lines without durations
are left out. Every plan is run by the real executor on a virtual clock, in the order that its edges
give, first with a slot for every task and then with 2, 3 and 4.

With a slot for every task the makespan is to be the published optimum; with m slots it is compared
with the better of two lower bounds: the critical path, and the work divided by m. Run it as
`python -m benchmarks.schedules FILE`; `--worst N` names the plans that are furthest from the bound.
"""

import argparse
import json
import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.runs import verdict
from orchtui.engine.scheduling.list_scheduling import critical_path, lower_bound
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, execute, says, schedule_of

SLOTS = (2, 3, 4)
_LONGEST = 1000 * 365 * 86400.0
"""Seconds: no task of such a plan is stopped for its time."""
_EQUAL = 0.5
"""Seconds that may lie between two lengths that are the same: events tell milliseconds."""


@dataclass
class Measured:
    """What came of all plans."""

    plans: int = 0
    as_published: int = 0
    critical: int = 0
    """Plans whose makespan is their critical path."""
    other: list[str] = field(default_factory=list)
    """Those whose makespan is not the published optimum."""
    ratios: dict[int, list[tuple[float, str]]] = field(default_factory=dict)
    """Makespan over bound, and the plan, by slots."""


def plans_of(file: Path) -> Iterator[dict[str, Any]]:
    """The plans with durations."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            plan = json.loads(line)
            if plan.get("durations"):
                yield plan


def schedule_for(plan: dict[str, Any], slots: int) -> Schedule:
    """The plan's schedule: its edges are the order, its durations the estimates."""
    ids = [one["id"] for one in plan["tasks"]]
    needed: dict[str, list[str]] = {name: [] for name in ids}
    for before, after in plan["edges"]:
        needed[ids[after]].append(ids[before])
    tasks = (
        Task(id=name, prompt=name, after=tuple(needed[name]), estimate=seconds or None)
        for name, seconds in zip(ids, plan["durations"], strict=True)
    )
    return schedule_of(*tasks, limits=Limits(concurrency=slots, timeout=_LONGEST))


def makespan(plan: dict[str, Any], schedule: Schedule) -> float:
    """Seconds that it takes in the executor."""
    names = (one["id"] for one in plan["tasks"])
    pairs = zip(names, plan["durations"], strict=True)
    backend = Scripted({name: [says("done", float(seconds))] for name, seconds in pairs})
    _, run = virtual_time.run(execute(schedule, backend))
    assert len(run.with_status("completed")) == len(run.tasks)
    return verdict.makespan(run)


def measure(file: Path) -> Measured:
    """Run every plan with every number of slots."""
    found = Measured(ratios={slots: [] for slots in SLOTS})
    for plan in plans_of(file):
        found.plans += 1
        schedule = schedule_for(plan, len(plan["tasks"]))
        seconds = {
            one.id: float(s) for one, s in zip(schedule.tasks, plan["durations"], strict=True)
        }
        free = makespan(plan, schedule)
        found.critical += abs(free - critical_path(schedule.tasks, seconds)[0]) < _EQUAL
        published = plan.get("optimal_makespan")
        if published is not None:
            equal = abs(free - published) < _EQUAL
            found.as_published += equal
            if not equal:
                found.other.append(f"{plan['id']}: {free:.0f} s, published {published:.0f} s")
        for slots in SLOTS:
            bound = lower_bound(schedule.tasks, seconds, slots)
            took = makespan(plan, schedule_for(plan, slots))
            found.ratios[slots].append((took / bound if bound else 1.0, plan["id"]))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--worst", type=int, default=0, metavar="N")
    given = parser.parse_args()
    found = measure(given.file)
    print(f"{found.plans} plans with durations")
    print(f"a slot for each task: {found.critical} take their critical path")
    print(f"                      {found.as_published} take the published optimum")
    for line in found.other:
        print(f"                      {line}")
    for slots, every in found.ratios.items():
        ratios = [ratio for ratio, _ in every]
        at_bound = sum(ratio < 1.0001 for ratio in ratios)
        print(
            f"{slots} slots: {statistics.mean(ratios):.4f} times the lower bound on the mean, "
            f"at most {max(ratios):.3f}; {at_bound} at the bound"
        )
        for ratio, name in sorted(every, reverse=True)[: given.worst]:
            print(f"    {ratio:.3f}  {name}")


if __name__ == "__main__":
    main()
