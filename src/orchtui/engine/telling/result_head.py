"""What is told of a run first of all: its verdict, its census, its figures.

This module never reads a result.
"""

from orchtui.engine.runs import outcome_words, rehearsed, verdict
from orchtui.engine.runs.files_told import BROKEN_PROMISE, apply_hint, inline, race_lines
from orchtui.engine.runs.run import Run
from orchtui.engine.telling import joined_told
from orchtui.engine.texts.durations import show_duration


def head(run: Run, standing: str = "", now: float | None = None) -> list[str]:
    """What is told of a run first of all, as the lines of a quote.

    Args:
        run: The run.
        standing: What stands in the verdict's place for a run that has not ended.
        now: The end of the session that goes on; seconds since 1970.
    """
    count = verdict.census(run)
    others = outcome_words.others(count)
    lines = [f"> **{standing or verdict.verdict(run)}**: {outcome_words.done(count)}"]
    lines[0] += f" ({', '.join(others)})." if others else "."
    if count.reused:
        lines[0] += f" {reused_words(run, count.reused)}."
    if run.races:
        races = f"{len(run.races)} races" if len(run.races) > 1 else "1 race"
        lines += [">", f"> **RACE**: {BROKEN_PROMISE}. {races}:", ">"]
        lines += [f"> - {line}" for line in race_lines(run)]
    if badge := rehearsed.badge(run):
        lines += [">", f"> **{badge}**: {rehearsed.words(run)}"]
    if small := outcome_words.small_model(run):
        lines += [">", f"> {small}"]
    if reduced := joined_told.reduced_line(run):
        lines += [">", f"> **REDUCED**: {reduced}"]
    lines += _unknown(run)
    figures = [f"Run {run.id}", f"time {show_duration(verdict.makespan(run, now))}"]
    if faster := outcome_words.faster(run):
        figures.append(faster)
        if (slowest := verdict.bottleneck(run)) is not None:
            figures.append(f"slowest: {inline(slowest.task.label)}")
    if cost := verdict.cost_words(run):
        figures.append(cost)
    lines += [">", f"> {' · '.join(figures)}"]
    if kept := verdict.kept_files(run):
        files = "1 file was" if kept == 1 else f"{kept} files were"
        lines += [">", f"> {files} written and kept; to bring over: `{apply_hint(run.id)}`."]
    return lines


def reused_words(run: Run, count: int) -> str:
    """`3 results were taken over from run 20260115-100000-1233f9a`."""
    results = "1 result was" if count == 1 else f"{count} results were"
    return f"{results} taken over from run {inline(run.parent)}"


def _unknown(run: Run) -> list[str]:
    """Who worked without an agent file."""
    unknown: dict[str, list[str]] = {}
    for task in run.tasks.values():
        if task.task.unknown:
            unknown.setdefault(task.task.specialist, []).append(inline(task.task.label))
    return [
        line
        for name, labels in unknown.items()
        for line in (
            ">",
            f"> **NO AGENT FILE**: there is none for '{inline(name)}' ({', '.join(labels)}), "
            "so it had no instructions of its own.",
        )
    ]
