"""The coordinator's side of a Dask cluster that can not be reached."""

import asyncio

import pytest

from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.dask_link import DaskLink
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.errors import BackendError
from tests.engine import virtual_time

WORKER = FarWorker(address="tcp://w:1", id="w", name="w", room=100)


class Unreachable:
    """A connection that takes ten seconds to fail, or to be there the `reached`th time."""

    gone = "the scheduler is gone"

    def __init__(self, reached: int) -> None:
        self.alive = False
        self.asked = 0
        self.deaf = False
        """Whether its worker does not answer."""
        self._reached = reached

    async def open(self, topic: str) -> None:
        self.asked += 1
        await asyncio.sleep(10)
        if self.asked < self._reached:
            raise BackendError("connection", f"failed {self.asked}", retryable=True)
        self.alive = True

    async def workers(self) -> dict[str, dict[str, object]]:
        return {WORKER.address: {}}

    async def meet(self, address: str, seen: object) -> FarWorker:
        return WORKER

    async def call(self, address: str, function: object, *args: object, within: float) -> None:
        if self.deaf:
            await asyncio.sleep(within)
            raise BackendError("connection", "no answer", retryable=True)

    async def close(self) -> None:
        self.alive = False


def link_over(connection: Unreachable, monkeypatch: pytest.MonkeyPatch) -> DaskLink:
    link = DaskLink(Cluster.of("tcp://127.0.0.1:1"))
    monkeypatch.setattr(link, "_connection", connection)
    return link


def test_forty_attempts_wait_for_one_connection_and_not_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=3)
        link = link_over(connection, monkeypatch)
        clock = asyncio.get_running_loop().time
        began = clock()
        for number in (1, 2):
            asked = [link.choose(()) for _ in range(40)]
            found = await asyncio.gather(*asked, return_exceptions=True)
            assert {str(error) for error in found} == {f"failed {number}"}
            assert len({id(error) for error in found}) == 40  # each its own, to be raised once
            assert clock() - began == pytest.approx(10 * number)
        assert [WORKER] * 40 == await asyncio.gather(*(link.choose(()) for _ in range(40)))
        assert connection.asked == 3 and clock() - began == pytest.approx(30)
        await link.close()

    virtual_time.run(scene())


def test_one_that_is_cancelled_meanwhile_takes_the_connection_from_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        first, second = (asyncio.create_task(link.choose(())) for _ in range(2))
        await asyncio.sleep(5)
        first.cancel()
        assert await second == WORKER and first.cancelled()
        assert connection.asked == 1
        await link.close()

    virtual_time.run(scene())


def test_it_can_be_closed_while_it_is_being_connected(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        link = link_over(Unreachable(reached=1), monkeypatch)
        waiting = asyncio.create_task(link.choose(()))
        await asyncio.sleep(5)
        waiting.cancel()
        await link.close()
        assert link._joining is None and not link.workers

    virtual_time.run(scene())


def test_a_worker_that_does_not_answer_is_given_up_until_it_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        assert await link.choose(()) == WORKER
        link._used[WORKER.address] = WORKER  # something was sent there
        box = link.exchange.open("k", WORKER.address, WORKER.name)
        connection.deaf = True
        with pytest.raises(BackendError, match="the worker w was lost: it does not answer"):
            await box.get()
        assert not link.workers and asyncio.get_running_loop().time() < 30
        connection.deaf = False
        assert await link.choose(()) == WORKER
        await link.close()

    virtual_time.run(scene())
