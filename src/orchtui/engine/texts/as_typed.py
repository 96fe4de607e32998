"""A command line or an address as a person would type it, so that nothing in it can hide.

What is not plainly visible (control characters, characters that turn the
writing direction, blanks that are no space) is written as an escape. The text
is exact: two different command lines never look the same. This module never
shortens anything, and never decides whether something may run.
"""

import re
import shlex
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

_NAMED = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", "\x07": "\\a"}

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that count as visible and show nothing."""

_MANY_SPACES = 12
"""More of them in a row could push the end of a command out of sight."""

_RUN_OF_SPACES = re.compile(rf" {{{_MANY_SPACES + 1},}}")

_MANY_MARKS = 2
"""Marks on one letter; more are no writing, and cover what stands beside them."""


def command_line(argv: Sequence[str]) -> str:
    """The arguments as one line for a shell; bash reads it as exactly these arguments."""
    return " ".join(_argument(argument) for argument in argv)


def visible(text: str) -> str:
    """A name or a path, its backslashes doubled: so an escape is never part of the name itself."""
    return _escaped(text)


def address(url: str) -> str:
    """An address without its password; letters that only look like others, and who is really
    asked, are told."""
    before, at, after = url.partition("@")
    if at and before.count(":") > 1:  # the first one ends `https`
        url = f"{before[: before.index(':', before.index(':') + 1)]}:***@{after}"
    shown = "".join(
        character if character.isascii() else _escape(character) for character in visible(url)
    )
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return shown
    misleading = "@" in parts.netloc or "\\" in url
    return f"{shown} (the host is {visible(host)})" if misleading else shown


def _argument(text: str) -> str:
    if not _hides(text):
        return shlex.quote(text)
    escaped = _escaped(text).replace("'", "\\'")
    return f"$'{escaped}'"


def _hides(text: str) -> bool:
    if text.isascii() and text.isprintable():
        return _RUN_OF_SPACES.search(text) is not None
    return any(_is_hidden(text, place) for place in range(len(text))) or (
        _RUN_OF_SPACES.search(text) is not None
    )


def _is_hidden(text: str, place: int) -> bool:
    character = text[place]
    if " " <= character <= "~":
        return False
    if not character.isprintable() or character in _BLANK:
        return True
    kind = unicodedata.category(character)
    if kind == "Me" or "\ufe00" <= character <= "\ufe0f" or character >= "\U000e0000":
        return True
    if kind != "Mn":
        return False
    before = text[max(0, place - _MANY_MARKS) : place]
    # A mark at the very beginning would stand on the quote before it.
    return not before or (
        len(before) == _MANY_MARKS and all(unicodedata.category(c) == "Mn" for c in before)
    )


def _escaped(text: str) -> str:
    pieces = []
    for place, character in enumerate(text):
        if character == "\\":
            pieces.append("\\\\")
        elif _is_hidden(text, place):
            pieces.append(_escape(character))
        else:
            pieces.append(character)
    return _RUN_OF_SPACES.sub(lambda run: "\\x20" * len(run[0]), "".join(pieces))


def _escape(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a name that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
