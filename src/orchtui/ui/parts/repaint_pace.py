"""How often the screen looks at a run: less often where a look costs much, as of 10,000 tasks.

Runs work in the same thread. Keys are answered at once all the same: what they change is drawn by
the widgets themselves. This module never draws.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SHARE = 0.25
"""The part of the time that looking takes at most."""


class RepaintPace:
    """When the next look is due.

    Args:
        clock: Seconds, of any beginning.
        worked: Seconds of the processor that this thread has used.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        worked: Callable[[], float] = time.thread_time,
    ) -> None:
        self._clock = clock
        self._worked = worked
        self._next = 0.0

    @property
    def due(self) -> bool:
        """Whether it is time for a look."""
        return self._clock() >= self._next

    @contextmanager
    def looking(self) -> Iterator[None]:
        """While this is open, it is looked, and measured what that takes."""
        began = self._worked()
        try:
            yield
        finally:
            took = self._worked() - began
            self._next = self._clock() + took * (1 - SHARE) / SHARE
