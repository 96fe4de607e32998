"""`limits.hedge` as text, in a plan, as a flag; what is wrong with it is told with its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plan_files.plan_set import changed, read_settings
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.scheduling.resolve import DEFAULTS
from orchtui.engine.texts.hedge_setting import MOST, OFF, ON, format_hedge, parse_hedge
from tests.engine.schedules import build


@pytest.mark.parametrize(
    ("text", "hedge"),
    [("on", ON), ("off", OFF), ("OFF", OFF), ("0", OFF), ("2", 2.0), (" 1.25 ", 1.25), ("1", 1.0)],
)
def test_what_it_may_be(text: str, hedge: float) -> None:
    assert parse_hedge(text) == hedge


@pytest.mark.parametrize(
    "text", ["", "yes", "true", "0.5", "-2", "1001", "1e3", "nan", "inf", "2x", "1.", "٣", "9" * 99]
)
def test_what_it_may_not_be(text: str) -> None:
    with pytest.raises(ValueError, match="is not on, off, or how many times the usual time"):
        parse_hedge(text)


@given(st.just(0.0) | st.integers(4, 4 * int(MOST)).map(lambda quarters: quarters / 4))
def test_it_is_written_as_it_is_read(hedge: float) -> None:
    assert parse_hedge(format_hedge(hedge)) == hedge
    plan = Plan(limits=Limits(hedge=hedge), tasks=(Task(id="a", prompt="x"),))
    assert parse_plan(dump_plan(plan)).limits.hedge == hedge


@pytest.mark.parametrize(("word", "hedge"), [("on", 1.5), ("off", 0.0), ("2", 2.0), ('"2"', 2.0)])
def test_in_a_plan(word: str, hedge: float) -> None:
    plan = parse_plan(f"limits: {{hedge: {word}}}\ntasks: [{{prompt: x}}]\n")
    assert plan.limits.hedge == hedge
    assert build(plan, backend="local").hedge == hedge


def test_nobody_asked_for_it() -> None:
    assert DEFAULTS.hedge == OFF
    assert build(Plan(tasks=(Task(id="a", prompt="x"),)), backend="local").hedge == OFF


@pytest.mark.parametrize("word", ["often", "[1]", "{on: 2}", "0.5"])
def test_what_is_wrong_is_told_with_its_place(word: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_plan(f"limits:\n  hedge: {word}\ntasks: [{{prompt: x}}]\n", "plan.yaml")
    [problem] = caught.value.problems
    assert (problem.line, problem.column) == (2, 10)
    assert "hedge" in problem.message and "on, off, or how many times" in problem.message


def test_a_plan_overrules_what_the_user_set() -> None:
    plan = Plan(limits=Limits(hedge=0.0), tasks=(Task(id="a", prompt="x"),))
    assert build(plan, backend="local", defaults=Limits(hedge=2.0)).hedge == OFF


def test_it_is_set_for_a_run_that_is_made_again() -> None:
    plan = Plan(tasks=(Task(id="a", prompt="x"),))
    assert changed(plan, read_settings(plan, ["hedge=2"])).limits.hedge == 2.0
    with pytest.raises(InputError, match="on, off, or how many times"):
        read_settings(plan, ["limits.hedge=never"])
