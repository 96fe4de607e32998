"""What is said before a plan runs: that tasks will be staged, and a question where that is certain.

This module never starts a run.
"""

from typing import Literal

from textual.app import App

from orchtui.engine.independence.report import Finding, IndependenceReport
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.looks import verdict_words as words

Answer = Literal["run", "look", "back"]

_MOST_TOLD = 4
_NOTICE_WIDTH = 36
"""Cells of a row of a notice on a terminal of 80."""


def certain(report: IndependenceReport) -> list[Finding]:
    """Errors that nobody accepted, and nobody wrote into the plan."""
    return [
        finding
        for finding in report.findings
        if finding.severity == "error" and not finding.accepted and finding.kind != "declared"
    ]


async def ask_before(app: App[int], report: IndependenceReport, asked: set[str]) -> Answer:
    """Ask what to do about certain findings, unless these were asked about before.

    Args:
        asked: Ids of the findings that were; what is asked about now is added.
    """
    found = certain(report)
    if asked.issuperset(finding.id for finding in found):
        return "run"
    told = [f"✗ {clean_line(finding.message, 200)}" for finding in found[:_MOST_TOLD]]
    if len(found) > _MOST_TOLD:
        told.append(f"… and {len(found) - _MOST_TOLD} more")
    stages = len(report.stages)
    staged = stages > 1
    if staged:
        told.append(
            "\nIn stages, a task waits for those that it needs, and no two get in each other's way."
        )
    answers = [
        ("r", "run", f"run in {stages} stages" if staged else "run"),
        ("l", "look", "look at the findings"),
        ("b", "back", "back"),
    ]
    title = "Not all tasks are independent" if staged else "Before this runs"
    answer = await app.push_screen_wait(Ask(title, "\n".join(told), answers))
    if answer not in ("run", "look"):
        return "back"
    asked.update(finding.id for finding in found)
    return "run" if answer == "run" else "look"


def staging_notice(plan: Plan, report: IndependenceReport) -> str:
    """`1 Research → 2 Write`, and where the reasons stand; nothing when all run at once.

    In few words: it lies over what a person wants to see, which is the run.
    """
    if len(report.stages) < 2:
        return ""
    numbers, names = words.numbers_of(plan), words.names_of(plan)
    drawn = words.draw_stages(report.stages, numbers, names, _NOTICE_WIDTH, 1)
    return f"{drawn[0]}\npane 2 says why"
