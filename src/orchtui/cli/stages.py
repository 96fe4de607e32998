"""What `orchtui run` says about the order of its tasks before it starts.

`told` is for people: the stages, and which finding put whom behind whom;
`refuse_findings` is `--strict`. This module never decides the order.
"""

from collections.abc import Sequence

from orchtui.engine.errors import InputError, Problem
from orchtui.engine.independence import IndependenceReport
from orchtui.engine.independence.report import ORDERING
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.scheduling.staging import Staged
from orchtui.engine.text import clean_line

_MOST_REASONS = 8
_MOST_STAGES = 5
_MOST_TASKS = 4

_HOW = (
    "`orchtui check` shows fixes; to let two tasks run together all the same, "
    "put the id in brackets into `accepted` of one of them in the plan"
)


def told(schedule: Schedule) -> list[str]:
    """Lines about what was staged beyond what the plan declares; none when nothing was."""
    if not schedule.staged:
        return []
    shown, more = schedule.staged[:_MOST_REASONS], len(schedule.staged) - _MOST_REASONS
    lines = [_stages(schedule.stages), *map(_reason, shown)]
    if more > 0:
        lines.append(f"  and {more} more; see `orchtui check`")
    return [*lines, _HOW]


def refuse_findings(report: IndependenceReport) -> None:
    """Let a plan pass that needs no order but the declared one.

    Raises:
        InputError: with every finding, certain or guessed, that would stage the run and that
            nobody accepted.
    """
    found = [
        f"--strict: {_why(finding.message, finding.severity == 'error', finding.id)}"
        for finding in report.findings
        if finding.kind in ORDERING and finding.kind != "declared" and not finding.accepted
    ]
    if found:
        raise InputError([Problem("", 0, 0, each) for each in found])


def _reason(staged: Staged) -> str:
    waits = "gets the result of" if staged.hands_over else "waits for the end of"
    why = _why(staged.message, staged.certain, staged.finding)
    return f"  {staged.after} {waits} {staged.before}: {why}"


def _why(message: str, certain: bool, finding: str) -> str:
    """A finding on one line, with what to call it when accepting it."""
    sure = "certain" if certain else "guessed"
    return f"{clean_line(message)} ({sure}) [{clean_line(finding)}]"


def _stages(groups: Sequence[Sequence[str]]) -> str:
    names = [_some(group) for group in groups]
    if len(names) > _MOST_STAGES:
        names = [*names[: _MOST_STAGES - 1], "…", names[-1]]
    return f"{len(groups)} stages: {' → '.join(names)}"


def _some(task_ids: Sequence[str]) -> str:
    more = len(task_ids) - _MOST_TASKS
    text = ", ".join(task_ids[:_MOST_TASKS])
    return f"{text} and {more} more" if more > 0 else text
