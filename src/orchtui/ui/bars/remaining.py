"""When the run that goes on is expected to end: asked once a second, counted down between.

This module never draws and never looks at a clock.
"""

from collections.abc import Mapping

from orchtui.engine.runs.run import Run

_EVERY = 1.0
"""Seconds between two forecasts: each looks at all tasks."""


class Remaining:
    """The end of one run, as far as it is known."""

    def __init__(self) -> None:
        self._run: Run | None = None
        self._asked = 0.0
        self._end: float | None = None

    def seconds(self, run: Run, now: float, before: Mapping[str, float]) -> float | None:
        """Seconds until then; `None` where it is not known.

        Args:
            run: That goes on.
            now: Seconds since 1970.
            before: What its tasks took in earlier runs, by id.
        """
        from orchtui.engine.estimates.forecast import seconds_left  # not before the first paint

        if run is not self._run or not 0 <= now - self._asked < _EVERY:
            left = seconds_left(run, now, before)
            self._run, self._asked = run, now
            self._end = None if left is None else now + left
        return None if self._end is None else max(0.0, self._end - now)
