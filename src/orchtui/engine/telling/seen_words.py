"""How a run's results were joined, in short lines for a screen; the result itself has the quotes.

Nothing loud is left out: that it is not what was asked for, what a synthesis lacks, and where
results seem to contradict each other. This module never looks at a result.
"""

from typing import Literal, NamedTuple

from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line

Weight = Literal["plain", "warning"]

COLLECTED = "collected, one after the other"
_DONE = {
    "collect": COLLECTED,
    "synthesize": "synthesized into one text",
    "compare": "set side by side",
    "none": "each in its own file",
}


class Line(NamedTuple):
    """One thing about the result."""

    words: str
    weight: Weight = "plain"


def joined_lines(run: Run) -> list[Line]:
    """How the results of a run were joined, the most weighty first.

    Args:
        run: Whose; no line while its results have not been joined.
    """
    done = run.aggregated
    if done is None:
        return []
    lines = []
    if done.fallback is not None:
        why = clean_line(done.fallback, 300).rstrip(".")
        lines.append(Line(f"collected, not {done.asked} as asked: {why}", "warning"))
    else:
        lines.append(Line(_DONE[done.strategy]))
    lines += [Line(clean_line(problem, 300), "warning") for problem in done.problems]
    seen = done.seen
    if odds := len(seen.contradictions) + seen.more_contradictions:
        what = "possible contradiction" if odds == 1 else "possible contradictions"
        lines.append(Line(f"{odds} {what} between results", "warning"))
    if same := len(seen.overlaps) + seen.more_overlaps:
        what = "pair of results says" if same == 1 else "pairs of results say"
        lines.append(Line(f"{same} {what} the same"))
    if parts := [part for part in run.reduced if not part.problem]:
        lines.append(Line(f"reduced in {len(parts)} part{'' if len(parts) == 1 else 's'} first"))
    if stopped := len(run.stopped_joining):
        times = "once" if stopped == 1 else f"{stopped} times"
        lines.append(Line(f"joining it another way was stopped {times}"))
    return lines


def reducing_words(run: Run) -> str:
    """`part 3 of 7 summarized`, with the round from the second on; empty while nothing is."""
    begun = run.reducing
    if begun is None:
        return ""
    ended = sum(part.round == begun.round for part in run.reduced)
    again = f", round {begun.round}" if begun.round > 1 else ""
    return f"{ended} of {begun.parts} parts summarized{again}"
