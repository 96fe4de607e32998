"""The family of groups and pronouns: `both reports`, `the findings`, `it`, `once that is done`.

Words that mean whatever the tasks before have left. This module never asks
what a task is about, except to tell that something else is meant.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchtui.engine.independence.desk import Desk, about
from orchtui.engine.independence.lexicon import (
    CLEAR_RESULTS,
    DONE,
    EARLIER,
    EXISTING,
    GROUP_NOUNS,
    PRONOUNS,
    RESULT_NOUNS,
    SOURCES,
    WEAK,
)
from orchtui.engine.independence.phrases import Phrase
from orchtui.engine.independence.reading import NEAR, Reading
from orchtui.engine.independence.signs import Sign, Span
from orchtui.engine.independence.words import noun, stem, verb, words
from orchtui.engine.request.grammar import is_plural

_GROUP, _RESULT, _SEQUENCE, _BEST, _PRONOUN = 70, 65, 55, 45, 40
_THEN = re.compile(
    r"(?:\A|[.;]\s*)(?:and )?(?:(?:once|when|after|as soon as) "
    r"(?:that|this|it|they|those|these|all of (?:that|this|them)|everything)"
    r"(?:'s|’s| is| are| has been| have been|'re)? "
    r"(?:done|finished|complete|completed|ready|approved|over|in place|up)|"
    r"afterwards|after that|after this|after which|then|subsequently|finally|lastly)\b",
    re.IGNORECASE,
)
_SUPERLATIVE = re.compile(
    r"\b(?:whichever|the winner|the winning|the runner-up|the (?:best|fastest|cheapest|strongest|"
    r"slowest|worst|safest|simplest|weakest|top|most \w+|least \w+|chosen|preferred)"
    r"(?: (?:one|ones|option|options|candidate|candidates|approach|idea|ideas|two|three|five|of "
    r"(?:these|those|them|the \w+)))|the top (?:\d|two|three|four|five))\b",
    re.IGNORECASE,
)
_SUCH = re.compile(r"\b(?:how|what|why|whether|that|if|when|where)\s\Z", re.IGNORECASE)
"""`how it feels`: such an `it` means nothing."""
_SAID_NEXT = re.compile(r"\s+(?:of|in|about|that|who|which|from|under|on|at|you|we|i|with)\b", re.I)
"""`everything in public/`: what it means follows."""
_ALL_OF_IT = re.compile(r"\b(?:all|both|each|any) of (?:it|them|these|those|this|that)\b", re.I)
_WHAT = re.compile(
    r"\bwhat (?:that|this|it|they|those|these|the (?:research|search|first|previous|others?))"
    r"(?: one)? (?:turns? up|finds?|shows?|brings?|reveals?|yields?|says?|comes? up with)\b",
    re.IGNORECASE,
)
_AS_TOLD = re.compile(r"\b(?:as|than) (\w+(?:ed|en|wn))\b(?! (?:in|by) )", re.IGNORECASE)
_COMPARING = frozenset("compare contrast rank weigh sort".split())
_WEIGHING = frozenset({"judge", "derive", "design"})


def find(desk: Desk) -> Iterator[Sign]:
    """Every word that means what the tasks before have left."""
    for reading in desk.readings:
        for number, phrase in enumerate(reading.phrases):
            if phrase.start > NEAR:
                break
            if phrase.pronoun:
                yield from _pronoun(desk, reading, number)
            elif is_group(phrase):
                yield from _group(desk, reading, phrase)
            else:
                yield from _results(desk, reading, phrase)
        yield from _sequence(desk, reading)


def _earlier(desk: Desk, reading: Reading) -> list[int]:
    return desk.working_before(reading.index)


def _sign(reading: Reading, before: int, start: int, end: int, rule: str, strength: int) -> Sign:
    said = reading.text[start:end].strip(" .;")
    start += reading.text[start:end].index(said)
    return Sign(
        before=before,
        after=reading.index,
        rule=rule,
        strength=strength,
        spans=(Span(reading.index, start, start + len(said)),),
        because=f"points with “{said}” at what earlier tasks leave",
    )


def _pointing(
    reading: Reading, phrase: Phrase, chosen: Sequence[int], rule: str, strength: int
) -> Iterator[Sign]:
    if not chosen:
        return
    first = _sign(reading, chosen[0], phrase.start, phrase.end, rule, strength)
    yield first
    for index in chosen[1:]:
        yield replace(first, before=index)


# Results


def _results(desk: Desk, reading: Reading, phrase: Phrase) -> Iterator[Sign]:
    """`the results`, `previous findings`: of whatever came before."""
    back = bool(phrase.qualifiers & EARLIER)
    if makes(reading, phrase) and not back:
        return
    if phrase.head not in (RESULT_NOUNS if back else CLEAR_RESULTS):
        return
    if not back and (phrase.article not in ("the", "this", "its", "") or phrase.words & EXISTING):
        return
    if not phrase.article and not back and phrase.preposition not in SOURCES:
        return
    wanted = about(reading, phrase) - DONE - EARLIER
    if any(verb(word) is None for word in wanted) or phrase.owner >= 0 or phrase.article == "my":
        return
    earlier = _earlier(desk, reading)
    makers = [i for i in earlier if phrase.head in desk.products[i]] or earlier
    chosen = makers if is_plural(phrase.said) else makers[-1:]
    yield from _pointing(reading, phrase, chosen, "result", _RESULT)


# Groups


def is_group(phrase: Phrase) -> bool:
    """Whether a phrase speaks of several things that are known already."""
    if phrase.count < 2 and phrase.article not in ("all", "this"):
        return False
    return (is_plural(phrase.said) or phrase.count > 1) and phrase.article in ("the", "this", "all")


def makes(reading: Reading, phrase: Phrase) -> bool:
    """Whether the phrase is what the task itself brings about."""
    governing = reading.verb_of(phrase)
    if governing is None or not phrase.object or phrase.qualifiers & (DONE - {"new"}):
        return False
    return bool(governing.classes & {"make", "design", "gather"}) and not (
        governing.classes & {"judge", "release", "combine", "derive"}
    )


def _group(desk: Desk, reading: Reading, phrase: Phrase) -> Iterator[Sign]:
    """`both reports`, `the three drafts`: the tasks that leave such things."""
    if phrase.article == "this" and reading.text[phrase.end : phrase.end + 1] == ":":
        return  # it follows
    if phrase.words & (EXISTING - DONE) or (phrase.count < 2 and makes(reading, phrase)):
        return
    heads = {phrase.head} | (phrase.about - WEAK if phrase.article == "all" else set())
    makers = sorted({i for head in heads for i in desk.makers.get(head, ()) if i != reading.index})
    makers = [i for i in makers if not _elsewhere(desk, reading, phrase, i)]
    chosen = [i for i in makers if i < reading.index] or makers
    if not chosen and phrase.head in GROUP_NOUNS and not (phrase.about - WEAK):
        others = _earlier(desk, reading)
        counted = phrase.count == len(others) or (not phrase.count and phrase.head in RESULT_NOUNS)
        chosen = others if counted else []
    if phrase.count > 1 and len(chosen) > phrase.count:
        chosen = chosen[-phrase.count :]
    if not chosen and phrase.article == "this":
        chosen = _spoken_of(desk, reading, phrase)
    yield from _pointing(reading, phrase, chosen, "group", _GROUP)


def _spoken_of(desk: Desk, reading: Reading, phrase: Phrase) -> list[int]:
    """`those averages`: the nearest task before that speaks of averages."""
    own = reading.text[: phrase.start]
    if stem(phrase.head) in {stem(noun(word.low)) for word in words(own)}:
        return []
    wanted = stem(phrase.head)
    spoken = [
        index
        for index in _earlier(desk, reading)
        if wanted in {stem(noun(word.low)) for word in desk.readings[index].words[:200]}
    ]
    return spoken[-1:]


def _elsewhere(desk: Desk, reading: Reading, phrase: Phrase, index: int) -> bool:
    """Whether the words around a group name something that the other task is not about."""
    wanted = {
        word for word in about(reading, phrase) - DONE if verb(word) is None or verb(word) == word
    }
    other = desk.readings[index]
    missing = {word for word in wanted if word not in other.subject and word not in other.said}
    return len(missing) * 2 > len(wanted)


# Pronouns


def pronouns(reading: Reading) -> list[Phrase]:
    """`it`, `both`, `these`, with nothing in the own text that they could mean."""
    return [phrase for number, phrase in enumerate(reading.phrases) if _open(reading, number)]


def _open(reading: Reading, number: int) -> bool:
    phrase = reading.phrases[number]
    if not phrase.pronoun:
        return False
    low = reading.text[phrase.start : phrase.end].lower()
    if phrase.count < 2 and low not in PRONOUNS:
        return False
    own = [each for each in reading.phrases[:number] if not each.pronoun or phrase.count < 2]
    if phrase.count > 1 or low == "both":
        # `Write a report comparing both`: the report is none of the two.
        own = [each for each in own if not makes(reading, each)]
        own = own if len(own) >= (phrase.count or 2) else []
    if own and not (phrase.count > 1 and phrase.preposition in SOURCES):
        return False
    governing = reading.verb_of(phrase)
    if governing is None or not (phrase.object or phrase.preposition):
        return False
    if _SUCH.search(reading.text[: phrase.start]) or reading.text[phrase.end :][:1] == ":":
        return False
    if low not in ("it", "them") and _SAID_NEXT.match(reading.text, phrase.end):
        return False
    return governing.main or low != "it"


def _pronoun(desk: Desk, reading: Reading, number: int) -> Iterator[Sign]:
    """What a pronoun means that has nothing to mean in its own text."""
    if not _open(reading, number):
        return
    phrase = reading.phrases[number]
    low = reading.text[phrase.start : phrase.end].lower()
    earlier = _earlier(desk, reading)
    if phrase.count > 1 or low == "both":
        many = phrase.count or 2
        if len(earlier) >= many:
            yield from _pointing(reading, phrase, earlier[-many:], "group", _GROUP)
        return
    verbs = {each.base for each in reading.verbs}
    weaving = "combine" in reading.classes or verbs & _COMPARING
    every = low in ("all", "everything") or (low != "it" and weaving)
    yield from _pointing(reading, phrase, earlier if every else earlier[-1:], "pronoun", _PRONOUN)


# Sequence


def _sequence(desk: Desk, reading: Reading) -> Iterator[Sign]:
    """`then …`, `once that is done`, `whichever came out fastest`."""
    earlier = _earlier(desk, reading)
    match = _THEN.match(reading.text) or _WHAT.search(reading.text, 0, NEAR)
    if match is not None and earlier:
        yield _sign(reading, earlier[-1], *match.span(), "sequence", _SEQUENCE)
    yield from _as_told(desk, reading, earlier)
    match = _ALL_OF_IT.search(reading.text, 0, NEAR)
    if match is not None and all(
        makes(reading, each) or each.pronoun
        for each in reading.phrases
        if each.end <= match.start()
    ):
        for index in earlier:
            yield _sign(reading, index, *match.span(), "group", _GROUP)
    match = _SUPERLATIVE.search(reading.text, 0, NEAR)
    if match is None or "gather" in reading.classes:
        return
    weighing = [i for i in earlier if desk.readings[i].classes & _WEIGHING]
    for index in weighing[-1:]:
        yield _sign(reading, index, *match.span(), "best_of", _BEST)


def _as_told(desk: Desk, reading: Reading, earlier: Sequence[int]) -> Iterator[Sign]:
    """`as specified`: whoever specifies."""
    for match in _AS_TOLD.finditer(reading.text, 0, NEAR):
        deed = verb(match[1].lower())
        doing = [i for i in earlier if any(each.base == deed for each in desk.readings[i].verbs)]
        for index in doing[-1:] if deed else ():
            yield _sign(reading, index, *match.span(), "as_told", _SEQUENCE)
