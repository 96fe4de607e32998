"""Independence: Plan in, IndependenceReport out.

For now only what the plan declares: `after`. Every finding quotes the words
that it rests on. This module never changes a plan and never starts anything.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from orchtui.engine.plan import Plan, Task
from orchtui.engine.schedule import stages

FindingKind = Literal[
    "declared",
    "dependency",
    "write_conflict",
    "read_write",
    "shared_resource",
    "not_self_contained",
    "duplicate",
    "pattern",
]
Severity = Literal["error", "warning", "info"]
Pattern = Literal["parallel", "sequential", "hub", "basic"]
IndependenceVerdict = Literal["independent", "dependent", "unsure"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a task. `start` and `end` count code points in the field as parsed."""

    task: str
    field: str
    start: int
    end: int
    text: str


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A change to the plan that takes a finding away."""

    id: str
    label: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why a task is not independent."""

    id: str
    """Stable as long as the words are."""
    kind: FindingKind
    severity: Severity
    accepted: bool
    """Whether a person said that it does not matter."""
    before: str | None
    after: str | None
    tasks: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    message: str
    fixes: tuple[Fix, ...] = ()


class TaskVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one task can run without waiting for another."""

    id: str
    independent: bool


class IndependenceReport(msgspec.Struct, frozen=True, kw_only=True):
    """All findings, a verdict for each task and for the plan, and what to do."""

    verdict: IndependenceVerdict
    pattern: Pattern
    tasks: tuple[TaskVerdict, ...]
    findings: tuple[Finding, ...]
    stages: tuple[tuple[str, ...], ...]
    """Ids: a stage can start when all before it are done."""


def check(plan: Plan) -> IndependenceReport:
    """The report of a plan without cycles. Tasks that are switched off are left out."""
    tasks = [task for task in plan.tasks if task.enabled]
    findings = tuple(_declared(tasks))
    waiting = {finding.after for finding in findings if not finding.accepted}
    groups = stages(tasks)
    return IndependenceReport(
        verdict="dependent" if waiting else "independent",
        pattern=_pattern(groups, len(tasks)),
        tasks=tuple(TaskVerdict(id=task.id, independent=task.id not in waiting) for task in tasks),
        findings=findings,
        stages=tuple(tuple(group) for group in groups),
    )


def _declared(tasks: Sequence[Task]) -> list[Finding]:
    labels = {task.id: task.label for task in tasks}
    findings = []
    for task in tasks:
        for index, needed in enumerate(task.after):
            if needed not in labels:
                continue
            finding_id = f"declared:{needed}:{task.id}"
            words = Evidence(
                task=task.id, field=f"after[{index}]", start=0, end=len(needed), text=needed
            )
            findings.append(
                Finding(
                    id=finding_id,
                    kind="declared",
                    severity="error",
                    accepted=finding_id in task.accepted,
                    before=needed,
                    after=task.id,
                    tasks=(needed, task.id),
                    evidence=(words,),
                    message=f"'{task.label}' is declared to come after '{labels[needed]}'",
                )
            )
    return findings


def _pattern(groups: Sequence[Sequence[str]], count: int) -> Pattern:
    if count <= 1:
        return "basic"
    return "sequential" if all(len(group) == 1 for group in groups) else "parallel"
