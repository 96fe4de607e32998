"""Where the words of a task stand in the text of a plan file.

A finding's span counts in the value as it was read; an editor wants the line and
the column in the file. The value and its source are walked along each other:
they have the same visible characters in the same order, but for quotes, escapes
and the header of a block. Where that does not come out even, the place is where
the value begins. This module never reads a plan; `plan_file` has said already
that there is nothing wrong with it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from orchtui.engine.text import clean
from orchtui.engine.yaml.yaml_compose import (
    ListNode,
    MapNode,
    Node,
    Place,
    Placed,
    Problems,
    Scalar,
    compose,
)

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_FIELD = re.compile(r"(title|prompt|expected_output|(?:reads|writes|after)(?=\[))(?:\[([0-9]+)\])?")
_ANCHOR = re.compile(r"&\S+\s+")
_BLOCK_HEADER = re.compile("[|>][^\r\n\x85\u2028\u2029]*")
_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|.)", re.DOTALL)
_BLANK_ESCAPES = frozenset("0abtnvfre NLP_\t\n\r\x85\u2028\u2029")
"""What may follow a backslash and is white space, or a control that no value keeps."""


class PlanText:
    """The text of a plan file that has no problems.

    Args:
        text: YAML.
        file: What it is called in front of a place.
        tasks: The values of each task, by key, where an entry stands for several tasks; else they
            are found when they are asked for.
    """

    def __init__(
        self, text: str, file: str, tasks: Sequence[Mapping[str, Node]] | None = None
    ) -> None:
        self.file = file
        self._text = text.removeprefix("\ufeff")
        # Composed once more only when there is something to look for.
        self._tasks = tasks
        self._starts: list[int] = []
        self._aligned: dict[tuple[int, int, str], list[tuple[int, int]]] = {}

    def place(self, position: int, field: str, value: str, start: int) -> Place | None:
        """Line and column of a character of a field.

        Args:
            position: The task's place in the plan, from 0.
            field: `title`, `prompt`, `expected_output`, `reads[i]`, `writes[i]` or `after[i]`.
            value: The field as it was read.
            start: Code points from its beginning.

        Returns:
            Where it stands; where the field begins, when that can not be told; `None` when the
            field is not in the file.
        """
        node = self._node(position, field)
        return self.within(node, value, start) if node is not None else None

    def within(self, node: Placed, value: str, start: int) -> Place:
        """Line and column of a character of a value.

        Args:
            node: Where the value begins.
            value: As it was read.
            start: Code points from its beginning.

        Returns:
            Where it stands; where the value begins, when that can not be told.
        """
        key = (node.line, node.column, value)
        lines = self._lines
        if key not in self._aligned:
            begin = lines[node.line - 1] + node.column - 1
            self._aligned[key] = _aligned(self._text, begin, value)
        pairs = self._aligned[key]
        found = bisect_left(pairs, (start, 0))
        if found == len(pairs):
            return Place(node.line, node.column)
        at = pairs[found][1]
        line = bisect_right(lines, at)
        return Place(line, at - lines[line - 1] + 1)

    @property
    def _lines(self) -> list[int]:
        """Where each line begins."""
        if not self._starts:
            self._starts = [0, *(found.end() for found in _BREAK.finditer(self._text))]
        return self._starts

    def _node(self, position: int, field: str) -> Scalar | None:
        if self._tasks is None:
            self._tasks = list(_tasks(compose(self._text, Problems(self.file))))
        named = _FIELD.fullmatch(field)
        if named is None or position >= len(self._tasks):
            return None
        node = self._tasks[position].get(named[1])
        # One value may stand for a list of one.
        items = node.items if isinstance(node, ListNode) else [node]
        index = int(named[2] or 0)
        item = items[index] if index < len(items) else None
        return item if isinstance(item, Scalar) else None


def _tasks(root: Node | None) -> Iterator[dict[str, Node]]:
    """The values of each task, by key."""
    listed = _values(root).get("tasks")
    for task in listed.items if isinstance(listed, ListNode) else ():
        yield _values(task)


def _values(node: Node | None) -> dict[str, Node]:
    pairs = node.pairs if isinstance(node, MapNode) else ()
    return {key.text: value for key, value in pairs if isinstance(key, Scalar)}


def _aligned(source: str, begin: int, value: str) -> list[tuple[int, int]]:
    """Index in the value and in the source of each visible character, as far as they agree."""
    signs = _visible(source, begin)
    pairs = []
    for index, wanted in enumerate(value):
        if wanted.isspace():
            continue
        for at, character in signs:
            if character == wanted:
                pairs.append((index, at))
                break
            # The value was cleaned after it was read; anything else that is new is not known here.
            if clean(character):
                return pairs
        else:
            return pairs
    return pairs


def _visible(source: str, begin: int) -> Iterator[tuple[int, str]]:
    """Place and meaning of each visible character of a scalar, without its quotes and header."""
    if anchor := _ANCHOR.match(source, begin):
        begin = anchor.end()
    style = source[begin] if begin < len(source) else ""
    if header := _BLOCK_HEADER.match(source, begin):
        begin = header.end()
    at = begin + (style in ("'", '"'))
    while at < len(source):
        character = source[at]
        length = 1
        if style == "'" and character == "'":
            if source[at + 1 : at + 2] != "'":
                return
            length = 2
        elif style == '"' and character == '"':
            return
        elif style == '"' and character == "\\" and (escape := _ESCAPE.match(source, at)):
            length = len(escape.group())
            character = _meaning(escape.group()[1:])
        if not character.isspace():
            yield at, character
        at += length


def _meaning(escape: str) -> str:
    if escape[0] in "xuU" and len(escape) > 1:
        code = int(escape[1:], 16)
        return chr(code) if code <= 0x10FFFF else " "
    return " " if escape[0] in _BLANK_ESCAPES else escape[0]
