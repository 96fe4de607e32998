"""SharedTry: what takes seconds to fail is tried once for all, and then not for a while.

Forty attempts that have lost their scheduler must not wait for it one after the other, nor each
wave of them anew. This module does not know what is tried.
"""

import asyncio
from collections.abc import Awaitable, Callable

from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

REST = 30.0
"""Seconds after a failure in which it stands for all who ask."""


class SharedTry:
    """One thing that may fail.

    Args:
        attempt: Tries it; gives why it failed.
    """

    def __init__(self, attempt: Callable[[], Awaitable[BackendError | None]]) -> None:
        self._attempt = attempt
        self._task: asyncio.Task[None] | None = None
        self._failure: BackendError | None = None
        self._failed = 0.0
        """The loop's time of the failure."""

    @property
    def pending(self) -> bool:
        """Whether it is being tried."""
        return self._task is not None

    async def succeed(self, *, anew: bool = False) -> None:
        """Try it, together with all who ask meanwhile.

        Args:
            anew: Also when it has just failed.

        Raises:
            BackendError: when it failed, now or a moment ago.
        """
        if self._task is None:
            age = asyncio.get_running_loop().time() - self._failed
            if (old := self._failure) is not None and age < REST and not anew:
                told = f"{old.message}; it is not tried again for {REST - age:.0f} s"
                raise BackendError(old.kind, clean_line(told), retryable=old.retryable)
            self._task = asyncio.create_task(self._try())
            self._task.add_done_callback(self._done)
        await asyncio.shield(self._task)
        if (failure := self._failure) is not None:
            raise BackendError(failure.kind, failure.message, retryable=failure.retryable)

    async def close(self) -> None:
        """Try no more."""
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait((task,))

    async def _try(self) -> None:
        self._failure = None
        self._failure = await self._attempt()
        self._failed = asyncio.get_running_loop().time()

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._task = None
        if not task.cancelled():
            task.exception()  # told to whoever waits; perhaps nobody does any more
