"""A document: rows of a width, of a text that may be huge and may still grow.

It is kept in blocks of some thousand characters. Only blocks that are looked at are broken into
rows, and few of those are kept; of the others it is enough to know how many rows they have, and
until that is measured, about how many. So opening costs what is seen, adding costs what is added,
and beside the text itself little is held. This module never draws.
"""

import itertools
import time
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator

from orchtui.ui.looks.wrapping import even, wrap
from orchtui.ui.output.blocks import BLOCK, Block, MarkBlock, Place, Row, TextBlock, cut

_MOST_MARKS = 100
"""Lines that are not text, in a block of them."""
_KEPT = 48
"""Blocks whose rows are kept."""


class Document:
    """Blocks, and where their rows are.

    Args:
        width: Cells in a row.
    """

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.blocks: list[Block] = []
        self.widest = 0
        """Cells of the widest row measured so far."""
        self.starts: list[int | None] = []
        """Of each block: how many characters had been appended before it, as far as that is known;
        it is not where text was evened out."""
        self._appended = 0
        self._counts: list[int] = []
        self._exact: list[bool] = []
        self._first_guessed = 0
        """No block before this one is only guessed."""
        self._found: dict[int, tuple[int, int]] = {}
        """What was measured of blocks and is not taken for true yet."""
        self._tops: list[int] | None = None
        self._rows: OrderedDict[int, list[Row]] = OrderedDict()
        self._open = False

    # Growing

    def append(self, text: str, kind: str) -> None:
        """Add text that goes on where the text before it ended."""
        before, length = self._appended, len(text)
        self._appended += length
        text = even(text)
        if not text:
            return
        start: int | None = before
        known = len(text) == length
        old = 0
        previous = self.blocks[-1] if self.blocks else None
        last = previous if self._open else None
        begins = not (isinstance(previous, TextBlock) and previous.goes_on)
        if isinstance(last, TextBlock) and last.kind == kind:
            if len(last) + len(text) <= BLOCK:
                last.add(text)
                self.touch(len(self.blocks) - 1)
                return
            old, start, begins = len(last.text()), self.starts[-1], last.begins
            text = last.text() + text
            self._drop_last()
        at = 0
        for piece, goes_on in cut(text):
            block = TextBlock(piece, kind, begins)
            block.goes_on, begins = goes_on, not goes_on
            self.add(block, start)
            at += len(piece) + (not goes_on)
            start = before + at - old if known and at >= old else None
        self._open = True

    def mark(self, make: Callable[[int], list[Row]]) -> int:
        """Add a line that is not text.

        Args:
            make: Gives its rows for a width.

        Returns:
            The number of its block, for `touch`.
        """
        self._open = False
        last = self.blocks[-1] if self.blocks else None
        if not isinstance(last, MarkBlock) or len(last.makers) >= _MOST_MARKS:
            last = MarkBlock()
            self.add(last, self._appended)
        last.makers.append(make)
        self.touch(len(self.blocks) - 1)
        return len(self.blocks) - 1

    def line(self, text: str, kind: str) -> None:
        """Add a line of its own, whatever stood before it."""
        self.mark(
            lambda width: [
                Row(piece, kind, not at) for at, piece in enumerate(wrap(even(text), width))
            ]
        )

    def add(self, block: Block, start: int | None = None) -> None:
        """Add a block; `start` is for `starts`."""
        self.blocks.append(block)
        self.starts.append(start)
        self._counts.append(block.guess(self.width))
        self._exact.append(False)
        self._tops = None

    def shorten(self, count: int) -> None:
        """Take all blocks away behind the first so many; the next text goes on there.

        Args:
            count: Of blocks; the one behind them, if there is one, has a known start.
        """
        if count < len(self.blocks):
            self._appended = self.starts[count] or 0
        for index in range(len(self.blocks) - 1, count - 1, -1):
            self._drop_last()
            self._first_guessed = min(self._first_guessed, index)
        self._open = False

    def touch(self, index: int) -> None:
        """A block has changed."""
        block = self.blocks[index]
        if isinstance(block, MarkBlock):
            block.touch()
        self._forget(index)
        self._counts[index] = block.guess(self.width)
        self._tops = None

    def touch_marks(self) -> None:
        """All lines that are not text have changed."""
        for index, block in enumerate(self.blocks):
            if isinstance(block, MarkBlock):
                self.touch(index)

    def resize(self, width: int) -> None:
        """Break everything anew, for another width."""
        self.width = max(1, width)
        self.widest = 0
        self._rows.clear()
        self._found.clear()
        self._counts = [block.guess(self.width) for block in self.blocks]
        self._exact = [False] * len(self.blocks)
        self._first_guessed, self._tops = 0, None
        self.touch_marks()

    def _forget(self, index: int) -> None:
        self._rows.pop(index, None)
        self._found.pop(index, None)
        self._exact[index] = False
        self._first_guessed = min(self._first_guessed, index)

    def _drop_last(self) -> None:
        self._forget(len(self.blocks) - 1)
        self.blocks.pop()
        self.starts.pop()
        self._counts.pop()
        self._exact.pop()
        self._tops = None

    def pieces(self, width: int) -> list[str | list[Row]]:
        """Its texts whole, and between them the rows of what is no text."""
        made: list[str | list[Row]] = []
        text = ""
        for block in self.blocks:
            if isinstance(block, TextBlock):
                text += block.text() + ("" if block.goes_on else "\n")
                continue
            if text:
                made.append(text)
                text = ""
            made.append(block.rows(width))
        return [*made, text] if text else made

    # Measuring

    @property
    def height(self) -> int:
        """Rows in all, as far as that is known."""
        return self.tops[-1]

    @property
    def tops(self) -> list[int]:
        """The row at which each block begins; last the height."""
        if self._tops is None:
            self._tops = [0, *itertools.accumulate(self._counts)]
        return self._tops

    def settle(self, y: int, height: int) -> None:
        """Make these rows, and how many there are before the next block, certain."""
        while self.blocks:
            first, last = self._at(y), self._at(y + height - 1)
            guessed = [index for index in range(first, last + 1) if not self._exact[index]]
            if not guessed:
                return
            for index in guessed:
                self._measure(index)

    def settle_end(self, height: int) -> None:
        """Make the last rows certain."""
        rows = 0
        for index in range(len(self.blocks) - 1, -1, -1):
            if rows >= height:
                return
            self._measure(index)
            rows += self._counts[index]

    def measure(self, seconds: float) -> bool:
        """Measure for about so long; rows stay where they are until `adopt`.

        Returns:
            Whether all is measured.
        """
        end = time.perf_counter() + seconds
        while self._first_guessed < len(self.blocks):
            index = self._first_guessed
            if not self._exact[index] and index not in self._found:
                if time.perf_counter() >= end:
                    return False
                self._found[index] = self.blocks[index].measure(self.width)
            self._first_guessed += 1
        return True

    def adopt(self) -> None:
        """Take what was measured for true: rows move to where they really are."""
        for index in list(self._found):
            self._measure(index)

    def _measure(self, index: int) -> None:
        if self._exact[index]:
            return
        if index not in self._found:
            self._found[index] = self.blocks[index].measure(self.width)
        count, widest = self._found.pop(index)
        self._exact[index] = True
        self.widest = max(self.widest, widest)
        if count != self._counts[index]:
            self._counts[index], self._tops = count, None

    # Looking

    def _at(self, y: int) -> int:
        """The block with this row."""
        return max(0, min(len(self.blocks) - 1, bisect_right(self.tops, max(0, y)) - 1))

    def rows_of(self, index: int) -> list[Row]:
        """A block's rows."""
        if (rows := self._rows.get(index)) is not None:
            self._rows.move_to_end(index)
            return rows
        self._measure(index)
        rows = self._rows[index] = self.blocks[index].rows(self.width)
        if len(self._rows) > _KEPT:
            self._rows.popitem(last=False)
        return rows

    def find(self, y: int) -> tuple[int, Row] | None:
        """A row with the number of its block; `None` below the end."""
        while self.blocks and 0 <= y < self.height:
            index = self._at(y)
            rows = self.rows_of(index)  # only now it is certain how many they are
            if y - self.tops[index] < len(rows):
                return index, rows[y - self.tops[index]]
        return None

    def rows(self, first: int = 0, end: int | None = None) -> Iterator[Row]:
        """Rows from one on, to before another; to the end where none is named."""
        y = first
        while (end is None or y < end) and (found := self.find(y)) is not None:
            yield found[1]
            y += 1

    def place(self, y: int) -> Place:
        """Where a row begins."""
        found = self.find(min(y, self.height - 1))
        return Place(found[0], found[1].start) if found else Place(0, 0)

    def row_of(self, place: Place) -> int:
        """The row in which a character stands."""
        if place.block >= len(self.blocks):
            return max(0, self.height - 1)
        rows = self.rows_of(place.block)
        at = bisect_right(rows, place.offset, key=lambda row: row.start) - 1
        return self.tops[place.block] + max(0, at)
