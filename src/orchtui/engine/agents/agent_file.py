"""Bytes of an agent file, as its front matter and its body.

What people really have is read, whatever wrote it: other encodings and line
ends, a fence that is indented, closed with `...`, missing or never closed, the
whole in a code block. Each of these is told as a Note with its line. Lines
count from 1 in the file as it is. This module never opens a file and does not
know what a field means; `front_matter` reads the fields.
"""

import codecs
import re
from typing import Literal, NamedTuple

from orchtui.engine.text import clean

Severity = Literal["error", "warning", "info"]

MAX_HEAD = 100_000
"""Characters of a front matter; real ones have a few hundred."""

_PLAIN = bytes([9, 10, *range(32, 127)])
"""What needs no cleaning."""

_FENCE = re.compile(r"([ \t]*)-{3,}[ \t]*")
_END = re.compile(r"[ \t]*(?:-{3,}|\.{3})[ \t]*")
_CODE = re.compile(r"[ \t]*(?:```+|~~~+)[ \t]*[A-Za-z]*[ \t]*")
_FIRST_FIELD = re.compile(r"[ \t]*(?:name|description)[ \t]*:", re.IGNORECASE)
_FIELD = re.compile(r"[ \t]*[A-Za-z_][\w.-]{0,40}[ \t]*:(?:\s|$)")
_LOWER = re.compile(r"[ \t]*[a-z_][\w.-]{0,40}[ \t]*:(?:\s|$)")
"""A field where the text may be the body already: its sentences begin with capitals."""
_BODY = re.compile(r"#{1,6} |You are ")
"""How instructions begin."""
_INSIDE = re.compile(r"[ \t]+\S|[ \t]*-[ \t]")
_SAYS_MORE = re.compile(r"(?:name|description|tools|model|color)[ \t]*:")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


class Note(NamedTuple):
    """Something to tell about a file."""

    line: int
    """From 1; 0 where it is about the whole file."""
    severity: Severity
    message: str


class AgentText(NamedTuple):
    """An agent file in its two parts."""

    head: str | None
    """The front matter without its fences; `None` where there is none."""
    head_line: int
    """The line on which `head` begins."""
    body: str
    whole: str
    """All of it, for where the front matter turns out to be none."""
    notes: tuple[Note, ...]


def split(data: bytes) -> AgentText:
    """Take an agent file apart.

    Args:
        data: The whole file.

    Raises:
        ValueError: when this is not text; with one line that says why.
    """
    notes: list[Note] = []
    text = _decoded(data, notes)
    lines, whole = text.split("\n"), text.strip()
    first, wrapped = _skip(lines)
    if first == len(lines):
        return AgentText(None, 0, whole, whole, tuple(notes))
    fence = _FENCE.fullmatch(lines[first])
    if fence is None and not _FIRST_FIELD.match(lines[first]):
        return AgentText(None, 0, whole, whole, tuple(notes))
    start = first + 1 if fence else first
    end, after = _close(lines, start, fence is not None, notes)
    if end is None:
        return AgentText(None, 0, whole, whole, tuple(notes))
    if fence is None:
        notes.append(Note(first + 1, "warning", "the front matter does not begin with a line ---"))
    if wrapped:
        notes.append(Note(wrapped, "warning", "the front matter stands in a code block"))
        after = _past_code(lines, after)
    head, body = lines[start:end], lines[after:]
    # The spaces that a line itself begins with, where there is no fence to go by.
    before = lines[first][: len(lines[first]) - len(lines[first].lstrip(" \t"))]
    if before:
        head, body = _without(before, head), _without(before, body)
    kept = "\n".join(head)
    if len(kept) > MAX_HEAD:
        notes.append(
            Note(start + 1, "warning", f"only {MAX_HEAD:,} characters of the front matter are read")
        )
    return AgentText(kept[:MAX_HEAD], start + 1, "\n".join(body).strip(), whole, tuple(notes))


def _decoded(data: bytes, notes: list[Note]) -> str:
    """The text, made safe, with `\\n` for every kind of line end."""
    if not data.translate(None, _PLAIN):
        return data.decode("ascii")
    text = _unicode(data, notes)
    controls = _CONTROL.findall(text)
    if len(controls) > 8 + len(text) // 20:
        raise ValueError("this is not text")
    safe = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    if controls:
        line = _line_of(text, _CONTROL.search(text))
        zeros = text.count("\0")
        what = f"{zeros} NUL characters" if zeros else "control characters"
        notes.append(Note(line, "warning" if zeros else "info", f"{what} were removed"))
    elif len(safe) < len(text.replace("\r\n", "\n")):
        notes.append(Note(0, "info", "characters that nobody would see were removed"))
    return safe


def _unicode(data: bytes, notes: list[Note]) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        notes.append(Note(0, "warning", "this is UTF-16; save it as UTF-8"))
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if b"\0" in data:
            raise ValueError("this is not text") from None
    try:
        text, name = data.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, name = data.decode("latin-1"), "Latin-1"
    notes.append(Note(line, "warning", f"this is not UTF-8; read as {name}; save it as UTF-8"))
    return text


def _line_of(text: str, match: re.Match[str] | None) -> int:
    return len(re.findall(r"\r\n?|\n", text[: match.start() if match else 0])) + 1


def _skip(lines: list[str]) -> tuple[int, int]:
    """Where the text begins, behind blank lines, comments of HTML and the start of a code block;
    and the line of that start, or 0."""
    at, wrapped = 0, 0
    while at < len(lines):
        line = lines[at].strip()
        if line.startswith("<!--"):
            while at < len(lines) - 1 and "-->" not in lines[at]:
                at += 1
        elif not wrapped and _CODE.fullmatch(lines[at]) and _starts(lines[at + 1 : at + 4]):
            wrapped = at + 1
        elif line:
            break
        at += 1
    return at, wrapped


def _starts(lines: list[str]) -> bool:
    """Whether a front matter begins with these lines."""
    first = next((line for line in lines if line.strip()), "")
    return bool(_FENCE.fullmatch(first) or _FIRST_FIELD.match(first))


def _past_code(lines: list[str], after: int) -> int:
    """Where the body begins when a code block around the front matter, or around all, is closed."""
    for place in (after, len(lines) - 1):
        while place < len(lines) and place > after and not lines[place].strip():
            place -= 1
        if place < len(lines) and lines[place].strip() in ("```", "~~~", "````"):
            lines[place] = ""
            break
    return after


def _close(lines: list[str], start: int, fenced: bool, notes: list[Note]) -> tuple[int | None, int]:
    """Where the front matter ends, and where the body begins; no end: there is none."""
    indent = len(lines[start - 1]) - len(lines[start - 1].lstrip()) if fenced else 0
    ends = [at for at in range(start, len(lines)) if _END.fullmatch(lines[at])]
    level = [at for at in ends if len(lines[at]) - len(lines[at].lstrip()) <= indent]
    dashes = next((at for at in level if "-" in lines[at]), None)
    dots = next((at for at in level if "." in lines[at]), None)
    if dots is not None and (dashes is None or dots < dashes):
        # YAML ends with `...` too; but not where fields go on behind it.
        between = lines[dots + 1 : dashes if dashes is not None else dots + 1]
        if not any(_FIELD.match(line) for line in between):
            return dots, dots + 1
    end = dashes if dashes is not None else next(iter(ends), None)
    run = _run_of_fields(lines, start)
    if end is not None and fenced and _is_body(lines[run:end], run > start):
        end = None
    if end is not None and (fenced or not "".join(lines[run:end]).strip()):
        if dashes is None:
            notes.append(Note(end + 1, "warning", "the front matter ends with an indented ---"))
        return end, end + 1
    if run == start:
        return None, 0
    if fenced:
        message = f"the front matter is never closed; it is taken to end on line {run}"
        notes.append(Note(start, "warning", message))
    return run, run


def _run_of_fields(lines: list[str], start: int) -> int:
    """Where lines that look like fields end; `start` where there are none."""
    end, blank = start, False
    for at in range(start, len(lines)):
        line = lines[at]
        if not line.strip():
            blank = True
            continue
        inside = end > start and not blank and _INSIDE.match(line)
        if _END.fullmatch(line) or not (inside or (_LOWER if blank else _FIELD).match(line)):
            break
        end, blank = at + 1, False
    return end


def _is_body(lines: list[str], after_fields: bool) -> bool:
    """Whether these lines, up to a line of dashes, are instructions and no fields."""
    text = [line for line in lines if line.strip()]
    begins = after_fields and text and not lines[0].strip() and _BODY.match(text[0])
    return bool(begins) and not any(_SAYS_MORE.match(line) for line in text)


def _without(before: str, lines: list[str]) -> list[str]:
    return [line.removeprefix(before) for line in lines]
