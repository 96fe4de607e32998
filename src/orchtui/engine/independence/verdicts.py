"""The report: every family's findings put together, without a circle.

What is declared goes first, then what is certain, then guesses; an order that
contradicts what is known already is dropped. This module never reads a word of
a prompt itself.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from orchtui.engine.independence import (
    declared,
    dependencies,
    duplicates,
    expected_outputs,
    patterns,
    resources,
    same_files,
    self_contained,
)
from orchtui.engine.independence.claims import of_all
from orchtui.engine.independence.desk import lay_out
from orchtui.engine.independence.fixes import offers
from orchtui.engine.independence.report import (
    CONFLICTS,
    HANDED_OVER,
    ORDERING,
    Edge,
    Finding,
    IndependenceReport,
    IndependenceVerdict,
    TaskVerdict,
)
from orchtui.engine.independence.signs import Span
from orchtui.engine.independence.task_index import TaskIndex
from orchtui.engine.plans.graph import stages
from orchtui.engine.plans.plan import Plan, Task

_WEAK_BESIDE_A_CONFLICT = frozenset({"result", "pronoun", "order_of_work", "closing"})
"""Guesses that say nothing new about two tasks which a file keeps apart anyway."""
_SEVERITIES = ("error", "warning", "info")


def check(plan: Plan, more: Iterable[Finding] = ()) -> IndependenceReport:
    """The report of a plan. Tasks that are switched off are left out.

    Args:
        plan: What was asked for.
        more: What is known beside the plan's own words, such as who would do the tasks.
    """
    tasks = [task for task in plan.tasks if task.enabled]
    return judge(tasks, [*found_by_rules(tasks, plan.request), *more], request=plan.request)


def found_by_rules(tasks: Sequence[Task], request: str = "") -> list[Finding]:
    """What all families find, in no particular order."""
    desk = lay_out(tasks)
    claims = of_all(desk)
    same = duplicates.pairs(desk)
    depends = list(dependencies.find(desk, claims, same, request))
    return [
        *declared.find(tasks),
        *depends,
        *same_files.conflicts(desk, claims),
        *same_files.contradictions(desk, claims),
        *resources.find(desk),
        *self_contained.find(desk, _pointing_words(depends, tasks)),
        *duplicates.find(desk, same),
    ]


def _pointing_words(depends: Iterable[Finding], tasks: Sequence[Task]) -> dict[int, list[Span]]:
    """For each task the words with which it points at others."""
    place = {task.id: index for index, task in enumerate(tasks)}
    words: dict[int, list[Span]] = {}
    for one in depends:
        for each in one.evidence:
            if each.task == one.after and each.field != expected_outputs.FIELD:
                index = place[each.task]
                words.setdefault(index, []).append(Span(index, each.start, each.end))
    return words


def judge(
    tasks: Sequence[Task], found: Iterable[Finding], *, request: str = ""
) -> IndependenceReport:
    """The report of findings about these tasks, whoever found them.

    Args:
        tasks: The enabled tasks, in the plan's order.
        found: In any order; of two with the same id the last is kept.
        request: The words that the plan came from.
    """
    place = {task.id: index for index, task in enumerate(tasks)}
    accepted = {finding_id for task in tasks for finding_id in task.accepted}
    findings = sorted(
        {
            finding.id: replace(finding, accepted=finding.id in accepted) for finding in found
        }.values(),
        key=lambda one: _rank(one, place),
    )
    findings, edges = _ordered(tasks, findings)
    groups = stages(_needs(tasks, edges))
    known = TaskIndex(tasks, request)
    advice = [
        replace(one, accepted=one.id in accepted) for one in patterns.find(tasks, groups, edges)
    ]
    waiting = _not_independent(findings)
    return IndependenceReport(
        verdict=_verdict(findings),
        pattern=patterns.pattern(tasks, groups, edges),
        tasks=tuple(TaskVerdict(id=task.id, independent=task.id not in waiting) for task in tasks),
        findings=tuple(
            replace(one, fixes=one.fixes or offers(one, known)) for one in (*findings, *advice)
        ),
        stages=tuple(tuple(group) for group in groups),
        edges=tuple(edges),
    )


def _rank(finding: Finding, place: dict[str, int]) -> tuple[object, ...]:
    return (
        _SEVERITIES.index(finding.severity),
        finding.kind == "declared",
        [place[task] for task in reversed(finding.tasks)],
        finding.kind,
        finding.id,
    )


def _ordered(
    tasks: Sequence[Task], findings: Sequence[Finding]
) -> tuple[list[Finding], list[Edge]]:
    """The findings that fit together, and what they add to `after`."""
    # Accepted or not: what the plan declares holds in a run.
    order, said = declared.order(tasks)
    place = {task.id: index for index, task in enumerate(tasks)}
    clashing = {
        frozenset(one.tasks)
        for one in findings
        if one.kind in CONFLICTS and one.severity == "error" and not one.accepted
    }
    kept, edges = [], []
    for finding in findings:
        if finding.rule in _WEAK_BESIDE_A_CONFLICT and frozenset(finding.tasks) in clashing:
            continue
        if finding.kind in ORDERING and finding.kind != "declared":
            pair = finding.tasks[:2]
            if pair in said or pair[::-1] in said:
                continue
        if finding.kind == "dependency" and not finding.accepted:
            assert finding.before is not None and finding.after is not None
            if not order.add(finding.before, finding.after):
                continue
            edges.append(_edge(finding, finding.before, finding.after))
        kept.append(finding)
    for finding in kept:
        if finding.kind in CONFLICTS and not finding.accepted:
            first, second = sorted(finding.tasks[:2], key=place.__getitem__)
            if not order.follows(second, first) and not order.follows(first, second):
                order.add(first, second)
                edges.append(_edge(finding, first, second))
    return kept, edges


def _edge(finding: Finding, before: str, after: str) -> Edge:
    return Edge(
        before=before,
        after=after,
        hands_over=finding.kind in HANDED_OVER,
        finding=finding.id,
    )


def _needs(tasks: Sequence[Task], edges: Iterable[Edge]) -> dict[str, list[str]]:
    needs: dict[str, list[str]] = {task.id: [] for task in tasks}
    for before, after in declared.order(tasks)[1]:
        needs[after].append(before)
    for edge in edges:
        needs[edge.after].append(edge.before)
    return needs


def _not_independent(findings: Iterable[Finding]) -> set[str]:
    waiting: set[str] = set()
    for finding in findings:
        if finding.accepted:
            continue
        if finding.kind in HANDED_OVER and finding.after is not None:
            waiting.add(finding.after)
        elif finding.kind in CONFLICTS:
            waiting.update(finding.tasks)
    return waiting


def _verdict(findings: Iterable[Finding]) -> IndependenceVerdict:
    severities = {one.severity for one in findings if one.kind in ORDERING and not one.accepted}
    if "error" in severities:
        return "dependent"
    return "unsure" if severities else "independent"
