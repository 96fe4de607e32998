"""Standard output and standard error as a run uses them: written by threads of their own.

A reader who is slow, or gone, never holds up the loop that the tasks run in.
This module never decides what is written.
"""

import asyncio
import os
import queue
import select
import threading
from collections.abc import Callable
from typing import TextIO

_MUCH = 100
"""Writes that may wait."""


class Output:
    """One stream. Enough of a text file for rich to write to.

    Args:
        stream: Where to; `None` when the process has no such stream.
        lost: Told, in the loop, when the stream can not be written any more.
    """

    def __init__(self, stream: TextIO | None, lost: Callable[[], object] = lambda: None) -> None:
        self._descriptor = stream.fileno() if stream is not None else None
        self.encoding = stream.encoding if stream is not None else "utf-8"
        self.error: OSError | None = None
        """Why it can not be written any more; what comes after that is dropped."""
        self._lost = lost
        self._loop = asyncio.get_running_loop()
        self._ended = asyncio.Event()
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        # A daemon, and never through Python's buffers: a second signal ends the process at once,
        # also while somebody does not read.
        threading.Thread(target=self._work, name="output", daemon=True).start()

    def write(self, text: str) -> int:
        """Write some time soon; never waits and never fails."""
        self.write_bytes(text.encode(self.encoding, "backslashreplace"))
        return len(text)

    def write_bytes(self, data: bytes) -> None:
        """`write`, for what is encoded already."""
        self._queue.put(data)

    @property
    def behind(self) -> bool:
        """Whether much waits to be written: for whoever can wait until less does."""
        return self.error is None and self._queue.qsize() > _MUCH

    def flush(self) -> None:
        """Nothing is held back."""

    def isatty(self) -> bool:
        """Whether this is a terminal."""
        return self._descriptor is not None and os.isatty(self._descriptor)

    def fileno(self) -> int:
        """The stream's descriptor.

        Raises:
            OSError: when there is no stream.
        """
        if self._descriptor is None:
            raise OSError("there is no such stream")
        return self._descriptor

    async def close(self) -> None:
        """Wait until everything is written, or can not be."""
        self._queue.put(None)
        await self._ended.wait()

    def _work(self) -> None:
        while (data := self._queue.get()) is not None:
            if self._descriptor is not None and self.error is None:
                try:
                    _write_all(self._descriptor, data)
                except OSError as error:
                    self.error = error
                    self._tell(self._lost)
        self._tell(self._ended.set)

    def _tell(self, told: Callable[[], object]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(told)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:  # another program set the shared terminal so
            select.select([], [descriptor], [])
