"""Servers that let only so many requests a second through, without a network."""

import asyncio
from collections.abc import AsyncIterator

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError


class Bucket:
    """A server that lets `rate` requests a second through, by a token bucket of one second."""

    def __init__(self, rate: float) -> None:
        self.rate, self.size = rate, max(1.0, rate)
        self.level, self.at = self.size, 0.0

    def ask(self, now: float) -> float | None:
        """`None` when the request may pass, else the seconds after which one may."""
        self.level = min(self.size, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level >= 1:
            self.level -= 1
            return None
        return (1 - self.level) / self.rate


class Window:
    """The same by the clock's second."""

    def __init__(self, rate: float) -> None:
        self.rate, self.second, self.passed = rate, -1, 0

    def ask(self, now: float) -> float | None:
        if int(now) != self.second:
            self.second, self.passed = int(now), 0
        if self.passed < self.rate:
            self.passed += 1
            return None
        return self.second + 1 - now


class Limited:
    """A backend on such a server: refuses what comes too fast, answers everything else.

    Args:
        server: Decides.
        takes: Seconds for an answer.
        says: Whether it says how long to wait.
    """

    name = "scripted"
    slots: int | None = None
    idle_timeout: float | None = None

    def __init__(self, server: Bucket | Window, takes: float, *, says: bool = True) -> None:
        self._server = server
        self._takes = takes
        self._says = says
        self.served: list[float] = []
        """When it took a request on."""
        self.refused = 0

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        now = asyncio.get_running_loop().time()
        wait = self._server.ask(now)
        if wait is not None:
            self.refused += 1
            after = wait if self._says else None
            raise BackendError("rate_limit", "too fast", retryable=True, retry_after=after)
        self.served.append(now)
        yield base.Started("m")
        await asyncio.sleep(self._takes)
        yield base.Text(f"result of {assignment.task}")
        yield base.Finished("end_turn")

    async def close(self) -> None:
        """Holds nothing."""
