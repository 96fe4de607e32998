"""Verdict, census, exit codes and figures."""

import pytest
from hypothesis import given

from orchtui.engine.plans.plan import Priority
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import run as runs
from orchtui.engine.runs import verdict
from orchtui.engine.telling import run_result
from orchtui.engine.telling.execution_log import log
from tests.engine.scripted import task
from tests.engine.told import START, Scenario, Told, finished, play, scenarios

_END = {
    "ok": lambda told, i: told.starts(i, 0).completes(i, 1, "x"),
    "failed": lambda told, i: told.starts(i, 0).fails(i, 1),
    "cancelled": lambda told, i: told.cancels(i, 1),
    "skipped": lambda told, i: told.skips(i, 1, "why"),
}


def ended(*tasks: tuple[Priority, str], stopped: bool = False) -> runs.Run:
    told = Told(*(task(f"t{n}", priority=one[0]) for n, one in enumerate(tasks)))
    for n, (_, end) in enumerate(tasks):
        _END[end](told, f"t{n}")
    told.run.cancelled = stopped
    return told.run


@pytest.mark.parametrize(
    ("tasks", "word", "code"),
    [
        ([("normal", "ok")], "COMPLETED", 0),
        ([("critical", "ok"), ("nice-to-have", "ok")], "COMPLETED", 0),
        ([("normal", "ok"), ("normal", "failed")], "PARTIAL", 3),
        ([("critical", "ok"), ("nice-to-have", "failed")], "PARTIAL", 3),
        ([("normal", "ok"), ("normal", "skipped")], "PARTIAL", 3),
        ([("normal", "ok"), ("normal", "cancelled")], "PARTIAL", 3),
        ([("normal", "ok"), ("critical", "failed")], "FAILED", 1),
        ([("normal", "ok"), ("critical", "skipped")], "FAILED", 1),
        ([("normal", "ok"), ("critical", "cancelled")], "FAILED", 1),
        ([("normal", "failed")], "FAILED", 1),
        ([("nice-to-have", "failed"), ("nice-to-have", "skipped")], "FAILED", 1),
    ],
)
def test_the_verdict_and_its_exit_code(
    tasks: list[tuple[Priority, str]], word: str, code: int
) -> None:
    run = ended(*tasks)

    assert verdict.verdict(run) == word
    assert verdict.EXIT_CODES[verdict.verdict(run)] == code


@pytest.mark.parametrize(
    ("ends", "word"), [(["ok", "cancelled"], "CANCELLED"), (["ok", "ok"], "COMPLETED")]
)
def test_a_run_that_a_person_stopped(ends: list[str], word: str) -> None:
    run = ended(*(("critical", end) for end in ends), stopped=True)

    assert verdict.verdict(run) == word


def test_a_finished_runs_verdict_stands() -> None:
    told = Told(task("a")).starts("a", 0).fails("a", 1).ends(1)

    assert told.events[-1].verdict == verdict.verdict(told.run) == "FAILED"  # type: ignore[union-attr]


@given(scenarios())
def test_the_census_counts_every_task_once(scenario: Scenario) -> None:
    _, run = play(scenario)
    count = verdict.census(run)

    assert count.total == len(scenario[0].tasks)
    assert count.total == count.completed + count.failed + count.cancelled + count.skipped
    assert (verdict.verdict(run) == "COMPLETED") == (count.completed == count.total)


@pytest.mark.parametrize(
    ("completed", "total", "rate"),
    [(0, 0, 0), (0, 7, 0), (1, 1000, 1), (1, 3, 33), (2, 3, 67), (199, 200, 99), (5, 5, 100)],
)
def test_the_success_rate_is_100_for_all_and_0_for_none_only(
    completed: int, total: int, rate: int
) -> None:
    """199 of 200 were once told as 100 %."""
    assert verdict.success_rate(ev.Census(total=total, completed=completed)) == rate


# Times


def test_the_makespan_ends_with_the_last_task_and_not_with_the_aggregation() -> None:
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 0)
    told.completes("a", 10, "x").completes("b", 40, "x").ends(90)

    assert verdict.makespan(told.run) == pytest.approx(40)
    assert verdict.sequential(told.run) == pytest.approx(50)
    assert verdict.speedup(told.run) == 1.25
    assert verdict.bottleneck(told.run) is told.run.tasks["b"]


def test_the_makespan_of_several_sessions_leaves_out_the_time_between_them() -> None:
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 0)
    told.completes("a", 10, "x").fails("b", 20).ends(20)
    told.resumes(100_000).starts("b", 100_005).completes("b", 100_030, "x").ends(100_031)

    assert verdict.makespan(told.run) == pytest.approx(20 + 30)
    assert verdict.sequential(told.run) == pytest.approx(10 + 25)


def test_an_interrupted_session_counts_until_it_was_last_heard_of() -> None:
    told = Told(task("a")).starts("a", 0).says("a", 5, "x").resumes(1000)
    told.starts("a", 1000).completes("a", 1010, "x")

    assert verdict.makespan(told.run) == pytest.approx(5 + 10)
    assert told.run.tasks["a"].attempts[0].seconds(0) == pytest.approx(5)


def test_results_that_were_taken_over_are_counted_and_take_no_time() -> None:
    told = Told(task("a"), task("b"), task("c")).takes_over("a", 0).takes_over("b", 0)
    told.starts("c", 0).completes("c", 10, "x").ends(10)

    assert verdict.census(told.run) == ev.Census(total=3, completed=3, reused=2)
    assert verdict.verdict(told.run) == "COMPLETED"
    assert verdict.makespan(told.run) == verdict.sequential(told.run) == pytest.approx(10)
    assert verdict.speedup(told.run) is None
    assert verdict.bottleneck(told.run) is None
    assert told.run.usage == ev.Usage()


def test_while_a_run_goes_on_its_makespan_grows_with_the_clock() -> None:
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 0).completes("a", 10, "x")

    assert verdict.makespan(told.run, START + 25) == pytest.approx(25)
    told.completes("b", 30, "x").ends(30)
    assert verdict.makespan(told.run, START + 5000) == pytest.approx(30)


def test_the_speedup_counts_the_last_attempts_of_what_completed() -> None:
    told = Told(task("a"), task("b"), task("c"))
    for name in "abc":
        told.starts(name, 0)
    told.retries("a", 30).starts("a", 31).completes("a", 41, "x")
    told.completes("b", 20, "x").fails("c", 41)

    assert verdict.sequential(told.run) == pytest.approx(10 + 20)
    assert verdict.speedup(told.run) == pytest.approx(30 / 41, abs=0.01)
    assert verdict.bottleneck(told.run) is told.run.tasks["c"]


@pytest.mark.parametrize("count", [0, 1])
def test_no_speedup_below_two_completed_tasks(count: int) -> None:
    told = Told(task("a"), task("b"))
    for name in ("a", "b")[:count]:
        told.starts(name, 0).completes(name, 5, "x")

    assert verdict.speedup(told.run) is None
    assert verdict.bottleneck(told.run) is None


@given(scenarios())
def test_the_bottleneck_is_a_task_that_ran_and_the_makespan_is_no_shorter(
    scenario: Scenario,
) -> None:
    _, run = play(scenario)
    slowest = verdict.bottleneck(run)

    longest = max((a.seconds(0) for t in run.tasks.values() for a in t.attempts), default=0.0)
    assert verdict.makespan(run) >= longest - 0.002
    assert slowest is None or slowest.attempts


# Money


@given(scenarios())
def test_a_run_costs_what_its_attempts_cost_and_every_file_says_the_same(
    scenario: Scenario,
) -> None:
    run = finished(play(scenario)[1])
    attempts = [one for task in run.tasks.values() for one in task.attempts]
    spent = verdict.cost(run)

    assert spent.least == pytest.approx(sum(one.cost.least for one in attempts))
    assert (spent.most is None) == any(one.cost.most is None for one in attempts)
    assert sum((task.cost.least for task in run.tasks.values()), 0.0) == pytest.approx(spent.least)
    words = verdict.cost_words(run)
    result, told = run_result.result(run, str), log_of(run)
    assert words in result if words else "cost " not in result
    assert f"**Cost**: {spent}\n" in told if words else "**Cost**" not in told


def log_of(run: runs.Run) -> str:
    return log(run, task_output=str, result_output="result")
