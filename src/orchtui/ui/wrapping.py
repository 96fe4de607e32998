"""Text broken into rows of a width, in a way that text may still be added.

Adding text costs what the added text costs: only the last row is looked at
again. Wide characters count two cells. This module never draws.
"""

import re
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

_WORD = re.compile(r"\S+\s*|\s+")


@dataclass(slots=True)
class Row:
    """One row of the screen."""

    text: str
    kind: str = ""
    """What it is, for its colour: a name that only the owner understands."""
    whole: bool = True
    """Whether it begins a line of the text, and does not go on with one."""


class Wrapped:
    """Rows of text.

    Args:
        width: Cells in a row.
    """

    def __init__(self, width: int) -> None:
        self.width = max(1, width)
        self.rows: list[Row] = []
        self._open = False

    def line(self, text: str, kind: str) -> None:
        """Add a line of its own, whatever stood before it."""
        self.close()
        self._add(text, kind, True)

    def append(self, text: str, kind: str) -> None:
        """Add text that goes on where the text before it ended."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self._open = False
            if number or line:
                self._extend(line.expandtabs(4), kind)

    def close(self) -> None:
        """What comes next begins a new line."""
        self._open = False

    def _extend(self, text: str, kind: str) -> None:
        whole = True
        if self._open and self.rows:
            last = self.rows.pop()
            text, kind, whole = last.text + text, last.kind, last.whole
        self._add(text, kind, whole)
        self._open = True

    def _add(self, text: str, kind: str, whole: bool) -> None:
        for piece in wrap(text, self.width):
            self.rows.append(Row(piece, kind, whole))
            whole = False


def wrap(text: str, width: int) -> list[str]:
    """Break one line at spaces where that is possible; no row is wider than `width`.

    Spaces stay at the end of the row before, where they may stand out beyond the width.
    """
    if _width(text) <= width:
        return [text]
    rows: list[str] = []
    row, used = "", 0
    for word in _WORD.findall(text):
        bare = _width(word.rstrip())
        if row and used + bare > width:
            rows.append(row)
            row, used = "", 0
        if bare > width:
            stem = word.rstrip()
            *parts, last = _cut(stem, width)
            rows += parts
            word = last + word[len(stem) :]
        row += word
        used += _width(word)
    rows.append(row)
    return rows


def _cut(word: str, width: int) -> list[str]:
    """Pieces of at most this width, or of one character; takes time that grows with the length."""
    if word.isascii():
        return [word[place : place + width] for place in range(0, len(word), width)]
    parts: list[str] = []
    start, used = 0, 0
    for place, character in enumerate(word):
        cells = cell_len(character)
        if place > start and used + cells > width:
            parts.append(word[start:place])
            start, used = place, 0
        used += cells
    return [*parts, word[start:]]


def fit(text: str, width: int) -> str:
    """Exactly `width` cells: cut off with an ellipsis, or filled with spaces."""
    if width <= 0:
        return ""
    if _width(text) > width:
        text = _head(text, width - 1) + "…" if width > 1 else "…"
    return set_cell_size(text, width)


def _width(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def _head(text: str, width: int) -> str:
    """As much of the start as fits; at least one character."""
    if text.isascii():
        return text[: max(1, width)]
    used = 0
    for place, character in enumerate(text):
        used += cell_len(character)
        if used > width:
            return text[: max(1, place)]
    return text
