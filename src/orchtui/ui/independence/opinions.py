"""What of a model's opinion still holds when the plan has changed since.

This module never asks a model.
"""

from typing import TYPE_CHECKING

from msgspec.structs import replace

from orchtui.engine.independence.report import ORDERING, Finding
from orchtui.engine.plans.plan import Plan, Task

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.consulting.second_opinion import Opinion


def still_about(plan: Plan, asked: Plan, opinion: "Opinion") -> "Opinion":
    """The opinion without what it said of words that are no more, or of an order now declared.

    Args:
        plan: As it is now.
        asked: As it was when the model was asked.
    """
    before = {task.id: task for task in asked.tasks}
    now = {task.id: task for task in plan.tasks if task.enabled}
    unchanged = {
        task_id
        for task_id, task in now.items()
        if task_id in before and _words(task) == _words(before[task_id])
    }
    kept = tuple(
        finding
        for finding in opinion.findings
        if unchanged.issuperset(finding.tasks) and not _declared(finding, now)
    )
    return replace(opinion, findings=kept)


def heard(opinion: "Opinion") -> str:
    """What came of asking, in a sentence."""
    count = len(opinion.findings)
    if not count:
        words = "found nothing that could be used" if opinion.problems else "sees nothing more"
        return f"The model {words}"
    return f"The model names {count} reason{'' if count == 1 else 's'}; they are marked as its own"


def _words(task: Task) -> tuple[object, ...]:
    return (task.title, task.prompt, task.command, task.reads, task.writes)


def _declared(finding: Finding, tasks: dict[str, Task]) -> bool:
    """Whether `after` keeps the two apart by now."""
    if finding.kind not in ORDERING or len(finding.tasks) != 2:
        return False
    first, second = (tasks[task_id] for task_id in finding.tasks)
    return first.id in second.after or second.id in first.after
