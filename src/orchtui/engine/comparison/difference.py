"""Diff: what is different between two texts, as values that a screen, a page and a pipe share.

A text is tiled by units, lines or sentences: whose texts, one after the other, are the whole text.
Blocks tile the units of both sides in order. All values are immutable and all offsets count
characters of the text, so nobody has to look at the texts again to draw a change. `comparing` makes
a Diff. This module never aligns anything and never draws.
"""

from bisect import bisect_right
from typing import Literal, NamedTuple

import msgspec

By = Literal["auto", "line", "sentence"]
Kind = Literal["equal", "changed", "added", "removed", "moved"]


class Span(NamedTuple):
    """From `start` up to, and without, `end`."""

    start: int
    end: int


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as a difference."""

    by: By = "auto"
    """`sentence`: paragraphs are compared by sentence, however they are wrapped; what in markdown
    is a line (headings, items, code, tables) by line. `line`: all by line. `auto`: by sentence
    where both texts are prose, by line else."""
    ignore_space: bool = False
    """Whether any white space between two words is as good as any other, blank lines too."""
    ignore_case: bool = False
    prose: bool = True
    """Whether both texts are prose that may hold markdown; else they have no headings."""

    @property
    def by_sentence(self) -> bool:
        """What `by` comes to."""
        return self.by == "sentence" or (self.by == "auto" and self.prose)


class Heading(msgspec.Struct, frozen=True):
    """A markdown heading."""

    offset: int
    """Where its line begins."""
    level: int
    """1 to 6."""
    title: str
    """Its words, as they stand there."""


class Tiling(msgspec.Struct, frozen=True):
    """A text and the units that tile it."""

    text: str
    bounds: tuple[int, ...]
    """Where units begin, and the end of the last one: one more than there are units."""
    headings: tuple[Heading, ...] = ()
    """In the order of the text."""

    def span(self, units: Span) -> Span:
        """The characters of these units."""
        return Span(self.bounds[units.start], self.bounds[units.end])

    def of(self, units: Span) -> str:
        """The text of these units."""
        return self.text[self.bounds[units.start] : self.bounds[units.end]]

    def heading_path(self, offset: int) -> tuple[str, ...]:
        """The titles of the headings that a place stands under, the outermost first."""
        path: list[Heading] = []
        for heading in reversed(self.headings[: self._headings_before(offset)]):
            if not path or heading.level < path[-1].level:
                path.append(heading)
                if heading.level == 1:
                    break
        return tuple(heading.title for heading in reversed(path))

    def _headings_before(self, offset: int) -> int:
        return bisect_right(self.headings, offset, key=lambda heading: heading.offset)


class Marks(msgspec.Struct, frozen=True):
    """The words that differ between a unit and its counterpart, as spans of both texts."""

    left: tuple[Span, ...]
    right: tuple[Span, ...]


class Block(msgspec.Struct, frozen=True):
    """A stretch of one kind.

    `equal` and `changed` have as many units on the right as on the left: each has its counterpart.
    `removed` has none on the right, `added` none on the left. What was moved is two blocks, one
    where it stood and one where it stands; each is empty on the other side.
    """

    kind: Kind
    left: Span
    """Units."""
    right: Span
    """Units."""
    marks: tuple[Marks, ...] = ()
    """Of `changed`, and of both blocks of what was moved and changed: one for each unit."""
    partner: int = -1
    """Of `moved`: the place of the other block among the blocks; -1 else."""


class Diff(msgspec.Struct, frozen=True):
    """Two texts and their blocks."""

    left: Tiling
    right: Tiling
    options: Options
    blocks: tuple[Block, ...]
    coarse: str = ""
    """Why less was looked at than could be, in words; empty where all was."""
    loosely_equal: int = 0
    """Units that count as equal and are not the same to the letter: in what is ignored only."""

    @property
    def same(self) -> bool:
        """Whether nothing that counts is different."""
        return all(block.kind == "equal" for block in self.blocks)

    def count(self, kind: Kind) -> int:
        """Units of one kind; those that were moved are counted once."""
        return sum(
            block.left.end - block.left.start
            if kind != "added"
            else block.right.end - block.right.start
            for block in self.blocks
            if block.kind == kind
        )


def applied(diff: Diff) -> str:
    """The left text with all changes made: the right text, but for what is ignored."""
    return "".join(
        diff.left.of(block.left) if block.kind == "equal" else diff.right.of(block.right)
        for block in diff.blocks
    )


def undone(diff: Diff) -> str:
    """The right text with all changes taken back: the left text, but for what is ignored."""
    return "".join(
        diff.right.of(block.right) if block.kind == "equal" else diff.left.of(block.left)
        for block in diff.blocks
    )


def heading_path(diff: Diff, block: Block) -> tuple[str, ...]:
    """The headings that a block stands under; of the right text, of the left one where it is gone.

    A block that begins with a heading stands under it.
    """
    tiling, units = diff.right, block.right
    if units.start == units.end:
        tiling, units = diff.left, block.left
    return tiling.heading_path(tiling.bounds[units.start])
