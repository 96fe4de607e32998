"""Warming the provider's cache: of tasks that share their beginning, one goes ahead.

A prefix is in the cache from the first token of the answer on. When several
requests with the same one start together, none is served from it; so the first
one's first token is awaited before the others go. This module never holds
anybody longer than WAIT_S, and never sends anything.
"""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import aclosing

from orchtui.engine.backends.base import (
    Alive,
    BackendEvent,
    Text,
    Thinking,
    ToolCalled,
)

WAIT_S = 30.0
"""Seconds after which the others go in any case."""

WARM_S = 270.0
"""Seconds for which a prefix counts as being in the cache: a little less than the provider says."""

SHORTEST = 1024
"""Characters: what is shorter has fewer tokens than any provider caches."""

_SIGN_OF_LIFE_S = 1.0


class _Prefix:
    """One beginning that several requests share."""

    def __init__(self, now: float) -> None:
        self.since = now
        self.sent = asyncio.Event()
        """The first one has a token, or is over."""


class Warming:
    """Who goes ahead, for each shared beginning."""

    def __init__(self) -> None:
        self._prefixes: dict[Hashable, _Prefix] = {}

    async def through(
        self, key: Hashable, events: AsyncIterator[BackendEvent]
    ) -> AsyncIterator[BackendEvent]:
        """The events; not before the cache is warm, for all but the first with this key."""
        clock = asyncio.get_running_loop().time
        now = clock()
        self._forget(now)
        prefix = self._prefixes.get(key)
        async with aclosing(events):  # type: ignore[type-var]
            if prefix is not None:
                while not prefix.sent.is_set() and clock() < prefix.since + WAIT_S:
                    yield Alive()
                    await _wait(prefix.sent)
                async for event in events:
                    yield event
                return
            prefix = self._prefixes[key] = _Prefix(now)
            try:
                async for event in events:
                    if isinstance(event, Text | Thinking | ToolCalled):
                        prefix.sent.set()
                    yield event
            finally:
                if not prefix.sent.is_set():
                    # It failed, or was stopped: the next one to come goes ahead again.
                    if self._prefixes.get(key) is prefix:
                        del self._prefixes[key]
                    prefix.sent.set()

    def _forget(self, now: float) -> None:
        old = [key for key, prefix in self._prefixes.items() if prefix.since + WARM_S < now]
        for key in old:
            del self._prefixes[key]


async def _wait(event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(_SIGN_OF_LIFE_S):
            await event.wait()
    except TimeoutError:
        pass
