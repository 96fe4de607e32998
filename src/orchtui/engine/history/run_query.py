"""The language in which runs are asked for: `verdict:failed cost:>1 "exact words" -tag:old`.

Forgiving: everything is read as something, and what is not understood is told and
left out. A word without a filter is searched for in all texts. Pure: this module
never looks at a run, see `run_filters`, nor at a clock.
"""

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from orchtui.engine.history.amounts import parse_span
from orchtui.engine.history.word_search import Term
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import parse_duration

MOST_CHARACTERS = 2_000
MOST_PARTS = 50

NumberKey = Literal["cost", "tasks", "time", "speedup", "failed"]
WordKey = Literal["verdict", "backend", "tag", "name", "id", "parent", "plan"]
StateKey = Literal["pinned", "rehearsal", "tagged", "renamed", "resumable"]

NUMBERS: dict[str, NumberKey] = {
    "cost": "cost", "usd": "cost", "tasks": "tasks", "time": "time", "makespan": "time",
    "speedup": "speedup", "speed-up": "speedup", "failed": "failed", "failures": "failed",
}  # fmt: skip
WORDS: dict[str, WordKey] = {
    "verdict": "verdict", "status": "verdict", "backend": "backend", "tag": "tag", "name": "name",
    "id": "id", "run": "id", "parent": "parent", "from": "parent", "plan": "plan",
}  # fmt: skip
STATES: dict[str, StateKey] = {
    "pinned": "pinned", "rehearsal": "rehearsal", "tagged": "tagged", "renamed": "renamed",
    "resumable": "resumable",
}  # fmt: skip
_DATES = ("before", "after", "since", "until", "date", "on")
KEYS = (*NUMBERS, *WORDS, "is", *_DATES)
"""Every word that may stand before a colon."""

_PART = re.compile(r'(-?)(?:([\w-]+):)?(?:"([^"]*)("?)|([^\s"]*))')
_NUMBER = re.compile(r"(>=|<=|=|>|<|)\$?(\d{1,12}(?:\.\d{1,6})?)")
_DURATION = re.compile(r"(>=|<=|=|>|<|)(\S+)")


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A text of the run is, or for names begins with, or has in it, one of these."""

    key: WordKey
    any_of: tuple[str, ...]
    """Casefolded."""
    absent: bool = False


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """A figure lies between two bounds; one that is not known lies nowhere."""

    key: NumberKey
    least: float = float("-inf")
    most: float = float("inf")
    above: bool = False
    """Whether `least` itself is too little."""
    below: bool = False
    """Whether `most` itself is too much."""
    absent: bool = False


class Started(msgspec.Struct, frozen=True, kw_only=True):
    """The run began in this stretch of time."""

    least: float = float("-inf")
    """Seconds since 1970; itself within."""
    before: float = float("inf")
    """Itself not within."""
    absent: bool = False


class State(msgspec.Struct, frozen=True, kw_only=True):
    """The run is in this state."""

    state: StateKey
    absent: bool = False


Filter = Words | Number | Started | State


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """What runs are asked for: all filters hold, and all terms stand somewhere in the run."""

    filters: tuple[Filter, ...] = ()
    terms: tuple[Term, ...] = ()
    told: tuple[str, ...] = ()
    """What was not understood, and what was made of it; a sentence each."""


EVERYTHING = Query()


def parse_query(text: str, now: float) -> Query:
    """Read a query. Never fails.

    Args:
        text: As a person typed it.
        now: Seconds since 1970, for words such as `today`.
    """
    filters: list[Filter] = []
    terms: list[Term] = []
    told: list[str] = []
    parts = _PART.finditer(text[:MOST_CHARACTERS])
    if len(text) > MOST_CHARACTERS:
        told.append(f"only the first {MOST_CHARACTERS} characters were read")
    for number, match in enumerate(one for one in parts if one.group()):
        if number >= MOST_PARTS:
            told.append(f"only the first {MOST_PARTS} parts were read")
            break
        _read_part(match, now, filters, terms, told)
    return Query(filters=tuple(filters), terms=tuple(terms), told=tuple(told))


def _read_part(
    match: re.Match[str], now: float, filters: list[Filter], terms: list[Term], told: list[str]
) -> None:
    minus, key, quoted, closed, bare = match.groups()
    whole = clean_line(match.group(), 80)
    if quoted is not None and not closed:
        told.append(f"the quotation mark in '{whole}' is not closed; all after it belongs to it")
    value = bare if quoted is None else quoted
    if key is not None and (name := key.casefold()) in KEYS:
        try:
            filters.append(_filter(name, value, now, absent=bool(minus)))
        except ValueError as error:
            told.append(f"'{whole}' was left out: {clean_line(str(error), 200)}")
        return
    if key is not None:
        if quoted is None:
            value = f"{key}:{value}"
        else:
            value = f"{key} {value}"
        told.append(f"'{key}:' is no filter, so '{clean_line(value, 80)}' is searched for; "
                    f"filters are {', '.join(dict.fromkeys(KEYS))}")  # fmt: skip
    term = Term.of(value, whole=quoted is not None, absent=bool(minus))
    if term is None:
        told.append(f"'{whole}' was left out: there is no word in it")
    else:
        terms.append(term)


def _filter(key: str, value: str, now: float, *, absent: bool) -> Filter:
    """Raises ValueError: when the value says nothing."""
    if not value.strip():
        raise ValueError(f"nothing stands after '{key}:'")
    if key in NUMBERS:
        return _number(NUMBERS[key], value, absent=absent)
    if key in WORDS:
        return _words(WORDS[key], value, absent=absent)
    if key == "is":
        if (word := value.casefold()) in STATES:
            return State(state=STATES[word], absent=absent)
        if word in _VERDICTS:
            return _words("verdict", word, absent=absent)
        raise ValueError(f"a run can be {', '.join((*STATES, *_VERDICTS))}")
    return _started(key, value, now, absent=absent)


_VERDICTS = ("completed", "partial", "failed", "cancelled", "running", "interrupted")


def _words(key: WordKey, value: str, *, absent: bool) -> Words:
    every = tuple(one for part in value.split(",") if (one := part.strip().casefold()))
    if not every:
        raise ValueError("no word stands in it")
    if key == "verdict":
        # As one types it: `fail` is meant for FAILED.
        for word in every:
            if not any(one.startswith(word) for one in _VERDICTS):
                raise ValueError(f"a verdict is one of {', '.join(_VERDICTS)}")
    return Words(key=key, any_of=every, absent=absent)


def _number(key: NumberKey, value: str, *, absent: bool) -> Number:
    read: Callable[[str], float] = parse_duration if key == "time" else float
    pattern = _DURATION if key == "time" else _NUMBER
    low, dots, high = value.partition("..")
    if dots:
        ends = [pattern.fullmatch(end) if end else None for end in (low, high)]
        if any(found is None and end for found, end in zip(ends, (low, high), strict=True)):
            raise ValueError(_numbers_allowed(key))
        if any(found is not None and found[1] for found in ends) or not (low or high):
            raise ValueError(_numbers_allowed(key))
        least = read(ends[0][2]) if ends[0] else float("-inf")
        most = read(ends[1][2]) if ends[1] else float("inf")
        return Number(key=key, least=least, most=most, absent=absent)
    found = pattern.fullmatch(value)
    if found is None:
        raise ValueError(_numbers_allowed(key))
    sign, amount = found[1], read(found[2])
    if sign in (">", ">="):
        return Number(key=key, least=amount, above=sign == ">", absent=absent)
    if sign in ("<", "<="):
        return Number(key=key, most=amount, below=sign == "<", absent=absent)
    return Number(key=key, least=amount, most=amount, absent=absent)


def _numbers_allowed(key: NumberKey) -> str:
    one, two = ("90s", "20m") if key == "time" else ("1", "5")
    return f"write {key}:{one}, {key}:>{one}, {key}:<={two} or {key}:{one}..{two}"


def _started(key: str, value: str, now: float, *, absent: bool) -> Started:
    low, dots, high = value.partition("..")
    if dots and key in ("date", "on"):
        least = parse_span(low, now)[0] if low else float("-inf")
        before = parse_span(high, now)[1] if high else float("inf")
        return Started(least=least, before=before, absent=absent)
    first, after = parse_span(value, now)
    match key:
        case "before":
            return Started(before=first, absent=absent)
        case "until":
            return Started(before=after, absent=absent)
        case "since":
            return Started(least=first, absent=absent)
        case "after":
            return Started(least=after, absent=absent)
    if first == after:  # an age is an instant: `date:7d` is since then
        return Started(least=first, absent=absent)
    return Started(least=first, before=after, absent=absent)
