"""Slots: when a run had no room for one more task.

A task that is ready and does not start waits either for a slot of the run, or
for what its server allows. The lanes hold nothing back for a third reason, so
whoever knows when the slots were all taken knows which of the two it was. Only
`fold` changes one. This module never decides who starts.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

_AT_ONCE = 0.1
"""Seconds: a slot that is taken again so soon was never free for somebody who looks."""


@dataclass(slots=True)
class Slots:
    """The slots of one run."""

    limit: int = 1
    """Tasks that may run at once."""
    taken: int = 0
    """Tasks that run."""
    paused: bool = False
    """Whether a person wants nothing more to be started."""
    turns: list[float] = field(default_factory=list)
    """When there was no room any more and when there was again, in turn; rising."""

    @property
    def full(self) -> bool:
        """Whether nothing more may start, whatever a server allows."""
        return self.paused or self.taken >= self.limit

    def take(self, at: float) -> None:
        """A task starts."""
        self.taken += 1
        self._note(at)

    def give_back(self, at: float) -> None:
        """A task does not run any more."""
        self.taken -= 1
        self._note(at)

    def resize(self, at: float, limit: int) -> None:
        """Another number may run at once."""
        self.limit = limit
        self._note(at)

    def pause(self, at: float, paused: bool) -> None:
        """A person wants nothing more to be started, or goes on."""
        self.paused = paused
        self._note(at)

    def empty(self, at: float, limit: int) -> None:
        """Another session begins: nothing runs."""
        self.taken, self.limit, self.paused = 0, limit, False
        self._note(at)

    def full_between(self, start: float, end: float) -> list[tuple[float, float]]:
        """The parts of a stretch of time in which there was no room, in order."""
        if start >= end:
            return []
        turns = self.turns
        first = bisect_right(turns, start)
        last = bisect_left(turns, end)
        inside = turns[first:last]
        edges = [*([start] if first % 2 else []), *inside, *([end] if last % 2 else [])]
        return list(zip(edges[::2], edges[1::2], strict=True))

    def _note(self, at: float) -> None:
        turns = self.turns
        if self.full == bool(len(turns) % 2):
            return
        if self.full and turns and at - turns[-1] < _AT_ONCE:
            turns.pop()
        else:
            turns.append(at)


class FullTime:
    """How long a run had no room, between any two moments: added up once, then looked up.

    Args:
        slots: Of a run; what happens to them later is not seen.
    """

    def __init__(self, slots: Slots) -> None:
        self._turns = list(slots.turns)
        self._before = [0.0]
        """Seconds without room until each turn."""
        for place in range(1, len(self._turns)):
            taken = self._turns[place] - self._turns[place - 1] if place % 2 else 0.0
            self._before.append(self._before[-1] + taken)

    def between(self, start: float, end: float) -> float:
        """Seconds without room in a stretch of time."""
        return max(0.0, self._until(end) - self._until(start)) if start < end else 0.0

    def _until(self, at: float) -> float:
        last = bisect_right(self._turns, at) - 1
        if last < 0:
            return 0.0
        going = 0.0 if last % 2 else at - self._turns[last]
        return self._before[last] + going
