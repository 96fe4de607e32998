"""Which task starts next, and when."""

import math
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.execution.lanes import Lanes, Limiters
from orchtui.engine.execution.limiter import Limiter
from orchtui.engine.scheduling.schedule import ScheduledTask
from tests.engine.scripted import Scripted


def scheduled(position: int, urgency: int, tail: float, backend: str) -> ScheduledTask:
    return ScheduledTask(
        id=f"t{position}",
        label="",
        position=position,
        prompt="",
        specialist="s",
        instance="s",
        backend=backend,
        urgency=urgency,
        tail=tail,
        timeout=1.0,
        retries=0,
        max_tokens=1,
    )


_MANY = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([1.0, 2.0, 9.0]), st.sampled_from("xyz"))
).map(lambda rows: [scheduled(n, *row) for n, row in enumerate(rows, 1)])


def order(one: ScheduledTask) -> tuple[int, float, int]:
    return one.urgency, -one.tail, one.position


def lanes(limiters: Mapping[str, Limiter] | None = None, concurrency: int = 1000) -> Lanes:
    known = limiters or {}
    return Lanes({name: known.get(name, Limiter()) for name in "xyz"}, concurrency)


def taken(from_lanes: Lanes, now: float = 0.0) -> list[ScheduledTask]:
    found = []
    while (one := from_lanes.take(now)) is not None:
        found.append(one[0])
    return found


@given(_MANY)
def test_the_most_urgent_first_then_the_longest_way_then_the_plans_order(
    tasks: list[ScheduledTask],
) -> None:
    waiting = lanes()
    for one in tasks:
        waiting.push(one)

    assert taken(waiting) == sorted(tasks, key=order)


@given(_MANY, st.sampled_from("xyz"))
def test_a_full_backend_holds_back_only_its_own_tasks(
    tasks: list[ScheduledTask], full: str
) -> None:
    waiting = lanes({full: Limiter(slots=0)})
    for one in tasks:
        waiting.push(one)

    free = sorted((one for one in tasks if one.backend != full), key=order)

    assert taken(waiting) == free
    assert waiting.wait(0.0) == math.inf


def test_concurrency_holds_over_all_lanes_and_may_change() -> None:
    waiting = lanes(concurrency=2)
    for n, name in enumerate("xyzx", 1):
        waiting.push(scheduled(n, 1, 1.0, name))

    assert [one.id for one in taken(waiting)] == ["t1", "t2"]
    waiting.concurrency = 3
    assert [one.id for one in taken(waiting)] == ["t3"]


def test_a_task_that_has_ended_frees_its_place() -> None:
    waiting = lanes(concurrency=1)
    waiting.push(scheduled(1, 1, 1.0, "x"))
    waiting.push(scheduled(2, 1, 1.0, "x"))
    first = waiting.take(0.0)
    assert first is not None and waiting.take(0.0) is None

    waiting.give_back("x", first[1])

    assert [one.id for one in taken(waiting)] == ["t2"]


def test_a_paused_run_starts_nothing_and_needs_no_clock() -> None:
    waiting = lanes({"x": Limiter(rate=1.0)})
    waiting.push(scheduled(1, 1, 1.0, "x"))
    waiting.paused = True

    assert waiting.take(0.0) is None
    assert waiting.wait(0.0) == math.inf

    waiting.paused = False

    assert [one.id for one in taken(waiting)] == ["t1"]


def test_a_task_may_be_dropped_or_become_more_urgent_while_it_waits() -> None:
    waiting = lanes()
    for n in (1, 2, 3):
        waiting.push(scheduled(n, 1, 1.0, "x"))
    waiting.drop(["t1"])
    waiting.push(scheduled(3, 0, 1.0, "x"))

    assert [one.id for one in taken(waiting)] == ["t3", "t2"]


def test_a_pace_is_waited_for_and_holds_back_only_its_own_lane() -> None:
    waiting = lanes({"x": Limiter(rate=0.5)})
    for n, name in enumerate("xxy", 1):
        waiting.push(scheduled(n, 1, 1.0, name))

    assert [one.id for one in taken(waiting)] == ["t1", "t3"]
    assert waiting.wait(0.0) == 2.0
    assert taken(waiting, 1.9) == []
    assert [one.id for one in taken(waiting, 2.0)] == ["t2"]


def test_a_limiter_is_shared_by_all_runs_and_the_lower_rate_holds() -> None:
    limiters = Limiters({"scripted": 2.0})
    backend = Scripted(slots=7)
    first = limiters.of("scripted", backend, rate=None)
    first.start(1000.0)

    again = limiters.of("scripted", backend, rate=0.25)

    assert again is first
    again.start(1000.0)
    assert again.wait(1000.0) == pytest.approx(4.0)
