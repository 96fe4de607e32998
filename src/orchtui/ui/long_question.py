"""A question about a text that may be long: it scrolls, and the answers stay in sight.

This module never acts on an answer.
"""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

_ROWS_AROUND = 6
"""Of the dialog, around its text: border, padding, the answers and the row above them."""


class LongQuestion(ModalScreen[str | None]):
    """A text with a few answers below it; `None` when it is left with escape.

    Args:
        title: The question.
        text: What to know for the answer.
        answers: Key, what the answer gives, its words. The first one has the focus.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("up,k", "scroll('up')", show=False),
        Binding("down,j", "scroll('down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
        Binding("home", "scroll('home')", show=False),
        Binding("end", "scroll('end')", show=False),
    ]

    def __init__(self, title: str, text: Content, answers: Sequence[tuple[str, str, str]]) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            # Not a place for the focus: the keys reach it from wherever the focus is.
            with VerticalScroll(can_focus=False):
                yield Static(self._text)
            with Horizontal(classes="answers"):
                for key, value, words in self._answers:
                    yield Button(
                        Content.assemble((key, "b"), f"  {words}"), name=value, compact=True
                    )

    def on_mount(self) -> None:
        for key, value, _ in self._answers:
            self._bindings.bind(key, f"screen.dismiss({value!r})", show=False)
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

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.name)
