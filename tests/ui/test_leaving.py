"""Quitting: what is asked, what is kept, and what signals do."""

import asyncio
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends import registry
from orchtui.engine.backends.rehearsal import RehearsalBackend
from orchtui.engine.run_folders.summary import load_all
from orchtui.ui import app as leaving
from tests.ui.conftest import QUICK, STALL, MakeApp, plan_of, run_to_end, sees, until


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
async def test_quitting_an_idle_app(make_app: MakeApp, key: str) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app._exit, "it ends")
    assert app.return_value == 0
    assert app.return_code == 0


async def test_quitting_while_tasks_run_asks_and_keeps_what_was_written(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(plan_of(STALL, STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.characters, "text comes")
        await pilot.press("ctrl+c")
        await sees(pilot, app, "Tasks are running")
        await pilot.press("s")
        await pilot.pause()
        assert app.live.run is not None
        await pilot.press("q")
        await sees(pilot, app, "Tasks are running")
        await pilot.press("c")
        await until(pilot, lambda: app._exit, "it ends")
    assert app.return_code == 0
    (summary,) = load_all(tmp_path / "artifacts" / "runs")
    assert summary.verdict == "CANCELLED"
    assert "rehearsal" in (tmp_path / "artifacts" / "parallel-task-1.md").read_text()


async def test_unsaved_edits_are_asked_about(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d", "q")
        await sees(pilot, app, "Save the plan?", "is in no file")
        await pilot.press("b")
        await pilot.pause()
        assert not app._exit
        await pilot.press("q")
        await sees(pilot, app, "Save the plan?")
        await pilot.press("s")
        await sees(pilot, app, "Save the plan as")
        await pilot.press("enter")
        await until(pilot, lambda: app._exit, "it ends")
    assert (tmp_path / "plan.yaml").exists()


async def test_of_a_plan_that_has_a_file_it_is_asked_about_what_is_not_in_it(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(plan_of(QUICK, QUICK, name="one"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "enter")
        await until(pilot, (tmp_path / "one.yaml").exists, "it is saved")
        await until(pilot, lambda: app.screen is app.main, "the list is there")
        await pilot.press("d", "q")
        await sees(pilot, app, "Save the plan?", "What was changed is not in one.yaml yet.")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_signals_end_the_run_in_order(
    make_app: MakeApp, tmp_path: Path, number: signal.Signals
) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        os.kill(os.getpid(), number)
        await until(pilot, lambda: app._exit, "it ends")
    (summary,) = load_all(tmp_path / "artifacts" / "runs")
    assert summary.verdict == "CANCELLED"


async def test_a_backend_that_does_not_close_is_left_behind(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cling(_: RehearsalBackend) -> None:
        await asyncio.sleep(3600)

    monkeypatch.setattr(RehearsalBackend, "close", cling)
    monkeypatch.setattr(registry, "CLOSE_WITHIN", 0.3)
    monkeypatch.setattr(leaving, "LEAVE_WITHIN", 0.1)
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("q")
        await until(pilot, lambda: app._exit, "it ends")
    assert (app.return_code, app.crash) == (0, None)


async def test_quitting_while_a_run_is_starting_asks(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(plan_of(STALL))
    go_on = threading.Event()
    begin = type(app.project).begin

    def slowly(*arguments: Any) -> Any:
        go_on.wait(20)
        return begin(*arguments)

    monkeypatch.setattr(type(app.project), "begin", slowly)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r", "q")
        await sees(pilot, app, "Tasks are running")
        await pilot.press("c")
        await until(pilot, lambda: app._exit, "it ends")
        go_on.set()
    assert not (app.project.out / "runs").exists()
