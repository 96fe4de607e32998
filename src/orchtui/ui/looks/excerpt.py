"""A few words of a task's text with the quoted ones marked, in rows of a width.

Spans are those of the field as it was parsed; what comes out is cleaned. This
module never draws.
"""

import re
from dataclasses import dataclass

from orchtui.engine.independence.report import Evidence
from orchtui.engine.plans.plan import Task
from orchtui.engine.text import clean
from orchtui.ui.looks.wrapping import even, wrap

Piece = tuple[str, bool]
"""Text, and whether it is quoted."""

_FIELD = re.compile(r"(?P<name>[a-z]+)(?:\[(?P<index>\d+)\])?")
_SEEN_AROUND = 400
"""Characters of the text on each side that are looked at at all."""
_MOST_QUOTED = 600


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a task: `prompt`, or entry `index` of `reads`."""

    name: str
    index: int | None = None


def place_of(field: str) -> Place:
    """What a field of an Evidence refers to."""
    match = _FIELD.fullmatch(field)
    if match is None:
        return Place(field)
    index = match["index"]
    return Place(match["name"], None if index is None else int(index))


def field_text(task: Task, field: str) -> str | None:
    """The whole text that a span lies in; `None` when the task has no such field."""
    place = place_of(field)
    value = getattr(task, place.name, None)
    if place.index is not None:
        return value[place.index] if isinstance(value, tuple) and place.index < len(value) else None
    return value if isinstance(value, str) else None


def span_in(text: str, evidence: Evidence) -> tuple[int, int] | None:
    """Where the quoted words stand; `None` when the text does not have them, or not any more."""
    if text[evidence.start : evidence.end] == evidence.text:
        return evidence.start, evidence.end
    found = text.find(evidence.text)
    return None if found < 0 else (found, found + len(evidence.text))


def pieces(task: Task | None, evidence: Evidence, room: int) -> list[Piece]:
    """The quoted words within about `room` characters of what stands around them."""
    text = field_text(task, evidence.field) if task else None
    span = span_in(text, evidence) if text else None
    if text is None or span is None:
        return [(_flat(evidence.text[:_MOST_QUOTED]).strip(), True)]
    start, end = span
    quoted = _flat(text[start : min(end, start + _MOST_QUOTED)])
    if end - start > _MOST_QUOTED:
        quoted += "…"
    rest = max(0, room - len(quoted))
    after_all = _flat(text[end : end + _SEEN_AROUND]).rstrip()
    before_all = _flat(text[max(0, start - _SEEN_AROUND) : start]).lstrip()
    wanted = max(rest // 2, rest - len(before_all))
    after = _head(after_all, wanted, whole=end + _SEEN_AROUND >= len(text))
    before = _tail(before_all, rest - len(after), whole=start <= _SEEN_AROUND)
    return [piece for piece in ((before, False), (quoted, True), (after, False)) if piece[0]]


def marked_rows(parts: list[Piece], width: int, most: int) -> list[list[Piece]]:
    """Pieces broken into rows; what does not fit into `most` rows is left away."""
    marks = [mark for text, mark in parts for _ in text]
    rows: list[list[Piece]] = []
    place = 0
    for row in wrap("".join(text for text, _ in parts), width)[:most]:
        found: list[Piece] = []
        for character, mark in zip(row, marks[place : place + len(row)], strict=True):
            if found and found[-1][1] == mark:
                found[-1] = (found[-1][0] + character, mark)
            else:
                found.append((character, mark))
        place += len(row)
        if found and not found[-1][0].strip():
            found.pop()  # a space that stands out beyond the width is not underlined
        elif found:
            found[-1] = (found[-1][0].rstrip(), found[-1][1])
        rows.append(found)
    return rows


def _flat(text: str) -> str:
    """On one line, safe, with a space where there was one at either end."""
    return re.sub(r"\s+", " ", even(clean(text)))


def _head(text: str, room: int, *, whole: bool) -> str:
    if len(text) <= room and whole:
        return text
    cut = text[: max(0, room - 1)]
    return (cut[: cut.rfind(" ")] if " " in cut.strip() else cut).rstrip() + "…"


def _tail(text: str, room: int, *, whole: bool) -> str:
    if len(text) <= room and whole:
        return text
    cut = text[len(text) - max(0, room - 1) :] if room > 1 else ""
    return "…" + (cut[cut.find(" ") + 1 :] if " " in cut.strip() else cut).lstrip()
