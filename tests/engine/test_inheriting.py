"""A changed plan is a new run that takes over what has not changed, and stands alone."""

import json
import shutil
from pathlib import Path

import pytest

from orchtui.engine.changed_files.changes import changes_of
from orchtui.engine.errors import RunNotFoundError, StorageError
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Plan
from orchtui.engine.resumption.inheriting import copy_files
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import Overrides
from tests.engine.test_resuming import FAIL, QUICK, follow, project, states, task
from tests.engine.whole_runs import (
    agent_file,
    calls,
    closing,
    plan_for,
    project_in,
    run,
    said,
    scenes,
    task_named,
    write,
)
from tests.server import MessagesServer

PLAN = Plan(tasks=(task("a"), task("b"), task("c", after=("b",))))


def replayed(folder: Path, run_id: str) -> Run:
    opened = fold.replay(journal.read(folder / "artifacts" / "runs" / run_id))
    assert opened is not None
    return opened


async def test_what_did_not_change_is_taken_over_and_the_new_run_stands_alone(
    tmp_path: Path,
) -> None:
    parent = await follow(project(tmp_path).start(PLAN))
    changed = Plan(tasks=(task("a"), task("b", QUICK + " in verse"), *PLAN.tasks[2:], task("d")))

    one = project(tmp_path).start(changed, parent=parent.id[:-1])
    assert one.reuse is not None
    assert one.reuse.reasons == {
        "b": "its prompt changed",
        "c": "it needs 'b', which runs again",
        "d": f"it is not in run {parent.id}",
    }
    await follow(one)
    shutil.rmtree(tmp_path / "artifacts" / "runs" / parent.id)

    again = replayed(tmp_path, one.run.id)
    assert again.id != parent.id and again.parent == parent.id
    assert states(again) == {
        "a": ("completed", 0),
        "b": ("completed", 1),
        "c": ("completed", 1),
        "d": ("completed", 1),
    }
    assert again.tasks["a"].text == parent.tasks["a"].text
    reused = again.tasks["a"].reused
    assert reused is not None
    assert (reused.run, reused.backend) == (parent.id, "rehearsal")
    assert reused.took_s == pytest.approx(parent.tasks["a"].seconds(0), abs=0.01)
    assert again.finished is not None and again.finished.census.reused == 1


async def test_who_builds_on_what_was_taken_over_is_handed_it(tmp_path: Path) -> None:
    parent = await follow(project(tmp_path).start(PLAN))
    changed = Plan(tasks=(*PLAN.tasks[:2], task("c", QUICK + " anew", after=("b",))))

    one = project(tmp_path).start(changed, parent=parent.id)
    await follow(one)

    assert states(one.run)["b"] == ("completed", 0)
    assert one._executor is not None
    assert one._executor._board.work["b"].result == parent.tasks["b"].text


async def test_every_file_says_where_a_result_comes_from(tmp_path: Path) -> None:
    parent = await follow(project(tmp_path).start(PLAN))
    one = project(tmp_path).start(
        Plan(name="second", tasks=(*PLAN.tasks, task("d"))), parent="last"
    )
    await follow(one)

    words = f"taken over from run {parent.id}"
    for name in ("parallel-task-1.md", "parallel-result.md", "parallel-log.md"):
        assert words in (one.run_folder / name).read_text(), name
    assert words in (tmp_path / "artifacts" / "parallel-second-1.md").read_text()
    result = (one.run_folder / "parallel-result.md").read_text()
    assert f"4 of 4 tasks completed. 3 results were taken over from run {parent.id}." in result
    log = (one.run_folder / "parallel-log.md").read_text()
    assert f"Parent: run {parent.id}, 3 results taken over" in log
    assert f"- Status: TAKEN OVER from run {parent.id}, made 20" in log
    assert "- Completion: taken over ✓ (no time and no tokens of this run" in log
    assert "**Taken Over**: 3 of 4 results" in log
    summary = json.loads((one.run_folder / "summary.json").read_text())
    assert (summary["parent"], summary["census"]["reused"]) == (parent.id, 3)


async def test_only_what_ran_here_takes_time_and_makes_a_speedup(tmp_path: Path) -> None:
    slow = Plan(tasks=(task("a", "[rehearse: 5 words, 60 ms]"), task("b")))
    await follow(project(tmp_path).start(slow))

    same = project(tmp_path).start(slow, parent="last")
    await follow(same)

    finished = same.run.finished
    assert finished is not None
    assert finished.verdict == "COMPLETED"
    assert (finished.sequential_s, finished.makespan_s) == (0.0, 0.0)
    assert (finished.speedup, finished.bottleneck) == (None, None)
    assert finished.usage == ev.Usage()


async def test_a_grandchild_names_the_run_in_which_a_result_was_made(tmp_path: Path) -> None:
    first = await follow(project(tmp_path).start(PLAN))
    second = await follow(project(tmp_path).start(PLAN, parent=first.id))

    third = await follow(project(tmp_path).start(PLAN, parent=second.id))

    assert third.parent == second.id
    reused, origin = third.tasks["a"].reused, second.tasks["a"].reused
    assert reused is not None and origin is not None
    assert (reused.run, reused.made_at) == (first.id, origin.made_at)


async def test_a_result_that_was_taken_over_can_be_made_again_later(tmp_path: Path) -> None:
    agent_file(tmp_path, "smith", system="Forge.")
    plan = Plan(tasks=(task("a", specialist="smith"), task("b", FAIL)))
    parent = await follow(project(tmp_path).start(plan))
    child = await follow(project(tmp_path).start(plan, parent=parent.id))
    assert states(child) == {"a": ("completed", 0), "b": ("failed", 1)}
    agent_file(tmp_path, "smith", system="Forge it hotter.")

    one = project(tmp_path).resume(child.id)
    await follow(one)

    assert states(one.run) == {"a": ("completed", 1), "b": ("failed", 2)}
    assert replayed(tmp_path, child.id).tasks["a"].reused is None
    assert "taken over from" in (one.run_folder / "parallel-task-1-1.md").read_text()
    assert "taken over" not in (one.run_folder / "parallel-task-1.md").read_text()


async def test_who_works_is_inherited_but_neither_limits_nor_a_rehearsal(tmp_path: Path) -> None:
    flags = Overrides(backend="rehearsal", limits=project(tmp_path).defaults)
    plan = Plan(backend="lab", tasks=(task("a", command=("echo", "hi")), task("b", FAIL)))
    parent = await follow(project(tmp_path, chosen=None, overrides=flags).start(plan))

    child = project(tmp_path, chosen=None).prospect(plan, parent=parent.id)

    assert child.terms.overrides == Overrides()
    assert [one.backend for one in child.schedule.tasks] == ["command", "lab"]
    assert child.reuse is not None and child.reuse.reused == ()


async def test_a_parent_that_is_not_there_is_told_and_nothing_starts(tmp_path: Path) -> None:
    with pytest.raises(RunNotFoundError, match="there are no runs"):
        project(tmp_path).start(PLAN, parent="last")
    assert not (tmp_path / "artifacts").exists()


# Files that tasks kept


async def kept(tmp_path: Path, server: MessagesServer) -> Run:
    """A run whose one task keeps a file, and is done."""
    agent_file(tmp_path, "worker", "tools: Read, Write")
    server._script = scenes(a=[calls(write("docs/new.md", "text\n")), said("All done.")])
    async with closing(project_in(tmp_path, server)) as one:
        ended = await run(one, plan_for(task_named("a", specialist="worker")))
    assert ended.written() == {"docs/new.md": "files/a/docs/new.md"}
    return ended.run


async def test_the_files_that_a_task_kept_come_along(
    tmp_path: Path, server: MessagesServer
) -> None:
    parent = await kept(tmp_path, server)
    asked = len(server.requests)
    plan = plan_for(task_named("a", specialist="worker"))

    async with closing(project_in(tmp_path, server)) as one:
        orchestrator = one.start(plan, parent=parent.id)
        child = await follow(orchestrator)
    shutil.rmtree(tmp_path / "artifacts" / "runs" / parent.id)

    assert len(server.requests) == asked
    [change] = changes_of(child, orchestrator.run_folder)
    assert (change.path, change.task) == ("docs/new.md", "a")
    assert (orchestrator.run_folder / change.kept).read_text() == "text\n"


async def test_a_task_whose_files_are_gone_runs_again(
    tmp_path: Path, server: MessagesServer
) -> None:
    parent = await kept(tmp_path, server)
    (tmp_path / "artifacts" / "runs" / parent.id / "files/a/docs/new.md").unlink()

    async with closing(project_in(tmp_path, server)) as one:
        child = one.prospect(plan_for(task_named("a", specialist="worker")), parent=parent.id)

    assert child.reuse is not None
    assert child.reuse.reasons == {"a": "a file that it wrote is gone: files/a/docs/new.md"}


@pytest.mark.parametrize(
    "path", ["files/a/../../secret", "/etc/hostname", "files/b/x", "files/a/link"]
)
async def test_a_forged_journal_copies_nothing_from_elsewhere(
    tmp_path: Path, server: MessagesServer, path: str
) -> None:
    parent = await kept(tmp_path, server)
    folder = tmp_path / "artifacts" / "runs" / parent.id
    (tmp_path / "secret").write_text("key")
    (folder / "files" / "a" / "link").symlink_to(tmp_path / "secret")
    attempt = parent.tasks["a"].attempts[-1]
    assert attempt.files is not None
    forged = ev.FileChange(path="x", kept=path)
    attempt.files = ev.FilesSeen(
        seq=9, at=ev.iso(0), task="a", attempt=1, sight="tools", written=(forged,)
    )

    with pytest.raises(StorageError):
        copy_files(parent, folder, ["a"], tmp_path / "new")

    assert not (tmp_path / "new").exists()
