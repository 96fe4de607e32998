"""Lists and mappings of YAML, read by a table of what each key may hold.

`list_of`, `mapping_of`, `record` and `struct` put the readers of `yaml_values`
together. They tell every misfit to `Problems`, with its place, and go on, so
that all problems are found at once; what they return is whole only when nothing
was told. This module never knows what a plan or a configuration is.
"""

from collections.abc import Collection, Mapping
from itertools import count
from typing import Any, TypeVar

import msgspec

from orchtui.engine.text import clean_line
from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Placed, Problems, Scalar
from orchtui.engine.yaml.yaml_values import Misfit, Reader, kind_of, name, shown, suggestion

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)


class Record(msgspec.Struct):
    """A mapping that was read by a table."""

    node: MapNode
    values: dict[str, Any]
    """What was said and fits, by key."""
    nodes: dict[str, Node]
    """What was said, whether it fits or not, by key."""

    def place(self, key: str) -> Placed:
        """Where the value of a key stands, or the whole when it was not said."""
        return self.nodes.get(key, self.node)


def list_of(
    item: Reader[T], *, single: bool = True, wanted: str = "a list"
) -> Reader[tuple[T, ...]]:
    """A list, or also one value where a list of one is meant.

    Args:
        item: Reads each item.
        single: Whether one value may stand for a list of one.
        wanted: What to ask for when it is something else.
    """

    def read(node: Node, problems: Problems, label: str) -> tuple[T, ...]:
        if isinstance(node, Scalar) and single:
            return (item(node, problems, label),)
        if not isinstance(node, ListNode):
            raise Misfit(node, f"{label} must be {wanted}, not {kind_of(node)}")
        values = (
            _value(item, child, problems, f"item {number} of {label}")
            for number, child in zip(node.numbers or count(1), node.items, strict=False)
        )
        return tuple(value for value in values if value is not None)

    return read


def mapping_of(value: Reader[T], key: Reader[str] = name) -> Reader[dict[str, T]]:
    """A mapping whose keys a person chooses, in the order of the text."""

    def read(node: Node, problems: Problems, label: str) -> dict[str, T]:
        if not isinstance(node, MapNode):
            raise Misfit(node, f"{label} must be a mapping, not {kind_of(node)}")
        result = {}
        for key_node, child in entries_of_mapping(node, problems, label):
            word = _value(key, key_node, problems, f"a key of {label}")
            fitting = _value(value, child, problems, f"{label}.{clean_line(key_node.text, 40)}")
            if word is not None and fitting is not None:
                result[word] = fitting
        return result

    return read


def record(fields: Mapping[str, Reader[Any]], *, required: Collection[str] = ()) -> Reader[Record]:
    """A mapping with known keys, read by a table.

    A key whose value is empty, `~` or `null` counts as not said.

    Args:
        fields: How to read the value of each key, in the order to list them in.
        required: Keys that must be said.
    """
    allowed = ", ".join(fields)

    def read(node: Node, problems: Problems, label: str) -> Record:
        if not isinstance(node, MapNode):
            raise Misfit(node, f"{label} must be a mapping ({allowed}), not {kind_of(node)}")
        result = Record(node, {}, {})
        for key, child in entries_of_mapping(node, problems, label):
            if key.text not in fields:
                # Comparing words is slow, and a problem that is only counted is not read.
                hint = "" if problems.full else suggestion(key.text, tuple(fields))
                problems.add(
                    key, f"unknown key {shown(key.text)} in {label}{hint}; allowed are {allowed}"
                )
            elif not (isinstance(child, Scalar) and child.is_null):
                result.nodes[key.text] = child
                if (value := _value(fields[key.text], child, problems, key.text)) is not None:
                    result.values[key.text] = value
        for missing in required:
            if missing not in result.nodes:
                problems.add(node, f"{label} needs the key '{missing}'")
        return result

    return read


def struct(kind: type[S], fields: Mapping[str, Reader[Any]]) -> Reader[S]:
    """A mapping with known keys that makes a struct.

    Args:
        kind: The struct; each of its fields has a default.
        fields: How to read the fields that may be said, by name.
    """
    table = record(fields)

    def read(node: Node, problems: Problems, label: str) -> S:
        return kind(**table(node, problems, label).values)

    return read


def read_whole(node: Node, reader: Reader[T], problems: Problems, label: str) -> T:
    """Read a whole document.

    Args:
        node: The root.
        reader: What it should be.
        problems: Where to tell what is wrong.
        label: What the whole is called, such as `the plan`.

    Raises:
        InputError: when the root itself is something else; what is wrong inside is only told.
    """
    try:
        return reader(node, problems, label)
    except Misfit as misfit:
        raise problems.refuse(misfit.at, str(misfit)) from None


def _value(reader: Reader[T], node: Node, problems: Problems, label: str) -> T | None:
    """The value, or nothing when it does not fit, which is told."""
    try:
        return reader(node, problems, label)
    except Misfit as misfit:
        problems.add(misfit.at, str(misfit))
        return None


def entries_of_mapping(node: MapNode, problems: Problems, label: str) -> list[tuple[Scalar, Node]]:
    """The pairs whose key is text and stands there for the first time; the others are told."""
    first: dict[str, Scalar] = {}
    entries = []
    for key, value in node.pairs:
        if not isinstance(key, Scalar) or key.is_null:
            problems.add(key, f"a key of {label} must be text, not {kind_of(key)}")
        elif key.plain and key.text == "<<":
            problems.add(key, "merge keys (<<) are not supported; write the keys out")
        elif key.text in first:
            problems.add(
                key, f"duplicate key {shown(key.text)}, first on line {first[key.text].line}"
            )
        else:
            first[key.text] = key
            entries.append((key, value))
    return entries
