"""Looking up who may be meant finds what a look at all tasks finds, and costs no look at all."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.independence_predictions import plan_of
from orchtui.engine.independence import check, makers, pointers
from orchtui.engine.independence.desk import lay_out
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.counted import growth
from tests.engine.test_independence_labelled import LABELLED

THINGS = ("report", "summary of caching", "summary of caching in Go", "Go guide", "guide")
WORDS = ("Write a", "Review the", "Translate the", "Summarize the", "Merge the", "Test")


def findings_of(plan: Plan, few: int, patch: pytest.MonkeyPatch) -> list[object]:
    with patch.context() as patched:
        patched.setattr(makers, "FEW", few)
        patched.setattr(pointers, "FEW_NAMES", few)
        return list(check(plan).findings)


def test_all_labelled_requests_have_the_same_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    for request in LABELLED:
        plan = plan_of(request)
        assert findings_of(plan, 0, monkeypatch) == findings_of(plan, 10_000, monkeypatch)


@given(st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(THINGS)), min_size=1, max_size=8))
def test_any_plan_has_the_same_findings(said: list[tuple[str, str]]) -> None:
    plan = Plan(
        tasks=tuple(
            Task(
                id=f"task-{number}",
                title=f"The {thing} {number % 3}",
                prompt=f"{verb} {thing}, after the {thing} 1, 'task-2' and the {thing} 2.",
            )
            for number, (verb, thing) in enumerate(said)
        )
    )
    with pytest.MonkeyPatch.context() as patch:
        assert findings_of(plan, 0, patch) == findings_of(plan, 10_000, patch)


def test_a_letter_that_looks_like_another_one_names_nobody() -> None:
    """The dotless i is one letter to a pattern that minds no case, and another one to a title."""
    tasks = (
        Task(id="a", title="Fix filter", prompt="Write x."),
        Task(id="b", prompt="Once the fıx fılter is done, write y."),
    )
    assert not check(Plan(tasks=tasks)).findings


def towns(count: int) -> Plan:
    """Each task speaks of one town of its own, as of all others."""
    return Plan(
        tasks=tuple(
            Task(
                id=f"town-{number}",
                title=f"Archive box {number + 5000}",
                prompt=f"Summarize the history of town number {number}.",
            )
            for number in range(count)
        )
    )


def test_of_many_makers_only_those_that_may_be_meant_are_looked_at() -> None:
    desk = lay_out(towns(200).tasks)
    found = makers.Makers(desk).of("summary", frozenset({"town", "7"}))
    assert list(found) == [7]
    assert len(desk.makers["summary"]) == 200


def test_tasks_of_one_form_cost_no_look_at_all_pairs() -> None:
    def work(count: int) -> Callable[[], object]:
        return partial(check, towns(count))

    assert growth(work, 80, 320) < 1.6, "nearly linear"
