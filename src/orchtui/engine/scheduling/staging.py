"""What an independence report adds to the order of a run.

A run is safe by default: findings that nobody accepted put tasks one after the
other, certain or guessed. Where one task needs what another makes, its result
is handed over, exactly as with `after`; where the two are only in each other's
way, the later one waits for the earlier one's end, however it ends. This module
never looks at a prompt: it takes the report's word.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import TypedDict

import msgspec

from orchtui.engine.independence.report import (
    CONFLICTS,
    Finding,
    FindingKind,
    IndependenceReport,
)
from orchtui.engine.plans.plan import PRIORITIES, Task


class Staged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Two tasks that a finding put one after the other, and why."""

    before: str
    after: str
    hands_over: bool
    """Whether the result is handed on; else the two only do not run at once."""
    kind: FindingKind
    certain: bool
    """Whether it stands in the plan; else it was guessed from the words."""
    message: str
    finding: str
    """Id of the finding: what goes into a task's `accepted` to let the two run together."""

    @classmethod
    def by(cls, finding: Finding, before: str, after: str, *, hands_over: bool) -> "Staged":
        """Two of a finding's tasks, in the order that it puts them in."""
        return cls(
            before=before,
            after=after,
            hands_over=hands_over,
            kind=finding.kind,
            certain=finding.severity == "error",
            message=finding.message,
            finding=finding.id,
        )


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that a person said does not matter in this run."""

    finding: str
    message: str


class Place(TypedDict):
    """A task's place in the order of a run: what a ScheduledTask says of it."""

    after: tuple[str, ...]
    """Who must complete first, what the plan declares before what was found."""
    behind: tuple[str, ...]
    """Who must only have ended first."""
    urgency: int
    tail: float


class Staging(msgspec.Struct, frozen=True, kw_only=True):
    """The order of a run, and why."""

    places: Mapping[str, Place]
    """By task."""
    staged: tuple[Staged, ...] = ()
    accepted: tuple[Accepted, ...] = ()


def stage(tasks: Sequence[Task], report: IndependenceReport | None) -> Staging:
    """The order of a run.

    Args:
        tasks: The tasks that run, in the plan's order.
        report: Of this very plan; nothing but `after` counts where there is none.
    """
    after = {task.id: dict.fromkeys(task.after) for task in tasks}
    behind: dict[str, dict[str, None]] = {task.id: {} for task in tasks}
    if report is None:
        return Staging(places=_places(tasks, after, behind))
    for edge in report.edges:
        (after if edge.hands_over else behind)[edge.after][edge.before] = None
    for first, second in _conflicts(report, after, behind):
        if first not in after[second]:
            behind[second][first] = None
    findings = {finding.id: finding for finding in report.findings}
    return Staging(
        places=_places(tasks, after, behind),
        staged=tuple(
            Staged.by(findings[one.finding], one.before, one.after, hands_over=one.hands_over)
            for one in report.edges
        ),
        accepted=tuple(
            Accepted(finding=finding.id, message=finding.message)
            for finding in report.findings
            if finding.accepted
        ),
    )


def _places(
    tasks: Sequence[Task], after: Mapping[str, Iterable[str]], behind: Mapping[str, Iterable[str]]
) -> dict[str, Place]:
    """Urgency and tail flow backwards along both kinds of order."""
    estimates = [task.estimate for task in tasks if task.estimate]
    usual = sum(estimates) / len(estimates) if estimates else 1.0
    length = {task.id: task.estimate or usual for task in tasks}
    places = {
        task.id: Place(
            after=tuple(after[task.id]),
            behind=tuple(behind[task.id]),
            urgency=PRIORITIES.index(task.priority),
            tail=length[task.id],
        )
        for task in tasks
    }
    for task_id in reversed(_in_order(after, behind)):
        later = places[task_id]
        for needed in (*later["after"], *later["behind"]):
            earlier = places[needed]
            earlier["urgency"] = min(earlier["urgency"], later["urgency"])
            earlier["tail"] = max(earlier["tail"], length[needed] + later["tail"])
    return places


def _conflicts(
    report: IndependenceReport,
    after: Mapping[str, Iterable[str]],
    behind: Mapping[str, Iterable[str]],
) -> list[tuple[str, str]]:
    """Every pair that must not run at once, the earlier task first.

    The report gives no edge to two tasks that others already keep apart. In a run those others
    may be cancelled, skipped or tried again, and then the two would meet.
    """
    place = {task_id: at for at, task_id in enumerate(_in_order(after, behind))}
    pairs = []
    for finding in report.findings:
        if finding.kind in CONFLICTS and not finding.accepted:
            first, second = sorted(finding.tasks[:2], key=place.__getitem__)
            pairs.append((first, second))
    return pairs


def _in_order(after: Mapping[str, Iterable[str]], behind: Mapping[str, Iterable[str]]) -> list[str]:
    """All ids, each behind those that it waits for."""
    needs = {task_id: (*after[task_id], *behind[task_id]) for task_id in after}
    return list(TopologicalSorter(needs).static_order())
