"""The report: every family's findings put together, without a circle.

What is declared goes first, then what is certain, then guesses; an order that
contradicts what is known already is dropped. This module never reads a word of
a prompt itself.
"""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from orchtui.engine.graph import Order, stages
from orchtui.engine.independence import declared, same_files
from orchtui.engine.independence.report import (
    CONFLICTS,
    HANDED_OVER,
    ORDERING,
    Edge,
    Finding,
    IndependenceReport,
    IndependenceVerdict,
    Pattern,
    TaskVerdict,
)
from orchtui.engine.plan import Plan, Task

_SEVERITIES = ("error", "warning", "info")


def check(plan: Plan) -> IndependenceReport:
    """The report of a plan. Tasks that are switched off are left out."""
    tasks = [task for task in plan.tasks if task.enabled]
    return judge(tasks, [*declared.find(tasks), *same_files.find(tasks)])


def judge(tasks: Sequence[Task], found: Iterable[Finding]) -> IndependenceReport:
    """The report of findings about these tasks, whoever found them.

    Args:
        tasks: The enabled tasks, in the plan's order.
        found: In any order; of two with the same id the first is kept.
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
    waiting = _not_independent(findings)
    return IndependenceReport(
        verdict=_verdict(findings),
        pattern=_pattern(groups, len(tasks)),
        tasks=tuple(TaskVerdict(id=task.id, independent=task.id not in waiting) for task in tasks),
        findings=tuple(findings),
        stages=tuple(tuple(group) for group in groups),
        edges=tuple(edges),
    )


def _rank(finding: Finding, place: dict[str, int]) -> tuple[object, ...]:
    return (
        _SEVERITIES.index(finding.severity),
        finding.kind != "declared",
        [place[task] for task in reversed(finding.tasks)],
        finding.kind,
        finding.id,
    )


def _ordered(
    tasks: Sequence[Task], findings: Sequence[Finding]
) -> tuple[list[Finding], list[Edge]]:
    """The findings that fit together, and what they add to `after`."""
    order = Order([task.id for task in tasks])
    place = {task.id: index for index, task in enumerate(tasks)}
    kept, edges = [], []
    for finding in findings:
        if finding.kind in HANDED_OVER and not finding.accepted:
            assert finding.before is not None and finding.after is not None
            if not order.add(finding.before, finding.after):
                continue
            if finding.kind != "declared":
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
    needs = {task.id: list(task.after) for task in tasks}
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


def _pattern(groups: Sequence[Sequence[str]], count: int) -> Pattern:
    if count <= 1:
        return "basic"
    return "sequential" if all(len(group) == 1 for group in groups) else "parallel"
