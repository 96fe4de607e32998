"""The independence report: what a plan declares, quoted."""

import msgspec
import pytest
from hypothesis import given

from orchtui.engine.independence import Finding, IndependenceReport, check
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.scripted import task
from tests.engine.told import Scenario, scenarios


def plan(*tasks: Task) -> Plan:
    return Plan(tasks=tasks)


def declared(report: IndependenceReport) -> list[Finding]:
    """The findings that are no guess and no advice."""
    return [one for one in report.findings if one.kind == "declared"]


def test_tasks_that_declare_nothing_are_independent() -> None:
    report = check(plan(task("a"), task("b")))

    assert report.verdict == "independent"
    assert report.pattern == "parallel"
    assert report.findings == ()
    assert report.stages == (("a", "b"),)
    assert all(one.independent for one in report.tasks)


def test_a_declared_order_is_found_with_the_words_that_say_so() -> None:
    report = check(plan(task("a"), task("x"), task("b", after=("x", "a"), title="Bring together")))

    assert report.verdict == "dependent"
    assert [one.independent for one in report.tasks] == [True, True, False]
    finding = report.findings[0]
    assert (finding.kind, finding.severity) == ("declared", "error")
    assert (finding.before, finding.after, finding.tasks) == ("a", "b", ("a", "b"))
    assert finding.message == "'Bring together' is declared to come after 'do a'"
    [words] = finding.evidence
    assert (words.task, words.field, words.start, words.end) == ("b", "after[1]", 0, 1)
    assert words.text == "a"


def test_an_accepted_finding_stays_in_sight_and_no_longer_counts() -> None:
    report = check(plan(task("a"), task("b", after=("a",), accepted=("declared:a:b",))))

    assert report.verdict == "independent"
    accepted = {finding.id: finding.accepted for finding in report.findings}
    assert accepted["declared:a:b"]
    assert all(one.independent for one in report.tasks)


def test_accepting_one_of_two_findings_is_not_enough() -> None:
    waits = task("c", after=("a", "b"), accepted=("declared:a:c",))

    assert check(plan(task("a"), task("b"), waits)).verdict == "dependent"


def test_tasks_that_are_switched_off_are_left_out() -> None:
    report = check(plan(task("a", enabled=False), task("b", after=("a",)), task("c")))

    assert [one.id for one in report.tasks] == ["b", "c"]
    assert declared(report) == []


@pytest.mark.parametrize(
    ("tasks", "pattern", "stages"),
    [
        ([], "basic", ()),
        ([task("a")], "basic", (("a",),)),
        ([task("a"), task("b", after=("a",))], "sequential", (("a",), ("b",))),
        ([task("a"), task("b"), task("c", after=("a",))], "parallel", (("a", "b"), ("c",))),
    ],
)
def test_the_pattern_and_the_stages(
    tasks: list[Task], pattern: str, stages: tuple[tuple[str, ...], ...]
) -> None:
    report = check(plan(*tasks))

    assert (report.pattern, report.stages) == (pattern, stages)


@given(scenarios())
def test_every_finding_quotes_what_the_plan_says(scenario: Scenario) -> None:
    tasks = {one.id: task(one.id, after=one.after) for one in scenario[0].tasks}

    report = check(plan(*tasks.values()))

    assert len({finding.id for finding in report.findings}) == len(report.findings)
    assert len(declared(report)) == sum(len(one.after) for one in tasks.values())
    for finding in declared(report):
        [words] = finding.evidence
        index = int(words.field.removeprefix("after[").removesuffix("]"))
        assert tasks[words.task].after[index][words.start : words.end] == words.text
    assert check(plan(*tasks.values())) == report


def test_the_report_has_the_keys_of_the_contract() -> None:
    report = msgspec.to_builtins(check(plan(task("a"), task("b", after=("a",)))))

    assert set(report) == {"verdict", "pattern", "tasks", "findings", "stages", "edges"}
    assert set(report["tasks"][0]) == {"id", "independent"}
    for finding in report["findings"]:
        assert set(finding) == {
            *("id", "kind", "severity", "accepted", "before", "after"),
            *("tasks", "evidence", "message", "fixes", "rule", "source"),
        }
    assert set(report["findings"][0]["evidence"][0]) == {"task", "field", "start", "end", "text"}
