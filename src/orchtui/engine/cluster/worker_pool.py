"""Who of a cluster's workers takes the next attempt: the one with the labels and most room.

This module never speaks to a worker.
"""

import asyncio
from collections import Counter
from collections.abc import Collection

from orchtui.engine.cluster.link import FarWorker


class WorkerPool:
    """The workers that are there, and what each has taken."""

    def __init__(self) -> None:
        self._workers: dict[str, FarWorker] = {}
        self._taken: Counter[str] = Counter()
        """By id: a worker that comes anew at an address has taken nothing."""
        self._needed: Counter[tuple[str, str]] = Counter()
        self._changed = asyncio.Event()

    @property
    def workers(self) -> Collection[FarWorker]:
        """Those that are there."""
        return self._workers.values()

    def add(self, worker: FarWorker) -> None:
        """One more, or another one at its address."""
        self._workers[worker.address] = worker
        self._news()

    def remove(self, address: str) -> None:
        """It is gone."""
        self._workers.pop(address, None)
        self._news()

    def clear(self) -> None:
        """All are gone."""
        self._workers.clear()
        self._news()

    def lacking(self, needs: Collection[str]) -> bool:
        """Whether no worker that is there has all of these."""
        return not any(
            all(worker.labels.get(label, 0) >= 1 for label in needs)
            for worker in self._workers.values()
        )

    def take(self, needs: Collection[str]) -> FarWorker | None:
        """The worker with most room, counted as taken; `None` where all are busy."""
        free = [worker for worker in self._workers.values() if self._has_room(worker, needs)]
        if not free:
            return None
        # Who has a label that others need is spared where nobody asks for it.
        chosen = min(free, key=lambda one: (self._taken[one.id] / one.room, len(one.labels)))
        self._taken[chosen.id] += 1
        for label in needs:
            self._needed[chosen.id, label] += 1
        return chosen

    def give_back(self, worker: FarWorker, needs: Collection[str]) -> None:
        """What was taken is over."""
        self._taken[worker.id] -= 1
        for label in needs:
            self._needed[worker.id, label] -= 1
        self._news()

    async def news(self) -> None:
        """Wait until something has changed."""
        await self._changed.wait()

    def _has_room(self, worker: FarWorker, needs: Collection[str]) -> bool:
        return self._taken[worker.id] < worker.room and all(
            self._needed[worker.id, label] + 1 <= worker.labels.get(label, 0) for label in needs
        )

    def _news(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
