"""The examples that come along: which there are, and a dialog to choose one.

An example that starts programs stays in the repository: it belongs to files there.
This module never opens a plan on the desk and never runs one.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import load_plan
from orchtui.engine.plans.plan import Plan
from orchtui.engine.text import clean_line


def example_folders() -> list[Path]:
    """Where examples are: in the package, or at the repository's root for an editable install."""
    package = Path(__file__).parent.parent.parent
    return [package / "examples", package.parent.parent / "examples"]


def load_examples(folders: Sequence[Path]) -> list[Plan]:
    """Those of the first folder that has any, the one that shows most first. Blocks."""
    for folder in folders:
        plans: list[Plan] = []
        for path in sorted(folder.glob("*.yaml")):
            try:
                plan = load_plan(path)
            except InputError:
                continue  # not one of ours: the suite loads every example
            if not any(task.command for task in plan.tasks):
                plans.append(plan)
        if plans:
            return sorted(plans, key=lambda plan: -len(plan.tasks))
    return []


class ChooseExample(ModalScreen[Plan | None]):
    """Which example is to be opened; `None` when it is left.

    Args:
        plans: The examples.
        who: The backend that would work on it.
        undo: The key that brings a plan back that makes room for it; empty where there is none.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
    ]

    def __init__(self, plans: Sequence[Plan], who: str, undo: str) -> None:
        super().__init__()
        self._plans = plans
        self._who = who
        self._undo = undo

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Open an example"
            words = "It is yours to change and to run.\n"
            if self._who == "rehearsal":
                words += "It is rehearsed: no model is called, and nothing is spent."
            else:
                words += f"It runs with {self._who}, which you chose."
            if self._undo:
                words += (
                    f"\nIt takes the place of the plan on the desk; {self._undo} brings that back."
                )
            yield Static(Content(words), classes="hint")
            yield OptionList(*map(_option, self._plans))
            yield Static("[b]enter[/] opens   [b]esc[/] goes back", classes="hint")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._plans[event.option_index])


def _option(plan: Plan) -> Option:
    needs = sum(bool(task.after) for task in plan.tasks)
    facts = f"{len(plan.tasks)} tasks"
    facts += f", {needs} need what others make" if needs else ", all independent"
    return Option(
        Content.assemble(
            (clean_line(plan.name or "example"), "b"),
            (f"  {facts}\n", "$foreground-muted"),
            f"  {clean_line(plan.request.splitlines()[0] if plan.request else '')}\n",
        )
    )
