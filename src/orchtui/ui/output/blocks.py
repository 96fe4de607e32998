"""Blocks: the parts of a document, each of some rows. Nothing is done to one that nobody looks at.

This module never draws.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from rich.cells import cell_len
from rich.style import Style

from orchtui.engine.text import clean
from orchtui.ui.looks.wrapping import is_narrow, wrap

BLOCK = 16_384
"""Characters in a block of text; a longer line is broken there, whatever the width."""

_versions = itertools.count(1)


@dataclass(slots=True)
class Row:
    """One row of the screen."""

    text: str
    kind: str = ""
    """What it is, for its colour: a name that only the owner understands."""
    whole: bool = True
    """Whether it begins a line of the text, and does not go on with one."""
    start: int = 0
    """Where it begins in its block's text."""
    parts: tuple[tuple[str, Style], ...] = ()
    """Its text in pieces with styles of their own, where it has such."""


class Place(NamedTuple):
    """A character of a document, wherever its rows are."""

    block: int
    offset: int
    """In the block's text."""


class Block(Protocol):
    """A part of a document."""

    version: int
    """Another one after each change."""
    goes_on: bool
    """Whether its last line goes on in the next block."""

    def text(self, width: int) -> str:
        """What can be searched; rows begin at their `start` in it."""

    def rows(self, width: int) -> list[Row]:
        """All its rows."""

    def measure(self, width: int) -> tuple[int, int]:
        """How many rows it has, and the cells of the widest."""

    def guess(self, width: int) -> int:
        """About how many rows it has; costs nothing."""


class TextBlock:
    """Some lines of a text.

    Args:
        text: They.
        kind: Theirs.
        begins: Whether its first line begins here.
    """

    def __init__(self, text: str, kind: str, begins: bool = True) -> None:
        self.kind = kind
        self.goes_on = False
        self.version = next(_versions)
        self.begins = begins
        self._text = text
        self._ready = 0
        """Characters that have been cleaned."""

    def __len__(self) -> int:
        return len(self._text)

    def add(self, text: str) -> None:
        """It goes on."""
        self._text += text
        self.version = next(_versions)

    def text(self, width: int = 0) -> str:
        """Cleaned when it is first looked at."""
        if self._ready < len(self._text):
            new = clean(self._text[self._ready :]).expandtabs(4)
            self._text = self._text[: self._ready] + new if self._ready else new
            self._ready = len(self._text)
        return self._text

    def rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        start, whole = 0, self.begins
        for line in self.text().split("\n"):
            kind = _line_kind(line, self.kind) if whole else self.kind
            place = start
            for piece in wrap(line, width):
                rows.append(Row(piece, kind, whole, place))
                place += len(piece)
                whole = False
            start += len(line) + 1
            whole = True
        return rows

    def measure(self, width: int) -> tuple[int, int]:
        text = self.text()
        lines = text.split("\n")
        if is_narrow(text.replace("\n", "")):
            longest = max(map(len, lines))
            if longest <= width:
                return len(lines), longest
            return sum(len(wrap(line, width)) if len(line) > width else 1 for line in lines), width
        pieces = [piece for line in lines for piece in wrap(line, width)]
        if len(pieces) > len(lines):
            return len(pieces), width
        return len(pieces), max(map(cell_len, lines))

    def guess(self, width: int) -> int:
        return self._text.count("\n") + 1 + len(self._text) // max(1, width)


def _line_kind(line: str, kind: str) -> str:
    if kind == "text" and line.startswith(("#", ">")):
        return "heading" if line[0] == "#" else "quote"
    return kind


class MarkBlock:
    """Lines that are not text: each a function that gives its rows for a width."""

    def __init__(self) -> None:
        self.goes_on = False
        self.makers: list[Callable[[int], list[Row]]] = []
        self.touch()

    def touch(self) -> None:
        """Something about it is different now."""
        self.version = next(_versions)

    def text(self, width: int) -> str:
        return "\n".join(row.text for row in self.rows(width))

    def rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        start = 0
        for make in self.makers:
            for row in make(width):
                row.start = start
                start += len(row.text) + 1
                rows.append(row)
        return rows

    def measure(self, width: int) -> tuple[int, int]:
        rows = self.rows(width)
        return len(rows), max((cell_len(row.text) for row in rows), default=0)

    def guess(self, width: int) -> int:
        return len(self.makers)


class FixedBlock:
    """Rows that are what they are, whatever the width."""

    def __init__(self, rows: list[Row]) -> None:
        self.goes_on = False
        self.version = next(_versions)
        self._rows = rows
        start = 0
        for row in rows:
            row.start = start
            start += len(row.text) + 1

    def text(self, width: int) -> str:
        return "\n".join(row.text for row in self._rows)

    def rows(self, width: int) -> list[Row]:
        return self._rows

    def measure(self, width: int) -> tuple[int, int]:
        return len(self._rows), max((cell_len(row.text) for row in self._rows), default=0)

    def guess(self, width: int) -> int:
        return len(self._rows)


def cut(text: str) -> Iterator[tuple[str, bool]]:
    """Pieces for blocks, each with whether its last line goes on in the next."""
    start = 0
    while len(text) - start > BLOCK:
        end = text.rfind("\n", start, start + BLOCK)
        if end >= 0:
            yield text[start:end], False
            start = end + 1
            continue
        space = text.rfind(" ", start + BLOCK // 2, start + BLOCK) + 1
        end = space or start + BLOCK
        yield text[start:end], True
        start = end
    yield text[start:], False
