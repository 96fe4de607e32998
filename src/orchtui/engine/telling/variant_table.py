"""Variants set side by side: a table to choose by, what is different, and a recommendation.

It recommends with reasons and says whose they are: a judge's where one was asked, the
person's own stars, else plain figures and nothing more. The person chooses. This module
never chooses one.
"""

from collections.abc import Callable, Sequence

from orchtui.engine.aggregation.variant_reading import LONGEST, headings_of
from orchtui.engine.comparison.sides import Side
from orchtui.engine.comparison.similarity import Measures, measures
from orchtui.engine.runs import outcome_words, rehearsed
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.telling import choice_told
from orchtui.engine.telling.report import mark
from orchtui.engine.texts.durations import show_duration
from orchtui.engine.texts.word_stems import stems_of, words_of

_APART = 0.05
"""Share by which a figure must stand above the next best to set a variant apart."""


def variants(run: Run, done: Sequence[TaskRun], place: Callable[[int], str]) -> list[str]:
    """A table to choose by.

    Args:
        run: The run.
        done: The tasks that completed.
        place: Where a variant stands, by its place in the plan, as markdown.
    """
    if not done:
        return []
    rated, priced = bool(run.ratings), any(task.cost.least for task in done)
    names = ["variant", *["rating"] * rated, "words", "headings", "links", "code blocks", "time"]
    names += ["tokens", *["cost"] * priced, "file"]
    signs = ["---", *["---"] * rated, *["--:"] * (6 + priced), "---"]
    lines = ["## Variants", "", f"| {' | '.join(names)} |", f"|{'|'.join(signs)}|"]
    for task in done:
        counted = _measured(task)
        cells = (
            inline(task.task.label) + mark(run, task) + _chosen_mark(run, task),
            *([choice_told.stars(run.ratings.get(task.id))] if rated else []),
            str(counted.words),
            str(counted.headings),
            str(counted.links),
            str(counted.code_blocks),
            "taken over" if task.reused else show_duration(task.seconds(run.at)),
            str(task.usage.output or "-"),
            *([str(task.cost)] if priced else []),
            place(task.task.position),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def differences(run: Run, done: Sequence[TaskRun]) -> list[str]:
    """How alike the variants are, and what only one of them has; nothing where nobody looked."""
    read = run.aggregated.variants if run.aggregated is not None else None
    named = {task.id: inline(task.task.label) for task in done}
    if read is None or len(read.tasks) < 2 or not named.keys() >= set(read.tasks):
        return []
    numbers = {task: str(place) for place, task in enumerate(read.tasks, 1)}
    lines = ["## Differences", "", f"| alike | {' | '.join(numbers.values())} |"]
    lines.append("|---|" + "--:|" * len(numbers))
    for task, row in zip(read.tasks, read.similarity, strict=False):
        shown = " | ".join(f"{value:.0%}" for value in row)
        lines.append(f"| {numbers[task]}. {named[task]} | {shown} |")
    lines += ["", f"Alike: {inline(read.measure)}.", ""]
    for one in read.only:
        headings = ", ".join(f"“{inline(title)}”" for title in one.headings)
        lines.append(f"- Only {named.get(one.task, inline(one.task))} has a section {headings}.")
    if not read.only and read.shared:
        lines.append("- All have the same sections.")
    if len(done) > len(read.tasks):
        more = len(done) - len(read.tasks)
        lines.append(f"- {more} more were not set against the others: there are too many.")
    return lines if not lines[-1] else [*lines, ""]


def recommendation(run: Run, done: Sequence[TaskRun]) -> list[str]:
    """Which variant to take, why, and who says so; nothing once a person has chosen."""
    if run.choice is not None or len(done) < 2:
        return []
    best, reasons = _advice(run, done)
    lines = ["## Recommendation", ""]
    lines.append(f"**{inline(best.task.label)}**. {reasons}" if best is not None else reasons)
    which = best.id if best is not None else done[0].id
    return [*lines, "", f"You choose: `orchtui runs choose {run.id}:{inline(which)}`.", ""]


def advice_words(run: Run) -> str:
    """`Recommended: Guide C. It speaks of …`, or why none is; empty where there is no choice.

    Reads all texts: for a moment in which somebody waits, and not for each repaint.
    """
    done = run.with_status("completed")
    if run.choice is not None or len(done) < 2:
        return ""
    best, reasons = _advice(run, done)
    return f"Recommended: {inline(best.task.label)}. {reasons}" if best is not None else reasons


def _advice(run: Run, done: Sequence[TaskRun]) -> tuple[TaskRun | None, str]:
    """The one that is recommended, if any, and a paragraph that says why."""
    by_id = {task.id: task for task in done}
    for said in reversed(run.judgements[-1:]):
        if said.best in by_id:
            why = inline(said.why).rstrip(".")
            return by_id[said.best], f"A judge would choose it{f': {why}' if why else ''}."
    stars = {task.id: one.stars for task in done if (one := run.ratings.get(task.id))}
    most = max(stars.values(), default=0)
    best = [task_id for task_id, many in stars.items() if many == most]
    if len(best) == 1:
        return by_id[best[0]], f"You gave it {stars[best[0]]} stars, more than any other."
    if rehearsed.share(run) != "none":
        return None, "Nothing is recommended: texts that are made up say nothing of a better one."
    return _by_figures(run, done)


def _by_figures(run: Run, done: Sequence[TaskRun]) -> tuple[TaskRun | None, str]:
    """What counting says: which one speaks of most of the request, and has most of the sections.

    Figures that are within a twentieth of each other set nothing apart.
    """
    whole = [task for task in done if not outcome_words.cut_off(task)] or list(done)
    asked = set(stems_of(run.plan.request))
    spoken = {task.id: asked.intersection(_stems(task.text)) for task in whole}
    keys = {task.id: set(headings_of(task.text[:LONGEST])) for task in whole}
    shared = {
        key
        for keys_of_one in keys.values()
        for key in keys_of_one
        if sum(key in others for others in keys.values()) > 1
    }
    scores = {
        task.id: len(spoken[task.id]) / max(1, len(asked))
        + len(keys[task.id] & shared) / max(1, len(shared))
        for task in whole
    }
    ordered = sorted(whole, key=lambda task: -scores[task.id])
    only = "This is by plain figures only: nobody has read the texts."
    if len(ordered) > 1 and scores[ordered[0].id] - scores[ordered[1].id] < _APART:
        return None, f"The figures set none of them apart. {only}"
    best, reasons = ordered[0], []
    if len(whole) < len(done):
        reasons.append("it is not cut off")
    if asked:
        reasons.append(f"it speaks of {len(spoken[best.id])} of {len(asked)} words of the request")
    if shared:
        reasons.append(
            f"it has {len(keys[best.id] & shared)} of {len(shared)} sections that at least two have"
        )
    return best, f"{_sentence(reasons)} {only}"


def _sentence(reasons: Sequence[str]) -> str:
    words = ", and ".join(reasons) if len(reasons) < 3 else ", ".join(reasons)
    return f"{words[:1].upper()}{words[1:]}."


def _stems(text: str) -> set[str]:
    """Of the whole text; `words_of` reads the beginning of what it is given."""
    step = 4000
    pieces = (text[at : at + step] for at in range(0, min(len(text), LONGEST), step))
    return {stem for piece in pieces for _, stem in words_of(piece)}


def _measured(task: TaskRun) -> Measures:
    return measures(Side(reference="", label="", text=task.text, origin=""))


def _chosen_mark(run: Run, task: TaskRun) -> str:
    return " (chosen)" if run.choice is not None and run.choice[0] is task else ""
