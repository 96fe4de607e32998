"""Reports come in order or fail their attempt, and nobody is told anything twice."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends import base
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.exchange import Exchange, Mailbox
from orchtui.engine.errors import BackendError


def report(number: int, *items: wire.Item, key: str = "k") -> bytes:
    told = items or (wire.happened(base.Text(f"{number} ")),)
    return wire.encode(wire.Report(key, number, told))


async def everything(box: Mailbox) -> tuple[str, str]:
    """All text that comes, and why no more can."""
    text = ""
    try:
        while True:
            item = await box.get()
            if isinstance(item, wire.Ended):
                return text, ""
            assert isinstance(item, wire.Happened)
            event = wire.event_of(item)
            assert isinstance(event, base.Text)
            text += event.text
    except BackendError as error:
        assert (error.kind, error.retryable) == ("connection", True)
        return text, error.message


async def test_repeated_and_foreign_reports_are_dropped() -> None:
    exchange = Exchange()
    box = exchange.open("k", "tcp://w:1", "w")
    for data in (report(1), report(1), report(2, key="other"), b"\xc1", report(2), report(1)):
        exchange.take(data)
    exchange.take(report(3, wire.Ended()))
    assert await everything(box) == ("1 2 ", "")


async def test_a_gap_is_a_failure_and_nothing_after_it_is_told() -> None:
    exchange = Exchange()
    box = exchange.open("k", "tcp://w:1", "w")
    for data in (report(1), report(3), report(2)):
        exchange.take(data)
    text, why = await everything(box)
    assert text == "1 "
    assert "missing" in why and "w" in why


@given(st.lists(st.integers(1, 6), max_size=12))
def test_whatever_comes_what_is_told_is_a_beginning_without_gaps(numbers: list[int]) -> None:
    async def scene() -> None:
        exchange = Exchange()
        box = exchange.open("k", "tcp://w:1", "w")
        for number in numbers:
            exchange.take(report(number))
        exchange.lost_all("over")
        text, why = await everything(box)
        assert text == "".join(f"{n + 1} " for n in range(len(text.split())))
        assert why

    asyncio.run(scene())


async def test_a_lost_worker_fails_its_own_attempts_alone_and_not_those_that_ended() -> None:
    exchange = Exchange()
    lost, other = exchange.open("a", "tcp://w:1", "w1"), exchange.open("b", "tcp://w:2", "w2")
    ended = exchange.open("c", "tcp://w:1", "w1")
    exchange.take(report(1, wire.Ended(), key="c"))
    exchange.lost_worker("tcp://w:1")
    exchange.lost_worker("tcp://w:1", "so what")
    assert await everything(lost) == ("", "the worker w1 was lost")
    assert await everything(ended) == ("", "")
    exchange.take(report(1, wire.Ended(), key="b"))
    assert await everything(other) == ("", "")
    last = exchange.open("d", "tcp://w:3", "w3")
    exchange.lost_worker("tcp://w:3", "another one is started in its place")
    assert await everything(last) == (
        "",
        "the worker w3 was lost; another one is started in its place",
    )


@pytest.mark.parametrize("how", ["lost_worker", "unanswered", "lost_all"])
async def test_one_whose_files_are_still_with_its_worker_can_be_lost(how: str) -> None:
    exchange = Exchange()
    box = exchange.open("k", "tcp://w:1", "w")
    exchange.take(report(1, wire.Ended(files=True)))
    exchange.silent(-1.0)  # it has nothing more to say: its silence means nothing
    getattr(exchange, how)("tcp://w:1")
    assert await everything(box) == ("", "")
    with pytest.raises(BackendError) as caught:
        await box.get()
    assert caught.value.kind == "connection" and caught.value.retryable


async def test_what_ended_here_is_never_told_again() -> None:
    exchange = Exchange()
    box = exchange.open("k", "tcp://w:1", "w")
    exchange.close("k")
    exchange.take(report(1))
    exchange.lost_all("over")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await box.get()


async def test_silence_is_a_loss_only_once_it_began() -> None:
    exchange = Exchange()
    begun = exchange.open("a", "tcp://w:1", "w")
    waiting = exchange.open("b", "tcp://w:1", "w")
    exchange.take(report(1, wire.Beat(), key="a"))
    assert begun.heard is not None
    begun.heard -= 100
    exchange.forgive()
    exchange.silent(15)
    assert isinstance(await begun.get(), wire.Beat)
    begun.heard -= 100
    exchange.silent(15)
    with pytest.raises(BackendError, match="was lost: nothing came for 15 s"):
        await begun.get()
    exchange.take(report(1, wire.Ended(), key="b"))
    assert isinstance(await waiting.get(), wire.Ended)
