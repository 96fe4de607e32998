"""Outbox: what one attempt on a worker tells its coordinator, numbered and joined.

The first reports of an attempt, and the first item after a pause, go at once, so that a first
word is not held up; what comes on its heels is joined for `STEP` seconds. This module never
waits for an answer.
"""

import asyncio
from collections.abc import Callable

from orchtui.engine.cluster import wire

STEP = 0.01
"""Seconds between two reports of one attempt."""
AT_ONCE = 3
"""Reports that are not held back: that it has begun, and its first words."""


class Outbox:
    """The reports of one attempt.

    Args:
        key: The attempt's.
        send: Sends the bytes of one report; must be cheap, and keep the order.
    """

    def __init__(self, key: str, send: Callable[[bytes], None]) -> None:
        self._key = key
        self._send = send
        self._number = 0
        self._items: list[wire.Item] = []
        self._timer: asyncio.TimerHandle | None = None
        self._sent = float("-inf")

    @property
    def sent(self) -> float:
        """The loop's time of the last report."""
        return self._sent

    def put(self, item: wire.Item) -> None:
        """Tell this, at once or within `STEP`."""
        self._items.append(item)
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        wait = self._sent + STEP - loop.time()
        if wait <= 0 or self._number < AT_ONCE:
            # Together with what is said in the same breath.
            self._timer = loop.call_later(0, self.flush)
        else:
            self._timer = loop.call_later(wait, self.flush)

    def flush(self) -> None:
        """Send what waits."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._items:
            return
        items, self._items = tuple(self._items), []
        self._number += 1
        self._sent = asyncio.get_running_loop().time()
        self._send(wire.encode(wire.Report(self._key, self._number, items)))
