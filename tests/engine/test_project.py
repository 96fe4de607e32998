"""The one door to a project: what it starts, opens and refuses."""

import json
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from msgspec import structs

from orchtui.engine.backends.registry import Backends
from orchtui.engine.errors import InputError, RunNotFoundError, StorageError
from orchtui.engine.independence import Finding, IndependenceReport, check
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.sessions import prospects
from orchtui.engine.sessions.project import Project
from tests.engine.schedules import build
from tests.engine.scripted import conflict, report_of, task


def project(folder: Path, backend: str | None = "rehearsal") -> Project:
    nowhere = {"ORCHTUI_LOCAL_MODEL": str(folder / "no-such-model.gguf")}
    return Project(
        folder=folder, out=folder / "artifacts", backends=Backends(nowhere, chosen=backend)
    )


QUICK = Plan(tasks=(Task(id="a", prompt="Write [rehearse: 5 words, 1 ms]"),))


async def run(one: Project, plan: Plan) -> str:
    async with one.start(plan) as orchestrator:
        async for _ in orchestrator:
            pass
    await one.close()
    return orchestrator.run.id


SAME_FILE = Plan(
    tasks=(
        Task(id="a", prompt="Write [rehearse: 5 words, 1 ms]", writes=("out.md",)),
        Task(id="b", prompt="Paint [rehearse: 5 words, 1 ms]", writes=("out.md",)),
    )
)


def test_a_run_is_staged_by_what_its_plan_says(tmp_path: Path) -> None:
    one = project(tmp_path)

    [staged] = one.schedule(SAME_FILE).staged

    assert (staged.before, staged.after, staged.certain) == ("a", "b", True)
    assert staged.finding in [finding.id for finding in one.check(SAME_FILE).findings]


def test_who_has_a_report_already_hands_it_over(tmp_path: Path) -> None:
    """A second opinion is in it, and very many tasks are not looked at twice."""
    plan = Plan(tasks=(task("a"), task("b")))
    one = project(tmp_path)
    report = report_of(*plan.tasks, findings=[conflict("a", "b")])

    assert one.schedule(plan).staged == ()
    assert [staged.after for staged in one.schedule(plan, report).staged] == ["b"]
    assert [staged.after for staged in one.start(plan, report).schedule.staged] == ["b"]


def test_tasks_that_wait_for_each_other_are_told_as_such(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a", after=("b",)), task("b", after=("a",))))

    with pytest.raises(InputError, match="in a circle: a → b → a"):
        project(tmp_path).start(plan)


async def test_a_staged_run_keeps_its_order_and_its_reasons_when_it_is_resumed(
    tmp_path: Path,
) -> None:
    one = project(tmp_path)
    async with one.start(SAME_FILE) as first:
        async for _ in first:
            break
    again = one.resume(first.run.id)
    assert again.schedule == first.schedule
    async with again:
        async for _ in again:
            pass
    await one.close()

    tasks = again.run.tasks
    ended, started = tasks["a"].ended, tasks["b"].started
    assert ended is not None and started is not None and started >= ended
    log = (tmp_path / "artifacts" / "parallel-log.md").read_text()
    assert "- Dependencies: a\n- Not at the same time as a (certain): " in log


async def test_a_run_from_before_there_were_findings_can_be_shown_and_resumed(
    tmp_path: Path,
) -> None:
    one = project(tmp_path)
    async with one.start(SAME_FILE, report_of(*SAME_FILE.tasks)) as first:
        async for _ in first:
            break
    journal = first.run_folder / "events.jsonl"
    assert not {"staged", "accepted", "behind"} & set(json.loads(journal.read_text())["schedule"])

    again = one.resume(first.run.id)
    async with again:
        async for _ in again:
            pass
    await one.close()

    assert [task.status for task in one.open_run("last").tasks.values()] == ["completed"] * 2


async def test_a_run_is_found_by_id_prefix_and_last(tmp_path: Path) -> None:
    one = project(tmp_path)
    ids = [await run(one, QUICK) for _ in range(3)]

    assert ids == sorted(ids)
    assert one.run_folder("last").name == ids[-1]
    assert one.open_run(ids[0]).id == ids[0]
    assert [summary.id for summary in one.list_runs()] == ids[::-1]


async def test_a_copied_run_folder_is_not_gone_on_with(tmp_path: Path) -> None:
    one = project(tmp_path)
    run_id = await run(one, QUICK)
    runs = tmp_path / "artifacts" / "runs"
    shutil.copytree(runs / run_id, runs / "backup")
    before = (runs / run_id / "events.jsonl").read_bytes()

    with pytest.raises(StorageError, match="of another run"):
        one.resume("backup")

    assert (runs / run_id / "events.jsonl").read_bytes() == before


async def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path) -> None:
    one = project(tmp_path)
    run_id = await run(one, QUICK)

    with pytest.raises(InputError, match="nothing left to do"):
        one.resume(run_id)


@pytest.mark.parametrize("kind", ["aggregated", "run_finished"])
async def test_a_run_that_was_killed_before_its_last_files_writes_them_when_it_goes_on(
    tmp_path: Path, kind: str
) -> None:
    one = project(tmp_path)
    async with one.start(QUICK) as first:
        async for event in first:
            if ev.kind_of(event) == "task_completed":
                at_the_start = (first.run_folder / "summary.json").read_text()
    journal, out = first.run_folder / "events.jsonl", tmp_path / "artifacts"
    kinds = [json.loads(line)["kind"] for line in journal.read_text().splitlines()]
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(lines[: kinds.index(kind) + 1]))
    (first.run_folder / "summary.json").write_text(at_the_start)
    for name in ("parallel-result.md", "parallel-log.md"):
        (out / name).unlink()
    assert one.list_runs()[0].verdict == "INTERRUPTED"

    async with one.resume("last") as again:
        events = [event async for event in again]
    await one.close()

    assert [ev.kind_of(event) for event in events] == ["run_resumed", "aggregated", "run_finished"]
    assert "COMPLETED" in (out / "parallel-result.md").read_text()
    assert (out / "parallel-log.md").exists()
    assert one.list_runs()[0].verdict == "COMPLETED"


@pytest.mark.parametrize("begun", [b"", b'{"kind":"run_started","seq":1'])
async def test_a_run_that_could_not_begin_is_no_run(tmp_path: Path, begun: bytes) -> None:
    one = project(tmp_path)
    run_id = await run(one, QUICK)
    empty = tmp_path / "artifacts" / "runs" / "99991231-000000-000ffff"
    empty.mkdir()
    (empty / "events.jsonl").write_bytes(begun)

    assert one.run_folder("last").name == run_id


async def test_a_journal_that_is_none_does_not_hide_the_other_runs(tmp_path: Path) -> None:
    one = project(tmp_path)
    run_id = await run(one, QUICK)
    odd = tmp_path / "artifacts" / "runs" / "99991231-000000-000ffff"
    (odd / "events.jsonl").mkdir(parents=True)

    assert one.run_folder("last").name == run_id
    assert one.run_folder(run_id[:-1]).name == run_id
    with pytest.raises(RunNotFoundError, match="no run begins with"):
        one.run_folder("9998")


@pytest.mark.parametrize("asked", ["99991231-000000-000ffff", "9999"])
async def test_a_run_whose_journal_is_gone_is_not_called_unknown(
    tmp_path: Path, asked: str
) -> None:
    one = project(tmp_path)
    await run(one, QUICK)
    (tmp_path / "artifacts" / "runs" / "99991231-000000-000ffff").mkdir()

    with pytest.raises(RunNotFoundError, match=r"99991231\S+ can not be opened: its journal"):
        one.run_folder(asked)


async def test_only_the_journals_of_runs_that_are_meant_are_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = project(tmp_path)
    ids = [await run(one, QUICK) for _ in range(3)]
    looked: list[str] = []

    def began(path: Path) -> bool:
        looked.append(path.name)
        return True

    monkeypatch.setattr(past_runs, "_began", began)
    assert (one.run_folder("last").name, one.run_folder(ids[0]).name) == (ids[-1], ids[0])
    assert looked == [ids[-1], ids[0]]


async def test_a_rehearsed_synthesis_makes_the_run_a_rehearsal(tmp_path: Path) -> None:
    programs = Plan(
        backend="rehearsal", aggregate="synthesize", tasks=(Task(id="a", command=("echo", "hi")),)
    )
    one = project(tmp_path, backend=None)

    run_id = await run(one, programs)

    assert one.open_run(run_id).rehearsal
    assert "REHEARSAL" in (tmp_path / "artifacts" / "parallel-result.md").read_text()


def test_programs_alone_need_no_backend_even_where_a_synthesis_is_wanted(tmp_path: Path) -> None:
    programs = Plan(aggregate="synthesize", tasks=(Task(id="a", command=("true",)),))

    assert project(tmp_path, backend=None).schedule(programs).backend == ""


def test_the_synthesis_is_made_by_the_backend_that_the_tasks_name() -> None:
    tasks = (Task(id="a", prompt="x", backend="rehearsal"),)

    assert build(Plan(aggregate="synthesize", tasks=tasks), backend="").backend == "rehearsal"


def test_a_plans_silence_limit_is_not_meant_for_programs() -> None:
    plan = Plan(
        limits=Limits(idle_timeout=60.0),
        tasks=(
            Task(id="program", command=("true",)),
            Task(id="own", command=("true",), idle_timeout=5.0),
            Task(id="model", prompt="x"),
        ),
    )

    schedule = build(plan, backend="rehearsal")
    by_flag = build(plan, backend="rehearsal", overrides=Overrides(limits=Limits(idle_timeout=9.0)))

    assert [task.idle_timeout for task in schedule.tasks] == [None, 5.0, 60.0]
    assert [task.idle_timeout for task in by_flag.tasks] == [9.0, 9.0, 9.0]


def test_no_model_is_named_where_none_can_be_chosen() -> None:
    tasks = (Task(id="a", prompt="x", backend="local"), Task(id="b", prompt="x"))

    schedule = build(Plan(model="opus", tasks=tasks), backend="anthropic")

    assert [task.model for task in schedule.tasks] == [None, "opus"]


def test_a_plan_that_has_not_changed_is_not_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of tasks take seconds, and whoever starts a plan has mostly just shown it."""
    looked = []

    def counted(plan: Plan, more: Iterable[Finding] = ()) -> IndependenceReport:
        looked.append(plan)
        return check(plan, more)

    monkeypatch.setattr(prospects, "check", counted)
    one = project(tmp_path)
    first = one.check(SAME_FILE)
    assert one.check(SAME_FILE) is first
    assert one.schedule(SAME_FILE).staged
    assert len(looked) == 1
    other = structs.replace(SAME_FILE, tasks=SAME_FILE.tasks[:1])
    assert [each.kind for each in one.check(other).findings] == ["pattern"]
    assert one.check(SAME_FILE) == first
    assert len(looked) == 3
