"""Asks for what one task is to be done for each of, and shows the tasks that would come of it.

What they are is asked in a thread, as one types. This module never changes the draft: it gives
the new plan back.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.expanding import GeneratorKey
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean_line
from orchtui.ui.notices.trouble import TellsTrouble
from orchtui.ui.parts.completing_input import Completing, Source

SHOW_AFTER = 0.3
"""Seconds after the last key until it is looked what would come of it."""
_SHOWN = 6
"""Tasks that are named."""

_KINDS: tuple[tuple[str, GeneratorKey, str, str], ...] = (
    ("a", "approaches", "an approach", "quick sketch; thorough, with sources"),
    ("l", "languages", "a language", "English, Spanish, French"),
    ("s", "subjects", "a subject", "Product A, Product B, Product C"),
    ("f", "files", "a file that a pattern fits", "logs/*.log"),
    ("t", "table", "a row of a table", "params.csv"),
    ("n", "variants", "a number: the same several times", "3"),
)
"""Key, what it is in plan files, what there is a task for, an example."""

Make = Callable[[GeneratorKey, str], Plan]
"""The plan that comes of a kind and the words for it. Blocks; raises InputError."""


class ChooseGenerator(ModalScreen[GeneratorKey | None]):
    """For each of what a task is to be done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
        *(Binding(key, f"dismiss({kind!r})", show=False) for key, kind, _, _ in _KINDS),
    ]

    def __init__(self, label: str) -> None:
        super().__init__()
        self._label = label

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"Many tasks of “{self._label}”: one for each …")
            yield OptionList(
                *(
                    Option(
                        Content.assemble(
                            (f"{key}  ", "b $accent"), each, (f"   {example}", "$foreground-muted")
                        ),
                        id=kind,
                    )
                    for key, kind, each, example in _KINDS
                ),
                markup=False,
            )
            yield Static("[b]enter[/] or a letter chooses   [b]esc[/] goes back", classes="hint")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(next(kind for _, kind, _, _ in _KINDS if kind == event.option_id))


class ExpandDialog(ModalScreen[Plan | None], TellsTrouble):
    """A line for the items, and the tasks below it; `None` when it is left with escape.

    Args:
        plan: As it is.
        label: The task's.
        kind: What there is a task for.
        make: Makes the plan.
        paths: What can be completed where files are named.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(
        self, plan: Plan, label: str, kind: GeneratorKey, make: Make, paths: Source
    ) -> None:
        super().__init__()
        self._before = {task.id for task in plan.tasks}
        self._label = label
        self._kind: GeneratorKey = kind
        self._make = make
        self._paths = paths
        self._soon: Timer | None = None

    def compose(self) -> ComposeResult:
        each, example = next((each, shown) for _, kind, each, shown in _KINDS if kind == self._kind)
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(f"“{self._label}” for {each}")
            if self._kind in ("files", "table"):
                yield Completing("", self._paths, example, name="expand-items")
            else:
                yield Input("", placeholder=example, id="expand-items", compact=True)
            yield Static(_hint_of(self._kind), id="expand-tasks", markup=False)
            yield Static("[b]enter[/] makes them   [b]esc[/] goes back", classes="hint")

    def on_mount(self) -> None:
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._soon is not None:
            self._soon.stop()
        self._soon = self.set_timer(SHOW_AFTER, lambda: self._look(take=False))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._soon is not None:
            self._soon.stop()
        if self.query_one(Input).value.strip():
            self._look(take=True)

    @work(exclusive=True, group="expand", exit_on_error=False)
    async def _look(self, *, take: bool) -> None:
        """Show what comes of what is typed, or take it."""
        typed = self.query_one(Input).value
        shown = self.query_one("#expand-tasks", Static)
        shown.remove_class("problem")
        if not typed.strip():
            shown.update(_hint_of(self._kind))
            return
        try:
            plan = await asyncio.to_thread(self._make, self._kind, typed)
        except InputError as error:
            shown.add_class("problem")
            problems = [clean_line(one.message, 300) for one in error.problems[:3]]
            shown.update("\n".join(problems))
            return
        if take:
            self.dismiss(plan)
        else:
            shown.update(_told([task for task in plan.tasks if task.id not in self._before]))


def _hint_of(kind: GeneratorKey) -> str:
    """What to know before anything is typed."""
    if kind == "variants":
        return "How many; each is told which of them it is."
    if kind == "files":
        return "A pattern, or several with ; between: * and ? in a name, ** over folders."
    if kind == "table":
        return "A .csv, .tsv or .yaml file: {column} in the task's words is filled for each row."
    name = {"approaches": "approach", "languages": "language", "subjects": "subject"}[kind]
    return f"With ; or , between. {{{name}}} in the task's words is filled; else a line says it."


def _told(tasks: Sequence[Task]) -> Content:
    """How many, and what they are called."""
    count = len(tasks)
    lines = [Content.styled(f"{count} task{'' if count == 1 else 's'} in place of the one:", "b")]
    # Ids: titles that are cut off at their ends all look the same.
    lines += [Content(f"  {clean_line(task.id)}") for task in tasks[:_SHOWN]]
    if count > _SHOWN:
        lines += [Content(f"  and {count - _SHOWN} more, as far as"), Content(f"  {tasks[-1].id}")]
    return Content("\n").join(lines)
