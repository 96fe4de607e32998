"""The timeline on the screen: what keys and mouse do, and what it says of all that."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace
from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.scheduling.prices import ANY, Price, Prices
from orchtui.ui.timeline.timeline_pane import TimelinePane
from orchtui.ui.timeline.timeline_rows import TimelineRows
from orchtui.ui.timeline.timeline_words import cost_of
from tests.engine.scripted import task
from tests.engine.told import START, Told
from tests.ui.conftest import screen_text, until
from tests.ui.stage import Stage


class Hears(Stage):
    """Keeps what the rows say."""

    def __init__(self, pane: TimelinePane) -> None:
        super().__init__(pane)
        self.heard: list[object] = []

    def on_timeline_rows_picked(self, event: TimelineRows.Picked) -> None:
        self.heard.append(event.task_id)

    def on_timeline_rows_output_wanted(self) -> None:
        self.heard.append("output")


@asynccontextmanager
async def shown(
    told: Told, now: float = 30.0, size: tuple[int, int] = (100, 20)
) -> AsyncIterator[tuple[Hears, TimelinePane, Pilot[int]]]:
    pane = TimelinePane()
    app = Hears(pane)
    async with app.run_test(size=size) as pilot:
        pane.styles.height = "100%"
        pane.show_run(told.run)
        pane.rows.focus()
        await pilot.pause()
        pane.repaint(told.run, START + now)
        await pilot.pause()
        yield app, pane, pilot


def chains(count: int = 4) -> Told:
    """Pipelines of two: `a0` works, `b0` waits for it, and so on."""
    tasks = []
    for number in range(count):
        tasks.append(task(f"a{number}", title=f"Research {number}"))
        tasks.append(task(f"b{number}", title=f"Write {number}", after=(f"a{number}",)))
    told = Told(*tasks, limits=Limits(concurrency=count))
    for number in range(count):
        told.starts(f"a{number}", 0.0)
    return told


def line(app: Hears, words: str) -> str:
    return next(row for row in screen_text(app).split("\n") if words in row)


async def test_the_ruler_and_the_line_for_now_stand_above_each_other() -> None:
    async with shown(chains()) as (app, _, _):
        place = line(app, "╷0s").index("▼")
        assert line(app, "Research 0")[place] == "┥"
        assert line(app, "Write 0")[place] == "│"
        assert "after Research 0" in line(app, "Write 0")


async def test_closer_still_and_following_again_are_told_in_the_ruler() -> None:
    async with shown(chains()) as (app, pane, pilot):
        assert "follows" not in screen_text(app)
        await pilot.press("greater_than_sign", "greater_than_sign")
        assert "follows ╷" in " ".join(line(app, "▼").split())
        await pilot.press("left")
        assert "still, f follows" in line(app, "time")
        before = pane.rows.scale.view
        pane.repaint(pane._run, START + 90.0)  # type: ignore[arg-type]
        assert pane.rows.scale.view == before
        await pilot.press("f")
        assert "▼" in line(app, "time")
        assert pane.rows.scale.view.end > 90.0
        await pilot.press("h", "l", "0")
        assert pane.rows.scale.view.start == 0.0


async def test_a_run_that_has_ended_says_how_to_see_all_of_it() -> None:
    told = chains(1).completes("a0", 10.0, "x").cancels("b0", 12.0).ends(12.0)
    async with shown(told, now=12.0) as (app, pane, pilot):
        assert "▼" not in screen_text(app)
        await pilot.press("right_square_bracket")
        assert "0 shows all" in screen_text(app)
        await pilot.press("left_square_bracket")
        assert "0 shows all" not in screen_text(app)
        assert pane.rows.scale.view.end == 12.0


async def test_the_wheel_zooms_with_ctrl_moves_with_shift_and_else_scrolls() -> None:
    async with shown(chains(20)) as (_, pane, pilot):
        rows = pane.rows

        async def wheel(
            kind: type[MouseScrollUp] | type[MouseScrollDown],
            *,
            ctrl: bool = False,
            shift: bool = False,
        ) -> None:
            x = rows.columns.before_bar + 10
            rows.post_message(kind(rows, x, 3, 0, 0, 0, shift=shift, meta=False, ctrl=ctrl))
            await pilot.pause()

        under = rows.scale.moment(10)
        await wheel(MouseScrollUp, ctrl=True)
        assert rows.scale.view.span < 45.0
        assert abs(rows.scale.moment(10) - under) < 0.01
        start = rows.scale.view.start
        await wheel(MouseScrollUp, shift=True)
        assert rows.scale.view.start < start
        assert rows.scroll_offset.y == 0
        await wheel(MouseScrollDown)
        assert rows.scroll_offset.y > 0


async def test_a_click_picks_two_read_and_a_heading_folds() -> None:
    async with shown(chains()) as (app, pane, pilot):
        assert "▾ Pipeline 1" in screen_text(app)
        await pilot.click(pane.rows, offset=(20, 2))
        assert app.heard == ["b0"]
        await pilot.click(pane.rows, offset=(20, 1), times=2)
        assert app.heard == ["b0", "a0", "output"]
        await pilot.click(pane.rows, offset=(20, 0))
        assert "▸ Pipeline 1" in screen_text(app)
        assert "Research 0" not in screen_text(app)
        assert pane.rows.picked is None


async def test_a_folded_group_is_told_and_opens_with_enter() -> None:
    async with shown(chains()) as (app, pane, pilot):
        await pilot.press("j", "o")
        assert app.heard == ["b0", None]
        text = screen_text(app)
        assert "Pipeline 1: 0/2 done, 1 running  o opens it" in text
        await pilot.press("enter")
        assert pane.rows.picked == "a0"
        assert "output" not in app.heard
        await pilot.press("enter")
        assert app.heard[-1] == "output"


async def test_all_groups_fold_and_tasks_are_grouped_otherwise() -> None:
    async with shown(chains(), size=(100, 12)) as (app, _, pilot):
        await pilot.press("G")
        assert "Write 3" in screen_text(app)
        await pilot.press("O")
        assert "Research" not in screen_text(app).replace("In no", "")
        assert "▸ Pipeline 4" in screen_text(app)
        await pilot.press("s")
        assert "▾ Stage 2" in screen_text(app)
        await pilot.press("s")
        assert "Stage" not in screen_text(app)


async def test_folding_keeps_the_picked_row_in_sight() -> None:
    async with shown(chains(30), size=(100, 12)) as (_, pane, pilot):
        rows = pane.rows

        def in_sight() -> bool:
            place = rows.model.place - rows.scroll_offset.y
            return 0 <= place < rows.scrollable_content_region.height

        for key in "GOOoOs":
            await pilot.press(key)
            await until(pilot, in_sight, f"the picked row is in sight after {key}")


async def test_the_line_below_says_what_the_picked_task_does() -> None:
    told = chains(1)
    told.says("a0", 10.0, "x" * 400).completes("a0", 20.0, "x", input=2000, output=100)
    told.starts("b0", 20.0).retries("b0", 25.0, "the connection broke", wait=10.0)
    async with shown(told) as (app, _, pilot):
        assert "completed · scripted · 2.0k tokens in, 100 out · 5 tokens/s" in screen_text(app)
        await pilot.press("j")
        words = "tries again in 5.0s, attempt 1 of 3: the connection broke"
        pane = app.query_one(TimelinePane)
        pane.repaint(told.run, START + 30.0)
        await pilot.pause()
        assert words in screen_text(app)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (lambda told: told, "waits for a slot, 1 of 1 are taken"),
        (lambda told: told.completes("a", 9.0, "x"), "waits until scripted takes more"),
        (lambda told: told.tell(ev.Steered, 9.0, action="pause"), "the run is paused"),
    ],
)
async def test_a_task_that_is_ready_says_what_it_waits_for(made: object, words: str) -> None:
    told = Told(task("a"), task("b"), limits=Limits(concurrency=1)).starts("a", 0.0)
    made(told.tell(ev.TaskQueued, 0.0, task="b", attempt=0))  # type: ignore[operator]
    async with shown(told) as (app, _, pilot):
        await pilot.press("j")
        app.query_one(TimelinePane).repaint(told.run, START + 30.0)
        await pilot.pause()
        assert words in screen_text(app)


@pytest.mark.parametrize(
    ("prices", "usage", "words"),
    [
        (Prices(), {"output": 5}, "unknown"),
        (Prices(models={"scripted": {ANY: Price(input=1e6, output=1e6)}}), {"output": 5}, "$5.00"),
        (
            Prices(models={"scripted": {ANY: Price(input=1e6, output=1e6)}}),
            {"input": 2, "cache_read": 5},
            "$2.00+",
        ),
        (Prices(models={"scripted": {ANY: Price(input=0.0, output=0.0)}}), {"output": 5}, ""),
    ],
)
def test_a_cost_is_known_or_called_unknown(
    prices: Prices, usage: dict[str, int], words: str
) -> None:
    told = Told(task("a"))
    told.run.schedule = replace(told.run.schedule, prices=prices)
    told.starts("a", 0.0)
    assert cost_of(told.run.tasks["a"]) == ""
    told.completes("a", 4.0, "x", **usage)
    assert cost_of(told.run.tasks["a"]) == words


async def test_only_the_rows_in_sight_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    told = Told(*(task(f"t{n}") for n in range(1000)), limits=Limits(concurrency=1000))
    for number in range(1000):
        told.starts(f"t{number}", 0.0)
    async with shown(told) as (_, pane, pilot):
        drawn: list[str] = []
        bars = type(pane.rows._painter.bars)  # type: ignore[union-attr]
        of = bars.of

        def note(self: object, one: object) -> object:
            drawn.append(one.id)  # type: ignore[attr-defined]
            return of(self, one)  # type: ignore[arg-type]

        monkeypatch.setattr(bars, "of", note)
        pane.repaint(told.run, START + 40.0)
        await pilot.pause()
        height = pane.rows.scrollable_content_region.height
        assert 0 < len(set(drawn)) <= height


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (60, 16), (80, 24), (200, 50)])
async def test_every_key_at_every_size(size: tuple[int, int]) -> None:
    async with shown(chains(), size=size) as (app, _, pilot):
        for key in "><[]hl0foOsofjkGg":
            names = {
                ">": "greater_than_sign",
                "<": "less_than_sign",
                "[": "left_square_bracket",
                "]": "right_square_bracket",
            }
            await pilot.press(names.get(key, key))
        for row in app.screen._compositor.render_strips():
            assert row.cell_length == size[0]


async def test_without_a_run_no_key_does_harm() -> None:
    pane = TimelinePane()
    app = Hears(pane)
    async with app.run_test(size=(80, 24)) as pilot:
        pane.show_run(None)
        pane.rows.focus()
        await pilot.press("greater_than_sign", "h", "0", "f", "o", "O", "s", "j", "G", "pagedown")
        assert "Nothing has run yet" in screen_text(app)


async def test_figures_are_whole_beside_a_scrollbar_that_comes_with_the_last_row() -> None:
    told = chains(3)
    told.says("a0", 1.0, "0123456789" * 40)
    async with shown(told, size=(80, 14)) as (app, pane, pilot):
        pane.styles.height = 11
        await until(pilot, lambda: pane.rows.size.height == 6, "there is a row for each task")
        assert not pane.rows.show_vertical_scrollbar
        told.completes("a0", 2.0, "0123456789" * 40, output=400)
        told.tell(ev.Aggregated, 4.0, strategy="collect", asked="collect", output="all.md")
        pane.repaint(told.run, START + 4.0)  # with the result there is one row more than fits
        await until(pilot, lambda: pane.rows.show_vertical_scrollbar, "there are too many rows")
        await pilot.pause()
        assert "400 tok" in line(app, "Research 0")
        ends = line(app, "time ").index("text") + len("text")
        assert line(app, "Research 0").index("400 tok") + len("400 tok") == ends


async def test_a_run_that_was_gone_on_with_says_where_on_its_ruler() -> None:
    told = Told(task("a", title="First"), task("b", title="Second"))
    told.starts("a", 0.0).completes("a", 10.0).resumes(1000.0).starts("b", 1000.0)
    async with shown(told, now=1010.0) as (app, _, _):
        ruled = line(app, "║ resumed here")
        assert ruled.count("║") == 2
        assert line(app, "Second").index("━") == ruled.rindex("║")
