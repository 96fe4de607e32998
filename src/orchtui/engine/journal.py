"""Journal: the events of one run on disk, append only.

One line of JSON for each event. A writer holds a lock on the file as long as
it is open, so that two processes can not write one run and readers see which
runs are alive. A torn last line (power cut, kill -9) is left out when reading
and cut off before appending. This module never interprets events.
"""

import asyncio
import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import aiofiles
from aiofiles.threadpool.binary import AsyncFileIO

from orchtui.engine import events as ev
from orchtui.engine.errors import StorageError
from orchtui.engine.files import no_link

FILE = "events.jsonl"
RUNS = "runs"
"""The folder of all run folders, in the artifacts folder."""

_DURABLE = (
    ev.RunStarted,
    ev.RunResumed,
    ev.TaskReused,
    ev.TaskCompleted,
    ev.TaskFailed,
    ev.TaskCancelled,
    ev.Aggregated,
    ev.RunFinished,
)
"""Events that must be on the disk, not only in its cache, before anybody is told of them."""


class Journal:
    """The writing side. Open with `Journal.create` or `Journal.reopen`, end with `close`."""

    def __init__(self, path: Path, file: AsyncFileIO) -> None:
        self.path = path
        self._file = file

    @classmethod
    async def create(cls, folder: Path) -> "Journal":
        """Begin the journal of a new run in its folder.

        Raises:
            StorageError: when there is one already, or the folder can not be written.
        """
        return await cls._open(folder / FILE, "xb")

    @classmethod
    async def reopen(cls, folder: Path) -> "Journal":
        """Go on with the journal of a past run, its torn last line cut off.

        Raises:
            StorageError: when another process is writing it.
        """
        journal = await cls._open(folder / FILE, "r+b")
        async with aiofiles.open(journal.path, "rb") as file:
            end = (await file.read()).rfind(b"\n") + 1
        await journal._file.truncate(end)
        await journal._file.seek(end)
        return journal

    @classmethod
    async def _open(cls, path: Path, mode: Literal["xb", "r+b"]) -> "Journal":
        try:
            # Unbuffered: one `write` is one system call, so a batch is torn at most once.
            file = await aiofiles.open(path, mode, buffering=0, opener=no_link)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error
        # Whoever looks whether the run is alive holds the lock for an instant: ask more than once.
        for pause in (0.02, 0.1, 0.3, None):
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if pause is None:
                    await file.close()
                    message = f"{path.parent.name} is being written by another process"
                    raise StorageError(message) from error
                await asyncio.sleep(pause)
        return cls(path, file)

    async def append(self, batch: Sequence[ev.Event]) -> None:
        """Write events in one go; returns when those that must be durable are.

        Raises:
            StorageError: when the disk refuses.
        """
        data = b"".join(ev.encode(event) + b"\n" for event in batch)
        try:
            while data:
                data = data[await self._file.write(data) :]
            if any(isinstance(event, _DURABLE) for event in batch):
                await asyncio.to_thread(os.fsync, self._file.fileno())
        except OSError as error:
            raise StorageError(f"{self.path}: {error.strerror}") from error

    async def close(self) -> None:
        """Give the lock back. Safe to call twice."""
        await self._file.close()


def read(folder: Path) -> Iterator[ev.RunEvent | ev.UnknownEvent]:
    """The events of a run folder's journal, without a torn last line.

    Raises:
        StorageError: when it can not be read, or a line in the middle is not an event.
    """
    path = folder / FILE
    try:
        with open(path, "rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    return
                try:
                    yield ev.decode(line)
                except ValueError as error:
                    raise StorageError(f"{path}:{number}: not an event: {error}") from error
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


def is_alive(folder: Path) -> bool:
    """Whether a process is writing this run right now."""
    try:
        with open(folder / FILE, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # no journal, so nobody writes it
    return False
