"""Report: the file of one task as markdown that can be read without orchtui.

`task_file` is that of a task that has ended; what other places say of a task in the
same words stands here too. The result of the whole run is `aggregation/run_result`'s.
Every figure comes from `verdict`. This module never writes a file and never
changes a Run.
"""

from collections.abc import Callable

from orchtui.engine.runs import outcome_words, rehearsed, verdict
from orchtui.engine.runs.files_told import file_line, inline, race_lines
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.telling.program_told import peak_words
from orchtui.engine.texts.durations import show_duration

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
        if peak := peak_words(task.program):
            parts.append(peak)
        if cost := verdict.cost_words(run, task):
            attempts = f" in {len(task.attempts)} attempts" if len(task.attempts) > 1 else ""
            parts.append(f"{cost}{attempts}")
    if cut_off := outcome_words.cut_off(task):
        parts.append(f"{cut_off}, which the plan accepts")
    parts.append(f"run {run.id}")
    return " · ".join(parts)


def own_share(run: Run, task: TaskRun, above: str) -> list[str]:
    """`_rehearsed`, where the whole run is not a rehearsal: that is told above.

    Args:
        run: The run.
        task: The task.
        above: The badge of the run, from `rehearsed.badge`: finding it looks at all tasks.
    """
    return _rehearsed(run, task) if above != rehearsed.BADGE else []


def mark(run: Run, task: TaskRun) -> str:
    """The same in the middle of a line, with a space before it."""
    badge = rehearsed.task_badge(run, task)
    return f" ({badge})" if badge else ""
