"""What the lines of a markdown text are, as far as a comparison needs it: quick, and line by line.

A parser takes a hundred milliseconds for a few thousand lines, which is more than the whole
comparison may; the tests hold this to what markdown-it-py says of texts. What is taken for the
wrong kind of line is still compared, only by other units. Pure: text in, parts out. This module
never changes a text.

Source of the rules: https://spec.commonmark.org/0.31.2/ and, for tables, https://github.github.com/gfm/
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

PartKind = Literal["blank", "heading", "item", "line", "code", "paragraph"]
"""`item`: of a list, with the lines that go on with it. `line`: any other line that stands alone.
`code`: a line whose every character counts, of tables and HTML too."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_FENCE = re.compile(r"[ \t]*(`{3,}(?=[^`\n]*\n?\Z)|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})([ \t].*|[ \t\r]*\n?)\Z", re.DOTALL)
_CLOSING = re.compile(r"[ \t]#+\Z")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
"""CommonMark 0.31, 2.4: a backslash before ASCII punctuation."""
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t\r]*\n?\Z")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t\r]*\n?\Z")
_ITEM = re.compile(r"([ \t]*)([-+*]|(\d{1,9})[.)])(?=[ \t\r\n]|\Z)[ \t]*")
_QUOTE = re.compile(r" {0,3}>")
_DELIMITER = re.compile(r" {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t\r]*\n?\Z")
_REFERENCE = re.compile(r" {0,3}\[[^\]\n]{1,999}\]:[ \t]*\S")
_HTML = re.compile(r" {0,3}<(?:!--|[!?/A-Za-z])")
_AUTOLINK = re.compile(r" {0,3}<[A-Za-z][A-Za-z0-9+.-]{1,31}:|[^<>]*<[^<>@ ]+@")


class Part(NamedTuple):
    """A stretch of whole lines."""

    kind: PartKind
    start: int
    """Characters."""
    end: int
    level: int = 0
    """Of a heading, 1 to 6."""
    title: str = ""
    """Of a heading."""


def parts(text: str) -> list[Part]:
    """The parts of a text, in order; they tile it."""
    return list(_Scan(text).parts())


class _Scan:
    def __init__(self, text: str) -> None:
        self._lines = _LINE.findall(text)
        self._line = 0
        self._offset = 0
        self._items: list[int] = []
        """The columns in which the words of the items begin that are open, the outermost first."""

    @property
    def _listed(self) -> int:
        """The column in which the words of the innermost item begin; 0 outside of lists."""
        return self._items[-1] if self._items else 0

    def parts(self) -> Iterator[Part]:
        while self._line < len(self._lines):
            yield self._next()

    def _next(self) -> Part:
        """The part that begins here."""
        line = self._lines[self._line]
        if not line.strip():
            return self._take("blank", self._while_blank())
        indented = line.startswith(("    ", "\t"))
        indent = len(line) - len(line.lstrip(" "))
        while self._items and indent < self._listed and line[indent] != "\t":
            self._items.pop()
        if (fence := _FENCE.match(line)) and (self._listed or not indented):
            return self._take("code", self._fenced(fence[1]))
        if indented and not self._listed:
            return self._take("code", 1)
        if heading := _HEADING.match(self._without_indent(line)):
            title = _CLOSING.sub("", heading[2].removesuffix("\n").rstrip(" \t\r")).strip()
            return self._take("heading", 1, len(heading[1]), _ESCAPE.sub(r"\1", title))
        if _RULE.match(line):
            return self._take("line", 1)
        if item := _ITEM.match(line):
            self._items.append(len(item[1]) + len(item[2]) + 1)
            inner = _FENCE.match(line[item.end() :])
            return self._take("code", self._fenced(inner[1])) if inner else self._item()
        if _QUOTE.match(line) or _REFERENCE.match(line):
            return self._take("line", 1)
        if _HTML.match(line) and not _AUTOLINK.match(line):
            return self._take("code", self._until_blank())
        return self._paragraph()

    def _without_indent(self, line: str) -> str:
        """A line without the spaces that make it a part of an item."""
        return line[self._listed :] if line[: self._listed].isspace() else line

    def _take(self, kind: PartKind, lines: int, level: int = 0, title: str = "") -> Part:
        start = self._offset
        self._offset += sum(map(len, self._lines[self._line : self._line + lines]))
        self._line += lines
        return Part(kind, start, self._offset, level, title)

    def _while_blank(self) -> int:
        count = 1
        while self._line + count < len(self._lines) and not self._lines[self._line + count].strip():
            count += 1
        return count

    def _until_blank(self) -> int:
        count = 1
        while self._line + count < len(self._lines) and self._lines[self._line + count].strip():
            count += 1
        return count

    def _fenced(self, mark: str) -> int:
        """Lines up to the fence that closes it, or to the end of the text."""
        for at in range(self._line + 1, len(self._lines)):
            stripped = self._lines[at].strip()
            if stripped.startswith(mark) and not stripped.strip(mark[0]):
                return at + 1 - self._line
        return len(self._lines) - self._line

    def _item(self) -> Part:
        return self._take("item", 1 + self._going_on(self._line + 1, in_list=True))

    def _paragraph(self) -> Part:
        """A paragraph; a table, or a heading that is underlined, begins like one."""
        first = self._line
        below = self._lines[first + 1] if first + 1 < len(self._lines) else ""
        if "|" in self._lines[first] and "|" in below and _DELIMITER.match(below):
            return self._take("code", self._until_blank())
        count = 1 + self._going_on(first + 1, in_list=self._listed > 0)
        if first + count < len(self._lines):
            underline = _UNDERLINE.match(self._lines[first + count])
            if underline and (underline[1][0] == "=" or not self._listed):
                title = " ".join("".join(self._lines[first : first + count]).split())
                level = 1 if underline[1][0] == "=" else 2
                return self._take("heading", count + 1, level, _ESCAPE.sub(r"\1", title))
        return self._take("paragraph", count)

    def _going_on(self, at: int, *, in_list: bool) -> int:
        """How many lines from this one on go on with the paragraph before them."""
        count = 0
        while at + count < len(self._lines):
            line = self._lines[at + count]
            if not line.strip() or self._interrupts(line, in_list=in_list):
                break
            count += 1
        return count

    def _interrupts(self, line: str, *, in_list: bool) -> bool:
        first = line.lstrip()[0]
        if first in "#`~=-*_>+|<0123456789":  # most lines begin with none of them
            if _HEADING.match(line) or _RULE.match(line) or _UNDERLINE.match(line):
                return True
            if _FENCE.match(line) or _QUOTE.match(line):
                return True
            if item := _ITEM.match(line):
                # In prose, a number that begins a line by chance begins no list.
                empty = item.end() >= len(line.rstrip())
                return in_list or (not empty and item[3] in (None, "1"))
            return bool(re.match(r" {0,3}<(?:!--|/?(?:div|p|table|pre|details|summary)\b)", line))
        return False
