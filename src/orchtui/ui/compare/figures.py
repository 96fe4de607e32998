"""What is counted in results, and how alike they are: made bit by bit, in a thread, and kept.

A text that is another one is counted anew. This module never draws.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchtui.engine.errors import InputError
from orchtui.ui.compare.results import Result

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.comparison.sides import Side
    from orchtui.engine.comparison.similarity import Measures

_SLICE = 0.05
"""Seconds of counting after which what is known is shown."""

Version = tuple[str, int]


class Figures:
    """What is known of the results so far."""

    def __init__(self) -> None:
        self._sides: dict[str, tuple[Version, Side | None]] = {}
        self._measures: dict[str, tuple[Version, Measures | None]] = {}
        self._alike: dict[tuple[Version, Version], float] = {}

    def side(self, result: Result) -> "Side | None":
        """Its text. Blocks with long ones; `None` where it is too large to be compared.

        Of what still grows it is the text that `freshen` saw last.
        """
        known = self._sides.get(result.key)
        if known is None or known[0] != self._version(result):
            known = self._sides[result.key] = self._read(result)
        return known[1]

    def freshen(self, results: Sequence[Result]) -> None:
        """See what has grown. On the event loop: no other thread may join what still arrives."""
        for one in results:
            if one.grows:
                self._sides[one.key] = self._read(one)

    @staticmethod
    def _read(result: Result) -> "tuple[Version, Side | None]":
        version = result.version
        try:
            return version, result.side()
        except InputError:
            return version, None

    def _version(self, result: Result) -> Version:
        """Of the text that is looked at."""
        known = self._sides.get(result.key)
        return known[0] if known is not None and result.grows else result.version

    def measures(self, result: Result) -> "Measures | None":
        """What was counted in it, also in a shorter text than it has by now."""
        known = self._measures.get(result.key)
        return known[1] if known is not None else None

    def alike(self, one: Result, other: Result) -> float | None:
        """0 to 1; `None` where that is not known yet."""
        return 1.0 if one is other else self._alike.get(self._pair(one, other))

    def wanted(self, results: Sequence[Result], pairs: Sequence[tuple[Result, Result]]) -> bool:
        """Whether something is to be made."""
        return any(self._is_stale(one) for one in results) or any(
            self.alike(*pair) is None for pair in pairs
        )

    def advance(self, results: Sequence[Result], pairs: Sequence[tuple[Result, Result]]) -> bool:
        """Make some of it; whether all is there now. Blocks for a moment: for a thread."""
        from orchtui.engine.comparison.similarity import matrix, measures

        end = time.monotonic() + _SLICE
        for one in results:
            if self._is_stale(one):
                side, version = self.side(one), self._version(one)
                self._measures[one.key] = version, measures(side) if side is not None else None
                if time.monotonic() > end:
                    return False
        for one, other in pairs:
            if self.alike(one, other) is None:
                left, right = self.side(one), self.side(other)
                self._alike[self._pair(one, other)] = (
                    matrix((left.text, right.text)).values[0][1] if left and right else 0.0
                )
                if time.monotonic() > end:
                    return False
        return True

    def _is_stale(self, result: Result) -> bool:
        known = self._measures.get(result.key)
        return known is None or known[0] != self._version(result)

    def _pair(self, one: Result, other: Result) -> tuple[Version, Version]:
        first, second = sorted((self._version(one), self._version(other)))
        return first, second
