"""Tasks that meet at a file while both are running: found, and told with both and their times."""

import os
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.plans.plan import Limits, Plan
from orchtui.engine.run_events import events as ev
from tests.engine.programs_in_runs import program, task_of
from tests.engine.whole_runs import (
    Ended,
    agent_file,
    calls,
    closing,
    plan_for,
    project_in,
    read,
    run,
    said,
    scenes,
    task_named,
    write,
)
from tests.server import MessagesServer, Reply
from tests.server.replies import error

WHILE = 0.8
"""Seconds that a model takes for its last answer: the other one comes to the file meanwhile."""
LATER = 0.3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "project"
    place.mkdir()
    (place / "shared.md").write_text("old\n")
    agent_file(place, "worker", "tools: Read, Write")
    agent_file(place, "reader", "tools: Read")
    return place


async def meet(folder: Path, server: MessagesServer, plan: Plan, **replies: list[Reply]) -> Ended:
    server._script = scenes(**replies)
    async with closing(project_in(folder, server)) as project:
        return await run(project, plan)


def writer_and_reader(**fields: Any) -> Plan:
    """A task that declares a file, and one that nobody knows to read it."""
    return plan_for(
        task_named("a", specialist="worker", writes=("shared.md",)),
        task_named("b", specialist="worker", **fields),
    )


async def test_a_read_of_what_another_writes_is_told_with_both_and_their_times(
    folder: Path, server: MessagesServer
) -> None:
    ended = await meet(
        folder,
        server,
        writer_and_reader(),
        a=[calls(write("shared.md")), said(pause=WHILE)],
        b=[calls(read("shared.md"), pause=LATER), said()],
    )

    [race] = ended.of(ev.RaceDetected)
    assert (race.path, race.task, race.access) == ("shared.md", "b", "read")
    assert (race.other, race.other_access) == ("a", "write")
    assert ev.seconds(race.other_when) < ev.seconds(race.when)
    assert ended.run.races == [race]
    assert [line["path"] for line in ended.journal if line["kind"] == "race_detected"] == [
        "shared.md"
    ]
    wrote, later = race.other_when.partition("T")[2], race.when.partition("T")[2]
    line = (
        f"shared.md: Task 1 (Do work a now.) wrote it at {wrote}, "
        f"Task 2 (Do work b now.) read it at {later}"
    )
    for told in (ended.log, ended.result):
        assert line in told
        assert "the independence that was promised turned out false" in told
    assert "no race" not in ended.log.lower()


async def test_a_read_before_the_other_writes_is_one_too(
    folder: Path, server: MessagesServer
) -> None:
    ended = await meet(
        folder,
        server,
        writer_and_reader(),
        a=[calls(write("shared.md"), pause=LATER), said()],
        b=[calls(read("shared.md")), said(pause=WHILE)],
    )

    [race] = ended.of(ev.RaceDetected)
    assert (race.task, race.access, race.other, race.other_access) == ("a", "write", "b", "read")


async def test_a_read_of_what_is_not_there_yet_is_one_too(
    folder: Path, server: MessagesServer
) -> None:
    (folder / "shared.md").unlink()
    ended = await meet(
        folder,
        server,
        writer_and_reader(),
        a=[calls(write("shared.md"), pause=LATER), said()],
        b=[calls(read("shared.md")), said(pause=WHILE)],
    )

    [race] = ended.of(ev.RaceDetected)
    assert (race.other, race.other_access) == ("b", "read")


async def test_two_writes_of_one_declared_folder(folder: Path, server: MessagesServer) -> None:
    """Both declare it, and a person accepted that."""
    plan = plan_for(
        task_named("a", specialist="worker", writes=("out",)),
        task_named("b", specialist="worker", writes=("out",)),
    )
    project = project_in(folder, server)
    ids = tuple(finding.id for finding in project.check(plan).findings)
    accepted = plan_for(
        *(task_named(task.id, specialist="worker", writes=("out",), accepted=ids)
          for task in plan.tasks)
    )  # fmt: skip
    ended = await meet(
        folder,
        server,
        accepted,
        a=[calls(write("out/x.md", "a's\n")), said(pause=WHILE)],
        b=[calls(write("out/x.md", "b's\n"), pause=LATER), said()],
    )

    [race] = ended.of(ev.RaceDetected)
    assert (race.path, race.access, race.other_access) == ("out/x.md", "write", "write")


@pytest.mark.parametrize("how", ["one at a time", "after"])
async def test_there_is_none_where_one_came_after_the_other(
    folder: Path, server: MessagesServer, how: str
) -> None:
    limits = Limits(concurrency=1) if how == "one at a time" else Limits()
    fields = {"after": ("a",)} if how == "after" else {}
    plan = Plan(tasks=writer_and_reader(**fields).tasks, aggregate="collect", limits=limits)
    ended = await meet(
        folder,
        server,
        plan,
        a=[calls(write("shared.md")), said()],
        b=[calls(read("shared.md")), said()],
    )

    assert ended.of(ev.RaceDetected) == []
    assert (folder / "shared.md").read_text() == "new\n"
    assert "No race seen among the observed accesses" in ended.log
    assert "RACE" not in ended.result


async def test_there_is_none_where_both_only_read(folder: Path, server: MessagesServer) -> None:
    plan = plan_for(*(task_named(name, specialist="reader") for name in "ab"))
    replies = [calls(read("shared.md")), said(pause=LATER)]
    ended = await meet(folder, server, plan, a=replies, b=replies)

    assert ended.of(ev.RaceDetected) == []
    assert "No race seen among the observed accesses" in ended.log


async def test_there_is_none_where_both_write_apart(folder: Path, server: MessagesServer) -> None:
    """Undeclared files are kept for each task alone."""
    plan = plan_for(*(task_named(name, specialist="worker") for name in "ab"))
    ended = await meet(
        folder,
        server,
        plan,
        a=[calls(write("shared.md", "a's\n")), said(pause=WHILE)],
        b=[calls(write("shared.md", "b's\n")), calls(read("shared.md")), said()],
    )

    assert ended.of(ev.RaceDetected) == []
    for name in "ab":
        assert (ended.folder / "files" / name / "shared.md").read_text() == f"{name}'s\n"
    assert (folder / "shared.md").read_text() == "old\n"


async def test_one_that_failed_was_there_all_the_same(folder: Path, server: MessagesServer) -> None:
    ended = await meet(
        folder,
        server,
        writer_and_reader(),
        a=[calls(write("shared.md")), error(400)],
        b=[calls(read("shared.md"), pause=0.0), said(pause=LATER)],
    )

    assert ended.status("a")[0] == "failed"
    assert len(ended.of(ev.RaceDetected)) == 1
    assert "RACE" in ended.result


async def test_the_same_bytes_written_twice_are_one_change(
    folder: Path, server: MessagesServer
) -> None:
    """A later run replays what was told, no more and no less."""
    ended = await meet(
        folder,
        server,
        writer_and_reader(),
        a=[calls(write("shared.md")), said(pause=WHILE)],
        b=[calls(read("shared.md"), pause=LATER), calls(read("shared.md")), said()],
    )
    async with closing(project_in(folder, server)) as project:
        replayed = project.open_run("last")

    assert len(ended.run.races) == 1, "each kind of meeting is told once"
    assert replayed.races == ended.run.races


@pytest.mark.parametrize("declares", [True, False])
async def test_a_program_that_writes_what_a_model_reads(
    folder: Path, server: MessagesServer, declares: bool
) -> None:
    """Of a program the changed file is seen; who else was there is known of the model."""
    program(folder, "one", write={"shared.md": "the program's\n"}, wait=0.8)
    writes = ("shared.md",) if declares else ()
    plan = plan_for(task_of("one", writes=writes), task_named("b", specialist="reader"))
    server._script = scenes(b=[calls(read("shared.md"), pause=0.5), said(pause=0.6)])
    project = project_in(folder, server, environment=dict(os.environ))
    async with closing(project):
        ended = await run(project, plan)

    assert [ended.status(name)[0] for name in ("one", "b")] == ["completed"] * 2
    assert "no race" not in ended.log.lower()
    [race] = ended.of(ev.RaceDetected)
    assert {race.task, race.other} == {"one", "b"} and race.path == "shared.md"
    assert "**Not Observed**: what Task 1 read" in ended.log
