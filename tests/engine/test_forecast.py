"""How long a run still takes: from what the plan says, what it has seen, and earlier runs."""

import pytest

from orchtui.engine.estimates.forecast import seconds_left, usual_seconds
from orchtui.engine.estimates.past_work import PastWork, Worked
from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.verdict import speedup_so_far
from tests.engine.scripted import task
from tests.engine.told import START, Told


def left(told: Told, at: float, **before: float) -> float | None:
    found = seconds_left(told.run, START + at, before)
    return None if found is None else round(found, 3)


def two_at_once() -> Told:
    """`a` and `b` run, `c` waits for a slot, `d` for `c`."""
    tasks = (task("a"), task("b"), task("c"), task("d", after=("c",)))
    return Told(*tasks, limits=Limits(concurrency=2)).starts("a", 0).starts("b", 0)


def test_nothing_is_known_until_one_of_the_kind_has_completed() -> None:
    told = two_at_once()
    assert left(told, 5.0) is None

    told.completes("a", 10.0, "x")

    # b has run for 10 seconds, as long as a took; then c in a's slot, then d
    assert left(told, 10.0) == 20.0


def test_what_runs_is_expected_to_end_as_such_tasks_did() -> None:
    told = two_at_once()
    told.starts("c", 2.0).completes("a", 10.0, "x")
    told.completes("c", 12.0, "x").starts("d", 12.0)

    assert left(told, 13.0) == 9.0


def test_earlier_runs_stand_in_for_tasks_of_which_this_one_knows_nothing() -> None:
    told = two_at_once()

    assert left(told, 5.0, a=20.0, b=20.0, c=20.0, d=20.0) == 55.0
    assert left(told, 5.0, a=20.0, b=20.0, c=20.0) is None


def test_what_the_plan_says_goes_before_all_else() -> None:
    told = Told(task("a", estimate=30.0), task("b", estimate=60.0)).starts("a", 0).starts("b", 0)

    assert left(told, 10.0, a=1.0, b=1.0) == 50.0


def test_what_takes_longer_than_expected_has_no_end_that_is_known() -> None:
    told = Told(task("a", estimate=5.0)).starts("a", 0)

    assert left(told, 4.0) == 1.0
    assert left(told, 6.0) is None


def test_the_pause_before_another_attempt_counts() -> None:
    told = Told(task("a", estimate=10.0, retries=2)).starts("a", 0).retries("a", 3.0, wait=4.0)

    assert left(told, 4.0) == 13.0


def test_a_run_that_is_paused_or_over_has_no_end_to_expect() -> None:
    told = Told(task("a", estimate=10.0), task("b", estimate=10.0)).starts("a", 0)
    told.tell(ev.Steered, 1.0, action="pause")
    assert left(told, 2.0) is None

    told.tell(ev.Steered, 3.0, action="resume").completes("a", 9.0, "x").cancels("b", 9.0)
    assert left(told, 9.0) is None


def test_earlier_runs_are_asked_by_kind() -> None:
    told = Told(task("a"), task("b", specialist="writer"), backend="anthropic")
    worked = Worked(
        specialist="writer", backend="anthropic", tasks=2, seconds=50.0, usage=ev.Usage()
    )

    found = usual_seconds(told.run.schedule, PastWork([worked]), lambda backend, model: model)

    assert found == {"b": 25.0}


def test_the_speed_up_so_far_counts_what_runs() -> None:
    told = two_at_once()
    assert speedup_so_far(told.run, START) is None
    assert speedup_so_far(told.run, START + 10.0) == 2.0

    told.completes("a", 10.0, "x").fails("b", 10.0)
    assert speedup_so_far(told.run, START + 20.0) is None

    told.starts("c", 20.0)
    assert speedup_so_far(told.run, START + 30.0) == pytest.approx(20 / 30, abs=0.01)


def joined(*tasks: Task, **fields: object) -> Told:
    return Told(*tasks, aggregate="synthesize", backend="scripted", **fields)  # type: ignore[arg-type]


def test_the_synthesis_comes_after_the_last_task() -> None:
    told = joined(task("a", estimate=10.0), task("b", estimate=30.0)).starts("a", 0).starts("b", 0)

    assert left(told, 5.0, **{ev.AGGREGATE: 7.0}) == 32.0
    assert left(told, 5.0) is None

    told.completes("a", 10.0, "x").completes("b", 30.0, "x")

    assert left(told, 31.0, **{ev.AGGREGATE: 7.0}) == 7.0
    assert left(told, 31.0) is None


def test_a_synthesis_that_is_made_is_counted_down_and_then_over() -> None:
    told = joined(task("a")).starts("a", 0).completes("a", 10.0, "x")
    who = {"specialist": "synthesizer", "instance": "synthesizer", "backend": "scripted"}
    told.tell(ev.TaskQueued, 10.0, task=ev.AGGREGATE, attempt=0)
    told.tell(ev.TaskStarted, 10.0, task=ev.AGGREGATE, attempt=1, **who)

    assert left(told, 14.0, **{ev.AGGREGATE: 7.0}) == 3.0
    assert left(told, 18.0, **{ev.AGGREGATE: 7.0}) is None

    told.tell(
        ev.TaskFailed,
        20.0,
        task=ev.AGGREGATE,
        attempt=1,
        error="server",
        message="broken",
        kept=0,
        output="x",
    )

    assert left(told, 20.0, **{ev.AGGREGATE: 7.0}) is None


def test_without_a_result_nothing_is_joined() -> None:
    told = joined(task("a"), task("b")).starts("a", 0).starts("b", 0)
    told.fails("a", 1.0).fails("b", 2.0)

    assert left(told, 3.0, **{ev.AGGREGATE: 7.0}) is None


@pytest.mark.parametrize(("slots", "rounds"), [(1, 3), (2, 2), (8, 2)])
def test_long_results_are_reduced_in_parts_first(slots: int, rounds: int) -> None:
    """Two results of 150,000 characters, of which one is still to come, are two parts."""
    told = joined(task("a"), task("b", estimate=20.0), limits=Limits(concurrency=slots)).starts(
        "a", 0
    )
    told.completes("a", 10.0, "x" * 150_000).starts("b", 10.0)

    assert left(told, 10.0, **{ev.AGGREGATE: 7.0}) == 20.0 + rounds * 7.0


def test_too_long_results_are_collected_which_takes_no_time() -> None:
    told = joined(task("a"), task("b", estimate=20.0)).starts("a", 0)
    told.completes("a", 10.0, "x" * 9_000_000).starts("b", 10.0)

    assert left(told, 10.0, **{ev.AGGREGATE: 7.0}) == 20.0


def test_the_synthesis_is_among_what_took_its_time_earlier() -> None:
    schedule = joined(task("a")).run.schedule
    past = PastWork(
        [
            Worked(
                specialist="synthesizer",
                backend="scripted",
                tasks=2,
                seconds=14.0,
                usage=ev.Usage(),
            )
        ]
    )

    assert usual_seconds(schedule, past, lambda backend, model: model) == {ev.AGGREGATE: 7.0}
