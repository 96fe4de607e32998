"""`after` with the names of entries and stages, as the ids of their tasks.

A name means the tasks whose results it stands for: all tasks of an entry, and of one with stages
the last ones. Names are looked for among the stages beside and around a stage, then in the whole
plan. This module never looks for circles, and leaves an unknown name to `plan_check`.
"""

from dataclasses import dataclass, field

from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Placed, Problems, Scalar

MOST_WAITS = 50_000
"""Ids in `after`, of all tasks of a plan together: more would hardly fit into a plan file."""


@dataclass(slots=True)
class Scope:
    """Names of the stages beside each other, in one pipeline."""

    outer: "Scope | None" = None
    ids: dict[str, list[str]] = field(default_factory=dict)

    def find(self, name: str) -> list[str] | None:
        """The tasks that a stage's name means; `None` where there is no such stage."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.ids:
                return scope.ids[name]
            scope = scope.outer
        return None


@dataclass(frozen=True, slots=True)
class Wait:
    """One thing that a task waits for."""

    node: Node
    """As it is written in `after`; what is no text is told by who reads the task."""
    scope: Scope | None = None
    """Where its name is looked for first."""
    ids: tuple[str, ...] | None = None
    """Known already: the stage before."""


@dataclass(slots=True)
class Groups:
    """What names of a whole plan stand for."""

    ids: dict[str, list[str]] = field(default_factory=dict)
    waits: int = 0
    """How many were written down so far."""
    characters: int = 0
    """Those of all tasks that were made so far."""
    lost: set[str] = field(default_factory=set)
    """Ids of entries with something wrong, which was told: what names a part of one is not wrong
    too."""

    def add(self, name: str, ids: list[str]) -> None:
        """More tasks that a name means."""
        self.ids.setdefault(name, []).extend(ids)

    def is_lost(self, name: str) -> bool:
        """Whether a name would stand for tasks of an entry that has something wrong."""
        ends = (place for place, sign in enumerate(name) if sign in "-.")
        return any(name[:end] in self.lost for end in ends)


@dataclass(frozen=True, slots=True)
class Made:
    """A task that an entry stands for."""

    node: MapNode
    """Without `after`."""
    tails: tuple[str, ...]
    after: tuple[Wait, ...]
    at: Placed
    """Where `after` stands, or would."""
    inside: frozenset[str]
    """The names of what it is a part of, which it can not wait for."""


def resolved(made: Made | Node, groups: Groups, problems: Problems) -> Node:
    """The task with ids alone in its `after`.

    Raises:
        InputError: when there are more of them than a plan can have.
    """
    if not isinstance(made, Made):
        return _with_groups(made, groups, problems)
    found: dict[str, Node] = {}
    others: list[Node] = []
    for wait in made.after:
        if not isinstance(wait.node, Scalar):
            others.append(wait.node)
            continue
        name = wait.node.text
        ids = wait.ids or (wait.scope and wait.scope.find(name)) or groups.ids.get(name, [name])
        if wait.ids is None and name in made.inside:
            problems.add(wait.node, "a task can not come after itself")
            continue
        if ids == [name] and groups.is_lost(name):
            continue
        for one in ids:
            found.setdefault(one, Scalar(wait.node.line, wait.node.column, one, True))
    _count(len(found), made.at, groups, problems)
    if not made.after:
        return made.node
    at = (made.at.line, made.at.column)
    after = ListNode(*at, [*found.values(), *others])
    return MapNode(
        made.node.line, made.node.column, [*made.node.pairs, (Scalar(*at, "after", True), after)]
    )


def _count(waits: int, at: Placed, groups: Groups, problems: Problems) -> None:
    groups.waits += waits
    if groups.waits > MOST_WAITS:
        raise problems.refuse(
            at,
            f"the tasks of this plan would wait for each other more than {MOST_WAITS:,} times; "
            "put a task between that collects the results",
        )


def _with_groups(node: Node, groups: Groups, problems: Problems) -> Node:
    """A task that was written out, with the ids of the entries that it waits for."""
    if not isinstance(node, MapNode):
        return node
    pairs: list[tuple[Node, Node]] = []
    for key, value in node.pairs:
        is_after = isinstance(key, Scalar) and key.text == "after"
        pairs.append((key, _ids_of(value, groups, problems) if is_after else value))
    return MapNode(node.line, node.column, pairs)


def _ids_of(node: Node, groups: Groups, problems: Problems) -> Node:
    items = node.items if isinstance(node, ListNode) else [node]
    if groups.lost:
        items = [
            item for item in items if not (isinstance(item, Scalar) and groups.is_lost(item.text))
        ]
    elif not any(isinstance(item, Scalar) and item.text in groups.ids for item in items):
        return node
    written = {item.text for item in items if isinstance(item, Scalar)}
    found: list[Node] = []
    seen: set[str] = set()
    for item in items:
        if not isinstance(item, Scalar) or item.text not in groups.ids:
            found.append(item)
            continue
        found += [
            Scalar(item.line, item.column, one, True)
            for one in groups.ids[item.text]
            if one not in written and one not in seen
        ]
        seen.update(groups.ids[item.text])
    _count(len(found), node, groups, problems)
    return ListNode(node.line, node.column, found)
