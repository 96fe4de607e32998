"""The texts in an event, one by one: changed alike wherever they stand.

This module never knows why.
"""

import re
from collections.abc import Callable, Collection
from typing import Any, TypeVar

import msgspec

from orchtui.engine.text import clean

_E = TypeVar("_E", bound=msgspec.Struct)

_SUSPECT = re.compile(
    rb"\\[bfru]|\x7f|\xc2[\x80-\x9f]|\xd8\x9c|\xe2\x80[\x8e\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]"
    rb"|\xef\xbb\xbf|\xef\xbf[\xb9-\xbb]|\xf3\xa0[\x80\x81]"
)
"""What the JSON of a text has in it that `clean` may take something out of. Not the other way
round: a backslash before a `u` is no harm."""


def with_texts(event: _E, change: Callable[[str], str], leave: Collection[str] = ()) -> _E:
    """The event with every text changed.

    Args:
        event: Any event, or another struct of texts.
        change: Text in, text out.
        leave: Fields whose texts stay as they are.
    """

    def changed(value: Any, field: str) -> Any:
        if isinstance(value, str):
            return value if field in leave else change(value)
        if isinstance(value, dict):
            return {name: changed(inner, name) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [changed(inner, field) for inner in value]
        return value

    return msgspec.convert(changed(msgspec.to_builtins(event), ""), type(event))


def clean_event(event: _E, line: bytes | str) -> _E:
    """The event without what could act on a terminal: its journal may be a stranger's.

    Args:
        event: What was read.
        line: What it was read from.
    """
    data = line.encode(errors="replace") if isinstance(line, str) else line
    if no_text_acts(data):
        return event  # nearly every line, and quicker than the pattern by far
    return with_texts(event, clean) if _SUSPECT.search(data) else event


def no_text_acts(data: bytes) -> bool:
    """Whether it can be seen at a glance that no text in this JSON can act on a terminal."""
    return data.isascii() and b"\\" not in data and b"\x7f" not in data
