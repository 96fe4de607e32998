"""How a run ended, in words: the same in the result, in the lists, on the terminal and the screen.

Pure: a Run or its census in, words out. Every figure comes from `verdict`. This
module never writes anywhere.
"""

from collections.abc import Sequence

from orchtui.engine.run_events.events import Census
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run, TaskRun

NOT_RUN = "it did not run"

_LOCAL = "local"
_NOT_TO_RELY_ON = "for trying things out, not for answers to rely on."
_MOST_NAMED = 12
"""Tasks that are named one by one."""

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


def named(tasks: Sequence[TaskRun]) -> str:
    """`Task 1, 3 and 4`: tasks by their places in the plan."""
    numbers = [str(task.task.position) for task in tasks]
    if len(numbers) > _MOST_NAMED:
        return f"{len(numbers)} tasks"
    if len(numbers) < 2:
        return f"Task {''.join(numbers)}"
    return f"Task {', '.join(numbers[:-1])} and {numbers[-1]}"


def small_model(run: Run) -> str:
    """That a very small model wrote this, or a part of it; nothing where none did."""
    local = [task for task in run.tasks.values() if task.task.backend == _LOCAL]
    kept = run.aggregate.kept if run.aggregate is not None else None
    joins = run.schedule.backend if run.schedule.synthesizes else ""
    if (kept.backend if kept is not None else joins) != _LOCAL and not local:
        return ""
    what = "this" if len(local) == len(run.tasks) else "the synthesis"
    if local and len(local) < len(run.tasks):
        what = f"the text of {named(local)}"
    return f"A very small model on this machine wrote {what}: {_NOT_TO_RELY_ON}"


def why_missing(task: TaskRun) -> str:
    """Why a task did not complete, as far as that is known."""
    return task.why or NOT_RUN
