"""Dependencies found in words: the signs of all families, weighed and put in order.

Of two signs that contradict each other the stronger is kept; a guess that
follows from others anyway is not told. This module never reads a prompt.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import product

from orchtui.engine.independence import (
    declared,
    expected_outputs,
    groups,
    mentions,
    order_of_work,
    pointers,
    procedure,
    same_files,
)
from orchtui.engine.independence.claims import Claim
from orchtui.engine.independence.desk import Desk
from orchtui.engine.independence.findings import finding
from orchtui.engine.independence.report import Finding
from orchtui.engine.independence.signs import Sign, Span

_REVIEWING = frozenset({"judge", "change"})
_DIRECT = 35
"""Strength from which a sign is told although it follows from others: results are handed over."""


def find(
    desk: Desk, claims: Sequence[Claim], same: Collection[tuple[int, int]], request: str = ""
) -> Iterator[Finding]:
    """One finding for each pair of which one task needs the other.

    Args:
        same: Pairs that ask for the same: neither needs the other.
        request: The words that the plan came from.
    """
    pointing = list(pointers.find(desk))
    guesses = (
        *groups.find(desk),
        *mentions.find(desk),
        *order_of_work.find(desk),
        *procedure.find(desk, request),
    )
    named: dict[int, list[Sign]] = {}
    for sign in pointing:
        named.setdefault(sign.after, []).append(sign)
    guesses = (*guesses, *_reviewed_first(desk, guesses))
    signs = [
        *pointing,
        *expected_outputs.find(desk),
        *same_files.flows(desk, claims),
        *(
            sign
            for sign in guesses
            if (min(sign.before, sign.after), max(sign.before, sign.after)) not in same
            and not _said_better(desk, sign, named.get(sign.after, ()))
        ),
    ]
    yield from settle(desk, signs)


def _reviewed_first(desk: Desk, guesses: Sequence[Sign]) -> Iterator[Sign]:
    """What two tasks pick up of a third is reviewed before it is published."""
    picking: dict[int, dict[int, Sign]] = {}
    for sign in guesses:
        if sign.rule in ("picks_up", "result", "pronoun"):
            picking.setdefault(sign.before, {})[sign.after] = sign
    classes = [reading.classes for reading in desk.readings]
    reviewing = {i for i, each in enumerate(classes) if each & _REVIEWING}
    releasing = {i for i, each in enumerate(classes) if "release" in each} - reviewing
    for users in picking.values():
        for one, other in product(
            sorted(reviewing & users.keys()), sorted(releasing & users.keys())
        ):
            yield Sign(
                before=one,
                after=other,
                rule="order_of_work",
                strength=_DIRECT,
                spans=(users[one].spans[0], users[other].spans[0]),
                because="works on the same thing, which is checked before it goes out",
            )


def _said_better(desk: Desk, guess: Sign, pointing: Iterable[Sign]) -> bool:
    """Whether a name stands right behind the words of a guess: `the reviews of task 2`."""
    own = [span for span in guess.spans if span.index == guess.after]
    return any(
        other.before != guess.before and any(_adjoin(desk, span, other.spans[0]) for span in own)
        for other in pointing
    )


def _adjoin(desk: Desk, span: Span, name: Span) -> bool:
    text = desk.readings[span.index].text
    if name.start < span.end:
        return span.start <= name.start
    return name.start - span.end < 40 and not set(".;\n") & set(text[span.end : name.start])


def settle(desk: Desk, signs: Iterable[Sign]) -> Iterator[Finding]:
    """The findings of signs that fit together, with what the plan declares, and with each other."""
    names = [task.id for task in desk.tasks]
    order, said = declared.order(desk.tasks)
    for group in _by_pair(signs):
        before, after = names[group[0].before], names[group[0].after]
        if (before, after) in said:
            continue
        implied = order.follows(before, after)
        if implied and group[0].strength < _DIRECT:
            continue
        made = _finding(desk, group)
        if made.id in desk.tasks[group[0].after].accepted or order.add(before, after):
            yield made


def _by_pair(signs: Iterable[Sign]) -> list[list[Sign]]:
    """Signs of one direction together, the strongest first; then the strongest pairs first."""
    pairs: dict[tuple[int, int], list[Sign]] = {}
    for sign in signs:
        pairs.setdefault((sign.before, sign.after), []).append(sign)
    groups = [
        sorted(group, key=lambda one: (-one.strength, one.rule, [s.start for s in one.spans]))
        for group in pairs.values()
    ]
    return sorted(
        groups,
        key=lambda group: (
            -group[0].strength,
            group[0].before > group[0].after,
            abs(group[0].after - group[0].before),
            group[0].after,
        ),
    )


def _finding(desk: Desk, signs: Sequence[Sign]) -> Finding:
    best = signs[0]
    before, after = desk.label(best.before), desk.label(best.after)
    return finding(
        desk,
        kind="dependency",
        severity="error" if any(sign.certain for sign in signs) else "warning",
        tasks=(best.before, best.after),
        spans=[span for sign in signs for span in sign.spans],
        message=f"'{after}' needs '{before}': it {best.because}",
        rule=best.rule,
        directed=True,
    )
