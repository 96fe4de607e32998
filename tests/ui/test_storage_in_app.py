"""A disk that refuses, in the app: told at once, marked as long as it lasts, told at the end."""

import shutil
from pathlib import Path

import pytest

from orchtui.ui.app import OrchtuiApp
from tests.engine.faulty_disk import faulty
from tests.ui.conftest import QUICK, STALL, MakeApp, ended, plan_of, sees, until


def bar(app: OrchtuiApp) -> str:
    """The run bar as it is painted."""
    return str(app.main.bar.render())


def titles(app: OrchtuiApp) -> list[str]:
    """Of the notices that can still be seen."""
    return [notice.title for notice in app._notifications]


async def test_it_is_told_and_marked_until_the_disk_takes_everything(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(plan_of(STALL, STALL))
    with faulty(monkeypatch, tmp_path / "artifacts") as faults:
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.live.run and app.live.run.characters, "text comes")
            faults.refuse(torn=True)
            app.live.cancel("t1")
            await until(pilot, lambda: "NOT SAVED" in bar(app), "the bar shows it")
            assert "NOT SAVED" in titles(app)
            assert "No space left" in "".join(notice.message for notice in app._notifications)
            faults.mend()
            await until(pilot, lambda: "SAVED AGAIN" in titles(app), "it is told")
            await until(pilot, lambda: "NOT SAVED" not in bar(app), "the mark goes")
            app.live.cancel_all()
            await ended(pilot, app)
    assert not app.live.parting
    assert "CANCELLED" in (tmp_path / "artifacts" / "parallel-result.md").read_text()


@pytest.mark.parametrize("width", [60, 120])
async def test_what_was_saved_elsewhere_is_told_with_its_place_and_can_be_read(
    make_app: MakeApp, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    app = make_app(plan_of(STALL, QUICK))
    with faulty(monkeypatch, tmp_path / "nothing"):
        async with app.run_test(size=(width, 36)) as pilot:
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.live.run and app.live.run.characters, "text comes")
            shutil.rmtree(tmp_path / "artifacts")
            (tmp_path / "artifacts").write_text("in the way")
            app.live.cancel_all()
            await ended(pilot, app)
            await sees(pilot, app, "SAVED ELSEWHERE", "CANCELLED")
            assert app.main.shown is not None
            assert app.main.shown.folder.is_relative_to(home)
            await pilot.press("4", "end")
            (tmp_path / "artifacts").unlink()
            await pilot.press("5")
            await until(
                pilot,
                lambda: any("could not be saved" in n.message for n in app._notifications),
                "the list tells of it",
            )
    [line] = app.live.parting
    assert "SAVED ELSEWHERE" in line and str(home) in line


async def test_quitting_while_the_disk_refuses_saves_elsewhere_and_says_so(
    make_app: MakeApp, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(plan_of(STALL))
    with faulty(monkeypatch, tmp_path / "artifacts") as faults:
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.live.run and app.live.run.characters, "text comes")
            faults.refuse()
            await pilot.press("q")
            await sees(pilot, app, "Tasks are running")
            await pilot.press("c")
            await until(pilot, lambda: app._exit, "it ends")
    [line] = app.live.parting
    assert "SAVED ELSEWHERE" in line
    saved = next((home / ".local/share").glob("**/parallel-result.md"))
    assert "CANCELLED" in saved.read_text()
