"""That an attempt waits, or has waited, for a worker of a cluster: in words, the same everywhere.

Pure: tasks in, words out. This module never decides who waits.
"""

from orchtui.engine.runs.run import Attempt, TaskRun
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
