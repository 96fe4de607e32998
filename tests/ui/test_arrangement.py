"""Which panes stand where, for each size; zoom; and that a resize moves nobody."""

import pytest
from msgspec.structs import replace

from orchtui.ui.bars.tabs_bar import ORDER, PaneName
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.layout import Situation, columns_of, panes_shown
from tests.ui.conftest import (
    QUICK,
    STALL,
    MakeApp,
    dialog_text,
    plan_of,
    run_to_end,
    sees,
    until,
)

PLAN = Situation("compose")
FINDINGS = Situation("independence")
TIMELINE = Situation("timeline", beside_run=True)
OUTPUT = Situation("output", beside_run=True)
RUNS = Situation("runs", runs_last=True)
PLAN_IN_RUN = Situation("compose", beside_run=True)
RUN_OF_LIST = Situation("timeline", runs_last=True)
ZOOMED = Situation("timeline", zoomed=True)
COMPARE = Situation("compare", beside_run=True)
COMPARE_RUNS = Situation("compare", runs_last=True)

TABLE = [
    # three areas at once
    ((200, 50), PLAN, "compose independence timeline output"),
    ((200, 50), FINDINGS, "compose independence timeline output"),
    ((200, 50), OUTPUT, "compose independence timeline output"),
    ((200, 50), RUNS, "runs timeline output"),
    ((200, 50), RUN_OF_LIST, "compose runs timeline output"),
    ((160, 45), PLAN, "compose independence timeline output"),
    ((200, 18), PLAN, "compose independence timeline"),
    ((200, 18), OUTPUT, "compose independence output"),
    # two texts side by side need the width
    ((200, 50), COMPARE, "compose compare"),
    ((200, 50), COMPARE_RUNS, "runs compare"),
    ((159, 45), COMPARE, "compare"),
    ((120, 36), COMPARE_RUNS, "compare"),
    ((80, 24), COMPARE, "compare"),
    ((20, 5), COMPARE, "compare"),
    # two
    ((120, 36), PLAN, "compose independence"),
    ((120, 36), FINDINGS, "compose independence"),
    ((120, 36), PLAN_IN_RUN, "compose timeline output"),
    ((120, 36), TIMELINE, "compose timeline output"),
    ((120, 36), RUNS, "runs"),
    ((120, 36), RUN_OF_LIST, "runs timeline output"),
    ((100, 16), OUTPUT, "compose output"),
    # one, stacked while running
    ((80, 24), PLAN, "compose"),
    ((80, 24), PLAN_IN_RUN, "compose"),
    ((80, 24), FINDINGS, "independence"),
    ((80, 24), TIMELINE, "timeline output"),
    ((80, 24), OUTPUT, "timeline output"),
    ((80, 24), RUNS, "runs"),
    ((80, 19), TIMELINE, "timeline"),
    ((80, 19), OUTPUT, "output"),
    ((60, 20), TIMELINE, "timeline output"),
    # a single pane
    ((59, 24), TIMELINE, "timeline"),
    ((200, 15), TIMELINE, "timeline"),
    ((59, 15), OUTPUT, "output"),
    ((20, 5), RUNS, "runs"),
    ((200, 50), ZOOMED, "timeline"),
    ((20, 5), ZOOMED, "timeline"),
]


@pytest.mark.parametrize(("size", "at", "shown"), TABLE)
def test_what_is_shown(size: tuple[int, int], at: Situation, shown: str) -> None:
    assert panes_shown(*size, at) == tuple(shown.split())


@pytest.mark.parametrize("view", ORDER)
@pytest.mark.parametrize("flags", range(8))
def test_the_pane_in_front_is_always_shown(view: PaneName, flags: int) -> None:
    runs_last = view == "runs" or (view in ("timeline", "output") and bool(flags & 1))
    at = Situation(view, runs_last, bool(flags & 2), bool(flags & 4))
    for width in range(1, 220, 7):
        for height in range(1, 60, 3):
            shown = panes_shown(width, height, at)
            assert view in shown
            assert len(set(shown)) == len(shown)
            assert 1 <= len(columns_of(shown)) <= 3


def test_columns_stand_in_their_order() -> None:
    assert columns_of(("compose", "runs", "timeline", "output")) == ("left", "middle", "right")
    assert columns_of(("timeline", "output")) == ("right",)


async def test_three_areas_on_a_large_terminal(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(200, 50)) as pilot:
        await sees(pilot, app, "1 Plan ─", "2 Independence ─", "3 Timeline ─", "4 Output ─")
        await pilot.press("5")
        await sees(pilot, app, "5 Past runs ─", "3 Timeline ─", "4 Output ─")


async def test_zoom_takes_all_the_room_and_gives_it_back(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("3", "z")
        text = await sees(pilot, app, "ZOOM")
        assert "4 Output ─" not in text
        assert "1 Plan ─" not in text
        assert app.main.timeline.region.width == 120
        assert app.main.timeline.region.height == 36 - 3
        await pilot.press("4")  # the next pane in front has the room then
        await sees(pilot, app, "4 Output ·")
        assert app.main.output.region.width == 120
        await pilot.press("escape")
        await sees(pilot, app, "1 Plan ─", "3 Timeline ─", "4 Output ·")
        assert app.main.output.has_focus_within
        await pilot.press("z", "z")
        await sees(pilot, app, "1 Plan ─")


async def test_escape_ends_the_search_of_an_output_before_the_zoom(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("4", "z", "slash", *"answer", "enter")
        await until(pilot, lambda: app.main.output.text.has_focus, "the search stands")
        assert app.main.output.search.is_open
        await pilot.press("escape")
        await until(pilot, lambda: not app.main.output.search.is_open, "the search is over")
        assert app.main.zoomed
        await pilot.press("escape")
        await until(pilot, lambda: not app.main.zoomed, "the room is given back")
        assert app.main.view == "output"


async def test_a_folded_group_has_no_output_and_no_ones_name_above_it(make_app: MakeApp) -> None:
    plan = plan_of(*[QUICK] * 10)
    first, *others = plan.tasks
    plan = replace(plan, tasks=(first, *(replace(one, after=(first.id,)) for one in others)))
    app = make_app(plan)
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("3", "g", "down")
        await until(pilot, lambda: app.main.output.border_title != "4 Output", "a task is shown")
        await pilot.press("O")
        await sees(pilot, app, "No output yet")
        assert str(app.main.output.border_title) == "4 Output"


@pytest.mark.parametrize("size", [(20, 5), (40, 10), (80, 24)])
async def test_a_question_shows_its_answers_and_no_notice_lies_over_it(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=size, notifications=True) as pilot:
        app.say("One thing that is told in passing, " * 4, "warning")
        await sees(pilot, app, "One thing")
        app.push_screen(
            Ask("Sure?", "It is long. " * 12, [("s", "stay", "stay"), ("c", "go", "go")])
        )
        await sees(pilot, app, "s  stay")
        assert "One thing" not in dialog_text(app)
        await pilot.press("s")
        await sees(pilot, app, "One thing")


@pytest.mark.parametrize(("key", "words"), [("e", "title"), ("b", "rehearsal"), ("ctrl+n", "team")])
async def test_on_the_smallest_screen_a_dialog_shows_what_can_be_chosen(
    make_app: MakeApp, key: str, words: str
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(20, 5)) as pilot:
        await pilot.press(key)
        await until(pilot, lambda: app.screen is not app.main, "it is open")
        await sees(pilot, app, words)


async def test_the_footer_says_what_escape_does_when_the_zoom_is_over(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("5")
        await sees(pilot, app, "esc Back")
        await pilot.press("z")
        await sees(pilot, app, "⌫ Back")
        await pilot.press("escape")
        await sees(pilot, app, "esc Back")


async def test_a_resize_keeps_focus_and_place(make_app: MakeApp) -> None:
    app = make_app(plan_of(*[STALL] * 30))
    async with app.run_test(size=(200, 50)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.timeline.rows.has_focus, "the run is in front")
        rows = app.main.timeline.rows
        await pilot.press("G", "up")
        picked = rows.picked
        for size in [(120, 36), (80, 24), (59, 15), (20, 5), (80, 24), (200, 50)]:
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert app.main.focused is rows
            assert app.main.view == "timeline"
            assert rows.picked == picked
            height = rows.scrollable_content_region.height
            assert rows.scroll_offset.y <= rows.model.place < rows.scroll_offset.y + height
        app.live.cancel_all()
        await until(pilot, lambda: not app.live.taken, "the run has ended")


async def test_what_stands_beside_the_plan_stays_in_a_resize(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r", "1")
        await until(pilot, lambda: app.main.shown and app.main.shown.run.finished, "it ends")
        await pilot.press("1")
        app.main.action_go("compose")
        beside = app.main.timeline.display, app.main.independence.display
        await pilot.resize_terminal(119, 36)
        await pilot.pause()
        assert (app.main.timeline.display, app.main.independence.display) == beside
