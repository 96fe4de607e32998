"""Newcomers: the workers that a cluster has, met before they are used, and those that are not.

A worker that speaks otherwise, or could not read what it was sent, would fail each attempt at
once, and as the one with most room be given the next. This module sends no attempt.
"""

from collections.abc import Callable

from orchtui import __version__
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.dask_connection import Connection
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.cluster.worker_pool import WorkerPool
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line


class Newcomers:
    """Who comes to one cluster.

    Args:
        connection: To the cluster.
        pool: Gets those that can be used.
        joined: Told of each of these.
    """

    def __init__(
        self, connection: Connection, pool: WorkerPool, joined: Callable[[FarWorker], None]
    ) -> None:
        self._connection = connection
        self._pool = pool
        self._joined = joined
        self._barred: set[str] = set()
        """Ids of processes that are not used."""
        self._left: set[str] = set()
        """Addresses of those that went; they may have been asked who they are meanwhile."""
        self._untold: list[str] = []
        self._refused: dict[str, str] = {}
        """Why workers that are there can not be used, by address."""

    @property
    def refused(self) -> str:
        """Why workers that are there can not be used; empty where all can."""
        *first, last = list(self._refused.values()) or [""]
        more = f"; and so of {len(first)} more" if first else ""
        return f"{last}{more}"

    async def look_around(self) -> None:
        """Meet the workers that are new."""
        try:
            found = await self._connection.workers()
        except BackendError:
            return  # gone again; whoever needs it finds out
        known = {worker.address for worker in self._pool.workers}
        for address in self._refused.keys() - found.keys():
            del self._refused[address]
        for address, seen in found.items():
            if address in known:
                continue
            self._left.discard(address)
            try:
                worker = await self._connection.meet(address, seen)
            except BackendError as error:
                self._refused[address] = error.message  # it went, or has no orchtui
                continue
            if worker.letters != wire.VERSION:
                theirs = f"its letters have the version {worker.letters}, here {wire.VERSION}"
                self.bar(worker, f"{theirs}; {wire.SAME_VERSION}")
            elif worker.id not in self._barred and address not in self._left:
                self._refused.pop(address, None)
                self._pool.add(worker)
                self._joined(worker)

    def gone(self, address: str) -> None:
        """The worker there is there no more."""
        self._pool.remove(address)
        self._refused.pop(address, None)
        self._left.add(address)

    def bar(self, worker: FarWorker, why: str) -> None:
        """Use it no more; told once."""
        self._pool.remove(worker.address)
        if worker.id in self._barred:
            return
        self._barred.add(worker.id)
        versions = f"orchtui {worker.version} there, {__version__} here"
        told = clean_line(f"the worker {worker.name} is not used ({versions}): {why}")
        self._refused[worker.address] = told
        self._untold.append(told)

    def warnings(self) -> list[str]:
        """What a person should know and was not told before."""
        told, self._untold = self._untold, []
        return told
