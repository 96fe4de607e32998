"""Steering a run from the keyboard: every wish is an event, and what can not be is said."""

from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot
from textual.widgets import Input

from orchtui.engine.plans.plan import Limits
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.compose.task_form import TaskForm
from orchtui.ui.dialogs.dialogs import Ask, AskLine
from orchtui.ui.terminal import outside
from tests.ui.conftest import QUICK, STALL, MakeApp, ended, plan_of, run_to_end, sees, until
from tests.ui.whole_app import asked, said

SIZES = [(80, 24), (120, 36)]


def wishes(app: OrchtuiApp) -> list[tuple[str, str | None, str | None]]:
    run = app.live.run
    return [(one.action, one.task, one.value) for one in run.wishes] if run is not None else []


def running(app: OrchtuiApp) -> int:
    return len(app.live.run.with_status("running")) if app.live.run is not None else 0


def is_told(app: OrchtuiApp, often: int) -> bool:
    """Whether it was said so often that a key is for one task only."""
    return sum("o opens the group" in note.message for note in app._notifications) == often


@pytest.mark.parametrize("size", SIZES)
async def test_more_time_by_key(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(plan_of(STALL, STALL, limits=Limits(timeout=60.0)))
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: running(app) == 2, "both run")
        await pilot.press("j", "e")
        await sees(pilot, app, "More time for Topic 2", "30s")
        line = app.screen.query_one(Input)
        line.value = "soon"
        await pilot.press("enter")
        await sees(pilot, app, "'soon' is not a duration")
        line.value = "10m"
        await pilot.press("enter")
        await until(pilot, lambda: wishes(app) == [("extend", "t2", "600.0")], "it has more time")
        assert app.live.run is not None
        assert app.live.run.tasks["t2"].task.timeout == 660.0
        await pilot.press("e", "escape")
        assert not isinstance(app.screen, AskLine)


@pytest.mark.parametrize("size", SIZES)
async def test_what_was_left_out_for_the_want_of_time_is_tried_again_by_key(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    plan = plan_of(STALL, QUICK, QUICK, limits=Limits(deadline=600.0))
    nice = [replace(task, priority="nice-to-have", estimate=36000.0) for task in plan.tasks[1:]]
    app = make_app(replace(plan, tasks=(plan.tasks[0], *nice)))

    def states() -> list[str]:
        run = app.live.run
        return [task.status for task in run.tasks.values()] if run is not None else []

    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: states() == ["running", "skipped", "skipped"], "two wait")
        await until(pilot, lambda: app.main.now_there().here.again, "they can be tried again")
        await pilot.press("j")
        await until(pilot, lambda: app.main.now_there().here.left_out, "one of them is picked")
        assert not app.hindered("timeline.now")
        await pilot.press("t")
        await until(pilot, lambda: states() == ["running", "completed", "skipped"], "it has run")
        assert app.live.run is not None
        assert [task.id for task in app.live.run.to_try_again] == ["t3"]
        await until(pilot, lambda: not app.hindered("timeline.retry"), "there is one more")
        await pilot.press("r")
        await until(pilot, lambda: states() == ["running", "completed", "completed"], "all ran")
        assert app.live.run.to_try_again == []


async def test_priority_goes_round(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL, STALL, limits=Limits(concurrency=1)))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: running(app) == 1, "one runs")
        await pilot.press("j", "p", "p", "p")
        expected = ["critical", "nice-to-have", "normal"]
        await until(
            pilot, lambda: wishes(app) == [("priority", "t2", one) for one in expected], "it went"
        )


async def stop(pilot: Pilot[int], app: OrchtuiApp) -> None:
    """Stop the picked task that runs: it asks."""
    await pilot.press("x")
    await asked(pilot, app, Ask)
    await pilot.press("x")
    await until(pilot, lambda: app.screen is app.main, "it was answered")


@pytest.mark.parametrize("size", SIZES)
async def test_a_run_is_paused_and_goes_on(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(plan_of(STALL, QUICK, limits=Limits(concurrency=1)))
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: running(app) == 1, "one runs")
        await pilot.press("space")
        await sees(pilot, app, " PAUSED ")
        await stop(pilot, app)
        await until(pilot, lambda: running(app) == 0, "the first has ended")
        await pilot.pause(0.2)
        assert app.live.run is not None
        assert app.live.run.tasks["t2"].status == "queued"
        await pilot.press("space")
        await ended(pilot, app)
        await sees(pilot, app, "PARTIAL")


async def test_more_and_fewer_at_once(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL, STALL, STALL, limits=Limits(concurrency=1)))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: running(app) == 1, "one runs")
        await pilot.press("plus", "plus")
        await until(pilot, lambda: running(app) == 3, "all run")
        await pilot.press("minus", "minus", "minus")
        found = [value for _, _, value in wishes(app)]
        assert found == ["2", "3", "2", "1"]


async def test_one_failed_task_is_tried_again_at_once(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL, STALL, STALL))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: running(app) == 3, "all run")
        await pilot.press("t")
        assert wishes(app) == []
        await stop(pilot, app)
        await pilot.press("j")
        await stop(pilot, app)
        await until(pilot, lambda: running(app) == 1, "two are stopped")
        await pilot.press("t")
        await until(pilot, lambda: running(app) == 2, "one runs again")
        assert wishes(app)[-1] == ("retry", "t2", None)


@pytest.mark.parametrize("size", SIZES)
async def test_a_task_is_added_to_the_run(make_app: MakeApp, size: tuple[int, int]) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: running(app) == 1, "one runs")
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is there")
        app.screen.query_one("#field-title", Input).value = "Another"
        app.screen.query_one("#field-prompt").text = f"Look at topic 2 [rehearse: {QUICK}]"  # type: ignore[attr-defined]
        await pilot.press("ctrl+r")
        run = app.live.run
        assert run is not None
        await until(pilot, lambda: len(run.tasks) == 2, "it takes part")
        added = run.added[0].scheduled
        await until(pilot, lambda: run.tasks[added.id].status == "completed", "it is done")
        await sees(pilot, app, "Another", "1/2 done")
        assert len(app.draft.plan.tasks) == 1


async def test_what_an_added_task_waits_for_is_told(make_app: MakeApp) -> None:
    app = make_app(plan_of(STALL))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: running(app) == 1, "one runs")
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is there")
        app.screen.query_one("#field-prompt").text = "Summarise the result of task 1"  # type: ignore[attr-defined]
        await pilot.press("ctrl+r")
        await until(pilot, lambda: len(app.live.run.tasks) == 2, "it takes part")  # type: ignore[union-attr]
        await sees(pilot, app, "waits for t1", "after Topic 1")


@pytest.mark.parametrize("key", ["e", "p", "t", "space", "plus", "minus", "A"])
async def test_a_run_that_has_ended_can_not_be_steered(make_app: MakeApp, key: str) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("3", key)
        await until(
            pilot,
            lambda: any("The run has ended" in note.message for note in app._notifications),
            "it is said",
        )
        assert app.screen is app.main


async def test_a_key_for_one_task_does_nothing_to_a_folded_group(make_app: MakeApp) -> None:
    plan = plan_of(*[STALL] * 8)
    first, second, *others = plan.tasks
    chained = (first, replace(second, after=(first.id,)), *others)
    app = make_app(replace(plan, tasks=chained))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.live.run and app.live.run.with_status("running"), "it runs")
        await pilot.press("o")
        await until(pilot, lambda: app.main.picked is None, "the group is folded")
        for key in "xtpe":
            await pilot.press(key, key)
            await until(pilot, partial(is_told, app, 1), "it is told, and once")
            app.clear_notifications()
        assert app.live.run is not None
        assert not app.live.run.wishes
        app.live.cancel_all()
        await ended(pilot, app)


async def test_a_folded_group_has_no_text_to_open(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it is not the run's result that is opened in its place."""
    opened: list[Path] = []

    async def edit(app: OrchtuiApp, path: Path) -> int:
        opened.append(path)
        return 0

    monkeypatch.setattr(outside, "edit", edit)
    plan = plan_of(*[QUICK] * 8)
    first, second, *others = plan.tasks
    chained = (first, replace(second, after=(first.id,)), *others)
    app = make_app(replace(plan, tasks=chained))
    async with app.run_test(size=(120, 36)) as pilot:
        await run_to_end(pilot, app)
        app.main.timeline.rows.pick_task(first.id)
        await pilot.press("3", "o")
        await until(pilot, lambda: app.main.picked is None, "the group is folded")
        await until(pilot, lambda: not app.main.output.text.text, "nobody's text is shown")
        await pilot.press("4", "e")
        await said(pilot, app, "There is no text to open yet")
        assert opened == []
