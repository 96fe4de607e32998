"""The coordinator's side of a Dask cluster that can not be reached."""

import asyncio

import pytest
from msgspec import structs

from orchtui import __version__
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.cluster_backend import ClusterBackend
from orchtui.engine.cluster.dask_link import DaskLink
from orchtui.engine.cluster.dask_sending import DaskSending
from orchtui.engine.cluster.exchange import Exchange
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.cluster.shared_try import REST
from orchtui.engine.errors import BackendError, InputError
from orchtui.engine.plans.plan import Limits
from tests.engine import virtual_time
from tests.engine.cluster.far_double import a_dispatch
from tests.engine.scripted import Scripted, execute, schedule_of, task

WORKER = FarWorker(
    address="tcp://w:1", id="w", name="w", room=100, version=__version__, letters=wire.VERSION
)


class Unreachable:
    """A connection that takes ten seconds to fail, or to be there the `reached`th time."""

    gone = "the scheduler is gone"

    def __init__(self, reached: int) -> None:
        self.alive = False
        self.asked = 0
        self.deaf = False
        """Whether its worker does not answer."""
        self.emptied = 0
        self.slow_to_empty = False
        self.refusing: wire.Refusal | None = None
        """What its worker answers to orders."""
        self.there = [WORKER]
        self.states = dict[str, dict[str, object]]()
        """What the scheduler says of them, by address."""
        self.shy = 0.0
        """Seconds until a worker says who it is."""
        self.mute = set[str]()
        """Addresses of workers that do not say who they are."""
        self.met = list[str]()
        """Who was asked that."""
        self._reached = reached

    async def open(self) -> None:
        self.asked += 1
        await asyncio.sleep(10)
        if self.asked < self._reached:
            raise BackendError("connection", f"failed {self.asked}", retryable=True)
        self.alive = True

    async def workers(self) -> dict[str, dict[str, object]]:
        told = {worker.address: {"name": worker.name} for worker in self.there}
        return {address: {**seen, **self.states.get(address, {})} for address, seen in told.items()}

    async def meet(self, address: str, seen: object) -> FarWorker:
        self.met.append(address)
        there = next(worker for worker in self.there if worker.address == address)
        await asyncio.sleep(10 if address in self.mute else self.shy)
        if address in self.mute:
            raise BackendError("connection", f"{address} does not answer", retryable=True)
        return there

    async def meet_scheduler(self) -> None:
        pass

    def after_loss(self, name: str) -> str:
        return ""

    async def call(
        self, address: str, function: object, *args: object, within: float, of: str
    ) -> bytes | None:
        if self.deaf:
            await asyncio.sleep(within)
            raise BackendError("connection", "no answer", retryable=True)
        return wire.encode(self.refusing) if self.refusing else None

    async def empty(self) -> None:
        self.emptied += 1
        if self.slow_to_empty:
            raise BackendError("connection", "the scheduler does not answer")

    async def close(self) -> None:
        self.alive = False


def link_over(connection: Unreachable, monkeypatch: pytest.MonkeyPatch) -> DaskLink:
    link = DaskLink(Cluster.of("tcp://127.0.0.1:1"))
    for part in (link, link._newcomers):
        monkeypatch.setattr(part, "_connection", connection)
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
            assert clock() - began == pytest.approx(10)
            # The next wave does not wait for it once more.
            asked = [link.choose(()) for _ in range(40)]
            found = await asyncio.gather(*asked, return_exceptions=True)
            told = f"failed {number}; it is not tried again for {REST:.0f} s"
            assert {str(error) for error in found} == {told}
            assert connection.asked == number and clock() - began == pytest.approx(10)
            await asyncio.sleep(REST)
            began = clock()
        assert [WORKER] * 40 == await asyncio.gather(*(link.choose(()) for _ in range(40)))
        assert connection.asked == 3 and clock() - began == pytest.approx(10)
        await link.close()

    virtual_time.run(scene())


def test_who_starts_a_run_has_it_tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=2)
        link = link_over(connection, monkeypatch)
        with pytest.raises(BackendError, match="failed 1"):
            await link.choose(())
        await link.ready()
        assert await link.choose(()) == WORKER
        await link.close()

    virtual_time.run(scene())


def test_a_run_without_its_scheduler_ends_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """24 tasks, 8 at once, each with three attempts: one try, and no more than the backoff."""

    async def scene() -> None:
        link = link_over(Unreachable(reached=99), monkeypatch)
        backend = ClusterBackend(Scripted({}), link, wire.BackendSettings())
        tasks = [task(f"t{number}") for number in range(24)]
        limits = Limits(concurrency=8, retries=2)
        schedule = schedule_of(*tasks, limits=limits)
        _, done = await execute(schedule, backend, wait=lambda failures: 2.0**failures)  # type: ignore[arg-type]
        assert len(done.with_status("failed")) == 24
        assert asyncio.get_running_loop().time() < 30
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
        assert not link._joining.pending and not link.workers

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
        owing = link.exchange.open("o", WORKER.address, WORKER.name)
        link.exchange.take(wire.encode(wire.Report("o", 1, (wire.Ended(files=True),))))
        connection.deaf = True
        with pytest.raises(BackendError, match="the worker w was lost: it does not answer"):
            await box.get()
        assert isinstance(await owing.get(), wire.Ended)
        with pytest.raises(BackendError, match="the worker w was lost: it does not answer"):
            await owing.get()  # its files will not come
        assert not link.workers and asyncio.get_running_loop().time() < 30
        connection.deaf = False
        assert await link.choose(()) == WORKER
        await link.close()

    virtual_time.run(scene())


def test_a_worker_with_other_letters_is_not_used_and_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        await link.ready()
        other = FarWorker(
            address="tcp://w:2", id="w2", name="later", version="9.9", letters=wire.VERSION + 1
        )
        connection.there.append(other)
        for _ in range(2):  # others come and go, too
            link._news("add-worker", other.address)
            await asyncio.sleep(1)
        assert list(link.workers) == [WORKER]
        (told,) = link.warnings()
        assert "the worker later is not used" in told
        assert "9.9" in told and __version__ in told and not link.warnings()
        # Another process at its address, with the right version.
        link._news("remove-worker", other.address)
        connection.there[1] = structs.replace(other, id="w3", letters=wire.VERSION)
        link._news("add-worker", other.address)
        await asyncio.sleep(1)
        assert [worker.id for worker in link.workers] == ["w", "w3"]
        await link.close()

    virtual_time.run(scene())


def test_where_all_workers_have_other_letters_nothing_is_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        connection.there = [structs.replace(WORKER, letters=wire.VERSION + 1, version="9.9")]
        link = link_over(connection, monkeypatch)
        with pytest.raises(InputError, match=r"the worker w is not used \(orchtui 9\.9 there"):
            await link.ready()
        await link.close()

    virtual_time.run(scene())


def test_a_worker_that_can_not_be_used_is_not_blamed_for_the_loss_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        bare = structs.replace(WORKER, address="tcp://w:2", id="w2", name="bare")
        meet = connection.meet

        async def met(address: str, seen: object) -> FarWorker:
            if address == bare.address:
                raise BackendError("connection", "the worker bare has no orchtui")
            return await meet(address, seen)

        monkeypatch.setattr(connection, "meet", met)
        connection.there.append(bare)
        await link.ready()
        connection.there.remove(WORKER)
        link._news("remove-worker", WORKER.address)
        with pytest.raises(BackendError) as lost:
            await link.choose(())
        assert str(lost.value).startswith("no worker of the cluster tcp://127.0.0.1:1 answers any")
        assert str(lost.value).endswith("of those that are there the worker bare has no orchtui")
        # One that has gone is no reason any more.
        connection.there.remove(bare)
        link._news("remove-worker", bare.address)
        with pytest.raises(BackendError) as lost:
            await link.choose(())
        assert str(lost.value).endswith("answers any more")
        await link.close()

    virtual_time.run(scene())


def test_the_loss_of_a_worker_that_was_given_up_before_is_told_to_what_had_begun_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        monkeypatch.setattr(connection, "after_loss", lambda name: f"{name} is replaced")
        assert await link.choose(()) == WORKER
        link._used[WORKER.address] = WORKER
        box = link.exchange.open("k", WORKER.address, WORKER.name)
        link.exchange.take(wire.encode(wire.Report("k", 1, (wire.Beat(),))))
        connection.deaf = True
        await link._renew(WORKER)
        assert isinstance(await box.get(), wire.Beat) and not link.workers
        link._news("remove-worker", WORKER.address)
        with pytest.raises(BackendError, match="the worker w was lost; w is replaced"):
            await box.get()
        await link.close()

    virtual_time.run(scene())


def test_labels_that_no_single_worker_has_are_told_before_the_start_with_who_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        one = structs.replace(WORKER, labels={"gpu": 1.0, "net": 1.0})
        other = structs.replace(WORKER, address="tcp://w:2", id="w2", labels={"big-memory": 1.0})
        connection.there = [one, other]
        link = link_over(connection, monkeypatch)
        await link.ready({"task 'a'": ("gpu",), "task 'b'": ("big-memory",), "c": ("net", "gpu")})
        both = ("gpu", "big-memory")
        asked = {"task 'a'": ("gpu",), "task 'd'": ("lab",), "task 'b'": both, "task 'c'": both}
        with pytest.raises(InputError) as caught:
            await link.ready(asked)
        address = "tcp://127.0.0.1:1"
        start = f"start one with it: orchtui cluster worker {address}"
        assert [problem.message for problem in caught.value.problems] == [
            f"no worker of the cluster {address} has the label lab, for task 'd'; "
            f"{start} --label lab",
            f"no worker of the cluster {address} has the labels gpu, big-memory together, "
            f"for task 'b' and 1 more; {start} --label gpu --label big-memory",
        ]
        await link.close()

    virtual_time.run(scene())


def test_a_worker_that_goes_while_it_is_met_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        await link.ready()
        other = structs.replace(WORKER, address="tcp://w:2", id="w2")
        connection.there.append(other)
        connection.shy = 2.0
        link._news("add-worker", other.address)
        await asyncio.sleep(1)
        link._news("remove-worker", other.address)
        await asyncio.sleep(5)
        assert list(link.workers) == [WORKER]
        link._news("add-worker", other.address)
        await asyncio.sleep(5)
        assert list(link.workers) == [WORKER, other]
        await link.close()

    virtual_time.run(scene())


def test_a_worker_that_could_not_be_used_is_not_told_of_when_it_has_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        other = structs.replace(WORKER, address="tcp://w:2", id="w2")
        connection.there, connection.mute = [other], {other.address}
        link = link_over(connection, monkeypatch)
        with pytest.raises(BackendError, match=f"can be used: {other.address} does not answer"):
            await link.choose(())
        link._news("remove-worker", other.address)
        connection.there = []
        with pytest.raises(BackendError, match="has no worker; start one: "):
            await link.choose(())
        # Nor of one that answers the next time.
        connection.there = [other]
        link._news("add-worker", other.address)
        await asyncio.sleep(1)
        with pytest.raises(BackendError, match="does not answer"):
            await link.choose(())
        connection.mute.clear()
        link._news("add-worker", other.address)
        assert await link.choose(()) == other
        with pytest.raises(BackendError, match="--label gpu$"):
            await link.choose(("gpu",))
        await link.close()

    virtual_time.run(scene())


def test_workers_are_asked_at_once_who_they_are_and_each_only_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        workers = [structs.replace(WORKER, address=f"tcp://w:{n}", id=f"w{n}") for n in range(27)]
        connection.there, connection.mute = workers[:7], {one.address for one in workers[1:7]}
        link = link_over(connection, monkeypatch)
        clock = asyncio.get_running_loop().time
        await link.ready()
        assert clock() == pytest.approx(10 + 10) and list(link.workers) == workers[:1]
        prepared = list[str]()

        async def prepare(address: str, *given: object, **within: float) -> dict[str, str]:
            prepared.append(address)
            return {}

        monkeypatch.setattr(connection, "call", prepare)
        assert await link.prepare(wire.BackendSettings(), ["rehearsal"]) == ""
        prepared.clear()
        connection.met.clear()
        connection.shy = 1.0
        for worker in workers[7:]:
            connection.there.append(worker)
            link._news("add-worker", worker.address)
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        addresses = {one.address for one in workers[7:]}
        assert sorted(connection.met) == sorted({*connection.met}) and {*connection.met} > addresses
        assert sorted(prepared) == sorted(addresses)
        await link.close()

    virtual_time.run(scene())


def test_the_late_answer_of_a_worker_that_went_does_not_stand_for_another_at_its_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        await link.ready()
        old, new = (structs.replace(WORKER, address="tcp://w:2", id=one) for one in ("old", "new"))
        connection.there, connection.shy = [WORKER, old], 8.0
        link._news("add-worker", old.address)
        await asyncio.sleep(1)
        link._news("remove-worker", old.address)
        connection.there, connection.shy = [WORKER, new], 2.0
        link._news("add-worker", new.address)
        await asyncio.sleep(20)
        assert list(link.workers) == [WORKER, new]
        await link.close()

    virtual_time.run(scene())


@pytest.mark.parametrize(
    ("status", "why"),
    [("paused", "Dask has paused it"), ("closing_gracefully", "out of the cluster")],
)
def test_what_waits_for_a_worker_that_dask_has_paused_fails_and_it_is_not_used_until_it_goes_on(
    monkeypatch: pytest.MonkeyPatch, status: str, why: str
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        assert await link.choose(()) == WORKER
        link._used[WORKER.address] = WORKER
        waiting, works = (link.exchange.open(key, WORKER.address, "w") for key in "ab")
        link.exchange.take(wire.encode(wire.Report("b", 1, (wire.Beat(),))))
        connection.states[WORKER.address] = {"status": status}
        with pytest.raises(BackendError, match=f"the worker w begins nothing now: .*{why}") as told:
            await waiting.get()
        assert told.value.retryable and isinstance(await works.get(), wire.Beat)
        link.exchange.take(wire.encode(wire.Report("b", 2, (wire.Beat(),))))
        assert isinstance(await works.get(), wire.Beat)  # what has begun goes on
        assert not link.workers
        link.exchange.close("a")
        link.exchange.close("b")
        with pytest.raises(BackendError, match=f"that are there the worker w .*{why}"):
            await link.choose(())
        choosing = asyncio.create_task(link.choose(()))
        await asyncio.sleep(1)
        connection.states.clear()
        assert await choosing == WORKER
        await link.close()

    virtual_time.run(scene())


def test_a_worker_that_is_paused_from_the_beginning_is_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        other = structs.replace(WORKER, address="tcp://w:2", id="w2")
        connection.there.append(other)
        connection.states[WORKER.address] = {"status": "paused"}
        link = link_over(connection, monkeypatch)
        await link.ready()
        assert list(link.workers) == [other] and connection.met == [other.address]
        await link.close()

    virtual_time.run(scene())


@pytest.mark.parametrize("garbled", [False, True])
def test_a_worker_that_refuses_a_renewal_has_answered(
    monkeypatch: pytest.MonkeyPatch, garbled: bool
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        await link.ready()
        link._used[WORKER.address] = WORKER
        box = link.exchange.open("k", WORKER.address, "w")
        connection.refusing = wire.Refusal("OSError: no space", garbled)
        with pytest.raises(BackendError, match="the worker w did not do .*: OSError: no space"):
            await link.order(WORKER, wire.Cancel("k"))
        await link._renew(WORKER)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await box.get()
        assert list(link.workers) == ([] if garbled else [WORKER])
        assert ["the worker w is not used" in line for line in link.warnings()] == [True] * garbled
        await link.close()

    virtual_time.run(scene())


def test_whoever_still_waits_when_it_is_closed_is_told_and_nothing_connects_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        connection.there = [structs.replace(WORKER, room=1)]
        await link.choose(())
        waiting = asyncio.create_task(link.choose(()))
        box = link.exchange.open("k", WORKER.address, "w")
        await asyncio.sleep(1)
        await link.close()
        told = "the cluster tcp://127.0.0.1:1 was let go"
        for waits in (box.get, lambda: waiting, lambda: link.choose(())):
            with pytest.raises(BackendError, match=told):
                await asyncio.wait_for(waits(), 60)
        assert connection.asked == 1
        await link.close()

    virtual_time.run(scene())


def test_what_the_scheduler_keeps_is_dropped_until_it_is_and_again_after_a_late_report(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        connection.slow_to_empty = True
        link = link_over(connection, monkeypatch)
        await link.ready()
        link._sending.kept = True
        await asyncio.sleep(3.5)
        assert connection.emptied == 3
        connection.slow_to_empty = False
        await asyncio.sleep(10)
        assert connection.emptied == 4
        link._heard(wire.encode(wire.Report("of nobody", 1, (wire.Beat(),))))
        await asyncio.sleep(10)
        assert connection.emptied == 5
        await link.close()

    virtual_time.run(scene())


def test_why_a_worker_is_not_used_is_known_after_the_scheduler_was_connected_to_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        await link.ready()
        link._bar(WORKER.address, "it can not read what it is sent")
        for _ in range(2):
            with pytest.raises(BackendError, match="can not read what it is sent"):
                await link.choose(())
            connection.alive = False
        assert len(link.warnings()) == 1
        await link.close()

    virtual_time.run(scene())


def test_who_looks_for_all_workers_gets_that_also_behind_one_who_looks_for_new_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        await link.ready()
        other = structs.replace(WORKER, address="tcp://w:2", id="w2")
        connection.there, connection.mute = [WORKER, other], {other.address}
        await link._newcomers.look_around()
        connection.mute.clear()
        await link._newcomers.look_around(anew=False)
        assert list(link.workers) == [WORKER]
        workers = connection.workers

        async def slow() -> dict[str, dict[str, object]]:
            await asyncio.sleep(1)
            return await workers()

        monkeypatch.setattr(connection, "workers", slow)
        looks = (link._newcomers.look_around(anew=anew) for anew in (False, False, True))
        await asyncio.gather(*looks)
        assert list(link.workers) == [WORKER, other]
        await link.close()

    virtual_time.run(scene())


def test_a_worker_that_goes_while_it_is_listed_is_not_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def scene() -> None:
        connection = Unreachable(reached=1)
        link = link_over(connection, monkeypatch)
        await link.ready()
        workers, other = connection.workers, structs.replace(WORKER, address="tcp://w:2", id="w2")

        async def slow() -> dict[str, dict[str, object]]:
            found = await workers()
            await asyncio.sleep(2)
            return found

        monkeypatch.setattr(connection, "workers", slow)
        connection.there, connection.mute = [WORKER, other], {other.address}
        link._news("add-worker", other.address)
        await asyncio.sleep(1)
        link._news("remove-worker", other.address)
        await asyncio.sleep(20)
        assert connection.met == [WORKER.address] and not link._newcomers.refused
        link._news("add-worker", other.address)
        await asyncio.sleep(20)
        assert connection.met == [WORKER.address, other.address]
        await link.close()

    virtual_time.run(scene())


class Broken:
    """A connection of which Dask makes no task."""

    topic = "t"

    class client:
        @staticmethod
        def map(*args: object, **options: object) -> None:
            raise RuntimeError("no tasks today")


async def test_what_dask_does_not_take_is_told_to_the_attempt_that_waits() -> None:
    exchange = Exchange()
    letters = [a_dispatch(key=key) for key in ("a", "b")]
    sending = DaskSending(Broken(), exchange, print, print)  # type: ignore[arg-type]
    boxes = [exchange.open(letter.key, WORKER.address, WORKER.name) for letter in letters]
    for letter, needs in zip(letters, [(), ("gpu",)], strict=True):
        sending.send(WORKER, letter, needs)
    for box in boxes:
        with pytest.raises(BackendError, match="could not be sent.*no tasks today"):
            await box.get()
