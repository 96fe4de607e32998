"""Edits of a plan: functions from Plan to Plan.

An unknown id or an impossible move gives the same plan. This module keeps no
history and reads no file; `draft` remembers, `variants` makes many of one task.
"""

from collections.abc import Callable

from msgspec.structs import replace

from orchtui.engine.plans.plan import PRIORITIES, Limits, Plan, Task


def new_id(plan: Plan) -> str:
    """The first `task-N` from the plan's length on that is free."""
    taken = {task.id for task in plan.tasks}
    number = len(plan.tasks) + 1
    while f"task-{number}" in taken:
        number += 1
    return f"task-{number}"


def add_task(plan: Plan, task: Task, behind: str | None = None) -> Plan:
    """Put a task behind another one, or at the end."""
    ids = [each.id for each in plan.tasks]
    place = ids.index(behind) + 1 if behind in ids else len(ids)
    return replace(plan, tasks=(*plan.tasks[:place], task, *plan.tasks[place:]))


def duplicate_task(plan: Plan, task_id: str) -> Plan:
    """A copy behind the original, with an id of its own."""
    found = _find(plan, task_id)
    if found is None:
        return plan
    return add_task(plan, replace(found, id=new_id(plan)), behind=task_id)


def delete_task(plan: Plan, task_id: str) -> Plan:
    """Without the task; the others no longer wait for it."""
    return replace(
        plan,
        tasks=tuple(
            replace(task, after=tuple(other for other in task.after if other != task_id))
            for task in plan.tasks
            if task.id != task_id
        ),
    )


def replace_task(plan: Plan, task_id: str, task: Task) -> Plan:
    """With another task in its place; who waited for its old id waits for the new one."""
    renamed = {task_id: task.id}
    return replace(
        plan,
        tasks=tuple(
            task
            if each.id == task_id
            else replace(each, after=tuple(renamed.get(other, other) for other in each.after))
            for each in plan.tasks
        ),
    )


def move_task(plan: Plan, task_id: str, steps: int) -> Plan:
    """The task moved down (or up) in the list; at the edge it stays."""
    ids = [task.id for task in plan.tasks]
    if task_id not in ids:
        return plan
    place = ids.index(task_id)
    target = min(max(place + steps, 0), len(ids) - 1)
    tasks = list(plan.tasks)
    tasks.insert(target, tasks.pop(place))
    return replace(plan, tasks=tuple(tasks))


def toggle_task(plan: Plan, task_id: str) -> Plan:
    """Leave the task out, or take it in again."""
    return _change(plan, task_id, lambda task: replace(task, enabled=not task.enabled))


def next_priority(plan: Plan, task_id: str) -> Plan:
    """critical → normal → nice-to-have → critical."""

    def change(task: Task) -> Task:
        place = PRIORITIES.index(task.priority)
        return replace(task, priority=PRIORITIES[(place + 1) % len(PRIORITIES)])

    return _change(plan, task_id, change)


def settle(plan: Plan) -> Plan:
    """Nothing is missing any more: a person says that the tasks are as meant."""
    return replace(plan, missing=())


def _find(plan: Plan, task_id: str) -> Task | None:
    return next((task for task in plan.tasks if task.id == task_id), None)


def _change(plan: Plan, task_id: str, change: Callable[[Task], Task]) -> Plan:
    return replace(
        plan,
        tasks=tuple(change(task) if task.id == task_id else task for task in plan.tasks),
    )


_OWN_LIMITS = tuple(key for key in Limits.__struct_fields__ if key in Task.__struct_fields__)
"""Limits that a task may have of its own."""


def append_plan(plan: Plan, other: Plan) -> Plan:
    """With another plan's tasks at the end.

    They mean what they meant there: what their plan said for all of them becomes their own, and
    ids that are taken here are changed, where they are named too.
    """
    taken = {task.id for task in plan.tasks}
    names: dict[str, str] = {}
    for task in other.tasks:
        names[task.id] = free_id(task.id, taken)
        taken.add(names[task.id])
    added = tuple(_settled(task, other, names) for task in other.tasks)
    missing = dict.fromkeys((*plan.missing, *other.missing))
    return replace(plan, tasks=(*plan.tasks, *added), missing=tuple(missing))


def _settled(task: Task, of: Plan, names: dict[str, str]) -> Task:
    """A task that no longer needs its plan."""
    said = {
        key: getattr(task, key) if getattr(task, key) is not None else getattr(of.limits, key)
        for key in _OWN_LIMITS
    }
    whom = {} if task.command else {"specialist": task.specialist or of.specialist}
    if not task.command:
        whom |= {"backend": task.backend or of.backend, "model": task.model or of.model}
    after = tuple(names.get(other, other) for other in task.after)
    return replace(task, id=names[task.id], after=after, **said, **whom)


def free_id(wanted: str, taken: set[str]) -> str:
    """This id, or with a number at its end."""
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted[:58]}-{number}", number + 1
    return found


def waiting_for(plan: Plan, task_id: str) -> list[Task]:
    """The tasks that are declared to come after this one."""
    return [task for task in plan.tasks if task_id in task.after]
