"""The list of the plan's tasks, one row each. It shows a Plan and never changes one."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from orchtui.engine.fitting import Fit
from orchtui.engine.plan import Plan, Task
from orchtui.engine.resolve import DEFAULT_SPECIALIST
from orchtui.engine.text import clean_line
from orchtui.ui import keymap, looks
from orchtui.ui.wrapping import fit

FitOf = Callable[[str, str, Sequence[str]], Fit]
"""The specialist that fits a title, a prompt and declared writes: `Fitter.fit`."""


def nobody_fits(title: str, prompt: str, writes: Sequence[str]) -> Fit:
    """For a list that nobody gave a Fitter."""
    return Fit(DEFAULT_SPECIALIST, "")


Known = Callable[[str], bool]
"""Whether there is an agent file of this name."""


def everybody(name: str) -> bool:
    """For a list that nobody told who there is."""
    return True


class TaskList(OptionList):
    """Rows of tasks. What a key asks for goes up as a message; the owner does it.

    Args:
        fit: Whom a task gets that names nobody.
        known: Who has an agent file.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("tasks")]

    class Wanted(Message):
        """A person wants something done to the picked task, or to the list."""

        def __init__(self, action: str, steps: int = 0) -> None:
            super().__init__()
            self.action = action
            """One of the actions of the context `tasks` in the keymap."""
            self.steps = steps

    def __init__(self, fit: FitOf = nobody_fits, known: Known = everybody) -> None:
        super().__init__(id="task-list", markup=False, compact=True)
        self._fit = fit
        self._known = known
        self._plan = Plan()
        self._width = 0

    def show_plan(self, plan: Plan, picked: str | None = None) -> None:
        """Show another plan; the picked task stays picked, or the one at its place.

        Args:
            picked: Id of the task to pick instead.
        """
        place = self.highlighted or 0
        picked = picked or self.picked
        self._plan = plan
        self._width = self.scrollable_content_region.width
        ids = [task.id for task in plan.tasks]
        numbers = {task_id: number for number, task_id in enumerate(ids, 1)}
        self.set_options(
            Option(
                _row(task, numbers, who(task, plan, self._fit, self._known), self._width),
                id=f"task:{task.id}",
            )
            for task in plan.tasks
        )
        if ids:
            self.highlighted = ids.index(picked) if picked in ids else min(place, len(ids) - 1)

    @property
    def picked(self) -> str | None:
        """Id of the picked task."""
        if self.highlighted is None or self.highlighted >= len(self._plan.tasks):
            return None
        return self._plan.tasks[self.highlighted].id

    def on_resize(self, event: Resize) -> None:
        """The columns follow the width."""
        if self.scrollable_content_region.width != self._width:
            self.show_plan(self._plan)

    def _want(self, action: str, steps: int = 0) -> None:
        self.post_message(self.Wanted(action, steps))

    def action_edit(self) -> None:
        self._want("edit")

    def action_add(self) -> None:
        self._want("add")

    def action_duplicate(self) -> None:
        self._want("duplicate")

    def action_delete(self) -> None:
        self._want("delete")

    def action_toggle_enabled(self) -> None:
        self._want("toggle")

    def action_priority(self) -> None:
        self._want("priority")

    def action_move(self, steps: int) -> None:
        self._want("move", steps)

    def action_undo(self) -> None:
        self._want("undo")

    def action_redo(self) -> None:
        self._want("redo")

    def action_settle(self) -> None:
        self._want("settle")

    def action_read_again(self) -> None:
        self._want("read_again")

    def action_request(self) -> None:
        self._want("request")


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


def _row(task: Task, numbers: dict[str, int], facts: str, width: int) -> Content:
    """Number, priority, title, and on the right who does it and what it waits for."""
    number = f"{numbers[task.id]:>{len(str(len(numbers)))}} "
    if task.after:
        needed = ",".join(str(numbers.get(other, other)) for other in task.after)
        facts = f"← {needed} {facts}"
    if not task.enabled:
        facts = "left out"
    facts_width = min(max(width // 3, 0), 24) if width >= 34 else 0
    title_width = max(1, width - len(number) - 2 - facts_width - (1 if facts_width else 0))
    priority = looks.PRIORITY_SIGNS[task.priority]
    dim = "$foreground-muted" if task.enabled else "$foreground-disabled"
    title = fit(clean_line(task.label), title_width)
    title_style = "" if task.enabled else "strike $foreground-disabled"
    sign_style = {"critical": "b $text-warning"}.get(task.priority, dim)
    return Content.assemble(
        (number, dim),
        (priority + " ", sign_style),
        (title.rstrip(), title_style),
        " " * (len(title) - len(title.rstrip())),
        (" " + fit(clean_line(facts), facts_width) if facts_width else "", dim),
    )
