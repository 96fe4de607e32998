"""The family of declared dependencies: `after`.

This module never guesses.
"""

from collections.abc import Iterator, Sequence

from orchtui.engine.independence.report import Evidence, Finding
from orchtui.engine.plans.graph import Order
from orchtui.engine.plans.plan import Task


def find(tasks: Sequence[Task]) -> Iterator[Finding]:
    """One finding for each entry of `after` that names a task of these."""
    labels = {task.id: task.label for task in tasks}
    for task in tasks:
        for index, needed in enumerate(task.after):
            if needed not in labels or needed == task.id:
                continue
            words = Evidence(
                task=task.id, field=f"after[{index}]", start=0, end=len(needed), text=needed
            )
            yield Finding(
                id=f"declared:{needed}:{task.id}",
                kind="declared",
                severity="error",
                before=needed,
                after=task.id,
                tasks=(needed, task.id),
                evidence=(words,),
                message=f"'{task.label}' is declared to come after '{labels[needed]}'",
                rule="after",
            )


def order(tasks: Sequence[Task]) -> tuple[Order, set[tuple[str, str]]]:
    """The order that these tasks declare, and its pairs of ids, the earlier first.

    A plan that is being written may hold a circle: what would close one is left out, and `build`
    refuses the plan.
    """
    ids = [task.id for task in tasks]
    known = set(ids)
    growing = Order(ids)
    said = {
        (needed, task.id)
        for task in tasks
        for needed in task.after
        if needed in known and growing.add(needed, task.id)
    }
    return growing, said
