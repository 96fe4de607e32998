"""Blocking work in a thread that nobody leaves behind: its end is waited for when it is cancelled.

A thread can not be stopped. So the work is told that it is not wanted any more and asks for that
between two steps, and whoever is cancelled meanwhile goes on when it has ended: nothing is written
behind the back of somebody who was told that it is over. This module never knows what the work is.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")

END = 5.0
"""Seconds for work that is not wanted any more to end; only a disk that does not answer takes
longer, and what it still asks for then is refused."""


class UnwantedError(Exception):
    """Nobody wants this work any more."""


class Wanted:
    """Whether a piece of work is still wanted."""

    def __init__(self) -> None:
        self._withdrawn = threading.Event()

    def withdraw(self) -> None:
        """It is not."""
        self._withdrawn.set()

    def check(self) -> None:
        """Go on when it is.

        Raises:
            UnwantedError: when it is not.
        """
        if self._withdrawn.is_set():
            raise UnwantedError


async def in_thread(work: Callable[[Wanted], _T]) -> _T:
    """Do it in a thread.

    Args:
        work: Asks what it is given, between two steps, whether to go on.

    Raises:
        asyncio.CancelledError: once the work has ended too, or `END` is over.
    """
    wanted = Wanted()
    working = asyncio.ensure_future(asyncio.to_thread(work, wanted))
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        wanted.withdraw()
        await _end_of(working)
        raise


async def last_work(work: Callable[[], object]) -> None:
    """Do what must be done in the end, in a thread, also where whoever asks was cancelled already.

    After `END` it is not waited for any more, and goes on behind: nobody else bounds it then.
    """
    working = asyncio.ensure_future(asyncio.to_thread(work))
    working.add_done_callback(_leave)
    await asyncio.wait((working,), timeout=END)
    if working.done():
        working.result()


async def _end_of(working: "asyncio.Future[_T]") -> None:
    clock = asyncio.get_running_loop().time
    until = clock() + END
    working.add_done_callback(_leave)
    while not working.done() and (left := until - clock()) > 0:
        try:
            await asyncio.wait((working,), timeout=left)
        except asyncio.CancelledError:
            continue  # a second time: raised by who called, as the first one is


def _leave(done: "asyncio.Future[Any]") -> None:
    """Its error is of no interest to those who have gone on, and must not reach the terminal."""
    if not done.cancelled():
        done.exception()
