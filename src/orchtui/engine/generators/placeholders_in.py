"""`{subject}` in the texts of an entry: found, and filled.

A placeholder is a name between braces: a letter, then letters, digits, `_`, `-` and spaces.
`{{` is a brace, and so is the `}}` that closes a `{{name}}`; all other braces are what they are.
Filled once: what a value says is never a placeholder. This module never says which names there are.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from orchtui.engine.yaml.yaml_compose import ListNode, MapNode, Node, Scalar

NAME = re.compile(r"[^\W\d_][\w -]{0,63}")
NAME_ALLOWED = "a letter, then letters, digits, '_', '-' and spaces, at most 64"

MOST_CHARACTERS = 4_000_000
"""Of all tasks that are made, and so of one text: a plan that is written must be read again, and
a plan file has at most 5,000,000 bytes."""

_FOUND = re.compile(r"\{\{(?P<braced>[^{}\n]*)\}\}|\{\{|\{(?P<name>" + NAME.pattern + r")\}")


class TooLong(ValueError):
    """What was made would be longer than any plan file."""

    def __init__(self) -> None:
        super().__init__(
            f"the tasks would have more than {MOST_CHARACTERS:,} characters, which is more than a "
            "plan file can hold; make its texts or its lists shorter"
        )


def names_in(text: str) -> Iterator[tuple[str, int]]:
    """The names of all placeholders of a text, with their places in it."""
    for match in _FOUND.finditer(text):
        if match["name"] is not None:
            yield match["name"], match.start()


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled; one without a value stays as it is.

    Raises:
        TooLong: when it would be longer than any plan file.
    """
    left = MOST_CHARACTERS - len(text)

    def value(match: re.Match[str]) -> str:
        if match["braced"] is not None:
            return f"{{{match['braced']}}}"
        if match["name"] is None:
            return "{"
        nonlocal left
        found = values.get(match["name"], match[0])
        left -= len(found)
        if left < 0:
            raise TooLong
        return found

    return _FOUND.sub(value, text)


def filled_node(node: Node, values: Mapping[str, str], *, plain: bool = False) -> Node:
    """A value, or a list of values, with their placeholders filled, at the places they have.

    Args:
        node: As it was written. Mappings stay as they are.
        values: By name.
        plain: Whether what was filled is to be read as if it had no quotes: a number, a flag.
    """
    if isinstance(node, ListNode):
        items = [filled_node(item, values) for item in node.items]
        return ListNode(node.line, node.column, items, node.numbers)
    if not isinstance(node, Scalar) or "{" not in node.text:
        return node
    return Scalar(node.line, node.column, filled(node.text, values), node.plain or plain)


def texts_of(node: Node | None) -> list[Scalar]:
    """All texts of a value or of a list of values."""
    items = node.items if isinstance(node, ListNode) else [node]
    return [item for item in items if isinstance(item, Scalar)]


def is_named(nodes: Collection[Node | None], names: Collection[str]) -> bool:
    """Whether one of these values has a placeholder with one of these names."""
    return any(
        name in names
        for node in nodes
        for text in texts_of(node)
        for name, _ in names_in(text.text)
    )


def as_if_quoted(node: Node) -> Node:
    """A value, or the text that was meant where YAML takes `{subject}` for a mapping."""
    if isinstance(node, ListNode):
        items = [as_if_quoted(item) for item in node.items]
        return ListNode(node.line, node.column, items, node.numbers)
    if isinstance(node, MapNode) and len(node.pairs) == 1:
        key, value = node.pairs[0]
        if isinstance(key, Scalar) and isinstance(value, Scalar) and not value.text:
            return Scalar(node.line, node.column, f"{{{key.text}}}", False)
    return node
