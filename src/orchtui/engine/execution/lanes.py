"""Lanes: which task starts next, and when.

A lane for each backend holds its ready tasks: most urgent first, then the longest
way still to go, then the plan's order. A backend that is full, or was told to
slow down, holds back only its own tasks. Over all lanes stand the run's
concurrency and whether a person has paused it. This module never starts anything
and never waits.
"""

import heapq
import math
from collections.abc import Callable, Iterable, Mapping

from orchtui.engine.backends.base import Backend
from orchtui.engine.execution.limiter import Limiter, Ticket
from orchtui.engine.scheduling.schedule import ScheduledTask

_Turn = tuple[int, float, int, str]
"""A task's `turn`; its id stands last."""


class Limiters:
    """One Limiter for each backend, over all runs of a project; see `limiter`.

    Args:
        rates: Requests a second that the configuration allows a backend, by name.
    """

    def __init__(self, rates: Mapping[str, float] | None = None) -> None:
        self._rates = rates or {}
        self._by_name: dict[str, Limiter] = {}

    def of(self, name: str, backend: Backend, rate: float | None) -> Limiter:
        """The limiter of a backend.

        Args:
            name: The backend's.
            backend: Knows how much it serves at once.
            rate: Requests a second that the run allows; the configuration's holds beside it.
        """
        rates = [each for each in (rate, self._rates.get(name)) if each is not None]
        limiter = self._by_name.get(name)
        if limiter is None:
            limiter = self._by_name[name] = Limiter(slots=backend.slots)
        limiter.set_rate(min(rates, default=None))
        return limiter


class Lanes:
    """The tasks of one run that are ready to start.

    Args:
        limiters: Of each backend that takes part, by name.
        concurrency: Tasks that may run at once.
    """

    def __init__(self, limiters: Mapping[str, Limiter], concurrency: int) -> None:
        self._limiters = limiters
        self._heaps: dict[str, list[_Turn]] = {name: [] for name in limiters}
        self._tasks: dict[str, ScheduledTask] = {}
        self._running = 0
        self.concurrency = concurrency
        """Tasks that may run at once; may change while they do."""
        self.paused = False
        """Whether nothing is to be started, by a person's wish."""

    def push(self, task: ScheduledTask) -> None:
        """Add a task; one that waits already takes the place that its urgency now gives it."""
        self._tasks[task.id] = task
        heapq.heappush(self._heaps[task.backend], task.turn)

    def drop(self, task_ids: Iterable[str]) -> None:
        """These do not wait any more."""
        for task_id in task_ids:
            self._tasks.pop(task_id, None)

    def take(self, now: float) -> tuple[ScheduledTask, Ticket] | None:
        """The task that starts now, which counts as running from here on; `None` for none."""
        if self.paused or self._running >= self.concurrency:
            return None
        heads = [
            (heap[0], name)
            for name, heap in self._heaps.items()
            if self._head(heap) and self._limiters[name].wait(now) <= 0
        ]
        if not heads:
            return None
        _, name = min(heads)
        task = self._tasks.pop(heapq.heappop(self._heaps[name])[-1])
        self._running += 1
        return task, self._limiters[name].start(now, self)

    def wait(self, now: float) -> float:
        """Seconds until it is worth asking again although nothing has ended; `inf` for never."""
        if self.paused or self._running >= self.concurrency:
            return math.inf
        waits = [
            self._limiters[name].wait(now) for name, heap in self._heaps.items() if self._head(heap)
        ]
        return min(waits, default=math.inf)

    @property
    def has_waiting(self) -> bool:
        """Whether any task is ready and has not started, whatever it waits for."""
        return any(self._head(heap) for heap in self._heaps.values())

    def wait_beside(self, backend: str, now: float, spared: int) -> float:
        """Seconds until a second attempt may start beside a task that runs; `inf` for not now.

        It never goes before a task that waits, whatever that waits for.

        Args:
            backend: Its lane.
            now: When.
            spared: Slots that are kept free for tasks that are about to be tried again.
        """
        if self.paused or self._running + spared >= self.concurrency:
            return math.inf
        return math.inf if self.has_waiting else self._limiters[backend].wait(now)

    def take_beside(self, backend: str, now: float) -> Ticket:
        """Let a second attempt start, which counts as running from here on; see `wait_beside`."""
        self._running += 1
        return self._limiters[backend].start(now, self)

    def give_back(self, backend: str, ticket: Ticket) -> None:
        """A task that was taken does not run any more. Safe to call twice.

        Args:
            backend: Its lane.
            ticket: As `take` gave it.
        """
        if not ticket.ended:
            self._running -= 1
            self._limiters[backend].end(ticket)

    def listen(self, woken: Callable[[], None] | None) -> None:
        """Be told when another run gives a server's slot back; `None` to be told no longer."""
        for limiter in self._limiters.values():
            limiter.listen(self, woken)

    def _head(self, heap: list[_Turn]) -> bool:
        """Whether anything waits in a lane; what was dropped, or moved up, is cleared away."""
        while heap and not self._stands(heap[0]):
            heapq.heappop(heap)
        return bool(heap)

    def _stands(self, turn: _Turn) -> bool:
        task = self._tasks.get(turn[-1])
        return task is not None and turn == task.turn
