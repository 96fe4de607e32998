"""Which elements of two sequences correspond, in order.

The longest common subsequence, where the sequences are short enough for it; longer ones are split
first at what stands exactly once in both (as in patience diff), then at runs of elements that do,
and where there are none, at the same share of both. The work is counted, not timed, so that the
same texts always give the same answer; when the budget is used up, the rest is taken as different,
and the budget says so. This module never looks at what the elements mean.

Source: Hyyrö, "Bit-parallel LCS-length computation revisited" (2004), as RapidFuzz has it; its
memory is a bit for each cell. Patience: Bram Cohen's blog, "Patience Diff Advantages" (2010).
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from math import isqrt
from typing import NamedTuple

MOST_CELLS = 400_000_000
"""Pairs of elements that are compared in one go: 50 MB, some 80 ms."""
_ELEMENT = {1: 1_500, 4: 4_000, 16: 8_000}
"""Lengths of runs that sequences are split at, tried one after the other; and how many cells take
as long as one look at an element."""


class Run(NamedTuple):
    """Elements that correspond: `left` onwards to `right` onwards."""

    left: int
    right: int
    length: int


class Budget:
    """How much work there may be.

    Args:
        cells: Pairs of elements; a thousand million take some 200 ms.
    """

    def __init__(self, cells: int) -> None:
        self._left = cells
        self.exhausted = False
        """Whether something was not looked at."""

    def take(self, cells: int) -> bool:
        """Whether that much may still be done; it is then used up."""
        if cells > self._left:
            self.exhausted = True
            return False
        self._left -= cells
        return True


def align(left: Sequence[int], right: Sequence[int], budget: Budget) -> list[Run]:
    """The runs of equal elements, in order. Not negative; equal ones are the same number."""
    found: list[Run] = []
    stack = [(0, len(left), 0, len(right))]
    while stack:
        stack += reversed(_step(left, right, stack.pop(), budget, found))
    return _joined(sorted(found))


_Region = tuple[int, int, int, int]


def _step(
    left: Sequence[int],
    right: Sequence[int],
    region: _Region,
    budget: Budget,
    found: list[Run],
) -> list[_Region]:
    """Find what can be found in a region at once; the regions that are still to be looked at."""
    a, a_end, b, b_end = region
    start = a
    while a < a_end and b < b_end and left[a] == right[b]:
        a, b = a + 1, b + 1
    if a > start:
        found.append(Run(start, b - (a - start), a - start))
    end = a_end
    while a < a_end and b < b_end and left[a_end - 1] == right[b_end - 1]:
        a_end, b_end = a_end - 1, b_end - 1
    if a_end < end:
        found.append(Run(a_end, b_end, end - a_end))
    cells = (a_end - a) * (b_end - b)
    if not cells:
        return []
    if cells <= MOST_CELLS:
        if budget.take(cells):
            found += _longest_common(left[a:a_end], right[b:b_end], a, b)
        return []
    return _split(left, right, (a, a_end, b, b_end), budget)


def _longest_common(
    left: Sequence[int], right: Sequence[int], left_offset: int, right_offset: int
) -> list[Run]:
    from rapidfuzz.distance import LCSseq  # not before two texts are compared

    return [
        Run(left_offset + op.src_start, right_offset + op.dest_start, op.src_end - op.src_start)
        for op in LCSseq.opcodes(left, right)
        if op.tag == "equal"
    ]


def _split(
    left: Sequence[int], right: Sequence[int], region: _Region, budget: Budget
) -> list[_Region]:
    """A region as smaller ones."""
    a, a_end, b, b_end = region
    for length, cells in _ELEMENT.items():
        if not budget.take((a_end - a + b_end - b) * cells):
            break
        if anchors := _anchors(left, right, region, length):
            return _between(anchors, region)
    budget.exhausted = True
    return _cut(region)


def _between(anchors: list[tuple[int, int]], region: _Region) -> list[_Region]:
    """The regions that begin with an anchor, and the one before the first."""
    a, a_end, b, b_end = region
    regions = []
    last = (-1, -1)
    for one, other in anchors:
        # An anchor, and what is equal after it, is found by the step that begins with it.
        if (one - 1, other - 1) != last:
            regions.append((a, one, b, other))
            a, b = one, other
        last = (one, other)
    return [*regions, (a, a_end, b, b_end)]


def _cut(region: _Region) -> list[_Region]:
    """Cut both sides at the same shares, into pieces that can be compared in one go."""
    a, a_end, b, b_end = region
    pieces = isqrt((a_end - a) * (b_end - b) // MOST_CELLS) + 2  # rounding may add one to each side
    return [
        (
            a + (a_end - a) * at // pieces,
            a + (a_end - a) * (at + 1) // pieces,
            b + (b_end - b) * at // pieces,
            b + (b_end - b) * (at + 1) // pieces,
        )
        for at in range(pieces)
    ]


def _anchors(
    left: Sequence[int], right: Sequence[int], region: _Region, length: int
) -> list[tuple[int, int]]:
    """Where runs of this length begin that stand once in both, in the same order in both."""
    a, a_end, b, b_end = region
    here, there = _runs(left, a, a_end, length), _runs(right, b, b_end, length)
    both = _once(here) & _once(there)
    places = {key: at for at, key in enumerate(there, b) if key in both}
    return _rising([(at, places[key]) for at, key in enumerate(here, a) if key in both])


def _runs(elements: Sequence[int], start: int, end: int, length: int) -> Sequence[Hashable]:
    if length == 1:
        return elements[start:end]
    last = max(start, end - length + 1)
    shifted = (elements[start + at : last + at] for at in range(length))
    return list(zip(*shifted, strict=True))


def _once(keys: Sequence[Hashable]) -> set[Hashable]:
    return {key for key, many in Counter(keys).items() if many == 1}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest selection in which both numbers rise; the first ones do already."""
    tails: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for at, (_, other) in enumerate(pairs):
        place = bisect_left(tails, other)
        before.append(last[place - 1] if place else -1)
        if place == len(tails):
            tails.append(other)
            last.append(at)
        else:
            tails[place], last[place] = other, at
    chosen = []
    at = last[-1] if last else -1
    while at >= 0:
        chosen.append(pairs[at])
        at = before[at]
    return chosen[::-1]


def _joined(runs: list[Run]) -> list[Run]:
    """Runs that go on where the one before ends become one."""
    joined: list[Run] = []
    for run in runs:
        if joined:
            last = joined[-1]
            if last.left + last.length == run.left and last.right + last.length == run.right:
                joined[-1] = Run(last.left, last.right, last.length + run.length)
                continue
        joined.append(run)
    return joined
