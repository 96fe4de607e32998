"""The signs beside the panes' names: what takes long just now, and how many problems are unread.

They take no room while there is nothing to say. This module never works and
never keeps a problem.
"""

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from orchtui.engine.text import clean_line
from orchtui.ui.looks import looks
from orchtui.ui.notices.busy import AFTER, Busy
from orchtui.ui.notices.problems import Problems

_BEAT = 0.1
"""Seconds between two turns of the sign, while it is there."""
_COUNTED = 3.0
"""Seconds after which the time is told too."""


_WORDS_FROM = 90
"""Cells of width from which a count has room for its word beside the panes' names."""


class Signs(Static):
    """A few words at the end of the first row.

    Args:
        busy: What is being done.
        problems: What was told.
    """

    class Clicked(Message):
        """Somebody wants to see the problems."""

    def __init__(self, busy: Busy, problems: Problems) -> None:
        super().__init__("", id="signs", markup=False)
        self._busy = busy
        self._problems = problems
        self._waiting = False
        self._beat = 0

    def look(self) -> None:
        """Something began, ended or was told."""
        words = self._words()
        self.display = bool(words.plain)
        self.update(words)
        if self._busy.any and not self._waiting and self.is_attached:
            self._waiting = True
            self.set_timer(_BEAT if self._busy.shown else AFTER, self._turn)

    def _turn(self) -> None:
        self._waiting = False
        self._beat += 1
        self.look()

    def _words(self) -> Content:
        parts = []
        if (job := self._busy.shown) is not None:
            waited = self._busy.waited(job)
            words = f"{looks.sign('running', self._beat)} {clean_line(job.words, 60)}"
            if waited >= _COUNTED:
                words += f" {looks.clock(waited)}"
            parts.append(Content.styled(words, "$accent"))
            if job.stop is not None:
                parts.append(Content.styled("esc stops", "$foreground-muted"))
        elif unread := self._problems.unread:  # room is short, and a problem can wait
            word = " problem" if unread == 1 else " problems"
            word = word if self.app.size.width >= _WORDS_FROM else ""
            parts.append(Content.styled(f"! {unread}{word}", "$text-warning"))
        return Content("  ").join(parts)

    def on_click(self, event: Click) -> None:
        """Show them."""
        self.post_message(self.Clicked())
