"""Makers: for a thing that a task names, the tasks that may be meant, without a look at all.

Of thousands of tasks that leave a thing of the same name nearly none is meant, and the words around
it say which: what is asked here is only whether enough of them are known there. Whether a
task is really meant stands in `mentions`; whoever is left out here is never meant there.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations

from orchtui.engine.independence.desk import Desk

FEW = 32
"""Makers of one thing that are all looked at: an index would cost more."""

MOST_WORDS = 8
"""Words around a thing whose every choice is looked up; with more all makers are looked at."""


class Makers:
    """Who makes what, by the words around it.

    Args:
        desk: All tasks.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shelves: dict[str, _Shelf] = {}

    def of(self, head: str, wanted: frozenset[str]) -> Sequence[int]:
        """Places of the tasks that may be meant, in order.

        Args:
            head: The thing's name.
            wanted: The words that say which one.
        """
        makers = self._desk.makers.get(head, ())
        if len(makers) <= FEW or not wanted or len(wanted) > MOST_WORDS:
            return makers
        shelf = self._shelves.get(head)
        if shelf is None:
            shelf = self._shelves[head] = _Shelf(self._desk, head, makers)
        return shelf.meant(wanted)


class _Shelf:
    """All makers of one thing."""

    def __init__(self, desk: Desk, head: str, makers: Iterable[int]) -> None:
        self._knowing: dict[str, set[int]] = {}
        """Tasks that say a word, or whose product is called so."""
        self._about: dict[frozenset[str], set[int]] = {}
        """Tasks whose product has these words around it and no others."""
        for index in makers:
            reading, products = desk.readings[index], desk.products[index][head]
            for word in chain(reading.subject, reading.said, *(one.about for one in products)):
                self._knowing.setdefault(word, set()).add(index)
            for product in products:
                self._about.setdefault(product.about, set()).add(index)

    def meant(self, wanted: frozenset[str]) -> list[int]:
        """Those that know all the words, and those that are told apart by none but these."""
        known = sorted((self._knowing.get(word, _NOBODY) for word in wanted), key=len)
        found = set.intersection(*known)
        for about in _choices(wanted):
            found |= self._about.get(about, _NOBODY)
        return sorted(found)


_NOBODY: set[int] = set()


def _choices(words: frozenset[str]) -> Iterator[frozenset[str]]:
    """Every choice of words, none and all of them too."""
    for count in range(len(words) + 1):
        for some in combinations(words, count):
            yield frozenset(some)
