"""A linter for agent files: everything that their owner may want to know, with lines.

Beside what loading tells: the fields that have no effect here, the tools that
nobody has, and names that stand in a folder twice. This module never prints and
never changes a file.
"""

import difflib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from orchtui.engine.agent_fields import why_ignored
from orchtui.engine.agent_file import split
from orchtui.engine.agent_places import places, read_bytes
from orchtui.engine.agent_tools import TOOLS, granted
from orchtui.engine.backends.claude_tools import NAMES, claude_tools
from orchtui.engine.front_matter import read_head
from orchtui.engine.specialists import Diagnostic, Specialist, name_key, parse
from orchtui.engine.text import clean_line


class Checked(NamedTuple):
    """What came of one file."""

    path: Path
    specialist: Specialist | None
    diagnostics: tuple[Diagnostic, ...]
    """In the order of the lines."""


def check_files(path: Path) -> Iterator[Checked]:
    """Check a file, or every agent file in a folder and the folders below it.

    Args:
        path: A file, whatever its name ends with, or a folder.
    """
    if not os.path.isdir(path):
        yield _check(path, None)
        return
    first: dict[str, Path] = {}
    for place in places(path):
        checked = _check(Path(place.path), place.trouble)
        if (specialist := checked.specialist) is not None:
            key = name_key(specialist.name)
            other = first.setdefault(key, checked.path)
            if other is not checked.path:
                twice = f"'{specialist.name}' is also the name in {other}: that one is used"
                found = Diagnostic(checked.path, clean_line(twice), 0, "warning")
                checked = checked._replace(diagnostics=(found, *checked.diagnostics))
        yield checked


def _check(path: Path, trouble: str | None) -> Checked:
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
        for line, message, severity in _without_effect(specialist, data)
    ]
    diagnostics = sorted((*specialist.diagnostics, *more), key=lambda one: one.line)
    return Checked(path, specialist, tuple(diagnostics))


def _without_effect(
    specialist: Specialist, data: bytes
) -> Iterator[tuple[int, str, Literal["info", "warning"]]]:
    """Fields and tools that nobody here does anything with, and their lines."""
    text = split(data)
    head = read_head(text.head, text.head_line) if text.head is not None else None
    fields = head.fields if head is not None else {}
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
            if meant := difflib.get_close_matches(name[:60], (*TOOLS, *NAMES), n=1, cutoff=0.7):
                yield line, f"there is no tool '{name}'; did you mean {meant[0]}?", "warning"
