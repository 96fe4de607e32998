"""Working time: where a moment of a run stands on it, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.runs.time_axis import TimeAxis
from tests.engine.scripted import task
from tests.engine.told import START, Told


def test_the_pause_between_two_sessions_takes_no_room() -> None:
    told = Told(task("a")).starts("a", 0).fails("a", 10).ends(10).resumes(1000).starts("a", 1000)

    axis = TimeAxis.of(told.run, START + 1005)

    assert axis.length == 15
    assert [axis.at(START + at) for at in (-5, 4, 10, 500, 1000, 1005, 2000)] == [
        0, 4, 10, 10, 10, 15, 15,
    ]  # fmt: skip
    assert [axis.moment(at) - START for at in (-1, 0, 4, 10, 12, 99)] == [
        0, 0, 4, 1000, 1002, 1005,
    ]  # fmt: skip


def test_an_axis_on_which_nobody_worked_is_one_all_the_same() -> None:
    axis = TimeAxis([])

    assert (axis.length > 0, axis.at(START), axis.moment(3.0)) == (True, 0.0, 0.0)


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(-5, 100)), min_size=1),
    st.floats(0, 10_000, allow_nan=False),
)
def test_there_and_back_is_the_same_place(spans: list[tuple[int, int]], seconds: float) -> None:
    stretches, at = [], 0.0
    for pause, length in spans:
        at += pause
        stretches.append((at, at + length))
        at += max(0, length)
    axis = TimeAxis(stretches)
    seconds = min(seconds, axis.length)

    assert axis.at(axis.moment(seconds)) == pytest.approx(seconds, abs=0.01)
