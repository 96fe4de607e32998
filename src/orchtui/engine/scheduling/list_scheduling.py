"""List scheduling on paper: when each task would end, and what no schedule can beat.

Whenever a slot is free, the ready task that comes first in the run's order takes
it, as `lanes` has it. What that takes lies above two bounds: the critical path
(no number of slots beats it) and the work divided by the slots; and with tasks
that are all equally urgent within (2 - 1/m) times the shortest way there is on m
slots (R. L. Graham, "Bounds on Multiprocessing Timing Anomalies", SIAM Journal on
Applied Mathematics 17(2), 1969). This module runs nothing and knows no clock.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter

from orchtui.engine.scheduling.schedule import ScheduledTask


class Network:
    """Tasks with their order, laid out once to be scheduled on paper many times.

    A round costs n log n of the tasks and their edges, and looks at no task's words.

    Args:
        tasks: Those that run. What they wait for beyond these is there already.
    """

    def __init__(self, tasks: Sequence[ScheduledTask]) -> None:
        self.ids = [task.id for task in sorted(tasks, key=lambda task: task.turn)]
        """In the order in which they take a slot."""
        self._at = {name: place for place, name in enumerate(self.ids)}
        self._freed: list[list[int]] = [[] for _ in self.ids]
        """For each task those that wait for it."""
        self._needs = [0] * len(self.ids)
        for task in tasks:
            place = self._at[task.id]
            needed = {self._at[other] for other in task.waits_for if other in self._at}
            self._needs[place] = len(needed)
            for other in needed:
                self._freed[other].append(place)

    def ends(
        self, seconds: Mapping[str, float], concurrency: int, without: Iterable[str] = ()
    ) -> dict[str, float]:
        """When each task ends, in seconds from the first start, by id.

        Args:
            seconds: How long each takes, by id.
            concurrency: Tasks that run at once; at least 1.
            without: Ids of tasks that are left out this time; nobody waits for them.
        """
        took = [seconds[name] for name in self.ids]
        needs = self._left(without)
        ready = [place for place, count in enumerate(needs) if not count]  # a heap: it is sorted
        running: list[tuple[float, int]] = []
        found: dict[str, float] = {}
        now = 0.0
        while True:
            while ready and len(running) < concurrency:
                first = heapq.heappop(ready)
                heapq.heappush(running, (now + took[first], first))
            if not running:
                return found
            now, ended = heapq.heappop(running)
            found[self.ids[ended]] = now
            for place in self._freed[ended]:
                needs[place] -= 1
                if not needs[place]:
                    heapq.heappush(ready, place)

    def span(
        self, seconds: Mapping[str, float], concurrency: int, without: Iterable[str] = ()
    ) -> float:
        """From the first start to the last end; arguments are those of `ends`."""
        return max(self.ends(seconds, concurrency, without).values(), default=0.0)

    def at_most(self, seconds: Mapping[str, float], concurrency: int) -> float:
        """Seconds that `span` never exceeds, found without a schedule: Graham's bound.

        Args:
            seconds: As for `ends`.
            concurrency: As for `ends`.
        """
        needs = list(self._needs)
        begins = [0.0] * len(needs)
        waiting = [place for place, count in enumerate(needs) if not count]
        work = longest = 0.0
        while waiting:
            place = waiting.pop()
            took = seconds[self.ids[place]]
            work, end = work + took, begins[place] + took
            longest = max(longest, end)
            for other in self._freed[place]:
                begins[other] = max(begins[other], end)
                needs[other] -= 1
                if not needs[other]:
                    waiting.append(other)
        return work / concurrency + (1 - 1 / concurrency) * longest

    def _left(self, without: Iterable[str]) -> list[int]:
        """How many each waits for; -1 for what is left out, which never begins."""
        needs = list(self._needs)
        gone = {self._at[name] for name in without}
        for place in gone:
            for other in self._freed[place]:
                needs[other] -= 1
        for place in gone:
            needs[place] = -1
        return needs


def ends(
    tasks: Sequence[ScheduledTask], seconds: Mapping[str, float], concurrency: int
) -> dict[str, float]:
    """`Network.ends` of tasks that are scheduled only once."""
    return Network(tasks).ends(seconds, concurrency)


def span(tasks: Sequence[ScheduledTask], seconds: Mapping[str, float], concurrency: int) -> float:
    """From the first start to the last end; arguments are those of `ends`."""
    return Network(tasks).span(seconds, concurrency)


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
