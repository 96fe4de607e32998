"""Going on with a run, and beside one: what is kept is shown before anything starts."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from orchtui.engine.plans.plan import Limits, Plan
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.reuse_question import ResumeQuestion, TakeOverQuestion
from tests.ui.conftest import (
    FAIL,
    QUICK,
    MakeApp,
    ended,
    go_on,
    plan_of,
    run_to_end,
    screen_text,
    sees,
    until,
)
from tests.ui.whole_app import asked, idle, said

LIMITS = Limits(retries=0)


def edited(
    plan: Plan, place: int, prompt: str = "Look elsewhere [rehearse: 5 words, 1 ms]"
) -> Plan:
    """The plan with one prompt changed."""
    tasks = [
        replace(task, prompt=prompt) if at == place else task for at, task in enumerate(plan.tasks)
    ]
    return replace(plan, tasks=tuple(tasks))


def states(app: OrchtuiApp) -> list[tuple[str, int]]:
    """How the tasks of the run that is shown stand, and how often each was tried."""
    assert app.main.shown is not None
    return [(task.status, task.made) for task in app.main.shown.run.tasks.values()]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_what_is_kept_and_why_the_rest_runs_again_is_shown_first(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(plan_of(QUICK, QUICK, FAIL, limits=LIMITS))
    async with app.run_test(size=size) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("r")
        text = " ".join((await go_on(pilot, app)).split())
        assert "goes on: 2 of 3 results are kept, 1 task runs again" in text
        assert "reused 1 Topic 1, 2 Topic 2" in text
        assert "again 3 Topic 3: it failed" in text
        await until(pilot, lambda: ("failed", 2) in states(app), "it goes on")
        await ended(pilot, app)
        assert states(app) == [("completed", 1), ("completed", 1), ("failed", 2)]


@pytest.mark.parametrize("key", ["b", "escape"])
async def test_going_back_starts_nothing(make_app: MakeApp, key: str) -> None:
    app = make_app(plan_of(QUICK, FAIL, limits=LIMITS))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("f7")
        await asked(pilot, app, ResumeQuestion)
        await pilot.press(key)
        await until(pilot, idle(app), "nothing goes on")
        assert states(app) == [("completed", 1), ("failed", 1)]


async def test_a_run_with_nothing_left_to_do_is_told(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("r")
        await said(pilot, app, "nothing left to do")
        await until(pilot, idle(app), "nothing goes on")


async def change_and_run(pilot: Pilot[int], app: OrchtuiApp, plan: Plan) -> str:
    """Put another plan on the desk, and press the key that runs it."""
    app.main.plan_pane.change(lambda _: plan)
    await pilot.press("ctrl+r")
    return await asked(pilot, app, TakeOverQuestion)


async def test_an_edited_plan_may_take_over_what_has_not_changed(
    make_app: MakeApp, tmp_path: Path
) -> None:
    plan = plan_of(QUICK, QUICK, limits=LIMITS)
    app = make_app(plan)
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        first = app.main.shown
        assert first is not None
        text = await change_and_run(pilot, app, edited(plan, 1))
        assert "1 of 2 results is taken over from run" in text
        assert "its prompt changed" in text
        await pilot.press("t")
        await until(pilot, lambda: app.main.shown is not first, "a new run begins")
        await ended(pilot, app)
        assert states(app) == [("completed", 0), ("completed", 1)]
        await sees(pilot, app, "COMPLETED", "1 taken over", "taken over from an", first.run.id)
        assert app.main.output.text.text == first.run.tasks["t1"].text
        assert app.main.shown is not None and app.main.shown.run.parent == first.run.id


async def test_or_it_runs_all_anew_or_not_at_all(make_app: MakeApp) -> None:
    plan = plan_of(QUICK, QUICK)
    app = make_app(plan)
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        first = app.main.shown
        await change_and_run(pilot, app, edited(plan, 1))
        await pilot.press("b")
        await until(pilot, idle(app), "nothing goes on")
        assert app.main.shown is first
        await pilot.press("ctrl+r")
        await asked(pilot, app, TakeOverQuestion)
        await pilot.press("n")
        await until(pilot, lambda: app.main.shown is not first, "a new run begins")
        await ended(pilot, app)
        assert states(app) == [("completed", 1), ("completed", 1)]


def _forge(folder: Path) -> None:
    (folder / "events.jsonl").write_bytes(b"nothing\n")


def _put(plan: Plan, _: Plan) -> Plan:
    return plan


async def test_nobody_is_asked_where_there_is_nothing_to_take_over(make_app: MakeApp) -> None:
    """The same plan again is meant to run again, and of another one nothing stands."""
    plan = plan_of(QUICK, QUICK)
    app = make_app(plan)
    async with app.run_test(size=(120, 36)) as pilot:
        for desk in (plan, plan, edited(edited(plan, 0), 1)):
            before = app.main.shown
            app.main.plan_pane.change(partial(_put, desk))
            await pilot.press("ctrl+r")
            await until(pilot, lambda: app.main.shown is not before, "it runs")  # noqa: B023
            await ended(pilot, app)
            assert states(app) == [("completed", 1), ("completed", 1)]


@pytest.mark.parametrize("spoil", [shutil.rmtree, _forge], ids=["gone", "spoilt"])
async def test_a_run_that_can_not_be_read_any_more_keeps_no_new_one_from_starting(
    make_app: MakeApp, spoil: Callable[[Path], object]
) -> None:
    plan = plan_of(QUICK, QUICK)
    app = make_app(plan)
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        first = app.main.shown
        assert first is not None
        spoil(first.folder)
        app.main.plan_pane.change(partial(_put, edited(plan, 1)))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.main.shown is not first, "a new run begins")
        await ended(pilot, app)
        await said(pilot, app, f"Nothing is taken over from run {first.run.id}")


async def test_hostile_names_stay_text_in_the_question(make_app: MakeApp) -> None:
    plan = plan_of(QUICK, FAIL, limits=LIMITS)
    bad = replace(plan.tasks[1], specialist="[/]\x1b[31m[@click=app.quit]x")
    app = make_app(replace(plan, tasks=(plan.tasks[0], bad)))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("r")
        await asked(pilot, app, ResumeQuestion)
        assert "\x1b" not in screen_text(app)
        await pilot.press("escape")
