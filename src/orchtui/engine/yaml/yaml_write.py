"""Text to YAML that reads well and loses nothing.

A text stands as it is where YAML gives the same text back, as a `|` block when
it has several lines, else in quotes. Whatever YAML 1.1 or 1.2 would take for
something else than text (`no`, `1:30`, `2024-01-01`, `007`) is quoted. This
module never decides what is written or in which order.
"""

import re
from collections.abc import Sequence

import yaml

WIDTH = 100
"""A list longer than this is written with one item a line."""

# What YAML allows unescaped, without the line ends and without the byte order mark.
_PRINTABLE = "\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
_ONE_LINE = re.compile(f"[{_PRINTABLE}]*")
_BLOCK = re.compile(f"[{_PRINTABLE}\t\n]*")
_ESCAPED = re.compile(f'[^{_PRINTABLE}]|["\\\\]')
_ESCAPES = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e", '"': '\\"', "\\": "\\\\"}

_PLAIN_START = re.compile(r"[^\W_]|[/_(.~+]|--?[A-Za-z]")
_NOT_PLAIN = re.compile(r": |:$| #|^\.\.\.")
_NOT_PLAIN_IN_FLOW = re.compile(r"[,\[\]{}?:]")
_NUMBER_LIKE = re.compile(r"(?=.*[0-9])[0-9.+-][0-9a-fA-FoOxX_.:+-]*")
_WORD_LIKE = frozenset({"y", "n"})
# By first character: what YAML 1.1 takes for a date, a number, a word for true, …
_OTHER_TYPES = yaml.SafeLoader.yaml_implicit_resolvers


def quoted(text: str, *, in_flow: bool = False) -> str:
    """A text of any kind on one line: plain where that is safe, else in quotes.

    Args:
        text: Any text.
        in_flow: Whether it stands between `[` and `]`, where less is safe.
    """
    if _is_plain(text) and not (in_flow and _NOT_PLAIN_IN_FLOW.search(text)):
        return text
    if ('"' in text or "\\" in text) and _ONE_LINE.fullmatch(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def block(text: str, indent: int) -> str:
    """A text as the value of a key: a `|` block when it has several lines and YAML allows it.

    Args:
        text: Any text.
        indent: Spaces before the lines of a block.
    """
    body = text.rstrip("\n")
    if "\n" not in text or not body.strip() or not _BLOCK.fullmatch(text):
        return quoted(text)
    # YAML finds the indentation by the first line, unless that is empty or starts with blanks.
    hint = "2" if body[0] in " \t\n" else ""
    ending = len(text) - len(body)
    keep = ("-", "", "+")[min(ending, 2)]
    spaces = " " * indent
    lines = [spaces + line if line else "" for line in body.split("\n")]
    return f"|{hint}{keep}\n" + "\n".join(lines) + "\n" * max(ending - 1, 0)


def sequence(texts: Sequence[str], indent: int, room: int = WIDTH) -> str:
    """A list as all that follows a key's colon: on the same line when it is short.

    Args:
        texts: The items.
        indent: Spaces before the items when each has its own line.
        room: Characters that the line may still have.
    """
    short = "[" + ", ".join(quoted(text, in_flow=True) for text in texts) + "]"
    if not texts or (len(short) <= room and not any("\n" in text for text in texts)):
        return " " + short
    spaces = " " * indent
    return "".join(f"\n{spaces}- {block(text, indent + 2)}" for text in texts)


def _is_plain(text: str) -> bool:
    return bool(
        _PLAIN_START.match(text)
        and text == text.strip()
        and _ONE_LINE.fullmatch(text)
        and not _NOT_PLAIN.search(text)
        and not _NUMBER_LIKE.fullmatch(text)
        and text.lower() not in _WORD_LIKE
        and not any(form.match(text) for _, form in _OTHER_TYPES.get(text[0], ()))
    )


def _escape(found: re.Match[str]) -> str:
    character = found.group()
    return _ESCAPES.get(character) or f"\\u{ord(character):04x}"
