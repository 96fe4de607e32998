"""Disk: work on files, one piece after the other, in a thread of its own.

The loop waits for it, but not for ever: a disk that does not answer (a network
folder, a dying drive) counts as one that refuses, and neither a run nor a cancel
nor the end of the process hangs on it. This module never knows what is written.
"""

import asyncio
import contextlib
import queue
import shutil
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from orchtui.engine.errors import StorageError
from orchtui.engine.journals.files import why_of

PATIENCE = 2.0
"""Seconds without a sign of life after which work is given up. A busy disk may take one."""
HURRIED = 0.3
"""The same while a person waits for the end: a cancel is answered within a second."""
_STEP = 0.05
"""Seconds between two looks at work that takes long."""

_T = TypeVar("_T")


class Disk:
    """One thread, which ends with `close` and never keeps the process alive.

    Made and used in a running event loop.
    """

    def __init__(self) -> None:
        self._hurried = False
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None]
        self._queue = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._sign = 0.0
        self._asked: set[asyncio.Future[Any]] = set()
        self._given_up: set[asyncio.Future[Any]] = set()

    def sign(self) -> None:
        """Long work calls this, in its thread, as often as it gets on."""
        self._sign = time.monotonic()

    def hurry(self) -> None:
        """A person waits: from now on be less patient."""
        self._hurried = True

    async def do(self, work: Callable[[], _T]) -> _T:
        """Have something done on the disk, after all that was asked for before.

        Raises:
            StorageError: when the disk refuses (any OSError), or does not answer. In the second
                case the work may still be done some time.
        """
        if self._given_up:
            raise StorageError("the disk still does not answer")
        if self._thread is None:
            # A daemon, unlike the loop's own threads: the process ends although it hangs.
            self._thread = threading.Thread(target=self._work, name="disk", daemon=True)
            self._thread.start()
        future: asyncio.Future[_T] = self._loop.create_future()
        if not self._asked:
            self.sign()
        self._asked.add(future)
        self._queue.put((work, future))
        try:
            if not await self._in_time(future):
                raise StorageError(f"the disk has not answered for {self._most:g} s")
            return future.result()
        except OSError as error:
            raise StorageError(why_of(error)) from error
        finally:
            self._asked.discard(future)
            if not future.done():
                self._give_up(future)

    def leave(self, work: Callable[[], object]) -> None:
        """Have something done after all else, whenever that is; nobody waits for it."""
        if self._thread is not None:
            future: asyncio.Future[object] = self._loop.create_future()
            future.add_done_callback(self._over)
            self._queue.put((work, future))

    async def answered(self, within: float) -> bool:
        """Whether all work that was given up is over by some seconds from now."""
        if self._given_up:
            await asyncio.wait(list(self._given_up), timeout=within)
        return not self._given_up

    def close(self) -> None:
        """No more work; the thread ends with what it is doing. Safe to call twice."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)

    @property
    def _most(self) -> float:
        return min(PATIENCE, HURRIED) if self._hurried else PATIENCE

    async def _in_time(self, future: "asyncio.Future[Any]") -> bool:
        while not (await asyncio.wait((future,), timeout=min(_STEP, self._most)))[0]:
            if time.monotonic() - self._sign > self._most:
                return False
        return True

    def _give_up(self, future: "asyncio.Future[Any]") -> None:
        self._given_up.add(future)
        future.add_done_callback(self._over)

    def _over(self, future: "asyncio.Future[Any]") -> None:
        self._given_up.discard(future)
        if not future.cancelled():
            future.exception()  # nobody waits for it any more

    def _work(self) -> None:
        while (asked := self._queue.get()) is not None:
            work, future = asked
            self.sign()
            try:
                done, error = work(), None
            except Exception as trouble:  # handed over: it is raised where it was asked for
                done, error = None, trouble
            self.sign()
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(_settle, future, done, error)


def _settle(future: "asyncio.Future[Any]", done: Any, error: Exception | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(done)
    else:
        future.set_exception(error)


async def clear_away(disk: Disk, folder: Path | None) -> None:
    """Remove the folder of a run that could not begin, with what is in it.

    Args:
        disk: Where it was to be written.
        folder: The run's; `None` for one that only could not go on.
    """
    if folder is not None:
        with contextlib.suppress(StorageError):  # it does not answer; what matters was told
            await disk.do(partial(shutil.rmtree, folder, ignore_errors=True))
