"""A program that asks whether it may: asked on the screen, and what comes of each answer."""

import json
import os
import sys
from pathlib import Path

import pytest
from msgspec import structs

from orchtui.engine.execution import questions
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.sessions.project import Project
from orchtui.ui.app import OrchtuiApp
from orchtui.ui.dialogs import permission_question
from orchtui.ui.dialogs.permission_question import PermissionQuestion
from orchtui.ui.dialogs.trust_question import TrustQuestion
from tests.engine.backends.acp_helpers import AGENTS, prompt_steps
from tests.engine.whole_runs import agent_file, project_in
from tests.ui.conftest import ended, until
from tests.ui.whole_app import asked, opened

OPTIONS = [
    {"optionId": "taken", "name": "Yes", "kind": "allow_once"},
    {"optionId": "left", "name": "No", "kind": "reject_once"},
]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with an agent that wants to run something."""
    wish = {"toolCallId": "c1", "title": "rm -rf build", "kind": "execute"}
    script = prompt_steps({"ask": {"toolCall": wish, "options": OPTIONS}})
    argv = [sys.executable, str(AGENTS / "scripted.py"), json.dumps(script)]
    agent_file(tmp_path, "asker", f"orchtui: {{backend: acp, command: {json.dumps(argv)}}}")
    project = project_in(tmp_path, environment=dict(os.environ))
    project.trust.note_paid(tmp_path)
    return project


def plan_of(*ids: str) -> Plan:
    tasks = (Task(id=id, title=f"Clean {id}", prompt=f"Clean {id} up.", specialist="asker")
             for id in ids)  # fmt: skip
    return Plan(tasks=tuple(tasks), aggregate="collect")


@pytest.mark.parametrize(("key", "option", "allowed"), [("y", "taken", True), ("n", "left", False)])
async def test_the_answer_reaches_the_program(
    project: Project, key: str, option: str, allowed: bool
) -> None:
    async with opened(project, plan_of("a")) as (app, pilot):
        await pilot.press("ctrl+r")
        await asked(pilot, app, TrustQuestion)
        await pilot.press("t")
        text = await asked(pilot, app, PermissionQuestion)
        assert "rm -rf build" in text and "Clean a" in text and "Refused by itself in" in text
        await pilot.press(key)
        await ended(pilot, app)

        assert app.main.shown is not None
        run = app.main.shown.run
        assert run.tasks["a"].status == "completed"
        assert f'"{option}"' in run.tasks["a"].text
        assert run.tasks["a"].question is None
        journal = (app.main.shown.folder / "events.jsonl").read_text()
        [line] = [line for line in journal.splitlines() if "permission_answered" in line]
        assert json.loads(line)["allowed"] is allowed


async def test_the_bar_says_who_really_works(project: Project) -> None:
    """The configuration chooses anthropic; the only task is run as its agent file says."""
    project.backends.chosen = "anthropic"
    async with opened(project, plan_of("a")) as (app, pilot):
        await until(pilot, lambda: bar(app).startswith("READY"), "it is there")
        await until(pilot, lambda: "acp" in bar(app), "it names the task's own")
        assert "anthropic" not in bar(app)
        await pilot.press("ctrl+r")
        await asked(pilot, app, TrustQuestion)
        await pilot.press("t")
        await asked(pilot, app, PermissionQuestion)
        await until(pilot, lambda: "RUNNING" in bar(app), "it runs")
        assert "acp" in bar(app) and "anthropic" not in bar(app)
        assert "b changes it" not in bar(app), "not this run's"
        await pilot.press("n")
        await ended(pilot, app)
        app.main.plan_pane.change(lambda plan: structs.replace(plan, tasks=()))
        await until(pilot, lambda: "anthropic" in bar(app), "a new run would use the default")


def bar(app: OrchtuiApp) -> str:
    """What stands in the bottom bar."""
    return str(app.main.bar.render()).strip()


async def test_no_answer_is_a_no(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (questions, permission_question):
        monkeypatch.setattr(module, "PATIENCE", 5.0)
    async with opened(project, plan_of("a")) as (app, pilot):
        await pilot.press("ctrl+r")
        await asked(pilot, app, TrustQuestion)
        await pilot.press("t")
        await asked(pilot, app, PermissionQuestion)
        await ended(pilot, app)

        gone = "it goes away by itself"
        await until(pilot, lambda: not isinstance(app.screen, PermissionQuestion), gone)
        assert app.main.shown is not None
        assert '"left"' in app.main.shown.run.tasks["a"].text


async def test_who_stops_the_run_takes_the_question_back(project: Project) -> None:
    async with opened(project, plan_of("a")) as (app, pilot):
        await pilot.press("ctrl+r")
        await asked(pilot, app, TrustQuestion)
        await pilot.press("t")
        await asked(pilot, app, PermissionQuestion)
        app.live.cancel_all()
        await until(pilot, lambda: not isinstance(app.screen, PermissionQuestion), "it is gone")
        await ended(pilot, app)

        assert app.main.shown is not None
        assert app.main.shown.run.tasks["a"].status == "cancelled"


async def test_two_that_ask_are_asked_one_by_one(project: Project) -> None:
    """Each answer goes to its own task."""
    plan = plan_of("a", "b")
    found = project.check(plan).findings
    accepted = tuple(finding.id for finding in found)
    tasks = tuple(Task(id=task.id, title=task.title, prompt=task.prompt, specialist="asker",
                       accepted=accepted) for task in plan.tasks)  # fmt: skip
    answers: dict[str, str] = {}
    async with opened(project, Plan(tasks=tasks, aggregate="collect")) as (app, pilot):
        await pilot.press("ctrl+r")
        await asked(pilot, app, TrustQuestion)
        await pilot.press("t")
        for key, option in (("y", "taken"), ("n", "left")):
            await asked(pilot, app, PermissionQuestion)
            before = app.screen
            assert isinstance(before, PermissionQuestion)
            answers[before._asked_for.task] = option
            await pilot.press(key)
            await until(pilot, lambda old=before: app.screen is not old, "it is answered")  # type: ignore[misc]
        await ended(pilot, app)

        assert app.main.shown is not None
        run = app.main.shown.run
        assert set(answers) == {"a", "b"}
        for task_id, option in answers.items():
            assert f'"{option}"' in run.tasks[task_id].text
