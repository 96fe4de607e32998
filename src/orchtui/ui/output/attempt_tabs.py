"""A line of tabs, one for each attempt at a task; nothing where there was only one.

This module never shows a text.
"""

from collections.abc import Sequence

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from orchtui.engine.runs.run import Attempt, TaskRun
from orchtui.ui.looks import looks

_MANY = 6
"""Tabs around the shown one; those further away are counted."""


def sign(task: TaskRun, attempt: Attempt) -> str:
    """How an attempt stands, in one cell."""
    if attempt.ended is None:
        return looks.SIGNS["running"]
    if attempt.completed:
        return looks.SIGNS["completed"]
    if attempt.overtaken or (attempt is task.attempt and task.status == "cancelled"):
        return looks.SIGNS["cancelled"]
    return looks.SIGNS["retrying"] if attempt.throttled else looks.SIGNS["failed"]


def name(attempt: Attempt) -> str:
    """`attempt 2`; one that was taken over has no number."""
    return f"attempt {attempt.number}" if attempt.number else "taken over"


class AttemptTabs(Static):
    """The tabs."""

    class Clicked(Message):
        """A tab was clicked."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place
            """Of the attempt among the task's, from 0."""

    def __init__(self) -> None:
        super().__init__("", id="output-attempts", classes="-none", markup=False)
        self._ends: list[tuple[int, int]] = []
        """The column before which each tab ends, with its attempt's place."""
        self._told: Content | None = None

    def tell(self, task: TaskRun | None, shown: int) -> None:
        """Bring the tabs up to date.

        Args:
            task: Whose attempts.
            shown: The place of the attempt that is shown.
        """
        attempts: Sequence[Attempt] = task.attempts if task is not None else ()
        self.set_class(len(attempts) < 2, "-none")
        if task is None or len(attempts) < 2:
            return
        first = max(0, min(shown - _MANY // 2, len(attempts) - _MANY))
        last = min(len(attempts), first + _MANY)
        before, after = first, len(attempts) - last
        parts: list[Content] = []
        if before:
            parts.append(Content.styled(f"{before} before", "$foreground-muted"))
        self._ends = []
        column = len(parts[0]) + 3 if parts else 0
        for place in range(first, last):
            attempt = attempts[place]
            counts = attempt is task.kept and attempt is not task.attempt
            words = f"{name(attempt)} {sign(task, attempt)}{' (counts)' if counts else ''}"
            style = "b reverse $accent" if place == shown else "$foreground-muted"
            parts.append(Content.styled(f" {words} ", style))
            column += len(words) + 2
            self._ends.append((column, place))
            column += 3
        if after:
            parts.append(Content.styled(f"{after} after", "$foreground-muted"))
        told = Content(" · ").join(parts)
        if told != self._told:
            self._told = told
            self.update(told)

    def on_click(self, event: Click) -> None:
        """Go to the tab under the mouse."""
        for end, place in self._ends:
            if event.x < end:
                self.post_message(self.Clicked(place))
                return
