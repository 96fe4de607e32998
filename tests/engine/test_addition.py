"""A task that joins a run while it goes on: resolved like the others, kept like the others."""

from pathlib import Path

import pytest

from orchtui.engine.errors import InputError
from orchtui.engine.journals import journal
from orchtui.engine.plan_files.plan_file import load_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.fold import replay
from orchtui.engine.sessions.orchestrator import Orchestrator
from orchtui.engine.sessions.project import Project
from orchtui.engine.telling.execution_log import log
from tests.engine.whole_runs import project_in

QUICK = "[rehearse: 5 words, 1 ms]"
STALL = "[rehearse: stall, 5 words, 1 ms]"
PLAN = Plan(
    backend="rehearsal",
    tasks=(
        Task(id="a", prompt=f"Write about cats {STALL}", writes=("cats.md",)),
        Task(id="b", prompt=f"Write about dogs {QUICK}"),
    ),
)


async def joined(project: Project, task: Task) -> Orchestrator:
    """A run that `task` joins when `b` has completed; `a` is stopped in the end."""
    async with project.start(PLAN) as orchestrator:
        async for event in orchestrator:
            if isinstance(event, ev.TaskCompleted) and event.task == "b":
                assert orchestrator.add(project.addition(orchestrator.run, task))
                assert not orchestrator.add(project.addition(orchestrator.run, task))
            done = isinstance(event, ev.TaskCompleted) and event.task == task.id
            if done or (isinstance(event, ev.TaskAdded) and event.staged):
                orchestrator.cancel("a")
    await project.close()
    return orchestrator


async def test_it_is_written_down_and_can_be_folded_again(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    task = Task(id="late", title="Birds", prompt=f"Write about birds {QUICK}")

    session = await joined(project, task)

    run, folder = session.run, session.run_folder
    again = replay(journal.read(folder))
    assert again is not None
    assert list(again.tasks) == list(run.tasks) == ["a", "b", "late"]
    assert run.tasks["late"].status == "completed"
    assert run.tasks["late"].task.instance == "writer-C"
    assert load_plan(folder / "plan.yaml").tasks[-1] == task
    assert (folder / "parallel-task-3.md").read_text().startswith("# Birds")
    assert "Birds" in (folder / "parallel-result.md").read_text()
    text = log(run, task_output=str, result_output="r.md")
    assert "## Changes by Hand" in text
    assert "Z: added 'late', Birds" in text and "Z: stopped 'a'" in text


async def test_a_run_with_an_added_task_can_be_resumed(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    first = await joined(project, Task(id="late", prompt=f"Write about birds {QUICK}"))

    async with project.resume(first.run.id) as orchestrator:
        async for event in orchestrator:
            if isinstance(event, ev.TaskStarted):
                orchestrator.cancel(event.task)
    await project.close()

    assert list(orchestrator.run.tasks) == ["a", "b", "late"]
    assert orchestrator.run.tasks["late"].status == "completed"
    assert orchestrator.run.tasks["a"].status == "cancelled"


async def test_it_waits_for_what_stands_in_its_way_and_says_why(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    task = Task(id="late", prompt=f"Write about birds {QUICK}", writes=("cats.md",))

    session = await joined(project, task)

    [staged] = session.run.schedule.staged
    assert (staged.before, staged.after, staged.kind) == ("a", "late", "write_conflict")
    late, cats = session.run.tasks["late"], session.run.tasks["a"]
    assert late.started is not None and cats.ended is not None
    assert late.started >= cats.ended


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (Task(id="late", prompt="x", backend="local"), "'local' takes no part in this run"),
        (Task(id="late", prompt="x", command=("true",)), "'command' takes no part in this run"),
        (Task(id="late", prompt="x", after=("nobody",)), "'nobody', which is not in the plan"),
        (Task(id="late"), "no prompt and no command"),
        (Task(id="b", prompt="x"), "several tasks have the id b"),
    ],
)
async def test_what_can_not_join_is_refused_with_the_reason(
    tmp_path: Path, task: Task, words: str
) -> None:
    project = project_in(tmp_path)
    async with project.start(PLAN) as orchestrator:
        async for _ in orchestrator:
            with pytest.raises(InputError, match=words):
                project.addition(orchestrator.run, task)
            break
        orchestrator.cancel_all()
    await project.close()


async def test_a_run_that_has_ended_takes_nothing_in(tmp_path: Path) -> None:
    project = project_in(tmp_path)
    session = await joined(project, Task(id="late", prompt=f"Write about birds {QUICK}"))

    more = project.addition(session.run, Task(id="later", prompt="x"))

    assert session.steering is None
    assert not session.add(more)
