"""Claims: which files a task reads and writes, as declared and as its words say.

This module never compares two tasks.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.lexicon import ARTICLES, PREPOSITIONS
from orchtui.engine.independence.phrases import Verb
from orchtui.engine.independence.reading import NEAR, Reading
from orchtui.engine.independence.signs import Span
from orchtui.engine.independence.words import Word
from orchtui.engine.paths.paths import is_path, normal

_INTO = frozenset("to into onto as".split())
_INSIDE = frozenset("in inside under within at throughout across".split())
COPYING = frozenset(
    "translate convert port export copy compile render transcribe adapt localize localise turn "
    "extract print present".split()
)
"""Verbs that leave their object as it was."""
_TAKING_OUT = frozenset("remove delete drop strip clear prune cut purge trim".split())
_NEW = frozenset("make design".split())


@dataclass(frozen=True, slots=True)
class Claim:
    """One path that a task reads or writes."""

    index: int
    path: str
    """In normal form."""
    writes: bool
    creates: bool
    """Whether there is reason to think that it is new."""
    declared: bool
    span: Span
    as_it_is: bool
    """Whether the words say that it is there already."""
    wants_new: bool = False
    """Whether the words say that it was changed before."""


def of_all(desk: Desk) -> list[Claim]:
    """The claims of all tasks, in their order."""
    return [
        claim for reading in desk.readings for claim in (*_declared(desk, reading), *_said(reading))
    ]


def _declared(desk: Desk, reading: Reading) -> Iterator[Claim]:
    task = desk.tasks[reading.index]
    existing = _there_already(reading)
    changes = "change" in reading.classes
    for name, paths in (("reads", task.reads), ("writes", task.writes)):
        for number, path in enumerate(paths):
            if not (wanted := normal(path)):
                continue
            yield Claim(
                index=reading.index,
                path=wanted,
                writes=name == "writes",
                creates=name == "writes" and not changes and not existing,
                declared=True,
                span=Span(reading.index, 0, len(path), f"{name}[{number}]"),
                as_it_is=existing,
                wants_new=_NEW_ONE.search(reading.text, 0, NEAR) is not None,
            )


def _said(reading: Reading) -> Iterator[Claim]:
    places = [at for at, word in enumerate(reading.words) if not word.mark and is_path(word.text)]
    if not places:
        return
    existing = _there_already(reading)
    roles: list[_Role] = []
    for at in places:
        roles.append(_role(reading, at, roles[-1] if roles else None))
    saved_elsewhere = any(role.into for role in roles)
    for at, role in zip(places, roles, strict=True):
        word = reading.words[at]
        writes = role.writes and not (role.in_place and saved_elsewhere)
        yield Claim(
            index=reading.index,
            path=normal(word.text),
            writes=writes,
            creates=writes and role.new and not existing,
            declared=False,
            span=Span(reading.index, word.start, word.end),
            as_it_is=existing,
            wants_new=_NEW_ONE.search(reading.text, 0, NEAR) is not None,
        )


_THERE = re.compile(
    r"\b(?:current|currently|existing|present|old|as it (?:now |currently )?(?:stands|is)|in place|"
    r"today's|original|before (?:the|any) changes?)\b",
    re.IGNORECASE,
)


_NEW_ONE = re.compile(
    r"\bthe (?:new|updated|revised|changed|fixed|final|finished|corrected|refactored|rewritten|"
    r"migrated|cleaned|generated|resulting)\b",
    re.IGNORECASE,
)


def _there_already(reading: Reading) -> bool:
    return _THERE.search(reading.text, 0, NEAR) is not None


@dataclass(frozen=True, slots=True)
class _Role:
    writes: bool
    new: bool = False
    into: bool = False
    """It stands where something is put."""
    in_place: bool = False


_READ = _Role(False)


def _role(reading: Reading, at: int, previous: _Role | None) -> _Role:
    word = reading.words[at]
    verb = _governing(reading, word)
    preposition, listed = _before(reading, at)
    if listed and previous is not None:
        return previous
    classes = verb.classes if verb else frozenset()
    base = verb.base if verb else ""
    if preposition in _INTO:
        if base in ("compare", "respond", "reply", "link", "refer", "conform") or (
            preposition == "to" and base == "listen"
        ):
            return _READ
        appends = base in ("append", "add", "insert")
        return _Role(True, new=not appends and "change" not in classes, into=not appends)
    if preposition in _INSIDE:
        writes = bool(classes & {"make", "change", "design"}) and not classes & {"judge", "derive"}
        return _Role(writes, new=bool(classes & _NEW) and "change" not in classes and base != "add")
    if preposition == "from" and base in _TAKING_OUT:
        return _Role(True, in_place=True)
    if preposition:
        return _READ
    if not classes or base in COPYING:
        return _READ
    if classes & _NEW and not classes & {"judge", "release"}:
        return _Role(True, new=True)
    if "change" in classes:
        return _Role(True, in_place=True)
    return _READ


def _governing(reading: Reading, word: Word) -> Verb | None:
    before = [verb for verb in reading.verbs if verb.start < word.start]
    return before[-1] if before else None


def _before(reading: Reading, at: int) -> tuple[str, bool]:
    """The preposition in front of a path, and whether it continues a list of paths."""
    starts = {verb.start for verb in reading.verbs}
    for back in range(at - 1, max(-1, at - 7), -1):
        word = reading.words[back]
        if word.start in starts:
            return "", False
        if word.low in PREPOSITIONS or word.low == "as":
            return word.low, False
        if is_path(word.text) and not word.mark:
            return "", True
        if word.mark and word.text not in "`'\"“‘*,(":
            return "", False
        if word.low in ARTICLES:
            continue
    return "", False
