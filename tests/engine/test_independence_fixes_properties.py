"""Fixes, whatever the plan: each takes its finding away and leaves a plan that is whole."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from orchtui.engine.independence import Finding, check
from orchtui.engine.independence.fixes import accept, apply, offers, withdraw
from orchtui.engine.independence.task_index import TaskIndex
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.graph import find_cycle
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.made_findings import found, plans, quote

POINTING = ("it", "the above", "as discussed", "Continue", "Review it")


def fixes_of(plan: Plan, finding: Finding) -> list[str]:
    known = TaskIndex([task for task in plan.tasks if task.enabled], plan.request)
    return [fix.id for fix in offers(finding, known)]


def is_whole(plan: Plan) -> bool:
    """Whether the plan reads back as it was written; reading refuses circles and strange ids."""
    return parse_plan(dump_plan(plan)) == plan


def by_hand(plan: Plan) -> list[Finding]:
    """Findings of the kinds that words show, for all tasks that are switched on."""
    tasks = [task for task in plan.tasks if task.enabled]
    made = [
        found("not_self_contained", task.id, evidence=(quote(task, words),))
        for task in tasks
        for words in POINTING
        if re.search(rf"\b{words}\b", task.prompt)
    ]
    for one in tasks:
        for other in tasks:
            if one.id < other.id:
                made.append(found("duplicate", one.id, other.id))
                made.append(found("shared_resource", one.id, other.id))
            if one != other and one.id not in other.after and other.id not in one.after:
                made.append(found("dependency", one.id, other.id))
    return made


def pair_of(finding: Finding) -> tuple[str, set[str]]:
    return finding.kind, set(finding.tasks)


@given(plans())
@example(
    Plan(
        tasks=(
            Task(id="a", prompt="Research caching.", writes=("out", "data/x.csv")),
            Task(id="b", prompt="Save a list of tools to out/a.md.", writes=("data/x.csv",)),
        )
    )
)
def test_a_fix_takes_its_finding_away(plan: Plan) -> None:
    for finding in check(plan).findings:
        for fix_id in fixes_of(plan, finding):
            try:
                fixed = apply(plan, finding, fix_id)
            except ValueError as error:
                assert "wait for each other" in str(error)
                assert not all(task.enabled for task in plan.tasks)
                continue
            assert fixed != plan
            assert is_whole(fixed)
            left = check(fixed).findings
            assert finding.id not in {one.id for one in left}
            if len(finding.tasks) > 1:
                # Two that meet at two files still meet at the other one.
                same = [one for one in left if (one.kind, {*one.tasks}) == pair_of(finding)]
                words = {(one.task, one.field, one.text) for one in finding.evidence}
                for one in same:
                    assert not words & {(it.task, it.field, it.text) for it in one.evidence}


@given(plans())
def test_a_fix_leaves_a_whole_plan_whoever_found_it(plan: Plan) -> None:
    off = {task.id for task in plan.tasks if not task.enabled}
    for finding in by_hand(plan):
        for fix_id in fixes_of(plan, finding):
            try:
                fixed = apply(plan, finding, fix_id)
            except ValueError as error:
                assert "wait for each other" in str(error)
                assert off
                continue
            assert fixed != plan
            assert is_whole(fixed)
            assert off == {task.id for task in fixed.tasks if not task.enabled}
            assert len(plan.tasks) - len(fixed.tasks) == (
                fix_id.startswith(("pipeline", "merge", "drop:"))
            )


@given(plans())
def test_accepting_keeps_the_finding_in_sight_and_can_be_taken_back(plan: Plan) -> None:
    for finding in check(plan).findings:
        accepted = accept(plan, finding)
        shown = check(accepted).finding(finding.id)
        assert shown is not None and shown.accepted
        assert is_whole(accepted)
        assert withdraw(accepted, finding) == plan


@given(plans(), plans(), st.data())
def test_a_finding_about_another_plan_never_breaks_this_one(
    plan: Plan, other: Plan, data: st.DataObject
) -> None:
    findings = by_hand(other)
    if not findings:
        return
    finding = data.draw(st.sampled_from(findings))
    fix_id = data.draw(st.sampled_from([*fixes_of(other, finding), "pipeline", "drop:a", "?"]))

    try:
        fixed = apply(plan, finding, fix_id)
    except ValueError as error:
        assert str(error)
    else:
        assert is_whole(fixed)
        assert not find_cycle({task.id: task.after for task in fixed.tasks})
