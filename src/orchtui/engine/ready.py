"""The queue of tasks that wait for a slot, in the order in which they take one.

Most urgent first, then the longest way still to go, then the plan's order; a
backend without a free slot holds back only its own tasks. This module never
starts anything.
"""

import heapq
from collections.abc import Callable

from orchtui.engine.schedule import ScheduledTask

_Key = tuple[int, float, int, str]


class ReadyQueue:
    """One heap for each backend, so that taking a task costs no more than a logarithm."""

    def __init__(self) -> None:
        self._heaps: dict[str, list[_Key]] = {}
        self._tasks: dict[str, ScheduledTask] = {}

    def push(self, task: ScheduledTask) -> None:
        """Add a task. A task that is in the queue already must not be added again."""
        self._tasks[task.id] = task
        key = (task.urgency, -task.tail, task.position, task.id)
        heapq.heappush(self._heaps.setdefault(task.backend, []), key)

    def pop(self, has_slot: Callable[[str], bool]) -> ScheduledTask | None:
        """Take the first task whose backend has a free slot; `None` when there is none."""
        heads = [
            (heap[0], backend)
            for backend, heap in self._heaps.items()
            if heap and has_slot(backend)
        ]
        if not heads:
            return None
        _, backend = min(heads)
        return self._tasks[heapq.heappop(self._heaps[backend])[-1]]
