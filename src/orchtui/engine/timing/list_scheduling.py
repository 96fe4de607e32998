"""List scheduling on paper: when each task would end, and what no schedule can beat.

Whenever a slot is free, the ready task that comes first in the run's order takes
it, as `lanes` has it. What that takes lies above two bounds: the critical path
(no number of slots beats it) and the work divided by the slots; and with tasks
that are all equally urgent within (2 - 1/m) times the shortest way there is on m
slots (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM Journal on
Applied Mathematics 17(2), 1969). This module runs nothing and knows no clock.
"""

import heapq
from collections.abc import Mapping, Sequence
from graphlib import TopologicalSorter

from orchtui.engine.schedule import ScheduledTask


def ends(
    tasks: Sequence[ScheduledTask], seconds: Mapping[str, float], concurrency: int
) -> dict[str, float]:
    """When each task ends, in seconds from the first start, by id.

    Args:
        tasks: Those that run. What they wait for beyond these is there already.
        seconds: How long each takes, by id.
        concurrency: Tasks that run at once; at least 1.
    """
    by_id = {task.id: task for task in tasks}
    needs = {task.id: by_id.keys() & task.waits_for for task in tasks}
    freed: dict[str, list[str]] = {task.id: [] for task in tasks}
    for name, others in needs.items():
        for other in others:
            freed[other].append(name)
    ready = [task.turn for task in tasks if not needs[task.id]]
    heapq.heapify(ready)
    running: list[tuple[float, str]] = []
    found: dict[str, float] = {}
    now = 0.0
    while True:
        while ready and len(running) < concurrency:
            first = heapq.heappop(ready)[-1]
            heapq.heappush(running, (now + seconds[first], first))
        if not running:
            return found
        now, ended = heapq.heappop(running)
        found[ended] = now
        for name in freed[ended]:
            needs[name].discard(ended)
            if not needs[name]:
                heapq.heappush(ready, by_id[name].turn)


def span(tasks: Sequence[ScheduledTask], seconds: Mapping[str, float], concurrency: int) -> float:
    """From the first start to the last end; arguments are those of `ends`."""
    return max(ends(tasks, seconds, concurrency).values(), default=0.0)


def critical_path(
    tasks: Sequence[ScheduledTask], seconds: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    """The longest way through the order: its seconds, and the ids on it from first to last.

    Args:
        tasks: As for `ends`.
        seconds: How long each takes, by id.
    """
    needs = {task.id: [other for other in task.waits_for if other in seconds] for task in tasks}
    length: dict[str, float] = {}
    before: dict[str, str | None] = {}
    for name in TopologicalSorter(needs).static_order():
        last = max(needs[name], key=length.__getitem__, default=None)
        before[name] = last
        length[name] = seconds[name] + (length[last] if last is not None else 0.0)
    if not length:
        return 0.0, ()
    end = max(length, key=length.__getitem__)
    path, at = [end], before[end]
    while at is not None:
        path.append(at)
        at = before[at]
    return length[end], tuple(reversed(path))


def lower_bound(
    tasks: Sequence[ScheduledTask], seconds: Mapping[str, float], concurrency: int
) -> float:
    """Seconds that no order of these tasks beats: the better of the two bounds.

    Args:
        tasks: As for `ends`.
        seconds: How long each takes, by id.
        concurrency: Tasks that run at once.
    """
    work = sum(seconds[task.id] for task in tasks)
    return max(critical_path(tasks, seconds)[0], work / concurrency)
