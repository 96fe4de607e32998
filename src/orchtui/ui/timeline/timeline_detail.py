"""The line below the timeline's rows: what its picked row is about, in words.

Pure: a Run in, words out. This module never draws.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.content import Content

from orchtui.engine.runs.run import Run, Status, TaskRun
from orchtui.engine.runs.verdict import cost_words
from orchtui.engine.telling.program_told import now_words, use_words
from orchtui.engine.telling.seen_words import joined_lines
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.ui.bars.token_rate import TaskRates
from orchtui.ui.looks import looks
from orchtui.ui.timeline.timeline_groups import Group
from orchtui.ui.timeline.timeline_row import census_of
from orchtui.ui.timeline.waiting import in_short

if TYPE_CHECKING:
    from orchtui.engine.backends.process_table import Looked

LookedAt = Callable[[str], "Looked | None"]
"""What the programs of a task have of memory now, by its id; `None` where nothing is known."""

_MESSAGE = 200
"""Characters of why something went wrong."""


def of_task(
    run: Run,
    task: TaskRun,
    rates: TaskRates,
    now: float,
    *,
    broken_off: bool = False,
    looked: "Looked | None" = None,
) -> Content:
    """`running, attempt 2 of 4 · anthropic, claude-… · 1.2k in, 340 out · ~42 tokens/s · $0.01`.

    Args:
        run: The run.
        task: The task.
        rates: Of tokens.
        now: Seconds since 1970.
        broken_off: Whether nobody goes on with a run that has not ended.
        looked: What its programs have now: `412 MB, 3 processes`; else what they used is told.
    """
    parts = [_state(run, task, now, broken_off=broken_off)]
    attempt = task.attempt
    backend = attempt.backend if attempt is not None else task.task.backend
    model = (attempt.model if attempt is not None else None) or task.task.model
    who = backend if model in (None, backend) else f"{backend}, {model}"
    where = f" on worker {attempt.worker}" if attempt is not None and attempt.worker else ""
    parts.append(Content(clean_line(who + where, 80)))
    if used := now_words(looked) if looked is not None else use_words(task.program):
        parts.append(Content(used))
    if task.usage.total:
        came = task.usage.total - task.usage.output
        parts.append(
            Content(f"{looks.count(came)} tokens in, {looks.count(task.usage.output)} out")
        )
    if rate := rates.words(task):
        parts.append(Content(f"{rate} tokens/s"))
    if cost := cost_words(run, task):
        parts.append(Content(cost))
    if tools := sum(len(one.tools) for one in task.attempts):
        parts.append(Content(f"{tools} tool{'' if tools == 1 else 's'} used"))
    return Content(" · ").join(parts)


def nothing_seen(_: str) -> None:
    """For tasks that nobody looks at."""


def _state(run: Run, task: TaskRun, now: float, *, broken_off: bool) -> Content:
    if broken_off and task.ended is None:
        return Content.styled(looks.BROKEN_OFF[1], "$text-warning")
    if task.reused is not None:
        return Content("taken over from an earlier run")
    words = looks.WORDS[task.status]
    made, attempts = len(task.attempts), task.task.retries + 1
    if made > 1 or task.status == "retrying":
        words += f", attempt {made} of {attempts}" if made <= attempts else f", attempt {made}"
    words += _beside(task)
    waits = in_short(run, task)
    style = _STYLES.get(task.status, "$foreground")
    if task.status == "waiting" and waits:
        guessed = waits.startswith("? ")
        return Content(f"starts {waits.removeprefix('? ')}{' (guessed)' if guessed else ''}")
    if task.status == "queued" and waits:
        return Content(f"waits {waits}" if waits.startswith(("for ", "until ")) else waits)
    if task.status == "retrying" and task.resumes is not None:
        left = max(0.0, task.resumes - now)
        words = f"tries again in {show_duration(left)}, attempt {made} of {attempts}"
    if task.why:
        words += f": {clean_line(task.why, _MESSAGE)}"
    if task.question is not None:
        words = f"asks: {clean_line(task.question.what, _MESSAGE)}"
    return Content.styled(words, style)


def _beside(task: TaskRun) -> str:
    """That a second attempt runs beside the first, or has become the one that counts."""
    if task.hedge is not None and task.status == "running":
        return ", a second attempt runs beside it"
    stands = task.status in ("running", "completed") and task.attempts
    if stands and any(one.completed and one.number == task.made for one in task.hedges):
        return ", begun beside the first"
    return ""


_STYLES: dict[Status, str] = {
    "running": "$accent",
    "retrying": "$text-warning",
    "completed": "$text-success",
    "failed": "$text-error",
    "cancelled": "$text-warning",
}


def of_result(run: Run) -> Content:
    """`collected, one after the other · 2 possible contradictions between results`."""
    parts = [
        Content.styled(line.words, "$text-warning" if line.weight == "warning" else "$foreground")
        for line in sorted(joined_lines(run), key=lambda line: line.weight == "plain")
    ]
    return Content(" · ").join(parts)


def of_group(run: Run, group: Group, *, broken_off: bool = False) -> Content:
    """`Stage 2: 5/8 done, 2 running · o opens it`."""
    tasks = [run.tasks[name] for name in group.tasks if name in run.tasks]
    _, _, words = census_of(tasks, 0, broken_off=broken_off)
    return Content.from_markup("$words  [b]o[/] opens it", words=f"{group.name}: {words}")
