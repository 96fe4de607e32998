"""One session of a run on real files: what is on disk, when, and that it agrees."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from orchtui.engine.backends import base
from orchtui.engine.errors import StorageError
from orchtui.engine.journals import journal
from orchtui.engine.plans.plan import Limits, Plan
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders.storage import Storage
from orchtui.engine.runs import fold, verdict
from orchtui.engine.runs import run as runs
from orchtui.engine.sessions import orchestrator as orchestrators
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from tests.engine.schedules import build
from tests.engine.scripted import Scripted, Step, fails, says, task


def orchestrator(
    plan: Plan,
    backend: Scripted,
    tmp_path: Path,
    past: runs.Run | None = None,
    chosen: str = "scripted",
) -> Orchestrator:
    backend.pace = 0.01
    return Orchestrator(
        plan,
        build(plan, backend=chosen) if past is None else past.schedule,
        Crew(backends={"scripted": backend, "command": backend}),
        folder=tmp_path,
        out=tmp_path / "artifacts",
        past=past,
    )


async def finish(one: Orchestrator) -> list[ev.RunEvent]:
    async with one:
        return [event async for event in one]


def read_back(one: Orchestrator) -> runs.Run:
    opened = fold.replay(journal.read(one.run_folder))
    assert opened is not None
    return opened


PLAN = Plan(tasks=(task("a"), task("b"), task("c", after=("a",))))


async def test_a_run_leaves_all_its_files(tmp_path: Path) -> None:
    one = orchestrator(PLAN, Scripted(), tmp_path)

    events = await finish(one)

    assert isinstance(events[0], ev.RunStarted)
    assert isinstance(events[-1], ev.RunFinished)
    assert sorted(path.name for path in one.run_folder.iterdir()) == [
        "events.jsonl",
        "parallel-log.md",
        "parallel-result.md",
        "parallel-task-1.md",
        "parallel-task-2.md",
        "parallel-task-3.md",
        "plan.yaml",
        "summary.json",
    ]
    published = tmp_path / "artifacts"
    for name in ("parallel-task-1.md", "parallel-result.md", "parallel-log.md"):
        assert (published / name).read_text() == (one.run_folder / name).read_text()
    assert "result of b" in (published / "parallel-task-2.md").read_text()


async def test_a_plan_with_a_name_publishes_under_that_name(tmp_path: Path) -> None:
    await finish(orchestrator(Plan(name="async", tasks=PLAN.tasks), Scripted(), tmp_path))

    names = {path.name for path in (tmp_path / "artifacts").glob("*.md")}
    assert names == {
        "parallel-async-1.md",
        "parallel-async-2.md",
        "parallel-async-3.md",
        "parallel-result-async.md",
        "parallel-async-log.md",
    }


async def test_what_a_shorter_run_does_not_publish_is_removed_and_nothing_else(
    tmp_path: Path,
) -> None:
    out = tmp_path / "artifacts"
    await finish(orchestrator(PLAN, Scripted(), tmp_path))
    (out / "parallel-task-9.md").write_text("mine")

    await finish(orchestrator(Plan(tasks=PLAN.tasks[:1]), Scripted(), tmp_path))

    assert {path.name for path in out.glob("parallel-task-*.md")} == {
        "parallel-task-1.md",
        "parallel-task-9.md",
    }


async def test_the_journal_folds_to_the_same_run(tmp_path: Path) -> None:
    one = orchestrator(PLAN, Scripted({"b": [fails(retryable=False)]}), tmp_path)

    await finish(one)

    again = read_back(one)
    assert [(t.status, t.text, t.why) for t in again.tasks.values()] == [
        (t.status, t.text, t.why) for t in one.run.tasks.values()
    ]
    assert again.finished == one.run.finished


async def test_a_completion_is_on_disk_before_it_is_told(tmp_path: Path) -> None:
    one = orchestrator(PLAN, Scripted(), tmp_path)

    async with one:
        async for event in one:
            if isinstance(event, ev.TaskCompleted):
                lines = (one.run_folder / "events.jsonl").read_text().splitlines()
                assert event.seq in [json.loads(line)["seq"] for line in lines]
                assert (one.run_folder / event.output).read_text().startswith("# ")


async def test_task_files_grow_while_text_arrives(tmp_path: Path) -> None:
    script: list[Step] = ["the first part", 0.8, " and the rest", base.Finished("end_turn")]
    one = orchestrator(Plan(tasks=(task("a"),)), Scripted({"a": [script]}), tmp_path)

    async with one:
        stream = aiter(one)
        async for event in stream:
            if isinstance(event, ev.TextDelta):
                break
        await asyncio.sleep(0.5)
        growing = (one.run_folder / "parallel-task-1.md").read_text()
        rest = [event async for event in stream]

    assert "RUNNING" in growing
    assert growing.endswith("the first part")
    assert isinstance(rest[-1], ev.RunFinished)
    final = (one.run_folder / "parallel-task-1.md").read_text()
    assert final.count("the first part and the rest") == 1
    assert "RUNNING" not in final


async def test_verdict_census_and_files_agree_when_tasks_fail(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a"), task("b"), task("c", after=("b",))))
    backend = Scripted({"b": [["partly done", *fails("auth", retryable=False)]]})
    one = orchestrator(plan, backend, tmp_path)

    events = await finish(one)

    finished = events[-1]
    assert isinstance(finished, ev.RunFinished)
    assert finished.verdict == "PARTIAL"
    assert finished.census == ev.Census(total=3, completed=1, failed=1, skipped=1)
    result = (tmp_path / "artifacts" / "parallel-result.md").read_text()
    assert "**PARTIAL**: 1 of 3 tasks completed (1 failed, 1 skipped)" in result
    assert result.index("## Missing") < result.index("result of a")
    assert "partly done" not in result
    assert "partly done" in (tmp_path / "artifacts" / "parallel-task-2.md").read_text()
    assert not (tmp_path / "artifacts" / "parallel-task-3.md").exists()
    log = (tmp_path / "artifacts" / "parallel-log.md").read_text()
    assert "**Success Rate**: 33% (1/3)" in log
    summary = json.loads((one.run_folder / "summary.json").read_text())
    assert summary["verdict"] == "PARTIAL"


# Aggregation

SYNTHESIS = Plan(aggregate="synthesize", request="Say it all", tasks=PLAN.tasks)


async def test_a_synthesis_is_made_from_the_results_and_stands_outside_the_census(
    tmp_path: Path,
) -> None:
    backend = Scripted({ev.AGGREGATE: [says("One text that joins a, b and c.")]})
    one = orchestrator(SYNTHESIS, backend, tmp_path)

    await finish(one)

    prompt = backend.assignments[-1].whole_prompt
    assert "Say it all" in prompt
    assert all(f"result of {name}" in prompt for name in "abc")
    assert verdict.census(one.run).total == 3
    result = (one.run_folder / "parallel-result.md").read_text()
    assert "One text that joins a, b and c." in result
    assert "result of a" not in result


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        (fails("server", retryable=False), "a server error"),
        ([base.Finished("end_turn")], "the answer is empty"),
        (["cut", base.Finished("max_tokens")], "the answer was cut off"),
        (says("ok"), "its answer is only a placeholder"),
    ],
)
async def test_a_synthesis_that_can_not_stand_falls_back_to_collecting_and_says_so(
    tmp_path: Path, script: list[Step], reason: str
) -> None:
    backend = Scripted({ev.AGGREGATE: [script]})
    one = orchestrator(SYNTHESIS, backend, tmp_path)
    one._synthesizer = _without_waiting(one)  # type: ignore[method-assign]

    events = await finish(one)

    [aggregated] = [event for event in events if isinstance(event, ev.Aggregated)]
    assert (aggregated.strategy, aggregated.asked) == ("collect", "synthesize")
    assert reason in (aggregated.fallback or "")
    result = (one.run_folder / "parallel-result.md").read_text()
    assert "**No synthesis was made**" in result
    assert "result of a" in result
    assert one.run.finished is not None
    assert one.run.finished.verdict == "COMPLETED"


def _without_waiting(one: Orchestrator):  # type: ignore[no-untyped-def]
    make = one._synthesizer

    def made(tasks, stamp):  # type: ignore[no-untyped-def]
        executor = make(tasks, stamp)
        executor._wait = lambda failures: 0.01
        return executor

    return made


async def test_nothing_is_synthesized_from_nothing(tmp_path: Path) -> None:
    failing = {name: [fails(retryable=False)] for name in "ab"}
    backend = Scripted(failing)
    one = orchestrator(
        Plan(aggregate="synthesize", tasks=(task("a"), task("b"))), backend, tmp_path
    )

    await finish(one)

    assert len(backend.assignments) == 2
    assert one.run.aggregated is not None
    assert one.run.aggregated.fallback == "no task completed"
    assert one.run.finished is not None
    assert one.run.finished.verdict == "FAILED"


async def test_time_is_kept_for_the_synthesis_before_the_deadline(tmp_path: Path) -> None:
    plan = Plan(
        aggregate="synthesize", limits=Limits(deadline=2.0), tasks=(task("a"), task("slow"))
    )
    backend = Scripted(
        {
            "a": [says("result of a", 0.1)],
            "slow": [says("too late", 60.0)],
            ev.AGGREGATE: [says("What there is to say about a, in a sentence.")],
        }
    )
    one = orchestrator(plan, backend, tmp_path)

    await finish(one)

    assert one.run.tasks["slow"].error == "deadline"
    assert one.run.tasks["slow"].seconds(0) == pytest.approx(1.6, abs=0.2)
    assert "deadline of 2.0s" in one.run.tasks["slow"].why
    assert one.run.aggregated is not None
    assert one.run.aggregated.strategy == "synthesize"
    assert one.run.aggregated.absent == ("slow",)


async def test_no_time_is_kept_for_a_synthesis_that_nobody_makes(tmp_path: Path) -> None:
    tasks = (task("a", command=("a",)), task("slow", command=("slow",)))
    plan = Plan(aggregate="synthesize", limits=Limits(deadline=2.0), tasks=tasks)
    backend = Scripted({"a": [says("result of a", 0.1)], "slow": [says("too late", 60.0)]})
    one = orchestrator(plan, backend, tmp_path, chosen="")

    await finish(one)

    assert (one.run.tasks["slow"].seconds(0) or 0) > 1.8
    assert one.run.aggregated is not None
    assert one.run.aggregated.strategy == "collect"


# Steering, leaving and coming back


async def test_cancelling_a_run_keeps_what_was_written(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("done"), task("slow"), task("later", after=("slow",))))
    backend = Scripted({"done": [says("done")], "slow": [["half a sentence", 60.0]]})
    one = orchestrator(plan, backend, tmp_path)

    async with one:
        async for event in one:
            if isinstance(event, ev.TextDelta) and event.task == "slow":
                one.cancel_all()

    assert one.run.finished is not None
    assert one.run.finished.verdict == "CANCELLED"
    assert "half a sentence" in (one.run_folder / "parallel-task-2.md").read_text()
    result = (one.run_folder / "parallel-result.md").read_text()
    assert "**CANCELLED**: 1 of 3 tasks completed" in result


async def test_a_run_that_is_left_early_can_be_resumed_and_keeps_its_results(
    tmp_path: Path,
) -> None:
    plan = Plan(tasks=(task("a"), task("slow"), task("c", after=("a", "slow"))))
    backend = Scripted({"a": [says("kept")], "slow": [["half", 60.0], says("whole")]})
    one = orchestrator(plan, backend, tmp_path)
    async with one:
        async for event in one:
            if isinstance(event, ev.TextDelta) and event.task == "slow":
                break
    past = read_back(one)
    assert past.finished is None

    two = orchestrator(plan, backend, tmp_path, past=past)
    events = await finish(two)

    [resumed] = [event for event in events if isinstance(event, ev.RunResumed)]
    assert (resumed.reused, resumed.again) == (("a",), ("slow", "c"))
    assert two.run.finished is not None
    assert two.run.finished.verdict == "COMPLETED"
    assert [assignment.task for assignment in backend.assignments] == ["a", "slow", "slow", "c"]
    assert "kept" in backend.assignments[-1].whole_prompt
    folded = read_back(two)
    assert folded.tasks["slow"].text == "whole"
    assert len(folded.sessions) == 2


async def test_two_sessions_can_not_write_one_run(tmp_path: Path) -> None:
    one = orchestrator(PLAN, Scripted({"a": [[60.0]]}), tmp_path)
    async with one:
        past = read_back(one)
        with pytest.raises(StorageError, match="written by another process"):
            await finish(orchestrator(PLAN, Scripted(), tmp_path, past=past))


async def test_an_unwritable_folder_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "artifacts").write_text("a file in the way")
    backend = Scripted()

    with pytest.raises(StorageError, match="artifacts"):
        await finish(orchestrator(PLAN, backend, tmp_path))

    assert backend.assignments == []


async def test_a_resumed_run_keeps_its_earlier_result_and_counts_its_earlier_synthesis(
    tmp_path: Path,
) -> None:
    used = base.UsageReported(ev.Usage(output=7))
    synthesis: list[Step] = [used, "Everything in one text, part after part.", *says("")[2:]]
    plan = Plan(aggregate="synthesize", tasks=(task("a"), task("b", retries=0)))
    backend = Scripted(
        {"b": [fails(retryable=False), says("b at last")], ev.AGGREGATE: [synthesis]}
    )
    one = orchestrator(plan, backend, tmp_path)
    await finish(one)

    two = orchestrator(plan, backend, tmp_path, past=read_back(one))
    await finish(two)

    assert "PARTIAL" in (two.run_folder / "parallel-result-1.md").read_text()
    assert "COMPLETED" in (two.run_folder / "parallel-result.md").read_text()
    assert two.run.usage.output == 14


async def test_a_run_is_read_again_once_nobody_else_can_write_it(tmp_path: Path) -> None:
    """Two people resume at once: the second goes on from what the first has left."""
    plan = Plan(tasks=(task("a"), task("b", retries=0)))
    backend = Scripted({"b": [fails(retryable=False), says("b at last")]})
    one = orchestrator(plan, backend, tmp_path)
    await finish(one)
    seen_too_early = read_back(one)
    await finish(orchestrator(plan, backend, tmp_path, past=read_back(one)))

    three = orchestrator(plan, backend, tmp_path, past=seen_too_early)
    events = await finish(three)

    assert [ev.kind_of(event) for event in events] == ["run_resumed", "aggregated", "run_finished"]
    assert read_back(three).finished == three.run.finished


async def test_a_run_that_died_in_its_synthesis_can_be_finished(tmp_path: Path) -> None:
    plan = Plan(aggregate="synthesize", tasks=(task("a"),))
    synthesis: list[list[Step]] = [
        ["half of it", 60.0],
        says("The whole of it, in a sentence or so."),
    ]
    backend = Scripted({ev.AGGREGATE: synthesis})
    one = orchestrator(plan, backend, tmp_path)
    async with one:
        async for event in one:
            if isinstance(event, ev.TextDelta) and event.task == ev.AGGREGATE:
                break

    two = orchestrator(plan, backend, tmp_path, past=read_back(one))
    events = await finish(two)

    assert [e.attempt for e in events if isinstance(e, ev.TaskStarted)] == [2]
    assert two.run.finished is not None
    assert "The whole of it" in (two.run_folder / "parallel-result.md").read_text()
    assert read_back(two).of(ev.AGGREGATE).text == "The whole of it, in a sentence or so."


async def test_no_synthesis_once_the_budget_is_used_up(tmp_path: Path) -> None:
    used = base.UsageReported(ev.Usage(output=100))
    backend = Scripted({"a": [[used, "text of a", base.Finished("end_turn")]]})
    plan = Plan(aggregate="synthesize", limits=Limits(budget_tokens=50), tasks=(task("a"),))
    one = orchestrator(plan, backend, tmp_path)

    await finish(one)

    assert len(backend.assignments) == 1
    assert one.run.aggregated is not None
    assert one.run.aggregated.fallback == "the budget of 50 tokens is used up: 0 in, 100 out"


async def test_a_start_that_fails_gives_the_run_back(tmp_path: Path) -> None:
    one = orchestrator(PLAN, Scripted(), tmp_path)
    await finish(one)
    (one.run_folder / "plan.yaml").unlink()
    (one.run_folder / "plan.yaml").mkdir()

    with pytest.raises(StorageError, match="plan.yaml"):
        await finish(orchestrator(PLAN, Scripted(), tmp_path, past=read_back(one)))

    assert not journal.is_alive(one.run_folder)


async def test_an_accepted_cut_off_is_told_everywhere(tmp_path: Path) -> None:
    plan = Plan(tasks=(task("a", accept_truncated=True),))
    one = orchestrator(
        plan, Scripted({"a": [["In the depths", base.Finished("max_tokens")]]}), tmp_path
    )

    await finish(one)

    for name in ("parallel-task-1.md", "parallel-result.md", "parallel-log.md"):
        assert "cut off at max_tokens" in (one.run_folder / name).read_text(), name


@pytest.mark.parametrize("at_once", [1, 3, 1000])
async def test_what_comes_together_is_committed_bit_by_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Thousands of events would hold up the loop, in which keys are answered."""
    monkeypatch.setattr(orchestrators, "_AT_ONCE", at_once)
    sizes: list[int] = []
    keep = Storage.keep

    async def counted(self: Storage, batch: Sequence[ev.RunEvent]) -> None:
        sizes.append(len(batch))
        await keep(self, batch)

    monkeypatch.setattr(Storage, "keep", counted)
    one = orchestrator(PLAN, Scripted(), tmp_path)
    told = await finish(one)

    assert max(sizes) <= at_once
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    assert list(journal.read(one.run_folder)) == told
    assert (one.out / "parallel-result.md").read_text() == one.result
    assert [task.status for task in read_back(one).tasks.values()] == ["completed"] * 3


async def test_what_is_left_to_cancel(tmp_path: Path) -> None:
    """Once all tasks have ended, and no synthesis is to come, it is only written."""
    one = orchestrator(PLAN, Scripted(), tmp_path)
    found: dict[str, bool] = {}
    assert not one.only_writes
    async with one:
        async for event in one:
            found.setdefault(ev.kind_of(event), one.only_writes)
    assert not found["task_started"]
    assert found["aggregated"] and found["run_finished"]
    asked = orchestrator(Plan(tasks=PLAN.tasks, aggregate="synthesize"), Scripted(), tmp_path)
    async with asked:
        async for _ in asked:
            assert not asked.only_writes or asked.run.aggregated is not None
    assert asked.only_writes
