"""A view of a document that can be searched: finds, marks and goes from match to match.

The search is done in slices between everything else, the first match is shown as soon as it is
known. This module never asks what to look for.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Iterable

from textual import work
from textual.message import Message

from orchtui.ui.output.blocks import Place, Row
from orchtui.ui.output.document import Document
from orchtui.ui.output.document_view import DocumentView, Mark
from orchtui.ui.output.text_search import Search

_SLICE = 0.008
"""Seconds of searching at a time."""


class SearchedView(DocumentView):
    """The view. Its owner says what to look for: `find`, `step`, `end_search`."""

    class Found(Message):
        """What is known of the search has changed."""

        def __init__(self, number: int, total: int, complete: bool) -> None:
            super().__init__()
            self.number = number
            """Of the match in sight, from 1; 0 for none."""
            self.total = total
            self.complete = complete

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.search: Search | None = None
        self._origin = Place(0, 0)
        """Where the search began; what is typed next is looked for from here."""
        self._here: Place | None = None
        """The match that one is at."""
        self._wanted = 0
        """Steps to go as soon as it is known where to; `_FIRST` from the origin."""
        self._first = False

    @property
    def searching(self) -> bool:
        """Whether a search is open."""
        return self.search is not None

    def begin_search(self) -> None:
        """From now on it is looked for from the row at the top."""
        self._origin = self.document.place(self.scroll_offset.y)

    def find(self, words: str) -> None:
        """Look for some words, and show the first match from where the search began."""
        self._here, self._wanted = None, 0
        self.search = Search(self.document, words, self._origin) if words else None
        self._first = bool(words)
        self._tell()
        if words:
            self._advance()
        self.refresh()

    def step(self, steps: int) -> None:
        """Go to the next match, or the one before."""
        if self.search is not None:
            self._wanted += steps
            self._advance()

    def end_search(self) -> None:
        """Mark nothing any more; what is in sight stays."""
        self.find("")

    def show(self, document: Document, *, follow: bool = True) -> None:
        super().show(document, follow=follow)
        self._search_anew()

    def show_in_place(self, document: Document) -> None:
        super().show_in_place(document)
        self._search_anew()

    def _search_anew(self) -> None:
        """What was found may stand elsewhere, or no more."""
        self._origin = Place(0, 0)
        if self.search is not None:
            words = self.search.words
            self.search = Search(self.document, words, Place(0, 0))
            self._here, self._wanted, self._first = None, 0, False
            self._advance()

    def grown(self) -> None:
        super().grown()
        if self.search is not None:
            self.search.renew()
            self._advance()

    def _advance(self) -> None:
        """Search on: a bit at once, so that what is near is shown at once, then bit by bit."""
        search = self.search
        assert search is not None
        done = search.advance(_SLICE)
        self._go()
        self._tell()
        if not done:
            self._search_on(search)

    @work(exclusive=True, group="search")
    async def _search_on(self, search: Search) -> None:
        while search is self.search and not search.complete:
            await asyncio.sleep(0)
            search.advance(_SLICE)
            if search is self.search:
                self._go()
                self._tell()

    def _go(self) -> None:
        """Go where one wants to, as far as it is known."""
        search = self.search
        assert search is not None
        if self._first:
            place = search.step(self._origin, 1, here=True)
            if place is None:
                self._first = not search.complete
                return
            self._first = False
            self._be_at(place)
        while self._wanted:
            steps = 1 if self._wanted > 0 else -1
            begin = self._here or self.document.place(self.scroll_offset.y)
            place = search.step(begin, steps, here=self._here is None)
            if place is None:
                if search.complete:
                    self._wanted = 0
                return
            self._wanted -= steps
            self._be_at(place)

    def _be_at(self, place: Place) -> None:
        assert self.search is not None
        self._here = place
        self.bring_into_sight(place, len(self.search.words))
        self.refresh()

    def _tell(self) -> None:
        search = self.search
        if search is None:
            self.post_message(self.Found(0, 0, True))
            return
        here = self._here
        known = here is not None and here.block < len(self.document.blocks)
        number = search.number(here) if known and here is not None else 0
        self.post_message(self.Found(number, search.total, search.complete))

    def marks(self, index: int, row: Row) -> Iterable[Mark]:
        search = self.search
        if search is None:
            return
        end, spans = row.start + len(row.text), search.spans(index)
        for first, last in spans[max(0, bisect_left(spans, (row.start, 0)) - 1) :]:
            if first >= end:
                break
            if last > row.start:
                here = self._here == (index, first)
                yield (
                    first - row.start,
                    last - row.start,
                    self.look("match-here" if here else "match"),
                )
