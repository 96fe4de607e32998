"""The generators of one entry, each read as the items that the entry is repeated for.

An item knows what it fills, how a title names it, what is added to a prompt that does not name
it, and how it can stand in an id. This module never makes a task.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from orchtui.engine.errors import InputError
from orchtui.engine.generators.entry_keys import HIGHEST_MOST, LISTS
from orchtui.engine.generators.matched_files import NoFiles, ProjectFiles
from orchtui.engine.generators.parameter_tables import BadTable, ParameterTable, read_table
from orchtui.engine.paths.paths import is_glob
from orchtui.engine.text import clean_line
from orchtui.engine.yaml.yaml_compose import ListNode, Node, Problems, Scalar
from orchtui.engine.yaml.yaml_values import Misfit, exact, kind_of, line, shown, whole

LONGEST_TAIL = 24
"""Characters of a value in an id; a longer one ends at a word."""

_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")
_IN_TITLES = 40


@dataclass(frozen=True, slots=True)
class Item:
    """One of the things that an entry is repeated for."""

    values: dict[str, str]
    """What its placeholders stand for, by name."""
    words: str
    """What tells it from the others, for a title."""
    told: str = ""
    """Lines for a prompt that does not name it."""


@dataclass(frozen=True, slots=True)
class Generator:
    """One key of an entry, read."""

    key: str
    items: tuple[Item, ...]
    names: tuple[str, ...]
    """Its placeholders."""
    naming: tuple[str, ...]
    """Those of them that say all of it to who reads the prompt: no line is added then."""
    tails: tuple[str, ...]
    """What stands in an id for each item: words where they are readable and all different, else
    numbers from 1."""
    reads: str = ""
    """What each task reads by it: `{file}`."""


class Sources:
    """The project's files and tables, each looked at once for one plan. Blocks.

    Args:
        project: Path of the project folder; the working folder when it is not said.
    """

    def __init__(self, project: Path | None) -> None:
        self._named = project
        self._files: ProjectFiles | None = None
        self._tables: dict[str, ParameterTable] = {}

    def matched(self, pattern: str) -> list[str]:
        """See `ProjectFiles.matched`; raises InputError too, when there is no folder."""
        if self._files is None:
            self._files = ProjectFiles(self._project())
        return self._files.matched(pattern)

    def table(self, path: str) -> ParameterTable:
        """See `read_table`."""
        if path not in self._tables:
            self._tables[path] = read_table(self._project(), path)
        return self._tables[path]

    def _project(self) -> Path:
        try:
            return (self._named or Path()).absolute()
        except FileNotFoundError:
            raise InputError.of("the working folder was deleted; go to another one") from None


def read_generator(key: str, node: Node, problems: Problems, sources: Sources) -> Generator | None:
    """The items that a key stands for; nothing where it has something wrong, which is told.

    Args:
        key: One of GENERATORS.
        node: Its value.
        problems: Where to tell.
        sources: What files and tables there are.
    """
    try:
        if key == "variants":
            return _variants(whole(1, HIGHEST_MOST)(node, problems, key))
        if key in LISTS:
            return _list(key, node, problems)
        if key == "files":
            return _files(node, problems, sources)
        return _table(node, problems, sources)
    except Misfit as misfit:
        problems.add(misfit.at, str(misfit))
    except InputError as error:
        problems.add_all(error.problems)
    return None


def _variants(count: int) -> Generator:
    numbers = tuple(map(str, range(1, count + 1)))
    items = tuple(
        Item({"variant": number}, number, f"Variant: {number} of {count}") for number in numbers
    )
    return Generator("variants", items, ("variant",), ("variant",), numbers)


def _list(key: str, node: Node, problems: Problems) -> Generator | None:
    name = LISTS[key]
    written = _several(key, node, problems)
    items = tuple(
        Item({name: value}, clean_line(value, _IN_TITLES), f"{name.capitalize()}: {value}")
        for value in written
    )
    return Generator(key, items, (name,), (name,), _tails(written)) if items else None


def _several(key: str, node: Node, problems: Problems) -> list[str]:
    """The items of a list; none where one of them is wrong."""
    found: dict[str, None] = {}
    wrong = False
    for one in _nodes(key, node):
        try:
            value = line(one, problems, f"an item of {key}").strip()
            if not value:
                raise Misfit(one, f"an item of {key} must not be empty")
            if value in found:
                raise Misfit(one, f"{shown(value)} is listed twice in {key}")
            found[value] = None
        except Misfit as misfit:
            wrong = True
            problems.add(misfit.at, str(misfit))
    return [] if wrong else list(found)


def _nodes(key: str, node: Node) -> Sequence[Node]:
    """The items of a list, or the one value that stands for a list of one."""
    if isinstance(node, Scalar) and not node.is_null:
        return [node]
    if not isinstance(node, ListNode):
        raise Misfit(node, f"{key} must be a list, not {kind_of(node)}")
    if not node.items:
        raise Misfit(node, f"{key} must have at least one item")
    return node.items


def _files(node: Node, problems: Problems, sources: Sources) -> Generator | None:
    found: dict[str, None] = {}
    wrong = False
    for one in _nodes("files", node):
        try:
            pattern = exact(one, problems, "a pattern of files")
            found.update(dict.fromkeys(sources.matched(pattern)))
        except Misfit as misfit:
            wrong = True
            problems.add(misfit.at, str(misfit))
        except NoFiles as error:
            wrong = True
            problems.add(one, f"files: {shown(pattern)}: {error}")
    if wrong:
        return None
    paths = sorted(found)
    items = tuple(Item(_of_file(path), clean_line(path, 100), f"File: {path}") for path in paths)
    return Generator(
        "files",
        items,
        ("file", "file_name", "file_stem"),
        ("file",),
        _file_tails(paths),
        # A name with a star in it would be taken for a pattern.
        "" if any(map(is_glob, paths)) else "{file}",
    )


def _of_file(path: str) -> dict[str, str]:
    name = path.rpartition("/")[2]
    stem = name[: name.rfind(".")] if name.rfind(".") > 0 else name
    return {"file": path, "file_name": name, "file_stem": stem}


def _table(node: Node, problems: Problems, sources: Sources) -> Generator:
    path = exact(node, problems, "table")
    try:
        table = sources.table(path)
    except BadTable as error:
        raise Misfit(node, f"table: {shown(path)}: {error}") from None
    items = tuple(Item(*_of_row(table, row)) for row in table.rows)
    first = [row[0] for row in table.rows]
    return Generator("table", items, table.columns, table.columns, _tails(first))


def _of_row(table: ParameterTable, row: Sequence[str]) -> tuple[dict[str, str], str, str]:
    values = dict(zip(table.columns, row, strict=True))
    told = "\n".join(f"{name}: {value}" for name, value in values.items() if value)
    return values, clean_line(" ".join(row[0].split()), _IN_TITLES), told


# --- what stands in an id -----------------------------------------------------------------------


def _file_tails(paths: Sequence[str]) -> tuple[str, ...]:
    names = [_of_file(path)["file_stem"] for path in paths]
    return _slugs(names) or _slugs(paths) or _numbers(paths)


def _tails(values: Sequence[str]) -> tuple[str, ...]:
    return _slugs(values) or _numbers(values)


def _numbers(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(map(str, range(1, len(values) + 1)))


def _slugs(values: Sequence[str]) -> tuple[str, ...]:
    """Words for each value; none at all where one has none, or two have the same."""
    slugs = tuple(map(_slug, values))
    return slugs if all(slugs) and len(set(slugs)) == len(slugs) else ()


def _slug(value: str) -> str:
    """A value in the letters of an id, cut at a word; empty where other letters would be lost."""
    plain = unicodedata.normalize("NFKD", value).lower()
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    if any(sign.isalnum() and not sign.isascii() for sign in bare):
        return ""
    words = _NOT_IN_IDS.sub("-", bare).strip("-")
    if len(words) <= LONGEST_TAIL:
        return words
    return words[: max(0, words.rfind("-", 0, LONGEST_TAIL + 1))]
