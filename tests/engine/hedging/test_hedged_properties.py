"""Whatever happens to a straggler and its second attempt: one answer at most, nothing left over.

The wishes, the backend and the checks are those of `test_steered_properties`; here nearly every run
has a straggler that gets a second attempt.
"""

from collections import Counter

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchtui.engine.backends import base
from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold, verdict
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine import test_steered_properties as steered
from tests.engine import virtual_time
from tests.engine.scripted import Step, fails, says, schedule_of, task

_USED = base.UsageReported(ev.Usage(output=100))
_SLOW: st.SearchStrategy[list[Step]] = st.sampled_from(
    [
        says("late", 12.0),
        ["some ", 5.0, "text", 30.0, *says("whole")],
        [_USED, 9.0, "some ", 9.0, *says("counted")],
        [9.0, "some", *fails("server")],
        [9.0, *fails("auth", retryable=False)],
        [9.0, "half"],
        [8.0, *steered.slow_down(5.0)],
        [base.Started(), 2.0, base.Quota(requests=base.Meter(10, 0, 20.0)), *says("told", 9.0)],
        [10_000.0],
        ["", base.Finished("end_turn")],
        says("…", 20.0),
    ]
)
_SECOND: st.SearchStrategy[list[Step]] = st.one_of(
    _SLOW,
    st.sampled_from([says("quick", 1.0), says("as quick", 3.0), fails(), [0.5, "x", *fails()]]),
)
_MOMENTS = st.sampled_from([2.9, 3.0, 3.1, 5.9, 6.0, 6.05, 6.9, 7.0, 7.5, 9.0, 12.0, 12.3, 18.0])


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Some quick tasks of 3 s, a slow one, perhaps one behind it."""
    quick = [task(f"t{n}") for n in range(draw(st.integers(3, 5)))]
    slow = task(
        "slow",
        retries=draw(st.integers(0, 2)),
        timeout=draw(st.sampled_from([12.0, 60.0])),
        priority=draw(st.sampled_from(["normal", "critical", "nice-to-have"])),
    )
    behind = [task("behind", after=("slow",))] if draw(st.booleans()) else []
    limits = Limits(
        concurrency=draw(st.integers(2, 7)),
        hedge=draw(st.sampled_from([1.0, 2.0])),
        deadline=draw(st.sampled_from([None, None, 12.0, 40.0])),
        budget_tokens=draw(st.sampled_from([None, None, 150, 250])),
        on_budget=draw(st.sampled_from([None, "cut"])),
        rate=draw(st.sampled_from([None, None, 2.0])),
    )
    made = schedule_of(*quick, slow, *behind, limits=limits)
    tools = tuple(msgspec.structs.replace(one, tools=()) for one in made.tasks)
    return msgspec.structs.replace(made, tasks=tools)


@st.composite
def scenarios(draw: st.DrawFn) -> steered.Scenario:
    schedule = draw(schedules())
    at_slow = len(schedule.tasks) - 1 - (schedule.tasks[-1].id == "behind")
    place = st.just(at_slow) | st.integers(0, 7)
    wish = st.tuples(st.sampled_from(steered.WISHES), place)
    return steered.Scenario(
        schedule,
        scripts={
            **{one.id: [says(one.id, 3.0)] for one in schedule.tasks},
            "slow": [draw(_SLOW), draw(_SECOND), draw(_SECOND), says("at last", 1.0)],
            "x0": [says("x", 2.0)],
            "x1": [says("x", 2.0)],
        },
        at_events=draw(st.dictionaries(st.integers(8, 40), wish, max_size=2)),
        at_times=draw(st.lists(st.tuples(_MOMENTS, wish), max_size=3)),
        takes=draw(st.sampled_from([[0.0], [0.0], [0.0, 0.1], [2.0]])),
        slots=draw(st.sampled_from([None, None, None, 2, 4])),
        deaf=draw(st.booleans()),
    )


def run(scenario: steered.Scenario) -> steered.Drive:
    return virtual_time.run(steered.Drive(scenario).to_the_end())


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(scenarios())
def test_whatever_happens_one_answer_at_most_and_nothing_is_left(
    scenario: steered.Scenario,
) -> None:
    it = run(scenario)
    steered.each_task_ends_once(it)
    steered.no_more_run_than_allowed(it)
    steered.what_was_cancelled_does_not_begin_again(it)
    steered.nothing_is_left_behind(it)
    assert [e.seq for e in it.seen] == list(range(2, len(it.seen) + 2))
    assert not it.executor._hedging._hedges and not it.executor._hedging.busy
    assert it.run.slots.taken == 0
    one_second_attempt_at_most_and_each_has_an_end(it)
    numbers_are_unique(it)


def one_second_attempt_at_most_and_each_has_an_end(it: steered.Drive) -> None:
    begun = Counter(e.task for e in it.seen if isinstance(e, ev.TaskHedged))
    ended = Counter(e.task for e in it.seen if isinstance(e, ev.HedgeEnded))
    assert begun == ended and all(count == 1 for count in begun.values())
    assert all(one.hedge is None for one in it.run.tasks.values())


def numbers_are_unique(it: steered.Drive) -> None:
    """Of one task no two attempts have the same, beside each other or not."""
    for one in it.run.tasks.values():
        numbers = [attempt.number for attempt in one.attempts]
        beside = [hedge.number for hedge in one.hedges if not hedge.completed]
        assert len({*numbers, *beside}) == len(numbers) + len(beside)
        won = [hedge.number for hedge in one.hedges if hedge.completed]
        assert set(won) <= set(numbers)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(scenarios(), st.data())
def test_every_beginning_of_a_run_folds_and_can_go_on(
    scenario: steered.Scenario, data: st.DataObject
) -> None:
    it = run(scenario)
    told = [ev.decode(ev.encode(event)) for event in (it.first, *it.seen)]
    assert fold.replay(told) == it.run
    cut = data.draw(st.integers(1, len(told)))
    run_ = fold.replay(told[:cut])
    assert run_ is not None
    again = tuple(one.id for one in run_.tasks.values() if one.status != "completed")
    at = ev.iso(run_.at + 60.0)
    fold.apply(run_, ev.RunResumed(seq=10**6, at=at, why="test", reused=(), again=again))
    assert run_.slots.taken == 0
    for one in run_.tasks.values():
        assert one.hedge is None
        assert one.status in ("waiting", "completed")
        assert all(attempt.ended is not None for attempt in (*one.attempts, *one.hedges))
    census = verdict.census(run_)
    assert census.completed == len(run_.tasks) - len(again)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(scenarios())
def test_a_reader_who_knows_no_second_attempts_reads_the_same_ends(
    scenario: steered.Scenario,
) -> None:
    it = run(scenario)
    known = [e for e in (it.first, *it.seen) if not isinstance(e, ev.TaskHedged | ev.HedgeEnded)]
    told = fold.replay(known)
    assert told is not None
    for one, other in zip(told.tasks.values(), it.run.tasks.values(), strict=True):
        assert (one.status, one.text, one.error) == (other.status, other.text, other.error)
        assert [a.text for a in one.attempts] == [a.text for a in other.attempts]
    assert verdict.census(told) == verdict.census(it.run)
