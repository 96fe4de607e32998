"""A search in a document, done in slices so that nobody waits for it.

Words in small letters match any letters; a capital one makes it exact. Of blocks that were
searched only the number of matches is kept: where they are is found again when it is asked for.
This module never draws, and never decides when a slice is done.
"""

import re
import time
from collections import OrderedDict

from orchtui.ui.output.blocks import Place
from orchtui.ui.output.document import Document

_KEPT = 48
"""Blocks whose matches are kept."""

Span = tuple[int, int]
"""From a character of a block's text to before another."""


class Search:
    """The matches of some words.

    Args:
        document: Where.
        words: What; not empty.
        start: Where to begin.
    """

    def __init__(self, document: Document, words: str, start: Place) -> None:
        self.words = words
        self._document = document
        self._any_case = words == words.lower()
        self._pattern = re.compile(re.escape(words), re.IGNORECASE if self._any_case else 0)
        self._seen: list[int] = []
        """The version of each block that was searched; 0 where none was."""
        self._counts: list[int] = []
        self._next = start.block
        self._left = len(document.blocks)
        """Blocks to look at before all have been."""
        self._spans: OrderedDict[int, tuple[int, list[Span]]] = OrderedDict()

    @property
    def total(self) -> int:
        """Matches found so far."""
        return sum(self._counts)

    @property
    def complete(self) -> bool:
        """Whether every block has been searched as it is now."""
        return self._left <= 0 and len(self._seen) == len(self._document.blocks)

    def renew(self) -> None:
        """The document has changed: what is different is searched again."""
        self._left = len(self._document.blocks)

    def advance(self, seconds: float) -> bool:
        """Search for about so long; whether all is searched."""
        end = time.perf_counter() + seconds
        blocks = self._document.blocks
        new = len(blocks) - len(self._seen)
        if new > 0:
            self._seen += [0] * new
            self._counts += [0] * new
            self._left = len(blocks)
        while self._left > 0:
            self._next %= len(blocks)
            if self._is_old(self._next):
                if time.perf_counter() >= end:
                    return False
                self._count(self._next)
            self._next += 1
            self._left -= 1
        return True

    def spans(self, index: int) -> list[Span]:
        """The matches that begin in a block."""
        version = self._version(index)
        kept = self._spans.get(index)
        if kept is not None and kept[0] == version:
            return kept[1]
        spans = self._find(index)
        self._spans[index] = (version, spans)
        if len(self._spans) > _KEPT:
            self._spans.popitem(last=False)
        return spans

    def step(self, place: Place, steps: int, *, here: bool = False) -> Place | None:
        """The next match after a place, or the one before it, also past the ends.

        Args:
            place: From where.
            steps: 1, or -1.
            here: Whether a match at the place itself counts.

        Returns:
            Its place; `None` when there is none, or that is not known yet.
        """
        size = len(self._document.blocks)
        for distance in range(size + 1 if size else 0):
            index = (place.block + distance * steps) % size
            if index < len(self._seen) and not self._is_old(index) and not self._counts[index]:
                continue
            if index >= len(self._seen) or self._is_old(index):
                return None
            starts = [start for start, _ in self.spans(index)]
            if distance == 0 and steps > 0:
                starts = [at for at in starts if at > place.offset or here and at == place.offset]
            elif distance == 0:
                starts = [at for at in starts if at < place.offset]
            if starts:
                return Place(index, starts[0 if steps > 0 else -1])
        return None

    def number(self, place: Place) -> int:
        """Which match it is, from 1; 0 where none begins."""
        starts = [start for start, _ in self.spans(place.block)]
        if place.offset not in starts:
            return 0
        return sum(self._counts[: place.block]) + starts.index(place.offset) + 1

    def _version(self, index: int) -> int:
        blocks = self._document.blocks
        version = blocks[index].version
        if blocks[index].goes_on and index + 1 < len(blocks):
            version += blocks[index + 1].version
        return version

    def _is_old(self, index: int) -> bool:
        return self._seen[index] != self._version(index)

    def _count(self, index: int) -> None:
        self._seen[index] = self._version(index)
        text = self._text(index)
        if text.isascii() or not self._any_case:
            haystack = text.lower() if self._any_case else text
            self._counts[index] = haystack.count(self.words)
        else:
            self._counts[index] = sum(1 for _ in self._pattern.finditer(text))

    def _find(self, index: int) -> list[Span]:
        return [match.span() for match in self._pattern.finditer(self._text(index))]

    def _text(self, index: int) -> str:
        """A block's text, with as much of the next as a match can reach into it."""
        blocks, width = self._document.blocks, self._document.width
        text = blocks[index].text(width)
        if blocks[index].goes_on and index + 1 < len(blocks):
            text += blocks[index + 1].text(width)[: len(self.words) - 1]
        return text
