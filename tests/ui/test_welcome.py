"""First steps: what empty panes teach, the tour, the examples."""

from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs import examples
from orchtui.ui.dialogs.examples import ChooseExample, example_folders, load_examples
from orchtui.ui.dialogs.tour import STEPS, Tour
from orchtui.ui.keys.hints import first_key
from orchtui.ui.remembered import place, recall
from tests.ui.conftest import QUICK, STALL, MakeApp, plan_of, screen_text, sees, until
from tests.ui.whole_app import asked, said

SIZES = [(20, 5), (60, 15), (80, 24), (120, 36), (200, 50)]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_empty_panes_say_what_they_are_for_and_which_key_goes_on(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        for key, words in (
            ("escape", ("Write what you want done", "ctrl+r", "ctrl+n opens an example")),
            ("2", ("Which tasks may run together?", "Nothing is spent", "f fixes a finding")),
            ("3", ("Nothing has run yet", "ctrl+r runs the plan")),
            ("4", ("No output yet", "3 the timeline")),
            ("5", ("No past runs", "imports a run")),
        ):
            await pilot.press(key)
            await sees(pilot, app, *words)


# The tour


@pytest.mark.parametrize("size", SIZES)
async def test_the_tour_goes_through_the_panes_and_back(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+t")
        await asked_for(pilot, app)
        for step in STEPS:
            await until(pilot, partial(in_front, app, step.pane), "its pane is in front")
            await pilot.pause()
            if size[1] >= 15:
                assert step.title in screen_text(app)
                keys = step.key.split(" … ")
                assert " … ".join(first_key(name, {}) for name in keys) in screen_text(app)
            await pilot.press("enter")
        await until(pilot, lambda: app.screen is app.main, "it is over")
        assert app.main.view == "compose"
        assert app.main.plan_pane.has_focus_within


def in_front(app: OrchtuiApp, pane: str) -> bool:
    return app.main.view == pane


async def asked_for(pilot: Pilot[int], app: OrchtuiApp) -> None:
    await until(pilot, lambda: isinstance(app.screen, Tour), "the tour is there")
    await pilot.pause()


@pytest.mark.parametrize("steps", range(len(STEPS)))
async def test_the_tour_is_left_at_any_time_and_not_offered_again(
    make_app: MakeApp, steps: int
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await sees(pilot, app, "New here?")
        await pilot.press("escape", "2", "ctrl+t")
        await asked_for(pilot, app)
        await pilot.press("left", *["right"] * steps, "escape")
        await until(pilot, lambda: recall(place()).tour_left, "that is remembered")
        assert app.main.view == "independence"
        await pilot.press("1")
        assert "New here?" not in screen_text(app)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await sees(pilot, app, "Write what you want done")
        assert "New here?" not in screen_text(app)
        await pilot.press("ctrl+t")  # who asks gets it
        await asked_for(pilot, app)


async def test_the_tour_does_not_hinder_a_run(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.shown is not None, "it runs")
        await pilot.press("ctrl+t", "enter", "ctrl+t", "enter", "escape")
        await sees(pilot, app, "COMPLETED")


# The examples


def test_the_examples_that_come_along_need_nothing_else() -> None:
    plans = load_examples(example_folders())
    names = [plan.name for plan in plans]
    assert names == ["team-guide", "pipelines", "first-run", "async", "tutorial-variants"]


def test_where_there_are_none_there_are_none(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("tasks: [")
    assert load_examples([tmp_path / "nowhere", tmp_path]) == []


async def test_an_example_is_one_key_away_and_rehearsed(make_app: MakeApp) -> None:
    app = make_app(chosen=None)
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.press("ctrl+n")
        text = await asked(pilot, app, ChooseExample)
        assert "It is rehearsed: no model is called" in text
        assert "takes the place" not in text
        await pilot.press("enter")
        await said(pilot, app, "It is rehearsed")
        await sees(pilot, app, "How we plan", "6 tasks")
        assert app.main.plan_pane.request.text.startswith("A guide for people")
        assert not app.draft.unsaved
        await pilot.press("ctrl+r")
        await sees(pilot, app, "Not all tasks are independent")
        await pilot.press("r")
        await sees(pilot, app, "REHEARSAL", "RUNNING")
        await pilot.press("q", "c")


async def test_who_was_chosen_runs_it(make_app: MakeApp) -> None:
    app = make_app(chosen="anthropic")
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+n")
        assert "It runs with anthropic" in await asked(pilot, app, ChooseExample)
        await pilot.press("enter")
        await sees(pilot, app, "How we plan")
        assert app.project.overrides.backend is None


async def test_a_plan_on_the_desk_can_be_brought_back(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+n")
        assert "takes the place of the plan" in await asked(pilot, app, ChooseExample)
        await pilot.press("escape")
        await sees(pilot, app, "Topic 1")
        await pilot.press("ctrl+n")
        await asked(pilot, app, ChooseExample)
        await pilot.press("down", "down", "enter")
        await sees(pilot, app, "Why the sky is blue")
        await pilot.press("u")
        await sees(pilot, app, "Topic 1")


async def test_without_examples_that_is_said(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "example_folders", list)
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("ctrl+n")
        await said(pilot, app, "No examples came along")
