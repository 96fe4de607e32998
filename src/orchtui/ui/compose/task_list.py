"""The list of the plan's tasks, one row each. It shows a Plan and never changes one.

All rows are drawn by one widget, only those that can be seen: a thousand tasks
cost what the visible ones cost.
"""

from collections.abc import Mapping
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.events import Click, Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orchtui.engine.plans.plan import Plan
from orchtui.ui.compose.task_columns import (
    LOOKS,
    UNCHECKED,
    Columns,
    FitOf,
    Known,
    Standing,
    everybody,
    nobody_fits,
    row,
    who,
)
from orchtui.ui.compose.task_titles import own_titles
from orchtui.ui.keys import keymap
from orchtui.ui.looks import looks

_STRUCK = Style(strike=True)


class TaskList(ScrollView, can_focus=True):
    """Rows of tasks. What a key asks for goes up as a message; the owner does it.

    Args:
        fit: Whom a task gets that names nobody.
        known: Who has an agent file.
    """

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("tasks")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "task--cursor",
        "task--cursor-focused",
        *(f"task--{look}" for look in LOOKS),
    }

    class Wanted(Message):
        """A person wants something done to the picked task, or to the list."""

        def __init__(self, action: str, steps: int = 0) -> None:
            super().__init__()
            self.action = action
            """One of the actions of the context `tasks` in the keymap."""
            self.steps = steps

    class Picked(Message):
        """Another task is picked, or the picked one has moved."""

    def __init__(self, fit: FitOf = nobody_fits, known: Known = everybody) -> None:
        super().__init__(id="task-list")
        self._fit = fit
        self._known = known
        self._plan = Plan()
        self._standings: Mapping[str, Standing] = {}
        self._columns = Columns.of(0, 0)
        self._width = 0
        """What the columns were made for."""
        self._own: Mapping[str, str] = {}
        """What is shown of titles that would else read like another one."""
        self._place = 0

    # What is shown

    def show_plan(self, plan: Plan, picked: str | None = None) -> None:
        """Show another plan; the picked task stays picked, or the one at its place.

        Args:
            picked: Id of the task to pick instead.
        """
        picked = picked or self.picked
        self._plan = plan
        place = self._place_of(picked)
        self._place = place if place is not None else max(0, min(self._place, len(plan.tasks) - 1))
        self._measure()
        self._see()
        self.refresh()

    def show_standings(self, standings: Mapping[str, Standing]) -> None:
        """Say which tasks are independent, and what the others wait for."""
        self._standings = standings
        self.refresh()

    def standing(self, task_id: str) -> Standing:
        """How a task stands, as far as that was looked at."""
        return self._standings.get(task_id, UNCHECKED)

    @property
    def picked(self) -> str | None:
        """Id of the picked task."""
        tasks = self._plan.tasks
        return tasks[self._place].id if self._place < len(tasks) else None

    @property
    def place(self) -> int:
        """Where the picked task stands."""
        return self._place

    @property
    def columns(self) -> Columns:
        """Where the columns stand now."""
        return self._columns

    def pick(self, place: int) -> None:
        """Pick the task at this place, or the nearest one."""
        before, self._place = self._place, max(0, min(place, len(self._plan.tasks) - 1))
        self._see()
        if self._place != before:
            self.refresh()
            self.post_message(self.Picked())

    def _place_of(self, task_id: str | None) -> int | None:
        tasks = self._plan.tasks
        if self._place < len(tasks) and tasks[self._place].id == task_id:
            return self._place  # the usual case, without a search
        return next((place for place, task in enumerate(tasks) if task.id == task_id), None)

    def _measure(self) -> None:
        self._take_width(self.scrollable_content_region.width)
        size = Size(self._width, len(self._plan.tasks))
        if size != self.virtual_size:
            self.virtual_size = size

    def _take_width(self, width: int) -> None:
        self._width, self._columns = width, Columns.of(width, len(self._plan.tasks))
        self._own = own_titles(self._plan.tasks, self._columns.title)

    def _see(self) -> None:
        """Bring the picked row into sight."""
        height = self.scrollable_content_region.height
        if self._place < self.scroll_offset.y:
            self.scroll_to(y=self._place, animate=False)
        elif self._place >= self.scroll_offset.y + height:
            self.scroll_to(y=self._place - height + 1, animate=False)

    # Keys and the mouse

    def on_resize(self, event: Resize) -> None:
        """The columns follow the width, and the picked row stays in sight."""
        self._measure()
        self._see()

    def on_click(self, event: Click) -> None:
        """Pick the row under the mouse; a second click opens its form."""
        place = self.scroll_offset.y + event.y
        if place >= len(self._plan.tasks):
            return
        self.pick(place)
        if event.chain == 2:
            self._want("edit")

    def action_step(self, steps: int) -> None:
        self.pick(self._place + steps)

    def action_page(self, pages: int) -> None:
        self.pick(self._place + pages * max(1, self.scrollable_content_region.height - 1))

    def action_first(self) -> None:
        self.pick(0)

    def action_last(self) -> None:
        self.pick(len(self._plan.tasks) - 1)

    def action_want(self, action: str) -> None:
        self._want(action)

    def action_move(self, steps: int) -> None:
        self._want("move", steps)

    def _want(self, action: str, steps: int = 0) -> None:
        self.post_message(self.Wanted(action, steps))

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self.scrollable_content_region.width
        if width != self._width:  # the first paint comes before the list is told its size
            self._take_width(width)
        place = y + self.scroll_offset.y
        base = self.rich_style
        if place >= len(self._plan.tasks):
            return Strip.blank(width, base)
        task = self._plan.tasks[place]
        by = who(task, self._plan, self._fit, self._known)
        shown = self._own.get(task.id)
        parts = row(task, place + 1, self.standing(task.id), by, self._columns, shown)
        segments = [Segment(text, self._style(look)) for text, look in parts if text]
        if place == self._place:
            name = "task--cursor-focused" if self.has_focus else "task--cursor"
            base += looks.paper(self.get_component_rich_style(name))
            segments.insert(0, Segment("▌", self._style("bar")))
        else:
            segments.insert(0, Segment(" "))
        return Strip(segments).adjust_cell_length(width).apply_style(base)

    def _style(self, look: str) -> Style:
        if look == "struck":
            return self._style("off") + _STRUCK
        return looks.ink(self.get_component_rich_style(f"task--{look}"))
