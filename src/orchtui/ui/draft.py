"""Draft: the plan that is being written, with undo.

Every edit is a function from Plan to Plan; the Draft keeps what was before.
This module never shows anything, reads a file or starts a run.
"""

from collections.abc import Callable

from msgspec.structs import replace

from orchtui.engine.plan import PRIORITIES, Plan, Task

EMPTY = Plan()

_MOST_STEPS = 200
"""How many edits can be undone."""


class Draft:
    """The plan on the desk, what was before it, and whether a person has touched it.

    Args:
        plan: What to begin with.
    """

    def __init__(self, plan: Plan = EMPTY) -> None:
        self.plan = plan
        self.by_hand = bool(plan.tasks)
        """Whether the tasks are no longer only what the request says."""
        self.saved = plan
        """The plan as it stands in a file."""
        self._before: list[tuple[Plan, bool]] = []
        self._undone: list[tuple[Plan, bool]] = []

    @property
    def unsaved(self) -> bool:
        """Whether edits by hand would be lost."""
        return self.by_hand and self.plan != self.saved

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether something was taken back."""
        return bool(self._undone)

    def read(self, plan: Plan) -> None:
        """Take the tasks from the request; edits by hand can be brought back with undo."""
        if self.by_hand:
            self._remember()
        self.plan = replace(plan, name=self.plan.name)
        self.by_hand = False

    def request(self, text: str) -> None:
        """Change the words that the plan came from, and nothing else."""
        self.plan = replace(self.plan, request=text)

    def edit(self, change: Callable[[Plan], Plan]) -> bool:
        """Apply one edit by hand; False when it changes nothing."""
        plan = change(self.plan)
        if plan == self.plan:
            return False
        self._remember()
        self.plan, self.by_hand = plan, True
        return True

    def undo(self) -> bool:
        """Take the latest edit back; the request's words stay."""
        return self._step(self._before, self._undone)

    def redo(self) -> bool:
        """Do again what `undo` took back."""
        return self._step(self._undone, self._before)

    def _remember(self) -> None:
        self._before.append((self.plan, self.by_hand))
        del self._before[:-_MOST_STEPS]
        self._undone.clear()

    def _step(self, source: list[tuple[Plan, bool]], target: list[tuple[Plan, bool]]) -> bool:
        if not source:
            return False
        target.append((self.plan, self.by_hand))
        plan, self.by_hand = source.pop()
        self.plan = replace(plan, request=self.plan.request)
        return True


# Edits. Each gives a new plan; an unknown id or an impossible move gives the same one.


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
