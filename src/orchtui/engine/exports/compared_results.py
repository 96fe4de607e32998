"""The comparison in an exported page: variants set against each other, a run against its parent.

Nothing is compared where there is nothing to choose or nothing earlier. Comparing blocks for up to
two seconds a pair, so pairs and lengths are bounded, in words. This module never chooses.
"""

from collections.abc import Iterator, Sequence
from html import escape

from orchtui.engine.comparison.comparing import compare
from orchtui.engine.comparison.diff_page import STYLE, section
from orchtui.engine.comparison.difference import Options
from orchtui.engine.comparison.sides import Side, of_task
from orchtui.engine.comparison.similarity import Matrix, matrix, measures
from orchtui.engine.exports.page_frame import Section
from orchtui.engine.runs.run import Run
from orchtui.engine.telling.choice_told import chosen_line, stars
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration

MOST_PAIRS = 8
"""Diffs in one page."""
LONGEST = 200_000
"""Characters of a text that is compared for a page."""


def sections(run: Run, parent: Run | None = None) -> list[Section]:
    """What is set side by side of a run; nothing where there is nothing to set against it.

    Args:
        run: The run.
        parent: The run whose results it took over, where that one can be read.
    """
    found = []
    sides = [of_task(run, task) for task in run.with_status("completed") if task.text]
    if run.schedule.aggregate == "compare" and len(sides) > 1:
        found.append(Section("variants", "Variants compared", _variants(run, sides), STYLE))
    if parent is not None and (pairs := _changed(run, parent)):
        title = f"Compared with run {clean_line(parent.id)}"
        style = "" if found else STYLE
        found.append(Section("parent", title, _diffs(pairs), style))
    return found


def _variants(run: Run, sides: Sequence[Side]) -> Iterator[str]:
    if line := chosen_line(run, clean_line):
        yield f"<p><strong>{_text(line)}</strong></p>\n"
    alike = matrix([side.text for side in sides])
    yield from _table(run, sides, alike)
    base = next(
        (place for place, side in enumerate(sides) if run.choice and _is_choice(run, side)), 0
    )
    yield from _diffs([(sides[base], side) for side in sides if side is not sides[base]])


def _is_choice(run: Run, side: Side) -> bool:
    return run.choice is not None and side.facts is not None and side.facts.task == run.choice[0].id


def _table(run: Run, sides: Sequence[Side], alike: Matrix) -> Iterator[str]:
    heads = ["variant", "rating", "words", "headings", "links", "code blocks", "tokens", "cost"]
    heads += ["time", *(f"like {number}" for number in range(1, len(sides) + 1))]
    yield "<table>\n<thead><tr>"
    yield "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield "</tr></thead>\n<tbody>\n"
    for number, side in enumerate(sides, 1):
        counted, facts = measures(side), side.facts
        task = facts.task if facts is not None else None
        cells = [
            f"{number}. {_text(side.label)}",
            stars(run.ratings.get(task or "")),
            f"{counted.words:,}",
            str(counted.headings),
            str(counted.links),
            str(counted.code_blocks),
            f"{facts.usage.output:,}" if facts is not None and facts.usage.output else "-",
            f"${facts.cost:.2f}" if facts is not None and facts.cost else "-",
            show_duration(facts.seconds) if facts is not None and facts.seconds else "-",
            *(f"{value:.0%}" for value in alike.values[number - 1]),
        ]
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>\n"
    yield f"</tbody>\n</table>\n<p>Alike: {_text(alike.measure)}.</p>\n"


def _changed(run: Run, parent: Run) -> list[tuple[Side, Side]]:
    """Results that were made anew, with those of before."""
    pairs = []
    for task in run.with_status("completed"):
        before = parent.tasks.get(task.id)
        if task.reused is not None or before is None or not (before.text and task.text):
            continue
        if before.text != task.text:
            pairs.append((of_task(parent, before), of_task(run, task)))
    return pairs


def _diffs(pairs: Sequence[tuple[Side, Side]]) -> Iterator[str]:
    for left, right in pairs[:MOST_PAIRS]:
        title = f"{_text(left.label)} → {_text(right.label)}"
        if max(len(left.text), len(right.text)) > LONGEST:
            words = f"not compared here: longer than {LONGEST:,} characters"
            yield f"<p>{title}: {words}; <code>orchtui runs diff</code> does.</p>\n"
            continue
        diff = compare(left.text, right.text, Options(prose=left.prose and right.prose))
        yield f"<details><summary>{title}</summary>\n{section(diff, left, right)}</details>\n"
    if len(pairs) > MOST_PAIRS:
        yield f"<p>{len(pairs) - MOST_PAIRS} more are not compared here.</p>\n"


def _text(text: str) -> str:
    return escape(clean_line(text), quote=True)
