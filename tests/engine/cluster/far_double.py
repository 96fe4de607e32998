"""A cluster of one process: the worker's side runs in the same loop, and can be made to fail."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass, field

from orchtui.engine.backends import base
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.cluster_backend import ClusterBackend
from orchtui.engine.cluster.exchange import Exchange
from orchtui.engine.cluster.far_work import FarWork
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.redaction import NOTHING, Redactor

WORKER = FarWorker(address="tcp://far:1", id="Worker-1", name="far")


@dataclass
class MadeHere:
    """What a worker has made: one backend under all names."""

    one: base.Backend
    redactor: Redactor

    async def backend(self, name: str) -> base.Backend:
        return self.one


@dataclass
class NearLink:
    """A Link whose workers are here; `carry` may drop, repeat or exchange reports."""

    backend: base.Backend
    redactor: Redactor = NOTHING
    session: str = "s"
    lease: float = 20.0
    exchange: Exchange = field(default_factory=Exchange)
    workers: Collection[FarWorker] = (WORKER,)
    carry: Callable[[list[bytes], bytes], list[bytes]] = lambda before, now: [now]
    sent: list[bytes] = field(default_factory=list)
    works: dict[str, FarWork] = field(default_factory=dict)
    running: dict[str, "asyncio.Task[bytes]"] = field(default_factory=dict)
    orders: list[wire.Order] = field(default_factory=list)
    released: int = 0
    room_after: float = 0.0
    """Seconds until there is room for an attempt."""
    begun_after: float = 0.0
    """Seconds from when it is sent until its worker begins with it."""
    letters: list[wire.Dispatch] = field(default_factory=list)

    async def choose(self, needs: Collection[str]) -> FarWorker:
        await asyncio.sleep(self.room_after)
        return next(iter(self.workers))

    def release(self, worker: FarWorker, needs: Collection[str]) -> None:
        self.released += 1

    def dispatch(self, worker: FarWorker, letter: wire.Dispatch, needs: Collection[str]) -> None:
        read = wire.dispatch_of(wire.encode(letter))
        self.letters.append(read)
        work = FarWork(read, self._make, self._take)
        self.works[letter.key] = work
        self.running[letter.key] = asyncio.create_task(self._run(work))

    async def _make(self) -> "MadeHere":
        return MadeHere(self.backend, self.redactor)

    async def _run(self, work: FarWork) -> bytes:
        await asyncio.sleep(self.begun_after)
        return await work.run()

    def _take(self, data: bytes) -> None:
        for report in self.carry(self.sent, data):
            self.exchange.take(report)
        self.sent.append(data)

    async def order(self, worker: FarWorker, order: wire.Order) -> None:
        read = wire.order_of(wire.encode(order))
        self.orders.append(read)
        assert not isinstance(read, wire.Renew | wire.Farewell)
        work = self.works[read.key]
        work.cancel() if isinstance(read, wire.Cancel) else work.answered(read)

    async def fetch(self, key: str) -> bytes:
        return await self.running[key]

    async def piece(self, worker: FarWorker, piece: wire.Piece) -> bytes:
        read = wire.piece_of(wire.encode(piece))
        return await self.works[read.key].piece(read)

    def forget(self, key: str) -> None:
        self.works.pop(key, None)


def far(backend: base.Backend, **options: object) -> tuple[ClusterBackend, NearLink]:
    """A backend on a cluster, and the way there."""
    link = NearLink(backend, **options)  # type: ignore[arg-type]
    return ClusterBackend(backend, link, wire.BackendSettings()), link


def asked(**fields: object) -> base.Assignment:
    """An assignment."""
    given = {"task": "t", "attempt": 1, "specialist": "s", "prompt": "do it", "max_tokens": 1000}
    return base.Assignment(**{**given, "folder": "/nowhere", **fields})  # type: ignore[arg-type]


def a_dispatch(**fields: object) -> wire.Dispatch:
    """An attempt as it is sent."""
    given = {"key": "k", "session": "s", "worker": "w", "lease": 20.0, "backend": "rehearsal"}
    work = {"settings": wire.BackendSettings(), "assignment": asked()}
    return wire.Dispatch(**{**given, **work, **fields})  # type: ignore[arg-type]


async def all_of(
    stream: AsyncIterator[base.BackendEvent],
) -> tuple[list[base.BackendEvent], BackendError | None]:
    """All events of a stream, and the error that it ended with."""
    events: list[base.BackendEvent] = []
    try:
        async for event in stream:
            events.append(event)  # noqa: PERF401 - what came before an error is wanted too
    except BackendError as error:
        return events, error
    return events, None


def text_of(events: Collection[base.BackendEvent]) -> str:
    """All text of some events."""
    return "".join(event.text for event in events if isinstance(event, base.Text))
