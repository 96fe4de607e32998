"""A diff with all that a screen needs to know of it, made once, in a thread.

The same rows serve both forms; hunks have the same numbers in both. This module never draws.
"""

from typing import TYPE_CHECKING, Literal

import msgspec

from orchtui.engine.comparison.difference import Diff, Options, Span
from orchtui.engine.comparison.side_rows import (
    Hunk,
    Line,
    Row,
    changes,
    folds,
    hunks,
    side_by_side,
    unified,
)

if TYPE_CHECKING:
    from orchtui.engine.comparison.sides import Side

CONTEXT = 3
"""Equal units that are shown around a change."""

Form = Literal["beside", "unified"]


class Face(msgspec.Struct, frozen=True):
    """One form of a diff."""

    rows: tuple[Row | Line, ...]
    changes: tuple[Span, ...]
    hunks: tuple[Hunk, ...]
    folds: tuple[Span, ...]


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A diff of two sides."""

    left: "Side"
    right: "Side"
    diff: Diff
    alike: float
    """0 to 1, by the measure of the matrix."""
    beside: Face
    unified: Face

    def face(self, form: Form) -> Face:
        """One of the forms."""
        return self.beside if form == "beside" else self.unified

    @property
    def changed(self) -> int:
        """Stretches that are not equal."""
        return len(self.beside.changes)

    @property
    def moved(self) -> int:
        """Blocks that stand elsewhere."""
        return sum(block.kind == "moved" for block in self.diff.blocks) // 2

    @property
    def unit(self) -> str:
        """What was compared, in one word."""
        return "sentence" if self.diff.options.by_sentence else "line"


def prepare(left: "Side", right: "Side", options: Options) -> Prepared:
    """Compare two sides. Blocks, for up to some seconds with very long texts."""
    from orchtui.engine.comparison.comparing import compare
    from orchtui.engine.comparison.similarity import matrix

    diff = compare(left.text, right.text, options)
    return Prepared(
        left=left,
        right=right,
        diff=diff,
        alike=matrix((left.text, right.text)).values[0][1],
        beside=_face(side_by_side(diff)),
        unified=_face(unified(diff)),
    )


def _face(rows: tuple[Row | Line, ...]) -> Face:
    found = changes(rows)
    shown = hunks(found, len(rows), CONTEXT)
    return Face(rows, found, shown, folds(shown, len(rows)))
