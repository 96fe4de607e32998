"""A run that another process writes, in the app: live in the same panes, and only to look at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchtui.engine.backends.registry import Backends
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Limits, Plan
from orchtui.engine.sessions.orchestrator import Orchestrator
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.dialogs import Read
from tests.ui.conftest import (
    FAIL,
    QUICK,
    STALL,
    MakeApp,
    ended,
    go_on,
    plan_of,
    sees,
    until,
)
from tests.ui.whole_app import idle, said

ELSEWHERE = plan_of(QUICK, STALL, FAIL, name="elsewhere", limits=Limits(retries=0))


@asynccontextmanager
async def going_on(folder: Path, plan: Plan = ELSEWHERE) -> AsyncIterator[Orchestrator]:
    """A run of somebody else: its journal is locked, and the app knows nothing of it."""
    backends = Backends({"ORCHTUI_LOCAL_MODEL": str(folder / "none")}, chosen="rehearsal")
    project = Project(folder=folder, out=folder / "artifacts", backends=backends)
    async with project.start(plan) as one:

        async def work() -> None:
            async for _ in one:
                pass
            await one.__aexit__(None, None, None)

        working = asyncio.create_task(work())
        try:
            yield one
        finally:
            working.cancel()
            await asyncio.wait((working,))
    await project.close()


def is_watched(app: OrchtuiApp) -> bool:
    return app.main.shown is not None and app.main.shown.watched


async def watch(pilot, app: OrchtuiApp) -> None:  # type: ignore[no-untyped-def]
    """Open the newest run of the list."""
    app.main.action_go("runs")
    await until(pilot, lambda: app.main.runs_pane.entries, "it is listed")
    await pilot.press("enter")
    await until(pilot, lambda: is_watched(app), "it is watched")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_it_is_shown_live_and_its_end_is_told(
    make_app: MakeApp, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot, going_on(tmp_path) as one:
        await watch(pilot, app)
        await sees(pilot, app, "RUNNING", f"run {one.run.id} in process")
        assert app.main.shown is not None
        run = app.main.shown.run
        assert run is not one.run
        await until(pilot, lambda: run.tasks["t1"].status == "completed", "events come")
        await until(pilot, lambda: run.tasks["t2"].text, "text comes")
        await pilot.press("j")
        await until(
            pilot, lambda: app.main.output.text.text == one.run.tasks["t2"].text, "it is shown"
        )
        one.cancel_all()
        await said(pilot, app, "1 of 3 completed")
        await sees(pilot, app, "CANCELLED", "past run")
        assert not is_watched(app)
        assert run.finished == one.run.finished


async def test_keys_say_that_it_can_only_be_watched(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot, going_on(tmp_path) as one:
        await watch(pilot, app)
        for key in ("x", "X", "r", "f7", "f8", "t", "e", "p", "space", "plus", "A"):
            app.clear_notifications()
            await pilot.press(key)
            await said(pilot, app, "here it can only be watched")
        assert one.run.tasks["t2"].status == "running"
        assert app.live.run is None


async def test_going_on_with_it_is_refused_and_watching_is_offered(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot, going_on(tmp_path):
        app.main.action_go("runs")
        await sees(pilot, app, "RUNNING")
        await pilot.press("r")
        await sees(pilot, app, "It is still going on", "being written by process")
        await pilot.press("b")
        await until(pilot, idle(app), "nothing goes on")
        assert app.main.shown is None
        await pilot.press("r")
        await sees(pilot, app, "It is still going on")
        await pilot.press("w")
        await until(pilot, lambda: is_watched(app), "it is watched")
        assert app.live.run is None


async def test_a_writer_that_is_gone_leaves_a_run_that_can_go_on(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        async with going_on(tmp_path):
            await watch(pilot, app)
            assert app.main.shown is not None
            run = app.main.shown.run
            await until(pilot, lambda: run.tasks["t3"].status == "failed", "one has failed")
        await said(pilot, app, "Nobody writes this run any more; r goes on with it")
        await sees(pilot, app, "INTERRUPTED")
        await pilot.press("r")
        text = await go_on(pilot, app)
        assert "2 Topic 2: it was interrupted while it ran" in text
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        assert app.live.run is not None and app.live.run.id == run.id
        app.live.cancel_all()
        await ended(pilot, app)


async def test_ones_own_run_goes_on_meanwhile(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(120, 36)) as pilot, going_on(tmp_path):
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        await pilot.press("5")
        await until(pilot, lambda: len(app.main.runs_pane.entries) == 2, "both are listed")
        ids = [entry.name for entry in app.main.runs_pane.entries]
        await pilot.press("home", *["j"] * ids.index("elsewhere"), "enter")
        await until(pilot, lambda: is_watched(app), "it is watched")
        await sees(pilot, app, "your run goes on")
        await pilot.press("escape")
        await until(pilot, lambda: not is_watched(app), "back again")
        assert app.main.shown is not None and app.main.shown.run is app.live.run
        await until(
            pilot,
            lambda: not [w for w in app.workers if w.group == "watch" and w.is_running],
            "nobody looks any more",
        )
        app.live.cancel_all()
        await ended(pilot, app)


async def test_a_journal_that_is_deleted_meanwhile_is_told_and_the_app_lives(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot, going_on(tmp_path) as one:
        await watch(pilot, app)
        (one.run_folder / journal.FILE).unlink()
        await sees(pilot, app, "This did not work")
        assert isinstance(app.screen, Read)
        assert "No such file" in app.screen._text.plain  # on the screen a long path is broken
        await pilot.press("escape")
        assert not is_watched(app)
