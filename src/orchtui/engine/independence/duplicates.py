"""The family of duplicates: two tasks that ask for the same.

Variants, translations and other subjects differ in a word that means
something. This module never looks at what tasks make.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from orchtui.engine.independence.desk import Desk, sharing
from orchtui.engine.independence.findings import finding
from orchtui.engine.independence.lexicon import ARTICLES, FILLERS, PREPOSITIONS, STOP
from orchtui.engine.independence.reading import Reading
from orchtui.engine.independence.report import Finding
from orchtui.engine.independence.signs import Span
from orchtui.engine.independence.words import noun, verb, words
from orchtui.engine.paths.paths import is_path
from orchtui.engine.plans.plan import Task

_MOST_SHARERS = 30
_KNOWING = frozenset({"gather", "derive"})
_ASPECTS = (
    (
        "history",
        r"\b(?:history|origins?|originate[sd]?|c[ao]mes? about|evolution|evolved?|evolves)\b",
    ),
    (
        "trade-off",
        r"\b(?:pros and cons|advantages and disadvantages|benefits and drawbacks|"
        r"strengths and weaknesses|trade-?offs?|up-?sides and down-?sides)\b",
    ),
    (
        "mechanism",
        r"\b(?:works?|worked out|working|calculated|computed|determined|operates?|"
        r"functions?|calculation)\b",
    ),
    ("price", r"\b(?:costs?|prices?|pricing|expenses?|expensive)\b"),
    ("rule", r"\b(?:says?|rules?|provisions?|requirements?|requires?|regulations?|demands?)\b"),
    ("inventor", r"\b(?:invent(?:s|ed|or|ors|ion)?|came up with|devised)\b"),
    ("cause", r"\b(?:why|causes?|caused|reasons?)\b"),
    (
        "difference",
        r"\b(?:differences?|differs?|distinguish(?:es)?|versus|vs\.?|compared?|compare|"
        r"comparison)\b",
    ),
    ("best", r"\b(?:best|top|leading|recommended)\b"),
    ("effect", r"\b(?:effects?|impacts?|affects?|influences?|consequences?)\b"),
    ("fast", r"\b(?:fast|quick|rapid|speedy)\b"),
    ("performance", r"\b(?:performance|speed|latency|throughput)\b"),
    ("error", r"\b(?:errors?|bugs?|defects?|faults?|failures?)\b"),
    ("method", r"\b(?:methods?|techniques?|approaches|approach|strategies|strategy)\b"),
    ("couple", r"\b(?:two (?:people|persons)|a couple)\b"),
    ("latest", r"\b(?:latest|newest|recent|current)\b"),
)
"""Things that people say about a subject, and the words in which they say them."""
_PATTERNS = [(name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _ASPECTS]
_TURNING = frozenset(
    "against without before after not no under over first second third fourth fifth one two three "
    "four five six seven eight nine ten last next".split()
)
"""Small words that turn a question round."""
_DULL = frozenset(
    "out up what how which who where when do give make get find short brief quick overview summary "
    "information detail detailed thorough couple way general some about "
    "need please report state be it its really actually exactly full complete good".split()
)
"""Words that make no difference between two tasks."""


def pairs(desk: Desk) -> dict[tuple[int, int], None]:
    """Places of tasks that ask for the same, the same words first."""
    return dict.fromkeys((*_same_words(desk), *_same_meaning(desk)))


def find(desk: Desk, same: Iterable[tuple[int, int]]) -> Iterator[Finding]:
    """One finding for each of these pairs."""
    for one, other in same:
        if _by_others(desk.tasks[one], desk.tasks[other]):
            continue
        exact = _plain(desk.readings[one]) == _plain(desk.readings[other])
        yield finding(
            desk,
            kind="duplicate",
            severity="warning",
            tasks=(one, other),
            spans=tuple(
                Span(index, 0, min(len(desk.readings[index].text), 200))
                for index in (one, other)
                if desk.readings[index].text
            ),
            message=f"'{desk.label(other)}' asks for the same as '{desk.label(one)}'"
            + (", word for word" if exact else ""),
            rule="same_words" if exact else "same_meaning",
        )


def _by_others(one: Task, other: Task) -> bool:
    """Whether a person gave the same work to two on purpose: each names another model or
    specialist."""
    return any(
        mine and yours and mine != yours
        for mine, yours in ((one.model, other.model), (one.specialist, other.specialist))
    )


def _plain(reading: Reading) -> str:
    return " ".join(word.low for word in reading.words if not word.mark)


def _same_words(desk: Desk) -> Iterator[tuple[int, int]]:
    first: dict[tuple[str, ...], int] = {}
    for reading in desk.readings:
        task = desk.tasks[reading.index]
        # Two programs with the same arguments, or two prompts that write to other places.
        key = (
            _plain(reading),
            reading.text.strip() if not _plain(reading) else "",
            *task.command,
            *sorted(task.writes),
            *sorted(task.reads),
        )
        if not any(key):
            continue
        if key in first:
            yield first[key], reading.index
        else:
            first[key] = reading.index


def _same_meaning(desk: Desk) -> Iterator[tuple[int, int]]:
    meanings = [_meaning(reading) for reading in desk.readings]
    for one, other in sorted(sharing(meanings, _MOST_SHARERS)):
        if _alike(desk, one, other, meanings[one], meanings[other]):
            yield one, other


def _meaning(reading: Reading) -> frozenset[str]:
    """Base forms of all words that make a difference, and the aspects they speak of."""
    text = reading.text[:2000]
    found = set()
    for name, pattern in _PATTERNS:
        if pattern.search(text):
            found.add(f"<{name}>")
            text = pattern.sub(" ", text)
    rest = {word.low for word in words(text) if not word.mark}
    found.update(word.low for word in reading.words if not word.mark and is_path(word.text))
    main = {each.base for each in reading.verbs if each.main and each.classes & _KNOWING}
    for word in rest:
        base = noun(word)
        if word in _TURNING:
            found.add(word)
        if word in STOP or word in ARTICLES or word in PREPOSITIONS or word in FILLERS:
            continue
        if base not in _DULL and verb(word) not in main and base not in main:
            found.add(base)
    return frozenset(found)


def _alike(desk: Desk, one: int, other: int, first: frozenset[str], second: frozenset[str]) -> bool:
    here, there = desk.readings[one], desk.readings[other]
    if len(first & second) < 2 or not _same_kind(here, there):
        return False
    if desk.tasks[one].writes != desk.tasks[other].writes:
        return False
    left, right = first - second, second - first
    if not left and not right:
        ways, others = _ways(here), _ways(there)
        turned = {name for _, name in ways} == {name for _, name in others}
        return ways == others or not turned
    if left and right or len(first & second) < 3:
        return False
    extra, reading = (left, here) if left else (right, there)
    # Only an owner's name more: `a chess player's rating`.
    owners = {
        word
        for phrase in reading.phrases
        if phrase.owner >= 0
        for word in reading.phrases[phrase.owner].words
    }
    return len(extra) == 1 and extra <= owners


def _ways(reading: Reading) -> set[tuple[str, str]]:
    """From where, and to where."""
    return {
        (one.low, other.low)
        for one, other in pairwise(reading.words)
        if one.low in ("from", "to", "into")
    }


def _same_kind(one: Reading, other: Reading) -> bool:
    if one.main is None or other.main is None:
        return False
    if one.main.base == other.main.base:
        return True
    if one.classes & _KNOWING and other.classes & _KNOWING:
        return True
    return bool(one.classes & other.classes)
