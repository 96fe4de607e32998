"""One task becomes many in the app, and a file in short form is not written out unasked."""

from pathlib import Path

import pytest

from orchtui.engine.plan_files.plan_file import load_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.compose.expand_dialog import ChooseGenerator, ExpandDialog
from orchtui.ui.dialogs.ask_path import AskPath
from orchtui.ui.dialogs.dialogs import Ask, AskLine
from tests.ui.conftest import MakeApp, dialog_text, sees, until
from tests.ui.whole_app import asked, said

GUIDE = Task(id="guide", title="Guide", prompt="Write a guide.", writes=("guide.md",))
END = Task(id="end", title="End", prompt="Sum up the guides.", after=("guide",))


def ids(app: OrchtuiApp) -> list[str]:
    return [task.id for task in app.draft.plan.tasks]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_task_becomes_many_with_a_look_at_them_first(
    make_app: MakeApp, size: tuple[int, int]
) -> None:
    app = make_app(Plan(tasks=(GUIDE, END)))
    async with app.run_test(size=size) as pilot:
        await sees(pilot, app, "Guide")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("x")
        await asked(pilot, app, ChooseGenerator)
        assert "a language" in dialog_text(app)
        await pilot.press("l")
        await asked(pilot, app, ExpandDialog)
        await pilot.press(*"English, French")
        await sees(pilot, app, "2 tasks in place of the one", "guide-french")
        assert ids(app) == ["guide", "end"]
        await pilot.press("enter")
        await until(pilot, lambda: len(ids(app)) == 3, "they are made")
        assert ids(app) == ["guide-english", "guide-french", "end"]
        assert app.draft.plan.task("end").after == ("guide-english", "guide-french")
        assert app.main.plan_pane.tasks.picked == "guide-english"
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the list is there")
        await pilot.press("u")
        await until(pilot, lambda: ids(app) == ["guide", "end"], "one step takes it back")


@pytest.mark.parametrize("key", ["v", "x"])
async def test_a_task_that_is_gone_meanwhile_is_told(make_app: MakeApp, key: str) -> None:
    """A model's answer may take its place while the dialog is open."""
    app = make_app(Plan(tasks=(GUIDE, END)))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "Guide")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press(key)
        if key == "x":
            await asked(pilot, app, ChooseGenerator)
            await pilot.press("n")
        await asked(pilot, app, AskLine if key == "v" else ExpandDialog)
        app.main.plan_pane.change(lambda plan: Plan(tasks=(END,)))
        await pilot.press("3", "enter")
        await said(pilot, app, "The plan changed meanwhile: nothing was made")
        assert ids(app) == ["end"]


async def test_what_can_not_be_made_is_told_and_changes_nothing(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(Plan(tasks=(GUIDE, END)))
    (tmp_path / "a.log").write_text("x")
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "Guide")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("x")
        await asked(pilot, app, ChooseGenerator)
        await pilot.press("f")
        await asked(pilot, app, ExpandDialog)
        await pilot.press("enter")
        await pilot.press(*"no/*.log", "enter")
        await sees(pilot, app, "no/*.log")
        await until(pilot, lambda: app.screen.query(".problem"), "that is a problem")
        assert ids(app) == ["guide", "end"]
        app.screen.query_one("#expand-items").value = "*.log"  # type: ignore[attr-defined]
        await sees(pilot, app, "1 task in place of the one")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "it is left")
        assert ids(app) == ["guide", "end"]


SHORT = "tasks:\n- {id: guide, languages: [En, Fr], prompt: Write a guide.}\n"


@pytest.mark.parametrize(("key", "kept"), [("b", True), ("escape", True), ("w", False)])
async def test_a_file_in_short_form_is_written_out_only_where_that_is_said(
    make_app: MakeApp, tmp_path: Path, key: str, kept: bool
) -> None:
    path = tmp_path / "guide.yaml"
    path.write_text(SHORT)
    app = make_app(load_plan(path))
    app.draft.mark_saved(app.draft.plan, path)
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("s")
        await asked(pilot, app, AskPath)
        await pilot.press("enter")
        await asked(pilot, app, Ask)
        await sees(pilot, app, "1 of its entries stands", "nothing has to be saved")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "it is left")
        await pilot.press("p", "s")
        await asked(pilot, app, AskPath)
        await pilot.press("enter")
        await asked(pilot, app, Ask)
        assert "nothing has to be saved" not in dialog_text(app)
        await pilot.press(key)
        await until(pilot, lambda: app.screen is app.main, "it is answered")
        if kept:
            assert path.read_text() == SHORT
            assert app.draft.unsaved
        else:
            await said(pilot, app, "Saved: guide.yaml")
            assert load_plan(path) == app.draft.plan
            assert "languages" not in path.read_text()


async def test_an_opened_file_says_that_its_entries_stand_for_several(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "guide.yaml").write_text(SHORT)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("o")
        await asked(pilot, app, AskPath)
        await pilot.press(*"guide.yaml", "enter")
        await said(pilot, app, "2 tasks, as 1 of its entries stands for several; u undoes it")
        assert ids(app) == ["guide-en", "guide-fr"]
