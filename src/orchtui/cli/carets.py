"""Words in their line, with carets below them, as compilers show them.

What counts is what a terminal shows: cells, not characters. A long line is cut
around the words. This module never decides which words matter, and prints
nothing.
"""

from rich.cells import cell_len

from orchtui.engine.text import clean

CUT = "…"
_TAB = "    "
_NEAR = 4_000
"""Characters on both sides of the words that are looked at."""
_NARROWEST, _WIDEST = 20, 1_000
_BEFORE = 0.4
"""The part of a line that is kept for what stands before the words, when it must be cut."""


def underlined(text: str, start: int, end: int, width: int) -> tuple[str, str]:
    """The line in which the words begin, and the line of carets below it.

    Args:
        text: What the words stand in.
        start: Their first code point.
        end: The one after their last; words that go on over a line end are shown up to it.
        width: Cells that a line may have; at least 20 are taken.
    """
    start, end = _trimmed(text, start, end)
    near = _safe(text[max(0, start - _NEAR) : start])
    before = near.rpartition("\n")[2]
    words, more, _ = _safe(text[start : min(end, start + _NEAR)]).partition("\n")
    after = "" if more else _safe(text[end : end + _NEAR]).partition("\n")[0]
    width = min(max(_NARROWEST, width), _WIDEST)
    cut = start > _NEAR and "\n" not in near
    before, words, after = _fitted(before, words, after.rstrip(), width, cut=cut)
    line = before + words + after
    offset = cell_len(before)
    # Not the words' own width: a mark that joins the character before it has none.
    carets = "^" * max(1, cell_len(before + words) - offset)
    return line, " " * offset + carets


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span inside the text, without white space at its ends."""
    start = min(max(0, start), len(text))
    end = min(max(start, end), len(text))
    stripped = text[start:end].strip()
    if stripped:
        start += len(text[start:end]) - len(text[start:end].lstrip())
        end = start + len(stripped)
    return start, end


def _safe(text: str) -> str:
    return clean(text).replace("\t", _TAB)


def _fitted(before: str, words: str, after: str, width: int, *, cut: bool) -> tuple[str, str, str]:
    """The three parts, shortened so that the line has at most `width` cells."""
    if not cut:
        indent = len(before) - len(before.lstrip())
        if cell_len(before + words + after) <= width:
            return before, words, after
        before = before[indent:]
    rest = cell_len(after)
    room = max(int(width * _BEFORE), width - cell_len(words) - rest)
    if cell_len(before) > room or cut:
        before = CUT + _end_of(before, room - 1)
    room = width - cell_len(before)
    if cell_len(words) > room:
        return before, _start_of(words, room - 1) + CUT, ""
    room -= cell_len(words)
    if rest > room:
        # Where not even the mark fits, the words fill the line.
        after = _start_of(after, room - 1) + CUT if room else ""
    return before, words, after


def _start_of(text: str, cells: int) -> str:
    """As many characters from the beginning as fit."""
    size = 0
    for index in range(len(text)):
        size += cell_len(text[index])
        if size > cells:
            return text[:index]
    return text


def _end_of(text: str, cells: int) -> str:
    """As many characters up to the end as fit; none that would join what was cut off."""
    size, first = 0, len(text)
    for index in range(len(text) - 1, -1, -1):
        size += cell_len(text[index])
        if size > cells:
            break
        if cell_len(text[index]):
            first = index
    return text[first:]
