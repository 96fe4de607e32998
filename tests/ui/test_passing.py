"""Notices in passing: told once, out of the way of a question, gone when one goes elsewhere."""

import pytest
from textual.pilot import Pilot
from textual.widgets._toast import Toast

from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.help import Help
from orchtui.ui.notices import passing
from tests.ui.conftest import QUICK, MakeApp, plan_of, until
from tests.ui.whole_app import asked, said


def told(app: OrchtuiApp) -> list[str]:
    return [note.message for note in app._notifications]


def seen(app: OrchtuiApp) -> int:
    """How many notices stand on the screen."""
    return sum(bool(toast.region) for toast in app.screen.query(Toast))


async def test_what_stands_there_is_not_told_again(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.say("One")
        app.say("One")
        app.decline("Two")
        app.decline("Two")
        await pilot.pause()
        assert told(app) == ["One", "Two"]
        app.clear_notifications()
        app.decline("Two")
        await pilot.pause()
        assert told(app) == ["Two"]
        app.say("Two", title="of another run")
        await pilot.pause()
        assert told(app) == ["Two", "Two"]


async def test_later_it_is_told_again(make_app: MakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passing, "_STANDS", 0.0)
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.say("One")
        app.say("One")
        await pilot.pause()
        assert told(app) == ["One", "One"]


@pytest.mark.parametrize(("read", "left"), [(0.0, []), (60.0, ["One"])])
async def test_it_goes_with_the_pane_once_it_could_be_read(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, read: float, left: list[str]
) -> None:
    monkeypatch.setattr(passing, "_READ", read)
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.say("One")
        await pilot.press("5")
        await until(pilot, lambda: app.main.view == "runs", "another pane is in front")
        await pilot.pause()
        assert told(app) == left


async def test_no_notice_lies_over_a_dialog(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.say("One", seconds=60)
        await until(pilot, lambda: seen(app) == 1, "it is seen")
        await pilot.press("f1")
        await asked(pilot, app, Help)
        await pilot.pause(0.2)
        assert seen(app) == 0
        await closed(pilot, app)
        await until(pilot, lambda: seen(app) == 1, "it is there again")
        await said(pilot, app, "One")


async def closed(pilot: Pilot[int], app: OrchtuiApp) -> None:
    await pilot.press("escape")
    await until(pilot, lambda: app.screen is app.main, "the dialog is closed")
