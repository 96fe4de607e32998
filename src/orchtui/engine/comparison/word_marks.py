"""The words that differ between a unit and its counterpart.

Words and signs are aligned, white space is not: what stands between two words that correspond is
compared by itself. So what is left of both units without their marks is the same on both sides.
This module never decides which units are counterparts.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from orchtui.engine.comparison.alignment import Budget, Run, align
from orchtui.engine.comparison.difference import Marks, Span

# Scripts that are written without spaces: every character is a word of its own.
_DENSE = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_SIGNS = re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^`{|}~") + "‘’“”«»„…–—、。，！？：；「」『』（）"
_WORD = re.compile(
    rf"[^\s{_SIGNS}{_DENSE}]+(?:['’][^\s{_SIGNS}{_DENSE}]+)*"
    rf"|[{_DENSE}][\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u3099\u309a]*"
    rf"|[{_SIGNS}]"
)


class Words(NamedTuple):
    """A unit's words, with their places in the whole text."""

    starts: list[int]
    ends: list[int]
    keys: list[int]


class Vocabulary:
    """Numbers for words; the same for the same word.

    Args:
        ignore_case: Whether upper and lower case are the same word.
    """

    def __init__(self, *, ignore_case: bool) -> None:
        self._ignore_case = ignore_case
        self._numbers: dict[str, int] = {}

    def words(self, text: str, span: Span) -> Words:
        """The words of a part of a text."""
        starts, ends, keys = [], [], []
        numbers = self._numbers
        for match in _WORD.finditer(text, span.start, span.end):
            word = match[0].casefold() if self._ignore_case else match[0]
            starts.append(match.start())
            ends.append(match.end())
            keys.append(numbers.setdefault(word, len(numbers)))
        return Words(starts, ends, keys)


class Unit(NamedTuple):
    """One side of a pair."""

    text: str
    """The whole text."""
    span: Span
    words: Words


def marks(left: Unit, right: Unit, budget: Budget, *, loose: bool) -> Marks:
    """What differs between two units.

    Args:
        left: One side.
        right: The other.
        budget: For aligning them.
        loose: Whether white space between words does not count.
    """
    runs = align(left.words.keys, right.words.keys, budget)
    runs = _telling(runs, left.words, right.words)
    found_left: list[Span] = []
    found_right: list[Span] = []
    gaps = list(_gaps(left, right, runs))
    for at, (one, other) in enumerate(gaps):
        here, there = left.text[slice(*one)], right.text[slice(*other)]
        if here == there or (loose and _alike(here, there, edge=at in (0, len(gaps) - 1))):
            continue
        one, other = _without_common_space(left.text, one, right.text, other, loose=loose)
        if one.start < one.end:
            found_left.append(one)
        if other.start < other.end:
            found_right.append(other)
    return Marks(tuple(found_left), tuple(found_right))


def _gaps(left: Unit, right: Unit, runs: Sequence[Run]) -> Iterator[tuple[Span, Span]]:
    """What stands between words that correspond, on both sides."""
    a, b = left.span.start, right.span.start
    for run in runs:
        first, other = left.words, right.words
        yield Span(a, first.starts[run.left]), Span(b, other.starts[run.right])
        last, other_last = run.left + run.length - 1, run.right + run.length - 1
        a, b = first.ends[last], other.ends[other_last]
        start, other_start = first.starts[run.left], other.starts[run.right]
        if left.text[start:a] != right.text[other_start:b]:
            for at in range(run.length - 1):
                yield (
                    Span(first.ends[run.left + at], first.starts[run.left + at + 1]),
                    Span(other.ends[run.right + at], other.starts[run.right + at + 1]),
                )
    yield Span(a, left.span.end), Span(b, right.span.end)


def _alike(here: str, there: str, *, edge: bool) -> bool:
    """Whether two gaps are white space that does not count; at a unit's edges none is as good."""
    return not here.strip() and not there.strip() and (edge or bool(here) == bool(there))


def _without_common_space(
    text: str, one: Span, other_text: str, other: Span, *, loose: bool
) -> tuple[Span, Span]:
    """The two without the white space that both begin and end with."""
    a, a_end = one
    b, b_end = other
    while a < a_end and b < b_end and _same_space(text[a], other_text[b], loose=loose):
        a, b = a + 1, b + 1
    while a < a_end and b < b_end:
        if not _same_space(text[a_end - 1], other_text[b_end - 1], loose=loose):
            break
        a_end, b_end = a_end - 1, b_end - 1
    return Span(a, a_end), Span(b, b_end)


def _same_space(one: str, other: str, *, loose: bool) -> bool:
    return one.isspace() and (one == other or (loose and other.isspace()))


def _telling(runs: list[Run], left: Words, right: Words) -> list[Run]:
    """The runs without those that are shorter than the changes on both sides of them.

    A sign, or a `the`, that happens to stand in both makes a change only harder to read. After
    Neil Fraser, "Diff Strategies" (2006), semantic clean-up.
    """
    kept: list[Run] = []
    for at, run in enumerate(runs):
        before = kept[-1] if kept else Run(0, 0, 0)
        changed_before = _changed(before, run, left, right)
        after = runs[at + 1] if at + 1 < len(runs) else Run(len(left.keys), len(right.keys), 0)
        changed_after = _changed(run, after, left, right)
        length = left.ends[run.left + run.length - 1] - left.starts[run.left]
        if not (length < changed_before and length < changed_after):
            kept.append(run)
    return kept


def _changed(before: Run, after: Run, left: Words, right: Words) -> int:
    """Characters of words between two runs, of the longer side."""
    return max(
        _characters(left, before.left + before.length, after.left),
        _characters(right, before.right + before.length, after.right),
    )


def _characters(words: Words, start: int, end: int) -> int:
    return words.ends[end - 1] - words.starts[start] if start < end else 0
