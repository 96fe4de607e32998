"""The family of mentions: a task picks up a thing that another one leaves.

`the tutorial` where another task writes one, `the cleaned data` where another
task cleans it. This module never compares tasks by what they are about.
"""

from collections.abc import Iterator, Sequence

from orchtui.engine.independence.desk import CHANGED, CREATED, Desk, Product, about
from orchtui.engine.independence.groups import is_group, makes
from orchtui.engine.independence.lexicon import (
    DONE,
    EARLIER,
    EXISTING,
    MASS,
    SAME_DEED,
    SOURCES,
)
from orchtui.engine.independence.makers import Makers
from orchtui.engine.independence.phrases import Phrase
from orchtui.engine.independence.reading import NEAR, Reading
from orchtui.engine.independence.signs import Sign, Span
from orchtui.engine.independence.words import bases, verb
from orchtui.engine.request.grammar import is_plural

_POINTING = frozenset({"the", "this", "its", "all"})
"""Kinds of articles that may pick up what is known already."""
_FINISHING = frozenset({"judge", "release", "combine", "derive", "after", "change"})
"""What is done to a thing that is there already."""
_STRENGTH = 60
_DONE = 80


def find(desk: Desk) -> Iterator[Sign]:
    """Every mention of what another task leaves."""
    makers = Makers(desk)
    for reading in desk.readings:
        for number, phrase in enumerate(reading.phrases):
            if phrase.start > NEAR or phrase.pronoun or said_before(reading, number):
                continue
            if phrase.words & (EXISTING - EARLIER - DONE) or phrase.article in ("my", "each"):
                continue
            if phrase.article == "this" and reading.text[phrase.end : phrase.end + 1] == ":":
                continue  # it follows
            done = list(_done(desk, reading, phrase))
            yield from done
            if not done and not is_group(phrase):
                yield from _thing(desk, makers, reading, phrase)


def said_before(reading: Reading, number: int) -> bool:
    """Whether the task's own text introduced the thing already."""
    phrase = reading.phrases[number]
    return any(
        earlier.head == phrase.head and earlier.article in ("a", "", "number")
        for earlier in reading.phrases[:number]
    )


# What was done to a thing


def _done(desk: Desk, reading: Reading, phrase: Phrase) -> Iterator[Sign]:
    """`the cleaned data`: whoever cleans."""
    if phrase.article in ("a", "number"):
        return
    deeds = {_deed(base) for word in phrase.qualifiers for base in _deeds(word)}
    if not deeds:
        return
    others = [other for other in desk.readings if other.index != reading.index]
    doers = [o.index for o in others if deeds & {_deed(each.base) for each in o.verbs}]
    doers = doers or [o.index for o in others if deeds & {_deed(base) for base in o.said}]
    named = [
        i
        for i in doers
        if phrase.head in desk.products[i] or phrase.head in desk.readings[i].subject
    ]
    before = [i for i in doers if i < reading.index]
    chosen = named or (before if phrase.article in _POINTING else [])
    if not is_plural(phrase.said) and phrase.article and phrase.head not in MASS:
        chosen = [i for i in chosen if i < reading.index][-1:] or chosen[:1]
    for index in chosen:
        yield _picks_up(desk, reading, phrase, index, None, _DONE)


def participle(word: str) -> str | None:
    """The verb of a past participle; `None` for other words."""
    if not word.endswith(("ed", "en", "wn", "ilt", "und", "ade", "nt")):
        return None
    base = verb(word)
    return base if base != word else None


def _deeds(word: str) -> set[str]:
    """What may have been done to a thing that is called so; verbs of no list count as well."""
    if (base := participle(word)) is not None:
        return {base}
    return set(bases(word)[1:]) if word.endswith("ed") and len(word) > 4 else set()


def _deed(base: str) -> str:
    return SAME_DEED.get(base, base)


# Things


def _thing(desk: Desk, makers: Makers, reading: Reading, phrase: Phrase) -> Iterator[Sign]:
    """`the tutorial`: whoever makes such a thing and no other."""
    if phrase.article not in _POINTING and not _bare_use(reading, phrase):
        return
    making = makes(reading, phrase)
    wanted = frozenset(
        word for word in about(reading, phrase) if word not in DONE and participle(word) is None
    )
    fits: list[tuple[int, int, Product]] = []
    for index in makers.of(phrase.head, wanted):
        if index == reading.index:
            continue
        products = desk.products[index][phrase.head]
        fit, product = max(
            ((_fit(desk, reading, phrase, each, index, wanted), each) for each in products),
            key=lambda each: each[0],
        )
        if fit and (not making or _planned(desk, index, reading) or _taken(reading, product)):
            fits.append((fit, index, product))
    if not fits and not making:
        fits = list(_finished(desk, reading, phrase))
    for index, product in _chosen(fits, reading.index, phrase):
        strength = _STRENGTH + 5 * product.how + (5 if phrase.preposition in SOURCES else 0)
        yield _picks_up(desk, reading, phrase, index, product, strength)


def _planned(desk: Desk, index: int, reading: Reading) -> bool:
    """`Build the widget` after its design: what is made now was only planned before."""
    return "design" in desk.readings[index].classes and "design" not in reading.classes


def _taken(reading: Reading, product: Product) -> bool:
    """`Read the toast`, which another task writes: to get a thing is not to make it."""
    return product.how == CREATED and product.named and "gather" in reading.classes


def _finished(desk: Desk, reading: Reading, phrase: Phrase) -> Iterator[tuple[int, int, Product]]:
    """`the finished brownies`: the task before that is about brownies."""
    if not phrase.qualifiers & DONE - {"new"} or phrase.article not in _POINTING:
        return
    speaking = [o for o in desk.readings if o is not reading and phrase.head in o.subject]
    for other in [o for o in speaking if o.index < reading.index] or speaking:
        index = other.index
        if other.main is not None:
            start, end = other.main.start, other.main.end
            yield 1, index, Product(phrase.head, frozenset(), CREATED, start, end, True)


def _bare_use(reading: Reading, phrase: Phrase) -> bool:
    """`Test login page`: no article, but something that is done to a finished thing."""
    governing = reading.verb_of(phrase)
    if phrase.article or governing is None:
        return False
    if phrase.object:
        return bool(governing.classes & _FINISHING) and not governing.classes & {"make", "gather"}
    return phrase.preposition in SOURCES or phrase.preposition == "for"


def _fit(
    desk: Desk,
    reading: Reading,
    phrase: Phrase,
    product: Product,
    index: int,
    wanted: frozenset[str],
) -> int:
    """How well a product is what a phrase means; 0 when it is not."""
    other = desk.readings[index]
    known = product.about | other.subject
    missing = {word for word in wanted if word not in known and word not in other.said}
    if wanted and (len(missing) * 2 > len(wanted) or (missing and product.about - wanted)):
        return 0
    if product.how == CHANGED and not reading.classes & {"judge", "release", "after", "derive"}:
        return 0
    if not product.named and (_uses_itself(other, phrase) or not phrase.article):
        return 0
    if not phrase.article and product.how != CREATED:
        return 0
    if index > reading.index:
        sure = product.named and product.how == CREATED
        if not sure or (phrase.article not in _POINTING and "combine" not in reading.classes):
            return 0
    exact = 4 * (bool(wanted) and not missing) + 2 * len(phrase.around & known)
    return 1 + product.how + exact + 2 * product.named + 2 * (index < reading.index)


def _uses_itself(other: Reading, phrase: Phrase) -> bool:
    """Whether the other task speaks of such a thing as one that is there already."""
    return any(
        each.head == phrase.head and each.article in ("the", "my", "'s") for each in other.phrases
    )


def _chosen(
    fits: Sequence[tuple[int, int, Product]], own: int, phrase: Phrase
) -> list[tuple[int, Product]]:
    """The best of those that fit: several of a plural, the nearest before of a singular."""
    if not fits:
        return []
    best = max(fit for fit, _, _ in fits)
    kept = [(index, product) for fit, index, product in fits if fit >= best - 1]
    if is_plural(phrase.said) or len(kept) == 1:
        return kept
    created = [each for each in kept if each[1].how == CREATED and each[1].named] or kept
    if phrase.qualifiers & DONE - {"new"} and all(each[0] > own for each in created):
        return created
    before = [each for each in created if each[0] < own]
    return [before[-1]] if before else created[:1]


def _picks_up(
    desk: Desk,
    reading: Reading,
    phrase: Phrase,
    index: int,
    product: Product | None,
    strength: int,
) -> Sign:
    said = reading.text[phrase.start : phrase.end]
    spans = [Span(reading.index, phrase.start, phrase.end)]
    because = f"picks up “{said}”"
    if product is not None:
        spans.append(Span(index, product.start, product.end))
        made = desk.readings[index].text[product.start : product.end]
        because += f", which comes from “{made}” there"
    return Sign(
        before=index,
        after=reading.index,
        rule="picks_up" if product is None or product.named else "result",
        strength=strength,
        spans=tuple(spans),
        because=because,
    )
