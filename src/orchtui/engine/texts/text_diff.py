"""The difference of two files, as text for a person: a unified diff, within bounds.

This module never reads a file.
"""

from difflib import unified_diff

from orchtui.engine.text import clean

LONGEST = 2000
"""Lines of a diff that are shown."""
LARGEST = 1_000_000
"""Bytes of a file that is compared line by line."""
MOST_LINES = 20_000
"""Lines of a file that is compared line by line: the time grows with their square."""

NO_LINE_END = "\\ No newline at end of file"


def text_diff(path: str, before: bytes | None, after: bytes | None) -> str:
    """A unified diff, cleaned, without a line end at its end; nothing where both are the same.

    Args:
        path: What the file is called.
        before: What it holds; `None` where it is not there.
        after: What it is to hold; `None` where it is to go.
    """
    if before == after:
        return ""
    old = "/dev/null" if before is None else f"a/{path}"
    new = "/dev/null" if after is None else f"b/{path}"
    head = clean(f"--- {old}\n+++ {new}")
    texts = [_text(data) for data in (before, after)]
    if None in texts:
        return f"{head}\n{_sizes(before, after, 'not compared: binary')}"
    one, other = (_lines(text or "") for text in texts)
    size = max(len(before or b""), len(after or b""))
    if size > LARGEST or max(len(one), len(other)) > MOST_LINES:
        return f"{head}\n{_sizes(before, after, 'not compared: too large')}"
    lines = list(unified_diff(one, other, old, new, lineterm=""))[2:]
    if not lines:
        return f"{head}\n(an empty file)"
    shown = [_shown(line) for line in lines[:LONGEST]]
    if len(lines) > LONGEST:
        shown.append(f"… {len(lines) - LONGEST} more lines")
    return "\n".join([head, *shown])


def _shown(line: str) -> str:
    """A line with its mark; where the file ends without a line end, the next line says so."""
    whole = line.endswith("\n") or line.startswith("@@")
    # What is cleaned may hold other line ends, which must not look like lines of the diff.
    text = clean(line.removesuffix("\n").replace("\r", "␍")).replace("\n", "␤")
    return text if whole else f"{text}\n{NO_LINE_END}"


def _lines(text: str) -> list[str]:
    """Lines with their ends, split at nothing but line feeds."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _text(data: bytes | None) -> str | None:
    """The text of a file; `None` for one that holds no text."""
    if data is None:
        return ""
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _sizes(before: bytes | None, after: bytes | None, why: str) -> str:
    if before is None:
        return f"{why}, {len(after or b''):,} bytes"
    if after is None:
        return f"{why}, {len(before):,} bytes are removed"
    return f"{why}, {len(before):,} bytes before, {len(after):,} after"
