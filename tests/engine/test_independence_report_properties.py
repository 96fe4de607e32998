"""The report, whatever the plan: true to the words, whole, without a circle, always the same."""

from collections.abc import Iterable
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.independence import IndependenceReport, check
from orchtui.engine.independence.fixes import accept, withdraw
from orchtui.engine.independence.report import CONFLICTS, HANDED_OVER, ORDERING
from orchtui.engine.independence.same_files import meet
from orchtui.engine.independence.verdicts import found_by_rules, judge
from orchtui.engine.paths.paths import normal
from orchtui.engine.plans.graph import Order
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.pieces import plans, prompts
from tests.engine.prose import asked, assert_quotes

_WORSE = ("independent", "unsure", "dependent")


def enabled(plan: Plan) -> list[Task]:
    return [task for task in plan.tasks if task.enabled]


@given(plans())
def test_every_finding_is_true_to_the_plan(plan: Plan) -> None:
    report = check(plan)
    ids = {task.id for task in enabled(plan)}

    assert_quotes(report, plan)
    assert len({one.id for one in report.findings}) == len(report.findings)
    for one in report.findings:
        assert one.tasks
        assert set(one.tasks) <= ids
        assert len(set(one.tasks)) == len(one.tasks)
        assert one.message
        assert one.rule
        assert one.source == "rules"
        wordless = all(not plan.task(each).prompt for each in one.tasks)
        assert one.evidence or one.kind == "pattern" or wordless
        assert (one.before is None) == (one.after is None) == (one.kind not in HANDED_OVER)
        assert one.before is None or one.tasks == (one.before, one.after)


def test_what_has_no_words_quotes_none() -> None:
    programs = [asked(one, "", command=("make", "docs")) for one in "ab"]
    plan = Plan(tasks=tuple(programs))

    assert_quotes(check(plan), plan)


@given(plans())
def test_the_same_plan_has_the_same_report(plan: Plan) -> None:
    assert check(plan) == check(plan)


@given(plans(), st.data())
def test_the_order_of_what_is_found_does_not_matter(plan: Plan, data: st.DataObject) -> None:
    tasks = enabled(plan)
    found = found_by_rules(tasks, plan.request)

    shuffled = data.draw(st.permutations(found))

    assert judge(tasks, shuffled, request=plan.request) == check(plan)


@given(plans())
def test_stages_hold_every_task_once_and_agree_with_the_edges(plan: Plan) -> None:
    report = check(plan)
    stage = {one: number for number, group in enumerate(report.stages) for one in group}
    ids = [task.id for task in enabled(plan)]

    assert sorted(one for group in report.stages for one in group) == sorted(ids)
    assert all(report.stages)
    assert [one.id for one in report.tasks] == ids
    for edge in report.edges:
        assert stage[edge.before] < stage[edge.after]
        cause = report.finding(edge.finding)
        assert cause is not None
        assert not cause.accepted
        assert {edge.before, edge.after} == set(cause.tasks)
        assert edge.hands_over == (cause.kind in HANDED_OVER)
    order_of(report, plan)


def order_of(report: IndependenceReport, plan: Plan) -> Order:
    """The order that a run keeps; entries of `after` that close a circle are no part of it."""
    order = Order([task.id for task in enabled(plan)])
    known = {task.id for task in enabled(plan)}
    for task in enabled(plan):
        for needed in task.after:
            if needed in known:
                order.add(needed, task.id)
    for edge in report.edges:
        assert order.add(edge.before, edge.after)
    return order


@given(plans())
def test_no_task_waits_longer_than_it_must(plan: Plan) -> None:
    """Whoever stands in a later stage follows somebody in the stage right before."""
    report = check(plan)
    order = order_of(report, plan)

    for before, after in pairwise(report.stages):
        for one in after:
            assert any(order.follows(other, one) for other in before)
    for group in report.stages:
        for one, other in combinations(group, 2):
            assert not order.follows(one, other)
            assert not order.follows(other, one)


@given(plans())
def test_the_verdict_says_what_the_findings_say(plan: Plan) -> None:
    report = check(plan)
    deciding = [one for one in report.findings if one.kind in ORDERING and not one.accepted]
    severities = {one.severity for one in deciding}
    waiting = {one.after for one in deciding if one.kind in HANDED_OVER}
    waiting |= {each for one in deciding if one.kind in CONFLICTS for each in one.tasks}

    expected = "dependent" if "error" in severities else "unsure" if severities else "independent"
    assert report.verdict == expected
    assert {one.id for one in report.tasks if not one.independent} == waiting


def clash(one: Task, other: Task) -> bool:
    """Whether two tasks declare the same output, or one reads what the other writes."""
    return (
        _any_meet(one.writes, other.writes)
        or _any_meet(one.writes, other.reads)
        or _any_meet(one.reads, other.writes)
    )


def _any_meet(some: Iterable[str], others: Iterable[str]) -> bool:
    second = [normal(path) for path in others]
    return any(meet(normal(path), each) for path in some for each in second)


@given(plans())
def test_tasks_that_clash_are_told_and_never_run_at_once(plan: Plan) -> None:
    report = check(plan)
    order = order_of(report, plan)
    told = {frozenset(one.tasks) for one in report.findings if one.kind in ORDERING}

    for one, other in combinations(enabled(plan), 2):
        if not clash(one, other):
            continue
        assert order.follows(one.id, other.id) or order.follows(other.id, one.id)
        # One of the needs in a circle is dropped: what is left keeps the two apart.
        in_circle = bool(one.reads or other.reads)
        assert in_circle or {one.id, other.id} in told or _in_after_circle(plan)


def _in_after_circle(plan: Plan) -> bool:
    order = Order([task.id for task in enabled(plan)])
    known = {task.id for task in enabled(plan)}
    return not all(
        order.add(needed, task.id)
        for task in enabled(plan)
        for needed in task.after
        if needed in known
    )


def test_words_that_stand_twice_are_told_in_one_way() -> None:
    tasks = [asked("a", "Write the intro as discussed. Then write the outro as discussed.")]
    found = found_by_rules(tasks)

    assert judge(tasks, found) == judge(tasks, found[::-1])


@given(plans(), st.data())
def test_to_accept_a_finding_marks_it_and_makes_nothing_worse(
    plan: Plan, data: st.DataObject
) -> None:
    report = check(plan)
    if not report.findings:
        return
    one = data.draw(st.sampled_from(report.findings))

    changed = accept(plan, one)
    after = check(changed)

    accepted = after.finding(one.id)
    assert accepted is not None
    assert accepted.accepted
    assert _WORSE.index(after.verdict) <= _WORSE.index(report.verdict)
    assert all(edge.finding != one.id for edge in after.edges)
    assert check(withdraw(changed, accepted)) == report


@given(plans(most=4))
def test_a_task_more_that_has_nothing_to_do_with_it_leaves_findings_as_they_are(
    plan: Plan,
) -> None:
    """Advice is about the whole plan; `how to` and questions are about all their steps."""
    plan = replace(plan, request="")
    longer = replace(plan, tasks=(*plan.tasks, asked("zz", "Feed 3 hens")))

    before = {one.id for one in check(plan).findings if one.kind != "pattern"}
    after = {one.id for one in check(longer).findings}

    assert before <= after


@given(st.lists(prompts, min_size=2, max_size=4), st.integers(0, 3))
def test_what_is_switched_off_changes_nothing(texts: list[str], place: int) -> None:
    tasks = [asked(f"t{at}", text) for at, text in enumerate(texts)]
    off = asked("off", "Write the tutorial to out/a.md", enabled=False)
    with_it = [*tasks[:place], off, *tasks[place:]]

    assert check(Plan(tasks=tuple(with_it))) == check(Plan(tasks=tuple(tasks)))
