"""TimeAxis: moments of a run as seconds of working time.

The pause between two sessions of a resumed run takes no room on it: nobody worked
then. The timeline is drawn along it, and a replay is played along it. This module
never reads a clock.
"""

from bisect import bisect_right
from collections.abc import Iterable

from orchtui.engine.run_events.events import seconds
from orchtui.engine.runs.run import Run, Session

_SHORTEST = 0.001
"""Seconds; no axis is shorter, so that there is something to divide by."""


class TimeAxis:
    """Working time.

    Args:
        stretches: When somebody worked, in order: from and to, in seconds since 1970.
    """

    def __init__(self, stretches: Iterable[tuple[float, float]]) -> None:
        self._spans: list[tuple[float, float, float]] = []
        total = 0.0
        for start, end in stretches:
            self._spans.append((start, max(start, end), total))
            total += max(0.0, end - start)
        self._offsets = [offset for _, _, offset in self._spans]
        self.length = max(total, _SHORTEST)
        """Seconds from the start to the end."""
        self.seams = tuple(self._offsets[1:])
        """Where one stretch ended and the next one began."""

    @classmethod
    def of(cls, run: Run, now: float) -> "TimeAxis":
        """The axis of a run.

        Args:
            run: Whose time it is.
            now: The end of the session that is going on; seconds since 1970.
        """
        return cls((session.started, _end(run, session, now)) for session in run.sessions)

    def at(self, moment: float) -> float:
        """Seconds of working time up to a moment since 1970."""
        for start, end, offset in reversed(self._spans):
            if moment >= start:
                return offset + min(moment, end) - start
        return 0.0

    def pauses(self) -> list[tuple[float, float]]:
        """Where one stretch ends and the next begins, and how many seconds lie between."""
        pairs = zip(self._spans, self._spans[1:], strict=False)
        return [(after[2], max(0.0, after[0] - before[1])) for before, after in pairs]

    def moment(self, seconds: float) -> float:
        """The inverse of `at`: seconds since 1970; 0 for an axis on which nobody worked."""
        if not self._spans:
            return 0.0
        start, end, offset = self._spans[max(0, bisect_right(self._offsets, seconds) - 1)]
        return min(end, start + max(0.0, seconds - offset))


def _end(run: Run, session: Session, now: float) -> float:
    if session is not run.sessions[-1]:
        return session.last_end
    if run.finished is None:
        return max(session.last_end, now)
    # The synthesis is not counted in the makespan, but its bar takes room; one that was made after
    # the end of the run does not.
    made = run.aggregate.attempts if run.aggregate is not None else []
    ended, end = seconds(run.finished.at), session.last_end
    return max([end, *(one.ended for one in made if one.ended is not None and one.ended <= ended)])
