"""Second attempts in whole runs: the real SDK, tools and disk; the server hangs for one task."""

from pathlib import Path

import pytest

from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Limits, Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold, verdict
from tests.engine.whole_runs import (
    agent_file,
    calls,
    closing,
    first_words,
    follow,
    plan_for,
    project_in,
    read,
    round_of,
    run,
    said,
    task_named,
)
from tests.server import MessagesServer, Received, Reply, Stall

QUICK = ("a", "b", "c")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a specialist that only reads."""
    place = tmp_path / "project"
    (place / "docs").mkdir(parents=True)
    (place / "docs" / "spec.md").write_text("one apple\n")
    agent_file(place, "reader", "tools: Read")
    return place


class Server:
    """Answers at once, but for the first tries at the slow task."""

    def __init__(self, hangs: int = 1) -> None:
        self.hangs = hangs
        self.asked = 0
        """Conversations about the slow task."""

    def __call__(self, received: Received) -> Reply:
        if "work slow " not in first_words(received):
            return said("Done at once.", pause=0.05)
        if round_of(received) == 0:
            self.asked += 1
            return calls(read("docs/spec.md"))
        return (Stall(),) if self.asked <= self.hangs else said("The apple is red.")


def plan(**limits: object) -> Plan:
    tasks = [task_named(name, specialist="reader") for name in (*QUICK, "slow")]
    given = Limits(hedge=1.0, concurrency=8, **limits)  # type: ignore[arg-type]
    return plan_for(*tasks, limits=given)


async def test_the_answer_of_the_second_attempt_is_the_tasks(
    folder: Path, server: MessagesServer
) -> None:
    server._script = Server()
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan())
    slow = ended.run.tasks["slow"]
    assert ended.status("slow") == ("completed", None)
    assert slow.text == "The apple is red." and "The apple is red." in ended.result
    assert [one.overtaken for one in slow.attempts] == [True, False]
    assert [len(one.tools) for one in slow.attempts] == [1, 1]
    assert all(one.files is not None and one.files.read for one in slow.attempts)
    assert verdict.verdict(ended.run) == "COMPLETED"
    assert "overtaken by attempt 2" in ended.log
    assert fold.replay(journal.read(ended.folder)) == ended.run
    assert "Attempt 1 ended" not in (ended.folder / "parallel-task-4.md").read_text()


async def test_a_run_that_is_left_meanwhile_goes_on_as_if_there_had_been_none(
    folder: Path, server: MessagesServer
) -> None:
    script = server._script = Server(hangs=2)
    async with closing(project_in(folder, server)) as project:
        first = project.start(plan())
        async with first:
            async for event in first:
                if isinstance(event, ev.TaskHedged):
                    break
        left = list(journal.read(first.run_folder))
        assert isinstance(left[-1], ev.TaskHedged)
        script.hangs = 0
        ended = await follow(project.resume(first.run.id))
    slow = ended.run.tasks["slow"]
    assert slow.status == "completed" and slow.hedge is None
    assert [one.number for one in slow.attempts] == [1, 3], "the second one's number is taken"
    assert [one.message for one in slow.hedges] == ["the run was interrupted"]
    assert verdict.census(ended.run).completed == 4
    assert ended.run.slots.taken == 0


async def test_a_specialist_that_may_write_gets_none(folder: Path, server: MessagesServer) -> None:
    agent_file(folder, "reader", "tools: Read, Write")
    server._script = Server()
    async with closing(project_in(folder, server)) as project:
        ended = await run(project, plan(timeout=1.0))
    assert ended.of(ev.TaskHedged) == []
    assert ended.status("slow") == ("failed", "timeout")
