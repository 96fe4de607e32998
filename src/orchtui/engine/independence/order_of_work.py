"""The family of the usual order of work: research, design, build, review, publish, on one subject.

This module never looks at what a task points at.
"""

import re
from collections.abc import Iterator, Sequence

from orchtui.engine.independence.claims import COPYING
from orchtui.engine.independence.desk import Desk, sharing
from orchtui.engine.independence.lexicon import EXISTING, STAGE, WEAK
from orchtui.engine.independence.reading import NEAR, Reading
from orchtui.engine.independence.signs import Sign, Span
from orchtui.engine.independence.words import stem
from orchtui.engine.paths.paths import is_path

_LIVE = re.compile(
    r"\b(?:live|(?:in|on) prod(?:uction)?|deployed|released|published|production|after (?:the )?"
    r"(?:launch|release|rollout|deployment|go-live))\b",
    re.IGNORECASE,
)
_RELEASED = frozenset("deploy release publish ship launch roll-out push".split())
_CLOSING_CLASSES = frozenset({"combine", "release", "judge", "after", "make"})
_LAYING = frozenset("set-up create initialize scaffold bootstrap define establish design".split())
_GROUND = frozenset(
    "structure framework schema interface infrastructure base core foundation architecture "
    "environment class skeleton scaffold scaffolding type layer directory storage package".split()
)
"""Nouns of what other work stands on."""
_STRENGTH = 30
_CLOSING = 50
_MOST_SHARERS = 40
"""A word that more tasks than this share says nothing about two of them."""


def find(desk: Desk) -> Iterator[Sign]:
    """Pairs that work on the same subject at different stages, and closing tasks."""
    subjects = [_subject(reading) for reading in desk.readings]
    things = [_thing(reading) for reading in desk.readings]
    stages = [stage(reading) for reading in desk.readings]
    pairs = sharing(subjects, _MOST_SHARERS)
    both_ways = {*pairs, *((other, one) for one, other in pairs)}
    for one, other in sorted(both_ways):
        first, second = stages[one], stages[other]
        if first is None or second is None or first >= second:
            continue
        verb = desk.readings[one].main
        if verb is not None and verb.base in COPYING:
            continue  # what is translated stays as it was
        if first and things[one] and things[other] and not things[one] & things[other]:
            continue  # a cover and a tagline for one book
        if _same_subject(subjects[one], subjects[other], in_order=one < other):
            shared = subjects[one] & subjects[other]
            yield _sign(desk, one, other, _as_said(desk.readings[other], shared))
    yield from _foundation(desk, subjects)
    for reading in desk.readings:
        yield from _closing(desk, reading, stages)
        yield from _live(desk, reading)


def stage(reading: Reading) -> int | None:
    """Where in the usual order of work a task stands; `None` when its verb does not say."""
    if not reading.classes:
        return None
    making_tests = "make" in reading.classes and any(
        phrase.object and phrase.head in ("test", "documentation", "review")
        for phrase in reading.phrases
    )
    return STAGE["judge"] if making_tests else min(STAGE[each] for each in reading.classes)


def _subject(reading: Reading) -> frozenset[str]:
    """What a task is about, without where it looks."""
    words = set(reading.subject)
    for phrase in reading.phrases:
        if phrase.preposition == "from" and "gather" in reading.classes:
            words -= phrase.words
        if phrase.object and phrase.article in ("a", "number") and "make" in reading.classes:
            # `a feature on bees` is about bees.
            named = (phrase.about | phrase.around) - WEAK
            words -= phrase.words if named else {phrase.head}
    words.update(each.base for each in reading.verbs if not each.main and not each.classes)
    return frozenset(map(stem, words))


def _thing(reading: Reading) -> frozenset[str]:
    """What the task makes or works on, without what it is for."""
    objects = [
        phrase
        for phrase in reading.phrases
        if phrase.object and not phrase.pronoun and reading.verb_of(phrase) is reading.main
    ]
    planned = "design" in reading.classes
    return frozenset(
        stem(word)
        for phrase in objects
        for word in (phrase.words | phrase.about if planned else phrase.words)
    )


def _same_subject(one: frozenset[str], other: frozenset[str], *, in_order: bool) -> bool:
    shared = one & other
    smaller = min(len(one), len(other))
    if not shared:
        return False
    if in_order:
        return len(shared) / smaller >= 0.66 and (len(shared) > 1 or max(len(one), len(other)) < 4)
    return len(shared) == smaller and len(shared) > 1


def _as_said(reading: Reading, stems: frozenset[str]) -> frozenset[str]:
    """The words of a task for their stems, as people read them."""
    return frozenset(word for word in reading.subject if stem(word) in stems) or stems


def _sign(desk: Desk, before: int, after: int, shared: frozenset[str]) -> Sign:
    verbs = [desk.readings[index].main for index in (before, after)]
    spans = tuple(
        Span(index, verb.start, verb.end)
        for index, verb in zip((before, after), verbs, strict=True)
        if verb is not None
    )
    first, second = (verb.base if verb else "" for verb in verbs)
    return Sign(
        before=before,
        after=after,
        rule="order_of_work",
        strength=_STRENGTH,
        spans=spans,
        because=f"is about the same ({', '.join(sorted(shared))}), and one usually does "
        f"“{first}” before “{second}”",
    )


def _foundation(desk: Desk, subjects: list[frozenset[str]]) -> Iterator[Sign]:
    """`Set up the project structure`: what comes first, and the others stand on."""
    if len(desk.readings) < 3:
        return
    first = desk.readings[0]
    verb = first.main
    if verb is None or verb.base not in _LAYING or first.subject.isdisjoint(_GROUND):
        return
    for reading in desk.readings[1:]:
        if reading.main is None or reading.main.base == verb.base or not reading.classes:
            continue
        if subjects[0] & subjects[reading.index]:
            yield Sign(
                before=0,
                after=reading.index,
                rule="foundation",
                strength=_STRENGTH - 5,
                spans=(Span(0, verb.start, verb.end),),
                because=f"stands on what “{verb.base}” there lays, and is about the same "
                f"({', '.join(sorted(_as_said(reading, subjects[0] & subjects[reading.index])))})",
            )


def _closing(desk: Desk, reading: Reading, stages: Sequence[int | None]) -> Iterator[Sign]:
    """`Synthesize into one report`, `Write a tutorial`: work that does not say what it is about."""
    verb = reading.main
    if verb is None or not verb.classes & _CLOSING_CLASSES:
        return
    own = stages[reading.index]
    objects = [p for p in reading.phrases if p.object and reading.verb_of(p) is verb]
    combines = "combine" in verb.classes
    if own is None or (objects if combines else reading.subject):
        return
    if any(p.article in ("my", "number") or p.words & EXISTING or p.count for p in objects):
        return
    if objects and any(is_path(word.text) for word in reading.words if not word.mark):
        return
    before = enumerate(stages[: reading.index])
    earlier = [i for i, at in before if at is not None and (combines or at < own)]
    if not combines and earlier:
        # Several tasks of the same kind right before are all meant: three sources, one article.
        last = stages[earlier[-1]]
        earlier = [i for i in earlier if stages[i] == last]
        if last:
            earlier = earlier[-1:]
    for index in earlier:
        yield Sign(
            before=index,
            after=reading.index,
            rule="closing",
            strength=_CLOSING,
            spans=(Span(reading.index, verb.start, objects[0].end if objects else verb.end),),
            because="does not say what about, and the other comes before it",
        )


def _live(desk: Desk, reading: Reading) -> Iterator[Sign]:
    """`Verify the live site`, after a deployment."""
    match = _LIVE.search(reading.text, 0, NEAR)
    if match is None or not reading.classes & {"judge", "after"}:
        return
    released = [
        index
        for index in range(reading.index)
        if _RELEASED & desk.readings[index].said and "release" in desk.readings[index].classes
    ]
    for index in released[-1:]:
        yield Sign(
            before=index,
            after=reading.index,
            rule="live",
            strength=_CLOSING,
            spans=(Span(reading.index, *match.span()),),
            because=f"looks at what is “{match.group()}”, and the other brings it there",
        )
