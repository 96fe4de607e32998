"""Blocks that stand elsewhere: moved, not removed here and added there.

Exact ones are looked for first, then units that are much alike. What says little, such as a lone
bracket, was never moved. This module never looks at units that have a counterpart in place.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from orchtui.engine.comparison.alignment import Budget

LEAST = 20
"""Letters and digits that a block must have to be called moved."""
LEAST_CHANGED = 40
"""The same of a unit that was changed too."""
NEAR = 0.75
"""How alike such a unit must be to the one that it was."""
BESIDE = 0.5
"""The same of one that stands beside what was moved, on both sides."""
_RARE = 8
"""Units with the same key, or word, above which it tells nothing."""
_CANDIDATES = 3
_LOOK = 300
"""Cells that take as long as one look at a unit."""

Partners = dict[int, int]


class Moves:
    """The search through what has no counterpart.

    Args:
        left: Keys of all units.
        right: The other side's.
        weights: Letters and digits in each unit of the left side.
        budget: For looking.
    """

    def __init__(
        self, left: Sequence[int], right: Sequence[int], weights: Sequence[int], budget: Budget
    ) -> None:
        self._left = left
        self._right = right
        self._weights = weights
        self._budget = budget

    def exact(self, gone: set[int], new: set[int]) -> Partners:
        """Blocks of units with the same keys; what is found is taken out of both sets."""
        places = defaultdict[int, list[int]](list)
        for j in sorted(new):
            places[self._right[j]].append(j)
        found: Partners = {}
        for i in sorted(gone):
            if i not in gone or not self._weights[i]:
                continue
            candidates = places.get(self._left[i], ())
            if not candidates or len(candidates) > _RARE:
                continue
            blocks = [self._grown(i, j, gone, new) for j in candidates if j in new]
            best = max(blocks, key=self._weight, default={})
            if self._weight(best) >= LEAST:
                self._take(best, found, gone, new)
        return found

    def near(
        self,
        gone: set[int],
        new: set[int],
        words: tuple[Callable[[int], Sequence[int]], Callable[[int], Sequence[int]]],
        similar: Callable[[int, int], float],
        cost: Callable[[int, int], int],
    ) -> Partners:
        """Units that are much alike, with the equal ones around them.

        Args:
            gone: Units of the left side; what is found is taken out.
            new: Units of the right side; likewise.
            words: The words of a unit, of the left and of the right side.
            similar: How alike two units are.
            cost: What asking that takes.
        """
        of_left, of_right = words
        index = defaultdict[int, list[int]](list)
        for j in sorted(new):
            if self._budget.take(_LOOK):
                for word in set(of_right(j)):
                    index[word].append(j)
        found: Partners = {}
        for i in sorted(gone):
            if i not in gone or self._weights[i] < LEAST_CHANGED or not self._budget.take(_LOOK):
                continue
            votes = Counter[int]()
            for word in set(of_left(i)):
                if len(index.get(word, ())) <= _RARE:
                    votes.update(index.get(word, ()))
            best, score = -1, NEAR
            for j, _ in votes.most_common(_CANDIDATES):
                if j in new and self._budget.take(cost(i, j)) and similar(i, j) > score:
                    best, score = j, similar(i, j)
            if best >= 0:
                block = {i: best, **self._grown_around(i, best, gone, new)}
                self._take(block, found, gone, new)
        return found

    def beside(
        self,
        moved: Partners,
        gone: set[int],
        new: set[int],
        similar: Callable[[int, int], float],
        cost: Callable[[int, int], int],
    ) -> Partners:
        """What went along with what was moved, and was changed there, however short it is."""
        found: Partners = {}
        waiting = list(moved.items())
        while waiting:
            i, j = waiting.pop()
            for a, b in ((i + 1, j + 1), (i - 1, j - 1)):
                if a not in gone or b not in new or not self._budget.take(cost(a, b)):
                    continue
                if self._left[a] == self._right[b] or similar(a, b) >= BESIDE:
                    self._take({a: b}, found, gone, new)
                    waiting.append((a, b))
        return found

    def _grown(self, i: int, j: int, gone: set[int], new: set[int]) -> Partners:
        return {i: j, **self._grown_around(i, j, gone, new)}

    def _grown_around(self, i: int, j: int, gone: set[int], new: set[int]) -> Partners:
        """Neighbours with the same keys, on both sides."""
        found: Partners = {}
        for step in (1, -1):
            a, b = i + step, j + step
            while a in gone and b in new and self._left[a] == self._right[b]:
                if not self._budget.take(_LOOK):
                    return found
                found[a] = b
                a, b = a + step, b + step
        return found

    def _weight(self, block: Partners) -> int:
        return sum(self._weights[i] for i in block)

    def _take(self, block: Partners, found: Partners, gone: set[int], new: set[int]) -> None:
        found.update(block)
        gone.difference_update(block)
        new.difference_update(block.values())
