"""Two texts into a Diff: tile, align, find what was moved, pair what was changed, mark the words.

Blocks the thread it is called in, for a second or two with texts of a megabyte, ten with twenty:
never for an event loop. The same texts and options always give the same Diff. This module never
reads a file.
"""

from collections.abc import Iterator, Sequence
from functools import cache

from orchtui.engine.comparison import pairing, word_marks
from orchtui.engine.comparison.alignment import Budget, Run, align
from orchtui.engine.comparison.difference import Block, Diff, Kind, Marks, Options, Span
from orchtui.engine.comparison.moves import Moves, Partners
from orchtui.engine.comparison.tiling import Keyed, tile

_UNITS, _WORDS, _PAIRS, _MOVES = 5_000_000_000, 5_000_000_000, 2_000_000_000, 500_000_000
"""Budgets in cells, see `alignment.Budget`."""

_COARSE_UNITS = "long stretches of the texts have nothing in common that would show where they meet"
_COARSE_WORDS = "not all words of what was changed were compared with each other"
_COARSE_MOVES = "not all of what may have been moved was looked for"


def compare(left: str, right: str, options: Options | None = None) -> Diff:
    """What is different between two texts.

    Args:
        left: The older one, or the one that is set against the other.
        right: The newer one.
        options: What counts; all counts where nothing is said.
    """
    return _Comparison(left, right, options or Options()).made()


class _Comparison:
    def __init__(self, left: str, right: str, options: Options) -> None:
        self._options = options
        self._left, self._right = tile(left, options), tile(right, options)
        numbers: dict[str, int] = {}
        # Numbers, for equal ones are equal for certain: a hash may be the same for two keys.
        self._codes = [
            [numbers.setdefault(key, len(numbers)) for key in side.keys]
            for side in (self._left, self._right)
        ]
        self._vocabulary = word_marks.Vocabulary(ignore_case=options.ignore_case)
        self._left_words = cache(lambda at: self._words(self._left, at))
        self._right_words = cache(lambda at: self._words(self._right, at))
        self._similar = cache(self._similarity)
        self._budgets = [Budget(cells) for cells in (_UNITS, _WORDS, _PAIRS, _MOVES)]

    def made(self) -> Diff:
        left, right = self._codes
        units, _, pairs, moving = self._budgets
        runs = align(left, right, units)
        gone, new = _others(len(left), runs, 0), _others(len(right), runs, 1)
        moves = Moves(left, right, self._weights(gone), moving)
        moved = moves.exact(gone, new)
        counterparts: Partners = {}
        for lefts, rights in _regions(len(left), len(right), runs):
            here = [at for at in lefts if at in gone]
            there = [at for at in rights if at in new]
            if here and there:
                size = self._characters(here, 0) + self._characters(there, 1)
                found = pairing.pairs(here, there, self._similar, size, pairs)
                counterparts.update(found)
                self._same_to_the_letter(found)
        gone.difference_update(counterparts)
        new.difference_update(counterparts.values())
        words = (lambda at: self._left_words(at).keys), (lambda at: self._right_words(at).keys)
        moved |= moves.near(gone, new, words, self._similar, self._cost)
        moved |= moves.beside(moved, gone, new, self._similar, self._cost)
        for run in runs:
            counterparts.update((run.left + at, run.right + at) for at in range(run.length))
        blocks = tuple(self._blocks(counterparts, moved))
        return Diff(
            left=self._left.tiling,
            right=self._right.tiling,
            options=self._options,
            blocks=blocks,
            coarse=self._coarse(),
            loosely_equal=self._loosely_equal(runs),
        )

    def _blocks(self, counterparts: Partners, moved: Partners) -> Iterator[Block]:
        """The blocks in order: what is gone before what is new."""
        places = _Walk(self._codes, counterparts, moved).stretches()
        starts = {left.start: at for at, (kind, left, right) in enumerate(places)
                  if kind == "moved" and left.start < left.end}  # fmt: skip
        arrivals = {right.start: at for at, (kind, left, right) in enumerate(places)
                    if kind == "moved" and right.start < right.end}  # fmt: skip
        origins = {there: here for here, there in moved.items()}
        for kind, left, right in places:
            if kind == "moved" and left.start < left.end:
                there = moved[left.start]
                other = Span(there, there + left.end - left.start)
                yield Block(kind, left, right, self._marks(left, other), arrivals[there])
            elif kind == "moved":
                here = origins[right.start]
                other = Span(here, here + right.end - right.start)
                yield Block(kind, left, right, self._marks(other, right), starts[here])
            elif kind == "changed":
                yield Block(kind, left, right, self._marks(left, right))
            else:
                yield Block(kind, left, right)

    def _marks(self, left: Span, right: Span) -> tuple[Marks, ...]:
        """Of units that correspond; nothing where all of them are equal."""
        codes, other_codes = self._codes
        if codes[slice(*left)] == other_codes[slice(*right)]:
            return ()
        return tuple(
            self._pair_marks(i, j) for i, j in zip(range(*left), range(*right), strict=True)
        )

    def _pair_marks(self, i: int, j: int) -> Marks:
        if self._codes[0][i] == self._codes[1][j]:
            return Marks((), ())
        one, other = self._left.tiling, self._right.tiling
        return word_marks.marks(
            word_marks.Unit(one.text, one.span(Span(i, i + 1)), self._left_words(i)),
            word_marks.Unit(other.text, other.span(Span(j, j + 1)), self._right_words(j)),
            self._budgets[1],
            loose=not (self._left.exact[i] or self._right.exact[j]),
        )

    def _same_to_the_letter(self, found: Sequence[pairing.Pair]) -> None:
        """Make equal what only has another key: a line that is code here and in a list there."""
        codes, other_codes = self._codes
        for i, j in found:
            here, there = Span(i, i + 1), Span(j, j + 1)
            if self._left.tiling.of(here) == self._right.tiling.of(there):
                other_codes[j] = codes[i]

    def _words(self, side: Keyed, at: int) -> word_marks.Words:
        return self._vocabulary.words(side.tiling.text, side.tiling.span(Span(at, at + 1)))

    def _similarity(self, i: int, j: int) -> float:
        here, there = self._left.keys[i], self._right.keys[j]
        return pairing.similarity(self._left_words(i), self._right_words(j), here, there)

    def _cost(self, i: int, j: int) -> int:
        return pairing.cost(len(self._left.keys[i]) + len(self._right.keys[j]))

    def _characters(self, units: Sequence[int], side: int) -> int:
        """Of a unit, on average."""
        keys = (self._left, self._right)[side].keys
        return sum(len(keys[at]) for at in units) // len(units)

    def _weights(self, gone: set[int]) -> list[int]:
        """Letters and digits of units, of those that are asked for."""
        keys = self._left.keys
        return [
            sum(map(str.isalnum, key[:200])) if at in gone else 0 for at, key in enumerate(keys)
        ]

    def _loosely_equal(self, runs: Sequence[Run]) -> int:
        left, right = self._left.tiling, self._right.tiling
        count = 0
        for run in runs:
            here = Span(run.left, run.left + run.length)
            there = Span(run.right, run.right + run.length)
            if left.of(here) != right.of(there):
                count += sum(
                    left.of(Span(i, i + 1)) != right.of(Span(j, j + 1))
                    for i, j in zip(range(*here), range(*there), strict=True)
                )
        return count

    def _coarse(self) -> str:
        units, words, pairs, moving = self._budgets
        why = []
        if units.exhausted:
            why.append(_COARSE_UNITS)
        if words.exhausted or pairs.exhausted:
            why.append(_COARSE_WORDS)
        if moving.exhausted:
            why.append(_COARSE_MOVES)
        return "; ".join(why)


_Stretch = tuple[Kind, Span, Span]


class _Walk:
    """Along both sides at once.

    Args:
        codes: The keys of both sides' units.
        counterparts: Units in place, equal or changed.
        moved: Units that stand elsewhere.
    """

    def __init__(
        self, codes: Sequence[Sequence[int]], counterparts: Partners, moved: Partners
    ) -> None:
        self._left, self._right = codes
        self._counterparts = counterparts
        self._moved = moved
        self._in_place = set(counterparts.values())
        self._origins = {there: here for here, there in moved.items()}
        self._i = self._j = 0

    def stretches(self) -> list[_Stretch]:
        found: list[_Stretch] = []
        while self._i < len(self._left) or self._j < len(self._right):
            i, j = self._i, self._j
            kind = self._next()
            found.append((kind, Span(i, self._i), Span(j, self._j)))
        return found

    def _next(self) -> Kind:
        """Go to the end of the stretch that begins here."""
        i, j = self._i, self._j
        if i < len(self._left) and i not in self._counterparts:
            if i in self._moved:
                self._i = _to_end_of_move(i, self._moved)
                return "moved"
            while self._is_gone(self._i):
                self._i += 1
            return "removed"
        if j < len(self._right) and j not in self._in_place:
            if j in self._origins:
                self._j = _to_end_of_move(j, self._origins)
                return "moved"
            while self._is_new(self._j):
                self._j += 1
            return "added"
        equal = self._left[i] == self._right[j]
        while self._counterparts.get(self._i) == self._j and equal == self._equal_here():
            self._i, self._j = self._i + 1, self._j + 1
        return "equal" if equal else "changed"

    def _equal_here(self) -> bool:
        return self._left[self._i] == self._right[self._j]

    def _is_gone(self, i: int) -> bool:
        return i < len(self._left) and i not in self._counterparts and i not in self._moved

    def _is_new(self, j: int) -> bool:
        return j < len(self._right) and j not in self._in_place and j not in self._origins


def _to_end_of_move(at: int, partners: Partners) -> int:
    while partners.get(at + 1) == partners[at] + 1:
        at += 1
    return at + 1


def _others(count: int, runs: Sequence[Run], side: int) -> set[int]:
    """The units of a side that are in no run."""
    others: set[int] = set()
    start = 0
    for run in runs:
        others.update(range(start, run[side]))
        start = run[side] + run.length
    others.update(range(start, count))
    return others


def _regions(
    left: int, right: int, runs: Sequence[Run]
) -> Iterator[tuple[Sequence[int], Sequence[int]]]:
    """What stands between runs, on both sides."""
    a = b = 0
    for run in [*runs, Run(left, right, 0)]:
        yield range(a, run.left), range(b, run.right)
        a, b = run.left + run.length, run.right + run.length
