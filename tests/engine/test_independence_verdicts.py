"""Findings put together: severities, accepted ones, orders that contradict, stages."""

import pytest
from msgspec.structs import replace

from orchtui.engine.independence import Edge, Finding
from orchtui.engine.independence.report import FindingKind, IndependenceVerdict, Severity
from orchtui.engine.independence.verdicts import judge
from orchtui.engine.plans.plan import Task
from tests.engine.made_findings import found
from tests.engine.scripted import task

TASKS = (task("a"), task("b"), task("c"))


def made(kind: FindingKind, *tasks: str, severity: Severity = "warning") -> Finding:
    return replace(found(kind, *tasks), severity=severity)


@pytest.mark.parametrize(
    ("kind", "severity", "verdict", "waiting"),
    [
        ("dependency", "error", "dependent", {"b"}),
        ("dependency", "warning", "unsure", {"b"}),
        ("write_conflict", "error", "dependent", {"a", "b"}),
        ("read_write", "error", "dependent", {"a", "b"}),
        ("read_write", "warning", "unsure", {"a", "b"}),
        ("shared_resource", "warning", "unsure", {"a", "b"}),
        ("duplicate", "warning", "independent", set()),
        ("not_self_contained", "warning", "independent", set()),
        ("not_self_contained", "error", "independent", set()),
    ],
)
def test_what_a_finding_does_to_the_verdict(
    kind: FindingKind, severity: Severity, verdict: IndependenceVerdict, waiting: set[str]
) -> None:
    tasks = ("a",) if kind == "not_self_contained" else ("a", "b")
    one = made(kind, *tasks, severity=severity)

    report = judge(TASKS, [one])

    assert report.verdict == verdict
    assert {each.id for each in report.tasks if not each.independent} == waiting
    assert len(report.edges) == bool(waiting)
    assert report.stages == ((("a", "c"), ("b",)) if waiting else (("a", "b", "c"),))


def accepting(task_id: str, *ids: str) -> list[Task]:
    return [replace(one, accepted=ids) if one.id == task_id else one for one in TASKS]


@pytest.mark.parametrize("kind", ["dependency", "write_conflict", "read_write", "shared_resource"])
@pytest.mark.parametrize("who", ["a", "b", "c"])
def test_an_accepted_finding_frees_the_pair(kind: FindingKind, who: str) -> None:
    one = made(kind, "a", "b", severity="error")

    report = judge(accepting(who, one.id), [one])

    assert report.verdict == "independent"
    assert [each.accepted for each in report.findings if each.kind == kind] == [True]
    assert report.edges == ()
    assert report.stages == (("a", "b", "c"),)


def test_who_finds_something_does_not_say_that_it_is_accepted() -> None:
    one = replace(made("dependency", "a", "b"), accepted=True)

    assert [each.accepted for each in judge(TASKS, [one]).findings] == [False]


def test_a_dependency_hands_over_and_a_conflict_only_orders() -> None:
    needed, met = made("dependency", "b", "a"), made("write_conflict", "b", "c")

    report = judge(TASKS, [needed, met])

    assert set(report.edges) == {
        Edge(before="b", after="a", hands_over=True, finding=needed.id),
        Edge(before="b", after="c", hands_over=False, finding=met.id),
    }
    assert report.stages == (("b",), ("a", "c"))


def test_a_conflict_of_tasks_in_order_adds_nothing() -> None:
    report = judge(TASKS, [made("dependency", "b", "a"), made("write_conflict", "a", "b")])

    assert [(one.before, one.after) for one in report.edges] == [("b", "a")]


def test_of_two_that_contradict_what_is_certain_is_kept() -> None:
    guess, certain = made("dependency", "a", "b"), made("dependency", "b", "a", severity="error")

    for order in ([guess, certain], [certain, guess]):
        report = judge(TASKS, order)
        assert [one.id for one in report.findings if one.kind == "dependency"] == [certain.id]
        assert report.stages == (("b", "c"), ("a",))


def test_a_circle_of_three_loses_its_weakest() -> None:
    circle = [
        made("dependency", "a", "b", severity="error"),
        made("dependency", "b", "c", severity="error"),
        made("dependency", "c", "a"),
    ]

    report = judge(TASKS, circle[::-1])

    assert {one.id for one in report.findings if one.kind == "dependency"} == {
        circle[0].id,
        circle[1].id,
    }
    assert report.stages == (("a",), ("b",), ("c",))


@pytest.mark.parametrize(
    "guess",
    [
        made("dependency", "a", "b"),
        made("dependency", "b", "a"),
        made("write_conflict", "a", "b"),
        made("shared_resource", "a", "b"),
    ],
)
def test_what_is_declared_is_not_guessed_again(guess: Finding) -> None:
    tasks = [TASKS[0], replace(TASKS[1], after=("a",)), TASKS[2]]
    declared = made("declared", "a", "b", severity="error")

    report = judge(tasks, [guess, declared])

    assert [one.kind for one in report.findings if one.kind != "pattern"] == ["declared"]
    assert report.edges == ()


def test_errors_come_first_and_of_one_id_the_last_is_kept() -> None:
    guess, certain = made("duplicate", "a", "b"), made("read_write", "b", "c", severity="error")

    report = judge(TASKS, [guess, certain, replace(guess, message="again")])

    assert [one.kind for one in report.findings] == ["read_write", "duplicate"]
    assert report.findings[1].message == "again"


def test_every_finding_offers_what_can_be_done() -> None:
    report = judge(TASKS, [made("dependency", "a", "b")])

    assert report.findings[0].fixes
    assert report.finding(report.findings[0].id) == report.findings[0]
    assert report.finding("nothing") is None


def test_a_model_s_finding_counts_like_one_of_the_rules() -> None:
    one = replace(made("dependency", "a", "b"), source="model")

    report = judge(TASKS, [one])

    assert (report.verdict, report.findings[0].source) == ("unsure", "model")
