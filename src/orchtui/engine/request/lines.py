"""What one line of a request is: text, a heading, or the member of a list.

Recognises numbers, letters, bullets, emoji, check boxes and labels such as
`Task 1:`. This module never decides what belongs together.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from orchtui.engine.request.clauses import has_words

Kind = Literal["blank", "text", "heading", "label", "number", "letter", "bullet"]
RANK = {"heading": 0, "label": 1, "number": 2, "letter": 3, "bullet": 4}
"""Which kinds of marks stand below which others at the same indent."""


@dataclass(slots=True)
class Line:
    """One line, and the mark that it begins with."""

    kind: Kind
    indent: int
    text: str
    value: str = ""
    mark: str = ""


_EMOJI = "\U0001f300-\U0001faff\u2600-\u27bf\u2b00-\u2bff"
_BULLET = re.compile(
    rf"[•◦▪▫‣⁃●○■□◆◇►▶→➤➜✓✔·∙–—⭐] ?|[-*+>] |[{_EMOJI}][\ufe0f\u200d{_EMOJI}]{{0,8}} ?"
)
_CHECKBOX = re.compile(r"\[[ xX]?\] ")
_NUMBER = re.compile(
    r"\(?(?:#|no\. ?)?(\d{1,3})(?:[.)\]:] |\) ?|[.](?=[^\W\d])|[、．）] ?| [-–—] |\ufe0f?\u20e3 ?)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"\(?([a-zA-Z]|[ivxIVX]{2,4})[.)] ")
_LABEL = re.compile(
    r"(task|step|part|item|topic|question|subtask|job|stage|phase|option|variant|agent|worker|"
    r"researcher|writer|assignment)(?: ?#| )(\d{1,3}|[A-Z]|one|two|three|four|five|six)"
    r"(?P<note> ?[(\[][^()\[\]]{2,40}[)\]])? ?(?:[:.)]|[-–—](?= ))(?: |\Z)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"(#{1,6}) (.*?) ?#*\Z")
_RULE = re.compile(r"(?:[-*_=~] ?){3,}")


def _line(raw: str) -> Line:
    expanded = raw.expandtabs(4).rstrip()
    text = " ".join(expanded.split())
    indent = len(expanded) - len(expanded.lstrip())
    if not has_words(text) and (not text or _RULE.fullmatch(text)):
        return Line("blank", indent, "")
    line = Line("text", indent, text)
    if heading := _HEADING.match(text):
        line = Line("heading", indent, heading[2], value=heading[1])
        if label := _LABEL.match(line.text):
            line = _labelled(label, line)
        return line
    if bullet := _BULLET.match(text):
        line = Line("bullet", indent, text[bullet.end() :], mark=bullet.group().strip())
    if box := _CHECKBOX.match(line.text):
        line = Line("bullet", indent, line.text[box.end() :], mark="-")
    if label := _LABEL.match(line.text):
        line = _labelled(label, line)
    elif number := _NUMBER.match(line.text):
        rest = line.text[number.end() :]
        line = Line("number", indent, rest, value=str(int(number[1])), mark=number.group().strip())
    elif line.kind == "text" and (letter := _LETTER.match(text)):
        rest = text[letter.end() :]
        line = Line("letter", indent, rest, value=letter[1].lower(), mark=letter.group().strip())
    return line if has_words(line.text) or line.kind == "label" else Line("text", indent, text)


def _labelled(label: re.Match[str], line: Line) -> Line:
    value = f"{label[1].lower()} {label[2].lower()}"
    text = f"{line.text[label.end() :]}{label['note'] or ''}"
    return Line("label", line.indent, text, value=value, mark=label.group())


def read_lines(text: str) -> list[Line]:
    """The lines of a text.

    Numbers and letters that belong to no sequence are text, and so are
    headings when there are lists to stand above, or no other of their level.
    """
    lines = [_line(raw) for raw in text.split("\n")]
    numbers = Counter(line.value for line in lines if line.kind == "number")
    letters = {line.value for line in lines if line.kind == "letter"}
    levels = Counter(line.value for line in lines if line.kind == "heading")
    lists = any(line.kind in ("label", "number", "letter", "bullet") for line in lines)
    item_level = max((level for level, count in levels.items() if count > 1), default="", key=len)
    for line in lines:
        if line.kind == "number" and not _counts(int(line.value), numbers):
            line.kind, line.text = "text", f"{line.mark} {line.text}"
        elif line.kind == "letter" and not _in_sequence(line.value, letters):
            line.kind, line.text = "text", f"{line.mark} {line.text}"
        elif line.kind == "heading" and (lists or line.value != item_level):
            line.kind = "text"
            line.text = f"{line.text.rstrip(':')}:" if lists else line.text
    following = "blank"
    for line in reversed(lines):
        if line.kind == "label" and not has_words(line.text) and following != "text":
            line.kind, line.text = "text", f"{line.mark} {line.text}".strip()
        following = line.kind if line.kind != "blank" else following
    return lines


def _counts(number: int, numbers: Counter[str]) -> bool:
    if number <= 1 or numbers[str(number)] > 1:
        return True
    return f"{number - 1}" in numbers or f"{number + 1}" in numbers


def _in_sequence(letter: str, letters: set[str]) -> bool:
    if len(letter) > 1 or letter == "i":
        return "ii" in letters or "h" in letters
    return ("a" in letters and "b" in letters) or ("i" in letters and "ii" in letters)
