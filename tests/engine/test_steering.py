"""What a person changes in a run while it goes on, on a virtual clock."""

from collections.abc import Callable

import pytest

from orchtui.engine.execution.addition import Addition
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.steering import Steering
from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.telling import steering_told
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, execute, fails, says, schedule_of, task
from tests.engine.told import Told

Act = Callable[[Steering], object]


def steered(schedule: Schedule, backend: Scripted, **wishes: Act) -> tuple[list[ev.RunEvent], Run]:
    """Run; `wishes` are done once, when the named task starts (or is tried again)."""

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted | ev.TaskRetrying):
            word = "retrying_" if isinstance(event, ev.TaskRetrying) else ""
            if (wish := wishes.pop(word + event.task, None)) is not None:
                wish(executor.steering)

    return virtual_time.run(execute(schedule, backend, act))


def starts(events: list[ev.RunEvent]) -> list[str]:
    return [event.task for event in events if isinstance(event, ev.TaskStarted)]


def told(events: list[ev.RunEvent]) -> list[tuple[str, str | None, str | None]]:
    found = [event for event in events if isinstance(event, ev.Steered)]
    return [(event.action, event.task, event.value) for event in found]


def test_a_running_task_may_be_given_more_time() -> None:
    backend = Scripted({"a": [says("x", 50.0)], "b": [says("x", 50.0)]})

    events, folded = steered(
        schedule_of(task("a", timeout=20.0), task("b", timeout=20.0)),
        backend,
        a=lambda wheel: wheel.extend("a", 60.0),
    )

    assert told(events) == [("extend", "a", "60.0")]
    assert folded.tasks["a"].status == "completed"
    assert folded.tasks["a"].task.timeout == 80.0
    assert folded.tasks["b"].error == "timeout"


def test_a_task_that_waits_may_go_first_with_all_that_it_waits_for() -> None:
    schedule = schedule_of(
        *(task(f"t{n}") for n in range(4)),
        task("needed", priority="nice-to-have"),
        task("wanted", priority="nice-to-have", after=("needed",)),
        limits=Limits(concurrency=1),
    )

    events, folded = steered(
        schedule, Scripted(), t0=lambda wheel: wheel.set_priority("wanted", "critical")
    )

    assert starts(events) == ["t0", "needed", "wanted", "t1", "t2", "t3"]
    assert told(events) == [("priority", "wanted", "critical")]
    assert folded.tasks["wanted"].task.priority == "critical"


def test_a_task_that_became_critical_decides_the_verdict() -> None:
    backend = Scripted({"a": [[10.0, *fails("auth", retryable=False)]]})

    _, folded = steered(
        schedule_of(task("a"), task("b")), backend, a=lambda w: w.set_priority("a", "critical")
    )

    assert verdict.verdict(folded) == "FAILED"


def test_a_less_important_task_still_goes_before_what_waits_for_it() -> None:
    schedule = schedule_of(
        task("t0"),
        task("needed"),
        task("crit", priority="critical", after=("needed",)),
        task("t1"),
        limits=Limits(concurrency=1),
    )

    events, _ = steered(
        schedule, Scripted(), needed=lambda wheel: wheel.set_priority("t0", "nice-to-have")
    )

    assert starts(events) == ["needed", "crit", "t1", "t0"]


def test_a_pause_may_be_cut_short() -> None:
    backend = Scripted({"a": [fails(after=500.0), says("x")]})

    events, folded = steered(
        schedule_of(task("a")), backend, retrying_a=lambda wheel: wheel.retry_now("a")
    )

    assert told(events) == [("retry_now", "a", None)]
    assert folded.tasks["a"].status == "completed"
    assert folded.at - folded.started < 10.0


def test_a_paused_run_starts_nothing_and_loses_nothing() -> None:
    backend = Scripted({"a": [says("a", 5.0)], "b": [says("b", 100.0)]})
    schedule = schedule_of(
        task("a"), task("b"), task("c", after=("a",)), task("d"), limits=Limits(concurrency=2)
    )
    events: list[ev.RunEvent] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        events.append(event)
        if isinstance(event, ev.TaskStarted) and event.task == "a":
            executor.steering.pause()
            executor.steering.pause()
        if isinstance(event, ev.TaskCompleted) and event.task == "b":
            assert starts(events) == ["a", "b"]
            assert executor.steering.paused
            executor.steering.resume()

    _, folded = virtual_time.run(execute(schedule, backend, act))

    assert told(events) == [("pause", None, None), ("resume", None, None)]
    assert verdict.verdict(folded) == "COMPLETED"
    assert not folded.paused


@pytest.mark.parametrize(("number", "most"), [(4, 4), (1, 2)])
def test_more_or_fewer_may_run_at_once(number: int, most: int) -> None:
    backend = Scripted(pace=10.0)
    schedule = schedule_of(*(task(f"t{n}") for n in range(9)), limits=Limits(concurrency=2))

    events, folded = steered(schedule, backend, t0=lambda wheel: wheel.set_concurrency(number))

    assert told(events) == [("concurrency", None, str(number))]
    assert folded.concurrency == number
    assert backend.most == most
    assert verdict.makespan(folded) == pytest.approx({4: 30.0, 1: 80.0}[number], abs=1.0)


def test_a_task_may_be_added_to_a_run() -> None:
    schedule = schedule_of(task("a"), task("b"))
    more = schedule_of(task("a"), task("b"), task("late", after=("a",))).tasks[-1]

    events, folded = steered(
        schedule,
        Scripted(),
        b=lambda wheel: wheel.add(Addition(scheduled=more, planned=task("late", after=("a",)))),
    )

    assert starts(events) == ["a", "b", "late"]
    assert list(folded.tasks) == ["a", "b", "late"]
    assert folded.plan.tasks[-1].id == "late"
    assert folded.schedule.tasks[-1] == more
    assert verdict.census(folded).completed == 3


def test_an_added_task_that_needs_a_failed_one_is_skipped() -> None:
    backend = Scripted({"a": [fails("auth", retryable=False)], "b": [says("b", 9.0)]})
    schedule = schedule_of(task("a"), task("b"))
    more = schedule_of(task("a"), task("late", after=("a",))).tasks[-1]
    answers: list[bool] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskFailed):
            answers.append(
                executor.steering.add(Addition(scheduled=more, planned=task("late", after=("a",))))
            )
            answers.append(executor.steering.add(Addition(scheduled=more, planned=task("late"))))

    _, folded = virtual_time.run(execute(schedule, backend, act))

    assert answers == [True, False]
    assert folded.tasks["late"].status == "skipped"


@pytest.mark.parametrize(
    "wish",
    [
        lambda wheel, task_id: wheel.cancel(task_id),
        lambda wheel, task_id: wheel.extend(task_id, 5.0),
        lambda wheel, task_id: wheel.set_priority(task_id, "critical"),
        lambda wheel, task_id: wheel.retry_now(task_id),
    ],
    ids=["cancel", "extend", "priority", "retry_now"],
)
def test_what_has_ended_or_is_not_there_can_not_be_steered(
    wish: Callable[[Steering, str], bool],
) -> None:
    answers: list[bool] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskCompleted) and event.task == "a":
            answers.extend([wish(executor.steering, "a"), wish(executor.steering, "nobody")])

    backend = Scripted({"b": [says("b", 50.0)]})
    events, _ = virtual_time.run(execute(schedule_of(task("a"), task("b")), backend, act))

    assert answers == [False, False]
    assert told(events) == []


@pytest.mark.parametrize("action", ["extend", "concurrency"])
@pytest.mark.parametrize("value", [None, "", "soon", "nan", "inf", "-1", "0", "1e999", "9" * 5000])
def test_a_number_that_there_can_not_be_changes_nothing(action: str, value: str | None) -> None:
    told = Told(task("a")).starts("a", 0)
    before = (told.run.concurrency, told.run.tasks["a"].task)

    told.tell(ev.Steered, 1, action=action, task="a", value=value)

    assert (told.run.concurrency, told.run.tasks["a"].task) == before
    steering_told.wish(told.run.wishes[0])  # can be told, whatever it says


def test_more_time_is_kept_to_the_last_digit() -> None:
    backend = Scripted({"a": [says("x", 5.0)]})

    _, folded = steered(
        schedule_of(task("a", timeout=60.0)), backend, a=lambda wheel: wheel.extend("a", 1234567.25)
    )

    assert folded.tasks["a"].task.timeout == 1234627.25
