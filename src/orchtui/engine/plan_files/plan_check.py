"""What a plan's keys can not say one by one: whether its tasks fit together.

Every problem is told with the place where a person would mend it. This module
never changes a task, and never asks whether a plan can start; `schedule` does.
"""

from collections.abc import Sequence

from orchtui.engine.plans.backend_names import PROGRAMS
from orchtui.engine.plans.graph import find_cycle
from orchtui.engine.plans.plan import SLUG, Task
from orchtui.engine.yaml.yaml_compose import ListNode, Node, Problems, Scalar
from orchtui.engine.yaml.yaml_nodes import Record
from orchtui.engine.yaml.yaml_values import suggestion

NEEDS_TASKS = "it needs at least one task under 'tasks'"

MAX_CIRCLES = 20
"""Circles that are told; to find each one all tasks are looked at again."""
_SHOWN_IDS = 10
_COMPARED_IDS = 200
"""Ids that an unknown one is compared with; comparing words is slow."""


def check(
    plan: Record, records: Sequence[Record], tasks: Sequence[Task], problems: Problems
) -> None:
    """Tell everything that is wrong between the parts of a plan.

    Args:
        plan: The whole plan as read.
        records: Its tasks as read, in their order.
        tasks: What became of them.
        problems: Where to tell.
    """
    listed = plan.nodes.get("tasks")
    if not tasks and not plan.values.get("missing"):
        # A plan that says what is missing can not start anyway, and may wait for its tasks.
        if listed is None or (isinstance(listed, ListNode) and not listed.items):
            problems.add(plan.place("tasks"), f"the plan is empty; {NEEDS_TASKS}")
    for record, task in zip(records, tasks, strict=True):
        _check_work(plan, record, task, problems)
    if isinstance(listed, ListNode) and len(listed.items) == len(tasks):
        # Else a task could not be read at all, and the default ids of the others are not known.
        _check_ids(records, tasks, problems)
        _check_after(records, tasks, problems)
        _check_circles(records, tasks, problems)


def _misread(record: Record, key: str) -> bool:
    """Whether a key was said, but with a value that was told already."""
    return key in record.nodes and key not in record.values


def _check_work(plan: Record, record: Record, task: Task, problems: Problems) -> None:
    """A prompt or a command, and a backend that goes with it."""
    has_command = bool(task.command) or _misread(record, "command")
    if task.command and not task.command[0].strip():
        problems.add(record.place("command"), "command must start with the name of a program")
    if not has_command and not task.prompt.strip() and not _misread(record, "prompt"):
        problems.add(record.place("prompt"), "a task needs a prompt or a command")
    if task.command and task.backend is not None and task.backend not in PROGRAMS:
        problems.add(
            record.place("backend"),
            f"a task with a command needs a backend that runs programs "
            f"({', '.join(sorted(PROGRAMS))}), not '{task.backend}'; remove one of the two",
        )
    if has_command or _misread(record, "backend"):
        return
    if task.backend == "command":
        problems.add(record.place("backend"), "the backend 'command' needs a command: [prog, arg]")
    elif task.backend is None and plan.values.get("backend") == "command":
        problems.add(
            record.node,
            "the plan's backend is 'command', so this task needs a command: [prog, arg], "
            "or a backend of its own",
        )


def _check_ids(records: Sequence[Record], tasks: Sequence[Task], problems: Problems) -> None:
    first: dict[str, Record] = {}
    for record, task in zip(records, tasks, strict=True):
        if _misread(record, "id"):
            continue
        other = first.setdefault(task.id, record)
        if other is not record:
            _tell_duplicate(task.id, other, record, problems)


def _tell_duplicate(task_id: str, other: Record, record: Record, problems: Problems) -> None:
    if "id" in record.nodes and "id" in other.nodes:
        line = other.place("id").line
        problems.add(record.place("id"), f"duplicate id '{task_id}', first on line {line}")
    else:
        said, unsaid = (record, other) if "id" in record.nodes else (other, record)
        problems.add(
            said.place("id"),
            f"duplicate id '{task_id}': the task on line {unsaid.node.line} has it by default",
        )


def _check_after(records: Sequence[Record], tasks: Sequence[Task], problems: Problems) -> None:
    known = {task.id for task in tasks}
    # An id that is wrong in itself was told; what comes after it is not wrong too.
    known.update(
        node.text for record in records if isinstance(node := record.nodes.get("id"), Scalar)
    )
    ids = tuple(task.id for task in tasks)
    listed = ", ".join(ids[:_SHOWN_IDS]) + (", …" if len(ids) > _SHOWN_IDS else "")
    for record, task in zip(records, tasks, strict=True):
        seen: set[str] = set()
        for item in _items(record.nodes.get("after")):
            if not isinstance(item, Scalar) or not SLUG.fullmatch(item.text):
                continue
            if item.text == task.id:
                problems.add(item, "a task can not come after itself")
            elif item.text not in known:
                hint = "" if problems.full else suggestion(item.text, ids[:_COMPARED_IDS])
                problems.add(item, f"no task has the id '{item.text}'{hint}; there are {listed}")
            elif item.text in seen:
                problems.add(item, f"'{item.text}' is listed twice")
            seen.add(item.text)


def _items(node: Node | None) -> Sequence[Node]:
    if node is None:
        return ()
    return node.items if isinstance(node, ListNode) else (node,)


def _check_circles(records: Sequence[Record], tasks: Sequence[Task], problems: Problems) -> None:
    places = {task.id: record.place("after") for record, task in zip(records, tasks, strict=True)}
    order = {task.id: number for number, task in enumerate(tasks)}
    rest = {
        task.id: [other for other in task.after if other != task.id] for task in tasks if task.after
    }
    for _ in range(MAX_CIRCLES):
        circle = find_cycle(rest)[:-1]
        if not circle:
            return
        start = circle.index(min(circle, key=order.__getitem__))
        circle = circle[start:] + circle[:start]
        shown = circle if len(circle) <= _SHOWN_IDS else [*circle[:_SHOWN_IDS], "…"]
        problems.add(
            places[circle[0]],
            f"tasks wait for each other in a circle: {' → '.join([*shown, circle[0]])}; "
            "remove one of these from 'after'",
        )
        for told in circle:
            rest.pop(told, None)
