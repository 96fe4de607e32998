"""The list of tasks: what a row says at which width, and that many tasks cost what is seen."""

import pytest
from rich.cells import cell_len

from orchtui.engine.independence import check
from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.compose.compose_pane import ComposePane
from orchtui.ui.compose.draft import Draft
from orchtui.ui.compose.task_columns import UNCHECKED, Columns, Standing, heading, row, standings
from orchtui.ui.compose.task_form import TaskForm
from orchtui.ui.compose.task_list import TaskList
from tests.ui.conftest import QUICK, MakeApp, plan_of, sees, until
from tests.ui.stage import Stage

TASK = Task(
    id="a",
    title="日本語 a title that is long enough to be cut off somewhere",
    prompt="x",
    priority="critical",
    writes=("docs/a/very/long/way/to/the/file.md", "b.md"),
)
AFTER = Standing("←", "after 1", "error")


def text_of(task: Task, width: int, standing: Standing = AFTER, count: int = 1000) -> str:
    parts = row(task, 7, standing, "writer · “draft”", Columns.of(width, count))
    return "".join(text for text, _ in parts)


@pytest.mark.parametrize("width", [*range(14, 60), 70, 76, 95, 96, 120, 196])
def test_a_row_is_as_wide_as_the_list(width: int) -> None:
    assert cell_len(" " + text_of(TASK, width)) == width
    assert cell_len(heading(Columns.of(width, 1000))) <= width


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (20, ["7 ← ▲"]),
        (44, ["7 ← ▲", "writer"]),
        (60, ["after 1", "writer"]),
        (76, ["after 1", "writer · “draft”", "e/file.md +1"]),
        (120, ["after 1", "writer · “draft”", "critical", "/the/file.md +1"]),
    ],
)
def test_what_a_row_says_by_its_width(width: int, words: list[str]) -> None:
    text = text_of(TASK, width)
    assert all(each in text for each in words), text


@pytest.mark.parametrize("width", [44, 76, 120])
def test_a_task_that_is_left_out_says_so_in_words(width: int) -> None:
    assert "left out" in text_of(Task(id="a", prompt="x", enabled=False), width)


def test_how_tasks_stand_by_sign_and_word() -> None:
    plan = Plan(
        tasks=(
            Task(id="a", prompt="Look at cats", writes=("a.md",)),
            Task(id="b", prompt="Look at dogs", after=("a",)),
            Task(id="c", prompt="Look at owls", writes=("a.md",)),
            Task(id="d", prompt="Look at newts"),
            Task(id="e", prompt="Look at bats", enabled=False),
        )
    )
    found = standings(plan, check(plan))
    assert {name: (one.sign, one.words) for name, one in found.items()} == {
        "a": ("↔", "not with 3"),
        "b": ("←", "after 1"),
        "c": ("↔", "not with 1"),
        "d": ("✓", "independent"),
    }


async def test_the_list_says_how_each_task_stands(make_app: MakeApp) -> None:
    tasks = (*plan_of(QUICK, QUICK).tasks, Task(id="b", prompt="Look at dogs", after=("t1",)))
    app = make_app(Plan(tasks=tasks))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 ✓   Topic 1", "independent", "3 ←", "after 1", "may run")
        await pilot.press("end", "d")
        await until(pilot, lambda: app.main.plan_pane.tasks.picked == "t2", "another is picked")


class Counting(TaskList):
    """Counts the rows that are drawn."""

    drawn = 0

    def render_line(self, y: int):  # type: ignore[no-untyped-def]
        self.drawn += 1
        return super().render_line(y)


async def test_a_thousand_tasks_cost_what_is_seen() -> None:
    plan = Plan(tasks=tuple(Task(id=f"t{n}", prompt=f"Topic {n}") for n in range(1000)))
    draft = Draft()
    asked: list[str] = []

    def known(name: str) -> bool:
        asked.append(name)
        return True

    pane = ComposePane(draft, lambda text: Plan(request=text), known=known)
    pane.tasks = Counting(known=known)
    app = Stage(pane)
    async with app.run_test(size=(80, 24)) as pilot:
        pane.change(lambda _: plan)
        pane.tasks.focus()
        await sees(pilot, app, "Topic 0")
        pane.tasks.drawn = 0
        await pilot.press("end")
        await sees(pilot, app, "1000 · ", "Topic 999")
        assert pane.tasks.drawn < 100
        await pilot.press("K", "home", "j", "pagedown", "k")
        assert draft.plan.tasks[998].id == "t999"
        assert pane.tasks.picked is not None


async def test_the_mouse_picks_and_opens(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "Topic 3")
        await pilot.click("#task-list", offset=(5, 2))
        assert app.main.plan_pane.tasks.picked == "t3"
        await pilot.click("#task-list", offset=(5, 9))
        assert app.main.plan_pane.tasks.picked == "t3"
        await pilot.click("#task-list", offset=(5, 1), times=2)
        await until(pilot, lambda: isinstance(app.screen, TaskForm), "the form is open")


def test_nothing_is_claimed_before_a_look() -> None:
    assert UNCHECKED.words == ""
