"""Newcomers: the workers that a cluster has, met before they are used, and those that are not.

A worker that speaks otherwise, or could not read what it was sent, would fail each attempt at
once, and as the one with most room be given the next. This module sends no attempt.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from orchtui import __version__
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.dask_connection import Connection
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.cluster.worker_pool import WorkerPool
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

_RUNNING = "running"
_CAUSES = {
    "paused": "Dask has paused it, as a rule because its memory is nearly full",
    "closing_gracefully": "it is being taken out of the cluster",
}
"""Why Dask begins nothing on a worker, by its status."""


class Newcomers:
    """Who comes to one cluster.

    Args:
        connection: To the cluster.
        pool: Gets those that can be used.
        joined: Told of each of these.
        not_begun: Told of the address of a worker on which Dask begins nothing, and why.
    """

    def __init__(
        self,
        connection: Connection,
        pool: WorkerPool,
        joined: Callable[[FarWorker], None],
        not_begun: Callable[[str, str], None],
    ) -> None:
        self._connection = connection
        self._pool = pool
        self._joined = joined
        self._not_begun = not_begun
        self.paused: set[str] = set()
        """Addresses of workers that are there and on which Dask begins nothing."""
        self._barred: dict[str, str] = {}
        """Why processes are not used, by id."""
        self._asking: dict[str, asyncio.Event] = {}
        """Those that are asked who they are, by address; set when that is known."""
        self._went: set[str] = set()
        """Addresses of those that have gone since the last list was asked for."""
        self._listing = asyncio.Lock()
        self._looks = self._listed = 0
        """How often somebody has looked around; of how many of these there is a list."""
        self._anew = False
        """Whether one of those of whom there is none wants it `anew`."""
        self._untold: list[str] = []
        self._refused: dict[str, str] = {}
        """Why workers that are there can not be used, by address."""
        self.met = False
        """Whether there was one that can be used."""

    @property
    def refused(self) -> str:
        """Why workers that are there can not be used; empty where all can."""
        *first, last = list(self._refused.values()) or [""]
        more = f"; and so of {len(first)} more" if first else ""
        return f"{last}{more}"

    async def look_around(self, *, anew: bool = True) -> None:
        """Meet the workers that are new, all at once; who is being asked is not asked again.

        Args:
            anew: Also those that could not be used before.
        """
        self._looks += 1
        asked, self._anew = self._looks, self._anew or anew
        found: dict[str, dict[str, Any]] = {}
        async with self._listing:
            if self._listed < asked:
                # For all who wait, too.
                self._listed, anew, self._anew = self._looks, self._anew, False
                self._went.clear()
                found = await self._found()
            known = {worker.address for worker in self._pool.workers}
            known |= self._asking.keys() | self._went
            if not anew:
                known |= self._refused.keys()
            new = {address: asyncio.Event() for address in found if address not in known}
            self._asking.update(new)
        await asyncio.gather(*(self._meet(one, found[one], done) for one, done in new.items()))
        for done in list(self._asking.values()):
            await done.wait()

    async def _found(self) -> dict[str, dict[str, Any]]:
        try:
            found = await self._connection.workers()
        except BackendError:
            return {}  # gone again; whoever needs it finds out
        for address in self._refused.keys() - found.keys():
            del self._refused[address]
        self.paused &= found.keys()
        running: dict[str, dict[str, Any]] = {}
        for address, seen in found.items():
            if (status := str(seen.get("status", _RUNNING))) == _RUNNING:
                running[address] = seen
                if address in self.paused:
                    self.paused.discard(address)
                    self._refused.pop(address, None)
                continue
            why = _CAUSES.get(status, f"it is {clean_line(status, 40)}")
            name = clean_line(str(seen.get("name", address)), 100)
            self._refused[address] = f"the worker {name} begins nothing now: {why}"
            self.paused.add(address)
            self._pool.remove(address)
            self._not_begun(address, why)
        return running

    async def _meet(self, address: str, seen: Mapping[str, Any], done: asyncio.Event) -> None:
        try:
            worker = await self._connection.meet(address, seen)
            if self._asking.get(address) is done:  # else that one went, or the cluster did
                self._met(worker)
        except BackendError as error:
            if self._asking.get(address) is done:
                self._refused[address] = error.message  # it went, or has no orchtui
        finally:
            if self._asking.get(address) is done:
                del self._asking[address]
            done.set()

    def _met(self, worker: FarWorker) -> None:
        if worker.letters != wire.VERSION:
            theirs = f"its letters have the version {worker.letters}, here {wire.VERSION}"
            self.bar(worker, f"{theirs}; {wire.SAME_VERSION}")
        elif (why := self._barred.get(worker.id)) is not None:
            self._refused[worker.address] = why
        else:
            self.met = True
            self._refused.pop(worker.address, None)
            self._pool.add(worker)
            self._joined(worker)

    def forget(self) -> None:
        """All are gone: the cluster is connected to anew, and whoever is still asked is not it."""
        self._pool.clear()
        self._refused.clear()
        self.paused.clear()
        self._asking.clear()
        self._listing = asyncio.Lock()

    def gone(self, address: str) -> None:
        """The worker there is there no more."""
        self._went.add(address)
        self._pool.remove(address)
        self._refused.pop(address, None)
        self.paused.discard(address)
        self._asking.pop(address, None)

    def bar(self, worker: FarWorker, why: str) -> None:
        """Use it no more; told once."""
        self._pool.remove(worker.address)
        versions = f"orchtui {worker.version} there, {__version__} here"
        told = clean_line(f"the worker {worker.name} is not used ({versions}): {why}")
        if worker.id not in self._barred:
            self._untold.append(told)
        self._refused[worker.address] = self._barred.setdefault(worker.id, told)

    def warnings(self) -> list[str]:
        """What a person should know and was not told before."""
        told, self._untold = self._untold, []
        return told
