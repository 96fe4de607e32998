"""Independence: Plan in, IndependenceReport out.

Which tasks may run together, and why others may not, with the words that show
it. Rules only, offline and deterministic; a model's second opinion is
`engine/consulting/second_opinion.py`. Read the rooms in this order: `report` (what comes
out), `verdicts` (how it is put together), then the families of rules; `fixes`
turns a finding into another plan. This package never changes a plan by itself
and never starts anything.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from orchtui.engine.independence.report import (
    Edge,
    Evidence,
    Finding,
    Fix,
    IndependenceReport,
    TaskVerdict,
)

if TYPE_CHECKING:
    from orchtui.engine.plans.plan import Plan

__all__ = [
    "Edge",
    "Evidence",
    "Finding",
    "Fix",
    "IndependenceReport",
    "TaskVerdict",
    "check",
]


def check(plan: "Plan", more: Iterable[Finding] = ()) -> IndependenceReport:
    """As `verdicts.check`, whose many patterns are compiled when the first plan comes.

    The app paints before that, see `frame.WARM`.
    """
    from orchtui.engine.independence import verdicts

    return verdicts.check(plan, more)
