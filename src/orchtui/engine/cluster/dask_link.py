"""DaskLink: the letters go through a Dask cluster, of which only the scheduler need be reachable.

An attempt is a Dask task (`dask_sending`). Reports come as events of a topic, orders go as calls
on the worker. Nothing of orchtui is sent as code. This module decides nothing about tasks.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Collection, Coroutine, Mapping, Sequence
from typing import Any

from orchtui.engine.cluster import wire
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.dask_connection import Connection
from orchtui.engine.cluster.dask_sending import DaskSending
from orchtui.engine.cluster.exchange import Exchange
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.cluster.newcomers import Newcomers
from orchtui.engine.cluster.shared_try import SharedTry
from orchtui.engine.cluster.unserved import unserved
from orchtui.engine.cluster.worker_pool import WorkerPool
from orchtui.engine.cluster.workers_here import START
from orchtui.engine.errors import BackendError, InputError, Problem
from orchtui.engine.text import clean_line

LEASE = 20.0
"""Seconds for which a worker goes on without a word of its coordinator."""
SILENCE = 15.0
"""Seconds without a word, also without a beat, after which a worker counts as lost."""
PIECE_WITHIN = 60.0
"""Seconds for a piece of a file to arrive."""
ORDER = 10.0
"""Seconds for an order to arrive."""
PREPARE = 30.0
"""Seconds for a worker to make its backends: some import much."""
ARRIVAL = 10.0
"""Seconds to wait for a worker, where there is none that could do it."""
FAREWELL = 1.0
"""Seconds for the workers to hear of the end; one that does not finds out by its lease."""
_TICK = 1.0
_HELD_UP = 5.0
"""Seconds by which a tick must not be late: this machine slept, and nobody's silence counts."""


class DaskLink:
    """The way to the workers of one Dask cluster.

    Args:
        cluster: Which.
    """

    lease = LEASE

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.session = f"orchtui-{secrets.token_hex(8)}"
        self.exchange = Exchange()
        self._connection = Connection(cluster, self._heard, self._news)
        self._sending = DaskSending(self._connection, self.exchange, self._go, self._bar)
        self._pool = WorkerPool()
        self._newcomers = Newcomers(
            self._connection, self._pool, self._joined_by, self.exchange.not_begun
        )
        self._used: dict[str, FarWorker] = {}
        """Workers that hold something of this session, by address."""
        self._wanted: tuple[bytes, list[str]] = (b"", [])
        """The backends that workers are to make before they are asked: settings, and names."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._joining = SharedTry(self._join)
        self._ticking = False
        self._closed = False

    # What a Link is

    @property
    def workers(self) -> Collection[FarWorker]:
        """Those that are there now, as far as is known."""
        return self._pool.workers

    async def choose(self, needs: Collection[str]) -> FarWorker:
        """A worker that has these labels and room; waits until one has. It is counted as taken.

        Raises:
            BackendError: when the cluster can not be reached, or no worker has them.
        """
        await self._connected()
        while (worker := self._pool.take(needs)) is None:
            if not self._pool.lacking(needs):
                await self._pool_news()
                continue
            try:
                async with asyncio.timeout(START if self.cluster.local else ARRIVAL):
                    while self._pool.lacking(needs):
                        await self._pool_news()
            except TimeoutError:
                raise BackendError("connection", self._nobody(needs), retryable=True) from None
        return worker

    def release(self, worker: FarWorker, needs: Collection[str]) -> None:
        """An attempt on this worker is over."""
        self._pool.give_back(worker, needs)

    def dispatch(self, worker: FarWorker, letter: wire.Dispatch, needs: Collection[str]) -> None:
        """Send an attempt. What goes wrong is told through its mailbox."""
        self._used[worker.address] = worker
        self._sending.send(worker, letter, needs)

    async def order(self, worker: FarWorker, order: wire.Order) -> None:
        """Send an order.

        Raises:
            BackendError: when it did not arrive, or was not done.
        """
        if (refusal := await self._deliver(worker, order)) is not None:
            why = f"the worker {worker.name} did not do what it was told: {refusal.why}"
            raise BackendError("connection", clean_line(why), retryable=True)

    async def _deliver(self, worker: FarWorker, order: wire.Order) -> wire.Refusal | None:
        from orchtui.engine.cluster import worker_entry

        data = wire.Sealed(wire.encode(order))
        said = await self._connection.call(
            worker.address, worker_entry.deliver, data, within=ORDER, of=worker.name
        )
        return wire.refusal_of(said) if said else None

    async def fetch(self, key: str) -> bytes:
        """The files of an attempt that has ended.

        Raises:
            BackendError: when they did not arrive.
        """
        return await self._sending.fetch(key)

    async def piece(self, worker: FarWorker, piece: wire.Piece) -> bytes:
        """A part of a file that an attempt has offered.

        Raises:
            BackendError: when it did not arrive.
        """
        from orchtui.engine.cluster import worker_entry

        data: bytes
        data, refused = await self._connection.call(
            worker.address,
            worker_entry.piece,
            wire.encode(piece),
            within=PIECE_WITHIN,
            of=worker.name,
        )
        if refused:
            why = f"a file of the worker {worker.name} does not come: {refused}"
            raise BackendError("connection", clean_line(why), retryable=True)
        return data

    def forget(self, key: str) -> None:
        """Nothing of this attempt is wanted any more."""
        self._sending.forget(key)

    def warnings(self) -> list[str]:
        """What a person should know of the workers and was not told before."""
        return self._newcomers.warnings()

    # Beginning and end

    async def ready(self, needs: Mapping[str, Collection[str]] = {}) -> None:
        """Connect, and see that somebody is there who has what tasks need.

        Args:
            needs: The labels that one worker has to have together, by what to call who asks.

        Raises:
            InputError: when there is nobody, or nobody has all that one of them asks for.
        """
        try:
            await self._connected(anew=True)
            await self._connection.meet_scheduler()
            async with asyncio.timeout(ARRIVAL):
                while not self._pool.workers:
                    await self._pool.news()
        except BackendError as error:
            raise InputError.of(error.message) from error
        except TimeoutError:
            raise InputError.of(self._nobody(())) from None
        unmet = dict[tuple[str, ...], list[str]]()
        for who, labels in needs.items():
            if self._pool.lacking(labels):
                unmet.setdefault(tuple(labels), []).append(who)
        if unmet:
            told = (self._nobody(labels, asking) for labels, asking in unmet.items())
            raise InputError([Problem("", 0, 0, line) for line in told])

    async def prepare(self, settings: wire.BackendSettings, names: Collection[str]) -> str:
        """Have these backends made on all workers, so that a first attempt need not wait for it.

        Workers that come later make them too.

        Returns:
            What no worker has that they need, in words; empty where each can be used.

        Raises:
            InputError: when the workers are gone meanwhile.
        """
        wanted = sorted(names)
        self._wanted = (wire.Sealed(wire.encode(settings)), wanted)
        asked = [self._prepared(worker) for worker in self._pool.workers]
        found = await asyncio.gather(*asked, return_exceptions=True)
        said: list[dict[str, str]] = [one for one in found if isinstance(one, dict)]
        if not said:
            raise InputError.of(f"no worker of the cluster {self.cluster.address} answers")
        nowhere = [name for name in wanted if all(name in one for one in said)]
        return "; ".join(f"'{name}': {clean_line(said[0][name])}" for name in nowhere)

    async def _prepared(self, worker: FarWorker) -> dict[str, str]:
        from orchtui.engine.cluster import worker_entry

        self._used[worker.address] = worker
        data, names = self._wanted
        given = (self.session, LEASE, data, names)
        lacking: dict[str, str] = await self._connection.call(
            worker.address, worker_entry.prepare, *given, within=PREPARE, of=worker.name
        )
        return lacking

    async def close(self) -> None:
        """Take what is here from the workers, and let go. Safe to call twice."""
        self._closed = True
        used, self._used = list(self._used.values()), {}
        if self._connection.alive:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FAREWELL):
                    await asyncio.gather(
                        *(self.order(worker, wire.Farewell(self.session)) for worker in used),
                        return_exceptions=True,  # one that is gone holds nothing
                    )
            if not self.cluster.local:  # where it ends with all that it has
                await self._empty()
        self._ticking = False
        # Whoever still waits: nobody follows what happens from now on.
        self.exchange.lost_all(self._let_go)
        self._newcomers.forget()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(self._joining.close(), *tasks, return_exceptions=True)
        await self._connection.close()

    @property
    def _let_go(self) -> str:
        return clean_line(f"the cluster {self.cluster.address} was let go")

    def _check_open(self) -> None:
        if self._closed:
            raise BackendError("connection", self._let_go)

    async def _pool_news(self) -> None:
        await self._pool.news()
        self._check_open()

    async def _connected(self, *, anew: bool = False) -> None:
        """Connect where that is not so; `anew`: also when that was just not possible."""
        self._check_open()
        if self._joining.pending or not self._connection.alive:
            await self._joining.succeed(anew=anew)

    async def _join(self) -> BackendError | None:
        """Connect anew; gives why that was not possible."""
        self.exchange.lost_all(self._connection.gone)
        self._newcomers.forget()
        self._used.clear()
        try:
            await self._connection.open()
        except BackendError as error:
            return error
        await self._newcomers.look_around()
        if not self._ticking:
            self._ticking = True
            self._go(self._tick())
        return None

    # What comes

    def _heard(self, data: object) -> None:
        if isinstance(data, bytes) and not self.exchange.take(data):
            self._sending.kept = True  # it may have been late: the others were dropped already

    def _news(self, action: str, worker: str) -> None:
        if action == "remove-worker":
            # One that did not answer may have been given up before, and has attempts yet.
            there = [one for one in self._pool.workers if one.address == worker]
            gone = self._used.pop(worker, there[0] if there else None)
            self._newcomers.gone(worker)
            then = self._connection.after_loss(gone.name) if gone is not None else ""
            self.exchange.lost_worker(worker, then)
        else:
            self._go(self._newcomers.look_around())

    def _joined_by(self, worker: FarWorker) -> None:
        if self._wanted[1]:
            self._go(self._warm(worker))

    def _bar(self, address: str, why: str) -> None:
        for worker in [one for one in self._pool.workers if one.address == address]:
            self._newcomers.bar(worker, why)

    async def _warm(self, worker: FarWorker) -> None:
        with contextlib.suppress(BackendError):  # it is asked again by its first attempt
            await self._prepared(worker)

    async def _tick(self) -> None:
        clock = asyncio.get_running_loop().time
        last = renewed = clock()
        while True:
            await asyncio.sleep(_TICK)
            now = clock()
            if now - last > _HELD_UP:
                self.exchange.forgive()
            last = now
            if not self._connection.alive:
                self.exchange.lost_all(self._connection.gone)
                continue
            self.exchange.silent(SILENCE)
            if not self.exchange.keys:
                await self._empty()
            if now - renewed >= LEASE / 4:
                renewed = now
                if self.exchange.keys or self._newcomers.paused:
                    # Nobody tells that Dask has paused a worker, or goes on with it.
                    self._go(self._newcomers.look_around(anew=False))
                for worker in list(self._used.values()):
                    self._go(self._renew(worker))

    async def _empty(self) -> None:
        """Leave nothing of the answers with the scheduler, where there are some."""
        if self._sending.kept and self._connection.alive:
            # What comes meanwhile is not among those that are dropped.
            self._sending.kept = False
            try:
                await self._connection.empty()
            except BackendError:  # tried again; it drops them by itself an hour after the end
                self._sending.kept = True

    async def _renew(self, worker: FarWorker) -> None:
        try:
            refusal = await self._deliver(worker, wire.Renew(self.session, self.exchange.keys))
        except BackendError:
            # What has begun there is silent too, and is found out by that. What has not would wait
            # until Dask gives the worker up, which takes five minutes.
            self._pool.remove(worker.address)
            self.exchange.unanswered(worker.address)
            return
        if refusal is not None:
            # It answers, so nothing is lost. One that can not read what it is sent gets no more.
            if refusal.garbled:
                self._newcomers.bar(worker, refusal.why)
            return
        there = self._newcomers.paused.union(one.address for one in self._pool.workers)
        if self._connection.alive and worker.address not in there:
            await self._newcomers.look_around()

    def _nobody(self, needs: Collection[str], asking: Sequence[str] = ()) -> str:
        refused, met = self._newcomers.refused, self._newcomers.met
        return unserved(self.cluster, needs, asking, refused=refused, met=met)

    def _go(self, work: "Coroutine[Any, Any, None]") -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            # A bug here must not leave attempts waiting for ever.
            self.exchange.lost_all(clean_line(f"{type(error).__name__}: {error}"))
