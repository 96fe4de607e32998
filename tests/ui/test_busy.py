"""The sign of work: after half a second, with words, and esc stops what can be stopped."""

import asyncio

import pytest

from orchtui.ui.notices.busy import AFTER, Busy
from tests.ui.conftest import QUICK, MakeApp, plan_of, screen_text, sees, until


class Clock:
    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_it_is_shown_once_somebody_has_waited_and_gone_with_its_end() -> None:
    clock, changes = Clock(), []
    busy = Busy(lambda: changes.append(busy.any), clock)
    with busy.doing("opening the run"):
        assert busy.any
        assert busy.shown is None
        clock.now += AFTER
        assert busy.shown is not None
        assert busy.shown.words == "opening the run"
    assert busy.shown is None
    assert changes == [True, False]


def test_what_is_waited_for_longest_is_shown() -> None:
    clock = Clock()
    busy = Busy(int, clock)
    with busy.doing("first"):
        clock.now += AFTER
        with busy.doing("second"):
            clock.now += AFTER
            assert busy.shown is not None
            assert busy.shown.words == "first"


def test_it_ends_also_with_an_error() -> None:
    busy = Busy(int, Clock())
    with pytest.raises(OSError), busy.doing("reading"):
        raise OSError
    assert not busy.any


def test_only_what_is_shown_and_can_be_stopped_is_stopped() -> None:
    clock, stopped = Clock(), []
    busy = Busy(int, clock)
    with busy.doing("one", lambda: stopped.append(1)):
        assert not busy.stop()  # nobody knows of it yet
        clock.now += AFTER
        assert busy.stop()
    with busy.doing("two"):
        clock.now += AFTER
        assert not busy.stop()
    assert stopped == [1]


async def test_the_sign_comes_with_its_words_and_goes(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        ended = asyncio.Event()
        with app.busy.doing("looking for [/] tea", ended.set):
            assert "looking" not in screen_text(app)
            await sees(pilot, app, "looking for [/] tea", "esc stops")
            await pilot.press("escape")
            assert ended.is_set()
        await until(pilot, lambda: "looking" not in screen_text(app), "it is gone")


async def test_escape_of_a_dialog_is_the_dialogs(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        ended = asyncio.Event()
        with app.busy.doing("looking", ended.set):
            await sees(pilot, app, "looking")
            await pilot.press("f1", "escape")
            assert app.screen is app.main
            assert not ended.is_set()
