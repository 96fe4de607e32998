"""A model plans in the app: the request, a part of the plan, and only what a person can undo."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.registry import Backends
from orchtui.engine.plan import Limits, Plan, Task
from orchtui.engine.project import Project
from orchtui.engine.specialists import BUILT_IN, Agents
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.dialogs import Ask, Read
from tests.engine.backends.asking import KEY
from tests.hostile import HOSTILE
from tests.server import FAULTS, MessagesServer
from tests.server.replies import answer
from tests.ui.conftest import dialog_text, sees, until
from tests.ui.whole_app import asked, said

REQUEST = "Research Python async/await from as many perspectives as needed"


def entry(task_id: str, **more: Any) -> dict[str, Any]:
    return {
        "id": task_id,
        "title": f"On {task_id}",
        "prompt": f"Find out what {task_id} says about Python's async and await.",
        "specialist": "researcher",
        "priority": "normal",
        "expected_output": "A page with sources",
        "rationale": f"{task_id} is a perspective of its own",
        "reads": [],
        "writes": [],
        "after": [],
        **more,
    }


def tasks(*entries: Any, **more: Any) -> str:
    return json.dumps({"tasks": entries, "missing": [], "aggregate": "collect", **more})


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer() as running:
        yield running


def app_of(folder: Path, server: MessagesServer, plan: Plan) -> OrchtuiApp:
    environment = {"ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": server.url}
    backends = Backends(environment=environment, chosen="anthropic")
    agents = Agents([BUILT_IN])
    project = Project(folder=folder, out=folder / "artifacts", backends=backends, agents=agents)
    return OrchtuiApp(project, plan)


def ids(app: OrchtuiApp) -> list[str]:
    return [task.id for task in app.draft.plan.tasks]


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_request_is_planned_and_that_can_be_undone(
    tmp_path: Path, server: MessagesServer, size: tuple[int, int]
) -> None:
    server.then(answer(tasks(entry("peps", priority="critical"), entry("blogs")), model="loop-9"))
    before = Plan(request=REQUEST, name="mine", limits=Limits(concurrency=2))
    app = app_of(tmp_path, server, before)
    async with app.run_test(size=size) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: ids(app) == ["peps", "blogs"], "its tasks are on the desk")
        await said(pilot, app, "2 tasks by loop-9; u undoes it")
        plan = app.draft.plan
        assert (plan.request, plan.name, plan.limits.concurrency) == (REQUEST, "mine", 2)
        assert plan.task("peps").rationale == "peps is a perspective of its own"
        await until(pilot, lambda: app.main.independence.report is not None, "it is checked")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("u")
        await until(pilot, lambda: ids(app) == [], "undone")
        assert not (tmp_path / "artifacts" / "runs").exists(), "nothing was started"


async def test_what_can_not_be_used_is_told_and_changes_nothing(
    tmp_path: Path, server: MessagesServer
) -> None:
    for _ in range(2):
        server.then(answer(f"No {HOSTILE} plan"))
    server.then(FAULTS["overloaded"])
    before = Plan(request=REQUEST, tasks=(Task(id="a", prompt="Look at the weather."),))
    app = app_of(tmp_path, server, before)
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await asked(pilot, app, Read)
        await sees(pilot, app, "No plan came of it")
        assert not set(dialog_text(app)) & set("\x1b\x9b\u202e\x07")
        assert app.draft.plan == before
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.main, "read")
        await pilot.press("ctrl+l")
        await asked(pilot, app, Read)
        assert app.draft.plan == before


async def test_without_a_request_or_a_model_it_says_what_to_do(
    tmp_path: Path, server: MessagesServer
) -> None:
    app = app_of(tmp_path, server, Plan())
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await said(pilot, app, "Write a request first: a model makes its tasks")
    backends = Backends(environment={}, chosen="rehearsal")
    project = Project(folder=tmp_path, out=tmp_path / "artifacts", backends=backends)
    app = OrchtuiApp(project, Plan(request=REQUEST))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await said(pilot, app, "a planner needs a model, and 'rehearsal' can not give one")
    assert server.requests == []


async def test_what_came_too_late_is_dropped(tmp_path: Path, server: MessagesServer) -> None:
    server.then(answer(tasks(entry("peps")), interval=0.05))
    app = app_of(tmp_path, server, Plan(request=REQUEST))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: server.requests, "it is asked")
        app.draft.request("Something else")
        await said(pilot, app, "The plan changed meanwhile: what came of it is dropped")
        assert "peps" not in ids(app)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_a_task_is_split_and_a_plan_gets_what_it_lacks(
    tmp_path: Path, server: MessagesServer, size: tuple[int, int]
) -> None:
    server.then(answer(json.dumps({"parts": [entry("east"), entry("west")], "why_not": ""})))
    server.then(answer(json.dumps({"tasks": [entry("north")], "missing": []})))
    guide = Task(id="guide", title="Guide", prompt="Describe rivers of the east and of the west.")
    summary = Task(id="sum", prompt="Sum up what is known of rivers.", after=("guide",))
    app = app_of(tmp_path, server, Plan(request="Rivers", tasks=(guide, summary)))
    async with app.run_test(size=size) as pilot:
        await sees(pilot, app, "Guide")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("l")
        await asked(pilot, app, Ask)
        assert "split “Guide” into parts" in dialog_text(app)
        await pilot.press("s")
        await until(pilot, lambda: ids(app) == ["guide-east", "guide-west", "sum"], "it is split")
        assert app.draft.plan.task("sum").after == ("guide-east", "guide-west")
        await pilot.press("l")
        await asked(pilot, app, Ask)
        await pilot.press("m")
        await until(pilot, lambda: len(ids(app)) == 4, "there is one more")
        await said(pilot, app, "1 new task")
        await pilot.press("u", "u")
        await until(pilot, lambda: ids(app) == ["guide", "sum"], "undone")
