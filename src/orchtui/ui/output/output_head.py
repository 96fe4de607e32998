"""What stands above an output: the task's state, who does it, for how long, and why.

This module never draws.
"""

from textual.content import Content

from orchtui.engine.runs.files_told import race_line, races_of
from orchtui.engine.runs.outcome_words import cut_off
from orchtui.engine.runs.run import LIVE, Run, TaskRun
from orchtui.engine.runs.verdict import cost_words
from orchtui.engine.telling.worker_told import for_worker
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration
from orchtui.ui.looks import looks

_MOST_RACES = 2
"""Races told above the output; the log has all."""


def races_above(run: Run, task: TaskRun) -> list[Content]:
    """What is to be seen before anything else: that the task met another one at a file."""
    races = races_of(run, task.id)
    lines = [
        Content.assemble((" RACE ", "b $background on $error"), " ", (words, "b $text-error"))
        for words in (race_line(run, race, clean_line) for race in races[:_MOST_RACES])
    ]
    if len(races) > _MOST_RACES:
        words = f"and {len(races) - _MOST_RACES} more races"
        lines.append(Content.styled(words, "b $text-error"))
    return lines


_HEAD_STYLES = {
    "running": "$accent",
    "completed": "$text-success",
    "failed": "b $text-error",
    "cancelled": "$text-warning",
    "retrying": "$text-warning",
}


def headline(
    task: TaskRun, now: float, run: Run | None = None, *, broken_off: bool = False
) -> Content:
    """A task's state, title, who does it, for how long, and why."""
    style = _HEAD_STYLES.get(task.status, "$foreground-muted")
    words = f"waits {for_worker(task)}" if task.awaiting is not None else looks.WORDS[task.status]
    state = f"{looks.SIGNS[task.status]} {words}"
    if broken_off and task.status in LIVE:
        style, state = "$text-warning", " ".join(looks.BROKEN_OFF)
    attempt = task.attempt
    facts = [attempt.model or attempt.backend if attempt else task.task.backend]
    if attempt is not None and attempt.worker:
        facts.append(f"on worker {attempt.worker}")
    if task.reused is not None:
        facts.append(f"taken over from run {task.reused.run}")
    elif task.made > 1:
        facts.append(f"attempt {task.made}")
    if (seconds := task.seconds(now)) is not None:
        facts.append(show_duration(seconds))
    if cut := cut_off(task):
        facts.append(cut)
    if cached := task.usage.cache_read:
        facts.append(f"{looks.count(cached)} tokens from the cache")
    facts.append(cost_words(run, task) if run is not None else "")
    parts = [
        Content.styled(state, style),
        Content.styled(clean_line(task.task.label), "b"),
        Content.styled(clean_line(" · ".join(fact for fact in facts if fact)), "$foreground-muted"),
    ]
    head = Content("  ").join(parts)
    if task.question is not None and not broken_off:
        asks = f"? it asks: {clean_line(task.question.what, 200)}"
        head = Content("\n").join([head, Content.styled(asks, "b $text-warning")])
    if task.why:
        head = Content("\n").join([head, Content.styled(clean_line(task.why), style)])
    return head


def with_badge(head: Content, badge: str) -> Content:
    if not badge:
        return head
    return Content(" ").join([Content.styled(f" {badge} ", "b $background on $warning"), head])
