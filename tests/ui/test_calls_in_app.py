"""The app calls a person who looks elsewhere, and shows what takes long."""

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from orchtui.config import Notify
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.notices import calls
from orchtui.ui.terminal.attention import Attention
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.ui.conftest import (
    FAIL,
    QUICK,
    STALL,
    MakeApp,
    plan_of,
    run_to_end,
    screen_text,
    sees,
    until,
)

OURS = re.compile(r"\x1b\](?:2|9|777);|\x1b\[2[23];0t")
"""Titles and notices; Textual itself writes the shape of the pointer."""


def listen(app: OrchtuiApp, *ways: Notify) -> list[str]:
    """What the app would write from now on, to a terminal without the focus."""
    written: list[str] = []
    app.attention = Attention(ways, {"TERM": "xterm"}, written.append)
    app.attention.focus(False)
    return written


def titles(written: list[str]) -> list[str]:
    return [one[4:-1] for one in written if one.startswith("\x1b]2;")]


async def test_the_title_counts_and_the_end_calls(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, FAIL, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("escape")
        written = listen(app, "bell", "title", "osc777")
        app.action_run_plan()  # no key: that would be somebody who looks
        await until(pilot, lambda: "\a" in written, "the bell")
        assert titles(written)[-1] == "◐ 2/3 orchtui"
        assert {"orchtui 0/3", "orchtui 3/3"} & set(titles(written))
        [notice] = [one for one in written if "777" in one]
        assert notice == (
            "\x1b]777;notify;orchtui: PARTIAL;2 of 3 tasks completed, 1 failed (rehearsal)\a"
        )
        assert len(titles(written)) == len(set(titles(written)))


async def test_who_looks_is_not_called(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        written = listen(app, "bell", "title")
        await run_to_end(pilot, app)  # by a key
        await until(pilot, lambda: "✓ 1/1 orchtui" in titles(written), "the end is in the title")
        assert "\a" not in written


async def test_headless_nothing_is_written(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(HeadlessDriver, "write", lambda _, data: written.append(data))
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        app.take_attention(("bell", "osc9", "osc777", "title", "always"))
        await run_to_end(pilot, app)
        app.attention.call("T", "text")
    assert not [one for one in written if one == "\a" or OURS.search(one)]


AT: Any = {"seq": 9, "at": "2026-01-15T10:00:00.000Z"}


def waiting() -> Run:
    told = Told(task("a", title="Deploy"), task("b")).starts("a", 0).starts("b", 0)
    told.completes("b", 1)
    told.tell(ev.PermissionAsked, 2, task="a", attempt=1, question="q", what="rm -rf build; x")
    return told.run


def test_a_title_says_first_that_a_person_is_asked() -> None:
    assert calls.going_title(waiting()) == "? 1/2 orchtui"


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (
            ev.PermissionAsked(
                **AT, task="a", attempt=1, question="q", what="rm\n-rf \x1b]0;x\x07build"
            ),
            ("orchtui asks for permission", "Deploy wants to: rm -rf build"),
        ),
        (ev.BudgetWarning(**AT, budget="usd", used=4.0, limit=5.0), ("orchtui: budget", "80 %")),
        (ev.StorageLost(**AT, what="journal", why="No space"), ("orchtui: NOT SAVED", "No space")),
        (ev.StorageRegained(**AT, seconds=1.0), None),
    ],
)
def test_only_what_needs_a_person_calls(
    event: ev.PermissionAsked | ev.BudgetWarning | ev.StorageEvent, words: tuple[str, str] | None
) -> None:
    call = calls.person_call(event, waiting())
    if words is None:
        assert call is None
    else:
        assert call is not None
        assert call[0] == words[0]
        assert words[1] in call[1]


# What takes long


class Gate:
    """Holds a thread until it is opened."""

    def __init__(self, real: Any) -> None:
        self.open = threading.Event()
        self.entered = 0
        self._real = real

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        self.entered += 1
        assert self.open.wait(20)
        return self._real(*arguments, **named)


async def test_a_run_that_is_long_in_opening_says_so_and_can_be_let_be(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        gate = Gate(past_runs.open_as_far)
        monkeypatch.setattr(past_runs, "open_as_far", gate)
        await pilot.press("5")
        await until(pilot, lambda: app.main.runs_pane.entries, "the list")
        before = app.main.shown
        await pilot.press("enter")
        await sees(pilot, app, "opening the run", "esc stops")
        await pilot.press("escape")
        await until(pilot, lambda: not app.busy.any, "it is let be")
        gate.open.set()
        assert app.main.shown is before
        assert app.main.view == "runs"  # esc went to the work, not to the pane
        await pilot.press("enter")
        await until(pilot, lambda: app.main.shown is not before, "the next try opens it")
        assert "opening" not in screen_text(app)


async def test_a_run_that_is_long_in_starting_can_be_stopped_before_it_is(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        gate = Gate(app.project.begin)
        monkeypatch.setattr(Project, "begin", gate)
        await pilot.press("ctrl+r")
        await sees(pilot, app, "drawing up the run", "esc stops")
        await pilot.press("escape")
        await until(pilot, lambda: not app.live.taken, "it is given up")
        gate.open.set()
        assert app.live.run is None
    assert not (tmp_path / "artifacts" / "runs").exists()


async def test_adding_a_task_that_is_stopped_leaves_the_run_alone(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.characters, "it runs")
        gate = Gate(app.project.untrusted)
        monkeypatch.setattr(Project, "untrusted", gate)
        await pilot.press("A")
        await sees(pilot, app, "A task for the run")
        form: Any = app.screen
        form.dismiss(plan_of(STALL, STALL).tasks[1])
        await sees(pilot, app, "looking what would be started")
        await pilot.press("escape")
        await until(pilot, lambda: not app.busy.any, "it is let be")
        gate.open.set()
        assert app.live.run is not None
        assert len(app.live.run.tasks) == 1
        app.live.cancel_all()
        await until(pilot, lambda: app.live.run is None, "the end")
