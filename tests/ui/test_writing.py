"""Writing a plan: from typed words to tasks, and edits from the keyboard."""

from pathlib import Path

import pytest
from textual.widgets import Input, Static

from orchtui.engine.plan_files.plan_file import load_plan
from orchtui.engine.plans.plan import Plan
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.compose.compose_words import problems
from orchtui.ui.compose.task_form import TaskForm
from tests.ui.conftest import QUICK, MakeApp, plan_of, screen_text, sees, until

REQUEST = """Research Python async/await from three independent perspectives:
1. Academic papers and PEPs
2. Tutorial and blog content
3. Production case studies"""


def ids(app: OrchtuiApp) -> list[str]:
    return [task.id for task in app.draft.plan.tasks]


def on_main(app: OrchtuiApp) -> bool:
    return app.screen is app.main


async def test_tasks_appear_while_one_types(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "Write what you want done")
        await pilot.press(*"Research cats", "enter", *"1. a", "enter", *"2. b")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 2, "there are two tasks")
        assert not app.draft.by_hand
        await sees(pilot, app, "2 tasks")


async def test_what_is_missing_is_said_loudly_and_can_be_settled(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        app.main.plan_pane.request.text = "Research these 5 topics"
        await until(pilot, lambda: app.draft.plan.missing, "something is missing")
        await sees(pilot, app, "missing: ", "ctrl+l has a model plan it")
        await pilot.press("ctrl+r")
        await until(
            pilot,
            lambda: "✗" in str(app.main.query_one("#plan-problems", Static).render()),
            "it says why",
        )
        assert app.main.shown is None
        app.main.plan_pane.tasks.focus()
        await pilot.press("m")
        assert not app.draft.plan.missing


@pytest.mark.parametrize(
    ("missing", "error", "told"),
    [
        (("Which years?",), "", ["▲ missing: Which years?", "Say it above, "]),
        (
            ("Which years?",),
            "the request leaves something open: Which years?\nthe plan has no tasks",
            ["✗ the plan has no tasks", "✗ missing: Which years?", "Say it above, "],
        ),
        (
            ("One?", "Two?"),
            "the request leaves something open: One?\nthe request leaves something open: Two?",
            ["✗ missing: One?", "✗ missing: Two?", "Say it above, "],
        ),
        ((), "the plan has no tasks", ["✗ the plan has no tasks"]),
    ],
)
def test_what_is_missing_is_said_once(
    missing: tuple[str, ...], error: str, told: list[str]
) -> None:
    plan = Plan(request="Research bees", missing=missing)
    lines = problems(plan, error, lambda name: "key", by_hand=False).plain.splitlines()
    assert len(lines) == len(told)
    assert all(map(str.startswith, lines, told))


async def test_a_request_that_can_not_be_read_is_told(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        app.main.plan_pane.request.text = "Research \0 cats"
        await sees(pilot, app, "✗")
        assert not app.draft.plan.tasks


async def test_edits_by_hand_are_kept_until_the_request_is_read_again(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        app.main.plan_pane.request.text = REQUEST
        await until(pilot, lambda: len(ids(app)) == 3, "the request is read")
        await pilot.press("escape", "j", "d")
        assert ids(app) == ["task-1", "task-3"]
        app.main.plan_pane.request.text = REQUEST + "\n4. Podcasts"
        await until(pilot, lambda: "Podcasts" in app.draft.plan.request, "the words are noticed")
        assert ids(app) == ["task-1", "task-3"]
        await sees(pilot, app, "F4")
        await pilot.press("f4")
        await until(pilot, lambda: len(ids(app)) == 4, "the request is read again")
        await pilot.press("u")
        assert ids(app) == ["task-1", "task-3"]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("d",), ["t2", "t3"]),
        (("d", "u"), ["t1", "t2", "t3"]),
        (("d", "u", "U"), ["t2", "t3"]),
        (("J",), ["t2", "t1", "t3"]),
        (("J", "J", "K"), ["t2", "t1", "t3"]),
        (("j", "c"), ["t1", "t2", "task-4", "t3"]),
        (("shift+down", "delete"), ["t2", "t3"]),
    ],
)
async def test_keys_of_the_list(
    make_app: MakeApp, keys: tuple[str, ...], expected: list[str]
) -> None:
    app = make_app(plan_of(QUICK, QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        assert ids(app) == expected


async def test_leaving_out_and_priority(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "j", "p", "p")
        first, second = app.draft.plan.tasks
        assert not first.enabled
        assert second.priority == "critical"
        text = screen_text(app)
        assert "left out" in text
        assert "▲" in text


async def test_the_form_adds_edits_and_tells_mistakes(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("a")
        assert isinstance(app.screen, TaskForm)
        await pilot.press(*"New one", "enter")
        await sees(pilot, app, "a prompt or a command")
        await pilot.press(*"do it")
        app.screen.query_one("#field-timeout", Input).value = "never"
        app.screen.query_one("#field-title", Input).focus()
        await pilot.press("enter")
        await sees(pilot, app, "a duration such as")
        app.screen.query_one("#field-timeout", Input).value = "2m"
        await pilot.press("enter")
        assert on_main(app)
        task = app.draft.plan.tasks[1]
        assert (task.title, task.prompt, task.timeout) == ("New one", "do it", 120.0)
        await pilot.press("e", *"!", "escape")
        assert isinstance(app.screen, TaskForm)
        await pilot.press("escape")
        assert on_main(app)
        assert app.draft.plan.tasks[1] == task


async def test_saving_asks_for_a_path_and_before_it_replaces(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "plan.yaml").write_text("something else")
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("p", "s", "enter")
        await sees(pilot, app, "Replace plan.yaml?")
        await pilot.press("escape", "f3")
        await sees(pilot, app, "Save the plan as")
        await pilot.press("home", *"my-", "enter")
        await until(pilot, lambda: (tmp_path / "my-plan.yaml").exists(), "it is saved")
        await until(pilot, lambda: not app.draft.unsaved, "it knows")
        assert load_plan(tmp_path / "my-plan.yaml") == app.draft.plan
        assert (tmp_path / "plan.yaml").read_text() == "something else"


async def test_a_path_that_can_not_be_written_is_told(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        await sees(pilot, app, "Save the plan as")
        app.screen.query_one(Input).value = "no/such/folder.yaml"
        await pilot.press("enter")
        await sees(pilot, app, "This did not work")
        await pilot.press("escape")
        assert on_main(app)


async def test_an_emptied_list_can_be_undone_and_an_empty_request_can_be_left(
    make_app: MakeApp,
) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await until(pilot, lambda: not app.draft.plan.tasks, "the last task is gone")
        await pilot.press("i")
        await until(pilot, lambda: app.main.plan_pane.request.has_focus, "the request is written")
        await pilot.press("escape")
        await until(pilot, lambda: app.main.plan_pane.tasks.has_focus, "the empty list is there")
        await pilot.press("u")
        await until(pilot, lambda: len(app.draft.plan.tasks) == 1, "the task is back")
        assert "u" not in app.main.plan_pane.request.text
