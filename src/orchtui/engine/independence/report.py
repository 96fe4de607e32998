"""IndependenceReport and what it is made of: findings, the words that show them, verdicts.

Plain values. This module never looks at a plan.
"""

from dataclasses import dataclass, field
from itertools import permutations
from typing import Literal

import msgspec

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
"""error: certain; warning: guessed, and called so; info: worth knowing."""
Pattern = Literal["parallel", "sequential", "hub", "basic"]
IndependenceVerdict = Literal["independent", "dependent", "unsure"]
Source = Literal["rules", "model"]

HANDED_OVER: frozenset[FindingKind] = frozenset({"declared", "dependency"})
"""Kinds with a `before` and an `after`: one task needs what the other makes."""
CONFLICTS: frozenset[FindingKind] = frozenset({"write_conflict", "read_write", "shared_resource"})
"""Kinds of two tasks that only must not run at once."""
ORDERING = HANDED_OVER | CONFLICTS
"""Kinds that decide the verdict, and that a run is staged by."""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Words of a task. `start` and `end` count code points in the field as parsed."""

    task: str
    field: str
    """`title`, `prompt`, `expected_output`, `reads[i]`, `writes[i]` or `after[i]`."""
    start: int
    end: int
    text: str


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """A change to the plan that takes a finding away."""

    id: str
    label: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One reason why a task is not independent, or something worth knowing before a run."""

    id: str
    """Stable as long as the words are."""
    kind: FindingKind
    severity: Severity
    accepted: bool = False
    """Whether a person said that it does not matter."""
    before: str | None = None
    after: str | None = None
    tasks: tuple[str, ...]
    evidence: tuple[Evidence, ...] = ()
    message: str
    fixes: tuple[Fix, ...] = ()
    rule: str = ""
    """The sign that was found, such as `pointer` or `same_output`; what explains the finding."""
    source: Source = "rules"


class TaskVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one task can run without waiting for another."""

    id: str
    independent: bool


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """An order that a finding asks for, beyond what the plan declares."""

    before: str
    after: str
    hands_over: bool
    """Whether the result is handed on; else the two only do not run at once."""
    finding: str
    """Id of the finding."""


@dataclass(slots=True)
class Reasons:
    """Why one task is not independent, of all that nobody accepted."""

    needs: dict[str, Severity] = field(default_factory=dict)
    """Ids of the tasks whose result it needs, and how sure that is."""
    clashes: dict[str, Severity] = field(default_factory=dict)
    """Ids of the tasks that it must not run beside."""

    @property
    def certain(self) -> bool:
        """Whether any of it is no guess."""
        return "error" in (*self.needs.values(), *self.clashes.values())


class IndependenceReport(msgspec.Struct, frozen=True, kw_only=True):
    """All findings, a verdict for each task and for the plan, and what to do."""

    verdict: IndependenceVerdict
    pattern: Pattern
    tasks: tuple[TaskVerdict, ...]
    findings: tuple[Finding, ...]
    """Errors first, then warnings, then the rest; in the plan's order."""
    stages: tuple[tuple[str, ...], ...]
    """Ids: a stage can start when all before it are done."""
    edges: tuple[Edge, ...] = ()
    """What a run is staged by, beside `after`."""

    def finding(self, finding_id: str) -> Finding | None:
        """The finding with this id."""
        return next((each for each in self.findings if each.id == finding_id), None)

    def reasons(self) -> dict[str, Reasons]:
        """What holds back each task that is not independent, by id; the others in their order."""
        place = {task.id: index for index, task in enumerate(self.tasks)}
        found: dict[str, Reasons] = {}
        pairs = [
            (place[other], one, other, finding)
            for finding in self.findings
            if not finding.accepted
            for one, other in _held_back(finding)
        ]
        for _, one, other, finding in sorted(pairs, key=lambda pair: pair[0]):
            reasons = found.setdefault(one, Reasons())
            kept = reasons.needs if finding.kind in HANDED_OVER else reasons.clashes
            if kept.get(other) != "error":
                kept[other] = finding.severity
        return found


def _held_back(finding: Finding) -> list[tuple[str, str]]:
    """Who waits for whom, as ids."""
    if finding.kind in HANDED_OVER and finding.before is not None and finding.after is not None:
        return [(finding.after, finding.before)]
    return list(permutations(finding.tasks, 2)) if finding.kind in CONFLICTS else []
