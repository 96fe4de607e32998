"""What a worker holds: attempts that begin once, and end with their coordinator."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from orchtui.engine.backends import base
from orchtui.engine.cluster import far_work, wire
from orchtui.engine.cluster.worker_house import LOOK, WorkerHouse, backends_of
from tests.engine import virtual_time
from tests.engine.cluster.far_double import asked

STALL = "[rehearse: stall, 1 words, 0 ms]"
QUICK = "[rehearse: 3 words, 0 ms]"


def dispatch(key: str = "k", prompt: str = STALL, **fields: Any) -> wire.Dispatch:
    given = {"session": "s", "worker": "w", "lease": 20.0, "backend": "rehearsal"}
    settings = wire.BackendSettings()
    return wire.Dispatch(
        key=key, settings=settings, assignment=asked(prompt=prompt), **{**given, **fields}
    )


def items(sent: list[bytes]) -> Iterator[wire.Item]:
    for number, data in enumerate(sent, 1):
        report = wire.report_of(data)
        assert report.number == number
        yield from report.items


def test_an_attempt_is_worked_on_once() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        await house.work(dispatch(prompt=QUICK), sent.append)
        first = list(sent)
        await house.work(dispatch(prompt=QUICK), sent.append)
        assert sent == first and isinstance(list(items(sent))[-1], wire.Ended)
        assert house.attempts == 0
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_an_attempt_whose_coordinator_says_nothing_more_ends_with_its_lease() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        clock = asyncio.get_running_loop().time
        began = clock()
        await house.work(dispatch(), sent.append)
        assert 20.0 <= clock() - began <= 20.0 + 2 * LOOK
        assert isinstance(list(items(sent))[-1], wire.Ended)
        beats = sum(isinstance(item, wire.Beat) for item in items(sent))
        assert beats >= 20 / far_work.BEAT - 1

    virtual_time.run(scene())


def test_a_lease_that_is_renewed_goes_on() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        loop = asyncio.get_running_loop()
        began = loop.time()
        work = loop.create_task(house.work(dispatch(), sent.append))
        for _ in range(6):
            await asyncio.sleep(15)
            await house.obey(wire.Renew("s", ("k",)))
            assert house.attempts == 1
        await work
        assert 110.0 <= loop.time() - began <= 110.0 + 2 * LOOK

    virtual_time.run(scene())


def test_an_attempt_that_two_renewals_do_not_name_is_followed_by_nobody() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        loop = asyncio.get_running_loop()
        kept, lost = (
            loop.create_task(house.work(dispatch(key), sent.append)) for key in ("kept", "lost")
        )
        await asyncio.sleep(1)
        await house.obey(wire.Renew("s", ("kept",)))
        await asyncio.sleep(1)
        assert house.attempts == 2  # it may have come while the renewal was on its way
        await house.obey(wire.Renew("s", ("kept",)))
        await lost
        assert house.attempts == 1 and loop.time() < 4
        await house.obey(wire.Farewell("s"))
        await kept

    virtual_time.run(scene())


@pytest.mark.parametrize("order", [wire.Cancel("k"), wire.Farewell("s")])
def test_an_order_ends_it(order: wire.Order) -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        loop = asyncio.get_running_loop()
        work = loop.create_task(house.work(dispatch(), sent.append))
        await asyncio.sleep(5)
        await house.obey(order)
        await work
        assert loop.time() < 6 and house.attempts == 0
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_a_cancel_that_comes_before_its_attempt_holds() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        await house.obey(wire.Cancel("k"))
        await house.work(dispatch(), sent.append)
        assert not sent

    virtual_time.run(scene())


def test_orders_about_nothing_are_no_error() -> None:
    async def scene() -> None:
        house = WorkerHouse({})
        for order in (
            wire.Renew("x"),
            wire.Farewell("x"),
            wire.Cancel("x"),
            wire.Answered("x", 1, base.ToolAnswer(True, "")),
            wire.Permitted("x", 1, True),
        ):
            await house.obey(order)

    virtual_time.run(scene())


def test_a_backend_that_the_worker_can_not_use_is_told() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        await house.work(dispatch(backend="anthropic"), sent.append)
        (failed,) = (item for item in items(sent) if isinstance(item, wire.Failed))
        assert "ANTHROPIC_API_KEY" in failed.message and not failed.retryable
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_what_is_sent_stands_over_the_workers_own_environment() -> None:
    settings = wire.BackendSettings(environment={"A": "sent"}, local_model="/m.gguf")
    found = backends_of(settings, {"A": "own", "B": "own"})
    assert dict(found.environment) == {"A": "sent", "B": "own"}


def test_a_backend_is_made_once_and_before_it_is_asked_where_somebody_says_so() -> None:
    async def scene() -> None:
        house, sent = WorkerHouse({}), list[bytes]()
        settings = wire.BackendSettings()
        assert house.prepare("s", 20.0, settings, ["rehearsal", "command"]) == {}
        made = house._sessions["s"].made[wire.encode(settings)]
        prepared = dict(made.open)
        assert prepared.keys() == {"rehearsal", "command"}
        for key in ("a", "b"):
            await house.work(dispatch(key, QUICK), sent.append)
        assert made.open == prepared and list(house._sessions["s"].made.values()) == [made]
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_what_is_lacking_is_told_and_of_other_settings_it_is_asked_anew() -> None:
    async def scene() -> None:
        house = WorkerHouse({})
        found = house.prepare("s", 20.0, wire.BackendSettings(), ["anthropic", "nobody"])
        assert found["anthropic"] == "set ANTHROPIC_API_KEY"
        assert found["nobody"].startswith("there is no backend 'nobody'")
        key = wire.BackendSettings(environment={"ANTHROPIC_API_KEY": "k"})
        assert house.prepare("s", 20.0, key, ["anthropic"]) == {}
        await house.obey(wire.Farewell("s"))

    virtual_time.run(scene())


def test_what_was_made_for_nobody_any_more_is_closed() -> None:
    async def scene() -> None:
        house = WorkerHouse({})
        house.prepare("s", 20.0, wire.BackendSettings(), ["rehearsal"])
        await asyncio.sleep(20.0 + 2 * LOOK)
        assert not house._sessions

    virtual_time.run(scene())
