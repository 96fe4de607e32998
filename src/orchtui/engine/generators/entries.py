"""Entries of `tasks` that stand for several tasks, read and checked before one is made.

So everything that is wrong with an entry is told once, however many tasks it would be. This module
never makes a task.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import Final

from orchtui.engine.generators.entry_keys import GENERATORS, HIGHEST_MOST, STAGES
from orchtui.engine.generators.item_values import Generator, Sources, read_generator
from orchtui.engine.generators.placeholders_in import as_if_quoted, names_in
from orchtui.engine.plans.plan import SLUG, SLUG_ALLOWED
from orchtui.engine.plans.plan_places import PlanText
from orchtui.engine.text import clean_line
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Placed, Problems, Scalar
from orchtui.engine.yaml.yaml_nodes import entries_of_mapping
from orchtui.engine.yaml.yaml_values import kind_of, shown, suggestion

NOT_FILLED: Final = frozenset({"id", "after", "accepted", "env"})
"""Keys in which braces are only braces: they name things, and must be the same for all."""

OF_STAGES: Final = ("prompt", "expected_output", "command", "writes", "estimate", "accepted")
"""Keys that a task with stages has not: each stage says its own."""

OF_PROGRAMS: Final = ("prompt", "system")
"""Placeholders of `command` that are filled when the program starts, and never here."""

Pairs = dict[str, tuple[Scalar, Node]]
"""What a mapping says, by key, with the keys' places."""

_SHOWN = 12

_MOST_ITEMS = len(GENERATORS) * HIGHEST_MOST
"""Items of all entries: with more of them there are more tasks than any plan may have, since the
tasks of an entry are at least as many as the items of each of its keys."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of `tasks`, or a stage of one."""

    node: MapNode
    name: str
    """Its id, or the one that it has by default."""
    place: Placed
    """Of its id."""
    pairs: Pairs
    """What its tasks say, without its id, its generators and its stages."""
    generators: tuple[Generator, ...] = ()
    stages: tuple[tuple["Entry", ...], ...] = ()
    """One after the other; those of one stage side by side."""
    fills: bool = False
    """Whether there are placeholders to be filled, its own or those around it."""

    @property
    def count(self) -> int:
        """The tasks that it stands for."""
        inside = sum(one.count for stage in self.stages for one in stage) if self.stages else 1
        return inside * prod(len(one.items) for one in self.generators)

    @property
    def is_many(self) -> bool:
        """Whether other tasks name more by it than a task of this id."""
        return bool(self.generators or self.stages)


class EntryReader:
    """Reads entries, and tells what is wrong with them.

    Args:
        places: The text that they stand in.
        problems: Where to tell.
        sources: The project's files and tables.
    """

    def __init__(self, places: PlanText, problems: Problems, sources: Sources) -> None:
        self._places = places
        self._problems = problems
        self._sources = sources
        self._wrong = False
        self._items = 0

    def read(self, node: MapNode, name: str, label: str) -> Entry | None:
        """The entry; nothing where something is wrong with it that hinders its expansion.

        Args:
            node: One of `tasks`.
            name: The id that it has unless it says another.
            label: What it is called in problems.

        Raises:
            InputError: when the entries have more items than any plan may have tasks.
        """
        self._wrong = False
        entry = self._read(node, name, label, (), frozenset())
        return None if self._wrong else entry

    def _read(
        self,
        node: MapNode,
        name: str,
        label: str,
        outer_keys: tuple[str, ...],
        outer_names: frozenset[str],
    ) -> Entry:
        pairs: Pairs = {}
        for key, value in entries_of_mapping(node, self._problems, label):
            if not (isinstance(value, Scalar) and value.is_null and key.text in _OURS):
                pairs[key.text] = (key, value)
        place: Placed = node
        if said := pairs.pop("id", None):
            place, name = said[1], self._id(said[1], name)
        generators = self._generators(pairs, outer_keys, outer_names)
        names = outer_names.union(*(one.names for one in generators), {"n"} if generators else ())
        self._look_at_placeholders(pairs, names)
        stages: tuple[tuple[Entry, ...], ...] = ()
        if listed := pairs.pop(STAGES, None):
            for own in (key for key in OF_STAGES if _is_said(pairs, key)):
                self._tell(pairs[own][0], f"'{own}' belongs into the stages of this task")
            keys = (*outer_keys, *(one.key for one in generators))
            stages = tuple(self._stages(listed[1], keys, names))
        return Entry(node, name, place, pairs, generators, stages, bool(names))

    def _tell(self, at: Placed, message: str) -> None:
        self._wrong = True
        self._problems.add(at, message)

    def _id(self, node: Node, default: str) -> str:
        if isinstance(node, Scalar) and SLUG.fullmatch(node.text):
            return node.text
        written = shown(node.text) if isinstance(node, Scalar) else kind_of(node)
        self._tell(node, f"id must be a name of {SLUG_ALLOWED}, not {written}")
        return default

    # --- generators ------------------------------------------------------------------------------

    def _generators(
        self, pairs: Pairs, outer_keys: tuple[str, ...], outer_names: frozenset[str]
    ) -> tuple[Generator, ...]:
        found: list[Generator] = []
        seen = {"n", *OF_PROGRAMS, *outer_names}
        for key, node in [pairs.pop(key) for key in tuple(pairs) if key in GENERATORS]:
            if key.text in outer_keys:
                self._tell(key, f"{key.text} is said for all stages of this task already")
                continue
            generator = read_generator(key.text, node, self._problems, self._sources)
            if generator is None:
                self._wrong = True
                continue
            if twice := [name for name in generator.names if name in seen]:
                self._tell(
                    node,
                    f"{key.text}: {{{twice[0]}}} means something else here already; "
                    "rename the column",
                )
            self._items += len(generator.items)
            if self._items > _MOST_ITEMS:  # before the next is read: they could fill the memory
                raise self._problems.refuse(
                    node,
                    f"the plan would have more than {HIGHEST_MOST:,} tasks, which no plan may "
                    "have; make its lists shorter",
                )
            seen.update(generator.names)
            found.append(generator)
        return tuple(found)

    # --- stages ----------------------------------------------------------------------------------

    def _stages(
        self, node: Node, keys: tuple[str, ...], names: frozenset[str]
    ) -> Iterator[tuple[Entry, ...]]:
        if not isinstance(node, ListNode) or not node.items:
            what = "an empty list" if isinstance(node, ListNode) else kind_of(node)
            self._tell(node, f"stages must be a list of tasks, one after the other, not {what}")
            return
        seen: dict[str, Placed] = {}
        for number, item in enumerate(node.items, 1):
            beside = item.items if isinstance(item, ListNode) else [item]
            if not beside:
                self._tell(item, f"stage {number} is empty; it needs a task, or several in a list")
            stage: list[Entry] = []
            for part, one in enumerate(beside, 1):
                name = f"{number}-{part}" if isinstance(item, ListNode) else str(number)
                if not isinstance(one, MapNode):
                    wanted = (
                        "" if isinstance(item, ListNode) else ", or a list of tasks side by side"
                    )
                    self._tell(one, f"stage {name} must be a task{wanted}, not {kind_of(one)}")
                    continue
                entry = self._read(one, name, f"stage {name}", keys, names)
                if entry.name in seen:
                    line = seen[entry.name].line
                    self._tell(
                        entry.place, f"duplicate id '{entry.name}' of a stage, first on line {line}"
                    )
                seen.setdefault(entry.name, entry.place)
                stage.append(entry)
            yield tuple(stage)

    # --- placeholders ----------------------------------------------------------------------------

    def _look_at_placeholders(self, pairs: Pairs, names: frozenset[str]) -> None:
        """Tell the unknown ones, and those that YAML takes for mappings."""
        if not names:
            return
        for key, (_, node) in pairs.items():
            if key in NOT_FILLED or key == STAGES:
                continue
            known = {*names, *OF_PROGRAMS} if key == "command" else names
            for one in node.items if isinstance(node, ListNode) else [node]:
                text = as_if_quoted(one)
                if not isinstance(text, Scalar):
                    continue
                if text is not one:
                    shown_as = clean_line(text.text, 40)
                    self._tell(
                        one,
                        f'write "{shown_as}" in quotes; without them YAML takes it for a mapping',
                    )
                for name, index in names_in(text.text):
                    if name not in known:
                        self._unknown(text, name, index, names)

    def _unknown(self, text: Scalar, name: str, index: int, names: frozenset[str]) -> None:
        there = sorted(names)
        listed = ", ".join(f"{{{one}}}" for one in there[:_SHOWN])
        more = ", …" if len(there) > _SHOWN else ""
        hint = "" if self._problems.full else suggestion(name, tuple(there))
        self._tell(
            self._places.within(text, text.text, index),
            f"unknown placeholder '{{{clean_line(name, 40)}}}'{hint}; "
            f"there are {listed}{more}; write {{{{ for a brace",
        )


def _is_said(pairs: Pairs, key: str) -> bool:
    node = pairs[key][1] if key in pairs else None
    return node is not None and not (isinstance(node, Scalar) and node.is_null)


_OURS = frozenset({*GENERATORS, STAGES, "id"})
"""Keys that count as not said where their value is empty; those of a task are the task's."""
