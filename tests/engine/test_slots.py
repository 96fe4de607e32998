"""When a run had no room for one more: told in pieces, and in whole runs on a virtual clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.slots import FullTime, Slots
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, execute, says, schedule_of, task
from tests.engine.told import START, Told


def two_taken() -> Slots:
    """Full from 2 to 5, and from 9 on."""
    slots = Slots(2)
    slots.take(1.0)
    slots.take(2.0)
    slots.give_back(5.0)
    slots.take(9.0)
    return slots


@pytest.mark.parametrize(
    ("start", "end", "full"),
    [
        (0.0, 1.5, []),
        (0.0, 3.0, [(2.0, 3.0)]),
        (2.0, 5.0, [(2.0, 5.0)]),
        (3.0, 4.0, [(3.0, 4.0)]),
        (0.0, 20.0, [(2.0, 5.0), (9.0, 20.0)]),
        (5.0, 9.0, []),
        (6.0, 6.0, []),
        (2.0, 2.0, []),
        (5.0, 5.0, []),
        (5.0, 2.0, []),
    ],
)
def test_the_parts_without_room(start: float, end: float, full: list[tuple[float, float]]) -> None:
    assert two_taken().full_between(start, end) == full


def test_a_slot_that_is_taken_again_at_once_was_never_free() -> None:
    slots = two_taken()
    slots.give_back(12.0)
    slots.take(12.001)

    assert slots.full_between(10.0, 14.0) == [(10.0, 14.0)]


def test_a_pause_and_another_number_count_too() -> None:
    slots = Slots(1)
    slots.pause(1.0, True)
    slots.pause(3.0, False)
    slots.take(4.0)
    slots.resize(6.0, 2)
    slots.empty(8.0, 1)

    assert slots.full_between(0.0, 10.0) == [(1.0, 3.0), (4.0, 6.0)]
    assert (slots.taken, slots.full) == (0, False)


@given(
    st.lists(st.tuples(st.floats(0.2, 5.0), st.booleans()), max_size=30),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_what_is_full_agrees_with_counting(
    steps: list[tuple[float, bool]], one: float, other: float
) -> None:
    slots, taken, at, told = Slots(2), 0, 0.0, [(0.0, False)]
    for pause, starts in steps:
        at += pause
        if starts:
            slots.take(at)
            taken += 1
        elif taken:
            slots.give_back(at)
            taken -= 1
        told.append((at, taken >= 2))
    start, end = sorted((one, other))

    def full_at(moment: float) -> bool:
        return [full for since, full in told if since <= moment][-1]

    parts = slots.full_between(start, end)
    for first, last in parts:
        assert start <= first < last <= end
        assert full_at((first + last) / 2)
    added_up = FullTime(slots).between(one, other)
    assert added_up == pytest.approx(
        sum(last - first for first, last in parts) if one < other else 0
    )
    middle = (start + end) / 2
    if middle not in {edge for part in parts for edge in part} and start < end:
        assert full_at(middle) == any(first <= middle < last for first, last in parts)


def test_a_run_notes_its_slots_and_when_each_attempt_began_to_wait() -> None:
    schedule = schedule_of(task("a"), task("b"), limits=Limits(concurrency=1))
    scripts = {"a": [says("a", 5.0)], "b": [says("b", 5.0)]}

    _, run = virtual_time.run(execute(schedule, Scripted(scripts)))

    [waited] = run.tasks["b"].attempts
    assert waited.queued is not None
    assert run.slots.full_between(waited.queued, waited.started) == [
        (waited.queued, waited.started)
    ]
    assert run.slots.taken == 0


def test_a_servers_limit_is_not_a_lack_of_slots() -> None:
    schedule = schedule_of(task("a"), task("b"), limits=Limits(concurrency=8))
    backend = Scripted({"a": [says("a", 5.0)], "b": [says("b", 5.0)]}, slots=1)

    _, run = virtual_time.run(execute(schedule, backend))

    [waited] = run.tasks["b"].attempts
    assert waited.queued is not None
    assert waited.started - waited.queued >= 5.0
    assert run.slots.full_between(waited.queued, waited.started) == []


def test_what_follows_an_attempt_by_itself_is_told_from_what_a_person_brings_back() -> None:
    told = Told(task("a", retries=1), task("b"))
    told.starts("a", 1.0).retries("a", 3.0, wait=2.0).starts("a", 5.5).fails("a", 6.0)
    told.tell(ev.Steered, 9.0, action="retry", task="a").starts("a", 9.0)

    first, second, third = told.run.tasks["a"].attempts
    assert first.resumes == START + 5.0
    assert second.resumes is None
    assert (second.queued, third.queued) == (START + 5.5, START + 9.0)


def test_a_session_that_was_broken_off_holds_no_slot() -> None:
    told = Told(task("a"), task("b"), limits=Limits(concurrency=1))
    told.starts("a", 1.0).resumes(20.0)

    assert told.run.slots.taken == 0
    assert not told.run.slots.full
