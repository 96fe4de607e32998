"""A widget that shows a document: scrolled, followed, wrapped or not, marked with the mouse.

It draws the rows that can be seen. It follows the end until a person scrolls up. What is in
sight stays in sight when rows above it turn out more or fewer, or are broken anew. This module
never treats text as markup.
"""

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import work
from textual.events import Resize
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from orchtui.ui.looks import looks
from orchtui.ui.output.blocks import Place, Row
from orchtui.ui.output.document import Document
from orchtui.ui.output.tool_lines import KINDS

UNWRAPPED = 10_000
"""Cells after which a line is broken also where lines are not."""
_AT_ONCE = 0.01
"""Seconds that are measured before the first paint."""
_SLICE = 0.008
"""Seconds that are measured or searched at a time."""
_PAUSE = 0.01
_UNSEEN = 80
"""Cells of width, as long as it is not on the screen."""

_KINDS = ("text", "heading", "quote", "problem", "match", "match-here", *KINDS)

Parts = tuple[tuple[str, Style], ...]
Mark = tuple[int, int, Style]
"""From a character of a row to before another, and how it looks."""


class DocumentView(ScrollView, can_focus=True):
    """The view. Its owner says what there is: `show`, `grown`."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"output--{kind}" for kind in _KINDS}

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.document = Document(80)
        self.following = True
        """Whether the end stays in sight."""
        self.wraps = True
        """Whether lines are broken at the edge, and not scrolled sideways."""
        self._settling = False
        """Whether the view moves by itself, and no person moves it."""

    @property
    def document_width(self) -> int:
        """Cells in a row of a document that is to be shown here."""
        return self._width() if self.wraps else UNWRAPPED

    def show(self, document: Document, *, follow: bool = True) -> None:
        """Show another document, from its end or its beginning."""
        if self.text_selection is not None:
            self.screen.clear_selection()
        self.document = document
        self.following = follow
        if document.width != self.document_width:
            document.resize(self.document_width)
        self._move(0, 0)
        self.grown()

    def show_in_place(self, document: Document) -> None:
        """Show another document that begins like this one, from the row that is at the top.

        Args:
            document: It may be this one, which has become shorter.
        """
        following, y = self.following, self.scroll_offset.y
        if document is self.document:
            self.grown()
            return
        self.show(document, follow=following)
        if not following:
            self.document.settle(0, y + self._height())
            self._take_size(self.document.place(y))

    def grown(self) -> None:
        """The document has become longer, or another one."""
        document, height = self.document, self._height()
        place = None if self.following else document.place(self.scroll_offset.y)
        done = document.measure(_AT_ONCE)
        if done:
            document.adopt()
        if self.following:
            document.settle_end(height)
        self._take_size(place)
        self.refresh()
        if not done:
            self._measure()

    @work(exclusive=True, group="measure")
    async def _measure(self) -> None:
        """Find out how many rows there really are, in between everything else."""
        document, done = self.document, False
        while not done and document is self.document:
            await asyncio.sleep(_PAUSE)
            done = document.measure(_SLICE)
        if document is self.document:
            place = None if self.following else document.place(self.scroll_offset.y)
            document.adopt()
            self._take_size(place)
            self.refresh()

    def _take_size(self, place: Place | None) -> None:
        """Tell how large the document is, and keep a place, else the end, in sight."""
        width = self._width() if self.wraps else max(self._width(), self.document.widest)
        with self._by_itself():
            self.virtual_size = Size(width, self.document.height)
        if place is None:
            self._move(self.scroll_x, self.max_scroll_y)
            return
        y = self.document.row_of(place)
        if y != self.scroll_offset.y:
            if self.text_selection is not None:
                self.screen.clear_selection()  # it is told by rows, which are others now
            self._move(self.scroll_x, y)

    def _by_itself(self) -> "_Settling":
        return _Settling(self)

    def _move(self, x: float, y: float) -> None:
        with self._by_itself():
            # Also where the scrollbar comes only now: it may be the last that is heard of a text.
            self.scroll_to(x, y, animate=False, force=True)

    def _width(self) -> int:
        return self.scrollable_content_region.width or _UNSEEN

    def _height(self) -> int:
        return max(1, self.scrollable_content_region.height)

    def on_resize(self, event: Resize) -> None:
        """Wrap again, and stay where the reader was."""
        self.wrap_anew()

    def wrap_anew(self) -> None:
        """Break lines for the width that there is, where that is another one."""
        if self.document_width != self.document.width:
            place = self.document.place(self.scroll_offset.y)
            self.document.resize(self.document_width)
            if not self.following:
                self.document.settle(self.document.row_of(place), self._height())
                self._take_size(place)
        self.grown()

    def wrap_lines(self, wraps: bool) -> None:
        """Break lines at the edge, or let them go on beyond it."""
        self.wraps = wraps
        self.set_class(not wraps, "-unwrapped")
        self._move(0, self.scroll_y)
        self.wrap_anew()

    # Moving

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling up lets the end go; scrolling to the end takes it up again."""
        super().watch_scroll_y(old_value, new_value)
        if self._settling:
            return
        if new_value < old_value:
            self.following = False
        elif new_value >= self.max_scroll_y:
            self.following = True

    def action_scroll_by(self, rows: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False)

    def action_scroll_by_page(self, pages: int) -> None:
        step = pages * max(1, self._height() - 1)
        self.scroll_to(y=self.scroll_offset.y + step, animate=False)

    def action_sideways(self, steps: int) -> None:
        self.scroll_to(x=self.scroll_offset.x + steps * max(1, self._width() // 3), animate=False)

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_follow(self) -> None:
        self.following = True
        self.grown()

    def bring_into_sight(self, place: Place, length: int) -> None:
        """Scroll so that these characters can be seen; with some rows around them if it has to."""
        y = self.document.row_of(place)
        top, height = self.scroll_offset.y, self._height()
        if not top <= y < top + height:
            self.document.settle(y - height // 3, height)
            y = self.document.row_of(place)
            self._take_size(self.document.place(max(0, y - height // 3)))
        self.following = False
        found = self.document.find(y)
        if found is not None and not self.wraps:
            x = place.offset - found[1].start
            left, width = self.scroll_offset.x, self._width()
            if not left <= x <= left + width - length:
                self._move(max(0, x - width // 2), self.scroll_y)

    # Drawing

    def marks(self, index: int, row: Row) -> Iterable[Mark]:
        """What is to be marked in a row of a block."""
        return ()

    def look(self, kind: str) -> Style:
        """How a kind of row, or of mark, looks."""
        return self.get_component_rich_style(f"output--{kind}")

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width, base = self._width(), self.rich_style
        left, place = self.scroll_offset.x, y + self.scroll_offset.y
        found = self.document.find(place)
        if found is None:
            return Strip.blank(width, base)
        index, row = found
        parts: Parts = row.parts or ((row.text, looks.ink(self.look(row.kind))),)
        for mark in self.marks(index, row):
            parts = overlaid(parts, mark)
        if (selection := self.text_selection) is not None:
            if (span := selection.get_span(place)) is not None:
                end = len(row.text) if span[1] == -1 else span[1]
                style = self.screen.get_component_rich_style("screen--selection")
                parts = overlaid(parts, (span[0], end, style))
        strip = Strip([Segment(text, style) for text, style in parts])
        strip = strip.crop_extend(left, left + width, base).apply_style(base)
        return strip.apply_offsets(left, place)

    # Marking

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The marked text, with lines as they are and not as they are broken."""
        first, last = selection.start, selection.end
        top = first.y if first is not None else 0
        words: list[str] = []
        for y, row in enumerate(self.document.rows(top, None if last is None else last.y + 1), top):
            text = row.text
            if last is not None and y == last.y:
                text = text[: last.x]
            if first is not None and y == first.y:
                text = text[first.x :]
            words += ("\n", text) if row.whole and y > top else (text,)
        return ("".join(words), "\n") if words else None

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw it."""
        self.refresh()


class _Settling:
    """While the view moves by itself."""

    def __init__(self, view: DocumentView) -> None:
        self._view = view

    def __enter__(self) -> None:
        self._before, self._view._settling = self._view._settling, True

    def __exit__(self, *problem: object) -> None:
        self._view._settling = self._before


def overlaid(parts: Parts, mark: Mark) -> Parts:
    """Pieces of a row with another style over some of it."""
    start, end, style = mark
    made: list[tuple[str, Style]] = []
    at = 0
    for text, own in parts:
        first, last = max(0, start - at), min(len(text), end - at)
        at += len(text)
        if first >= last:
            made.append((text, own))
            continue
        cut = ((text[:first], own), (text[first:last], own + style), (text[last:], own))
        made += (piece for piece in cut if piece[0])
    return tuple(made)
