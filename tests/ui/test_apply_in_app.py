"""After a run with tools: `a` shows its files, and only what is accepted lands in the project."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Plan
from orchtui.engine.sessions.project import Project
from orchtui.ui.dialogs.changes_view import ChangesView
from tests.engine.whole_runs import (
    agent_file,
    calls,
    plan_for,
    project_in,
    said,
    scenes,
    task_named,
    write,
)
from tests.server import MessagesServer, Stall
from tests.server.replies import error
from tests.ui.conftest import ended, run_to_end, sees, until
from tests.ui.whole_app import asked, opened
from tests.ui.whole_app import said as told


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer() as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: MessagesServer) -> Project:
    agent_file(tmp_path, "worker", "tools: Read, Write")
    (tmp_path / "old.md").write_text("old line\n")
    server._script = scenes(
        a=[calls(write("docs/new.md"), write("old.md", "a's line\n", "w2")), said()],
        b=[calls(write("b.md")), said()],
    )
    project = project_in(tmp_path, server)
    project.trust.note_paid(tmp_path)
    return project


def plan_of(*ids: str) -> Plan:
    return plan_for(*(task_named(id, specialist="worker") for id in ids))


def compared(view: object) -> bool:
    return isinstance(view, ChangesView) and len(view._meetings) == len(view._changes)


async def test_what_is_accepted_lands(project: Project) -> None:
    folder = project.folder
    async with opened(project, plan_of("a", "b")) as (app, pilot):
        await run_to_end(pilot, app)
        assert not (folder / "docs").exists() and not (folder / "b.md").exists()
        await told(pilot, app, "3 files for the project: a on the timeline shows them")
        await pilot.press("a")
        text = await asked(pilot, app, ChangesView)
        await until(pilot, lambda: compared(app.screen), "the files are compared")
        assert "3 files that the run wrote" in text
        await pilot.press("down", "down")
        await sees(pilot, app, "a's line")
        await sees(pilot, app, "old line")
        await pilot.press("space", "up", "space", "enter")
        await told(pilot, app, "2 files applied")

        assert (folder / "old.md").read_text() == "a's line\n"
        assert (folder / "docs" / "new.md").read_text() == "new\n"
        assert not (folder / "b.md").exists()


async def test_the_key_stands_in_the_footer_also_on_a_narrow_terminal(project: Project) -> None:
    async with opened(project, plan_of("a", "b"), size=(80, 24)) as (app, pilot):
        await run_to_end(pilot, app)
        await sees(pilot, app, "a Apply")
        await pilot.press("4")
        await sees(pilot, app, "a Apply", "Follow")


@pytest.mark.parametrize("keys", [["a", "escape"], ["enter", "escape"]])
async def test_who_goes_back_accepts_nothing(project: Project, keys: list[str]) -> None:
    async with opened(project, plan_of("a")) as (app, pilot):
        await run_to_end(pilot, app)
        await pilot.press("a")
        await asked(pilot, app, ChangesView)
        await until(pilot, lambda: compared(app.screen), "the files are compared")
        await pilot.press(*keys)
        await until(pilot, lambda: not isinstance(app.screen, ChangesView), "it is closed")
        await pilot.pause()

        assert (project.folder / "old.md").read_text() == "old line\n"
        assert not (project.folder / "docs").exists()


async def test_what_a_person_changed_meanwhile_is_called_a_conflict(project: Project) -> None:
    async with opened(project, plan_of("a")) as (app, pilot):
        await run_to_end(pilot, app)
        (project.folder / "old.md").write_text("a person's\n")
        await pilot.press("a")
        await asked(pilot, app, ChangesView)
        await until(pilot, lambda: compared(app.screen), "the files are compared")
        await pilot.press("down")
        await sees(pilot, app, "CONFLICT")
        await pilot.press("a", "enter")  # all that meet nothing
        await told(pilot, app, "1 file applied")

        assert (project.folder / "old.md").read_text() == "a person's\n"


async def test_a_failed_tasks_files_are_there_too(project: Project, server: MessagesServer) -> None:
    server._script = scenes(a=[calls(write("half.md")), error(400)])
    async with opened(project, plan_of("a")) as (app, pilot):
        await run_to_end(pilot, app)
        await pilot.press("a")
        await asked(pilot, app, ChangesView)
        await until(pilot, lambda: compared(app.screen), "the files are compared")
        await sees(pilot, app, "it may be unfinished")
        await pilot.press("space", "enter")
        await told(pilot, app, "1 file applied")

        assert (project.folder / "half.md").exists()


async def test_a_past_runs_files_can_be_brought_over(
    project: Project, server: MessagesServer
) -> None:
    async with opened(project, plan_of("a")) as (app, pilot):
        await run_to_end(pilot, app)
    async with opened(project_in(project.folder, server), plan_of("b")) as (app, pilot):
        app.main.action_go("runs")
        await until(pilot, lambda: app.main.runs_pane.has_focus_within, "the runs are there")
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: app.main.shown is not None, "the run is open")
        app.main.action_go("timeline")
        await pilot.pause()
        await pilot.press("a")
        await asked(pilot, app, ChangesView)
        await until(pilot, lambda: compared(app.screen), "the files are compared")
        await pilot.press("a", "enter")
        await told(pilot, app, "2 files applied")

    assert (project.folder / "docs" / "new.md").exists()


async def test_what_has_ended_can_be_brought_over_while_others_work(
    project: Project, server: MessagesServer
) -> None:
    server._script = scenes(a=[calls(write("a.md")), said()], b=[(Stall(),)])
    async with opened(project, plan_of("a", "b")) as (app, pilot):
        await pilot.press("ctrl+r")
        await until(
            pilot,
            lambda: app.live.run is not None and app.live.run.tasks["a"].status == "completed",
            "one has ended",
        )
        app.main.action_go("timeline")
        await pilot.pause()
        await pilot.press("a")
        await asked(pilot, app, ChangesView)
        await until(pilot, lambda: compared(app.screen), "the files are compared")
        await pilot.press("space", "enter")
        await told(pilot, app, "1 file applied")
        app.live.cancel_all()
        await ended(pilot, app)

    assert (project.folder / "a.md").exists()


async def test_a_run_without_files_says_so(project: Project, server: MessagesServer) -> None:
    server._script = scenes(a=[said()])
    async with opened(project, plan_of("a")) as (app, pilot):
        await pilot.press("escape")
        app.action_apply_changes()
        await told(pilot, app, "Nothing has run yet")
        await run_to_end(pilot, app)
        await pilot.press("a")
        await sees(pilot, app, "This run wrote no files.")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, ChangesView), "it is closed")
