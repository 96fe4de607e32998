"""The entries of a plan's `tasks`, each as all the tasks that it stands for.

Nodes in, nodes out: each made task is a mapping as a person would have written it, with the places
of the entry, so that everything that reads a plan reads it too, and tells what is wrong with it
where it stands. This module never reads what a key of a task means.
"""

from dataclasses import dataclass
from pathlib import Path

from orchtui.engine.generators.awaited import Groups, Made, resolved
from orchtui.engine.generators.entries import Entry, EntryReader
from orchtui.engine.generators.entry_keys import (
    DEFAULT_MOST,
    ENTRY_KEYS,
    HIGHEST_MOST,
)
from orchtui.engine.generators.item_values import Sources
from orchtui.engine.generators.placeholders_in import as_if_quoted
from orchtui.engine.generators.unfolding import unfold
from orchtui.engine.plans.plan import SLUG
from orchtui.engine.plans.plan_places import PlanText
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Problems, Scalar


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a task comes from."""

    entry: int
    """Its entry in `tasks`, from 1."""
    tails: tuple[str, ...] = ()
    """What its id has for the items that it was made for; empty for a task written out."""


def expand(
    root: MapNode,
    places: PlanText,
    problems: Problems,
    project: Path | None,
    most: int | None = None,
) -> tuple[MapNode, list[Origin]]:
    """A plan in which every entry of `tasks` is one task. Blocks.

    An entry that has something wrong is told, and stands for one task.

    Args:
        root: The plan, one of whose entries stands for several tasks.
        places: The text that it was composed from.
        problems: Where to tell.
        project: The project folder; the working folder when it is not said.
        most: Tasks that there may be where the plan does not say; `DEFAULT_MOST` for nothing.

    Returns:
        The plan, and for each of its tasks where it comes from.
    """
    listed = next(value for key, value in root.pairs if _is(key, "tasks"))
    assert isinstance(listed, ListNode)
    names = _names(listed)
    reader = EntryReader(places, problems, Sources(project))
    entries = [
        reader.read(node, name, f"item {number} of tasks")
        if isinstance(node, MapNode) and _is_many(node)
        else None
        for number, (node, name) in enumerate(zip(listed.items, names, strict=True), 1)
    ]
    if not _within_limit(root, listed, entries, most or DEFAULT_MOST, problems):
        entries = [None] * len(entries)
    _tell_same_names(listed, names, entries, problems)
    origins: list[Origin] = []
    groups = Groups()
    made_all: list[Made | Node] = []
    taken = {name.lower() for name in names}
    for number, (node, name, entry) in enumerate(zip(listed.items, names, entries, strict=True), 1):
        made = unfold(entry, taken, groups, problems) if entry else None
        if made is None:
            made_all.append(_one_task(node, name))
            origins.append(Origin(number))
            if isinstance(node, MapNode) and _is_many(node):
                groups.lost.add(name)
        else:
            made_all += made
            origins += [Origin(number, one.tails) for one in made]
    tasks = [resolved(one, groups, problems) for one in made_all]
    numbers = [origin.entry for origin in origins]
    whole = ListNode(listed.line, listed.column, tasks, numbers)
    pairs: list[tuple[Node, Node]] = [
        (key, whole if value is listed else value) for key, value in root.pairs
    ]
    return MapNode(root.line, root.column, pairs), origins


def _is(key: Node, *names: str) -> bool:
    return isinstance(key, Scalar) and key.text in names


def _is_many(node: MapNode) -> bool:
    return any(
        _is(key, *ENTRY_KEYS) and not (isinstance(value, Scalar) and value.is_null)
        for key, value in node.pairs
    )


def _value(node: Node, name: str) -> Node | None:
    """What a mapping says under a key, for the first time."""
    pairs = node.pairs if isinstance(node, MapNode) else ()
    return next((value for key, value in pairs if _is(key, name)), None)


def _names(listed: ListNode) -> list[str]:
    """The ids of all entries; the default ones count the entries, not what they stand for."""
    names: list[str] = []
    for number, node in enumerate(listed.items, 1):
        said = _value(node, "id")
        fits = isinstance(said, Scalar) and not said.is_null and SLUG.fullmatch(said.text)
        names.append(said.text if fits and isinstance(said, Scalar) else f"task-{number}")
    return names


def _tell_same_names(
    listed: ListNode, names: list[str], entries: list[Entry | None], problems: Problems
) -> None:
    """Entries of one id; where both are one task each, `plan_check` tells."""
    first: dict[str, int] = {}
    for number, name in enumerate(names):
        other = first.setdefault(name, number)
        if other != number and (entries[number] or entries[other]):
            place = _value(listed.items[number], "id") or listed.items[number]
            line = (_value(listed.items[other], "id") or listed.items[other]).line
            problems.add(place, f"duplicate id '{name}', first on line {line}")


def _within_limit(
    root: MapNode,
    listed: ListNode,
    entries: list[Entry | None],
    most: int,
    problems: Problems,
) -> bool:
    """Whether there would not be too many tasks, which is told before one is made."""
    limits = _value(root, "limits")
    said = _value(limits, "max_tasks") if limits else None
    if isinstance(said, Scalar) and said.text.isascii() and said.text.isdecimal():
        most = min(int(said.text[:6]), HIGHEST_MOST)
    counts = [entry.count if entry else 1 for entry in entries]
    total, largest = sum(counts), max(counts)
    if total <= most or not any(entries):
        return True
    advice = (
        f", or allow it with limits: {{max_tasks: {total}}}"
        if total <= HIGHEST_MOST
        else f"; no plan may have more than {HIGHEST_MOST:,}"
    )
    problems.add(
        next(item for item, count in zip(listed.items, counts, strict=True) if count == largest),
        f"the plan would have {total:,} tasks, {largest:,} of them from here; at most {most:,} "
        f"are allowed: make its lists shorter{advice}",
    )
    return False


def _one_task(node: Node, name: str) -> Node:
    """An entry that is one task, with the id that its place among the entries gives it."""
    if not isinstance(node, MapNode):
        return node
    pairs: list[tuple[Node, Node]] = [
        (key, value)
        for key, value in node.pairs
        if not _is(key, *ENTRY_KEYS)
        and not (_is(key, "id") and isinstance(value, Scalar) and value.is_null)
    ]
    at = (node.line, node.column)
    if _is_many(node):  # what is wrong with it was told
        pairs = [(key, as_if_quoted(value)) for key, value in pairs]
    if not any(_is(key, "id") for key, _ in pairs):
        pairs.append((Scalar(*at, "id", True), Scalar(*at, name, True)))
    if _is_many(node) and not any(_is(key, "prompt", "command") for key, _ in pairs):
        # That its stages have the prompts is not wrong.
        pairs.append((Scalar(*at, "prompt", True), Scalar(*at, "-", False)))
    return MapNode(*at, pairs)
