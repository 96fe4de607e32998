"""Agent programs in whole runs: where they work, what comes back, what is left of them."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from orchtui.engine.changed_files.applying import apply
from orchtui.engine.changed_files.changes import Ground, changes_of
from orchtui.engine.plans.plan import Limits, Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.sessions.orchestrator import Orchestrator
from tests.engine.backends.acp_helpers import AGENTS as ACP_AGENTS
from tests.engine.programs_in_runs import (
    clean_machine,
    plan_of,
    program,
    task_of,
    worktrees,
)
from tests.engine.whole_runs import Ended, agent_file, closing, follow, project_in, run
from tests.engine.workspace.repositories import no_configuration, repository, state


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with one file."""
    no_configuration(monkeypatch)
    place = repository(tmp_path / "project", shared_md="old\n", _gitignore="artifacts\n")
    (place / "artifacts").mkdir()
    (place / "artifacts" / "kept").touch()
    return place


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """A project folder that is no git repository."""
    place = tmp_path / "plain"
    place.mkdir()
    (place / "shared.md").write_text("old\n")
    return place


async def run_in(folder: Path, plan: Plan) -> Ended:
    async with closing(project_in(folder, environment=dict(os.environ))) as project:
        return await run(project, plan)


def two_writers(folder: Path, **more: object) -> None:
    for name in ("one", "two"):
        program(folder, name, write={"shared.md": f"{name}'s\n", f"{name}.md": "new\n"}, **more)


# In a git repository


async def test_two_that_write_get_a_worktree_each(folder: Path, tmp_path: Path, home: Path) -> None:
    two_writers(folder, meet=str(tmp_path / "meeting"))
    before = state(folder)

    ended = await run_in(folder, plan_of("one", "two"))

    texts = [ended.run.tasks[name].text for name in ("one", "two")]
    assert all("Together." in text for text in texts), "both ran at once"
    places = {text.partition("In ")[2].partition(". ")[0] for text in texts}
    assert len(places) == 2 and str(folder) not in places
    for name in ("one", "two"):
        assert ended.status(name) == ("completed", None)
        kept = f"files/{name}/{name}.md"
        assert ended.written(name)[f"{name}.md"] == kept
        assert (ended.folder / kept).read_text() == "new\n"
        assert (ended.folder / "files" / name / "shared.md").read_text() == f"{name}'s\n"
        [seen] = ended.of(ev.FilesSeen, name)
        assert seen.sight == "worktree"
        assert [event.name for event in ended.of(ev.ToolCalled, name)] == ["Write", "Write"]
    assert ended.of(ev.RaceDetected) == []
    assert (folder / "shared.md").read_text() == "old\n"
    assert not (folder / "one.md").exists()
    assert state(folder) == before
    assert worktrees(home) == []
    assert "**Not Observed**: what Task 1, Task 2 read" in ended.log
    assert "no race" not in ended.log.lower()


async def test_what_comes_back_can_be_applied(folder: Path, tmp_path: Path) -> None:
    program(folder, "one", write={"docs/new.md": "new\n"}, meet=str(tmp_path / "meeting"))
    program(folder, "two", delete=["shared.md"], meet=str(tmp_path / "meeting"))
    ended = await run_in(folder, plan_of("one", "two"))

    changes = changes_of(ended.run, ended.folder)
    done = apply(changes, Ground(folder, folder / "artifacts"), ended.folder)

    assert [(one.path, one.outcome) for one in done] == [
        ("docs/new.md", "applied"),
        ("shared.md", "applied"),
    ]
    assert (folder / "docs" / "new.md").read_text() == "new\n"
    assert not (folder / "shared.md").exists()


async def test_uncommitted_work_is_in_the_worktree(folder: Path, tmp_path: Path) -> None:
    (folder / "shared.md").write_text("not committed\n")
    for name in ("one", "two"):
        program(folder, name, read="shared.md", meet=str(tmp_path / "meeting"))

    ended = await run_in(folder, plan_of("one", "two"))

    for name in ("one", "two"):
        assert "Read: not committed" in ended.run.tasks[name].text
        assert ended.written(name) == {}


async def test_declared_writes_of_a_worktree_wait_like_all_others(
    folder: Path, tmp_path: Path
) -> None:
    two_writers(folder, meet=str(tmp_path / "meeting"))
    tasks = (task_of("one", writes=("one.md",)), task_of("two"))

    ended = await run_in(folder, Plan(tasks=tasks, aggregate="collect"))

    assert ended.written("one")["one.md"] == "files/one/one.md"
    assert not (folder / "one.md").exists()
    assert (folder / "shared.md").read_text() == "old\n"


async def test_one_alone_works_in_the_project_itself(folder: Path, home: Path) -> None:
    program(folder, "one", write={"one.md": "new\n"})

    ended = await run_in(folder, plan_of("one"))

    assert f"In {folder}." in ended.run.tasks["one"].text
    assert ended.of(ev.FilesSeen)[0].sight == "folder"
    assert ended.written("one") == {"one.md": ""}
    assert (folder / "one.md").exists()


async def test_two_that_only_read_share_the_project(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        program(folder, name, "tools: Read, Grep", meet=str(tmp_path / "meeting"))

    ended = await run_in(folder, plan_of("one", "two"))

    for name in ("one", "two"):
        assert f"In {folder}. Together." in ended.run.tasks[name].text


async def test_a_second_attempt_begins_with_a_new_worktree(
    folder: Path, tmp_path: Path, home: Path
) -> None:
    """What the first one kept is neither taken for the second one's, nor in its way."""
    for name in ("one", "two"):
        once = str(tmp_path / f"once-{name}")
        program(folder, name, write={"shared.md": "new\n"}, read="left.md", once=once)
    async with closing(project_in(folder, environment=dict(os.environ))) as project:
        first = await run(project, plan_of("one", "two"))
        ended = await follow(project.resume(first.run.id))

    for name in ("one", "two"):
        assert ended.status(name) == ("completed", None)
        assert len(ended.run.tasks[name].attempts) == 2
        assert ended.written(name) == {"shared.md": f"files/{name}/shared.md"}
        assert (ended.folder / f"files/{name}/shared.md").read_text() == "new\n"
        assert "Read: nothing" in ended.run.tasks[name].text
    assert worktrees(home) == []


@pytest.mark.parametrize("how", ["timeout", "cancelled"])
async def test_who_is_stopped_has_its_changes_kept(
    folder: Path, tmp_path: Path, home: Path, how: str
) -> None:
    two_writers(folder, meet=str(tmp_path / "meeting"), wait=30)

    def act(one: Orchestrator, event: ev.RunEvent) -> None:
        if (
            how == "cancelled"
            and isinstance(event, ev.ToolReturned)
            and event.call == "Write-shared.md"
        ):
            asyncio.get_running_loop().call_later(0.3, one.cancel_all)

    plan = plan_of("one", "two", timeout=2.0 if how == "timeout" else 30.0)
    async with closing(project_in(folder, environment=dict(os.environ))) as project:
        ended = await run(project, plan, act)

    for name in ("one", "two"):
        assert ended.run.tasks[name].status == ("failed" if how == "timeout" else "cancelled")
        assert f"{name}.md" in ended.written(name)
    assert (folder / "shared.md").read_text() == "old\n"
    assert worktrees(home) == []


# Without git


async def test_without_git_the_pair_is_found_and_waits(plain: Path, tmp_path: Path) -> None:
    two_writers(plain)
    async with closing(project_in(plain, environment=dict(os.environ))) as project:
        report = project.check(plan_of("one", "two"))
        ended = await run(project, plan_of("one", "two"))

    [finding] = [one for one in report.findings if one.kind != "pattern"]
    assert (finding.kind, finding.severity) == ("shared_resource", "warning")
    assert report.stages == (("one",), ("two",))
    first, second = ended.run.tasks["one"], ended.run.tasks["two"]
    assert first.ended is not None and second.started is not None
    assert second.started >= first.ended
    assert (plain / "shared.md").read_text() == "two's\n"
    assert "- Not at the same time as one (guessed): " in ended.log


async def test_without_git_who_accepts_it_has_them_at_once(plain: Path, tmp_path: Path) -> None:
    two_writers(plain, meet=str(tmp_path / "meeting"))
    async with closing(project_in(plain, environment=dict(os.environ))) as project:
        found = project.check(plan_of("one", "two")).findings
        accepted = tuple(one.id for one in found if one.kind == "shared_resource")
        ended = await run(project, plan_of("one", "two", accepted=accepted))

    for name in ("one", "two"):
        assert "Together." in ended.run.tasks[name].text
    assert "**Accepted Findings**: 1" in ended.log
    assert "no race" not in ended.log.lower(), "nobody can tell whose write was whose"


# What an agent file and a program say of each other


async def test_the_program_is_called_as_its_agent_file_says(plain: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.json"
    lines = ("tools: Read, Bash(git log:*)", "model: opus", "maxTurns: 4")
    program(plain, "one", *lines, note=str(note))

    ended = await run_in(plain, plan_of("one"))

    noted = json.loads(note.read_text())
    called = " ".join(noted["arguments"])
    assert "--output-format=stream-json" in called and "--model=opus" in called
    assert "Bash(git log:*)" in called and "4" in called
    assert "Work well." in called
    assert "Describe the weather of Rome." in noted["prompt"]
    attempt = ended.run.tasks["one"].attempt
    assert attempt is not None and attempt.model == "double-1"
    assert (attempt.usage.input, attempt.usage.output) == (7, 3)
    assert ended.of(ev.TaskStarted)[0].backend == "claude"


# What is left after faults


FAULTS = {
    "binary": "import sys; sys.stdout.buffer.write(bytes(range(256)) * 100)",
    "half": 'print(\'{"type": "assistant", \')',
    "code": "import sys; sys.stderr.write('boom'); sys.exit(3)",
    "deaf": "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)",
    "silent": "pass",
    "forks": "import os, time\nif os.fork() == 0: time.sleep(60)",
    "unread": "import os; os.close(0); print('x')",
}


AGENT_FAULTS: dict[str, list[dict[str, object]]] = {
    "dies": [{"tell": "half an answer"}, {"exit": 1}],
    "garbage": [{"print": "no JSON"}, {"print": "{"}, {"exit": 0}],
    "stuck": [{"deaf": True}, {"sleep": 60}],
}


async def test_nothing_is_left_of_programs_that_fail(
    folder: Path, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, code in FAULTS.items():
        argv = json.dumps([sys.executable, "-c", code])
        agent_file(folder, name, f"orchtui: {{backend: claude, command: {argv}}}")
    for name, steps in AGENT_FAULTS.items():
        script = json.dumps({"session/prompt": steps})
        argv = json.dumps([sys.executable, str(ACP_AGENTS / "scripted.py"), script])
        agent_file(folder, name, f"orchtui: {{backend: acp, command: {argv}}}")
    absent = json.dumps([str(tmp_path / "nobody")])
    agent_file(folder, "absent", f"orchtui: {{backend: claude, command: {absent}}}")
    program(folder, "one", write={"one.md": "new\n"})
    bad = (*FAULTS, *AGENT_FAULTS, "absent")
    before = state(folder)
    patience = {"deaf": 1.0, "stuck": 2.0}
    tasks = tuple(task_of(name, timeout=patience.get(name, 30.0)) for name in (*bad, "one"))
    plan = Plan(tasks=tasks, aggregate="collect", limits=Limits(concurrency=len(tasks)))

    await run_in(folder, plan_of("one"))  # what is made once stays
    (folder / "one.md").unlink()
    monkeypatch.setenv("OF_THIS_TEST", "yes-of-this-one")
    with clean_machine(tmp_path / "temporary", "yes-of-this-one"):
        ended = await run_in(folder, plan)

    assert ended.status("one") == ("completed", None)
    for name in bad:
        assert ended.status(name)[0] == "failed" and ended.run.tasks[name].why, name
    assert ended.status("deaf")[1] == "timeout"
    assert ended.status("code")[1] == "command" and "boom" in ended.run.tasks["code"].why
    assert "nobody" in ended.run.tasks["absent"].why
    assert worktrees(home) == [] and state(folder) == before
