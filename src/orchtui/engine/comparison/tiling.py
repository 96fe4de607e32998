"""A text into the units that it is compared by, which tile it: joined, they are the text again.

Each unit has a key; units with the same key count as equal. This module never compares.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from orchtui.engine.comparison.difference import Heading, Options, Tiling
from orchtui.engine.comparison.markdown_lines import Part, parts
from orchtui.engine.comparison.sentences import cuts

LONGEST_SENTENCE = 600
"""Characters of a sentence, on average, above which a paragraph of several lines is taken for no
prose: a log, or a list of names."""

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class _Unit(NamedTuple):
    end: int
    exact: bool
    """Whether white space in it counts."""


class Keyed(NamedTuple):
    """A tiled text, and a key for each of its units."""

    tiling: Tiling
    keys: list[str]
    exact: list[bool]
    """Whether white space inside of a unit counts."""


def tile(text: str, options: Options) -> Keyed:
    """Cut a text into units."""
    found = parts(text) if options.prose or options.by_sentence else []
    if options.by_sentence:
        units = list(_by_sentence(text, found))
    else:
        units = [_Unit(match.end(), True) for match in _LINE.finditer(text)]
    headings = tuple(
        Heading(part.start, part.level, part.title) for part in found if part.kind == "heading"
    )
    if options.ignore_space:
        units = _without_blank(text, units)
    bounds = (0, *(unit.end for unit in units))
    keys = [
        _key(text[start : unit.end], unit, options)
        for start, unit in zip(bounds, units, strict=False)
    ]
    exact = [unit.exact and not options.ignore_space for unit in units]
    return Keyed(Tiling(text, bounds, headings if options.prose else ()), keys, exact)


def _by_sentence(text: str, found: list[Part]) -> Iterator[_Unit]:
    for part in found:
        if part.kind == "paragraph":
            yield from _sentences(text, part)
        elif part.kind == "code":
            for match in _LINE.finditer(text, part.start, part.end):
                yield _Unit(match.end(), True)
        else:
            yield _Unit(part.end, False)


def _sentences(text: str, part: Part) -> Iterator[_Unit]:
    paragraph = text[part.start : part.end]
    ends = cuts(paragraph)
    several = "\n" in paragraph.rstrip("\n")
    if several and len(paragraph) > LONGEST_SENTENCE * len(ends):
        ends = [match.end() for match in _LINE.finditer(paragraph)]
    for end in ends:
        yield _Unit(part.start + end, False)


def _without_blank(text: str, units: list[_Unit]) -> list[_Unit]:
    """Blank units become a part of the one before, the first ones of the one after."""
    kept: list[_Unit] = []
    start = 0
    begun = False
    for unit in units:
        if kept and begun and text[start : unit.end].isspace():
            kept[-1] = _Unit(unit.end, kept[-1].exact)
        elif not begun and text[start : unit.end].isspace():
            kept = [unit]
        else:
            if not begun:
                kept = []
            begun = True
            kept.append(unit)
        start = unit.end
    return kept


def _key(text: str, unit: _Unit, options: Options) -> str:
    if options.ignore_space or not unit.exact:
        text = " ".join(text.split())
    return text.casefold() if options.ignore_case else text
