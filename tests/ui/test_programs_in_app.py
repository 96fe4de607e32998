"""What programs use, on the screen: the picked task's below its row, all of them in the bar."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from orchtui.engine.backends import footprints
from orchtui.engine.backends.process_table import Looked
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.ui import memory
from orchtui.ui.bars.run_bar import Facts, RunBar
from orchtui.ui.timeline.timeline_pane import TimelinePane
from tests.engine.scripted import task
from tests.engine.told import START, Told
from tests.ui.conftest import MakeApp, ended, screen_text, sees, until
from tests.ui.stage import Stage

MIB = 2**20
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="proc(5)")
NOW = {"a": Looked(412 * MIB, 3), "b": Looked(7 * MIB, 1)}


def two(backend: str = "command") -> Told:
    return Told(task("a"), task("b"), task("c"), backend=backend).starts("a", 0).starts("b", 0)


async def details(told: Told, *keys: str, looked_at: Callable[[str], Looked | None]) -> list[str]:
    """The line below the rows, before and after each key."""
    pane = TimelinePane()
    app = Stage(pane)
    async with app.run_test(size=(80, 24)) as pilot:
        pane.styles.height = "100%"
        pane.show_run(told.run)
        pane.rows.focus()
        await pilot.pause()
        pane.repaint(told.run, START + 5.0, looked_at=looked_at)
        await pilot.pause()
        found = [screen_text(app).split("\n")[-2].strip("│ ")]
        for key in keys:
            await pilot.press(key)
            pane.repaint(told.run, START + 5.0, looked_at=looked_at)
            await pilot.pause()
            found.append(screen_text(app).split("\n")[-2].strip("│ "))
        return found


async def test_the_picked_tasks_programs_are_told() -> None:
    assert await details(two(), "down", "down", looked_at=NOW.get) == [
        "running · command · 412 MB, 3 processes",
        "running · command · 7.0 MB, 1 process",
        "has not begun · command",
    ]


async def test_before_the_first_look_nothing_is_told() -> None:
    assert await details(two(), looked_at=lambda _: None) == ["running · command"]


async def test_what_was_used_is_told_after_the_end_and_between_attempts() -> None:
    told = two()
    used = ev.ProgramUse(memory=90 * MIB, processes=2, cpu_s=0.5)
    told.tell(ev.TaskRetrying, 4, task="a", attempt=1, error="idle", why="", wait_s=9, program=used)
    ends = {"usage": ev.Usage(), "output": "", "stop_reason": "exit"}
    told.tell(ev.TaskCompleted, 5, task="b", attempt=1, **ends)
    first, second = await details(told, "down", looked_at=lambda _: None)

    assert " · command · peak 90 MB, 2 processes, C" in first
    assert second == "completed · command"


async def bar(told: Told, programs: Looked | None, width: int = 120) -> str:
    made = RunBar()
    app = Stage(made)
    async with app.run_test(size=(width, 3)) as pilot:
        await pilot.pause()
        made.show(Facts(run=told.run, now=START + 5, is_live=True, programs=programs))
        await pilot.pause()
        return screen_text(app).split("\n")[0]


def limited(told: Told, *, machine: bool = True, concurrency: int | None = 2) -> Told:
    return told.tell(
        ev.LimitChanged,
        3,
        backend="command",
        concurrency=concurrency,
        lower=concurrency is not None,
        machine=machine,
        why="memory is short, 100 of 16,000 MiB are left",
    )


async def test_while_the_machine_has_no_room_the_bar_says_what_programs_have() -> None:
    all_ = Looked(1500 * MIB, 12)
    assert "room for 2 at once  programs 1.5 GB, 12 processes" in await bar(limited(two()), all_)
    assert "RUNNING" in await bar(limited(two()), all_, 20)
    for told, programs in (
        (two(), all_),
        (limited(two()), None),
        (limited(two(), machine=False), all_),
        (limited(limited(two()), concurrency=None), all_),
    ):
        assert "programs" not in await bar(told, programs)


# In the whole app


@linux
async def test_a_running_program_is_seen_and_its_peak_stays(
    make_app: MakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footprints, "LOOK_S", 0.05)
    go = tmp_path / "go"
    script = f"while [ ! -e '{go}' ]; do sleep 0.05; done; echo done"
    one = Task(id="a", title="Looks on", prompt="Look on.", command=("sh", "-c", script))
    app = make_app(Plan(tasks=(one,), aggregate="none"), chosen=None)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.screen is not app.main or app.main.live, "it is asked")
        if app.screen is not app.main:
            await until(pilot, lambda: app.screen.focused is not None, "it takes keys")
            await pilot.pause()
            await pilot.press("t")
        text = await sees(pilot, app, "running · command ·", " process")
        assert "peak" not in text
        go.touch()
        await ended(pilot, app)
        text = await sees(pilot, app, "completed · command · peak ")
        assert " MB, " in text and " process" in text
        assert app.live.looked_at("a") is None and app.live.programs() is None


@linux
def test_memory_of_all_is_what_the_look_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    made = footprints.Footprints(lambda: 1000.0)
    monkeypatch.setattr(footprints, "FOOTPRINTS", made)
    assert 5 * MIB < memory.resident() < 2**40  # nothing has looked yet
    made._family = 999.0, Looked(77, 3)
    assert memory.resident() == 77
    made._family = 1000.0 - footprints._FRESH_S - 1, Looked(77, 3)
    assert memory.resident() != 77


def test_and_where_there_is_no_list_of_processes_it_is_counted_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(footprints, "FOOTPRINTS", footprints.Footprints())
    monkeypatch.setattr(footprints, "processes", lambda: [])
    assert 5 * MIB < memory.resident() < 2**40
