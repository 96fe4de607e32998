"""Independence: Plan in, IndependenceReport out.

Which tasks may run together, and why others may not, with the words that show
it. Rules only, offline and deterministic; a model's second opinion is
`engine/second_opinion.py`. Read the rooms in this order: `report` (what comes
out), `verdicts` (how it is put together), then the families of rules; `fixes`
turns a finding into another plan. This package never changes a plan by itself
and never starts anything.
"""

from orchtui.engine.independence.report import (
    Edge,
    Evidence,
    Finding,
    Fix,
    IndependenceReport,
    TaskVerdict,
)
from orchtui.engine.independence.verdicts import check

__all__ = [
    "Edge",
    "Evidence",
    "Finding",
    "Fix",
    "IndependenceReport",
    "TaskVerdict",
    "check",
]
