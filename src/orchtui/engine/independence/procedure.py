"""The family of procedures: a request that asks how something is done, and its steps.

Steps of one procedure build on each other even where no word says so; tips for
one end do not. This module looks only at requests that ask `how to …`, or ask
a question that the last step answers.
"""

import re
from collections.abc import Iterator, Sequence

from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.reading import Reading
from orchtui.engine.independence.signs import Sign, Span

_HOW_TO = re.compile(r"\s*how (?:to|do (?:i|you|we)|can (?:i|we))\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"(?!.*\b(?:please|can you|could you|would you|i'm|i’m|i am|i need|i want|i'd|"
    r"help me)\b)[^?]*\?",
    re.IGNORECASE | re.DOTALL,
)
"""A question, rather than a wish in the form of one."""
_ADVISING = frozenset(
    "be avoid consider try use keep choose make have know remember don't do learn understand look "
    "look-for think ask stay read eat play never watch observe say wear recognize note check "
    "practice reduce replace spend pay study see perform limit get maintain expect listen snack "
    "pair focus understand talk treat".split()
)
"""Verbs with which tips begin as often as steps."""
_STEPPING = frozenset(
    "put drive walk combine open decide wait serve search turn select gather click grab heat fill "
    "preheat bake pull set-up look-up enter locate type send leave rinse pack divide contact call "
    "boil begin start stand scoop pick-up lay drop draw dip close travel secure press melt invite "
    "feed drain cover arrive spread spray shop rent peel pour mix stir add cut place attach insert "
    "remove download install log connect sign go return hand submit finish bring lift fold tie "
    "screw drill glue sand dry cool chop slice roll fetch".split()
)
"""Verbs of one who is in the middle of doing something: the next step goes on from there."""
_ADVICE_ON = frozenset(
    "understand identify feel choose eat wear dress manage treat use become prevent save recognize "
    "avoid cope handle stop decorate enjoy spot tell style accessorize say fake watch respect "
    "improve sharpen market celebrate be".split()
)
"""What people ask advice about, rather than steps for."""
_ANSWERING = frozenset(
    "select choose pick determine calculate compute answer decide identify verify confirm subtract "
    "add multiply divide count compare check conclude infer evaluate sum deduce match return "
    "state provide estimate analyze assess".split()
)
_STRENGTH, _ANSWER = 20, 36


def find(desk: Desk, request: str) -> Iterator[Sign]:
    """What the steps of a request have to do with each other."""
    if len(desk.tasks) < 2:
        return
    if _HOW_TO.match(request):
        if not _tips(desk.readings, request):
            yield from _steps(desk)
    elif _QUESTION.match(request):
        yield from _answer(desk)


def _tips(readings: Sequence[Reading], request: str) -> bool:
    """Whether the list gives several pieces of advice rather than steps."""
    count = len(readings)
    verbs = [reading.main.base if reading.main else "" for reading in readings]
    pointing = sum(
        any(p.pronoun or p.article in ("the", "its", "this") for p in reading.phrases)
        for reading in readings[1:]
    ) / (count - 1)
    shared, seen = 0, set(readings[0].subject)
    for reading in readings[1:]:
        shared += bool(reading.subject & seen)
        seen |= reading.subject
    asked = request.lower().split()
    score = (
        (len(set(verbs)) <= 0.8 * count)
        + (len(set(verbs)) <= 0.6 * count)
        + (sum(verb in _ADVISING for verb in verbs) >= 0.4 * count)
        + (len(asked) > 2 and asked[2] in _ADVICE_ON)
        + (pointing == 0)
        + (shared == 0)
        - (pointing >= 0.5)
        - min(2, sum(verb in _STEPPING for verb in verbs))
    )
    return score >= 2


def _steps(desk: Desk) -> Iterator[Sign]:
    """Each step after the one before; neighbours with the same verb side by side."""
    groups: list[list[int]] = []
    for reading in desk.readings:
        before = desk.readings[groups[-1][-1]] if groups else None
        if before is not None and _side_by_side(before, reading):
            groups[-1].append(reading.index)
        else:
            groups.append([reading.index])
    for at in range(1, len(groups)):
        for after in groups[at]:
            for before_index in groups[at - 1]:
                sign = _sign(desk, before_index, after)
                if sign.spans:  # where neither says anything, nothing shows that they are steps
                    yield sign


def _side_by_side(before: Reading, reading: Reading) -> bool:
    one, other = before.main, reading.main
    if one is None or other is None:
        return False
    if one.base == other.base:
        return True
    preparing = "gather" in one.classes and "gather" in other.classes
    return preparing and not before.subject & reading.subject


def _sign(desk: Desk, before: int, after: int) -> Sign:
    spans = [_beginning(desk.readings[index]) for index in (after, before)]
    return Sign(
        before=before,
        after=after,
        rule="procedure",
        strength=_STRENGTH,
        spans=tuple(span for span in spans if span is not None),
        because="comes next among the steps of what the request asks how to do",
    )


def _beginning(reading: Reading) -> Span | None:
    """What a step begins with: its verb, else its first word; `None` where it says nothing."""
    if reading.main is not None:
        return Span(reading.index, reading.main.start, reading.main.end)
    if reading.words:
        return Span(reading.index, reading.words[0].start, reading.words[0].end)
    return None


def _answer(desk: Desk) -> Iterator[Sign]:
    """The last step of a question answers it, from what the others found."""
    last = desk.readings[-1]
    if last.main is None or last.main.base not in _ANSWERING:
        return
    for before in range(last.index):
        yield Sign(
            before=before,
            after=last.index,
            rule="answer",
            strength=_ANSWER,
            spans=(Span(last.index, last.main.start, last.main.end),),
            because="comes last, and answers the request's question from what the others find",
        )
