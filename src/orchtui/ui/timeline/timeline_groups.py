"""Groups of tasks on the timeline: the stages of a run, or its pipelines.

A stage can start when all before it have ended. A pipeline is a chain of tasks
each of which is handed nothing but the one before's result, and hands its own
to nobody but the next. This module never draws.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Literal

from orchtui.engine.run import Run
from orchtui.engine.schedule import Schedule

Grouping = Literal["none", "stages", "pipelines"]

GROUPED_FROM = 8
"""Tasks from which they are grouped without being asked."""
MOST_GROUPS = 20
"""Groups above which a run is grouped otherwise, or not, without being asked."""


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks under one heading."""

    key: str
    """Never a task's id."""
    name: str
    tasks: tuple[str, ...]
    """Ids, in the plan's order."""


def groups(schedule: Schedule, grouping: Grouping) -> list[Group]:
    """The groups of all tasks, in order; none where there would be only one."""
    if grouping == "none":
        return []
    found = _stages(schedule) if grouping == "stages" else _pipelines(schedule)
    return found if len(found) > 1 else []


def possible(schedule: Schedule) -> list[Grouping]:
    """What a run can be grouped by; first what fits it best."""
    found: list[Grouping] = []
    pipelines = groups(schedule, "pipelines")
    if sum(len(group.tasks) for group in pipelines if group.key != _SINGLE) * 2 >= len(
        schedule.tasks
    ):
        found.append("pipelines")
    if groups(schedule, "stages"):
        found.append("stages")
    if pipelines and "pipelines" not in found:
        found.append("pipelines")
    return [*found, "none"]


def usual(run: Run) -> Grouping:
    """How a run is grouped unless a person says otherwise."""
    if len(run.tasks) < GROUPED_FROM:
        return "none"
    can = possible(run.schedule)
    return next((one for one in can if len(groups(run.schedule, one)) <= MOST_GROUPS), "none")


def _stages(schedule: Schedule) -> list[Group]:
    return [
        Group(f"\0stage {number}", f"Stage {number}", tuple(ids))
        for number, ids in enumerate(schedule.stages, 1)
    ]


_SINGLE = "\0single"


def _pipelines(schedule: Schedule) -> list[Group]:
    known = {task.id for task in schedule.tasks}
    needs = {task.id: [i for i in task.after if i in known] for task in schedule.tasks}
    feeds: dict[str, list[str]] = defaultdict(list)
    for name, others in needs.items():
        for other in others:
            feeds[other].append(name)
    head = {name: name for name in TopologicalSorter(needs).static_order()}
    for name in head:  # each behind those that it needs
        if len(needs[name]) == 1 and len(feeds[needs[name][0]]) == 1:
            head[name] = head[needs[name][0]]
    chains: dict[str, list[str]] = defaultdict(list)
    for task in schedule.tasks:
        chains[head[task.id]].append(task.id)
    long = [ids for ids in chains.values() if len(ids) > 1]
    if not long:
        return []
    found = [
        Group(f"\0pipeline {number}", f"Pipeline {number}", tuple(ids))
        for number, ids in enumerate(long, 1)
    ]
    if single := [ids[0] for ids in chains.values() if len(ids) == 1]:
        found.append(Group(_SINGLE, "In no pipeline", tuple(single)))
    return found


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a task's, or a group's heading."""

    key: str
    group: Group | None = None
    """Of a heading."""
    folded: bool = False
    """Whether the tasks below a heading have no rows."""
    inside: str = ""
    """The key of the group that a task's row belongs to."""

    @property
    def can_be_picked(self) -> bool:
        """Headings of open groups only stand above what can."""
        return self.group is None or self.folded


def rows(tasks: Iterable[str], grouped: Sequence[Group], folded: frozenset[str]) -> list[Row]:
    """All rows, in order.

    Args:
        tasks: Ids of everything that has a row; what is in no group comes last.
        grouped: The groups.
        folded: Keys of those whose tasks have no rows.
    """
    shown: list[Row] = []
    inside: set[str] = set()
    for group in grouped:
        inside.update(group.tasks)
        shown.append(Row(group.key, group, group.key in folded))
        if group.key not in folded:
            shown += [Row(task, inside=group.key) for task in group.tasks]
    return [*shown, *(Row(task) for task in tasks if task not in inside)]
