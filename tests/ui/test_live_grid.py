"""The grid of live tasks: who has a cell, where it lies, what it shows, and how one moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.pilot import Pilot

from orchtui.engine.run_events import events as ev
from orchtui.ui.output.live_grid import LiveGrid
from orchtui.ui.output.live_tails import LEAST_HEIGHT, LEAST_WIDTH, LINGER, Cells, shape_of, tail
from tests.engine.scripted import task
from tests.engine.told import START, Told
from tests.ui.conftest import QUICK, STALL, MakeApp, plan_of, screen_text, sees, until
from tests.ui.stage import Stage


def begun(*names: str) -> Told:
    told = Told(*(task(name, title=f"Task {name}") for name in "abcdef"))
    for name in names:
        told.starts(name, 0)
    return told


def cells(made: Cells) -> str:
    return "".join(one.id for one in made.tasks)


# Who has a cell


def test_a_task_keeps_its_cell_and_an_ended_one_gives_it_to_the_next() -> None:
    told, made = begun("a", "b", "c"), Cells()
    assert made.update(told.run, START)
    assert cells(made) == "abc"
    told.completes("a", 1)
    assert not made.update(told.run, START + 1)
    assert cells(made) == "abc"  # it lingers
    told.starts("d", 2)
    assert made.update(told.run, START + 2)
    assert cells(made) == "dbc"
    told.completes("b", 3)
    assert made.update(told.run, START + 3 + LINGER)
    assert cells(made) == "dc"


def test_without_live_tasks_there_is_no_cell() -> None:
    told, made = begun("a"), Cells()
    made.update(told.run, START)
    told.completes("a", 1)
    assert made.update(told.run, START + 1)
    assert cells(made) == ""
    assert not made.update(None, START)


@given(st.integers(0, 500), st.integers(1, 300), st.integers(1, 100))
def test_cells_fit_the_width_and_are_high_enough(count: int, width: int, height: int) -> None:
    shape = shape_of(count, width, height)
    assert 1 <= shape.columns <= max(1, count)
    assert shape.columns * shape.width <= width
    assert shape.columns == 1 or shape.width >= LEAST_WIDTH
    assert shape.height >= LEAST_HEIGHT


@pytest.mark.parametrize(
    ("count", "size", "columns"), [(1, (150, 20), 1), (2, (150, 15), 2), (4, (120, 20), 2)]
)
def test_shapes_are_those_one_reads_best(count: int, size: tuple[int, int], columns: int) -> None:
    assert shape_of(count, *size).columns == columns


# What a cell shows


def test_it_shows_the_last_rows_and_the_tool_in_use() -> None:
    told = begun("a").says("a", 1, "\n".join(f"line {number}" for number in range(1000)))
    assert [row.text for row in tail(told.run.tasks["a"], 20, 3)] == [
        "line 997",
        "line 998",
        "line 999",
    ]
    told.tell(ev.ToolCalled, 2, task="a", attempt=1, call="1", name="Read", arguments="x.md")
    assert [row.text for row in tail(told.run.tasks["a"], 20, 2)] == ["line 999", "⚙ … Read x.md"]


@given(st.text(max_size=400), st.integers(1, 40), st.integers(0, 12))
def test_no_row_is_wider_than_the_cell(text: str, width: int, height: int) -> None:
    told = begun("a").says("a", 1, text)
    rows = tail(told.run.tasks["a"], width, height)
    assert len(rows) <= height
    for row in rows:
        assert "\x1b" not in row.text and "\n" not in row.text
        assert cell_len(row.text.rstrip()) <= max(2, width)


def test_a_huge_text_costs_no_more_than_its_end() -> None:
    told = begun("a")
    for _ in range(50):
        told.says("a", 1, "x" * 100_000)
    pieces = told.run.tasks["a"].attempts[0].pieces
    assert tail(told.run.tasks["a"], 40, 10)
    assert told.run.tasks["a"].attempts[0].pieces is pieces and len(pieces) == 50


# On the screen


class Wall(Stage):
    """An app with a grid."""

    def __init__(self, told: Told) -> None:
        self.grid = LiveGrid()
        super().__init__(self.grid)
        self.told = told
        self.heard: list[str] = []

    def on_live_grid_picked(self, event: LiveGrid.Picked) -> None:
        self.heard.append(f"picked {event.task_id}")

    def on_live_grid_opened(self, event: LiveGrid.Opened) -> None:
        self.heard.append(f"opened {event.task_id}")


@asynccontextmanager
async def wall(told: Told, size: tuple[int, int]) -> AsyncIterator[tuple[Wall, Pilot[int]]]:
    app = Wall(told)
    async with app.run_test(size=size) as pilot:
        app.grid.styles.display = "block"
        app.grid.show_run(told.run, None)
        app.grid.focus()
        await pilot.pause()
        yield app, pilot


async def test_cells_lie_beside_and_below_each_other() -> None:
    told = begun("a", "b", "c", "d").says("a", 1, "words of a").says("d", 1, "words of d")
    async with wall(told, (120, 20)) as (app, pilot):
        text = await sees(pilot, app, "Task a", "Task b", "Task c", "Task d")
        lines = text.splitlines()
        assert "Task a" in lines[0] and "Task b" in lines[0]
        assert lines[0].index("Task b") > 55
        assert "words of a" in lines[1]
        assert "Task c" in lines[10] and "words of d" in lines[11]


async def test_arrows_and_letters_pick_and_enter_opens() -> None:
    async with wall(begun("a", "b", "c", "d"), (120, 20)) as (app, pilot):
        await pilot.press("right", "j", "h", "up", "left", "G", "enter")
        await until(pilot, lambda: "opened d" in app.heard, "it is opened")
        assert app.heard[-7:] == [
            "picked a", "picked b", "picked d", "picked c", "picked a", "picked d", "opened d",
        ]  # fmt: skip


async def test_the_mouse_picks_and_twice_opens() -> None:
    async with wall(begun("a", "b", "c", "d"), (120, 20)) as (app, pilot):
        await pilot.click(offset=(80, 15))
        await until(pilot, lambda: app.heard[-1:] == ["picked d"], "it is picked")
        await pilot.click(offset=(10, 12), times=2)
        await until(pilot, lambda: app.heard[-1:] == ["opened c"], "it is opened")


async def test_many_tasks_scroll() -> None:
    told = Told(*(task(f"t{number}", title=f"Task {number}") for number in range(300)))
    for number in range(300):
        told.starts(f"t{number}", 0)
    async with wall(told, (80, 24)) as (app, pilot):
        assert "Task 299" not in screen_text(app)
        await pilot.press("end")
        await sees(pilot, app, "Task 299")
        await pilot.press("pageup", "pageup", "home")
        await sees(pilot, app, "Task 0 ")


@pytest.mark.parametrize("size", [(1, 1), (20, 5), (200, 50)])
async def test_any_size_will_do(size: tuple[int, int]) -> None:
    told = begun("a", "b", "c").says("a", 1, "漢字🙂 \x1b[2J [/] " * 30)
    async with wall(told, size) as (app, pilot):
        app.grid.repaint(told.run.at)
        await pilot.press("right", "down", "G", "pagedown")
        for y in range(size[1]):
            strip = app.grid.render_line(y)
            assert strip.cell_length == app.grid.scrollable_content_region.width
            assert "\x1b" not in strip.text


async def test_in_the_app_it_opens_from_the_timeline_and_goes_back(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL, STALL, STALL))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("3", "number_sign")
        await sees(pilot, app, "No run yet")
        await pilot.press("escape", "ctrl+r")
        await until(pilot, lambda: app.live.run is not None, "it runs")
        await pilot.press("3", "number_sign")
        await sees(pilot, app, "3 live", "enter: large")
        await until(pilot, lambda: app.focused is app.main.output.grid, "it has the keys")
        await pilot.press("G", "enter")
        await until(pilot, lambda: app.focused is app.main.output.text, "one is large")
        assert app.main.picked == "t3"
        await pilot.press("number_sign")
        await sees(pilot, app, "3 live")
        await pilot.press("x")
        await sees(pilot, app, "Stop Topic 3?")
        await pilot.press("x")
        run = app.main.shown.run if app.main.shown else None
        assert run is not None
        await until(pilot, lambda: run.tasks["t3"].status == "cancelled", "the picked one stops")
        app.live.cancel_all()
        await sees(pilot, app, "No task is live: the run has ended")
        await pilot.press("number_sign")
        await sees(pilot, app, "cancelled")


async def test_back_from_the_grid_is_the_task_from_before(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, STALL, STALL))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run is not None, "it runs")
        run = app.live.run
        assert run is not None
        await until(pilot, lambda: run.tasks["t1"].status == "completed", "one is done")
        await pilot.press("4")
        assert app.main.picked == "t1"
        await pilot.press("number_sign")
        await until(pilot, lambda: app.main.picked in ("t2", "t3"), "one that is live is picked")
        await pilot.press("G", "escape")
        await sees(pilot, app, "completed  Topic 1")
        assert app.main.picked == "t1"
        app.live.cancel_all()


async def test_what_is_typed_behind_the_slash_is_no_command(make_app: MakeApp) -> None:
    """However fast: a letter that would stop the task must not."""
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run is not None, "it runs")
        run = app.live.run
        assert run is not None
        await until(pilot, lambda: run.tasks["t1"].status == "running", "it is running")
        await pilot.press("4")
        for key in ("slash", "x", "X"):
            app.post_message(events.Key(key, "/" if key == "slash" else key))
        await until(pilot, lambda: app.main.output.search.is_open, "the line is open")
        await pilot.pause()
        assert run.tasks["t1"].status == "running"
        assert len(app.screen_stack) == 1
        app.live.cancel_all()
