"""A model plans in the app: the request, a part of the plan, and only what a person can undo."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchtui.engine.agents.specialists import BUILT_IN, Agents
from orchtui.engine.backends.registry import Backends
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs.dialogs import Ask, Read
from orchtui.ui.dialogs.long_question import LongQuestion
from tests.engine.backends.asking import KEY
from tests.hostile import HOSTILE
from tests.planner_answers import entry, sent
from tests.server import FAULTS, MessagesServer
from tests.server.replies import Reply, Stall, answer
from tests.ui.conftest import dialog_text, sees, until
from tests.ui.whole_app import asked, said

REQUEST = "Research Python async/await from as many perspectives as needed"


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
    server.then(answer(sent(entry("peps", priority="critical"), entry("blogs")), model="loop-9"))
    before = Plan(request=REQUEST, name="mine", limits=Limits(concurrency=2))
    app = app_of(tmp_path, server, before)
    async with app.run_test(size=size) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: ids(app) == ["peps", "blogs"], "its tasks are on the desk")
        await said(pilot, app, "2 tasks by loop-9, ")
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
        await sees(pilot, app, "No plan came of it", "Nothing was changed. ctrl+l asks again")
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
        await said(pilot, app, "tasks are read from the request's own words, offline")
    assert server.requests == []


MINE = Task(id="mine", prompt="Look at the weather of Rome.")


@pytest.mark.parametrize(
    ("key", "left"),
    [("r", ["peps", "blogs"]), ("a", ["mine", "peps", "blogs"]), ("b", ["mine"])],
)
async def test_what_a_person_wrote_is_replaced_only_where_they_say_so(
    tmp_path: Path, server: MessagesServer, key: str, left: list[str]
) -> None:
    server.then(answer(sent(entry("peps", priority="critical"), entry("blogs")), model="loop-9"))
    app = app_of(tmp_path, server, Plan(request=REQUEST, tasks=(MINE,)))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await asked(pilot, app, LongQuestion)
        await sees(pilot, app, "A plan by loop-9 with 2 tasks", "1  On peps · critical")
        assert ids(app) == ["mine"]
        await pilot.press(key)
        await until(pilot, lambda: app.screen is app.main, "it is answered")
        await until(pilot, lambda: ids(app) == left, "the tasks are as was said")
        if key != "b":
            app.set_focus(app.main.plan_pane.tasks)
            await pilot.press("u")
            await until(pilot, lambda: ids(app) == ["mine"], "one step brings them back")


async def test_what_is_typed_while_the_model_works_stays(
    tmp_path: Path, server: MessagesServer
) -> None:
    server.then(answer(sent(entry("peps")), interval=0.05))
    app = app_of(tmp_path, server, Plan(request=REQUEST))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: server.requests, "it is asked")
        app.set_focus(app.main.plan_pane.request)
        await pilot.press("end", *" of mine")
        await asked(pilot, app, LongQuestion)
        assert "The request was changed meanwhile" in dialog_text(app)
        await pilot.press("r")
        await until(pilot, lambda: ids(app) == ["peps"], "it is taken")
        assert app.draft.plan.request == f"{REQUEST} of mine"
        assert app.main.plan_pane.request.text == app.draft.plan.request


async def test_nobody_is_taken_away_from_what_they_look_at(
    tmp_path: Path, server: MessagesServer
) -> None:
    server.then(answer(sent(entry("peps")), interval=0.02))
    app = app_of(tmp_path, server, Plan(request=REQUEST))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: server.requests, "it is asked")
        assert app.main.plan_pane.request.has_focus
        app.main.action_go("timeline")
        await until(pilot, lambda: ids(app) == ["peps"], "its task is on the desk")
        await said(pilot, app, "1 shows them, and there u undoes it")
        assert app.main.view == "timeline"


async def test_a_model_that_works_is_seen_is_asked_once_and_can_be_stopped(
    tmp_path: Path, server: MessagesServer
) -> None:
    words = answer(sent(entry("peps")))
    server.then(words[: len(words) // 2] + (Stall(),))
    app = app_of(tmp_path, server, Plan(request=REQUEST))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        await pilot.press("ctrl+l")
        await sees(pilot, app, "planning ~", " tokens", "esc stops")
        await pilot.press("ctrl+l")
        await said(pilot, app, "A model is being asked already; esc stops it")
        await pilot.press("escape")
        await said(pilot, app, "Stopped")
        await until(pilot, lambda: not app.busy.any, "nothing is done any more")
        assert len(server.requests) == 1
        assert app.draft.plan == Plan(request=REQUEST)
        server.then(answer(sent(entry("peps"))))
        await pilot.press("ctrl+l")
        await until(pilot, lambda: ids(app) == ["peps"], "it can be asked again")


async def test_quitting_while_a_model_is_asked_asks_first(
    tmp_path: Path, server: MessagesServer
) -> None:
    words = answer(sent(entry("peps")))
    server.then(words[: len(words) // 2] + (Stall(),))
    app = app_of(tmp_path, server, Plan(request=REQUEST))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "1 Plan")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("ctrl+l")
        await sees(pilot, app, "planning ~")
        await pilot.press("q")
        assert "A model is being asked" in await asked(pilot, app, Ask)
        await pilot.press("s")
        await until(pilot, lambda: app.screen is app.main, "it stays")
        assert app.plans, "and goes on"
        await pilot.press("q")
        await asked(pilot, app, Ask)
        await pilot.press("c")
        await until(pilot, lambda: not app.is_running, "it is left")
    assert len(server.requests) == 1


@pytest.mark.parametrize(("key", "left"), [("b", ["mine", "task-2"]), ("t", ["mine", "north"])])
async def test_an_edit_made_while_the_model_works_is_not_lost(
    tmp_path: Path, server: MessagesServer, key: str, left: list[str]
) -> None:
    server.then(answer(json.dumps({"tasks": [entry("north")], "missing": []}), interval=0.05))
    app = app_of(tmp_path, server, Plan(request="Weather", tasks=(MINE,)))
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "Look at the weather")
        app.set_focus(app.main.plan_pane.tasks)
        await pilot.press("l")
        await asked(pilot, app, Ask)
        await pilot.press("m")
        await until(pilot, lambda: server.requests, "it is asked")
        await pilot.press("c")
        assert ids(app) == ["mine", "task-2"]
        await asked(pilot, app, Ask)
        assert "keep mine" in dialog_text(app)
        await pilot.press(key)
        await until(pilot, lambda: app.screen is app.main and ids(app) == left, "as was said")
        if key == "t":
            await pilot.press("u")
            await until(pilot, lambda: ids(app) == ["mine", "task-2"], "undo brings it back")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (answer("", stop_reason="refusal"), "refused"),
        (answer("{", stop_reason="max_tokens"), "allow fewer tasks"),
    ],
)
async def test_an_answer_that_can_not_be_used_says_why_and_what_to_do(
    tmp_path: Path, server: MessagesServer, reply: Reply, why: str
) -> None:
    server.then(reply)
    before = Plan(request="Weather", tasks=(MINE,))
    app = app_of(tmp_path, server, before)
    async with app.run_test(size=(80, 24)) as pilot:
        await sees(pilot, app, "Look at the weather")
        await pilot.press("ctrl+l")
        await asked(pilot, app, Read)
        text = await sees(pilot, app, why, "F2 chooses who answers")
        assert "No plan came of it" in text
        assert app.draft.plan == before


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
