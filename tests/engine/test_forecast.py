"""How long a run still takes: from what the plan says, what it has seen, and earlier runs."""

import pytest

from orchtui.engine import events as ev
from orchtui.engine.forecast import seconds_left, usual_seconds
from orchtui.engine.past_work import PastWork, Worked
from orchtui.engine.plan import Limits
from orchtui.engine.verdict import speedup_so_far
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
