"""How a past run is to be run again, and the one change with which it is. It only asks."""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line
from orchtui.ui.dialogs.dialogs import Ask
from orchtui.ui.parts.completing_input import Completing
from orchtui.ui.parts.completion import Candidate
from orchtui.ui.runs.run_entry import RunEntry

How = Literal["same", "failed", "change", "open"]


async def ask_how(app: App[int], entry: RunEntry) -> How | None:
    """How it is to be run again; must be called from a worker."""
    assert entry.row is not None
    shown = entry.row.summary
    lost = shown.tasks - shown.census.completed
    answers: list[tuple[str, str, str]] = [("s", "same", "the same")]
    if lost:
        answers.append(("f", "failed", "what failed"))
    answers += [("c", "change", "a change"), ("o", "open", "its plan")]
    lines = ["As a new run beside it, with the plan as it stood at its end:", ""]
    lines += ["s  everything runs anew"]
    if lost:
        what = "1 task runs" if lost == 1 else f"{lost} tasks run"
        lines.append(f"f  {what}, and what depends on it; the rest is taken over")
    lines += ["c  with one value changed: a model, a limit, a prompt"]
    lines += ["o  opens the plan on the desk, to change what you like"]
    title = f"Run {clean_line(entry.name, 50)} again?"
    answer = await app.push_screen_wait(Ask(title, "\n".join(lines), answers))
    return answer if answer in ("same", "failed", "change", "open") else None  # type: ignore[return-value]


def change_offers(plan: Plan) -> Callable[[str], Sequence[Candidate]]:
    """What may be changed: the plan's keys, its limits, and those of each task."""
    from orchtui.engine.plan_files.plan_file import LIMITS, PLAN, TASK  # not before the first paint

    found = [Candidate(f"{key}=", "of the run") for key in (*LIMITS, *PLAN) if key != "tasks"]
    found += [Candidate(f"*.{key}=", "of every task") for key in ("model", "backend", "timeout")]
    found += [
        Candidate(f"{task.id}.{key}=", clean_line(task.label, 40))
        for task in plan.tasks
        for key in ("model", "prompt", *(one for one in TASK if one not in ("model", "prompt")))
        if key != "id"
    ]
    return lambda typed: () if "=" in typed else found


class OneChange(ModalScreen[str | None]):
    """Asks for `KEY=VALUE`; `None` when it is left with escape.

    Args:
        plan: What is changed.
        wrong: What is wrong with a change, for a person; blocks; nothing where it can be made.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, plan: Plan, wrong: Callable[[str], str]) -> None:
        super().__init__()
        self._plan = plan
        self._wrong = wrong

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "What is to be different?"
            example = "concurrency=4"
            if self._plan.tasks:
                example += f" or {clean_line(self._plan.tasks[0].id, 20)}.model=opus"
            yield Completing("", change_offers(self._plan), example)
            problem = Static("", classes="problem", markup=False)
            problem.display = False
            yield problem
            words = "KEY=VALUE for the run, TASK.KEY=VALUE for a task, *.KEY for all of them."
            yield Static(Content(words), classes="hint")
            hint = "[b]enter[/] runs it so   [b]tab[/] completes   [b]esc[/] goes back"
            yield Static(hint, classes="hint")

    @on(Input.Submitted)
    @work(exclusive=True)
    async def _take(self, event: Input.Submitted) -> None:
        answer = event.value.strip()
        if not answer:
            return
        wrong = await asyncio.to_thread(self._wrong, answer)
        if wrong:
            problem = self.query_one(".problem", Static)
            problem.update(wrong)
            problem.display = True
        else:
            self.dismiss(answer)
