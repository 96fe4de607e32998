"""Past runs run again from the list, written to files, taken in, and set against each other."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from orchtui.engine.plans.plan import Limits
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.ask_path import AskPath
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.dialogs.reuse_question import TakeOverQuestion
from orchtui.ui.runs.again_dialog import OneChange, change_offers
from orchtui.ui.runs.export_dialog import FORMS, ExportDialog
from orchtui.ui.runs.runs_pane import RunsPane
from tests.engine.history.past import completed, left, run_id
from tests.ui.conftest import (
    FAIL,
    QUICK,
    MakeApp,
    dialog_text,
    ended,
    plan_of,
    run_to_end,
    sees,
    until,
)
from tests.ui.test_runs_pane import listed, open_list
from tests.ui.whole_app import asked, said

LIMITS = Limits(retries=0)


async def go_to_runs(pilot: Pilot[int], app: OrchtuiApp) -> str:
    """Run the plan on the desk, and go to the list; the run's id."""
    await run_to_end(pilot, app)
    assert app.main.shown is not None
    await open_list(pilot, app)
    return app.main.shown.run.id


async def again(pilot: Pilot[int], app: OrchtuiApp, key: str) -> None:
    """Press the key for again, and this one in the question."""
    await pilot.press("a")
    await asked(pilot, app, Ask)
    await pilot.press(key)


async def another_run(pilot: Pilot[int], app: OrchtuiApp, first: str) -> None:
    await until(
        pilot, lambda: app.main.shown and app.main.shown.run.id != first, "another run begins"
    )
    await ended(pilot, app)


async def compared(pilot: Pilot[int], app: OrchtuiApp, first: str, other: str) -> None:
    """Wait until the results of two runs stand in pane 6 as a diff."""

    def there() -> bool:
        prepared = app.main.compare.diff.prepared
        return app.main.view == "compare" and prepared is not None

    await until(pilot, there, "they are compared")
    await sees(pilot, app, first, other)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_same_again_and_the_comparison_is_offered(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=size) as pilot:
        first = await go_to_runs(pilot, app)
        await again(pilot, app, "s")
        await another_run(pilot, app, first)
        assert app.main.shown is not None
        run = app.main.shown.run
        assert [task.status for task in run.tasks.values()] == ["completed"] * 2
        assert not any(task.reused for task in run.tasks.values()), "all of it ran"
        await said(pilot, app, "= compares it with the run that it repeats")
        app.clear_notifications()
        await pilot.press("equals_sign")
        await compared(pilot, app, first, run.id)


async def test_only_what_failed_takes_over_the_rest(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, FAIL, limits=LIMITS))
    async with app.run_test(size=(120, 36)) as pilot:
        first = await go_to_runs(pilot, app)
        await pilot.press("a")
        await asked(pilot, app, Ask)
        assert "1 task runs" in dialog_text(app)
        await pilot.press("f")
        await asked(pilot, app, TakeOverQuestion)
        assert "reused" in dialog_text(app)
        await pilot.press("t")
        await another_run(pilot, app, first)
        assert app.main.shown is not None
        tasks = app.main.shown.run.tasks
        assert [bool(task.reused) for task in tasks.values()] == [True, False]
        assert app.main.origin == first


async def test_what_completed_is_not_offered_as_failed(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await go_to_runs(pilot, app)
        await pilot.press("a")
        await asked(pilot, app, Ask)
        assert "what failed" not in dialog_text(app)
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(app.screen, Ask), "it is no answer"


async def test_with_one_change_that_is_checked_as_a_plan_would_be(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(120, 36)) as pilot:
        first = await go_to_runs(pilot, app)
        await again(pilot, app, "c")
        await asked(pilot, app, OneChange)
        await pilot.press(*"conc")
        await sees(pilot, app, "concurrency=", "of the run")
        line = app.screen.query_one(Input)
        line.value = "concurrency=none"
        await pilot.press("enter")
        await sees(pilot, app, "concurrency=none:")
        line.value = "concurrency=1"
        await pilot.press("enter")
        await another_run(pilot, app, first)
        assert app.main.shown is not None
        assert app.main.shown.run.concurrency == 1
        await said(pilot, app, "concurrency: 1 instead of")


def test_what_may_be_changed_is_offered() -> None:
    plan = plan_of(QUICK)
    found = [one.text for one in change_offers(plan)("mod")]
    assert {"model=", "*.model=", "t1.model=", "t1.prompt=", "concurrency="} <= set(found)
    assert not change_offers(plan)("model=o"), "a value is the person's"


async def test_its_plan_on_the_desk_keeps_where_it_came_from(make_app: MakeApp) -> None:
    earlier = make_app(plan_of(QUICK, FAIL, limits=LIMITS, request="Look at topics"))
    async with earlier.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, earlier)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app)
        assert app.main.runs_pane.picked is not None
        first = app.main.runs_pane.picked.id
        await again(pilot, app, "o")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 2, "it is on the desk")
        assert app.main.view == "compose"
        assert app.focused is app.main.plan_pane.tasks
        await pilot.press("j", "d")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 1, "it is changed")
        await run_to_end(pilot, app)
        assert app.main.origin == first
        await said(pilot, app, "compares it with the run that it repeats")
        assert app.main.run_shown is not None
        second = app.main.run_shown.id
    later = make_app()
    async with later.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, later)
        later.main.runs_pane.post_message(RunsPane.Opened(second))
        await until(pilot, lambda: later.main.origin == first, "its journal says what it repeats")


async def test_two_runs_are_marked_one_after_the_other(make_app: MakeApp, tmp_path: Path) -> None:
    out = tmp_path / "artifacts"
    for number, name in ((1, "garden"), (2, "harbour")):
        left(out, completed(name=name), number)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("c")
        await sees(pilot, app, "A ✓ COMPLETED   harbour")
        await pilot.press("c")
        await until(pilot, lambda: not app.main.runs_pane.list.chosen, "the same takes it away")
        await pilot.press("c", "j", "c")
        await compared(pilot, app, run_id(2), run_id(1))
        app.clear_notifications()
        await pilot.press("escape")
        await until(pilot, lambda: app.main.compare.table.has_focus, "the table of the two")
        await pilot.press("escape")
        await until(pilot, lambda: app.main.view == "runs", "back where one came from")
        app.main.action_go("runs")
        assert not app.main.runs_pane.list.chosen
        await pilot.press("1", "escape")
        app.main.action_go("timeline")
        await pilot.press("equals_sign")
        await said(pilot, app, "not begun as another one again")


@pytest.mark.parametrize(("form", "ending"), [(name, ending) for name, ending, _ in FORMS])
async def test_a_run_is_written_in_every_form(
    make_app: MakeApp, tmp_path: Path, form: str, ending: str
) -> None:
    left(tmp_path / "artifacts", completed(name="garden"), 1)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("x")
        await asked(pilot, app, ExportDialog)
        line = app.screen.query_one(Input)
        assert line.value == f"run-{run_id(1)}.md"
        for _ in range([name for name, *_ in FORMS].index(form)):
            await pilot.press("down")
        assert line.value == f"run-{run_id(1)}{ending}"
        await pilot.press("enter")
        await said(pilot, app, f"Written as {form}")
        assert (tmp_path / f"run-{run_id(1)}{ending}").stat().st_size


async def test_a_file_that_is_there_is_asked_about(make_app: MakeApp, tmp_path: Path) -> None:
    left(tmp_path / "artifacts", completed(name="garden"), 1)
    (tmp_path / "mine.log").write_text("mine")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("x")
        await asked(pilot, app, ExportDialog)
        app.screen.query_one(Input).value = "mine.log"
        await sees(pilot, app, "mine.log")
        await pilot.press("enter")
        await asked(pilot, app, Ask)
        await pilot.press("b")
        await asked(pilot, app, ExportDialog)
        assert (tmp_path / "mine.log").read_text() == "mine"
        await pilot.press("enter")
        await asked(pilot, app, Ask)
        await pilot.press("r")
        await said(pilot, app, "Written as log")
        assert "garden" in (tmp_path / "mine.log").read_text()


async def test_a_run_of_another_machine_is_taken_in(make_app: MakeApp, tmp_path: Path) -> None:
    left(tmp_path / "artifacts", completed(name="garden"), 1)
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await open_list(pilot, app, "garden")
        await pilot.press("x")
        await asked(pilot, app, ExportDialog)
        app.screen.query_one(Input).value = "away.zip"
        await pilot.pause()
        await pilot.press("enter")
        await said(pilot, app, "Written as zip")
        await pilot.press("i")
        await asked(pilot, app, AskPath)
        app.screen.query_one(Input).value = "nothing.zip"
        await pilot.press("enter")
        await sees(pilot, app, "nothing.zip", "No such file")
        app.screen.query_one(Input).value = "away.zip"
        await pilot.press("enter")
        await sees(pilot, app, "already")
        await pilot.press("escape", "d")
        await until(pilot, lambda: not listed(app), "the own one is away")
        await pilot.press("i")
        await asked(pilot, app, AskPath)
        app.screen.query_one(Input).value = "away.zip"
        await pilot.press("enter")
        await said(pilot, app, f"Taken in: run {run_id(1)}")
        await until(pilot, lambda: listed(app) == ["garden"], "it is in the list")
