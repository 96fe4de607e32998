"""The report on time: what the time went to, what set the end, what would have helped."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given

from orchtui.engine.errors import BackendError
from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import run as runs
from orchtui.engine.runs import verdict
from orchtui.engine.timing.time_report import TimeReport, time_report
from orchtui.engine.timing.time_words import task_rows, time_lines
from tests.engine import virtual_time
from tests.engine.generated_runs import Telling, tellings
from tests.engine.scripted import Scripted, Step, execute, fails, says, schedule_of, task
from tests.engine.told import START, Scenario, Told, finished, play, scenarios

HOUR = 3600.0


def ran(
    *tasks: Task,
    hours: Mapping[str, float] | None = None,
    scripts: Mapping[str, list[list[Step]]] | None = None,
    slots: int | None = None,
    concurrency: int = 8,
    wait: float = 60.0,
) -> runs.Run:
    """These tasks, run by the executor on the virtual clock."""
    every = {name: [says("done", each * HOUR)] for name, each in (hours or {}).items()}
    schedule = schedule_of(*tasks, limits=Limits(concurrency=concurrency, timeout=10**7))
    backend = Scripted({**every, **(scripts or {})}, slots=slots)
    _, run = virtual_time.run(execute(schedule, backend, wait=lambda _: wait))
    return finished(run)


def words(report: TimeReport) -> str:
    return "\n".join(time_lines(report, lambda name: f"'{name}'"))


# What people are told to expect


@pytest.mark.parametrize(
    ("hours", "work", "span", "speedup"),
    [
        pytest.param((1.0, 1.0, 1.0), 3.0, 1.0, 3.0, id="three independent tasks"),
        pytest.param((0.5, 2.0, 1.0), 3.5, 2.0, 1.75, id="of different lengths"),
    ],
)
def test_independent_tasks_take_as_long_as_the_longest(
    hours: Sequence[float], work: float, span: float, speedup: float
) -> None:
    names = ("a", "b", "c")
    run = ran(*map(task, names), hours=dict(zip(names, hours, strict=True)))
    report = time_report(run)

    assert report.sequential_s == pytest.approx(work * HOUR, abs=0.01)
    assert report.makespan_s == pytest.approx(span * HOUR, abs=0.01)
    assert report.speedup == report.speedup_limit == speedup
    assert report.critical_path_s == pytest.approx(span * HOUR, abs=0.01)
    assert report.limited_by == "longest task"
    assert f"speed-up {speedup:.2f}×; " in words(report)
    assert "no number of slots gives more" in words(report)


# What set the end


def after(name: str, *needed: str) -> Task:
    return task(name, after=needed)


BUSY = BackendError(
    "rate_limit", "come back later", retryable=True, throttled=True, retry_after=HOUR
)


@pytest.mark.parametrize(
    ("run", "limited_by", "told"),
    [
        pytest.param(
            lambda: ran(task("a"), hours={"a": 1}),
            "one task",
            "only one task ran",
            id="one task",
        ),
        pytest.param(
            lambda: ran(task("a"), after("b", "a"), after("c", "b"), hours=dict(a=1, b=1, c=1)),
            "chain",
            "a chain of 3 tasks, each of which waited for the one before",
            id="a chain",
        ),
        pytest.param(
            lambda: ran(task("a"), task("b"), hours=dict(a=10, b=0.1)),
            "longest task",
            "the longest task, 'a' (10h 00m)",
            id="one long task",
        ),
        pytest.param(
            lambda: ran(task("a"), task("b"), task("c"), hours=dict(a=1, b=1, c=1), concurrency=1),
            "slots",
            "only 1 slot; who ended last had waited 2h 00m for one",
            id="one slot",
        ),
        pytest.param(
            lambda: ran(*map(task, "abcd"), hours=dict(a=1, b=1, c=1, d=1), concurrency=2),
            "slots",
            "only 2 slots; who ended last had waited 1h 00m for one",
            id="two slots",
        ),
        pytest.param(
            lambda: ran(task("a"), task("b"), hours=dict(a=1, b=1), slots=1),
            "servers",
            "servers that took no more meanwhile, for 1h 00m",
            id="a server that serves one at a time",
        ),
        pytest.param(
            lambda: ran(
                task("a"), task("b"), hours=dict(a=1), scripts={"b": [[BUSY], says("b", HOUR)]}
            ),
            "servers",
            "servers that took no more meanwhile, for 1h 00m",
            id="a server that says when to come back",
        ),
        pytest.param(
            lambda: ran(
                task("a"),
                task("b"),
                hours=dict(a=1),
                scripts={"b": [[HOUR, *fails()], says("b", HOUR)]},
            ),
            "retries",
            "attempts that were made again, for 1h 01m",
            id="an attempt that failed",
        ),
    ],
)
def test_what_set_the_end(run: object, limited_by: str, told: str) -> None:
    report = time_report(run())  # type: ignore[operator]

    assert report.limited_by == limited_by
    assert told in words(report)


def test_a_chain_is_told_as_no_help_and_more_slots_are_not_advised() -> None:
    chain = ran(task("a"), after("b", "a"), hours=dict(a=1, b=1), concurrency=1)
    report = time_report(chain)

    assert report.speedup == report.speedup_limit == 1.0
    assert "running in parallel did not help (1.00×)" in words(report)
    assert "slots" not in {one.kind for one in report.helps}


def test_a_pause_is_no_want_of_slots() -> None:
    told = Told(task("a"), task("b"))
    told.starts("a", 0).completes("a", 10)
    told.tell(ev.Steered, 10, action="pause")
    told.tell(ev.TaskQueued, 10, task="b", attempt=0)
    told.tell(ev.Steered, 70, action="resume")
    began(told, "b", 70).completes("b", 80).ends(80)
    report = time_report(told.run)

    assert report.totals.paused_s == pytest.approx(60)
    assert report.totals.slots_s == 0
    assert report.limited_by == "pause"


def began(told: Told, name: str, at: float) -> Told:
    """A task that waits already starts."""
    one = told.run.schedule.task(name)
    return told.tell(
        ev.TaskStarted,
        at,
        task=name,
        attempt=len(told.run.tasks[name].attempts) + 1,
        specialist=one.specialist,
        instance=one.instance,
        backend=one.backend,
    )


# What would have helped


def test_more_slots_are_advised_up_to_where_they_help() -> None:
    names = "abcdef"
    run = ran(*map(task, names), hours={name: 1 for name in names}, concurrency=2)
    (first, *_) = time_report(run).helps

    assert (first.kind, first.slots) == ("slots", 6)
    assert first.saves_s == pytest.approx(2 * HOUR, abs=0.01)


def test_a_faster_task_on_the_critical_path_is_named() -> None:
    tasks = (task("a"), after("b", "a"), task("c"))
    report = time_report(ran(*tasks, hours=dict(a=1, b=3, c=2)))
    (best, *_) = report.helps

    assert report.critical_path == report.chain == ("a", "b")
    assert (best.kind, best.task) == ("faster", "b")
    assert best.saves_s == pytest.approx(1.5 * HOUR, abs=0.01)
    assert "'b' in half its time: up to 1h 30m less" in words(report)


@pytest.mark.parametrize(("seconds", "kinds"), [(0.09, []), (0.12, ["faster"])])
def test_what_would_be_shown_as_nothing_is_no_help(seconds: float, kinds: list[str]) -> None:
    report = time_report(ran(task("a"), hours={"a": seconds / HOUR}))
    assert [one.kind for one in report.helps] == kinds
    assert "0.0s less" not in words(report)


def test_retries_that_nobody_waited_for_are_not_blamed() -> None:
    """They took time, and the run would have ended no sooner."""
    scripts = {"b": [[HOUR, *fails()], says("b", HOUR)]}
    report = time_report(ran(task("a"), task("b"), hours=dict(a=10), scripts=scripts))

    assert report.totals.retries_s == pytest.approx(HOUR + 60, abs=0.01)
    assert report.limited_by == "longest task"
    assert [one.kind for one in report.helps] == ["faster"]


# Runs that have not ended


def test_a_run_that_goes_on_is_told_as_far_as_it_is() -> None:
    told = Told(task("a"), task("b"), task("c")).starts("a", 0).starts("b", 0)
    told.completes("a", 60)
    report = time_report(told.run, START + 100)

    assert not report.ended
    assert report.makespan_s == pytest.approx(100)
    assert report.sequential_s == pytest.approx(160)
    assert report.speedup == 1.6
    assert [one.task for one in report.tasks] == ["a", "b"]
    assert "Time: 1m 40s so far for 2m 40s of work" in words(report)


def test_a_task_that_waits_for_a_slot_now_has_waited_until_now() -> None:
    told = Told(task("a"), task("b"), limits=Limits(concurrency=1)).starts("a", 0)
    told.tell(ev.TaskQueued, 0, task="b", attempt=0)
    report = time_report(told.run, START + 30)

    assert report.totals.slots_s == pytest.approx(30)
    assert report.totals.work_s == pytest.approx(30)


def test_a_run_in_which_nothing_ran_says_so() -> None:
    report = time_report(Told(task("a")).run)

    assert report.limited_by == "nothing"
    assert words(report) == "Nothing ran here, so no time was used."


def test_the_time_between_sessions_is_no_time_of_the_run() -> None:
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 0)
    told.completes("a", 10).fails("b", 20).ends(20)
    told.resumes(100_000).starts("b", 100_000).completes("b", 100_030).ends(100_031)
    report = time_report(told.run)

    assert report.makespan_s == pytest.approx(20 + 30)
    assert report.totals.retries_s == pytest.approx(20)
    assert report.totals.work_s == pytest.approx(10 + 30)


def test_results_taken_over_took_no_time() -> None:
    told = Told(task("a"), after("b", "a")).takes_over("a", 0)
    told.starts("b", 0).completes("b", 10).ends(10)
    report = time_report(told.run)

    assert report.critical_path == ("b",)
    assert report.limited_by == "one task"
    assert [one.task for one in report.tasks] == ["b"]


def test_a_table_has_a_row_for_each_task_that_ran() -> None:
    report = time_report(ran(task("a"), after("b", "a"), hours=dict(a=1, b=2)))
    head, *rows = task_rows(report, {"a": "First", "b": "Second"})

    assert head[:2] == ("task", "work")
    assert [row[:2] for row in rows] == [("First", "1h 00m"), ("Second", "2h 00m")]
    assert all(row[-1] == "critical path" for row in rows)


# Whatever happens


def holds(run: runs.Run, now: float | None = None) -> None:
    report = time_report(run, now)
    near = 0.01 * (2 + len(run.tasks))

    assert report.makespan_s == pytest.approx(verdict.makespan(run, now), abs=0.002)
    assert 0 <= report.critical_path_s <= report.makespan_s + 0.002
    assert set(report.critical_path) <= set(run.tasks)
    assert report.chain_use.total <= report.makespan_s + near
    if report.speedup is not None and report.speedup_limit is not None:
        assert report.speedup <= report.speedup_limit
    for one in (report.totals, report.chain_use, *(each.use for each in report.tasks)):
        assert min(one.work_s, one.slots_s, one.servers_s, one.retries_s, one.paused_s) >= 0
    assert all(0 < one.saves_s <= report.makespan_s + 0.002 for one in report.helps)
    assert time_lines(report, lambda name: name)


@given(scenarios())
def test_the_figures_of_any_run_agree(scenario: Scenario) -> None:
    holds(play(scenario)[1])


@given(tellings())
def test_the_figures_of_any_session_agree(telling: Telling) -> None:
    holds(telling.run)
    holds(telling.run, telling.now + 5)
