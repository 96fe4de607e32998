"""What an agent program prints, as BackendEvents: what all formats have in common.

A format is one class that is given the program's lines, one JSON object each.
What comes from a program may lack any field or have it in another form: it is
looked at through `text`, `part` and `number`, which never raise. This module
never runs a program.
"""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from orchtui.engine.backends.base import BackendEvent, Finished

Line = Mapping[str, Any]


class Output(Protocol):
    """The reader of one program's output, for one run of it."""

    tools: set[str]
    """What it waits for, such as calls of tools that have not returned: meanwhile silence is
    normal."""

    finished: Finished | None
    """Set when the program has said its last word, and it was a good one."""

    def read(self, line: Line) -> Iterator[BackendEvent]:
        """What one line says; nothing for one that only shows that the program lives.

        Raises:
            BackendError: when the line says that the work failed.
        """


def parse(line: bytes) -> Line | None:
    """A line as a JSON object; `None` where it is none."""
    try:
        # Not msgspec: a lone surrogate, which JavaScript's programs can print, is no reason here
        # to lose a line.
        value = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def part(line: Line, *names: str) -> Line:
    """The object below these names, one in the other; an empty one where there is none."""
    for name in names:
        value = line.get(name)
        if not isinstance(value, dict):
            return {}
        line = value
    return line


def parts(line: Line, name: str) -> list[Line]:
    """The objects in the list of this name."""
    value = line.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def text(line: Line, *names: str) -> str:
    """The first of these fields that is a text with something in it; else nothing."""
    for name in names:
        value = line.get(name)
        if isinstance(value, str) and value:
            return value
    return ""


def number(line: Line, name: str) -> int:
    """A count; 0 where there is none."""
    value = line.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return 0
    return min(max(0, int(value)), 2**53)


def amount(line: Line, name: str) -> float | None:
    """A sum of money; `None` where there is none."""
    value = line.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return min(max(0.0, float(value)), 1e9)


def as_json(value: object) -> str:
    """A tool's arguments or answer as one text: as they are, or as JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:  # deeper than what could just be read
        return "(too deep to show)"
