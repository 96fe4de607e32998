"""A question about a text that may be long: it scrolls, and the answers stay in sight.

This module never acts on an answer.
"""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Button

from orchtui.ui.dialogs.dialogs import Ask

_ROWS_AROUND = 6
"""Of the dialog, around its text: border, padding, the answers and the row above them."""


class LongQuestion(Ask):
    """A text with a few answers below it; `None` when it is left with escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll('up')", show=False),
        Binding("down,j", "scroll('down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
        Binding("home", "scroll('home')", show=False),
        Binding("end", "scroll('end')", show=False),
    ]

    def compose_text(self) -> ComposeResult:
        # Not a place for the focus: the keys reach it from wherever the focus is.
        with VerticalScroll(can_focus=False):
            yield from super().compose_text()

    def on_mount(self) -> None:
        self.query(Button).first().focus()

    def on_resize(self) -> None:
        # The answers stay in sight however long the text is.
        room = self.size.height * 95 // 100 - _ROWS_AROUND
        self.query_one(VerticalScroll).styles.max_height = max(1, room)
        self.call_after_refresh(self._tell_more)

    def action_scroll(self, where: str) -> None:
        getattr(self.query_one(VerticalScroll), f"scroll_{where}")(animate=False)

    def _tell_more(self) -> None:
        more = self.query_one(VerticalScroll).max_scroll_y > 0
        self.query_one(".dialog", Vertical).border_subtitle = "↑↓ for all of it" if more else ""
