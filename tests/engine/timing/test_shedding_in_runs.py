"""Load shedding in whole runs: what is left out, when, what the events and the log say of it."""

import pytest
from hypothesis import given
from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.estimates.past_work import PastWork, Worked
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.experience import usual_use
from orchtui.engine.execution.shedding import Use
from orchtui.engine.plans.plan import Limits, Priority, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.telling.execution_log import log
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, Step, execute, says, schedule_of, task
from tests.engine.told import Scenario, finished, play, scenarios

HOUR = 3600.0


def of(
    name: str, priority: Priority = "normal", hours: float | None = None, **more: object
) -> Task:
    estimate = None if hours is None else hours * HOUR
    return task(name, priority=priority, estimate=estimate, **more)


def left_out(events: list[ev.RunEvent]) -> dict[str, str | None]:
    """Who was left out, and what there was too little of."""
    skipped = (one for one in events if isinstance(one, ev.TaskSkipped))
    return {one.task: one.short for one in skipped if one.short is not None}


def run(
    *tasks: Task,
    hours: float = 1.0,
    scripts: dict[str, list[list[Step]]] | None = None,
    usual: dict[str, Use] | None = None,
    **limits: object,
) -> tuple[list[ev.RunEvent], Run]:
    given = Limits(**{"concurrency": 1, "timeout": 10**6, **limits})  # type: ignore[arg-type]
    backend = Scripted(scripts or {}, pace=hours * HOUR)
    work = execute(schedule_of(*tasks, limits=given), backend, usual=usual)
    return virtual_time.run(work)


def test_what_the_deadline_does_not_hold_is_left_out_before_anything_starts() -> None:
    tasks = of("c", "nice-to-have", 1), of("b", hours=1), of("a", "critical", 1)
    events, done = run(*tasks, deadline=2.5 * HOUR)

    assert left_out(events) == {"c": "time"}
    assert ev.kind_of(events[0]) == "task_skipped"
    assert [one.id for one in done.with_status("completed")] == ["b", "a"]
    assert verdict.verdict(done) == "PARTIAL"
    assert verdict.makespan(done) == pytest.approx(2 * HOUR, abs=0.01)


def test_what_like_tasks_took_counts_where_nobody_estimates() -> None:
    tasks = of("a"), of("b"), of("c", "nice-to-have")
    events, done = run(*tasks, deadline=2.5 * HOUR)
    at = [ev.kind_of(one) for one in events]

    assert left_out(events) == {"c": "time"}
    assert at.index("task_completed") < at.index("task_skipped")
    assert len(done.with_status("completed")) == 2


@pytest.mark.parametrize(("program", "left"), [("make", {"c": "time"}), ("true", {})])
def test_another_program_says_nothing_of_how_long_one_takes(
    program: str, left: dict[str, str]
) -> None:
    """`make` took an hour; nobody knows that of `true`, and nothing is left out for a guess."""
    commands = {"a": "make", "b": "make", "c": program}
    limits = Limits(concurrency=1, timeout=10**6, deadline=2.5 * HOUR)
    made = schedule_of(of("a"), of("b"), of("c", "nice-to-have"), limits=limits)
    tasks = tuple(replace(one, command=(commands[one.id], "x")) for one in made.tasks)
    backend = Scripted({"c": [says("c", 1.0)]}, pace=HOUR)

    events, _ = virtual_time.run(execute(replace(made, tasks=tasks), backend))

    assert left_out(events) == left


def test_what_like_tasks_took_in_earlier_runs_counts_at_once() -> None:
    tasks = of("a"), of("b", "nice-to-have")
    usual = {"a": Use(seconds=HOUR), "b": Use(seconds=HOUR)}
    events, _ = run(*tasks, usual=usual, deadline=1.5 * HOUR)

    assert left_out(events) == {"b": "time"}


def test_nothing_is_left_out_of_which_nothing_is_known() -> None:
    """The deadline ends what it ends, as ever."""
    events, done = run(of("a", "nice-to-have"), deadline=0.5 * HOUR)

    assert left_out(events) == {}
    assert done.tasks["a"].error == "deadline"


def test_nothing_is_left_out_without_a_limit() -> None:
    events, done = run(of("a", hours=1000), of("b", "nice-to-have", 1000))

    assert left_out(events) == {}
    assert len(done.with_status("completed")) == 2


SPENDS: list[Step] = [base.UsageReported(ev.Usage(input=90, output=10)), *says("done", HOUR)]


def test_what_a_budget_does_not_hold_is_left_out() -> None:
    tasks = of("a"), of("b", after=("a",)), of("c", "nice-to-have", after=("a",))
    scripts = {name: [SPENDS] for name in "abc"}
    events, done = run(*tasks, scripts=scripts, budget_tokens=250)
    (skipped,) = (one for one in events if isinstance(one, ev.TaskSkipped))

    assert (skipped.task, skipped.short) == ("c", "tokens")
    assert skipped.why == (
        "left out, being nice-to-have: 150 tokens are left of the budget, too little for all that "
        "is to be done, about 200 tokens"
    )
    assert [one.id for one in done.with_status("completed")] == ["a", "b"]
    assert not [one for one in done.tasks.values() if one.error == "budget"]


def test_what_needs_a_task_that_is_left_out_goes_with_it() -> None:
    tasks = of("a", hours=1), of("b", "nice-to-have", 1), of("c", "nice-to-have", 1, after=("b",))
    events, done = run(*tasks, deadline=1.5 * HOUR)

    assert set(left_out(events)) == {"b", "c"}
    assert done.tasks["a"].status == "completed"


def test_a_nice_to_have_task_that_a_normal_one_needs_is_not_left_out() -> None:
    tasks = of("a", "nice-to-have", 1), of("b", hours=1, after=("a",))
    events, _ = run(*tasks, deadline=0.5 * HOUR)

    assert left_out(events) == {}


def test_the_log_says_why() -> None:
    _, done = run(of("a", hours=1), of("b", "nice-to-have", 1), deadline=1.5 * HOUR)
    written = log(finished(done), task_output=str, result_output="r")

    assert "SKIPPED" in written
    assert (
        "left out, being nice-to-have: 1h 30m is left until the deadline, too little for all that "
        "is to be done, about 2h 00m of work one after the other" in written
    )


def test_whoever_wants_it_all_the_same_gets_it() -> None:
    tasks = of("a", hours=1), of("b", "nice-to-have", 1)
    schedule = schedule_of(*tasks, limits=Limits(concurrency=2, deadline=0.9 * HOUR))
    wished: list[list[str]] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskSkipped):
            wished.append(executor.steering.retry([event.task]))

    backend = Scripted({name: [says("quick", 60.0)] for name in "ab"})
    events, done = virtual_time.run(execute(schedule, backend, act))

    assert wished == [["b"]]
    assert left_out(events) == {"b": "time"}
    assert len(done.with_status("completed")) == 2


def test_what_tasks_took_before_is_known_by_their_kind() -> None:
    schedule = schedule_of(task("a"), task("b", specialist="critic"))
    who = schedule.tasks[0].specialist
    past = PastWork(
        [
            Worked(
                specialist=who,
                backend="scripted",
                tasks=2,
                seconds=20.0,
                usage=ev.Usage(input=100, output=20),
                cost_at_least=1.0,
                cost_at_most=3.0,
            )
        ]
    )

    assert usual_use(schedule, past, lambda backend, model: model) == {"a": Use(10.0, 60, 1.5)}
    programs = tuple(replace(one, command=("make",)) for one in schedule.tasks)
    schedule = replace(schedule, tasks=programs)
    assert usual_use(schedule, past, lambda backend, model: model) == {}, "which one is not noted"


@given(scenarios())
def test_no_run_leaves_out_a_critical_task_nor_a_normal_one_before_a_nice_to_have_one(
    scenario: Scenario,
) -> None:
    events, _ = play(scenario)
    urgency = {one.id: one.urgency for one in scenario[0].tasks}
    waiting = {one.id for one in scenario[0].tasks}
    for event in events:
        if isinstance(event, ev.TaskStarted | ev.TaskSkipped | ev.TaskCancelled | ev.TaskFailed):
            waiting.discard(event.task)
        if isinstance(event, ev.TaskSkipped) and event.short is not None:
            assert urgency[event.task] > 0
            if urgency[event.task] == 1:
                assert not [name for name in waiting if urgency[name] == 2]
