"""TimeWindow: which stretch of a run's time the timeline shows.

All of it, or a span that follows the end, or one that stands still where a
person has put it. A value: every wish makes another one. All times are seconds
of working time since the start. This module never draws and never looks at a
clock.
"""

from dataclasses import dataclass, replace

LEAST = 0.5
"""Seconds: nobody needs to look closer."""

AHEAD = 0.15
"""The part of the width that is kept free for what comes, while the window follows."""

_SECONDS = (5.0, 10.0, 15.0, 20.0, 30.0, 45.0)
_LONGER = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 45.0)
_ROUND = (*_SECONDS, *(60 * step for step in _LONGER), *(3600 * step for step in _LONGER))
_ROOM = 1.06
"""How much more than what has passed is shown while all is shown."""


@dataclass(frozen=True, slots=True)
class View:
    """What stands between the left and the right edge."""

    start: float
    end: float

    @property
    def span(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class TimeWindow:
    """What a person wants to see."""

    span: float | None = None
    """Seconds; `None` for everything."""
    start: float = 0.0
    """Where it stands, unless it follows."""
    follows: bool = True
    """Whether it goes along with what happens."""

    def seen(self, length: float, *, live: bool, whole: float | None = None) -> View:
        """The stretch that is shown of a run.

        Args:
            length: How long the run has taken.
            live: Whether it goes on.
            whole: How long it will have taken at its end, where that is known: of a replay.
        """
        if self.span is None:
            if whole is not None:
                return View(0.0, max(whole, LEAST))
            return View(0.0, with_room(length) if live else max(length, LEAST))
        if self.follows:
            start = length - self.span * (1 - AHEAD) if live else length - self.span
            if whole is not None:
                start = min(start, whole - self.span)
            start = max(0.0, start)
        else:
            last = length if whole is None else whole
            start = min(max(0.0, self.start), max(0.0, last - self.span * (1 - AHEAD)))
        return View(start, start + self.span)

    def zoomed(
        self,
        factor: float,
        length: float,
        *,
        live: bool,
        at: float | None = None,
        whole: float | None = None,
    ) -> "TimeWindow":
        """Closer (a factor above 1) or farther away.

        Args:
            length: How long the run has taken.
            live: Whether it goes on.
            at: The moment that stays where it is; the middle, or the end that is followed, where
                nothing is said.
            whole: As `seen` has it.
        """
        view = self.seen(length, live=live, whole=whole)
        span = max(LEAST, view.span / factor)
        if span >= TimeWindow().seen(length, live=live, whole=whole).span:
            return TimeWindow()
        if at is None and self.follows and live:
            return TimeWindow(span)
        at = (view.start + view.end) / 2 if at is None else at
        start = at - (at - view.start) * span / view.span
        still = TimeWindow(span, start, False)
        return replace(still, start=still.seen(length, live=live, whole=whole).start)

    def panned(
        self, part: float, length: float, *, live: bool, whole: float | None = None
    ) -> "TimeWindow":
        """Moved by a part of its width: below 0 towards the start. All of it can not be moved."""
        if self.span is None:
            return self
        start = self.seen(length, live=live, whole=whole).start + part * self.span
        still = TimeWindow(self.span, start, False)
        return replace(still, start=still.seen(length, live=live, whole=whole).start)

    def following(self) -> "TimeWindow":
        """Along with what happens, as close as it is."""
        return TimeWindow(self.span)


def with_room(length: float) -> float:
    """A round length that leaves some room: it changes seldom, so bars grow and do not shrink."""
    for step in _ROUND:
        if step >= length * _ROOM:
            return step
    return length * 1.25
