"""A Diff as text: the unified form, as `diff -u` has it, and a hunk of it to be copied.

Compared by line it can be read by `patch`; by sentence each unit is one line of it, however it is
wrapped. Everything is cleaned for a terminal. Colours are not this module's: `pieces` says what is
marked, and whoever shows it decides how. This module never compares.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from orchtui.engine.comparison.difference import Diff, Span, heading_path
from orchtui.engine.comparison.side_rows import Hunk, Line, changes, hunks, unified
from orchtui.engine.text import clean, clean_line
from orchtui.engine.texts.text_diff import NO_LINE_END

CONTEXT = 3
"""Equal units that are shown around a change."""


class Piece(NamedTuple):
    """A part of a line."""

    text: str
    """Cleaned, without a line end."""
    marked: bool
    """Whether it is one of the words that differ."""


class Shown(NamedTuple):
    """One line of the unified form."""

    sign: str
    """Of `Line`; `@` for the head of a hunk, `\\` for a note."""
    pieces: tuple[Piece, ...]


def shown(diff: Diff, context: int = CONTEXT, *, patch: bool = True) -> Iterator[Shown]:
    """The unified form, line by line.

    Args:
        diff: What to show.
        context: Equal units that are shown around a change.
        patch: Whether what was moved is written as what was removed and added, so that `patch` can
            read it; else it has signs of its own.
    """
    lines = unified(diff)
    for hunk in hunks(changes(lines), len(lines), context):
        yield Shown("@", (Piece(head(diff, lines, hunk), False),))
        yield from _hunk(diff, lines[slice(*hunk.rows)], patch=patch)


def hunk_text(diff: Diff, lines: Sequence[Line], hunk: Hunk) -> str:
    """A hunk as text to be copied, with its head."""
    below = _hunk(diff, lines[slice(*hunk.rows)], patch=True)
    return "\n".join([head(diff, lines, hunk), *map(plain, below)]) + "\n"


def plain(line: Shown) -> str:
    """A line without marks."""
    text = "".join(piece.text for piece in line.pieces)
    return text if line.sign in "@\\" else line.sign + text


def head(diff: Diff, lines: Sequence[Line], hunk: Hunk) -> str:
    """`@@ -3,7 +3,8 @@ Guide › Costs`: lines, the headings that it stands under, what was moved."""
    inside = lines[slice(*hunk.rows)]
    texts = [f"@@ -{_range(lines, hunk.rows, left=True)}"]
    texts.append(f"+{_range(lines, hunk.rows, left=False)} @@")
    first = lines[hunk.changes[0].start]
    if path := heading_path(diff, diff.blocks[first.block]):
        texts.append(" › ".join(clean_line(title, 80) for title in path))
    if moves := _moves(diff, inside):
        texts.append(f"({'; '.join(moves)})")
    return " ".join(texts)


def _moves(diff: Diff, lines: Iterable[Line]) -> list[str]:
    """Where what was moved went, or came from."""
    found = []
    for block in dict.fromkeys(line.block for line in lines if line.kind == "moved"):
        away = diff.blocks[block].left.start < diff.blocks[block].left.end
        other = diff.blocks[diff.blocks[block].partner]
        tiling, units = (diff.right, other.right) if away else (diff.left, other.left)
        line = tiling.text.count("\n", 0, tiling.bounds[units.start]) + 1
        found.append(f"moved {'to' if away else 'from'} line {line}")
    return list(dict.fromkeys(found))  # several sentences may stand in one line


def _hunk(diff: Diff, lines: Iterable[Line], *, patch: bool) -> Iterator[Shown]:
    for line in lines:
        text = (diff.left if line.is_left else diff.right).text
        sign: str = line.sign
        if patch:
            sign = {"<": "-", ">": "+"}.get(sign, sign)
        yield Shown(sign, pieces(text, line.span, line.marks))
        if line.span.end == len(text) and not text.endswith("\n") and not diff.options.by_sentence:
            yield Shown("\\", (Piece(NO_LINE_END, False),))


def pieces(text: str, span: Span, marks: Sequence[Span]) -> tuple[Piece, ...]:
    """A unit in pieces, each marked or not; line ends inside of it are spaces."""
    end = span.end
    if text.endswith("\n", span.start, end):
        end -= 1
    elif end < len(text):  # a sentence in the middle of a line
        end = span.start + len(text[span.start : end].rstrip(" "))
    found = []
    start = span.start
    for mark in [*marks, Span(end, end)]:
        for piece, marked in (
            (Span(start, min(mark.start, end)), False),
            (Span(min(mark.start, end), min(mark.end, end)), True),
        ):
            if piece.start < piece.end:
                found.append(Piece(_one_line(text[slice(*piece)]), marked))
        start = mark.end
    return tuple(found)


def _one_line(text: str) -> str:
    return clean(text.replace("\r", "␍")).replace("\n", " ")


def _range(lines: Sequence[Line], rows: Span, *, left: bool) -> str:
    """`3,7`: the first line and how many, as `diff -u` counts.

    By sentence, up to the line that the last unit begins in.
    """
    numbers = (_line(line, left=left) for line in lines[slice(*rows)])
    inside = [number for number in numbers if number]
    if inside:
        return f"{inside[0]},{inside[-1] - inside[0] + 1}"
    before = next(filter(None, (_line(one, left=left) for one in lines[rows.start :: -1])), 0)
    return f"{before},0"


def _line(line: Line, *, left: bool) -> int:
    return line.left_line if left else line.right_line
