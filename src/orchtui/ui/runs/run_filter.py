"""The line in which runs are asked for, with what may stand there offered as one types.

It only asks: whoever owns it lists what fits. `enter` goes back to the list and leaves the
line, `esc` takes the filter away. This module never reads a query.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from orchtui.ui.keys import keymap
from orchtui.ui.parts.completing_input import Completing
from orchtui.ui.parts.completion import Candidate
from orchtui.ui.runs.query_words import offers, part_at

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.run_row import RunRow

_EXAMPLE = "verdict:failed tag:x since:7d cost:>1 words"


class RunFilter(Horizontal):
    """Hidden until it is opened.

    Args:
        rows: The runs there are, asked in a thread.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("filter")]

    class Changed(Message):
        """Other runs are asked for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """The person goes back to the list."""

    def __init__(self, rows: "Callable[[], Iterable[RunRow]]") -> None:
        super().__init__(id="run-filter")
        self._rows = rows
        self._completing = Completing("", self._offers, _EXAMPLE, item_at=part_at)
        self.display = False

    def compose(self) -> ComposeResult:
        yield Static("filter ", classes="filter-sign")
        yield self._completing

    def _offers(self, typed: str) -> Sequence[Candidate]:
        return offers(typed, self._rows())

    @property
    def line(self) -> Input:
        """What is typed into."""
        return self._completing.line

    @property
    def words(self) -> str:
        """What runs are asked for."""
        return self.line.value if self.display else ""

    @property
    def typed(self) -> str:
        """The part that is being typed."""
        if self.screen.focused is not self.line:
            return ""
        start, end = part_at(self.line.value, self.line.cursor_position)
        return self.line.value[start:end]

    def open(self) -> None:
        """Show it, with what was asked for last, and take the keys."""
        self.display = True
        self.screen.set_focus(self.line)  # at once, and not after what comes next
        self.line.cursor_position = len(self.line.value)
        self.post_message(self.Changed(self.words))

    def close(self) -> None:
        """Take the filter away; what was typed is kept for the next time."""
        if self.display:
            self._completing.close()
            self.display = False
            self.post_message(self.Changed(""))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        if self.display:
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_settle()

    def action_settle(self) -> None:
        self._completing.close()
        if not self.words.strip():
            self.close()
        self.post_message(self.Left())

    def action_close(self) -> None:
        self.close()
        self.post_message(self.Left())
