"""An answer's markdown, moved below the heading that it is put under.

Whatever an answer holds, it stays in its section: its headings are lower ones,
and what it leaves open at its end (code, a comment) is closed. Pure: text in,
text out. This module never changes the words.

Source of the rules: https://spec.commonmark.org/0.31.2/
"""

import re

_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_HEADING = re.compile(r" {0,3}(#{1,6})(?=\s|$)")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_QUOTE = re.compile(r" {0,3}>")
_ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])(?:\s|$)")
_EMPTY_ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)])[ \t]*$")
_RAW: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r" {0,3}<!--"), "-->"),
    (re.compile(r" {0,3}<\?"), "?>"),
    (re.compile(r" {0,3}<!\[CDATA\["), "]]>"),
    (re.compile(r" {0,3}<![A-Za-z]"), ">"),
    (re.compile(r" {0,3}<(?:script|pre|style|textarea)(?=\s|>|$)", re.IGNORECASE), "</pre>"),
)
"""Starts of HTML that goes on, over blank lines too, until something closes it; and what does."""
_TAG_END = re.compile(r"</(?:script|pre|style|textarea)>", re.IGNORECASE)


def demote(text: str, levels: int = 2) -> str:
    """Move markdown headings down, so that a task's own headings stay below its section's.

    Lines inside fenced code blocks are left alone. A block or comment that is still open at the
    end (an answer that was cut off) is closed, so that it does not swallow the sections after it.
    Underlined headings are written with `#` instead.
    """
    return _Demotion(levels).of(text)


class _Demotion:
    """One text on its way.

    Args:
        levels: How far headings move.
    """

    def __init__(self, levels: int) -> None:
        self._levels = levels
        self._lines: list[str] = []
        self._fence = ""
        self._raw = ""
        """What closes the HTML that is open."""
        self._paragraph = 0
        """Lines of the paragraph that goes on: what an underline would make a heading of."""
        self._listed = 0
        """Columns from which a line belongs to a list's item; 0 outside of lists. A line below what
        belongs to one is a rule, and makes no heading."""
        self._blank = False
        """Whether nothing goes on from the line before without being indented."""

    def of(self, text: str) -> str:
        for line in text.split("\n"):
            self._take(line)
        if self._fence or self._raw:
            self._lines.append(self._fence or self._raw)
        return "\n".join(self._lines)

    def _take(self, line: str) -> None:
        if self._raw:
            self._raw = "" if self._closes(line) else self._raw
        elif mark := _FENCE.match(line):
            self._stand_alone(line)
            if not self._fence:
                self._fence = mark.group(1)
            elif mark.group(1).startswith(self._fence) and line.strip() == mark.group(1):
                self._fence = ""
        elif not self._fence:
            line = self._prose(line)
        self._lines.append(line)

    def _prose(self, line: str) -> str:
        """A line outside of code."""
        underline = _UNDERLINE.match(line)
        if underline and self._paragraph and (underline[1][0] == "=" or not self._listed):
            words = " ".join(one.strip() for one in self._lines[-self._paragraph :])
            del self._lines[-self._paragraph :]
            self._paragraph = 0
            return self._heading(1 if underline[1][0] == "=" else 2, f" {words}")
        if underline and self._paragraph and not _ITEM.match(self._lines[-1]):
            # Whether the lines above go on with the item or stand below it hangs on what the
            # item holds; behind a blank line it is a rule either way, and never a heading.
            if min(map(_indent, self._lines[-self._paragraph :])) < self._listed:
                self._lines.append("")
        if heading := _HEADING.match(line):
            self._paragraph, self._listed = 0, 0
            return self._heading(len(heading[1]), line[heading.end() :])
        if not line.strip():
            self._paragraph = 0
        elif _RULE.match(line) or _QUOTE.match(line):
            self._paragraph, self._listed = 0, 0
        elif item := _ITEM.match(line):
            self._paragraph, self._listed = 0, len(item[0].rstrip().expandtabs(4)) + 1
        elif self._opens(line):
            self._stand_alone(line)
            return line
        elif self._paragraph or not line.startswith(("    ", "\t")):
            self._paragraph += 1
            # Without a blank line between, it goes on with the item, however it is indented.
            if self._blank and _indent(line) < self._listed:
                self._listed = 0
        # Nothing goes on with an empty item, as nothing does over a blank line.
        self._blank = not line.strip() or _EMPTY_ITEM.match(line) is not None
        return line

    def _stand_alone(self, line: str) -> None:
        """A line that no paragraph goes on over; it ends a list that it is not indented into."""
        self._paragraph, self._blank = 0, True
        if not self._fence and _indent(line) < self._listed:
            self._listed = 0

    def _heading(self, level: int, rest: str) -> str:
        return "#" * min(6, level + self._levels) + rest

    def _opens(self, line: str) -> bool:
        """Whether HTML begins here that only its own end closes."""
        for start, close in _RAW:
            if found := start.match(line):
                self._raw = close
                if self._closes(line[found.end() :]):
                    self._raw = ""
                return True
        return False

    def _closes(self, line: str) -> bool:
        if self._raw == "</pre>":
            return _TAG_END.search(line) is not None
        return self._raw in line


def _indent(line: str) -> int:
    """The column at which a line's words begin."""
    wide = line.expandtabs(4)
    return len(wide) - len(wide.lstrip())
