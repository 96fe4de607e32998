"""What a report adds to a Schedule: results handed over, conflicts kept apart, and why."""

import msgspec
import pytest
from hypothesis import given

from orchtui.engine.independence.report import Finding
from orchtui.engine.independence.verdicts import judge
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.scheduling.staging import Accepted, Staged
from tests.engine.schedules import build
from tests.engine.scripted import conflict, dependency, schedule_of, task
from tests.engine.told import Scenario, staged_scenarios

ABC = (task("a"), task("b"), task("c"))


def waits(schedule: Schedule) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """By task: `after` and `behind`, of those who wait."""
    return {one.id: (one.after, one.behind) for one in schedule.tasks if one.waits_for}


@pytest.mark.parametrize(
    ("tasks", "findings", "expected"),
    [
        pytest.param(ABC, [], {}, id="nothing found"),
        pytest.param(
            ABC, [dependency("c", "a")], {"a": (("c",), ())}, id="a dependency is handed over"
        ),
        pytest.param(
            ABC, [conflict("c", "a")], {"c": ((), ("a",))}, id="a conflict orders, as the plan does"
        ),
        pytest.param(
            [task("a"), task("b", after=("a",)), task("c")],
            [dependency("c", "b")],
            {"b": (("a", "c"), ())},
            id="what is declared goes before what was found",
        ),
        pytest.param(
            [task("a"), task("b", after=("a",))],
            [conflict("a", "b"), dependency("a", "b")],
            {"b": (("a",), ())},
            id="one order is enough for a pair",
        ),
        pytest.param(
            [task("a", after=("b",)), task("b")],
            [conflict("a", "b"), dependency("a", "b")],
            {"a": (("b",), ())},
            id="what is declared wins over what was found",
        ),
        pytest.param(
            [task("a", accepted=("dependency:b:a", "write_conflict:b:c")), *ABC[1:]],
            [dependency("b", "a"), conflict("b", "c")],
            {},
            id="what a person accepted orders nothing",
        ),
        pytest.param(
            ABC,
            [conflict("a", "b"), dependency("b", "c"), conflict("a", "c")],
            {"b": ((), ("a",)), "c": (("b",), ("a",))},
            id="two that others keep apart are kept apart for themselves too",
        ),
    ],
)
def test_who_waits_for_whom(
    tasks: list[Task],
    findings: list[Finding],
    expected: dict[str, tuple[tuple[str, ...], tuple[str, ...]]],
) -> None:
    assert waits(schedule_of(*tasks, findings=findings)) == expected


def test_the_schedule_says_what_it_staged_and_why() -> None:
    findings = [conflict("a", "b"), dependency("b", "c")]

    assert schedule_of(*ABC, findings=findings).staged == (
        Staged(
            before="b",
            after="c",
            hands_over=True,
            kind="dependency",
            certain=False,
            message="'c' speaks of what 'b' makes",
            finding="dependency:b:c",
        ),
        Staged(
            before="a",
            after="b",
            hands_over=False,
            kind="write_conflict",
            certain=True,
            message="'a' and 'b' both write out.md",
            finding="write_conflict:a:b",
        ),
    )


def test_the_schedule_says_what_a_person_accepted() -> None:
    schedule = schedule_of(
        task("a"), task("b", accepted=("write_conflict:a:b",)), findings=[conflict("a", "b")]
    )

    assert schedule.staged == ()
    assert schedule.accepted == (
        Accepted(finding="write_conflict:a:b", message="'a' and 'b' both write out.md"),
    )


def test_what_is_declared_is_not_called_staged() -> None:
    plan = Plan(tasks=(task("a"), task("b", after=("a",))))
    declared = Finding(
        id="declared:a:b",
        kind="declared",
        severity="error",
        before="a",
        after="b",
        tasks=("a", "b"),
        message="",
    )

    schedule = build(plan, backend="x", report=judge(plan.tasks, [declared]))

    assert (schedule.staged, schedule.stages) == ((), [["a"], ["b"]])


def test_tasks_that_are_switched_off_take_no_part() -> None:
    schedule = schedule_of(
        task("a"), task("off", enabled=False), task("c"), findings=[conflict("a", "c")]
    )

    assert waits(schedule) == {"c": ((), ("a",))}


@pytest.mark.parametrize("finding", [conflict("a", "c"), dependency("a", "c")])
def test_urgency_and_the_longest_way_flow_along_what_was_found(finding: Finding) -> None:
    schedule = schedule_of(
        task("a", priority="nice-to-have", estimate=10.0),
        task("b", estimate=15.0),
        task("c", priority="critical", estimate=20.0),
        findings=[finding],
    )

    assert [(one.urgency, one.tail) for one in schedule.tasks] == [(0, 30.0), (1, 15.0), (0, 20.0)]


def test_the_stages_of_a_run_are_those_of_both_kinds_of_order() -> None:
    findings = [conflict("a", "b"), dependency("b", "c")]

    assert schedule_of(*ABC, findings=findings).stages == [["a"], ["b"], ["c"]]


def test_without_a_report_only_what_is_declared_counts() -> None:
    plan = Plan(tasks=(task("a", writes=("x",)), task("b", writes=("x",)), task("c", after=("a",))))

    assert waits(build(plan, backend="x")) == {"c": (("a",), ())}


@given(staged_scenarios())
def test_everything_that_was_found_is_in_the_schedule(
    drawn: tuple[Scenario, list[Finding]],
) -> None:
    (schedule, _, _), findings = drawn
    staged = {(one.before, one.after): one.hands_over for one in schedule.staged}
    for (before, after), hands_over in staged.items():
        one = schedule.task(after)
        assert before in (one.after if hands_over else one.behind)
    for one in schedule.tasks:
        assert not set(one.after) & set(one.behind)
    apart = {
        frozenset((one.id, other)) for one in schedule.tasks for other in (*one.behind, *one.after)
    }
    for finding in findings:
        if finding.kind == "write_conflict":
            assert frozenset(finding.tasks) in apart
    stage = {task_id: at for at, group in enumerate(schedule.stages) for task_id in group}
    for one in schedule.tasks:
        assert all(stage[other] < stage[one.id] for other in one.waits_for)


def test_the_reasons_survive_the_journal() -> None:
    schedule = schedule_of(
        task("a", accepted=("write_conflict:a:c",)),
        *ABC[1:],
        findings=[conflict("a", "c"), conflict("a", "b"), dependency("b", "c")],
    )

    assert msgspec.json.decode(msgspec.json.encode(schedule), type=Schedule) == schedule
    assert schedule.staged and schedule.accepted
