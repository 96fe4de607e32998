"""The ways to an action or a place: help, palette, search, jump mode, mouse."""

from dataclasses import replace

import pytest
from textual import events
from textual.command import CommandPalette
from textual.events import MouseScrollDown
from textual.geometry import Offset

from orchtui.ui.bars.row_search import next_of, places_of
from orchtui.ui.dialogs.help import Help, keys_text, matching
from orchtui.ui.dialogs.jump import Jump, Target, lettered
from orchtui.ui.dialogs.palette import AREAS, meant
from orchtui.ui.keys import keymap
from orchtui.ui.keys.key_help import Row, context_of, sections
from orchtui.ui.keys.keymap import TABLE, Key
from orchtui.ui.keys.possible import Now, hindrance
from orchtui.ui.keys.possible_in_compare import Compared
from orchtui.ui.keys.possible_in_runs import Here
from tests.ui.conftest import FAIL, QUICK, STALL, MakeApp, plan_of, run_to_end, sees, until

# Help


def test_the_context_that_one_is_in_comes_first_then_everywhere() -> None:
    titles = [title for title, _ in sections("timeline")]
    assert titles[:2] == ["On the timeline", "Everywhere"]
    assert sorted(titles) == sorted(keymap.TITLES.values())
    assert next(iter(sections()))[0] == "Everywhere"


def test_a_filter_takes_words_in_any_order_and_keys() -> None:
    rows = [Row("x", "stop the task", "a.stop"), Row("F7", "try again", "a.again")]
    both = [("On it", rows)]
    assert matching(both, "task STOP") == [("On it", rows[:1])]
    assert matching(both, "f7") == [("On it", rows[1:])]
    assert matching(both, "on it") == both
    assert matching(both, "nothing of it") == []
    assert keys_text([]).plain == ""


async def test_help_filters_while_one_types_and_escape_goes_back_in_steps(
    make_app: MakeApp,
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("2", "question_mark")
        text = await sees(pilot, app, "Among the findings", "independence.accept")
        assert "Everywhere" not in text.split("Among the findings")[0]
        await pilot.press(*"concurr")
        await sees(pilot, app, "No key does that")
        await pilot.press("escape", *"second op")
        text = await sees(pilot, app, "ask a model for a second opinion")
        assert "choose the backend" not in text
        await pilot.press("escape")
        await sees(pilot, app, "Everywhere")
        await pilot.press("question_mark")
        assert len(app.screen_stack) == 1


@pytest.mark.parametrize("size", [(20, 5), (80, 24), (200, 50)])
async def test_help_at_every_size(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=size) as pilot:
        await pilot.press("f1", "down", "pagedown", "pageup", "up")
        await until(pilot, lambda: isinstance(app.screen, Help), "the help is there")
        await pilot.press("f1")
        await until(pilot, lambda: app.screen is app.main, "the help is gone")


def test_every_context_is_found_by_its_bindings() -> None:
    for context, keys in TABLE.items():
        expected = None if context in ("everywhere", "zoomed") else context
        assert context_of(key.id for key in keys) == expected


async def test_the_form_has_its_own_keys_in_the_help(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("e")
        await sees(pilot, app, "F1: all keys")
        form = app.screen
        await pilot.press("f1")
        text = await sees(pilot, app, "In the form of a task", "write the prompt in $EDITOR")
        assert text.index("In the form") < text.index("Everywhere")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is form, "the form is as it was")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "nothing was changed")


# Palette


async def test_the_palette_has_every_action_those_of_the_pane_first(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        app.main.action_go("runs")
        offers = app.main.offers()
        here = [offer.here for offer in offers]
        assert here == sorted(here, reverse=True)
        assert offers[0].area == "past runs"
        actions = {key.action for context in AREAS for key in TABLE[context]}
        assert {offer.action for offer in offers} == actions - {"app.command_palette"}
        [backend] = [offer for offer in offers if offer.action == "app.choose_backend"]
        assert backend.keys == "F2 b"


async def test_words_in_any_order_find_an_action_and_else_letters_do(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
        offers = app.main.offers()
        assert {offer.id for offer in meant(offers, "task copy")} == {"tasks.duplicate"}
        assert {offer.id for offer in meant(offers, "Zoom room")} == {"app.zoom"}
        assert "app.quit" in {offer.id for offer in meant(offers, "qut")}
        assert meant(offers, "xyzxyz") == []


async def test_the_palette_goes_to_the_pane_and_does_it(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "colon")
        await sees(pilot, app, "What do you want to do?")
        await pilot.press(*"copy the task")
        await sees(pilot, app, "copy the task")
        await pilot.press("enter")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 3, "the task was copied")
        await until(pilot, lambda: app.main.view == "compose", "the plan is in front")
        assert app.main.plan_pane.tasks.has_focus


async def test_the_palette_says_why_something_can_not_be_done(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.press("ctrl+p", *"stop the task")
        await sees(pilot, app, "not now: nothing is running here")
        await pilot.press("enter")
        await sees(pilot, app, "Not now: nothing is running here")
        assert app.main.view == "compose"


async def test_the_palette_still_changes_themes(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+p", *"change the current theme")
        await sees(pilot, app, "Change the current theme")
        await pilot.press("enter")
        await sees(pilot, app, "nord")
        await pilot.press("escape")


NOTHING = Now()
ALL = Now(
    tasks=2,
    missing=True,
    can_undo=True,
    can_redo=True,
    findings=1,
    fixes=1,
    quoted=True,
    matrix=True,
    checked=2,
    here=Here(
        shown=True, live=True, picked="retrying", attempts=2, tools=True, again=True, wrote=True
    ),
    running=True,
    runs=1,
    zoomed=True,
    compared=Compared(
        results=2, own=True, added=True, closed="", judged=True, alike=True, diff=True, changes=1
    ),
    deleted=True,
    repeats=True,
)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("tasks.edit", "no tasks"),
        ("tasks.undo", "nothing to undo"),
        ("tasks.settle", "nothing is missing"),
        ("independence.fix", "no findings"),
        ("independence.matrix", "two tasks"),
        ("matrix.up", "not open"),
        ("timeline.output", "nothing has run"),
        ("timeline.cancel", "nothing is running here"),
        ("output.copy", "nothing has run"),
        ("app.cancel-all", "nothing is running"),
        ("app.run", "no tasks"),
        ("app.retry", "nothing has run"),
        ("runs.open", "no run in the list"),
        ("runs.undo", "nothing was deleted"),
        ("app.compare-again", "not begun as another one"),
        ("zoomed.back", "no pane"),
        ("app.save", "no tasks"),
        ("tasks.add", ""),
        ("tasks.open", ""),
        ("tasks.open", ""),
        ("app.help", ""),
        ("runs.reload", ""),
        ("timeline.back", ""),
    ],
)
def test_why_an_action_can_not_be_done(name: str, why: str) -> None:
    told = hindrance(key_of(name), NOTHING)
    assert why in told
    assert bool(why) == bool(told)


def test_a_plan_that_lacks_everything_can_be_run_but_not_saved() -> None:
    [run, save] = [key for key in TABLE["everywhere"] if key.id in ("app.run", "app.save")]
    lacking = Now(missing=True)
    assert not hindrance(run, lacking), "it says what is missing"
    assert "no tasks" in hindrance(save, lacking)


def test_nothing_hinders_where_everything_is_there() -> None:
    hindered = [key.id for keys in TABLE.values() for key in keys if hindrance(key, ALL)]
    of_replay = [key.id for key in TABLE["replay"]]
    others = [each for each in hindered if each not in of_replay]
    running = ["timeline.replay", "timeline.join", "output.replay", "output.join"]
    assert others == ["app.run", "tasks.run", "independence.run", *running], "one run at a time"
    replayed = replace(ALL, running=False, here=replace(ALL.here, live=False, replayed=True))
    ended = replace(ALL, running=False, here=replace(ALL.here, live=False, ended=True))
    for key in map(key_of, hindered):
        assert not (hindrance(key, replayed) and hindrance(key, ended)), key.id


LIVE = Here(shown=True, live=True, picked="running", attempts=1)
OVER = Here(shown=True, picked="completed", attempts=1)
REPLAYED = Here(shown=True, replayed=True, picked="running", attempts=1, again=True, wrote=True)


@pytest.mark.parametrize(
    ("name", "here", "why"),
    [
        ("timeline.pause", LIVE, ""),
        ("timeline.cancel", LIVE, ""),
        ("timeline.now", LIVE, "nothing to try again: running"),
        ("timeline.extend", replace(LIVE, picked="failed"), "has ended already"),
        ("timeline.now", replace(LIVE, picked="failed"), ""),
        ("timeline.cancel", replace(LIVE, picked=None), "o opens the group"),
        ("timeline.retry", LIVE, "nothing has failed so far"),
        ("timeline.cancel", OVER, "the run has ended"),
        ("timeline.pause", OVER, "the run has ended"),
        ("timeline.pause", replace(OVER, again=True), "r tries again what failed"),
        ("timeline.pause", replace(OVER, watched=True), "only be watched"),
        ("timeline.retry", OVER, "nothing has failed"),
        ("app.retry", replace(OVER, again=True), ""),
        ("timeline.apply", OVER, "no files"),
        ("timeline.apply", replace(OVER, wrote=True), ""),
        ("output.tools", OVER, "no tool"),
        ("output.tools", replace(OVER, tools=True), ""),
        ("output.earlier-attempt", OVER, "only one attempt"),
        ("output.grid", OVER, "no task is live"),
        ("grid.open", OVER, "no task is live"),
        ("grid.open", replace(OVER, watched=True), ""),
        ("grid.close", OVER, ""),
        ("timeline.back", OVER, ""),
        ("timeline.replay", OVER, ""),
        ("timeline.replay", LIVE, "still goes on"),
        ("output.replay", replace(OVER, watched=True), "still goes on"),
        ("replay.play", OVER, "no run is replayed"),
        ("replay.play", REPLAYED, ""),
        ("timeline.replay", REPLAYED, ""),
        ("timeline.cancel", REPLAYED, "this is a replay"),
        ("timeline.retry", REPLAYED, "this is a replay"),
        ("app.retry", REPLAYED, "this is a replay"),
        ("output.apply", REPLAYED, "this is a replay"),
        ("output.copy", REPLAYED, ""),
        ("grid.open", REPLAYED, ""),
    ],
)
def test_what_can_be_done_with_a_run(name: str, here: Here, why: str) -> None:
    told = hindrance(key_of(name), Now(here=here, running=here.live))
    assert why in told
    assert bool(why) == bool(told)


def key_of(name: str) -> Key:
    [key] = [key for keys in TABLE.values() for key in keys if key.id == name]
    return key


# Search


@pytest.mark.parametrize(
    ("text", "places"),
    [("tea", [0, 2]), ("TEA", [2]), ("Tea", [0]), ("", []), ("milk", []), ("x", [1])],
)
def test_capitals_count_only_where_some_are_typed(text: str, places: list[int]) -> None:
    assert places_of(["Tea time", "x", "TEA"], text) == places


def test_the_way_goes_round() -> None:
    assert next_of([1, 4], here=1, steps=0) == 1
    assert next_of([1, 4], here=2, steps=0) == 4
    assert next_of([1, 4], here=1, steps=1) == 4
    assert next_of([1, 4], here=4, steps=1) == 1
    assert next_of([1, 4], here=1, steps=-1) == 4
    assert next_of([], here=1, steps=1) is None


async def test_search_in_the_list_of_tasks(make_app: MakeApp) -> None:
    app = make_app(plan_of(*[QUICK] * 12))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash", *"topic 1")
        await sees(pilot, app, "/ topic 1", "1/4")
        await pilot.press("enter", "n")
        await sees(pilot, app, "2/4")
        assert app.main.plan_pane.tasks.picked == "t10"
        await pilot.press("N", "N")
        assert app.main.plan_pane.tasks.picked == "t12"
        await pilot.press("escape")
        await until(pilot, lambda: not app.main.plan_pane.search.display, "the line is gone")
        assert app.main.plan_pane.tasks.has_focus
        assert app.main.plan_pane.tasks.picked == "t12"


async def test_escape_while_typing_goes_back_to_where_one_was(make_app: MakeApp) -> None:
    app = make_app(plan_of(*[QUICK] * 5))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("down", "slash", *"topic 5")
        await until(pilot, lambda: app.main.plan_pane.tasks.picked == "t5", "it is found")
        await pilot.press("escape")
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the list has the focus")
        assert app.main.plan_pane.tasks.picked == "t2"
        await pilot.press("slash", *"xyz")
        await sees(pilot, app, "not found")
        assert app.main.plan_pane.tasks.picked == "t2"


async def test_search_on_the_timeline_among_findings_and_runs(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, FAIL, QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("3", "slash", *"failed", "enter")
        await until(pilot, lambda: app.main.timeline.rows.picked == "t2", "what failed is found")
        await pilot.press("5")
        await until(pilot, lambda: app.main.runs_pane.entries, "the runs are listed")
        await pilot.press("slash", *"topic 2")
        await sees(pilot, app, "/ topic 2", "1/1", "the name  Topic 1 and 2 more")
        await pilot.press("escape", "2", "slash", *"zzz")
        await sees(pilot, app, "not found")


async def test_a_zoom_and_a_search_are_left_one_after_the_other(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("z", "slash", *"topic", "enter", "escape")
        assert app.main.zoomed
        assert not app.main.plan_pane.search.display
        await pilot.press("escape")
        assert not app.main.zoomed
        assert app.main.plan_pane.tasks.has_focus


async def test_no_key_behind_the_one_that_goes_elsewhere_reaches_the_old_place(
    make_app: MakeApp,
) -> None:
    """As a terminal sends them: all at once."""
    app = make_app(plan_of(QUICK, QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the tasks have the focus")
        for key, character in (("slash", "/"), ("d", "d"), ("x", "x")):
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: app.main.plan_pane.search.words == "dx", "it is typed")
        assert len(app.draft.plan.tasks) == 3
        await pilot.press("escape")
        for key, character in (("colon", ":"), ("d", "d"), ("d", "d")):
            app.post_message(events.Key(key, character))
        await until(pilot, lambda: isinstance(app.screen, CommandPalette), "the palette is open")
        assert len(app.draft.plan.tasks) == 3


async def test_behind_a_dialog_no_key_of_the_panes_holds(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await until(pilot, lambda: app.screen is not app.main, "the dialog is there")
        dialog = app.screen
        await pilot.press("colon", "ctrl+p", "slash", "z", "3", "f6")
        assert app.screen is dialog
        assert app.main.view == "compose"
        assert not app.main.zoomed


# Jump mode


def test_letters_are_given_in_order_and_own_keys_stay() -> None:
    own = Target(Offset(0, 0), lambda: None, "1")
    other = Target(Offset(1, 1), lambda: None)
    assert lettered([own, other]) == {"1": own, "a": other}


async def test_a_letter_goes_to_its_pane(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+o")
        await sees(pilot, app, " a ", " s ", " d ")
        await pilot.press("a")
        assert app.main.plan_pane.request.has_focus
        await pilot.press("ctrl+o", "4")
        assert app.main.output.text.has_focus
        await pilot.press("ctrl+o", "escape")
        assert app.screen is app.main
        assert app.main.output.text.has_focus


async def test_letters_over_the_fields_of_a_form(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("enter", "ctrl+o")
        assert isinstance(app.screen, Jump)
        await pilot.press("ctrl+o")  # leaves
        await pilot.press("ctrl+o", "s")
        assert app.focused is not None
        assert app.focused.id == "field-prompt"


@pytest.mark.parametrize("size", [(20, 5), (80, 24)])
async def test_jump_mode_at_small_sizes(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+o")
        assert isinstance(app.screen, Jump)
        await pilot.resize_terminal(120, 36)
        await until(pilot, lambda: app.screen is app.main, "the letters are gone")


# Mouse


async def test_tabs_and_rows_are_clicked_and_the_wheel_turns(make_app: MakeApp) -> None:
    app = make_app(plan_of(*[QUICK] * 40))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        column = app.main.tabs.starts["independence"]
        await pilot.click("#tabs", offset=(column + 3, 0))
        await sees(pilot, app, "2 Independence ─")
        assert app.main.independence.has_focus_within
        await pilot.press("3")
        await pilot.click("#timeline-rows", offset=(10, 2))
        assert app.main.timeline.rows.picked == "t3"
        scrolled = app.main.timeline.rows.scroll_offset.y
        await pilot._post_mouse_events([MouseScrollDown], "#timeline-rows", offset=(10, 2))
        await until(
            pilot, lambda: app.main.timeline.rows.scroll_offset.y > scrolled, "the wheel scrolls"
        )
        await pilot.click("#request", offset=(3, 1))
        await until(pilot, lambda: app.main.plan_pane.request.has_focus, "the request has it")
