"""Asks for a judge's criteria, and shows what the judge said.

Its scores are advice: the card says so, and has no key that chooses. This module never asks a
judge.
"""

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static, TextArea

from orchtui.engine.choice.judge_answer import MOST_POINTS
from orchtui.engine.choice.judge_question import criteria_of
from orchtui.engine.errors import InputError
from orchtui.engine.run_events.choice_events import ResultsJudged
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line
from orchtui.ui.looks.wrapping import fit

_ABOUT = "One criterion a line. A judge scores every result by each, from 0 to 10, and says why."
_EXAMPLE = "easy for beginners\ncorrect and complete\nshort"
_MOST_TITLE = 28
_DIM = "$foreground-muted"

_Parts = list[Content | str | tuple[str, str]]


class AskCriteria(ModalScreen[tuple[str, ...] | None]):
    """What a judge is to go by; `None` when it is left with escape.

    Args:
        known: What was asked by the last time, for this run.
        what: What is judged, and who is asked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("ctrl+r,f3,f5", "take", "Ask", priority=True),
    ]

    def __init__(self, known: tuple[str, ...], what: str) -> None:
        super().__init__()
        self._known = known
        self._what = what

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="criteria") as dialog:
            dialog.border_title = "What is a judge to go by?"
            yield Static(Content(clean_line(self._what)), classes="hint")
            yield TextArea("\n".join(self._known), placeholder=_EXAMPLE, compact=True)
            problem = Static("", classes="problem", markup=False)
            problem.display = False
            yield problem
            yield Static(Content(_ABOUT), classes="hint")
            with Horizontal(classes="answers"):
                yield Button(Content.assemble(("ctrl+r", "b"), "  ask"), name="ask", compact=True)
                yield Button(Content.assemble(("esc", "b"), "  back"), name="back", compact=True)

    def on_mount(self) -> None:
        area = self.query_one(TextArea)
        area.focus()
        area.move_cursor(area.document.end)

    def action_take(self) -> None:
        """Give the criteria, if they can be used."""
        try:
            self.dismiss(criteria_of(self.query_one(TextArea).text))
        except InputError as error:
            problem = self.query_one(".problem", Static)
            problem.update(error.problems[0].message)
            problem.display = True

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """What the buttons say."""
        if event.button.name == "ask":
            self.action_take()
        else:
            self.dismiss(None)


def judgement_words(run: Run, said: ResultsJudged) -> Content:
    """Scores with bars, reasons below them, and that it chooses nothing.

    Args:
        run: Whose results.
        said: What the judge said.
    """
    parts: _Parts = []
    by = f"{said.backend}, {clean_line(said.model)}" if said.model else said.backend
    parts.append((f"A judge ({by}), as advice: the choice is yours.\n\n", _DIM))
    best = {one for one in (said.best,) if one}
    titles = {task: clean_line(_title(run, task), _MOST_TITLE) for task in said.tasks}
    width = max((cell_len(one) for one in titles.values()), default=0)
    totals = {
        task: sum(one.points for one in said.scores if one.task == task) for task in said.tasks
    }
    for task in sorted(said.tasks, key=lambda one: -totals[one]):
        most = MOST_POINTS * len(said.criteria)
        bar = _bar(totals[task], most)
        parts += [
            (fit(titles[task], width), "b"),
            (f"  {bar} ", "$accent"),
            f"{totals[task]:>3}/{most}",
            ("  ✓ it would choose this one" if task in best else "", "b $text-success"),
            "\n",
        ]
    if said.why:
        parts.append(f"\n{clean_line(said.why)}\n")
    for criterion in said.criteria:
        parts.append((f"\n{clean_line(criterion)}\n", "b $accent"))
        for one in (one for one in said.scores if one.criterion == criterion):
            parts += [f"{one.points:>3} ", (fit(titles.get(one.task, one.task), width), "b")]
            parts += [(f"  {clean_line(one.why)}\n", _DIM)]
    if said.problems:
        parts.append("\n")
        parts += [(f"{clean_line(problem)}\n", "$text-warning") for problem in said.problems]
    return Content.assemble(*parts)


def _bar(points: int, most: int) -> str:
    filled = round(10 * points / most) if most else 0
    return "█" * filled + "░" * (10 - filled)


def _title(run: Run, task_id: str) -> str:
    task = run.tasks.get(task_id)
    return task.task.label if task is not None else task_id
