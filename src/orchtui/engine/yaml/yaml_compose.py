"""YAML text to nodes that know their places, within bounds.

`compose` makes `Scalar`, `ListNode` and `MapNode`, each with its line and
column from 1, and collects what is wrong in `Problems`. Depth, number of values
and what aliases expand to are limited, so that no text can hang the program or
fill the memory. This module never turns text into numbers, dates or objects:
every value stays the text that was written.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Protocol, TypeAlias

import msgspec
import yaml

from orchtui.engine.errors import InputError, Problem
from orchtui.engine.text import clean_line
from orchtui.engine.yaml.yaml_syntax import explain

DEFAULT_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it; else ten times slower and otherwise the same."""

MAX_DEPTH = 64
"""Lists and mappings inside each other."""
MAX_NODES = 1_000_000
"""Values in a document, those that aliases repeat not counted."""
MAX_ALIASED = 100_000
"""Values that aliases may repeat, all together."""
MAX_DIRECTIVES = 100
"""Lines that start with `%`; libyaml takes a time that grows with their square."""
MAX_PROBLEMS = 1_000
"""Problems that are kept; the others are only counted."""

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
# YAML 1.1 section 5.1; surrogates, which UTF-8 can not carry, are left out.
_NOT_ALLOWED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DIRECTIVE = re.compile("(?:^|[\r\n\x85\u2028\u2029])%")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


class Placed(Protocol):
    """Whatever has a place in a text; both count from 1."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Place(msgspec.Struct, frozen=True):
    """A place in a text."""

    line: int = 0
    column: int = 0


class Scalar(msgspec.Struct):
    """One value, as text."""

    line: int
    column: int
    text: str
    plain: bool
    """Whether it stands without quotes and is no block."""

    @property
    def is_null(self) -> bool:
        """Whether nothing, `~` or `null` is written here."""
        return self.plain and self.text in _NULLS


class ListNode(msgspec.Struct):
    """A list."""

    line: int
    column: int
    items: list["Node"]
    numbers: list[int] = []
    """What problems call its items, where one that was written has become several."""


class MapNode(msgspec.Struct):
    """A mapping; `pairs` may hold a key twice."""

    line: int
    column: int
    pairs: list[tuple["Node", "Node"]]


Node: TypeAlias = Scalar | ListNode | MapNode


class Problems:
    """What is wrong with one file, collected to be told all at once."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._found: dict[Problem, None] = {}
        self._more = 0

    @property
    def full(self) -> bool:
        """Whether further problems are only counted."""
        return len(self._found) >= MAX_PROBLEMS

    def add(self, at: Placed, message: str) -> None:
        """One more problem; the same one at the same place is told once."""
        self.add_all([Problem(self._file, at.line, at.column, message)])

    def add_all(self, problems: Iterable[Problem]) -> None:
        """Problems of another file too, which this one names."""
        for problem in problems:
            if self.full:
                self._more += 1
            else:
                self._found[problem] = None

    def refuse(self, at: Placed, message: str) -> InputError:
        """A problem after which nothing else can be said; to be raised."""
        self.add(at, message)
        return self._error()

    def raise_any(self) -> None:
        """Raise InputError when there are problems, in the order of the text."""
        if self._found:
            raise self._error()

    def _error(self) -> InputError:
        found = sorted(self._found)
        if self._more:
            found.append(Problem(self._file, 0, 0, f"{self._more:,} more problems, not shown"))
        return InputError(found)


def compose(text: str, problems: Problems, loader: Any = DEFAULT_LOADER) -> Node | None:
    """The one document of a YAML text, or nothing when the text holds none.

    Tags are told to `problems` and then ignored, so that the rest can be read too.

    Args:
        text: YAML 1.1, with or without a byte order mark.
        problems: Where to tell what is wrong.
        loader: The PyYAML loader whose events are used.

    Raises:
        InputError: when this is not YAML, or more of it than the bounds allow.
    """
    text = text.removeprefix("\ufeff")
    if found := _NOT_ALLOWED.search(text):
        code = ord(found.group())
        raise problems.refuse(
            _place_of(text, found.start()),
            f"the character U+{code:04X} is not allowed in YAML; "
            f'write it as "\\u{code:04x}" in double quotes, or remove it',
        )
    if len(_DIRECTIVE.findall(text)) > MAX_DIRECTIVES:
        raise problems.refuse(Place(), f"more than {MAX_DIRECTIVES} lines start with '%'")
    composer = _Composer(problems)
    try:
        return composer.compose(yaml.parse(text, Loader=loader))
    except yaml.MarkedYAMLError as error:
        line, column, message = explain(error, text)
        # libyaml counts an end of line that is not there when a text stops without one.
        end = _place_of(text, len(text))
        at = min(Place(line, column), end, key=lambda place: (place.line, place.column))
        raise problems.refuse(at, message) from None


def _place_of(text: str, index: int) -> Place:
    line, start = 1, 0
    for found in _BREAK.finditer(text, 0, index):
        line, start = line + 1, found.end()
    return Place(line, index - start + 1)


class _Open(msgspec.Struct):
    """A list or mapping whose end has not come yet."""

    node: ListNode | MapNode
    anchor: str | None
    size: int = 1
    """Values in it so far, itself and those that aliases repeat too."""
    children: list[Node] = msgspec.field(default_factory=list)


class _Composer:
    """Puts nodes together from the events of PyYAML, without recursion."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._nodes = 0
        self._aliased = 0
        self._root: Node | None = None

    def compose(self, events: Iterator[Any]) -> Node | None:
        """The root of the only document."""
        documents = 0
        for event in events:
            if isinstance(event, yaml.ScalarEvent):
                place = self._start(event)
                # A plain scalar is the only one that may stand for something else than text.
                plain = event.style is None or event.style == ""
                node = Scalar(place.line, place.column, event.value, plain)
                self._done(node, 1, event.anchor)
            elif isinstance(event, yaml.AliasEvent):
                self._repeat(event)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._open(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self._close()
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._problems.refuse(
                        _place(event),
                        "a second YAML document starts here; only one is allowed in a file",
                    )
        return self._root

    def _start(self, event: Any) -> Place:
        """Count a node, refuse its tag, and say where it stands."""
        place = _place(event)
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise self._problems.refuse(place, f"more than {MAX_NODES:,} values in one file")
        if event.tag is not None and event.tag != "!":
            tag = clean_line(event.tag.replace("tag:yaml.org,2002:", "!!"), 60)
            self._problems.add(place, f"the tag {tag} is not allowed; remove it")
        return place

    def _open(self, event: Any) -> None:
        place = self._start(event)
        if len(self._stack) >= MAX_DEPTH:
            raise self._problems.refuse(
                place, f"nested too deeply; at most {MAX_DEPTH} levels are allowed"
            )
        kind = MapNode if isinstance(event, yaml.MappingStartEvent) else ListNode
        self._stack.append(_Open(kind(place.line, place.column, []), event.anchor))
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)

    def _close(self) -> None:
        done = self._stack.pop()
        if isinstance(done.node, MapNode):
            done.node.pairs = list(zip(done.children[0::2], done.children[1::2], strict=True))
        else:
            done.node.items = done.children
        self._done(done.node, done.size, done.anchor)

    def _repeat(self, event: Any) -> None:
        place = _place(event)
        if event.anchor not in self._anchors:
            name = clean_line(event.anchor, 60)
            raise self._problems.refuse(place, f"the alias *{name} has no &{name} before it")
        node, size = self._anchors[event.anchor]
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            raise self._problems.refuse(
                place, f"aliases repeat more than {MAX_ALIASED:,} values; write them out"
            )
        self._done(node, size, None)

    def _done(self, node: Node, size: int, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = (node, size)
        if self._stack:
            self._stack[-1].children.append(node)
            self._stack[-1].size += size
        else:
            self._root = node


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)
