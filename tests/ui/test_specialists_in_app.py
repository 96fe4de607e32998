"""Specialists in the app: their cards, whom words choose, and what their tools do."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.sessions.project import Project
from orchtui.ui.desks import plan_desk
from orchtui.ui.dialogs.specialists_card import SpecialistsCard
from tests.engine.whole_runs import (
    agent_file,
    calls,
    plan_for,
    project_in,
    read,
    said,
    scenes,
    task_named,
    write,
)
from tests.server import MessagesServer
from tests.server.turns import call
from tests.ui.conftest import run_to_end, screen_text, sees, until
from tests.ui.whole_app import asked, opened
from tests.ui.whole_app import said as told


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: MessagesServer) -> Project:
    agent_file(tmp_path, "worker", "tools: Read, Write, Bash", "model: special-1", "hooks: {}")
    project = project_in(tmp_path, server)
    project.trust.note_paid(tmp_path)
    return project


def plan_of(*ids: str) -> Plan:
    return plan_for(*(task_named(id, specialist="worker") for id in ids))


async def test_the_cards_say_what_will_really_be_used(project: Project, tmp_path: Path) -> None:
    async with opened(project, plan_of("a")) as (app, pilot):
        await pilot.press("f9")
        await asked(pilot, app, SpecialistsCard)
        text = await sees(pilot, app, "special-1", "nobody here has Bash")
        assert "worker" in text and "hooks" in text and "researcher" in text
        await pilot.press("escape")

        agent_file(tmp_path, "worker", "tools: Read", "model: other-1")
        agent_file(tmp_path, "newcomer")
        await until(pilot, lambda: not isinstance(app.screen, SpecialistsCard), "it is closed")
        await pilot.press("f9")
        await asked(pilot, app, SpecialistsCard)
        assert "special-1" not in screen_text(app)
        await sees(pilot, app, "newcomer")


async def test_who_is_named_by_nobody_but_the_words_is_shown_with_the_reason(
    project: Project, server: MessagesServer
) -> None:
    plan = Plan(
        tasks=(Task(id="a", title="French", prompt="Translate the README into French."),),
        aggregate="collect",
    )
    async with opened(project, plan) as (app, pilot):
        await pilot.press("escape")
        await sees(pilot, app, "translator")
        await run_to_end(pilot, app)
        await pilot.press("4")
        await sees(pilot, app, "translator")

        assert app.main.shown is not None
        assert app.main.shown.run.tasks["a"].task.fits
        assert "ranslat" in str(server.requests[0].body["system"])


async def test_agent_files_that_change_show_in_the_plan_by_themselves(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_desk, "LOOK_AGAIN", 0.02)
    prunes = Task(id="a", title="Prune", prompt="Prune the apple trees in clay soil.")
    named = Task(id="b", title="Named", prompt="Do it.", specialist="newcomer")
    plan = Plan(tasks=(prunes, named))
    async with opened(project, plan) as (app, pilot):
        await sees(pilot, app, "▲ newcomer")
        agent_file(tmp_path, "gardener", description="Knows trees, soil, pruning and apples.")
        agent_file(tmp_path, "newcomer", "orchtui: {backend: codex}")
        await sees(pilot, app, "gardener · “")
        await until(pilot, lambda: "▲ newcomer" not in screen_text(app), "it is known now")
        await until(pilot, lambda: "codex" in app.main.used, "the bar knows it too")
        (tmp_path / ".claude/agents/gardener.md").unlink()
        await until(pilot, lambda: "gardener" not in screen_text(app), "nobody fits any more")


async def test_after_a_run_each_pane_tells_what_is_true_of_it(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The timeline shows who did it, the plan who would do it now."""
    monkeypatch.setattr(plan_desk, "LOOK_AGAIN", 0.02)
    plan = Plan(tasks=(Task(id="a", title="Prune", prompt="Prune apple trees in clay soil."),))
    async with opened(project, plan, size=(140, 40)) as (app, pilot):
        agent_file(tmp_path, "gardener", description="Knows trees, soil, pruning and apples.")
        await run_to_end(pilot, app)
        assert app.main.shown is not None
        assert app.main.shown.run.tasks["a"].task.specialist == "gardener"
        (tmp_path / ".claude/agents/gardener.md").unlink()
        agent_file(tmp_path, "tree-nurse", description="Apple trees, soil, clay and pruning.")
        await sees(pilot, app, "tree-nurse · “", "gardener")


async def test_before_a_run_files_are_read_however_long_ago_that_was(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan_desk, "LOOK_AGAIN", 1e6)
    plan = Plan(tasks=(Task(id="a", title="Prune", prompt="Prune apple trees in clay soil."),))
    async with opened(project, plan, size=(140, 40)) as (app, pilot):
        await pilot.pause()
        agent_file(tmp_path, "gardener", description="Knows trees, soil, pruning and apples.")
        await run_to_end(pilot, app)
        assert app.main.shown is not None
        assert app.main.shown.run.tasks["a"].task.specialist == "gardener"
        await sees(pilot, app, "gardener · “")


async def test_tools_refusals_and_files_stand_in_the_output(
    project: Project, server: MessagesServer, tmp_path: Path
) -> None:
    (tmp_path / "spec.md").write_text("apples\npears\n")
    server._script = scenes(
        a=[
            calls(read("spec.md"), call("Fly", {"to": "Rome"}, "f1")),
            calls(write("../out.md"), write("mine.md", id="w2")),
            said("All is done."),
        ]
    )
    async with opened(project, plan_of("a")) as (app, pilot):
        await run_to_end(pilot, app)
        await pilot.press("4")
        text = await sees(pilot, app, "Read spec.md", "Fly", "../out.md", "All is done.")
        assert "there is no tool 'Fly'" in text
        assert "mine.md" in text and "outside" in text
        assert "apples" not in text
        await pilot.press("t", "g")
        await sees(pilot, app, "apples")


async def test_a_race_is_told_loudly(project: Project, server: MessagesServer) -> None:
    (project.folder / "shared.md").write_text("old\n")
    server._script = scenes(
        a=[calls(write("shared.md")), said(pause=0.9)],
        b=[calls(read("shared.md"), pause=0.4), said()],
    )
    tasks = (
        task_named("a", specialist="worker", writes=("shared.md",)),
        task_named("b", specialist="worker"),
    )
    async with opened(project, plan_for(*tasks)) as (app, pilot):
        await run_to_end(pilot, app)
        await told(pilot, app, "tasks met at a file")
        await sees(pilot, app, "RACE")
        await pilot.press("4")
        await sees(pilot, app, "RACE", "shared.md")


async def test_an_agent_file_that_changes_holds_in_the_next_run(
    project: Project, server: MessagesServer, tmp_path: Path
) -> None:
    async with opened(project, plan_of("a")) as (app, pilot):
        await run_to_end(pilot, app)
        agent_file(tmp_path, "worker", "tools: Read", "model: other-1")
        await until(pilot, lambda: not app.live.taken, "the next run may start")
        await run_to_end(pilot, app)

    assert [request.model for request in server.requests] == ["special-1", "other-1"]
