"""Work in a thread has ended when whoever waits for it goes on, also one that was cancelled."""

import asyncio
import threading

import pytest

from orchtui.engine.paths import blocking_work
from orchtui.engine.paths.blocking_work import UnwantedError, Wanted, in_thread, last_work


class Work:
    """Two steps, with a gate between them."""

    def __init__(self, *, asks: bool) -> None:
        self._asks = asks
        self.begun, self.gate, self.ended = (threading.Event() for _ in range(3))
        self.steps: list[str] = []

    def __call__(self, wanted: Wanted) -> str:
        try:
            self.steps.append("first")
            self.begun.set()
            assert self.gate.wait(30)
            if self._asks:
                wanted.check()
            self.steps.append("second")
            return "done"
        finally:
            self.ended.set()


async def begun(work: Work) -> "asyncio.Task[str]":
    working = asyncio.ensure_future(in_thread(work))
    assert await asyncio.to_thread(work.begun.wait, 30)
    return working


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("asks", "steps"), [(True, ["first"]), (False, ["first", "second"])])
async def test_who_is_cancelled_goes_on_when_it_has_ended(asks: bool, steps: list[str]) -> None:
    work = Work(asks=asks)
    working = await begun(work)
    for _ in range(2):
        working.cancel()
        await turns()
        assert not working.done()
    work.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await working
    assert work.steps == steps


async def test_its_result_and_its_error_are_handed_on() -> None:
    def fails(wanted: Wanted) -> str:
        raise OSError("full")

    work = Work(asks=True)
    work.gate.set()
    assert await in_thread(work) == "done" and work.steps == ["first", "second"]
    with pytest.raises(OSError, match="full"):
        await in_thread(fails)


async def test_what_does_not_end_is_not_waited_for_for_ever_and_does_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocking_work, "END", 0.0)
    work = Work(asks=True)
    working = await begun(work)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    work.gate.set()
    assert await asyncio.to_thread(work.ended.wait, 30)
    assert work.steps == ["first"]


async def test_the_last_work_is_waited_for_within_bounds_and_its_error_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails() -> None:
        raise OSError("full")

    done = list[str]()
    await last_work(lambda: done.append("it"))
    assert done == ["it"]
    with pytest.raises(OSError, match="full"):
        await last_work(fails)
    monkeypatch.setattr(blocking_work, "END", 0.0)
    work = Work(asks=False)
    await last_work(lambda: work(Wanted()))
    assert work.steps in ([], ["first"])  # it goes on behind
    work.gate.set()
    assert await asyncio.to_thread(work.ended.wait, 30)
    assert work.steps == ["first", "second"]


def test_who_asks_is_told() -> None:
    wanted = Wanted()
    wanted.check()
    wanted.withdraw()
    with pytest.raises(UnwantedError):
        wanted.check()
