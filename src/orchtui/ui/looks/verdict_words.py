"""The verdict of an independence report in words: one line, a line a task, the stages drawn.

Pure: a Plan and its report in, text out. This module never judges anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from orchtui.engine.independence.report import (
    CONFLICTS,
    HANDED_OVER,
    Finding,
    IndependenceReport,
    IndependenceVerdict,
    Reasons,
    Severity,
)
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.looks.wrapping import fit

SIGNS: dict[Severity, str] = {"error": "✗", "warning": "?", "info": "i"}
"""How a finding's severity looks."""
DECLARED = "→"
"""The sign of an order that the plan declares."""
ACCEPTED = "✓"
"""The sign of a finding that a person accepted."""

_VERDICTS: dict[IndependenceVerdict, tuple[str, str]] = {
    "independent": ("INDEPENDENT ✓", "good"),
    "dependent": ("DEPENDENT ✗", "error"),
    "unsure": ("UNSURE ?", "warning"),
}
_NAME_WIDTHS = (40, 28, 20, 14, 10, 0)
"""Cells for a task's name in the drawing, as long as all fits; 0: numbers only."""
_LONGEST_RANGES = 24
_ARROW = " → "
_BESIDE = " · "


@dataclass(frozen=True, slots=True)
class Verdict:
    """The report's answer: `3 tasks`, `INDEPENDENT ✓`, `all run in parallel`."""

    count: str
    word: str
    """Empty for less than two tasks."""
    outcome: str
    look: str
    """`good`, `warning` or `error`."""

    def __str__(self) -> str:
        return " ".join(part for part in (self.count, self.word, "→", self.outcome) if part)


def verdict_of(report: IndependenceReport) -> Verdict:
    """The verdict, with what comes of it."""
    count = len(report.tasks)
    tasks = f"{count} task{'' if count == 1 else 's'}"
    if count < 2:
        return Verdict(tasks, "", "a basic run is enough" if count else "nothing to run", "good")
    word, look = _VERDICTS[report.verdict]
    stages = len(report.stages)
    outcome = "all run in parallel" if stages == 1 else f"{stages} stages"
    if stages == count:
        outcome += ", one after another"
    elif stages > 1 and report.verdict == "unsure":
        outcome += ", to be safe"
    return Verdict(tasks, word, outcome, look)


def numbers_of(plan: Plan) -> dict[str, int]:
    """What the list of tasks calls them, by id."""
    return {task.id: number for number, task in enumerate(plan.tasks, 1)}


def names_of(plan: Plan) -> dict[str, str]:
    """Cleaned titles, by id."""
    return {task.id: clean_line(task.label) for task in plan.tasks}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """`Task 2:`, its title, and `DEPENDS on 1 ✗`."""

    head: str
    title: str
    verdict: str
    look: str
    """`good`, `warning` or `error`."""


def task_lines(plan: Plan, report: IndependenceReport) -> list[TaskLine]:
    """Every task of the report, in the plan's order."""
    numbers, names = numbers_of(plan), names_of(plan)
    all_reasons = report.reasons()
    width = len(str(len(plan.tasks)))
    lines = []
    for each in report.tasks:
        if each.id not in numbers:
            continue
        reasons = all_reasons.get(each.id, Reasons())
        before = [numbers[other] for other in reasons.needs if other in numbers]
        beside = [numbers[other] for other in reasons.clashes if other in numbers]
        head = f"Task {numbers[each.id]:>{width}}:"
        if each.independent or not (before or beside):
            lines.append(TaskLine(head, names[each.id], "INDEPENDENT ✓", "good"))
            continue
        words = [f"DEPENDS on {_listed(before)}"] if before else []
        if beside:
            verb = "conflicts" if before else "CONFLICTS"
            words.append(f"{verb} with {_listed(beside)}")
        sign, look = ("✗", "error") if reasons.certain else ("?", "warning")
        lines.append(TaskLine(head, names[each.id], f"{', '.join(words)} {sign}", look))
    return lines


def _listed(numbers: Iterable[int], most: int = 4) -> str:
    found = sorted(numbers)
    more = len(found) - most
    shown = ", ".join(map(str, found[:most]))
    return f"{shown} and {more} more" if more > 0 else shown


def pair_of(finding: Finding, numbers: dict[str, int]) -> str:
    """`1 → 2`, `1 ✗ 2`, `3`: which tasks a finding is about, by number."""
    if finding.kind in HANDED_OVER and finding.before in numbers and finding.after in numbers:
        return f"{numbers[finding.before]} → {numbers[finding.after]}"
    tasks = [numbers[task] for task in finding.tasks if task in numbers]
    if finding.kind in CONFLICTS and len(tasks) == 2:
        return f"{tasks[0]} ↔ {tasks[1]}"
    all_of_them = not tasks or 1 < len(tasks) == len(numbers)
    return "all" if all_of_them else _listed(tasks, 3)


def draw_stages(
    stages: Sequence[Sequence[str]],
    numbers: dict[str, int],
    names: dict[str, str],
    width: int,
    rows: int = 2,
) -> list[str]:
    """`1 Research · 4 Other → 2 Write → 3 Review`, in at most this many rows.

    Names get shorter, then go; then neighbours are told as `1-12`, or only counted;
    what still does not fit is cut off with an ellipsis.
    """
    known = [[task for task in stage if task in numbers] for stage in stages]
    # Each takes a cell at least: thousands are not named six times to see that they do not fit.
    too_many = sum(map(len, known)) > width * rows
    for most in () if too_many else _NAME_WIDTHS:
        words = [_BESIDE.join(_short(task, numbers, names, most) for task in s) for s in known]
        lines = _in_rows(words, width)
        if len(lines) <= rows and all(cell_len(line) <= width for line in lines):
            return lines
    lines = _in_rows([_counted([numbers[task] for task in stage]) for stage in known], width)
    if len(lines) > rows:
        lines = [*lines[: rows - 1], fit(lines[rows - 1] + " " * width + "…", width)]
    return [fit(line, width).rstrip() for line in lines]


def _short(task: str, numbers: dict[str, int], names: dict[str, str], most: int) -> str:
    name = names.get(task, "")
    if not most or not name:
        return str(numbers[task])
    return f"{numbers[task]} {fit(name, most).rstrip() if cell_len(name) > most else name}"


def _in_rows(stages: Sequence[str], width: int) -> list[str]:
    """Broken before arrows."""
    lines = [""]
    for place, words in enumerate(stages):
        piece = words if not place else _ARROW + words
        if lines[-1] and cell_len(lines[-1]) + cell_len(piece) > width:
            lines.append(piece.lstrip())
        else:
            lines[-1] += piece
    return lines


def _counted(numbers: Sequence[int]) -> str:
    words = _ranges(numbers)
    return words if len(words) <= _LONGEST_RANGES else f"{len(numbers)} tasks"


def _ranges(numbers: Sequence[int]) -> str:
    """`1-4, 7`."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in spans)
