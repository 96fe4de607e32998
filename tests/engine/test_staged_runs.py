"""Runs that were staged by findings, on the virtual clock: what waits, for how long, for what.

A found dependency is a dependency like any other. Two tasks in conflict are
only never at work at once: the later one begins when the earlier one has
ended, however it ended.
"""

import asyncio

import pytest

from orchtui.engine.backends import base
from orchtui.engine.execution.executor import Executor
from orchtui.engine.independence.report import Finding
from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import fold
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.workspace.site import BareWorkspaces
from tests.engine import virtual_time
from tests.engine.scripted import (
    Scripted,
    Step,
    conflict,
    dependency,
    fails,
    kinds,
    says,
    schedule_of,
    task,
)
from tests.engine.staged import AB, BEHIND, BROKEN, overlaps, run, starts, statuses
from tests.engine.told import begun

# A dependency that was found is one like any other


def test_a_found_dependency_hands_the_result_over() -> None:
    backend = Scripted({"a": [says("the answer is 42", 5.0)]})

    events, folded = run(schedule_of(*AB, findings=[dependency("a", "b")]), backend)

    assert "the answer is 42" in backend.assignments[-1].whole_prompt
    assert folded.tasks["b"].started == folded.tasks["a"].ended
    assert starts(events) == ["a", "b"]


def test_who_builds_on_a_lost_task_is_skipped_also_when_it_was_only_found() -> None:
    schedule = schedule_of(*AB, findings=[dependency("a", "b")])

    _, folded = run(schedule, Scripted({"a": [BROKEN]}))

    assert statuses(folded) == ["failed", "skipped"]
    assert folded.tasks["b"].why == "it needs 'a', which failed"


# A conflict only orders


@pytest.mark.parametrize(
    ("script", "status"),
    [
        pytest.param(says("from a", 5.0), "completed", id="completed"),
        pytest.param(["half", 5.0, *BROKEN], "failed", id="failed"),
        pytest.param(["half", 500.0], "cancelled", id="cancelled"),
    ],
)
def test_the_later_one_waits_for_the_end_however_it_comes(script: list[Step], status: str) -> None:
    def act(executor: Executor, event: ev.RunEvent) -> None:
        if status == "cancelled" and isinstance(event, ev.TextDelta) and event.task == "a":
            executor.steering.cancel("a")

    backend = Scripted({"a": [script]})
    events, folded = run(BEHIND, backend, act)

    assert statuses(folded) == [status, "completed"]
    assert folded.tasks["b"].started == folded.tasks["a"].ended
    assert kinds(events, "b")[:2] == ["task_queued", "task_started"]
    assert backend.assignments[-1].whole_prompt == "do b", "no result is handed over"


def test_a_skipped_task_has_ended_too() -> None:
    schedule = schedule_of(
        task("lost"), task("a", after=("lost",)), task("b"), findings=[conflict("a", "b")]
    )

    _, folded = run(schedule, Scripted({"lost": [BROKEN]}))

    assert statuses(folded) == ["failed", "skipped", "completed"]


def test_a_task_that_waits_to_be_tried_again_has_not_ended() -> None:
    backend = Scripted({"a": [fails(after=50.0), says("at last", 5.0)]})
    schedule = schedule_of(task("a"), task("b"), findings=[conflict("a", "b")])

    events, folded = run(schedule, backend)

    assert starts(events) == ["a", "a", "b"]
    assert folded.tasks["b"].started == folded.tasks["a"].ended


def test_who_waits_for_two_waits_for_both() -> None:
    backend = Scripted({"a": [says("a", 5.0)], "b": [says("b", 50.0)]})
    schedule = schedule_of(
        *AB, task("c"), task("free"), findings=[dependency("a", "c"), conflict("b", "c")]
    )

    _, folded = run(schedule, backend)

    assert folded.tasks["c"].started == folded.tasks["b"].ended
    assert folded.tasks["free"].started == folded.tasks["a"].started


def test_who_waits_may_be_cancelled() -> None:
    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted):
            assert executor.steering.cancel("b")

    events, folded = run(BEHIND, Scripted(), act)

    assert statuses(folded) == ["completed", "cancelled"]
    assert kinds(events, "b") == ["task_cancelled"]


def test_two_in_conflict_do_not_meet_when_the_one_between_them_is_cancelled() -> None:
    """`c` would follow `a` by way of `b`; without `b` it still must not meet `a`."""
    findings = [conflict("a", "b"), dependency("b", "c"), conflict("a", "c"), conflict("b", "d")]
    schedule = schedule_of(
        *AB, task("c"), task("d"), findings=[*findings, conflict("a", "d", certain=False)]
    )

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and event.task == "a":
            executor.steering.cancel("b")

    events, folded = run(schedule, Scripted({"a": [says("a", 30.0)]}), act)

    assert statuses(folded) == ["completed", "cancelled", "skipped", "completed"]
    assert overlaps(events, [("a", "d")]) == []


# Limits of the whole run


def chain(count: int, **limits: object) -> Schedule:
    return schedule_of(
        *(task(f"t{n}") for n in range(count)),
        findings=[conflict(f"t{n - 1}", f"t{n}") for n in range(1, count)],
        limits=Limits(**limits),  # type: ignore[arg-type]
    )


def test_the_deadline_ends_those_who_wait_too() -> None:
    _, folded = run(chain(1500, deadline=2.5), Scripted())

    assert len(folded.with_status("completed")) == 2
    assert {one.error for one in folded.with_status("failed")} == {"deadline"}
    assert len(folded.with_status("failed")) == 1498


@pytest.mark.parametrize(
    ("finding", "status"), [(conflict("a", "b"), "failed"), (dependency("a", "b"), "skipped")]
)
def test_the_deadline_between_two_attempts_ends_those_who_wait_too(
    finding: Finding, status: str
) -> None:
    schedule = schedule_of(task("a"), task("b"), findings=[finding], limits=Limits(deadline=10.0))

    _, folded = run(schedule, Scripted({"a": [fails(after=50.0)]}))

    assert statuses(folded) == ["failed", status]


def test_the_budget_lets_nobody_start_who_waits() -> None:
    used = base.UsageReported(ev.Usage(output=100))
    backend = Scripted({"t0": [[1.0, "x", used, base.Finished("end_turn")]]})

    events, folded = run(chain(3, budget_tokens=50), backend)

    assert statuses(folded) == ["completed", "failed", "failed"]
    assert kinds(events, "t1") == kinds(events, "t2") == ["task_failed"]
    assert {one.error for one in folded.with_status("failed")} == {"budget"}


def test_cancelling_the_run_ends_those_who_wait_too() -> None:
    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted):
            executor.steering.cancel_all()

    events, folded = run(chain(1500), Scripted(), act)

    assert statuses(folded) == ["cancelled"] * 1500
    assert starts(events) == ["t0"]


@pytest.mark.parametrize(
    ("results", "order"),
    [
        pytest.param({"a": "from before"}, ["b"], id="a result of an earlier session is an end"),
        pytest.param({}, ["a", "b"], id="who failed in an earlier session runs again, and first"),
        pytest.param({"b": "from before"}, ["a"], id="the later one is done already"),
    ],
)
def test_a_resumed_run_keeps_its_order(results: dict[str, str], order: list[str]) -> None:
    backend = Scripted()

    async def scenario() -> None:
        executor = Executor(
            BEHIND,
            {"scripted": backend},
            Stamp(asyncio.get_running_loop().time),
            workspaces=BareWorkspaces("/"),
            results=results,
            attempts={"a": 1},
        )
        async for _ in executor.batches():
            pass

    virtual_time.run(scenario())

    assert [one.task for one in backend.assignments] == order
    assert backend.most == 1


# Journals


def test_a_journal_from_before_there_were_findings_opens() -> None:
    line = (
        '{"kind":"run_started","seq":1,"at":"2026-01-15T10:00:00.000Z","format":1,"run":"old",'
        '"plan":{"tasks":[{"id":"a","prompt":"x"},{"id":"b","prompt":"y","after":["a"]}]},'
        '"schedule":{"tasks":[{"id":"a","label":"x","position":1,"prompt":"x","specialist":"r",'
        '"instance":"r-A","backend":"scripted","tail":2.0,"timeout":1800.0,"retries":2,'
        '"max_tokens":8000},{"id":"b","label":"y","position":2,"prompt":"y","specialist":"r",'
        '"instance":"r-B","backend":"scripted","after":["a"],"timeout":1800.0,"retries":2,'
        '"max_tokens":8000}],"concurrency":8,"backend":"scripted"},"version":"0.1.0"}'
    )

    old = fold.replay([ev.decode(line)])

    assert old is not None
    assert (old.schedule.staged, old.schedule.accepted) == ((), ())
    assert [(one.after, one.behind) for one in old.schedule.tasks] == [((), ()), (("a",), ())]
    _, folded = run(old.schedule, Scripted())
    assert statuses(folded) == ["completed", "completed"]


def test_a_journal_opens_with_the_reasons_that_staged_its_run() -> None:
    schedule = schedule_of(*AB, findings=[conflict("a", "b")])

    opened = fold.replay([ev.decode(ev.encode(begun(schedule)))])

    assert opened is not None
    assert opened.schedule == schedule
