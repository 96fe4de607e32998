"""A view that can show its document as rendered markdown.

It is rendered in a thread, at most four times a second while it grows, and less often where that
takes long. What can not be rendered is shown as it came, and it is said why. This module never
opens a link.
"""

import asyncio
import time
from typing import ClassVar

from rich.style import Style
from textual import work
from textual.message import Message

from orchtui.engine.text import clean_line
from orchtui.ui.looks import looks
from orchtui.ui.output.blocks import FixedBlock, Row
from orchtui.ui.output.document import Document
from orchtui.ui.output.searched_view import SearchedView

MOST = 200_000
"""Characters that are rendered; more takes too long."""
_BETWEEN = 0.25
"""Seconds between two renderings of a text that grows."""
_SHARE = 1 / 8
"""Rendering takes no more than this part of the time, …"""
_AT_MOST = 4.0
"""… but for this many seconds between two."""
_IN_A_BLOCK = 200
"""Rows."""

_KINDS = ("heading", "quote", "code", "link", "faint", "keyword", "string", "number")


class RenderedView(SearchedView):
    """The view. Its owner says what the document is: `present`, `source_grown`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"output--{kind}" for kind in _KINDS}

    class LookChanged(Message):
        """It is shown in another way."""

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.source = Document(80)
        """What is rendered, or shown as it came."""
        self.renders = False
        """Whether markdown is to be rendered."""
        self.refused = ""
        """Why it is not rendered although it is to be."""
        self._length = 0
        self._made_of: tuple[object, ...] = ()
        """What the rendered rows were made of."""
        self._rendering = False
        self._took = 0.0
        """Seconds of the last rendering."""
        self._begun = float("-inf")

    @property
    def is_rendered(self) -> bool:
        """Whether rendered rows are shown."""
        return self.document is not self.source

    def present(self, source: Document, length: int, *, follow: bool = True) -> None:
        """Show another document.

        Args:
            source: It.
            length: Its characters.
            follow: Whether to begin at its end.
        """
        self.source, self._length, self.refused = source, length, ""
        self._made_of = ()
        self.show(source, follow=follow)
        self._render_if_due()

    def exchange(self, source: Document, length: int) -> None:
        """Show the same document as it was at another moment, in the same place.

        What was rendered stays until what is there now has been.
        """
        stays = self.is_rendered and length <= MOST
        self.source, self._length, self.refused = source, length, ""
        self._made_of = ()
        if not stays:
            self.show_in_place(source)
        self._render_if_due()

    def source_grown(self, length: int) -> None:
        """The document has become longer, or another one."""
        self._length = length
        if not self.is_rendered:
            self.grown()
        self._render_if_due()

    def wrap_anew(self) -> None:
        super().wrap_anew()
        self._render_if_due()

    def action_markdown(self) -> None:
        """Render, or show as it came."""
        self.renders = not self.renders
        self.refused = ""
        if self.renders:
            self._begun = float("-inf")
            self._render_if_due()
        else:
            self._made_of = ()
            self._exchange(self.source)
        self.post_message(self.LookChanged())

    def _state(self) -> tuple[object, ...]:
        versions = tuple(block.version for block in self.source.blocks)
        return (id(self.source), versions, self._width(), self.app.theme)

    def _render_if_due(self) -> None:
        if not self.renders:
            return
        if self._length > MOST:
            if not self.refused:
                self._refuse(f"{self._length:,} characters are too many to render")
            return
        if self.is_mounted and self._state() != self._made_of:
            self._render_soon()

    @work(group="markdown")
    async def _render_soon(self) -> None:
        """One rendering at a time; the next one takes in all that came meanwhile."""
        if self._rendering:
            return
        self._rendering = True
        try:
            while self.renders and not self.refused and self._state() != self._made_of:
                between = min(max(_BETWEEN, self._took / _SHARE), _AT_MOST)
                await asyncio.sleep(max(0.0, self._begun + between - time.monotonic()))
                await self._render_once()
        finally:
            self._rendering = False

    async def _render_once(self) -> None:
        state, source, width = self._state(), self.source, self._width()
        if self._length > MOST:
            self._refuse(f"{self._length:,} characters are too many to render")
            return
        pieces = source.pieces(width)
        styles = {kind: looks.ink(self.look(kind)) for kind in _KINDS}
        self._begun = time.monotonic()
        try:
            rows = await asyncio.to_thread(_render, pieces, width, styles)
        except Exception as error:  # whatever a text brings a parser to: it is told, and shown raw
            if source is self.source:
                self._refuse(
                    f"it can not be rendered: {clean_line(str(error)) or type(error).__name__}"
                )
            return
        self._took = time.monotonic() - self._begun
        if not self.renders or source is not self.source:
            return
        made = Document(self.document_width)
        for start in range(0, len(rows), _IN_A_BLOCK):
            made.add(FixedBlock(rows[start : start + _IN_A_BLOCK]))
        self._made_of = state
        self._exchange(made)
        self.post_message(self.LookChanged())

    def _refuse(self, why: str) -> None:
        self.refused, self._made_of = why, ()
        self._exchange(self.source)
        self.post_message(self.LookChanged())

    def _exchange(self, document: Document) -> None:
        """Show the same in another form, at about the same place."""
        if document is self.document:
            return
        was_rendered = self.is_rendered
        following, y = self.following, self.scroll_offset.y
        share = y / max(1, self.document.height)
        self.show(document, follow=following)
        if not following:
            place = y if was_rendered and self.is_rendered else round(share * document.height)
            self._move(self.scroll_x, min(place, self.max_scroll_y))


def _render(pieces: list[str | list[Row]], width: int, styles: dict[str, Style]) -> list[Row]:
    from orchtui.ui.output.markdown_rows import render  # not at the top: it takes long to load

    return render(pieces, width, styles)
