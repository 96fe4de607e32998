"""The advice: whether a parallel run is the right pattern, and which other one fits."""

import pytest

from orchtui.engine.independence import IndependenceReport, check
from orchtui.engine.independence.report import Pattern
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.prose import asked, of_kind, told
from tests.engine.scripted import task


def advice(report: IndependenceReport) -> dict[str, tuple[str, ...]]:
    """The tasks of each piece of advice, by its rule."""
    return {one.rule: one.tasks for one in of_kind(report, "pattern")}


PERSPECTIVES = ("Research tea in Japan", "Research tea in India")


@pytest.mark.parametrize(
    ("prompts", "pattern", "rule"),
    [
        (("Write a poem",), "basic", "basic"),
        (("Write the tutorial", "Review the tutorial"), "sequential", "sequential"),
        ((*PERSPECTIVES, "Synthesize the findings"), "hub", "hub"),
        ((*PERSPECTIVES, "Combine both reports into one essay"), "hub", "hub"),
        (PERSPECTIVES, "parallel", None),
    ],
)
def test_the_pattern_that_fits(
    prompts: tuple[str, ...], pattern: Pattern, rule: str | None
) -> None:
    report = told(*prompts)

    assert report.pattern == pattern
    assert set(advice(report)) == ({rule} if rule else set())


def test_an_empty_plan_gets_no_advice() -> None:
    report = check(Plan())

    assert report.findings == ()
    assert (report.verdict, report.pattern, report.stages) == ("independent", "basic", ())


def test_advice_speaks_of_all_its_tasks() -> None:
    assert advice(told("Write the tutorial", "Review the tutorial")) == {"sequential": ("a", "b")}


def with_estimates(*seconds: float | None) -> Plan:
    tasks = (
        asked(f"t{at}", prompt, estimate=estimate)
        for at, (prompt, estimate) in enumerate(
            zip(("Research tea", "Research coffee", "Research cocoa"), seconds, strict=False)
        )
    )
    return Plan(tasks=tuple(tasks))


@pytest.mark.parametrize(
    ("seconds", "found"),
    [
        ((600.0, 10.0, 10.0), {"dominated": ("t0",)}),
        ((10.0, 10.0, 600.0), {"dominated": ("t2",)}),
        ((60.0, 60.0, 60.0), {}),
        ((600.0, None, 10.0), {}),
        ((0.0, 0.0, 0.0), {}),
    ],
)
def test_one_long_task_leaves_little_to_gain(
    seconds: tuple[float | None, ...], found: dict[str, tuple[str, ...]]
) -> None:
    assert advice(check(with_estimates(*seconds))) == found


def test_very_different_specialists_gain_less() -> None:
    def tasks(*names: str) -> tuple[Task, ...]:
        words = ("Research tea", "Describe coffee", "Draw cocoa")
        return tuple(
            asked(name + str(at), text, specialist=name)
            for at, (name, text) in enumerate(zip(names, words, strict=True))
        )

    assert "mixed" in advice(check(Plan(tasks=tasks("researcher", "writer", "designer"))))
    assert advice(check(Plan(tasks=tasks("writer", "writer", "writer")))) == {}


@pytest.mark.parametrize("spelling", ["explorer two", "EXPLORERTWO", "Explorer_Two"])
def test_names_are_compared_as_a_run_compares_them(spelling: str) -> None:
    named = (("a", "explorer-two"), ("b", spelling), ("c", "critic"))
    plan = Plan(tasks=tuple(asked(id, f"Draw {id}", specialist=name) for id, name in named))

    assert "mixed" not in advice(check(plan))


def test_a_name_is_the_kind_that_a_verb_asks_for() -> None:
    tasks = (
        asked("a", "Research tea"),
        asked("b", "Draw cocoa", specialist="RESEARCHER"),
        asked("c", "Paint coffee", specialist="painter"),
    )

    assert "mixed" not in advice(check(Plan(tasks=tasks)))


def test_advice_never_changes_a_verdict() -> None:
    report = told("Write a poem")

    assert [one.severity for one in report.findings] == ["info"]
    assert report.verdict == "independent"
    assert report.tasks[0].independent
    assert report.edges == ()


def test_accepted_advice_is_marked() -> None:
    report = check(Plan(tasks=(task("a", accepted=("pattern:basic",)),)))

    assert [(one.rule, one.accepted) for one in report.findings] == [("basic", True)]
