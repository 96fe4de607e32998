"""What a task's answer shall be, and why it is in the plan: shown, edited, kept, taken back."""

from pathlib import Path

import pytest
from textual.widgets import TextArea

from orchtui.engine.plan_files.plan_file import load_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.compose.task_form import TaskForm
from orchtui.ui.dialogs.ask_path import AskPath
from tests.ui.conftest import MakeApp, sees, until
from tests.ui.whole_app import asked, said

GUIDE = Task(
    id="guide",
    title="Guide",
    prompt="Write a guide to Python's async and await for beginners.",
    expected_output="One page,\nwith three examples",
    rationale="Beginners are half of all readers",
)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_both_are_shown_edited_saved_and_taken_back(
    make_app: MakeApp, tmp_path: Path, size: tuple[int, int]
) -> None:
    app = make_app(Plan(tasks=(GUIDE,)))
    async with app.run_test(size=size) as pilot:
        await sees(pilot, app, "Guide")
        if size[1] >= 30:  # below that there is no room below the list
            await sees(pilot, app, "gives: One page, with three examples", "why: Beginners are")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("e")
        await asked(pilot, app, TaskForm)
        expected = app.screen.query_one("#field-expected_output", TextArea)
        assert expected.text == GUIDE.expected_output
        expected.focus()
        expected.move_cursor(expected.document.end)
        await pilot.press("enter", *"and a summary")
        app.screen.query_one("#field-rationale", TextArea).load_text("")
        await pilot.press("ctrl+r")
        await until(pilot, lambda: app.screen is app.main, "it is taken over")
        new = app.draft.plan.task("guide")
        assert new.expected_output == "One page,\nwith three examples\nand a summary"
        assert (new.rationale, new.prompt) == ("", GUIDE.prompt)
        await pilot.press("s")
        await asked(pilot, app, AskPath)
        await pilot.press("enter")
        await said(pilot, app, "Saved: plan.yaml")
        assert load_plan(tmp_path / "plan.yaml").task("guide") == new
        await pilot.press("u")
        await until(pilot, lambda: app.draft.plan.task("guide") == GUIDE, "one step takes it back")


async def test_they_are_found_by_their_words(make_app: MakeApp) -> None:
    other = Task(id="other", title="Other", prompt="Look at the weather of Rome.")
    app = make_app(Plan(tasks=(other, GUIDE)))
    async with app.run_test(size=(120, 36)) as pilot:
        await sees(pilot, app, "Other")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("slash", *"half of all", "enter")
        await until(pilot, lambda: app.main.plan_pane.tasks.picked == "guide", "it is found")
