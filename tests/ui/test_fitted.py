"""Who will do a task that names nobody, and why: in the list, in the form, above the prompt."""

import pytest
from textual.widgets import Input, TextArea

from orchtui.engine.agents.specialists import BUILT_IN, Agents
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.staff.fitting import Fitter
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.compose.draft import Draft
from orchtui.ui.compose.task_columns import nobody_fits, who
from orchtui.ui.compose.task_form import TaskForm
from tests.ui.conftest import sees, until
from tests.ui.stage import Stage

FIT = Fitter(Agents([BUILT_IN]).current()[0]).fit
DRAFTS = Task(id="a", title="Letter", prompt="Draft a letter to the mayor")


@pytest.mark.parametrize(
    ("task", "plan", "words"),
    [
        (DRAFTS, Plan(), "writer · “Draft”"),
        (DRAFTS, Plan(specialist="critic"), "critic"),
        (Task(id="a", prompt="Draft it", specialist="own"), Plan(), "own"),
        (Task(id="a", command=("make", "all")), Plan(), "make"),
        (Task(id="a", prompt="Hm"), Plan(), "researcher"),
    ],
)
def test_who_does_it(task: Task, plan: Plan, words: str) -> None:
    assert who(task, plan, FIT) == words


def test_who_has_no_agent_file_is_marked() -> None:
    def known(name: str) -> bool:
        return name == "critic"

    named = Task(id="a", prompt="Draft it", specialist="nobody")

    assert who(named, Plan(), FIT, known) == "▲ nobody"
    assert who(DRAFTS, Plan(specialist="nobody"), FIT, known) == "▲ nobody"
    assert who(DRAFTS, Plan(specialist="critic"), FIT, known) == "critic"
    assert who(Task(id="a", command=("make",), specialist="nobody"), Plan(), FIT, known) == "make"


async def test_the_list_marks_who_has_no_agent_file_and_says_what_that_means() -> None:
    named = Task(id="a", prompt="Draft it", specialist="nobody")
    draft = Draft(Plan(tasks=(named,)))
    pane = ComposePane(draft, lambda text: Plan(request=text), FIT, lambda name: False)
    app = Stage(pane)
    async with app.run_test(size=(100, 40)) as pilot:
        await sees(pilot, app, "▲ nobody", "there is no agent file of this name")


def test_without_anybody_to_ask_it_is_the_default() -> None:
    assert who(DRAFTS, Plan(), nobody_fits) == "researcher"


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_list_and_the_form_say_who_and_why(size: tuple[int, int]) -> None:
    draft = Draft(Plan(tasks=(DRAFTS,)))
    pane = ComposePane(draft, lambda text: Plan(request=text), FIT)
    app = Stage(pane)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await sees(pilot, app, "writer · “Draft”")
        pane.tasks.focus()
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is there")
        await sees(pilot, app, "empty: writer, chosen for “Draft”")
        form = app.screen
        form.query_one(TextArea).text = "Translate the letter into Welsh"
        await sees(pilot, app, "empty: translator, chosen for “Translate”")
        form.query_one("#field-command", Input).value = "make all"
        await sees(pilot, app, "the program does it")


async def test_the_form_says_when_the_plan_names_somebody() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        form = TaskForm(Plan(specialist="critic", tasks=(DRAFTS,)), DRAFTS, "Task a", None, FIT)
        app.push_screen(form)
        await sees(pilot, app, "empty: critic, as the plan says")
