"""Tables of parameters: rows of a CSV or YAML file, every value as it was written.

The file is below the project folder, holds no secret by its name, and has a bounded size. All
that is wrong with it is told at once, with its own lines. This module never asks what the columns
are for.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from orchtui.engine.generators.matched_files import project_rules
from orchtui.engine.generators.placeholders_in import NAME, NAME_ALLOWED
from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.path_names import Denied
from orchtui.engine.text import clean
from orchtui.engine.texts.input_file import decode
from orchtui.engine.yaml.yaml_compose import (
    ListNode,
    MapNode,
    Place,
    Placed,
    Problems,
    Scalar,
    compose,
)
from orchtui.engine.yaml.yaml_nodes import entries_of_mapping
from orchtui.engine.yaml.yaml_values import kind_of, shown

LARGEST = 1_000_000
"""Bytes of a table."""

MOST_COLUMNS = 100

_DELIMITERS = (",", "\t", ";")
"""What may stand between columns; the first that the header has is meant."""

_WANTED = "a table is a .csv, .tsv, .yaml or .yml file"

_FORBIDDEN = "it is called like a secret, or is one of orchtui's own; name another one"


class BadTable(ValueError):
    """A table that can not be read at all; the message says why."""


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """Rows of values, one for each column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def read_table(project: Path, path: str) -> ParameterTable:
    """Read a table. Blocks.

    Args:
        project: Absolute path of the project folder.
        path: Of the table, from there.

    Raises:
        BadTable: when there is no such file, or it may not be read.
        InputError: with everything that is wrong inside.
    """
    ending = path.rpartition(".")[2].lower()
    if ending not in ("csv", "tsv", "yaml", "yml"):
        raise BadTable(_WANTED)
    rules = project_rules(project)
    try:
        data = (
            Fence(project, LARGEST)
            .read(path, lambda real: _FORBIDDEN if rules.unreadable(real) else None)
            .data
        )
    except Denied as denied:
        raise BadTable(denied.why) from None
    name = clean(path)
    text = decode(data, name).removeprefix("\ufeff")
    problems = Problems(name)
    read = _read_yaml if ending in ("yaml", "yml") else _read_csv
    table = read(text, problems)
    problems.raise_any()
    if not table.rows:
        raise problems.refuse(Place(1, 1), "the table has no rows; each row is a task")
    return table


def _is_column(name: str, first: dict[str, Placed], at: Placed, problems: Problems) -> None:
    """Tell what is wrong with the name of a column."""
    if not NAME.fullmatch(name):
        problems.add(at, f"a column needs a name ({NAME_ALLOWED}), not {shown(name)}")
    elif name in first:
        problems.add(at, f"duplicate column {shown(name)}")
    first.setdefault(name, at)
    if len(first) == MOST_COLUMNS + 1:
        problems.add(at, f"too many columns; at most {MOST_COLUMNS}")


# --- CSV, as RFC 4180 has it --------------------------------------------------------------------


def _read_csv(text: str, problems: Problems) -> ParameterTable:
    head = text.lstrip("\r\n").partition("\n")[0]
    delimiter = next((sign for sign in _DELIMITERS if sign in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    line = 1
    try:
        for fields in reader:
            values = tuple(clean(field).strip() for field in fields)
            if not any(values):
                pass  # an empty line
            elif not columns:
                columns = values
                _look_at_header(fields, line, problems)
            elif len(values) != len(columns):
                problems.add(
                    Place(line, 1),
                    f"{_count(len(values), 'value')}, but the header has "
                    f"{_count(len(columns), 'column')}",
                )
            else:
                rows.append(values)
            line = reader.line_num + 1
    except csv.Error as error:
        raise problems.refuse(Place(line, 1), f"this is not CSV: {error}") from None
    if not columns:
        raise problems.refuse(Place(1, 1), "the table is empty; it begins with a line of names")
    return ParameterTable(columns, tuple(rows))


def _look_at_header(fields: list[str], line: int, problems: Problems) -> None:
    first: dict[str, Placed] = {}
    column = 1
    for field in fields:
        _is_column(clean(field).strip(), first, Place(line, column), problems)
        column += len(field) + 1  # further to the right where there are quotes


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


# --- YAML ---------------------------------------------------------------------------------------


def _read_yaml(text: str, problems: Problems) -> ParameterTable:
    root = compose(text, problems)
    if not isinstance(root, ListNode) or not root.items:
        raise problems.refuse(root or Place(1, 1), "a table in YAML is a list of rows: - {a: 1}")
    columns: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    for number, item in enumerate(root.items, 1):
        if not isinstance(item, MapNode):
            problems.add(item, f"row {number} must be a mapping, not {kind_of(item)}")
            continue
        said: dict[str, str] = {}
        first: dict[str, Placed] = {}
        for key, value in entries_of_mapping(item, problems, f"row {number}"):
            name = clean(key.text).strip()
            if not columns:
                _is_column(name, first, key, problems)
            elif name not in columns:
                problems.add(key, f"the first row has no {shown(name)}; all rows have its names")
            if isinstance(value, Scalar):
                said[name] = "" if value.is_null else clean(value.text).strip()
            else:
                problems.add(value, f"{shown(name)} must be text, not {kind_of(value)}")
                said[name] = ""
        if not said:
            problems.add(item, f"row {number} is empty")
            continue
        columns = columns or tuple(said)
        for missing in (name for name in columns if name not in said):
            problems.add(item, f"row {number} needs {shown(missing)}, which the first row has")
        rows.append(tuple(said.get(name, "") for name in columns))
    return ParameterTable(columns, tuple(rows))
