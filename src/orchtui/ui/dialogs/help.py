"""The help: every key in its context, the one that a person is in first; typing filters.

This module binds no key of the app and does nothing that a key does.
"""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from orchtui.engine.text import clean_line
from orchtui.ui.keys.hints import hint
from orchtui.ui.keys.key_help import Row

_NONE = "No key does that. The palette ({}) finds actions by similar words."
_MOST_KEYS = 20
"""Columns for the keys, at most."""
_ID_FROM = 84
"""Columns from which the ids have room, for one's own keys."""


class _Filter(Input):
    """Takes text; what it takes for text never reaches the bindings of the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "screen.question_mark", show=False, priority=True)
    ]


class Help(ModalScreen[None]):
    """All keys.

    Args:
        sections: A title and its rows for each context, in order.
        notices: What is wrong with the user's own keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,enter", "leave", "Close"),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    def __init__(
        self, sections: Iterable[tuple[str, list[Row]]], notices: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self._sections = list(sections)
        self._notices = notices

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog help") as dialog:
            dialog.border_title = "Keys"
            dialog.border_subtitle = "type to filter   ↑↓ scroll   esc closes"
            yield _Filter(placeholder="type to filter", compact=True, id="help-filter")
            with VerticalScroll(can_focus=False):
                yield Static("", id="help-keys")

    def on_mount(self) -> None:
        self.query_one(Input).focus()
        self.call_after_refresh(self._show)

    @on(Input.Changed)
    def _filter(self) -> None:
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def on_resize(self) -> None:
        """The ids need room."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        width = self.query_one(VerticalScroll).size.width - 2  # the scrollbar's
        found = keys_text(matching(self._sections, self.query_one(Input).value), width)
        if not found.plain:
            found = Content.styled(_NONE.format(hint(self, "app.palette")), "$foreground-muted")
        wrong = [Content.styled(f"▲ {clean_line(one, 300)}", "$text-warning")
                 for one in self._notices]  # fmt: skip
        self.query_one("#help-keys", Static).update(Content("\n").join([*wrong, found]))

    def action_leave(self) -> None:
        """What is typed goes first, then the help."""
        typed = self.query_one(Input)
        if typed.value:
            typed.value = ""
        else:
            self.dismiss()

    def action_question_mark(self) -> None:
        """The key that opened the help closes it; behind other text it is text."""
        typed = self.query_one(Input)
        if typed.value:
            typed.insert_text_at_cursor("?")
        else:
            self.dismiss()

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        height = self.query_one(VerticalScroll).size.height
        self.action_scroll(pages * max(1, height - 1))


def matching(sections: Iterable[tuple[str, list[Row]]], typed: str) -> list[tuple[str, list[Row]]]:
    """The rows with all these words in them, in any order; in their title, too."""
    words = typed.lower().split()
    found = []
    for title, rows in sections:
        kept = [
            row
            for row in rows
            if all(word in f"{row.keys} {row.what} {row.id} {title}".lower() for word in words)
        ]
        if kept:
            found.append((title, kept))
    return found


def keys_text(sections: Iterable[tuple[str, list[Row]]], width: int = 80) -> Content:
    """The rows below their titles."""
    parts: list[Content | str | tuple[str, str]] = []
    for title, rows in sections:
        parts.append((f"{title}\n", "b $accent"))
        column = min(max(len(row.keys) for row in rows), _MOST_KEYS)
        for row in rows:
            parts += [(f"  {row.keys:{column}}  ", "b"), row.what]
            room = width - 4 - max(column, len(row.keys)) - len(row.what) - len(row.id)
            if width >= _ID_FROM and room > 1:
                parts.append((" " * room + row.id, "$foreground-muted"))
            parts.append("\n")
        parts.append("\n")
    return Content.assemble(*parts)
