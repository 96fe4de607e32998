"""What a row of the task list says, in cells: state, who, priority, outputs, by the width there is.

Pure: a task and what is known of it in, text with its look out. This module never
draws and never judges whether a task is independent.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len

from orchtui.engine.independence.report import IndependenceReport, Reasons
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.scheduling.resolve import DEFAULT_SPECIALIST
from orchtui.engine.text import clean_line
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit

if TYPE_CHECKING:
    from orchtui.engine.staff.fitting import Fit

FitOf = Callable[[str, str, Sequence[str]], "Fit"]
"""The specialist that fits a title, a prompt and declared writes: `Fitter.fit`."""


def nobody_fits(title: str, prompt: str, writes: Sequence[str]) -> "Fit":
    """For a list that nobody gave a Fitter."""
    from orchtui.engine.staff.fitting import Fit  # not before the first paint

    return Fit(DEFAULT_SPECIALIST, "")


Known = Callable[[str], bool]
"""Whether there is an agent file of this name."""


def everybody(name: str) -> bool:
    """For a list that nobody told who there is."""
    return True


LOOKS = ("text", "dim", "good", "warning", "error", "off", "who", "critical", "bar")
"""How a part of a row looks: names that only the list understands."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a task is independent, or what holds it back: a sign, words and a look."""

    sign: str
    words: str
    look: str


UNCHECKED = Standing("·", "", "dim")
"""Of a task that nobody has looked at yet."""
LEFT_OUT = Standing("○", "left out", "off")
_INDEPENDENT = Standing("✓", "independent", "good")
_GUESSED, _NEEDS, _CLASHES = "?", "←", "↔"
_MOST_NUMBERS = 3


def standings(plan: Plan, report: IndependenceReport) -> dict[str, Standing]:
    """How every task of a report stands, by id."""
    numbers = {task.id: number for number, task in enumerate(plan.tasks, 1)}
    reasons = report.reasons()
    return {
        each.id: _INDEPENDENT if each.independent else _held_back(reasons.get(each.id), numbers)
        for each in report.tasks
    }


def _held_back(reasons: Reasons | None, numbers: Mapping[str, int]) -> Standing:
    if reasons is None:
        return _INDEPENDENT
    before = sorted(numbers[other] for other in reasons.needs if other in numbers)
    beside = sorted(numbers[other] for other in reasons.clashes if other in numbers)
    if not (before or beside):
        return _INDEPENDENT
    words = [f"after {_listed(before)}"] if before else []
    words += [f"not with {_listed(beside)}"] if beside else []
    sign = _NEEDS if before else _CLASHES
    look = "error" if reasons.certain else "warning"
    return Standing(sign if reasons.certain else _GUESSED, ", ".join(words), look)


def _listed(numbers: Sequence[int]) -> str:
    more = len(numbers) - _MOST_NUMBERS
    shown = ",".join(map(str, numbers[:_MOST_NUMBERS]))
    return f"{shown} +{more}" if more > 0 else shown


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells for each column; 0 where there is no room for it."""

    number: int
    title: int
    standing: int
    who: int
    priority: int
    writes: int

    @classmethod
    def of(cls, width: int, count: int) -> "Columns":
        """The columns of a list.

        Args:
            width: Cells of a row.
            count: Tasks in the list.
        """
        number = len(str(max(1, count)))
        standing = who = priority = writes = 0
        if width >= 96:
            standing, who, priority, writes = 18, 20, 12, max(16, width // 5)
        elif width >= 70:
            standing, who, writes = 13, 16, 13
        elif width >= 56:
            standing, who = 13, 14
        elif width >= 34:
            who = min(width // 3, 13)
        others = sum(cells + 1 for cells in (standing, who, priority, writes) if cells)
        title = max(1, width - 1 - (number + 1) - 2 - 2 - others)
        return cls(number, title, standing, who, priority, writes)


Part = tuple[str, str]
"""Text and its look."""


def heading(columns: Columns) -> str:
    """The names of the columns, over them."""
    parts = [" " * (columns.number + 6) + fit("task", columns.title)]
    named = ("may run", columns.standing), ("who", columns.who), ("priority", columns.priority)
    parts += [fit(name, cells) for name, cells in (*named, ("writes", columns.writes)) if cells]
    return " ".join(parts)


def row(
    task: Task,
    number: int,
    standing: Standing,
    who: str,
    columns: Columns,
    shown: str | None = None,
) -> list[Part]:
    """One task: number, state, priority, title; then what there is room for.

    Args:
        shown: What to show of its title, where that is not simply its beginning.
    """
    if not task.enabled:
        standing = LEFT_OUT
    title = fit(clean_line(task.label) if shown is None else shown, columns.title)
    bare = title.rstrip()
    plain = "text" if task.enabled else "off"
    dim = "dim" if task.enabled else "off"
    urgent = "critical" if task.enabled and task.priority == "critical" else dim
    parts: list[Part] = [
        (f"{number:>{columns.number}} ", dim),
        (f"{standing.sign} ", standing.look),
        (f"{looks.PRIORITY_SIGNS[task.priority]} ", urgent),
        (bare, plain if task.enabled else "struck"),
        (" " * (len(title) - len(bare)), plain),
    ]
    facts = [
        (standing.words, columns.standing, standing.look),
        (_by(task, who, columns), columns.who, "who" if task.enabled else "off"),
        (task.priority, columns.priority, urgent),
        (_end_of(outputs(task), columns.writes), columns.writes, dim),
    ]
    for words, cells, look in facts:
        if cells:
            parts.append((" " + fit(clean_line(words), cells), look))
    return parts


def _by(task: Task, who: str, columns: Columns) -> str:
    """Who does it, without the word that says why where that would be cut; or that nobody does."""
    if not task.enabled and not columns.standing:
        return LEFT_OUT.words
    return who if cell_len(who) <= columns.who else who.partition(" · ")[0]


def _end_of(path: str, cells: int) -> str:
    """A path whose end can be seen: that is where its name stands."""
    if not cells or cell_len(path := clean_line(path)) <= cells:
        return path
    end = path[-cells:]
    while cell_len(end) >= cells:
        end = end[1:]
    return "…" + end


def outputs(task: Task) -> str:
    """What a task writes: its first path, and how many more."""
    if not task.writes:
        return ""
    more = len(task.writes) - 1
    return f"{task.writes[0]} +{more}" if more else task.writes[0]


def who(task: Task, plan: Plan, fit: FitOf, known: Known = everybody) -> str:
    """Who does a task: its program, whom it or the plan names, or `writer · “draft”`.

    A name without an agent file is marked.
    """
    if task.command:
        return task.command[0]
    if named := task.specialist or plan.specialist:
        return named if known(named) else f"▲ {named}"
    found = fit(task.title, task.prompt, task.writes)
    return f"{found.specialist} · “{found.words[0]}”" if found.words else found.specialist
