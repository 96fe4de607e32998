"""Groups of tasks on the timeline: the stages of a run, or its pipelines.

A stage can start when all before it have ended. A pipeline is all that became of
one item of an entry with `stages`, however its tasks hang together, or else a
chain of tasks each of which is handed nothing but the one before's result, and
hands its own to nobody but the next. This module never draws.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Literal

from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.schedule import Schedule

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
    return list(grouped(schedule))


def grouped(schedule: Schedule) -> dict[Grouping, list[Group]]:
    """The same with the groups of each."""
    found: list[Grouping] = []
    pipelines, stages = groups(schedule, "pipelines"), groups(schedule, "stages")
    if sum(len(group.tasks) for group in pipelines if group.key != _SINGLE) * 2 >= len(
        schedule.tasks
    ):
        found.append("pipelines")
    if stages:
        found.append("stages")
    if pipelines and "pipelines" not in found:
        found.append("pipelines")
    made: dict[Grouping, list[Group]] = {"pipelines": pipelines, "stages": stages, "none": []}
    return {one: made[one] for one in (*found, "none")}


def usual(run: Run) -> Grouping:
    """How a run is grouped unless a person says otherwise."""
    return usual_of(run, grouped(run.schedule))


def usual_of(run: Run, can: Mapping[Grouping, Sequence[Group]]) -> Grouping:
    """The same, where it is known what it can be grouped by."""
    if len(run.tasks) < GROUPED_FROM:
        return "none"
    return next((one for one, found in can.items() if len(found) <= MOST_GROUPS), "none")


def _stages(schedule: Schedule) -> list[Group]:
    return [
        Group(f"\0stage {number}", f"Stage {number}", tuple(ids))
        for number, ids in enumerate(schedule.stages, 1)
    ]


_SINGLE = "\0single"


def _pipelines(schedule: Schedule) -> list[Group]:
    known = {task.id for task in schedule.tasks}
    needs = {task.id: [i for i in task.after if i in known] for task in schedule.tasks}
    named = _by_ids([task.id for task in schedule.tasks], needs)
    head = _heads(needs)
    head |= {task: f"\0{name}" for name, ids in named.items() for task in ids}
    together: dict[str, list[str]] = defaultdict(list)
    for task in schedule.tasks:
        together[head[task.id]].append(task.id)
    long = [(key, ids) for key, ids in together.items() if len(ids) > 1]
    if not long:
        return []
    found = [
        Group(
            f"\0pipeline {number}", key[1:] if key[0] == "\0" else f"Pipeline {number}", tuple(ids)
        )
        for number, (key, ids) in enumerate(long, 1)
    ]
    if single := [ids[0] for ids in together.values() if len(ids) == 1]:
        found.append(Group(_SINGLE, "In no pipeline", tuple(single)))
    return found


def _heads(needs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each task the first one of its chain."""
    feeds: dict[str, list[str]] = defaultdict(list)
    for name, others in needs.items():
        for other in others:
            feeds[other].append(name)
    head = {name: name for name in TopologicalSorter(needs).static_order()}
    for name in head:  # each behind those that it needs
        if len(needs[name]) == 1 and len(feeds[needs[name][0]]) == 1:
            head[name] = head[needs[name][0]]
    return head


def _by_ids(ids: Sequence[str], needs: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Tasks that were made from one item of an entry with `stages`, by what their ids begin with.

    `page-a.research` and `page-a.write` are `page-a`. Where all of them would be one pipeline, it
    is those inside of it; and what only looks alike, and does not hang together, is none.
    """
    found: dict[str, list[str]] = {}
    for name, inside in _beginnings(ids, 1).items():
        found |= _joined(name, inside, needs)
    if len(found) == 1:
        ((name, inside),) = found.items()
        deeper: dict[str, list[str]] = {}
        for longer, part in _beginnings(inside, name.count(".") + 2).items():
            deeper |= _joined(longer, part, needs)
        if len(deeper) > 1:
            return deeper
    return found


def _joined(
    name: str, ids: Sequence[str], needs: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """These tasks as one pipeline where they hang together, else as those that they are made of."""
    if _hang_together(ids, needs):
        return {name: list(ids)}
    found: dict[str, list[str]] = {}
    for longer, part in _beginnings(ids, name.count(".") + 2).items():
        found |= _joined(longer, part, needs)
    return found


def _beginnings(ids: Iterable[str], parts: int) -> dict[str, list[str]]:
    """Ids of two tasks or more by their first parts, where there are more parts than that."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in ids:
        if len(split := one.split(".")) > parts:
            found[".".join(split[:parts])].append(one)
    return {name: inside for name, inside in found.items() if len(inside) > 1}


def _hang_together(ids: Sequence[str], needs: Mapping[str, Sequence[str]]) -> bool:
    """Whether each of them is reached from each along what they need, in either direction."""
    inside = set(ids)
    beside: dict[str, set[str]] = defaultdict(set)
    for name in ids:
        for other in inside.intersection(needs[name]):
            beside[name].add(other)
            beside[other].add(name)
    seen, todo = {ids[0]}, [ids[0]]
    while todo:
        new = beside[todo.pop()] - seen
        seen |= new
        todo += new
    return seen == inside


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
