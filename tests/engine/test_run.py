"""The fold: which events may follow which, over all histories that the executor can make."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.backends import base
from orchtui.engine.errors import IllegalTransitionError
from orchtui.engine.execution.executor import Executor
from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import fold
from orchtui.engine.runs import run as runs
from orchtui.engine.workspace.site import BareWorkspaces
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, Step, execute, fails, kinds, says, schedule_of, task
from tests.engine.told import START, Scenario, Told, begun, play, scenarios

# Every legal history


@settings(max_examples=300)
@given(scenarios())
def test_every_history_of_the_executor_folds_and_ends(scenario: Scenario) -> None:
    events, run = play(scenario)

    assert not run.with_status(*runs.LIVE)
    for one in run.tasks.values():
        assert [attempt.number for attempt in one.attempts] == list(range(1, len(one.attempts) + 1))
        assert all(attempt.ended is not None for attempt in one.attempts)
        assert len(one.attempts) == kinds(events, one.id).count("task_started")
        if one.status == "completed":
            assert all(run.tasks[needed].status == "completed" for needed in one.task.after)


@settings(max_examples=40)
@given(scenarios())
def test_a_backend_that_can_not_be_stopped_breaks_no_history(scenario: Scenario) -> None:
    _, run = play(scenario, deaf=True)

    assert not run.with_status(*runs.LIVE)


@settings(max_examples=60)
@given(scenarios(), st.data())
def test_a_run_that_is_broken_off_anywhere_can_be_resumed(
    scenario: Scenario, data: st.DataObject
) -> None:
    events, _ = play(scenario)
    run = fold.start(begun(scenario[0]))
    for event in events[: data.draw(st.integers(0, len(events)))]:
        fold.apply(run, event)
    done = [one.id for one in run.with_status("completed")]
    again = tuple(task_id for task_id in run.tasks if task_id not in done)

    fold.apply(
        run, ev.RunResumed(seq=10_000, at=ev.iso(START), why="", reused=tuple(done), again=again)
    )

    assert [one.id for one in run.with_status("waiting")] == list(again)
    assert not run.cancelled
    for task_id in again:
        assert all(attempt.ended is not None for attempt in run.tasks[task_id].attempts)


# What once went wrong


def test_a_retry_that_fails_again_skips_again_what_builds_on_it() -> None:
    asked: list[str] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskSkipped) and not asked:
            asked.extend(executor.steering.retry(["a"]))

    schedule = schedule_of(task("a"), task("b", after=("a",)), task("slow"))
    scripts = {"a": [fails("auth", retryable=False)], "slow": [says("slow", 50.0)]}
    _, run = virtual_time.run(execute(schedule, Scripted(scripts), act))

    assert asked == ["a", "b"]
    assert run.tasks["b"].status == "skipped"
    assert len(run.tasks["a"].attempts) == 2


def test_a_retry_brings_back_a_whole_chain_in_whatever_order_it_is_written() -> None:
    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskSkipped) and event.task == "c":
            assert sorted(executor.steering.retry(["a"])) == ["a", "b", "c"]

    schedule = schedule_of(
        task("c", after=("b",)), task("b", after=("a",)), task("a"), task("slow")
    )
    scripts = {"a": [fails("auth", retryable=False), says("a")], "slow": [says("slow", 50.0)]}
    _, run = virtual_time.run(execute(schedule, Scripted(scripts), act))

    assert len(run.with_status("completed")) == 4


def test_a_retry_after_the_budget_is_gone_fails_without_breaking_the_fold() -> None:
    used = base.UsageReported(ev.Usage(output=50))

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskCompleted) and event.task == "b":
            executor.steering.retry(["a"])

    schedule = schedule_of(
        task("a"), task("b"), task("slow"), limits=Limits(concurrency=3, budget_tokens=10)
    )
    scripts: dict[str, list[list[Step]]] = {
        "a": [fails("auth", retryable=False)],
        "b": [[5.0, "b", used, base.Finished("end_turn")]],
        "slow": [says("slow", 50.0)],
    }
    _, run = virtual_time.run(execute(schedule, Scripted(scripts), act))

    assert (run.tasks["a"].status, run.tasks["a"].error) == ("failed", "budget")
    assert run.tasks["slow"].status == "completed"


def test_a_closed_executor_starts_nothing_more() -> None:
    backend = Scripted({"a": [["x", 500.0]]})

    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        executor = Executor(
            schedule_of(task("a"), task("b"), limits=Limits(concurrency=1)),
            {"scripted": backend},
            Stamp(loop.time),
            workspaces=BareWorkspaces("/"),
        )
        async for _ in executor.batches():
            break
        await asyncio.sleep(0.1)
        await executor.close()
        await asyncio.sleep(5.0)

    virtual_time.run(scenario())

    assert [assignment.task for assignment in backend.assignments] == ["a"]


# What may not happen


def test_an_event_out_of_place_is_told_with_the_tasks_story() -> None:
    told = Told(task("a")).starts("a", 0).completes("a", 1, "x")

    with pytest.raises(
        IllegalTransitionError, match="while task 'a' is completed; its story: "
    ) as e:
        told.says("a", 2, "late")

    assert "task_completed" in str(e.value)


@pytest.mark.parametrize(
    ("events", "says_what"),
    [
        ([ev.TaskQueued(seq=2, at=ev.iso(START), task="x", attempt=0)], "not in the schedule"),
        ([ev.TaskQueued(seq=1, at=ev.iso(START), task="a", attempt=0)], "comes after event 1"),
        ([Told(task("a")).events[0]], "comes after event 1"),
        (
            [ev.TextDelta(seq=2, at=ev.iso(START), task="a", attempt=1, text="")],
            "nothing before it",
        ),
    ],
)
def test_events_that_fit_no_run(events: list[ev.RunEvent], says_what: str) -> None:
    with pytest.raises(IllegalTransitionError, match=says_what):
        fold.replay([*Told(task("a")).events, *events])


def test_a_journal_begins_with_the_start_of_a_run() -> None:
    with pytest.raises(IllegalTransitionError, match="the journal begins with task_queued"):
        fold.replay([ev.TaskQueued(seq=1, at=ev.iso(START), task="a", attempt=0)])
    assert fold.replay([]) is None


def test_unknown_events_are_passed_over() -> None:
    told = Told(task("a"))

    run = fold.replay([*told.events, ev.UnknownEvent(seq=2, at=ev.iso(START + 5))])

    assert run is not None
    assert (run.seq, run.at) == (2, START + 5)


# What a task keeps


def test_a_failed_task_keeps_the_text_of_the_attempt_that_got_furthest() -> None:
    told = Told(task("a"), task("b"))
    told.starts("a", 0).says("a", 1, "a long first part").retries("a", 2)
    told.starts("a", 3).says("a", 4, "short").retries("a", 5)
    told.starts("a", 6).fails("a", 7)

    assert told.run.tasks["a"].text == "a long first part"


def test_a_completed_task_has_the_text_of_its_last_attempt() -> None:
    told = Told(task("a")).starts("a", 0).says("a", 1, "a long first part").retries("a", 2)
    told.starts("a", 3).completes("a", 4, "short")

    assert told.run.tasks["a"].text == "short"


def test_an_interrupted_attempt_is_closed_and_the_next_one_has_the_next_number() -> None:
    told = Told(task("a")).starts("a", 0).says("a", 1, "begun").resumes(100)

    one = told.run.tasks["a"]
    assert one.status == "waiting"
    assert one.attempts[0].message == "the run was interrupted"
    told.starts("a", 101).completes("a", 103, "done")
    assert [attempt.number for attempt in one.attempts] == [1, 2]
    assert one.text == "done"


def test_tokens_of_all_attempts_are_counted() -> None:
    told = Told(task("a")).starts("a", 0)
    told.tell(
        ev.TaskRetrying,
        1,
        task="a",
        attempt=1,
        error="server",
        why="",
        wait_s=1.0,
        usage=ev.Usage(input=3, output=4),
    )
    told.starts("a", 2).completes("a", 3, "x", input=5, output=6)

    assert told.run.usage == ev.Usage(input=8, output=10)


def test_what_describes_a_run_is_short_however_many_tasks_it_has() -> None:
    """Whoever starts a worker with it, or logs it, writes its `repr`."""
    names = [f"t{number}" for number in range(500)]
    told = Told(*map(task, names))
    for name in names:
        told.starts(name, 0).completes(name, 1, "a long answer " * 100)
    one = told.run.tasks["t7"]
    assert repr(told.run) == f"Run({told.run.id!r})"
    assert repr(one) == "TaskRun('t7', 'completed')"
    assert one.attempt is not None and len(repr(one.attempt)) < 1_000
