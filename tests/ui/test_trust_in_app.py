"""Before a run in the app: what it would start, send and spend, asked to the letter, once."""

import os
from pathlib import Path

from orchtui.engine.backends.profiles import Profile
from orchtui.engine.plans.plan import Plan
from orchtui.ui.dialogs.trust_question import PaidQuestion, TrustQuestion
from tests.engine.programs_in_runs import plan_of, program
from tests.engine.whole_runs import agent_file, plan_for, project_in, task_named
from tests.server import MessagesServer
from tests.server.replies import error
from tests.ui.conftest import ended, go_on, run_to_end, until
from tests.ui.whole_app import asked, idle, opened


async def test_a_program_of_an_agent_file_waits_for_a_yes(tmp_path: Path) -> None:
    program(tmp_path, "one", write={"one.md": "x"})
    project = project_in(tmp_path, environment=dict(os.environ))
    async with opened(project, plan_of("one")) as (app, pilot):
        await pilot.press("ctrl+r")
        text = await asked(pilot, app, TrustQuestion)
        assert ".claude/agents/one.md" in text and "agent_double.py" in text
        await pilot.press("escape")
        await until(pilot, idle(app), "nothing goes on")
        assert not (tmp_path / "one.md").exists() and not (tmp_path / "artifacts").exists()

        await pilot.press("ctrl+r")
        await asked(pilot, app, TrustQuestion)
        await pilot.press("t")
        assert "1" in await asked(pilot, app, PaidQuestion), "a program may cost money too"
        await pilot.press("r")
        await ended(pilot, app)
        assert (tmp_path / "one.md").exists()

        await run_to_end(pilot, app)  # asked once
        assert len(project.list_runs()) == 2


async def test_a_changed_file_is_asked_about_again(tmp_path: Path) -> None:
    program(tmp_path, "one")
    project = project_in(tmp_path, environment=dict(os.environ))
    project.trust.note_paid(tmp_path)
    async with opened(project, plan_of("one")) as (app, pilot):
        await pilot.press("ctrl+r")
        await asked(pilot, app, TrustQuestion)
        await pilot.press("t")
        await ended(pilot, app)

        program(tmp_path, "one", write={"evil.md": "x"})
        await pilot.press("ctrl+r")
        assert "evil.md" in await asked(pilot, app, TrustQuestion)
        await pilot.press("b")
        await until(pilot, idle(app), "nothing goes on")
        assert not (tmp_path / "evil.md").exists()


async def test_a_run_that_goes_on_asks_who_never_agreed(tmp_path: Path) -> None:
    program(tmp_path, "one", exit=3)
    first = project_in(tmp_path, environment=dict(os.environ))
    first.trust.note_paid(tmp_path)
    async with opened(first, plan_of("one")) as (app, pilot):
        await pilot.press("ctrl+r")
        await asked(pilot, app, TrustQuestion)
        await pilot.press("t")
        await ended(pilot, app)

        await until(pilot, idle(app), "the next run may start")
        await pilot.press("f7")  # here it was agreed to
        await go_on(pilot, app)
        await until(pilot, lambda: len(first.open_run("last").tasks["one"].attempts) == 2, "again")
        await ended(pilot, app)

    again = project_in(tmp_path, environment=dict(os.environ))  # somebody else's memory
    async with opened(again, Plan()) as (app, pilot):
        await pilot.press("escape", "5")
        await until(pilot, lambda: app.main.runs_pane.has_focus_within, "the runs are there")
        await pilot.pause()
        await pilot.press("r")
        await go_on(pilot, app)
        assert "agent_double.py" in await asked(pilot, app, TrustQuestion)
        await pilot.press("b")
        await until(pilot, idle(app), "nothing goes on")
        assert len(again.open_run("last").tasks["one"].attempts) == 2


async def test_a_projects_server_is_named_with_its_address_and_key(tmp_path: Path) -> None:
    async with MessagesServer() as server:
        profiles = {"near": Profile(base_url=server.url, key_env="NEAR_KEY", model="near-1")}
        project = project_in(tmp_path, environment={"NEAR_KEY": "sk-near"}, profiles=profiles)
        plan = plan_for(task_named("a", backend="near"))
        async with opened(project, plan) as (app, pilot):
            await pilot.press("ctrl+r")
            text = await asked(pilot, app, TrustQuestion)
            assert server.url in text and "NEAR_KEY" in text and "sk-near" not in text
            assert server.requests == []
            await pilot.press("t")
            await until(
                pilot, lambda: isinstance(app.screen, PaidQuestion) or server.requests, "it goes on"
            )


# Money


async def test_the_first_paid_run_is_asked_about_once(tmp_path: Path) -> None:
    agent_file(tmp_path, "worker", "model: opus")
    async with MessagesServer() as server:
        project = project_in(tmp_path, server)
        plan = plan_for(task_named("a", specialist="worker"), task_named("b", specialist="worker"))
        async with opened(project, plan) as (app, pilot):
            await pilot.press("ctrl+r")
            text = await asked(pilot, app, PaidQuestion)
            assert "2" in text and "opus" in text
            await pilot.press("enter")
            await until(pilot, idle(app), "nothing goes on")
            assert server.requests == [] and not (tmp_path / "artifacts").exists()

            await pilot.press("ctrl+r")
            await asked(pilot, app, PaidQuestion)
            await pilot.press("r")
            await ended(pilot, app)
            assert len(server.requests) == 2
            await run_to_end(pilot, app)
            assert len(server.requests) == 4


async def test_a_run_that_goes_on_is_asked_about_its_rest(tmp_path: Path) -> None:
    async with MessagesServer() as server:
        server.on("work a", error(400))
        first = project_in(tmp_path, server)
        plan = plan_for(task_named("a"), task_named("b"))
        async with opened(first, plan) as (app, pilot):
            await pilot.press("ctrl+r")
            await asked(pilot, app, PaidQuestion)
            await pilot.press("r")
            await ended(pilot, app)

        async with opened(project_in(tmp_path, server), plan) as (app, pilot):
            before = len(server.requests)
            app._resume("last")
            await go_on(pilot, app)
            text = await asked(pilot, app, PaidQuestion)
            assert "1" in text
            await pilot.press("escape")
            await until(pilot, idle(app), "nothing goes on")
            assert len(server.requests) == before
