"""A linter for agent files: everything that their owner may want to know, with lines.

Beside what loading tells: the fields that have no effect here, the tools that
nobody has, backends and profiles that there are not, and names that stand in a
folder twice. This module never prints and
never changes a file.
"""

import difflib
import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from orchtui.engine.agents.agent_fields import why_ignored
from orchtui.engine.agents.agent_file import split
from orchtui.engine.agents.agent_places import places, read_bytes
from orchtui.engine.agents.agent_tools import TOOLS, granted
from orchtui.engine.agents.front_matter import Field, read_head
from orchtui.engine.agents.specialists import Diagnostic, Specialist, name_key, parse
from orchtui.engine.backends.claude_tools import NAMES as CLAUDES_TOOLS
from orchtui.engine.backends.claude_tools import claude_tools
from orchtui.engine.plans.backend_names import NAMES
from orchtui.engine.text import clean_line
from orchtui.engine.yaml.yaml_compose import MapNode, Scalar
from orchtui.engine.yaml.yaml_values import shown, suggestion

_Found = tuple[int, str, Literal["info", "warning"]]
"""Line, message and severity."""


class Checked(NamedTuple):
    """What came of one file."""

    path: Path
    specialist: Specialist | None
    diagnostics: tuple[Diagnostic, ...]
    """In the order of the lines."""


def check_files(path: Path, profiles: Collection[str] = ()) -> Iterator[Checked]:
    """Check a file, or every agent file in a folder and the folders below it.

    Args:
        path: A file, whatever its name ends with, or a folder.
        profiles: Those that the configuration has.
    """
    if not os.path.isdir(path):
        yield _check(path, None, profiles)
        return
    first: dict[str, Path] = {}
    for place in places(path):
        checked = _check(Path(place.path), place.trouble, profiles)
        if (specialist := checked.specialist) is not None:
            key = name_key(specialist.name)
            other = first.setdefault(key, checked.path)
            if other is not checked.path:
                twice = f"'{specialist.name}' is also the name in {other}: that one is used"
                found = Diagnostic(checked.path, clean_line(twice), 0, "warning")
                checked = checked._replace(diagnostics=(found, *checked.diagnostics))
        yield checked


def _check(path: Path, trouble: str | None, profiles: Collection[str]) -> Checked:
    try:
        if trouble is not None:
            raise ValueError(trouble)
        data = read_bytes(path)
        specialist, told = parse(data, path)
    except ValueError as error:
        return Checked(path, None, (Diagnostic(path, clean_line(str(error))),))
    if specialist is None:
        return Checked(path, None, told)
    more = [
        Diagnostic(path, clean_line(message), line, severity)
        for line, message, severity in _of_fields(specialist, data, profiles)
    ]
    diagnostics = sorted((*specialist.diagnostics, *more), key=lambda one: one.line)
    return Checked(path, specialist, tuple(diagnostics))


def _of_fields(specialist: Specialist, data: bytes, profiles: Collection[str]) -> Iterator[_Found]:
    """Fields and tools that nobody here does anything with, ways to run that there are not."""
    text = split(data)
    head = read_head(text.head, text.head_line) if text.head is not None else None
    fields = head.fields if head is not None else {}
    yield from _without_effect(specialist, fields)
    if (way := fields.get("orchtui")) is not None and isinstance(way.value, MapNode):
        yield from _no_such_way(way.value, profiles)


def _no_such_way(way: MapNode, profiles: Collection[str]) -> Iterator[_Found]:
    """What stands under `orchtui:` and names nothing that there is here."""
    for key, value in way.pairs:
        if not isinstance(key, Scalar) or not isinstance(value, Scalar) or value.is_null:
            continue
        name, backends = value.text, (*NAMES, *profiles)
        if key.text == "backend" and name not in backends:
            hint = suggestion(name, backends) or f"; there are {', '.join(backends)}"
            yield value.line, f"orchtui: there is no backend {shown(name)}{hint}", "warning"
        elif key.text == "profile" and name in NAMES:
            why = f"'{name}' is a backend and no profile; write backend: {name}"
            yield value.line, f"orchtui: {why}", "warning"
        elif key.text == "profile" and name not in profiles:
            there = ", ".join(profiles) or "none"
            hint = suggestion(name, tuple(profiles)) or f"; it has {there}"
            why = f"the configuration has no profile {shown(name)}{hint}"
            yield value.line, f"orchtui: {why}", "warning"


def _without_effect(specialist: Specialist, fields: Mapping[str, Field]) -> Iterator[_Found]:
    lines = {field.key: field.line for field in fields.values()}
    for key in specialist.ignored:
        yield lines.get(key, 0), f"'{key}' has no effect here: {why_ignored(key)}", "info"
    grant = granted(specialist.tools, specialist.disallowed_tools, specialist.permission_mode)
    if grant.nobody:
        field = fields.get("tools") or fields.get("allowedtools")
        names = ", ".join(grant.nobody)
        line = field.line if field is not None else 0
        yield (
            line,
            f"through an API nobody has {names}; a program may have tools of its own",
            "info",
        )
        for name in claude_tools(grant.nobody).unknown:
            # A name that is close to a tool's is hardly that of another program's tool.
            if meant := difflib.get_close_matches(
                name[:60], (*TOOLS, *CLAUDES_TOOLS), n=1, cutoff=0.7
            ):
                yield line, f"there is no tool '{name}'; did you mean {meant[0]}?", "warning"
