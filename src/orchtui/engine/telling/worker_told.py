"""Where attempts run, and that one waits, or has waited, for a worker: in words.

Pure: tasks and sessions in, words out. This module never decides who waits.
"""

from orchtui.engine.runs.run import Attempt, Session, TaskRun
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration


def for_worker(task: TaskRun) -> str:
    """What is waited for: `for a worker with room`, `for a worker with gpu and big-memory`.

    Args:
        task: One that waits, or has.
    """
    *others, last = [clean_line(label, 60) for label in task.task.runs_on] or ["room"]
    return f"for a worker with {', '.join(others)}{' and ' if others else ''}{last}"


def wait_words(task: TaskRun, attempt: Attempt) -> str:
    """How long an attempt did: `4.2s for a worker with gpu`; empty where it did not."""
    if not attempt.awaited_s:
        return ""
    return f"{show_duration(attempt.awaited_s)} {for_worker(task)}"


def on_which(session: Session) -> str:
    """`on the cluster tls://head:8786`, or `on this machine`."""
    return f"on the cluster {clean_line(session.cluster)}" if session.cluster else "on this machine"
