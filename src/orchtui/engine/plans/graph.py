"""The graph of who waits for whom: circles, stages, and what follows from what.

Nodes are ids; an edge says that one is done before another begins. This module
knows nothing of tasks.
"""

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter


def find_cycle(needs: Mapping[str, Iterable[str]]) -> list[str]:
    """Ids that wait for each other, the first one repeated at the end; else nothing.

    Args:
        needs: For each id what is done before it; ids that are no key are left out.
    """
    graph = {node: [other for other in others if other in needs] for node, others in needs.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def stages(needs: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Ids in groups: a group can start when all before it are done. Needs an acyclic graph.

    Args:
        needs: As for `find_cycle`; inside a group ids stand in this order.
    """
    known = {node: [other for other in others if other in needs] for node, others in needs.items()}
    level: dict[str, int] = {}
    for node in TopologicalSorter(known).static_order():
        level[node] = 1 + max((level[other] for other in known[node]), default=-1)
    groups: list[list[str]] = [[] for _ in range(1 + max(level.values(), default=-1))]
    for node in needs:
        groups[level[node]].append(node)
    return groups


class Order:
    """A growing set of edges that never has a circle, with all that follows from them.

    Sets of nodes are the bits of whole numbers, so that a thousand tasks with
    many edges stay quick.

    Args:
        nodes: All ids, each once.
    """

    def __init__(self, nodes: Sequence[str]) -> None:
        self._at = {node: index for index, node in enumerate(nodes)}
        self._later = [0] * len(nodes)
        self._earlier = [0] * len(nodes)

    @classmethod
    def of(cls, needs: Mapping[str, Iterable[str]]) -> "Order":
        """What a graph says; of a circle the edge that would close it is left out.

        Args:
            needs: As for `find_cycle`.
        """
        order = cls(list(needs))
        known = {node: [one for one in others if one in needs] for node, others in needs.items()}
        try:
            in_order = list(TopologicalSorter(known).static_order())
        except CycleError:
            for node, others in known.items():
                for other in others:
                    order.add(other, node)
            return order
        # Of ten thousand nodes that is far less than to follow each edge for itself.
        at, earlier, later = order._at, order._earlier, order._later
        for node in in_order:
            for other in known[node]:
                earlier[at[node]] |= earlier[at[other]] | 1 << at[other]
        for node in reversed(in_order):
            for other in known[node]:
                later[at[other]] |= later[at[node]] | 1 << at[node]
        return order

    def side_by_side(self, nodes: Sequence[str]) -> list[str]:
        """Those of these nodes that may be at work at once with another one of them."""
        among = 0
        for node in nodes:
            among |= 1 << self._at[node]
        return [
            node
            for node in nodes
            if among & ~(self._earlier[at := self._at[node]] | self._later[at] | 1 << at)
        ]

    def follows(self, before: str, after: str) -> bool:
        """Whether the edges so far say that `before` is done when `after` begins."""
        return bool(self._later[self._at[before]] >> self._at[after] & 1)

    def add(self, before: str, after: str) -> bool:
        """Add an edge. False, and nothing is added, when it would close a circle."""
        first, second = self._at[before], self._at[after]
        if first == second or self._later[second] >> first & 1:
            return False
        if not self._later[first] >> second & 1:
            later = self._later[second] | 1 << second
            earlier = self._earlier[first] | 1 << first
            # Who was before `second` already knows what follows it: each pair is new only once.
            new_earlier = earlier & ~self._earlier[second]
            new_later = later & ~self._later[first]
            for index in _bits(new_earlier):
                self._later[index] |= later
            for index in _bits(new_later):
                self._earlier[index] |= earlier
        return True


def _bits(number: int) -> Iterable[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
