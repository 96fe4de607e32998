"""Diffs and many texts as a terminal or a pipe shows them.

A pipe gets plain text. A terminal gets colours, and the words that differ marked by more than
colour; where there are no colours, by brackets: `[-was-]` and `{+is+}`. This module never compares.
"""

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from orchtui.engine.comparison.diff_text import Piece, Shown
    from orchtui.engine.comparison.difference import Diff, Span
    from orchtui.engine.comparison.sides import Side
    from orchtui.engine.comparison.similarity import Matrix

Look = Literal["plain", "brackets", "colors"]

_COLORS = {"-": "red", "+": "green", "<": "magenta", ">": "cyan", "@": "cyan", "|": "yellow"}
_BRACKETS = {"-": ("[-", "-]"), "<": ("[-", "-]"), "+": ("{+", "+}"), ">": ("{+", "+}")}
_GUTTERS = {"equal": "   ", "changed": " | ", "removed": " < ", "added": " > ", "moved": " M "}
_WIDEST, _NARROWEST = 240, 40
_TAB = "    "


def look() -> Look:
    """How standard output is written to."""
    if not sys.stdout.isatty():
        return "plain"
    without = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return "brackets" if without else "colors"


def unified_lines(
    diff: "Diff", left: "Side", right: "Side", context: int, how: Look
) -> Iterator[str]:
    """The unified form; nothing where both are the same."""
    from orchtui.engine.comparison.diff_text import shown

    if diff.same:
        return
    for sign, side in (("---", left), ("+++", right)):
        yield (
            click.style(f"{sign} {_safe(side.reference)}", bold=True)
            if how == "colors"
            else (f"{sign} {_safe(side.reference)}")
        )
    for line in shown(diff, context, patch=how == "plain"):
        yield _line(line, how)


def _line(line: "Shown", how: Look) -> str:
    sign = line.sign if line.sign not in "@\\" else ""
    if how == "plain":
        return sign + "".join(piece.text for piece in line.pieces)
    if how == "brackets":
        return sign + bracketed(line.pieces, line.sign)
    color = _COLORS.get(line.sign)
    shown = [click.style(sign, fg=color)]
    for piece in line.pieces:
        style = {"bold": True, "underline": True} if piece.marked else {}
        shown.append(click.style(piece.text, fg=color, **style))
    return "".join(shown)


def bracketed(pieces: "Sequence[Piece]", sign: str) -> str:
    """A line whose marked words stand in brackets."""
    before, after = _BRACKETS.get(sign, ("", ""))
    return "".join(f"{before}{one.text}{after}" if one.marked else one.text for one in pieces)


def side_lines(diff: "Diff", context: int, how: Look) -> Iterator[str]:
    """Both sides beside each other, as wide as the terminal; nothing where both are the same.

    Between them: `|` changed, `<` only left, `>` only right, `M` moved.
    """
    from orchtui.engine.comparison.diff_text import pieces
    from orchtui.engine.comparison.difference import heading_path
    from orchtui.engine.comparison.side_rows import changes, folds, hunks, side_by_side

    columns = shutil.get_terminal_size((120, 24)).columns
    width = max(_NARROWEST, min(_WIDEST, columns) - 3) // 2
    rows = side_by_side(diff)
    shown = hunks(changes(rows), len(rows), context)
    hidden = {fold.end: fold for fold in folds(shown, len(rows))}
    for hunk in shown:
        if fold := hidden.get(hunk.rows.start):
            yield _faint(_folded(fold), how)
        first = rows[hunk.changes[0].start]
        if path := heading_path(diff, diff.blocks[first.block]):
            yield _faint(_safe(f"@@ {' › '.join(path)}"), how)
        for row in rows[slice(*hunk.rows)]:
            here = pieces(diff.left.text, row.left, row.left_marks) if row.left else ()
            there = pieces(diff.right.text, row.right, row.right_marks) if row.right else ()
            yield from _beside(
                bracketed(here, "-"), bracketed(there, "+"), _GUTTERS[row.kind], width, how
            )
    if shown and (fold := hidden.get(len(rows))):
        yield _faint(_folded(fold), how)


def _beside(left: str, right: str, gutter: str, width: int, how: Look) -> Iterator[str]:
    from orchtui.ui.looks.wrapping import even, fit, wrap

    columns = [wrap(even(text.replace("\t", _TAB)), width) for text in (left, right)]
    for at in range(max(map(len, columns))):
        here, there = (column[at] if at < len(column) else "" for column in columns)
        line = f"{fit(here, width)}{gutter}{there.rstrip()}".rstrip()
        color = {"|": "yellow", "<": "red", ">": "green", "M": "magenta"}.get(gutter.strip())
        yield click.style(line, fg=color) if how == "colors" and color else line


def _folded(fold: "Span") -> str:
    count = fold.end - fold.start
    return f"⋯ {count} equal ⋯"


def _faint(text: str, how: Look) -> str:
    return click.style(text, dim=True) if how == "colors" else text


def many_lines(sides: "Sequence[Side]", alike: "Matrix") -> Iterator[str]:
    """Which texts there are, how alike each two are, and what can be counted in each."""
    for number, side in enumerate(sides, 1):
        yield f"{number:>3}  {_safe(side.reference)}  ({_safe(side.origin)})"
    yield ""
    yield f"Similarity, 0 to 1: {alike.measure}"
    yield ""
    yield " " * 4 + "".join(f"{number:>6}" for number in range(1, len(sides) + 1))
    for number, values in enumerate(alike.values, 1):
        # Only the same words are 1.00: nearly all of them is not.
        shown = (f"{min(value, 0.99) if value < 1 else 1:>6.2f}" for value in values)
        yield f"{number:>4}" + "".join(shown)
    yield ""
    yield from _table([_HEADS, *(_counted(at, side) for at, side in enumerate(sides, 1))])


_HEADS = (
    "", "characters", "words", "headings", "links", "code blocks", "tokens", "cost", "time",
)  # fmt: skip


def _counted(number: int, side: "Side") -> tuple[str, ...]:
    from orchtui.engine.comparison.similarity import measures
    from orchtui.engine.runs.costs import show_dollars
    from orchtui.engine.texts.durations import show_duration

    found = measures(side)
    counts = (found.characters, found.words, found.headings, found.links, found.code_blocks)
    facts = side.facts
    rest = ("-", "-", "-")
    if facts is not None:
        cost = "-"
        if facts.cost is not None or facts.cost_at_least:
            least = "" if facts.cost is not None else "≥ "
            cost = f"{least}{show_dollars(facts.cost or facts.cost_at_least)}"
        tokens = f"{facts.usage.total:,}" if facts.usage.total else "-"
        rest = (tokens, cost, show_duration(facts.seconds))
    return (str(number), *(f"{count:,}" for count in counts), *rest)


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[0] = 4
    for row in rows:
        yield "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))


def _safe(text: str) -> str:
    from orchtui.engine.text import clean_line

    return clean_line(text)
