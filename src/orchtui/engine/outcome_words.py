"""How a run ended, in words: the same in the result, in the lists, on the terminal and the screen.

Pure: a Run or its census in, words out. Every figure comes from `verdict`. This
module never writes anywhere.
"""

from orchtui.engine import verdict
from orchtui.engine.events import Census
from orchtui.engine.run import Run, TaskRun

NOT_RUN = "it did not run"

_CUT_OFF = {
    "max_tokens": "cut off at max_tokens",
    "model_context_window_exceeded": "cut off where the model's context was full",
}
"""By stop reason."""


def done(count: Census) -> str:
    """`2 of 3 tasks completed`."""
    return f"{count.completed} of {count.total} tasks completed"


def others(count: Census) -> list[str]:
    """`1 failed`, `2 skipped`: how the others ended; nothing where all completed."""
    words = (
        (count.failed, "failed"),
        (count.cancelled, "cancelled"),
        (count.skipped, "skipped"),
    )
    return [f"{number} {word}" for number, word in words if number]


def faster(run: Run) -> str:
    """`2.4× as fast as one after the other`; nothing where parallel work gained nothing."""
    speedup = verdict.speedup(run)
    if speedup is None or speedup < verdict.WORTH_TELLING:
        return ""
    return f"{speedup:.1f}× as fast as one after the other"


def cut_off(task: TaskRun) -> str:
    """`cut off at max_tokens`: of a completed task whose plan accepts that; else nothing."""
    return _CUT_OFF.get(task.stop_reason, "") if task.status == "completed" else ""


def why_missing(task: TaskRun) -> str:
    """Why a task did not complete, as far as that is known."""
    return task.why or NOT_RUN
