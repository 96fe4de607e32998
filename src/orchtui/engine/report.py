"""Report: a Run as markdown that can be read without orchtui.

`task_file` is the file of one task, `result` the result of the whole run: the
census first, then what is missing, then the texts, each with its provenance.
Every figure comes from `verdict`. This module never writes a file and never
changes a Run.
"""

import re
from collections.abc import Callable

from orchtui.engine import choice_told, outcome_words, rehearsed, verdict
from orchtui.engine.demoting import demote
from orchtui.engine.durations import show_duration
from orchtui.engine.files_told import (
    BROKEN_PROMISE,
    apply_hint,
    file_line,
    inline,
    race_lines,
)
from orchtui.engine.run import Run, TaskRun

_WORDS = {
    "completed": "COMPLETED ✓",
    "failed": "FAILED ✗",
    "cancelled": "CANCELLED ■",
    "skipped": "SKIPPED ⊘",
    "running": "RUNNING",
    "queued": "QUEUED",
    "waiting": "WAITING",
    "retrying": "RETRYING",
}


def status_word(task: TaskRun) -> str:
    """The task's status as all files write it."""
    return _WORDS[task.status]


def attempt_heading(run: Run, task: TaskRun, number: int | None = None) -> str:
    """What a growing task file shows at the start of an attempt.

    Args:
        run: The run.
        task: The task.
        number: Which of its attempts, by their order from 1; the latest where nothing is given.
    """
    number = number or len(task.attempts)
    attempt = task.attempts[number - 1]
    before = task.attempts[number - 2] if number > 1 else None
    if before is None or before.completed:  # that one's file was put aside
        lines = [f"# {inline(task.task.label)}", "", f"> RUNNING · {provenance(run, task)}"]
        return "\n".join([*lines, *_rehearsed(run, task), "", ""])
    if before.throttled and not before.length:
        return ""  # it began just as this one does
    return (
        f"\n\n> Attempt {before.number} ended: {inline(before.message)}. "
        f"Attempt {attempt.number} begins here.\n\n"
    )


def growing_file(run: Run, task: TaskRun) -> str:
    """The file of a task that has begun and not ended, as far as it has grown."""
    pieces: list[str] = []
    for number, attempt in enumerate(task.attempts, 1):
        if number > 1 and task.attempts[number - 2].completed:
            pieces = []  # that one's file was put aside
        pieces += [attempt_heading(run, task, number), attempt.text]
    return "".join(pieces)


def task_file(run: Run, task: TaskRun) -> str:
    """The whole file of a task that has ended."""
    lines = [f"# {inline(task.task.label)}", ""]
    lines.append(f"> {status_word(task)} · {provenance(run, task)}")
    lines += _rehearsed(run, task)
    if task.status != "completed":
        kind = f"{task.error}: " if task.error else ""
        lines += [">", f"> {kind}{inline(task.why)}"]
        if task.text and is_old(task):
            lines += [">", "> An earlier answer follows, which does not stand any more."]
        elif task.text:
            lines += [">", "> What had arrived until then follows. It is not a whole answer."]
    lines += about_files(run, task)
    lines += ["", task.text.strip() or "*(nothing arrived)*", ""]
    return "\n".join(lines)


def is_old(task: TaskRun) -> bool:
    """Whether what is kept of a task that did not complete is an answer that once was whole."""
    return task.kept is not None and task.kept.completed


def _rehearsed(run: Run, task: TaskRun) -> list[str]:
    """Lines of a quote: that the task's text is made up, or built on what is."""
    words = rehearsed.task_words(run, task)
    return [">", f"> **{rehearsed.task_badge(run, task)}**: {words}"] if words else []


def about_files(run: Run, task: TaskRun) -> list[str]:
    """Lines of a quote: what the task did to files, and whom it met there."""
    lines = []
    for race in race_lines(run, task.id):
        lines += [">", f"> **RACE**: {race}."]
    if files := file_line(task):
        lines += [">", f"> Files: {files}"]
    return lines


def provenance(run: Run, task: TaskRun, shown: Callable[[str], str] = inline) -> str:
    """Who made a task's text, with what, how long it took and what it cost, in one line.

    Args:
        run: The run.
        task: The task.
        shown: Makes names safe for where the line goes.
    """
    attempt = task.kept
    parts = []
    if attempt is not None:
        model = f" ({shown(attempt.model)})" if attempt.model else ""
        parts = [shown(attempt.instance), f"{shown(attempt.backend)}{model}"]
        if attempt.number > 1:
            parts.append(f"attempt {attempt.number}")
        if task.reused is not None:
            parts.append(f"taken over from run {shown(task.reused.run)}")
        elif attempt.ended is not None:
            parts.append(show_duration(attempt.seconds(run.at)))
        if attempt.usage.total:
            cached = attempt.usage.cache_read
            parts.append(
                f"{attempt.usage.output} tokens"
                + (f" ({cached} in from the cache)" if cached else "")
            )
        if cost := verdict.cost_words(run, task):
            attempts = f" in {len(task.attempts)} attempts" if len(task.attempts) > 1 else ""
            parts.append(f"{cost}{attempts}")
    if cut_off := outcome_words.cut_off(task):
        parts.append(f"{cut_off}, which the plan accepts")
    parts.append(f"run {run.id}")
    return " · ".join(parts)


def result(run: Run, task_name: Callable[[int], str]) -> str:
    """The result of the run.

    Args:
        run: A run whose tasks have all ended.
        task_name: The file of a task, by its place in the plan, to link to.
    """
    lines = [f"# {inline(run.plan.title) or 'Result'}", "", *head(run), ""]
    lines += _missing(run, task_name)
    strategy = run.aggregated.strategy if run.aggregated else "none"
    if strategy != "compare" and (chosen := choice_told.chosen_line(run)):
        lines += [f"> {chosen}", ""]
    if run.aggregated is not None and run.aggregated.fallback is not None:
        why = inline(run.aggregated.fallback).rstrip(".")
        lines += [
            f"> **No synthesis was made**: {why}. The results follow one after the other.",
            "",
        ]
    done = run.with_status("completed")
    if strategy == "synthesize" and run.aggregate is not None:
        titles = ", ".join(f"{inline(task.task.label)}" for task in done)
        lines += [
            "## Synthesis",
            "",
            f"> Made from: {titles}.",
            *own_share(run, run.aggregate),
            "",
        ]
        lines += [demote(run.aggregate.text).strip(), ""]
        lines += ["## Sources", "", *(_link(run, task, task_name) for task in done), ""]
    elif strategy == "compare" and run.choice is not None:
        about = own_share(run, run.choice[0])
        lines += choice_told.chosen_section(run, task_name, about)
        lines += variants(run, done, lambda number: _to_file(task_name(number)))
        lines += ["## Files", "", *(_link(run, task, task_name) for task in done), ""]
    elif strategy in ("collect", "compare"):
        if strategy == "compare":
            lines += variants(run, done, lambda number: _to_file(task_name(number)))
        lines += _sections(run, done, task_name)
    elif done:
        lines += ["## Files", "", *(_link(run, task, task_name) for task in done), ""]
    return "\n".join([*lines, *choice_told.judgement_sections(run)])


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


def _missing(run: Run, task_name: Callable[[int], str]) -> list[str]:
    absent = verdict.missing(run)
    if not absent:
        return []
    lines = ["## Missing", ""]
    for task in absent:
        critical = " (critical)" if task.task.priority == "critical" else ""
        kept = ""
        if task.text:
            what = "An answer that does not stand any more" if is_old(task) else "What had arrived"
            kept = f" {what} is in [{task_name(task.task.position)}]"
            kept += f"({task_name(task.task.position)})."
        why = inline(outcome_words.why_missing(task)).rstrip(".")
        lines.append(
            f"- **{inline(task.task.label)}**{critical}: {status_word(task)}, {why}.{kept}"
        )
    return [*lines, ""]


def _sections(run: Run, done: list[TaskRun], task_name: Callable[[int], str]) -> list[str]:
    lines = []
    if len(done) > 1:
        lines += ["## Contents", ""]
        lines += [f"{n}. {inline(task.task.label)}" for n, task in enumerate(done, 1)] + [""]
    for task in done:
        number = task.task.position
        lines += [f"## {inline(task.task.label)}", ""]
        lines += [f"> Task {number} · {provenance(run, task)} · [file]({task_name(number)})"]
        lines += [*own_share(run, task), *about_files(run, task), ""]
        lines += [demote(task.text).strip() or "*(the program printed nothing)*", ""]
    return lines


def own_share(run: Run, task: TaskRun) -> list[str]:
    """`_rehearsed`, where the whole run is not a rehearsal: that is told above."""
    return _rehearsed(run, task) if rehearsed.badge(run) != rehearsed.BADGE else []


def _mark(run: Run, task: TaskRun) -> str:
    """The same in the middle of a line."""
    badge = rehearsed.task_badge(run, task)
    return f" ({badge})" if badge else ""


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
            inline(task.task.label) + _mark(run, task) + _chosen_mark(run, task),
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


def _link(run: Run, task: TaskRun, task_name: Callable[[int], str]) -> str:
    name = task_name(task.task.position)
    label = inline(task.task.label) + _mark(run, task)
    return f"- Task {task.task.position}: {label}, {_to_file(name)}"


def _to_file(name: str) -> str:
    return f"[{name}]({name})"
