"""The events of an ACP agent between the wire and whoever reads them: bounded, in their order.

This module never knows what an event means, but that one sign of life is as good as two.
"""

import asyncio
from collections import deque

from orchtui.engine.backends.base import Alive, BackendEvent
from orchtui.engine.errors import BackendError

_EVENTS = 256
_BYTES = 1024 * 1024


class EventQueue:
    """What waits to be read; `room` holds those up who could fill it without end."""

    def __init__(self) -> None:
        self._queue: deque[tuple[BackendEvent, int]] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._taken = asyncio.Event()
        self._closed = False
        self._unbound = False
        self.failure: BackendError | None = None
        """Why the work failed, apart from how its conversation ended."""

    def put(self, event: BackendEvent, size: int = 0) -> None:
        """Add an event that came in so many bytes."""
        if self._queue and isinstance(event, Alive) and isinstance(self._queue[-1][0], Alive):
            return
        self._queue.append((event, size))
        self._bytes += size
        self._news.set()

    def fail(self, error: BackendError) -> None:
        """End with an error when all that waits is read; the first one counts."""
        self.failure = self.failure or error
        self._news.set()

    def close(self) -> None:
        """Nothing more will come."""
        self._closed = True
        self._news.set()

    def unbound(self) -> None:
        """Nobody will read any more: from now on there is always room."""
        self._unbound = True
        self._taken.set()

    async def take(self) -> BackendEvent | None:
        """The next event; `None` at the end.

        Raises:
            BackendError: the failure, where there was one.
        """
        while not self._queue:
            if self.failure is not None:
                raise self.failure
            if self._closed:
                return None
            self._news.clear()
            await self._news.wait()
        event, size = self._queue.popleft()
        self._bytes -= size
        self._taken.set()
        return event

    async def room(self) -> None:
        """Wait until whoever reads has caught up."""
        while not self._unbound and (len(self._queue) >= _EVENTS or self._bytes >= _BYTES):
            self._taken.clear()
            await self._taken.wait()
