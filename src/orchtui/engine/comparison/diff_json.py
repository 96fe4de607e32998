"""Diffs and many texts as data, in the form that docs/compare.md promises.

This module never writes.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from orchtui.engine.comparison.difference import Block, Diff, Span, Tiling, heading_path
from orchtui.engine.comparison.sides import Side
from orchtui.engine.comparison.similarity import Matrix, matrix, measures

FORMAT = 1


def diff_object(diff: Diff, left: Side, right: Side) -> dict[str, Any]:
    """One diff. All offsets count characters of the side's text, from 0."""
    lines = _lines(diff.left), _lines(diff.right)
    return {
        "format": FORMAT,
        "same": diff.same,
        "by": "sentence" if diff.options.by_sentence else "line",
        "ignore_space": diff.options.ignore_space,
        "ignore_case": diff.options.ignore_case,
        "coarse": diff.coarse,
        "loosely_equal": diff.loosely_equal,
        "counts": {
            kind: diff.count(kind)
            for kind in ("equal", "changed", "added", "removed", "moved")
        },
        "sides": [side_object(left), side_object(right)],
        "similarity": matrix([left.text, right.text]).values[0][1],
        "blocks": [_block(diff, block, lines) for block in diff.blocks],
    }  # fmt: skip


def many_object(sides: Sequence[Side], alike: Matrix) -> dict[str, Any]:
    """Many texts: what each is, and how alike each two are."""
    return {
        "format": FORMAT,
        "same": len({side.text for side in sides}) == 1,
        "sides": [side_object(side) for side in sides],
        "measure": alike.measure,
        "similarity": alike.values,
    }


def side_object(side: Side) -> dict[str, Any]:
    """A side without its text."""
    return {
        "reference": side.reference,
        "label": side.label,
        "origin": side.origin,
        "notes": side.notes,
        "facts": msgspec.to_builtins(side.facts),
        "measures": msgspec.to_builtins(measures(side)),
    }


def _block(diff: Diff, block: Block, lines: tuple[list[int], list[int]]) -> dict[str, Any]:
    return {
        "kind": block.kind,
        "left": _part(diff.left, block.left, lines[0]),
        "right": _part(diff.right, block.right, lines[1]),
        "headings": heading_path(diff, block) if block.kind != "equal" else (),
        "marks": [{"left": marks.left, "right": marks.right} for marks in block.marks],
        "partner": block.partner if block.partner >= 0 else None,
    }


def _part(tiling: Tiling, units: Span, lines: list[int]) -> dict[str, Any] | None:
    if units.start == units.end:
        return None
    start, end = tiling.span(units)
    return {
        "start": start,
        "end": end,
        "line": lines[units.start],
        "units": units.end - units.start,
        "text": tiling.of(units),
    }


def _lines(tiling: Tiling) -> list[int]:
    """The line that each unit begins in, from 1."""
    found, line = [], 1
    for at in range(len(tiling.bounds) - 1):
        found.append(line)
        line += tiling.text.count("\n", tiling.bounds[at], tiling.bounds[at + 1])
    return found
