"""Which units of a changed region are the same unit, changed: by how many words they share.

This module never looks outside of a region, and never at what is equal.
"""

from collections import Counter
from collections.abc import Callable, Sequence

from orchtui.engine.comparison.alignment import Budget
from orchtui.engine.comparison.word_marks import Words

SIMILAR = 0.4
"""Share of the words of two units that stand in both, in order, from which on one is the other,
changed. Sentences that have nothing to do with each other share `the`, `of` and `and`."""
ALIKE = 0.75
"""The same of characters: `colour` and `color` share no word."""
LONG = 3_000
"""Words of a unit above which their order is not looked at."""
MOST_IN_REGION = 10_000
"""Pairs of units of a region that are looked at: those that stand at about the same place."""
_CALL = 20_000
"""Cells that take as long as one look at a pair; see `alignment.Budget`."""
_CHARACTER = 50
"""Cells that take as long as a character of a pair that is looked at."""

Pair = tuple[int, int]
Similarity = Callable[[int, int], float]


def similarity(left: Words, right: Words, here: str, there: str) -> float:
    """How alike two units are, 0 to 1; 0 where they are not similar.

    Args:
        left: The words of one.
        right: The words of the other.
        here: The text of one.
        there: The text of the other.
    """
    from rapidfuzz.distance import Indel  # not before two texts are compared

    one, other = left.keys, right.keys
    if not one or not other:
        return 0.0
    if max(len(one), len(other)) > LONG:
        shared = sum((Counter(one) & Counter(other)).values())
        share = 2 * shared / (len(one) + len(other))
    else:
        share = Indel.normalized_similarity(one, other)
    if share >= SIMILAR or max(len(one), len(other)) > LONG:
        return share if share >= SIMILAR else 0.0
    # Words that were only spelt another way.
    return SIMILAR * Indel.normalized_similarity(here, there, score_cutoff=ALIKE)


def cost(characters: int, looks: int = 1) -> int:
    """What looking at pairs takes, in the cells of a budget.

    Args:
        characters: Of both units together, on average.
        looks: How many pairs.
    """
    # Of units that are not too long for it, the order of words is compared: a word has six letters.
    words = min(characters / 12, LONG)
    return looks * int(_CALL + characters * _CHARACTER + words * words)


def pairs(
    left: Sequence[int],
    right: Sequence[int],
    similar: Similarity,
    characters: int,
    budget: Budget,
) -> list[Pair]:
    """Counterparts in order, such that they are as similar as can be in all.

    Args:
        left: Units of a region.
        right: Those of the other side.
        similar: How alike two of them are; 0 where they are no counterparts.
        characters: Of a unit of the left and one of the right side together, on average.
        budget: Where it does not suffice, there are no counterparts.
    """
    width = _band(len(left), len(right))
    if not budget.take(cost(characters, len(left) * min(len(right), 2 * width + 1))):
        return []
    score: list[dict[int, float]] = [{}]
    take: set[Pair] = set()
    for i, one in enumerate(left):
        above, row = score[-1], dict[int, float]()
        middle = i * len(right) // max(1, len(left))
        best = 0.0
        for j in range(max(0, middle - width), min(len(right), middle + width + 1)):
            up, aside = _at(above, j), best
            here = similar(one, right[j])
            best = max(up, aside)
            if here and _at(above, j - 1) + here > best:
                best = _at(above, j - 1) + here
                take.add((i, j))
            row[j] = best
        score.append(row)
    return [(left[i], right[j]) for i, j in _back(score, take, len(left), len(right))]


def _band(left: int, right: int) -> int:
    """How far from its own place a counterpart is looked for, in units."""
    if left * right <= MOST_IN_REGION:
        return max(left, right)
    return max(2, MOST_IN_REGION // (2 * left))


def _at(row: dict[int, float], j: int) -> float:
    """The best score up to a column, in a row of which only a band is known."""
    if j in row:
        return row[j]
    if not row or j < next(iter(row)):
        return 0.0
    return row[next(reversed(row))]


def _back(score: list[dict[int, float]], take: set[Pair], left: int, right: int) -> list[Pair]:
    """The way that gave the best score."""
    found = []
    i, j = left - 1, right - 1
    while i >= 0 and j >= 0:
        if (i, j) in take:
            found.append((i, j))
            i, j = i - 1, j - 1
        elif _at(score[i], j) >= _at(score[i + 1], j - 1) and _at(score[i], j) >= _at(
            score[i + 1], j
        ):
            i -= 1
        else:
            j -= 1
    return found[::-1]
