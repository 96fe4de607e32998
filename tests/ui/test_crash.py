"""What nobody expected ends the app in order, whoever it happened to, and keeps the run."""

import asyncio
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from orchtui import ui
from orchtui.engine.errors import IllegalTransitionError
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_folders.summary import load_all
from orchtui.engine.runs import fold
from orchtui.engine.sessions.orchestrator import Orchestrator
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.bars.tabs_bar import TabsBar
from orchtui.ui.dialogs.trust_question import TrustQuestion
from orchtui.ui.notices.trouble import TellsTrouble
from orchtui.ui.timeline.timeline_rows import TimelineRows
from tests.ui.conftest import QUICK, STALL, MakeApp, plan_of, run_to_end, sees, until


class Boom(Exception):
    """What nobody expected."""


def boom(*_: object, **__: object) -> None:
    secret = "a value that nobody may see"  # a local, as Textual would print it
    raise Boom(f"it broke after {len(secret)}")


def in_a_worker(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        boom()

    app.run_worker(work(), exit_on_error=False)


def in_a_worker_that_ends_the_app(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        boom()

    app.run_worker(work())


def in_a_panes_worker(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        boom()

    app.main.independence.run_worker(work(), exit_on_error=False)


def in_the_screens_worker(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        boom()

    app.main.run_worker(work(), exit_on_error=False)


def in_a_timer(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app.set_timer(0.01, boom)


def in_the_repainting(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.main.bar, "show", boom)


def in_a_message_handler(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    app.main.bar.post_message(TabsBar.Clicked("runs"))
    monkeypatch.setattr(type(app.main), "action_go", boom)


def in_an_action(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(app), "action_show_help", boom)
    app.call_later(app.run_action, "show_help")


def in_the_render(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TimelineRows, "render_line", boom)
    app.main.timeline.rows.refresh()


def in_the_run(app: OrchtuiApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Orchestrator, "_commit", boom)
    app.live.cancel("t1")


PLACES: list[Callable[[OrchtuiApp, pytest.MonkeyPatch], None]] = [
    in_a_worker,
    in_a_worker_that_ends_the_app,
    in_a_panes_worker,
    in_the_screens_worker,
    in_a_timer,
    in_the_repainting,
    in_a_message_handler,
    in_an_action,
    in_the_render,
    in_the_run,
]


def stubborn(pid_file: Path) -> Plan:
    """A program that ends only when it is ended, and a task beside it."""
    code = f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    program = Task(id="p", command=("python3", "-c", code))
    return Plan(tasks=(program, *plan_of(STALL).tasks))


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.__name__)
async def test_the_app_ends_and_the_run_is_kept(
    make_app: MakeApp,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    place: Callable[[OrchtuiApp, pytest.MonkeyPatch], None],
) -> None:
    pid_file = tmp_path / "pid"
    app = make_app(stubborn(pid_file))
    with pytest.raises(Exception, match="it broke after 27"):
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press("ctrl+r")
            await until(pilot, lambda: isinstance(app.screen, TrustQuestion), "it asks")
            await pilot.press("t")
            await until(pilot, lambda: app.live.run and app.live.run.characters, "text comes")
            await until(pilot, lambda: pid_file.exists() and pid_file.read_text(), "it runs")
            place(app, monkeypatch)
            await asyncio.wait_for(app._exception_event.wait(), 20)

    assert isinstance(app.crash, Boom)
    [run] = load_all(tmp_path / "artifacts" / "runs")
    assert run.verdict == "INTERRUPTED"
    assert app.crashed_run == run.id
    again = fold.replay(journal.read(tmp_path / "artifacts" / "runs" / run.id))
    assert again is not None and again.tasks["t1"].text
    assert not runs(int(pid_file.read_text()))
    out, err = capsys.readouterr()
    assert "nobody may see" not in out + err


async def test_an_event_that_does_not_fit_the_run_that_goes_on_is_a_bug(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise IllegalTransitionError("t1: it ended twice")

    app = make_app(plan_of(STALL))
    with pytest.raises(IllegalTransitionError, match="ended twice"):
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.live.run and app.live.run.characters, "text comes")
            monkeypatch.setattr(Orchestrator, "_commit", refuse)
            app.live.cancel_all()
            await asyncio.wait_for(app._exception_event.wait(), 20)

    [run] = load_all(tmp_path / "artifacts" / "runs")
    assert app.crashed_run == run.id


async def test_a_journal_that_does_not_fit_is_told_and_the_app_lives_on(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        assert app.main.shown is not None
        path = app.main.shown.folder / journal.FILE
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(lines[0] + lines[0])  # it begins twice
        await pilot.press("r")
        await sees(pilot, app, "This did not work")
        await pilot.press("escape")
        assert app.screen is app.main


TELLS = (
    r"^class \w+\((.*TellsTrouble|Front|Between|DiffHolder|TaskDialogs"
    r"|\w*Desk|Frame|ThemedApp|PassingApp|App\[)"
)
"""A class of the app, or one whose workers tell of their errors."""


def test_whoever_works_in_the_background_tells_when_it_fails() -> None:
    """A worker's state does not travel up to the app by itself."""
    silent = [
        path.name
        for path in Path(ui.__file__).parent.rglob("*.py")
        if "exit_on_error=False" in (text := path.read_text())
        and not re.search(TELLS, text, re.MULTILINE)
    ]
    assert silent == []


def test_telling_takes_no_looks_away() -> None:
    """A class has the looks of its first base alone."""
    telling = {kind for kind in TellsTrouble.__subclasses__() if kind.__module__ != __name__}
    assert {"Front", "TaskDialogs"} <= {kind.__name__ for kind in telling}
    assert [kind for kind in telling if kind.__bases__[0] is TellsTrouble] == []
