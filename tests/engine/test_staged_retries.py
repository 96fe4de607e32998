"""Tried again by hand in a staged run: whoever comes again lets the other one finish."""

import pytest

from orchtui.engine.execution.executor import Executor
from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from tests.engine.scripted import (
    Scripted,
    Step,
    conflict,
    dependency,
    fails,
    says,
    schedule_of,
    task,
)
from tests.engine.staged import AB, BEHIND, BROKEN, overlaps, run, starts, statuses


def when(kind: type[ev.TaskEvent], task_id: str, *again: str):  # type: ignore[no-untyped-def]
    """Try tasks again at the first such event of a task; remembers what the executor said."""
    answers: list[list[str]] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if not answers and isinstance(event, kind) and event.task == task_id:
            answers.append(executor.steering.retry(again))

    return act, answers


def test_the_earlier_one_tried_again_lets_the_later_one_finish() -> None:
    backend = Scripted({"a": [BROKEN, says("now", 5.0)], "b": [says("b", 50.0)]})
    act, answers = when(ev.TaskStarted, "b", "a")

    events, folded = run(BEHIND, backend, act)

    assert answers == [["a"]]
    assert statuses(folded) == ["completed", "completed"]
    assert folded.tasks["a"].attempts[-1].started == folded.tasks["b"].ended


@pytest.mark.parametrize("script", [["x", 9.0, *BROKEN], [9.0, *fails(after=20.0)]])
def test_it_also_waits_for_a_later_one_that_fails_or_is_tried_again(script: list[Step]) -> None:
    backend = Scripted({"a": [BROKEN, says("now", 5.0)], "b": [script, says("b", 5.0)]})
    schedule = schedule_of(task("a"), task("b"), findings=[conflict("a", "b")])
    act, _ = when(ev.TaskStarted, "b", "a")

    events, folded = run(schedule, backend, act)

    assert folded.tasks["a"].attempts[-1].started == folded.tasks["b"].ended
    assert overlaps(events, [("a", "b")]) == []


def test_it_also_waits_for_a_later_one_that_has_no_slot_yet() -> None:
    slow = [task(name, priority="critical") for name in ("slow", "next")]
    schedule = schedule_of(
        slow[0],
        task("a", priority="critical", retries=0),
        slow[1],
        task("b"),
        findings=[conflict("a", "b")],
        limits=Limits(concurrency=2),
    )
    backend = Scripted(
        {
            "a": [BROKEN, says("now", 5.0)],
            "slow": [says("slow", 50.0)],
            "next": [says("next", 50.0)],
        }
    )
    act, answers = when(ev.TaskStarted, "next", "a")

    events, folded = run(schedule, backend, act)

    assert answers == [["a"]]
    assert starts(events) == ["a", "slow", "next", "b", "a"]
    assert overlaps(events, [("a", "b")]) == []


def test_it_also_waits_for_a_later_one_between_two_attempts() -> None:
    backend = Scripted(
        {"a": [BROKEN, says("now", 60.0)], "b": [fails(after=30.0), says("b", 20.0)]}
    )
    schedule = schedule_of(
        task("a", retries=0), task("b", retries=1), findings=[conflict("a", "b")]
    )
    act, answers = when(ev.TaskRetrying, "b", "a")

    events, _ = run(schedule, backend, act)

    assert answers == [["a"]]
    assert starts(events) == ["a", "b", "b", "a"]
    assert overlaps(events, [("a", "b")]) == []


def test_two_tried_again_right_after_all_was_cancelled_do_not_meet() -> None:
    slow = [task(f"slow{n}", priority="critical") for n in range(2)]
    schedule = schedule_of(*slow, *AB, findings=[conflict("a", "b")], limits=Limits(concurrency=2))
    backend = Scripted({"slow0": [[500.0]], "slow1": [[500.0]]})
    answers: list[list[str]] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and event.task == "slow1":
            executor.steering.cancel_all()
            answers.append(executor.steering.retry(["a", "b"]))

    events, folded = run(schedule, backend, act)

    assert answers == [["a", "b"]]
    assert statuses(folded) == ["cancelled"] * 2 + ["completed"] * 2
    assert overlaps(events, [("a", "b")]) == []


def test_the_later_one_goes_on_waiting_for_an_earlier_one_tried_again() -> None:
    backend = Scripted({"a": [BROKEN, says("now", 5.0)], "slow": [says("slow", 50.0)]})
    schedule = schedule_of(
        *AB, task("slow"), findings=[conflict("a", "b"), dependency("slow", "b")]
    )
    act, answers = when(ev.TaskFailed, "a", "a")
    backend.scripts = {**backend.scripts, "a": [BROKEN, says("now", 80.0)]}

    _, folded = run(schedule, backend, act)

    assert answers == [["a"]]
    assert folded.tasks["b"].started == folded.tasks["a"].ended
    assert statuses(folded) == ["completed"] * 3


@pytest.mark.parametrize("again", [("a", "b"), ("b", "a")])
def test_both_tried_again_run_in_the_order_of_the_run(again: tuple[str, ...]) -> None:
    backend = Scripted({"a": [BROKEN, says("a", 5.0)], "b": [BROKEN, says("b", 5.0)]})
    schedule = schedule_of(*AB, task("slow"), findings=[conflict("a", "b")])
    backend.scripts = {**backend.scripts, "slow": [says("slow", 50.0)]}
    act, answers = when(ev.TaskFailed, "b", *again)

    events, folded = run(schedule, backend, act)

    assert answers == [list(again)]
    assert starts(events) == ["a", "slow", "b", "a", "b"]


def test_who_comes_back_does_not_slip_past_another_that_can_not() -> None:
    """`c` is asked for together with `b`, which needs what is lost; `d` is still at work."""
    findings = [conflict("b", "c"), conflict("c", "d")]
    schedule = schedule_of(
        task("lost"),
        task("b", after=("lost",)),
        task("c", retries=0),
        task("d"),
        findings=findings,
    )
    backend = Scripted(
        {
            "lost": [[5.0, *BROKEN]],
            "c": [BROKEN, says("c", 5.0)],
            "d": [says("d", 90.0)],
        }
    )
    answers: list[list[str]] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and event.task == "lost":
            executor.steering.cancel("b")
        if isinstance(event, ev.TaskFailed) and event.task == "lost":
            answers.append(executor.steering.retry(["c", "b"]))

    events, folded = run(schedule, backend, act)

    assert answers == [["c"]]
    assert statuses(folded) == ["failed", "skipped", "completed", "completed"]
    assert overlaps(events, [("b", "c"), ("c", "d")]) == []


def test_who_was_tried_again_and_waits_may_be_cancelled() -> None:
    backend = Scripted({"a": [BROKEN], "b": [says("b", 50.0)]})

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and event.task == "b":
            assert executor.steering.retry(["a"]) == ["a"]
            assert executor.steering.cancel("a")

    events, folded = run(BEHIND, backend, act)

    assert statuses(folded) == ["cancelled", "completed"]
    assert len(folded.tasks["a"].attempts) == 1
