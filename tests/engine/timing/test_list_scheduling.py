"""List scheduling on paper and in the executor: bounds that nothing beats, and what is reached."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.runs import verdict
from orchtui.engine.scheduling.list_scheduling import (
    Network,
    critical_path,
    ends,
    lower_bound,
    span,
)
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, conflict, execute, says, schedule_of, task


def of(*tasks: Task, slots: int = 8) -> Schedule:
    return schedule_of(*tasks, limits=Limits(concurrency=slots, timeout=10**6))


def after(name: str, *needed: str, estimate: float | None = None) -> Task:
    return task(name, after=needed, estimate=estimate)


def seconds_of(schedule: Schedule) -> dict[str, float]:
    return {one.id: one.estimate or 0.0 for one in schedule.tasks}


@pytest.mark.parametrize(
    ("tasks", "longest", "path"),
    [
        pytest.param([after("a", estimate=3.0)], 3.0, ("a",), id="one"),
        pytest.param(
            [after("a", estimate=3.0), after("b", estimate=5.0)], 5.0, ("b",), id="independent"
        ),
        pytest.param(
            [after("a", estimate=3.0), after("b", "a", estimate=5.0)], 8.0, ("a", "b"), id="chain"
        ),
        pytest.param(
            [
                after("a", estimate=1.0),
                after("b", "a", estimate=9.0),
                after("c", "a", estimate=2.0),
                after("d", "b", "c", estimate=1.0),
            ],
            11.0,
            ("a", "b", "d"),
            id="diamond",
        ),
    ],
)
def test_the_critical_path(tasks: list[Task], longest: float, path: tuple[str, ...]) -> None:
    schedule = of(*tasks)

    assert critical_path(schedule.tasks, seconds_of(schedule)) == (longest, path)


def test_a_conflict_is_on_the_path_too() -> None:
    tasks = after("a", estimate=3.0), after("b", estimate=5.0)
    schedule = schedule_of(*tasks, findings=[conflict("a", "b")])

    assert critical_path(schedule.tasks, seconds_of(schedule))[0] == 8.0


def test_when_each_task_ends() -> None:
    tasks = after("a", estimate=3.0), after("b", estimate=5.0), after("c", "a", estimate=1.0)
    schedule = of(*tasks)

    assert ends(schedule.tasks, seconds_of(schedule), 2) == {"a": 3.0, "c": 4.0, "b": 5.0}
    assert span(schedule.tasks, seconds_of(schedule), 1) == 9.0
    assert span((), {}, 1) == 0.0
    assert critical_path((), {}) == (0.0, ())


@st.composite
def graphs(draw: st.DrawFn) -> list[Task]:
    """Tasks in a random order of waiting, with whole seconds as estimates."""
    tasks: list[Task] = []
    for number in range(draw(st.integers(1, 12))):
        earlier = [one.id for one in tasks]
        needed = (
            draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True)) if earlier else []
        )
        seconds = float(draw(st.integers(1, 50)))
        tasks.append(after(f"t{number}", *needed, estimate=seconds))
    return tasks


def executed(schedule: Schedule) -> float:
    """Seconds that the executor takes."""
    backend = Scripted({one.id: [says("done", one.estimate or 0.0)] for one in schedule.tasks})
    _, run = virtual_time.run(execute(schedule, backend))
    assert len(run.with_status("completed")) == len(schedule.tasks)
    return verdict.makespan(run)


NEAR = 0.02
"""Seconds: events tell milliseconds."""


@given(graphs())
def test_with_a_slot_for_each_task_a_run_takes_its_critical_path(tasks: list[Task]) -> None:
    schedule = of(*tasks, slots=len(tasks))

    longest, path = critical_path(schedule.tasks, seconds_of(schedule))
    assert executed(schedule) == pytest.approx(longest, abs=NEAR)
    assert sum(seconds_of(schedule)[name] for name in path) == pytest.approx(longest)


@given(graphs(), st.integers(1, 5))
def test_no_run_beats_the_bounds_and_none_is_worse_than_list_scheduling_may_be(
    tasks: list[Task], slots: int
) -> None:
    schedule = of(*tasks, slots=slots)
    seconds = seconds_of(schedule)
    took = executed(schedule)
    bound = lower_bound(schedule.tasks, seconds, slots)

    assert took >= bound - NEAR
    assert took <= (2 - 1 / slots) * bound + NEAR  # Graham, 1969
    assert took == pytest.approx(span(schedule.tasks, seconds, slots), abs=NEAR)


def test_who_is_next_is_asked_of_all_that_end_in_one_moment() -> None:
    """The two long ones are let go by `a`, which ends with two others: they start at once."""
    first = [after(name, estimate=1.0) for name in "abcde"]
    schedule = of(*first, *(after(name, "a", estimate=2.0) for name in "xy"), slots=3)

    assert executed(schedule) == pytest.approx(3.0, abs=NEAR)


@given(st.data())
def test_a_network_is_used_many_times(data: st.DataObject) -> None:
    """What is left out is as if it had never been there, and the next round knows nothing of it."""
    count = data.draw(st.integers(1, 12))
    names = [f"t{number}" for number in range(count)]
    tasks = [
        after(
            name,
            *data.draw(st.lists(st.sampled_from(names[:place]), unique=True, max_size=3))
            if place
            else (),
            estimate=float(data.draw(st.integers(1, 9))),
        )
        for place, name in enumerate(names)
    ]
    gone = data.draw(st.sets(st.sampled_from(names)))
    slots = data.draw(st.integers(1, 4))
    schedule = of(*tasks)
    seconds, network = seconds_of(schedule), Network(schedule.tasks)

    left = network.ends(seconds, slots, gone)
    whole = network.ends(seconds, slots)

    assert left == ends([one for one in schedule.tasks if one.id not in gone], seconds, slots)
    assert whole == ends(schedule.tasks, seconds, slots)
    assert max(whole.values()) <= network.at_most(seconds, slots) + 1e-6
    assert network.at_most(seconds, 1) == pytest.approx(sum(seconds.values()))
