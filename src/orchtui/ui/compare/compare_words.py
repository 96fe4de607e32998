"""What the pane of results says: above the table, of the picked result, above a diff.

Pure: values in, words out. This module never compares.
"""

from typing import TYPE_CHECKING

from textual.content import Content

from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line
from orchtui.ui.compare.prepared_diff import Prepared
from orchtui.ui.compare.result_columns import percent
from orchtui.ui.compare.results import MARKS, Result, Results
from orchtui.ui.looks import looks
from orchtui.ui.looks.wrapping import fit

if TYPE_CHECKING:
    from orchtui.engine.comparison.difference import Options
    from orchtui.engine.comparison.sides import Side

_DIM = "$foreground-muted"
_LONGEST_NAME = 40
_NARROW = 40
"""Cells of width below which there is little room above a diff."""


def why_closed(run: Run | None, *, live: bool, watched: bool) -> str:
    """Why nothing can be chosen, rated or judged now; empty where it can."""
    if run is None:
        return "nothing has run yet"
    if watched:
        return "this run goes on in another process: choosing waits for its end"
    if live:
        return "this run still goes on: choosing and rating wait for its end"
    if run.finished is None:
        return "this run was broken off: choosing waits until it is gone on with and has ended"
    return ""


def head(results: Results, open_key: str) -> Content:
    """How many there are, what is marked, and what is chosen.

    Args:
        open_key: The key that compares.
    """
    count = len(results.all)
    parts = [Content.styled(f"{count} result{'' if count == 1 else 's'}", "b")]
    for mark in MARKS:
        if (one := results.with_mark(mark)) is not None:
            name = clean_line(name_of(one), _LONGEST_NAME)
            parts.append(Content.assemble((mark, "b $accent"), f" {name}"))
    if len(parts) == 1 and (pair := results.pair()) is not None:
        names = " ↔ ".join(clean_line(name_of(one), _LONGEST_NAME) for one in pair)
        parts.append(Content.assemble((f"{open_key} ", "b $accent"), (names, _DIM)))
    return Content(" · ").join(parts)


def name_of(result: Result) -> str:
    """Its title; of an attempt with its task's."""
    if result.attempt is not None and result.task is not None:
        return f"{result.task.task.label}, {result.label}"
    return result.label


def about(result: Result | None, results: Results) -> list[Content]:
    """The picked result in words: where it is from, who made it, what a person said of it."""
    if result is None:
        return []
    side, task = result.added, result.task
    if side is not None:
        notes = [Content.styled(f"{clean_line(note)}", "$text-warning") for note in side.notes]
        return [Content.styled(clean_line(f"{side.origin} · {side.reference}"), _DIM), *notes]
    assert task is not None
    attempt = result.attempt or task.kept
    facts = [result.key]
    if attempt is not None:
        facts += [clean_line(attempt.specialist), attempt.backend, clean_line(attempt.model or "")]
    lines = [Content.styled(" · ".join(filter(None, facts)), _DIM)]
    if result.grows:
        lines.append(Content.styled("its text still grows: what is there so far", "$text-warning"))
    elif attempt is not None and not attempt.completed:
        why = f": {clean_line(task.why)}" if task.why else ""
        lines.append(Content.styled(f"it is not a whole answer{why}", "$text-warning"))
    run = results.run
    if run is not None and result is results.chosen and run.chosen is not None:
        why = f": {inline(run.chosen.why)}" if run.chosen.why else ""
        lines.append(Content.styled(f"✓ chosen by a person{why}", "$text-success"))
    return lines


def diff_head(prepared: Prepared, change: int, options: "Options", width: int) -> list[Content]:
    """Both sides, how alike they are, and what was ignored; then why it is coarse, where it is."""
    room = max(8, (width - 9) // 2)
    left, right = prepared.left, prepared.right
    several = _run(left) != _run(right)
    names = Content.assemble(
        ("- ", "b $text-error"),
        (_name(left, room, with_run=several), "b"),
        ("  ↔  ", _DIM),
        ("+ ", "b $text-success"),
        (_name(right, room, with_run=several), "b"),
    )
    lines = [names, _figures(prepared, change, options)]
    if width < _NARROW:  # where there is one row it is for what can be seen nowhere else
        lines.reverse()
    if prepared.diff.coarse:
        lines.append(Content.styled(f"compared coarsely: {prepared.diff.coarse}", "$text-warning"))
    if left.notes == right.notes:
        notes = list(left.notes[:1])
    else:
        notes = [f"{sign} {one.notes[0]}" for sign, one in (("-", left), ("+", right)) if one.notes]
    lines += [Content.styled(clean_line(note, max(8, width)), "$text-warning") for note in notes]
    return lines


def _run(side: "Side") -> str:
    return side.facts.run if side.facts is not None else ""


def _name(side: "Side", room: int, *, with_run: bool) -> str:
    run = _run(side)
    name = f"{side.label} · {run}" if with_run and run and side.label != run else side.label
    return fit(name, room).rstrip()


def _figures(prepared: Prepared, change: int, options: "Options") -> Content:
    diff = prepared.diff
    if diff.same:
        loose = diff.loosely_equal
        words = "the same, but for what is ignored" if loose else "the same to the letter"
        parts = [Content.styled(f"✓ {words}", "b $text-success")]
    else:
        count = prepared.changed
        where = f"{change}/{count}" if change else f"{count}"
        parts = [
            Content.styled(f"{percent(min(prepared.alike, 0.999))} % alike", "b"),
            Content(f"{where} change{'' if count == 1 else 's'}"),
        ]
        if prepared.moved:
            parts.append(Content.styled(f"{prepared.moved} moved", "$text-secondary"))
    asked = "" if options.by == "auto" else " (asked for)"
    parts.append(Content.styled(f"by {prepared.unit}{asked}", _DIM))
    if options.ignore_case:
        parts.append(Content.styled("case ignored", "$text-warning"))
    if options.ignore_space:
        parts.append(Content.styled("white space ignored", "$text-warning"))
    return Content(" · ").join(parts)


def size_of(prepared: Prepared) -> str:
    """How long both are, for the border."""
    left, right = (looks.count(len(side.text)) for side in (prepared.left, prepared.right))
    return f"{left} ↔ {right} characters"
