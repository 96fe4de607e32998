"""One row of a diff as segments: numbers, signs, text with its marks, in one column or in two.

What is different has a sign and a look of its own; the words that differ are underlined as well.
This module never decides which row is drawn.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from orchtui.engine.comparison.difference import Block, Span, heading_path
from orchtui.engine.comparison.side_rows import Line, Row
from orchtui.engine.text import clean_line
from orchtui.ui.compare.diff_layout import Part, Place
from orchtui.ui.compare.prepared_diff import Form, Prepared
from orchtui.ui.looks.wrapping import fit, is_narrow

LOOKS = (
    *("equal", "added", "removed", "changed", "moved", "number", "head", "fold", "bar", "edge"),
    *("old", "new", "match", "note"),
)
"""Names of styles: kinds of rows, what is around them, words that differ, words looked for."""

BEFORE, AROUND, EDGE = 1, 3, 1
"""Cells before all; around a number: its sign and two spaces; between two sides."""


@dataclass(frozen=True, slots=True)
class Measures:
    """How wide what is."""

    form: Form
    digits: int
    """Of the highest number."""
    text: int
    """Cells for the text of a side."""

    @staticmethod
    def of(prepared: Prepared, form: Form, width: int) -> "Measures":
        """For a width of the view; where it is small, text goes before numbers."""
        highest = max(prepared.diff.left.text.count("\n"), prepared.diff.right.text.count("\n")) + 1
        digits = len(str(highest)) if width >= 40 else 0
        if form == "beside":
            side = (width - BEFORE - EDGE) // 2
            return Measures(form, digits, max(1, side - digits - AROUND))
        numbers = 2 * digits + (1 if digits else 0)
        return Measures(form, digits, max(1, width - BEFORE - numbers - AROUND))


class Painter:
    """Draws rows.

    Args:
        prepared: What is shown.
        measures: For the width of now.
        style: A style by its name in LOOKS.
        shift: Cells that long lines are moved to the left.
        looked_for: Words to mark.
    """

    def __init__(
        self,
        prepared: Prepared,
        measures: Measures,
        style: Callable[[str], Style],
        shift: int = 0,
        looked_for: str = "",
    ) -> None:
        self._prepared = prepared
        self._measures = measures
        self._style = style
        self._shift = shift
        self._looked_for = looked_for

    def row(self, place: Place, width: int) -> list[Segment]:
        """Everything behind the bar."""
        if place.what != "text":
            return [self._stretch(place, width - BEFORE)]
        row = self._prepared.face(self._measures.form).rows[place.at]
        if isinstance(row, Row):
            return [
                *self._side(place, row, left=True),
                Segment("│", self._style("edge")),
                *self._side(place, row, left=False),
            ]
        return list(self._line(place, row))

    # One column

    def _line(self, place: Place, line: Line) -> Iterator[Segment]:
        if digits := self._measures.digits:
            numbers = (self._number(place, left=True), self._number(place, left=False))
            text = " ".join(f"{number or '':>{digits}}" for number in numbers)
            yield Segment(f"{text} ", self._style("number"))
        else:
            yield Segment(" ")
        look = "equal" if line.sign == " " else _LOOK_OF[line.sign]
        sign = line.sign if place.first else " "
        yield Segment(f"{sign} ", self._style(look))
        yield from self._text(place.left, look, "old" if line.is_left else "new")
        if place.first and line.kind == "moved" and (note := self._note(line.block, place.at)):
            yield Segment(f"  {note}", self._style("note"))

    # Two columns

    def _side(self, place: Place, row: Row, *, left: bool) -> Iterator[Segment]:
        digits, span = self._measures.digits, row.left if left else row.right
        part = place.left if left else place.right
        number = self._number(place, left=left)
        look, sign = _look(row, left=left)
        yield Segment(f"{number or '':>{digits}} ", self._style("number"))
        yield Segment(f"{sign if place.first and span else ' '} ", self._style(look))
        if span is None and row.kind == "moved" and place.first:
            if note := self._note(row.block, place.at):
                yield Segment(fit(note, self._measures.text), self._style("note"))
                return
        yield from self._text(part, look, "old" if left else "new")

    def _note(self, block: int, at: int) -> str:
        """Where it went, or came from; only at its beginning."""
        rows, blocks = self._prepared.face(self._measures.form).rows, self._prepared.diff.blocks
        if at and rows[at - 1].block == block:
            return ""
        mine, other = blocks[block], blocks[blocks[block].partner]
        if mine.left.start < mine.left.end:
            return f"→ moved to line {_line_of(self._prepared, other, left=False)}"
        return f"← moved from line {_line_of(self._prepared, other, left=True)}"

    def _number(self, place: Place, *, left: bool) -> int:
        """The line that a unit begins in; 0 where the one above begins in it too."""
        if not place.first:
            return 0
        rows = self._prepared.face(self._measures.form).rows
        number = rows[place.at].left_line if left else rows[place.at].right_line
        if not place.at:
            return number
        before = rows[place.at - 1]
        return 0 if number == (before.left_line if left else before.right_line) else number

    # Text

    def _text(self, part: Part | None, look: str, marked: str) -> Iterator[Segment]:
        width = self._measures.text
        if part is None:
            yield Segment(" " * width)
            return
        text, start = _cut(part.text, self._shift, width)
        used = 0
        for piece, style in self._styled(text, start, part.marks, look, marked):
            yield Segment(piece, style)
            used += len(piece) if piece.isascii() else cell_len(piece)
        if used < width:
            yield Segment(" " * (width - used))

    def _styled(
        self, text: str, start: int, marks: tuple[Span, ...], look: str, marked: str
    ) -> Iterator[tuple[str, Style]]:
        """Pieces with their styles: what is looked for goes before what is different."""
        looks = [(mark.start - start, mark.end - start, marked) for mark in marks]
        found = [(at, end, "match") for at, end in _found(text, self._looked_for)]
        borders = {0, len(text)}
        for first, last, _ in (*looks, *found):
            borders |= {min(max(first, 0), len(text)), min(max(last, 0), len(text))}
        places = sorted(borders)
        for first, last in zip(places, places[1:], strict=False):
            names = [name for one, other, name in (*found, *looks) if one <= first < other]
            yield text[first:last], self._style(names[0] if names else look)

    # Folds and heads

    def _stretch(self, place: Place, width: int) -> Segment:
        face = self._prepared.face(self._measures.form)
        if place.what == "fold":
            fold = next(one for one in face.folds if one.start == place.at)
            count = fold.end - fold.start
            unit = self._prepared.unit + ("" if count == 1 else "s")
            return Segment(fit(f"┄┄ {count:,} equal {unit} ┄┄", width), self._style("fold"))
        row = face.rows[face.hunks[place.hunk].changes[0].start]
        path = heading_path(self._prepared.diff, self._prepared.diff.blocks[row.block])
        where = " › ".join(clean_line(title, 80) for title in path)
        head = f"── {where + ' · ' if where else ''}{_lines(row)} "
        return Segment(fit(head + "─" * max(0, width - cell_len(head)), width), self._style("head"))


_LOOK_OF = {"-": "removed", "+": "added", "<": "moved", ">": "moved"}


def _look(row: Row, *, left: bool) -> tuple[str, str]:
    """How a side of a row looks, and its sign."""
    match row.kind:
        case "equal":
            return "equal", " "
        case "changed":
            return "changed", "~"
        case "moved":
            return "moved", "<" if left else ">"
        case "removed":
            return "removed", "-"
    return "added", "+"


def _lines(row: Row | Line) -> str:
    """`line 12`, or of both sides."""
    left, right = row.left_line, row.right_line
    if left and right and left != right:
        return f"line {left} · {right}"
    return f"line {left or right}"


def _line_of(prepared: Prepared, block: Block, *, left: bool) -> int:
    """The line that a block begins in."""
    tiling = prepared.diff.left if left else prepared.diff.right
    units = block.left if left else block.right
    return tiling.text.count("\n", 0, tiling.bounds[units.start]) + 1


def _found(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Where words stand; capitals count only where some are typed."""
    if not words:
        return
    if words == words.lower():
        lower = text.lower()
        text = lower if len(lower) == len(text) else text
    at = text.find(words)
    while at >= 0:
        yield at, at + len(words)
        at = text.find(words, at + len(words))


def _cut(text: str, shift: int, width: int) -> tuple[str, int]:
    """What of a row is seen, and the character that it begins with."""
    if is_narrow(text):
        return text[shift : shift + width], shift
    start = used = 0
    while start < len(text) and used < shift:
        used += cell_len(text[start])
        start += 1
    text = text[start:]
    return (set_cell_size(text, width), start) if cell_len(text) > width else (text, start)
