"""A unified diff to read: one widget that draws the rows which can be seen.

Added and removed lines have their own colours beside their marks. This module
never makes a diff.
"""

from typing import ClassVar

from rich.segment import Segment
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from orchtui.engine.text import clean
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import wrap

_KINDS = ("plain", "added", "removed", "place")


class DiffRows(ScrollView, can_focus=False):
    """The rows of one diff."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"diff--{kind}" for kind in _KINDS}

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.text = ""
        self._rows: list[tuple[str, str]] = []
        """Text and kind of each."""
        self._wrapped_at = 0

    def show(self, text: str) -> None:
        """Show another diff, from its beginning."""
        self.text = clean(text)
        self._wrap()
        self.scroll_to(y=0, animate=False)

    def scroll_pages(self, pages: int) -> None:
        """Move on by so many pages."""
        height = max(1, self.scrollable_content_region.height - 1)
        self.scroll_to(y=self.scroll_offset.y + pages * height, animate=False)

    def on_resize(self, event: Resize) -> None:
        """Wrap again."""
        if self._width() != self._wrapped_at:
            self._wrap()

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width, base, place = self._width(), self.rich_style, y + self.scroll_offset.y
        if place >= len(self._rows):
            return Strip.blank(width, base)
        text, kind = self._rows[place]
        style = looks.ink(self.get_component_rich_style(f"diff--{kind}"))
        strip = Strip([Segment(text.rstrip(), style)])
        return strip.adjust_cell_length(width).apply_style(base)

    def _wrap(self) -> None:
        self._wrapped_at = self._width()
        self._rows = [
            (piece, _kind(line))
            for line in self.text.split("\n")
            for piece in wrap(line.expandtabs(4), self._wrapped_at)
        ]
        self.virtual_size = Size(self._width(), len(self._rows))
        self.refresh()

    def _width(self) -> int:
        return max(1, self.scrollable_content_region.width)


def _kind(line: str) -> str:
    if line.startswith(("@@", "--- ", "+++ ")):
        return "place"
    return {"+": "added", "-": "removed"}.get(line[:1], "plain")
