"""A Diff as rows: side by side, or one below the other; folds, hunks, and the ways between changes.

Pure functions over immutable values: computed once, in a thread where texts are long, and never
for a repaint. Offsets count characters of the whole text. This module never draws.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, Protocol

import msgspec

from orchtui.engine.comparison.difference import Block, Diff, Kind, Span, Tiling

Sign = Literal[" ", "-", "+", "<", ">"]
"""`<`: it was moved away from here. `>`: it was moved to here."""

NOWHERE = Span(0, 0)


class Row(msgspec.Struct, frozen=True):
    """One unit of a side beside its counterpart."""

    kind: Kind
    left: Span | None
    """Characters of the left text; `None` where nothing stands on that side."""
    right: Span | None
    left_marks: tuple[Span, ...]
    """The words that differ, inside of `left`."""
    right_marks: tuple[Span, ...]
    block: int
    """The block that it belongs to, by its place in `Diff.blocks`."""
    left_line: int
    """The line of the text that it begins in, from 1; 0 where nothing stands on that side."""
    right_line: int


class Line(msgspec.Struct, frozen=True):
    """One unit of one side, for a single column."""

    kind: Kind
    sign: Sign
    span: Span
    """Characters of the left text for ` `, `-` and `<`; of the right one for `+` and `>`."""
    marks: tuple[Span, ...]
    """The words that differ."""
    block: int
    left_line: int
    """From 1; 0 where it does not stand on that side."""
    right_line: int

    @property
    def is_left(self) -> bool:
        """Whether the span is one of the left text."""
        return self.sign in (" ", "-", "<")


class _HasKind(Protocol):
    @property
    def kind(self) -> Kind: ...


class Hunk(msgspec.Struct, frozen=True):
    """Rows, or lines, that are shown together: changes with what is equal around them."""

    rows: Span
    changes: tuple[Span, ...]
    """The stretches of rows in it that are not equal."""


def side_by_side(diff: Diff) -> tuple[Row, ...]:
    """Every unit of both sides, counterparts in one row."""
    return tuple(_rows(diff))


def unified(diff: Diff) -> tuple[Line, ...]:
    """Every unit in one column: of a stretch of changes first all that was, then all that is."""
    return tuple(_lines(diff))


def changes(rows: Sequence[_HasKind]) -> tuple[Span, ...]:
    """The stretches of rows, or lines, that are not equal."""
    found = []
    start = -1
    for at, row in enumerate(rows):
        if row.kind == "equal":
            if start >= 0:
                found.append(Span(start, at))
            start = -1
        elif start < 0:
            start = at
    if start >= 0:
        found.append(Span(start, len(rows)))
    return tuple(found)


def hunks(changed: Sequence[Span], count: int, context: int) -> tuple[Hunk, ...]:
    """The changes with what is equal around them.

    Args:
        changed: From `changes`.
        count: How many rows there are.
        context: How many equal rows are shown before and after a change.
    """
    groups: list[list[Span]] = []
    for change in changed:
        if groups and change.start - groups[-1][-1].end <= 2 * context:
            groups[-1].append(change)
        else:
            groups.append([change])
    return tuple(
        Hunk(
            Span(max(0, group[0].start - context), min(count, group[-1].end + context)),
            tuple(group),
        )
        for group in groups
    )


def folds(shown: Sequence[Hunk], count: int) -> tuple[Span, ...]:
    """The rows that are in no hunk: equal ones, which a line can stand for.

    Args:
        shown: From `hunks`.
        count: How many rows there are.
    """
    found = []
    start = 0
    for hunk in shown:
        if hunk.rows.start > start:
            found.append(Span(start, hunk.rows.start))
        start = hunk.rows.end
    if start < count:
        found.append(Span(start, count))
    return tuple(found)


def next_change(changed: Sequence[Span], row: int) -> int | None:
    """Which change comes after a row, by its place in `changes`; `None` after the last."""
    at = bisect_right(changed, row, key=lambda span: span.start)
    return at if at < len(changed) else None


def previous_change(changed: Sequence[Span], row: int) -> int | None:
    """Which change begins before a row; `None` before the first."""
    at = bisect_left(changed, row, key=lambda span: span.start) - 1
    return at if at >= 0 else None


def counterpart(diff: Diff, rows: Sequence[Row], row: int) -> int | None:
    """The row where the other end of what was moved stands; `None` where it is not of a move."""
    block = rows[row].block
    partner = diff.blocks[block].partner
    if partner < 0:
        return None
    first = bisect_left(rows, block, key=lambda one: one.block)
    return bisect_left(rows, partner, key=lambda one: one.block) + row - first


def _rows(diff: Diff) -> Iterator[Row]:
    lefts, rights = _Counted(diff.left), _Counted(diff.right)
    for at, block in enumerate(diff.blocks):
        here, there = range(*block.left), range(*block.right)
        for unit in range(max(len(here), len(there))):
            left, left_line = lefts.next() if here else (None, 0)
            right, right_line = rights.next() if there else (None, 0)
            left_marks, right_marks = _marks(block, unit)
            yield Row(
                kind=block.kind,
                left=left,
                right=right,
                left_marks=left_marks if here else (),
                right_marks=right_marks if there else (),
                block=at,
                left_line=left_line,
                right_line=right_line,
            )


def _lines(diff: Diff) -> Iterator[Line]:
    lefts, rights = _Counted(diff.left), _Counted(diff.right)
    new: list[Line] = []
    for at, block in enumerate(diff.blocks):
        if block.kind == "equal":
            yield from new
            new = []
            for _ in range(*block.left):
                (span, line), (_, other_line) = lefts.next(), rights.next()
                yield Line(block.kind, " ", span, (), at, line, other_line)
            continue
        moved = block.kind == "moved"
        for unit in range(block.left.end - block.left.start):
            span, line = lefts.next()
            sign: Sign = "<" if moved else "-"
            yield Line(block.kind, sign, span, _marks(block, unit)[0], at, line, 0)
        for unit in range(block.right.end - block.right.start):
            span, line = rights.next()
            sign = ">" if moved else "+"
            new.append(Line(block.kind, sign, span, _marks(block, unit)[1], at, 0, line))
    yield from new


def _marks(block: Block, unit: int) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    if not block.marks:
        return (), ()
    return block.marks[unit].left, block.marks[unit].right


class _Counted:
    """The units of a side one after the other, with the lines that they begin in."""

    def __init__(self, tiling: Tiling) -> None:
        self._tiling = tiling
        self._unit = 0
        self._line = 1

    def next(self) -> tuple[Span, int]:
        """The next unit and its line."""
        bounds = self._tiling.bounds
        span, line = Span(bounds[self._unit], bounds[self._unit + 1]), self._line
        self._unit += 1
        self._line += self._tiling.text.count("\n", *span)
        return span, line
