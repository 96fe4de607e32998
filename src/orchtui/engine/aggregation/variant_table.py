"""Variants set side by side, in a table to choose by.

This module never chooses one.
"""

import re
from collections.abc import Callable

from orchtui.engine import choice_told
from orchtui.engine.durations import show_duration
from orchtui.engine.files_told import inline
from orchtui.engine.report import mark
from orchtui.engine.run import Run, TaskRun


def _chosen_mark(run: Run, task: TaskRun) -> str:
    return " (chosen)" if run.choice is not None and run.choice[0] is task else ""


def variants(run: Run, done: list[TaskRun], place: Callable[[int], str]) -> list[str]:
    """A table to choose by.

    Args:
        run: The run.
        done: The tasks that completed.
        place: Where a variant stands, by its place in the plan, as markdown.
    """
    if not done:
        return []
    lines = ["## Variants", ""]
    rated = bool(run.ratings)
    lines.append(
        f"| variant |{' rating |' * rated} words | headings | code blocks | time | tokens | file |"
    )
    lines.append(f"|---|{'---|' * rated}--:|--:|--:|--:|--:|---|")
    for task in done:
        text = task.text
        cells = (
            inline(task.task.label) + mark(run, task) + _chosen_mark(run, task),
            *([choice_told.stars(run.ratings.get(task.id))] if rated else []),
            str(len(text.split())),
            str(len(re.findall(r"^#{1,6} ", text, re.MULTILINE))),
            str(len(re.findall(r"^(?:```|~~~)", text, re.MULTILINE)) // 2),
            "taken over" if task.reused else show_duration(task.seconds(run.at)),
            str(task.usage.output or "-"),
            place(task.task.position),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]
