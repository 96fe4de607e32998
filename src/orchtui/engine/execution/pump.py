"""Pump: when it is looked what may start: now, soon, or once there is something to look for.

It is mostly the loop itself that calls here, and what goes wrong in such a call the loop only logs:
it is kept instead, for whoever runs everything. This module never knows what may start.
"""

import asyncio
import math
from collections.abc import Callable

_SHORTEST = 0.001
"""Seconds between two looks."""


class Pump:
    """The looks of one session.

    Args:
        start: Starts what may start; gives the seconds until it is worth calling it again although
            nothing has happened, `inf` for never.
        crashed: Told when it raised.
    """

    def __init__(self, start: Callable[[], float], crashed: Callable[[], None]) -> None:
        self._start = start
        self._crashed = crashed
        self._next: asyncio.TimerHandle | None = None
        self._closed = False
        self.asked = False
        """Whether there is a look `soon`."""
        self.crash: Exception | None = None
        """What went wrong: a bug."""

    def now(self) -> None:
        """Look now."""
        self._rest()
        if self._closed:
            return
        try:
            pause = self._start()
        except Exception as error:  # raised by whoever runs everything
            self.crash = error
            self._crashed()
            return
        if pause < math.inf and not self._closed:
            later = asyncio.get_running_loop().call_later
            self._next = later(max(pause, _SHORTEST), self.now)

    def soon(self) -> None:
        """Look when all that ends in this moment has ended: who is most urgent is asked of all of
        them, not of those that the first one let go."""
        if not self.asked:
            self.asked = True
            asyncio.get_running_loop().call_soon(self.now)

    def close(self) -> None:
        """Look no more."""
        self._closed = True
        self._rest()

    def _rest(self) -> None:
        self.asked = False
        if self._next is not None:
            self._next.cancel()
            self._next = None
