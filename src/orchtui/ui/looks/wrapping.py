"""Lines broken into rows of a width, and cut or filled to one. Wide characters count two cells.

Most text is of characters that take one cell each, and is broken by one regular
expression; the rest is gone through word by word. This module never draws.
"""

import re
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

_JOINERS = re.compile("[\u200d\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
"""The zero-width joiner, variation selectors, tones of skin."""
_WORD = re.compile(r"\S+\s*|\s+")
_NOT_NARROW = re.compile(
    "[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u0391-\u03a1\u03a3-\u0482"
    "\u2010-\u2027\u2030-\u205e\u2190-\u2199\u2500-\u25fc]"
)
"""A character that may take another number of cells than one."""


def is_narrow(line: str) -> bool:
    """Whether each character surely takes one cell."""
    return line.isascii() or _NOT_NARROW.search(line) is None


@lru_cache(maxsize=8)
def _rows_of(width: int) -> re.Pattern[str]:
    """As much as fits up to a space, with the spaces behind it; else a piece of a long word."""
    return re.compile(rf".{{1,{width}}}(?:\s+|\Z)|\s+|.{{{width}}}", re.DOTALL)


def even(text: str) -> str:
    """Text whose width every terminal agrees on.

    What joins emoji to one picture, or changes their looks, goes: some terminals show one of two
    cells then, others all of its parts, and the columns behind would not stand where they should.
    """
    return text if text.isascii() else _JOINERS.sub("", text)


def wrap(text: str, width: int) -> list[str]:
    """Break one line at spaces where that is possible; no row is wider than `width`.

    Spaces stay at the end of the row before, where they may stand out beyond the width.
    """
    if is_narrow(text):
        return [text] if len(text) <= width else _rows_of(width).findall(text)
    if cell_len(text) <= width:
        return [text]
    rows: list[str] = []
    row, used = "", 0
    for word in _WORD.findall(text):
        stem = word.rstrip()
        bare, spaces = cells_of(stem), cells_of(word[len(stem) :])
        if row and used + bare > width:
            rows.append(row)
            row, used = "", 0
        if bare > width:
            *parts, last = _cut(stem, width)
            rows += parts
            word, bare = last + word[len(stem) :], cells_of(last)
        row += word
        used += bare + spaces
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
    text = even(text)
    if cells_of(text) > width:
        text = _head(text, width - 1) + "…" if width > 1 else "…"
    return set_cell_size(text, width)


def cells_of(text: str) -> int:
    """`cell_len`, of thousands of texts: its cache is too small for them, and most are plain."""
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
