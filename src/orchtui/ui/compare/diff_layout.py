"""A diff as the rows of a screen: broken to a width, both sides in step, equal stretches folded.

Values in, values out: it may be done in a thread. Only what is not folded is broken. This module
never compares and never draws.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, NamedTuple

from orchtui.engine.comparison.diff_text import pieces
from orchtui.engine.comparison.difference import Span
from orchtui.engine.comparison.side_rows import Line, Row
from orchtui.ui.compare.prepared_diff import Form, Prepared
from orchtui.ui.looks.wrapping import even, wrap

LONGEST = 2_000
"""Cells of a row where lines are not broken: what is longer goes on below."""
_TAB = "    "

What = Literal["text", "fold", "head"]


class Part(NamedTuple):
    """A piece of one side, in one row."""

    text: str
    marks: tuple[Span, ...]
    """The words that differ, in it."""


class Place(NamedTuple):
    """One row of the screen."""

    what: What
    at: int
    """The row of the diff; of a fold and of a head the first one of it."""
    hunk: int
    """The hunk that it is of, or that comes after it."""
    left: Part | None = None
    """In one column this is the only one."""
    right: Part | None = None
    first: bool = False
    """Whether its unit begins here."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a diff is laid out."""

    form: Form
    width: int
    """Cells for the text of one side."""
    wraps: bool = True
    opened: frozenset[int] = frozenset()
    """Blocks that are equal and not folded."""


def lay_out(prepared: Prepared, look: Look) -> list[Place]:
    """All rows. Blocks for some milliseconds for each thousand of them."""
    face = prepared.face(look.form)
    width = max(1, look.width) if look.wraps else LONGEST
    found: list[Place] = []
    folds = iter([*face.folds, Span(len(face.rows), len(face.rows))])
    fold = next(folds)
    for number, hunk in enumerate(face.hunks):
        if fold.start < hunk.rows.start:
            found += _fold(prepared, look, fold, number, width)
            fold = next(folds)
        found.append(Place("head", hunk.rows.start, number))
        found += _texts(prepared, look, hunk.rows, number, width)
    if fold.start < fold.end:
        found += _fold(prepared, look, fold, len(face.hunks), width)
    return found


def _fold(prepared: Prepared, look: Look, fold: Span, hunk: int, width: int) -> Iterator[Place]:
    if prepared.face(look.form).rows[fold.start].block in look.opened:
        yield from _texts(prepared, look, fold, hunk, width)
    else:
        yield Place("fold", fold.start, hunk)


def _texts(prepared: Prepared, look: Look, rows: Span, hunk: int, width: int) -> Iterator[Place]:
    all_rows = prepared.face(look.form).rows
    left, right = prepared.diff.left.text, prepared.diff.right.text
    for at in range(*rows):
        row = all_rows[at]
        if isinstance(row, Row):
            lefts = _parts(left, row.left, row.left_marks, width)
            rights = _parts(right, row.right, row.right_marks, width)
        else:
            lefts = _parts(left if row.is_left else right, row.span, row.marks, width)
            rights = []
        first = True
        for one, other in zip_longest(lefts, rights):
            yield Place("text", at, hunk, one, other, first)
            first = False


def _parts(text: str, span: Span | None, marks: Sequence[Span], width: int) -> list[Part]:
    """A unit broken into rows, with its marks; one empty row for an empty line."""
    if span is None:
        return []
    shown: list[str] = []
    found: list[Span] = []
    length = 0
    for piece in pieces(text, span, marks):
        shown.append(even(piece.text.replace("\t", _TAB)))
        if piece.marked:
            found.append(Span(length, length + len(shown[-1])))
        length += len(shown[-1])
    line = "".join(shown)
    if not found:
        return [Part(row, ()) for row in wrap(line, width)]
    parts, start, first = [], 0, 0
    for row in wrap(line, width):
        end, here = start + len(row), []
        while first < len(found) and found[first].start < end:
            mark = found[first]
            here.append(Span(max(mark.start, start) - start, min(mark.end, end) - start))
            if mark.end > end:
                break
            first += 1
        parts.append(Part(row, tuple(here)))
        start = end
    return parts


def words_of(prepared: Prepared, form: Form) -> list[str]:
    """For the search: the text of each row of the diff, both sides."""
    left, right = prepared.diff.left.text, prepared.diff.right.text
    return [_words(row, left, right) for row in prepared.face(form).rows]


def _words(row: Row | Line, left: str, right: str) -> str:
    if isinstance(row, Line):
        return (left if row.is_left else right)[slice(*row.span)]
    here = left[slice(*row.left)] if row.left is not None else ""
    if row.kind == "equal" or row.right is None:
        return here
    return f"{here}\n{right[slice(*row.right)]}"


def other_end(prepared: Prepared, form: Form, at: int) -> int | None:
    """The row where the other end of what was moved stands; `None` of what was not."""
    rows = prepared.face(form).rows
    block = rows[at].block
    partner = prepared.diff.blocks[block].partner
    if partner < 0:
        return None
    mine = next(place for place, row in enumerate(rows) if row.block == block)
    other = next(place for place, row in enumerate(rows) if row.block == partner)
    return other + at - mine


def opened_for(prepared: Prepared, form: Form, at: int, opened: Set[int]) -> frozenset[int]:
    """The opened blocks, with the one that a row is folded in, where it is."""
    for fold in prepared.face(form).folds:
        if fold.start <= at < fold.end:
            return frozenset({*opened, prepared.face(form).rows[fold.start].block})
    return frozenset(opened)
