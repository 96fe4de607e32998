"""Runs of one plan over time, and figures as one line of text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.history.run_texts import plan_key
from orchtui.engine.history.sparkline import ASCII_BARS, ASCII_GAP, BARS, GAP, sparkline
from orchtui.engine.history.trends import Trend, of_plan, trends
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.history.past import completed, left, opened, run_id, told

A, B = Task(id="a", prompt="x"), Task(id="b", prompt="y")


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (Plan(name="n", tasks=(A,)), Plan(name="n", tasks=(B,), request="z"), True),
        (Plan(name="n", tasks=(A,)), Plan(name="m", tasks=(A,)), False),
        (Plan(request="Do  it\n", tasks=(A,)), Plan(request="do it", tasks=(B,)), True),
        (Plan(request="do it", tasks=(A,)), Plan(request="do that", tasks=(A,)), False),
        (Plan(name="n", request="r"), Plan(request="r"), False),
        (Plan(tasks=(A, B)), Plan(tasks=(A, B), model="opus"), True),
        (Plan(tasks=(A, B)), Plan(tasks=(B, A)), False),
        (Plan(tasks=(A,)), Plan(tasks=(Task(id="other", prompt="x"),)), True),
        (Plan(tasks=(Task(id="a", command=("x", "y")),)),
         Plan(tasks=(Task(id="a", command=("x", "z")),)), False),
    ],
)  # fmt: skip
def test_which_plans_are_the_same(one: Plan, two: Plan, same: bool) -> None:
    assert (plan_key(one) == plan_key(two)) is same


def of(out: Path, words: str = "") -> list[Trend]:
    with opened(out) as history:
        found = trends(history.rows)
    return of_plan(found, words) if words else found


def test_a_part_of_a_cost_is_none(tmp_path: Path) -> None:
    for number in (1, 2):
        left(tmp_path, completed(name="logs"), number)
    with opened(tmp_path) as history:
        first, second = sorted(history.rows, key=lambda row: row.id)
    part = replace(first, summary=replace(first.summary, cost=None, cost_at_least=0.01))
    whole = replace(second, summary=replace(second.summary, cost=0.42, cost_at_least=0.42))

    (trend,) = trends([part, whole])

    assert trend.costs == [None, 0.42]


def test_the_figures_of_a_plan_over_time(tmp_path: Path) -> None:
    left(tmp_path, completed(name="logs"), 1)
    failed = told(name="logs").starts("one", 0).starts("two", 0)
    left(tmp_path, failed.completes("two", 2, "x").fails("one", 20).ends(21), 2)
    left(tmp_path, told(name="logs").starts("one", 0), 3)
    left(tmp_path, completed(name="other"), 4)

    (trend,) = of(tmp_path)

    assert (trend.plan, trend.rehearsed, trend.left_out) == ("logs", False, 0)
    assert [point.run for point in trend.points] == [run_id(1), run_id(2), run_id(3)]
    assert trend.makespans == [8.0, 20.0, None]
    assert trend.failures == [0.0, 1.0, 0.0]
    assert trend.slowest == [8.0, 20.0, None]
    assert [point.slowest for point in trend.points] == ["two", "one", ""]
    assert [point.verdict for point in trend.points] == ["COMPLETED", "PARTIAL", "INTERRUPTED"]


def test_rehearsals_do_not_count_beside_what_really_ran(tmp_path: Path) -> None:
    for number in (1, 2):
        left(tmp_path, completed(name="logs", backend="rehearsal"), number)

    (trend,) = of(tmp_path)
    assert (trend.rehearsed, len(trend.points), trend.left_out) == (True, 2, 0)

    left(tmp_path, completed(name="logs"), 3)
    (trend,) = of(tmp_path)
    assert (trend.rehearsed, len(trend.points), trend.left_out) == (False, 1, 2)


def test_the_plan_that_ran_last_comes_first(tmp_path: Path) -> None:
    for number, name in enumerate(["a", "b", "a", "b", "long-a"], 1):
        left(tmp_path, completed(name=name), number)

    assert [trend.plan for trend in of(tmp_path)] == ["b", "a"]
    assert [trend.plan for trend in of(tmp_path, "A")] == ["a"]
    assert [trend.plan for trend in of(tmp_path, run_id(4))] == ["b"]
    assert of(tmp_path, "nope") == []


@pytest.mark.parametrize(
    ("values", "line", "in_ascii"),
    [
        ([], "", ""),
        ([0, 1, 2, 3, 4, 5, 6, 7], BARS, ASCII_BARS),
        ([7, 0], "█▁", "#_"),
        ([5], "▄", ":"),
        ([5, 5, 5], "▄▄▄", ":::"),
        ([1, None, 2], "▁·█", "_ #"),
        ([None, None], GAP * 2, ASCII_GAP * 2),
        ([1, float("nan"), float("inf"), 2], "▁··█", "_  #"),
        ([-1e308, 1e308], "▁█", "_#"),
    ],
)
def test_sparklines(values: list[float | None], line: str, in_ascii: str) -> None:
    assert sparkline(values) == line
    assert sparkline(values, ascii_only=True) == in_ascii


def test_a_sparkline_of_some_width_shows_the_newest() -> None:
    assert sparkline([9.0, 1.0, 2.0, 3.0], 2) == "▁█"


@given(st.lists(st.none() | st.floats()), st.integers(0, 20), st.booleans())
def test_a_sparkline_has_one_character_for_each(
    values: list[float | None], width: int, in_ascii: bool
) -> None:
    line = sparkline(values, width, ascii_only=in_ascii)

    assert len(line) == (min(width, len(values)) if width else len(values))
    assert set(line) <= set(ASCII_BARS + ASCII_GAP if in_ascii else BARS + GAP)
    assert line.isascii() or not in_ascii
