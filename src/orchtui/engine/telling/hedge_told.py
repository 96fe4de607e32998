"""Second attempts in words, for the log and for lines about events.

This module never reads a file.
"""

from orchtui.engine.run_events.hedge_events import HedgeEnded, TaskHedged
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Attempt
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration


def hedge_line(hedge: Attempt, now: float) -> str:
    """`Second attempt beside it (number 2): lost after 5.0s, …`, for markdown.

    Args:
        hedge: One of a task's `hedges`.
        now: The end of what has not ended, seconds since 1970.
    """
    head = f"Second attempt beside it (number {hedge.number}): "
    took = show_duration(hedge.seconds(now))
    if hedge.ended is None:
        return f"{head}running for {took}"
    where = f" on the worker {inline(hedge.worker)}" if hedge.worker else ""
    if hedge.completed:
        return f"{head}it stands, after {took}{where}: {inline(hedge.message)}"
    used = f", {hedge.usage.total} tokens" if hedge.usage.total else ""
    word = "failed" if hedge.error is not None else "stopped"
    return f"{head}{word} after {took}{where}{used}: {inline(hedge.message)}"


def event_words(event: TaskHedged | HedgeEnded) -> str:
    """What happened, in the words of the event alone."""
    if isinstance(event, TaskHedged):
        after, usual = show_duration(event.after_s), show_duration(event.usual_s)
        return (
            f"a second attempt begins beside the first, after {after} where {usual} is usual "
            f"(attempt {event.attempt})"
        )
    words = {"won": "stands", "lost": "was stopped", "failed": "failed"}
    why = clean_line(event.why)
    return f"the second attempt {words[event.how]}{f': {why}' if why else ''}"
