"""Journal: the events of one run on disk, append only.

One line of JSON for each event; `journal_file` writes them. A torn last line
(power cut, kill -9, a full disk) is left out when reading and cut off before
writing on. This module never interprets events.
"""

import contextlib
import fcntl
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from orchtui.engine.errors import StorageError
from orchtui.engine.journals.disk import Disk
from orchtui.engine.journals.files import Sign
from orchtui.engine.journals.journal_file import JournalFile
from orchtui.engine.run_events import events as ev
from orchtui.engine.text import clean_line

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
    ev.AggregationAsked,
    ev.AggregationStopped,
    ev.PartReduced,
    ev.Aggregated,
    ev.RunFinished,
    ev.ResultRated,
    ev.ResultChosen,
    ev.ResultsJudged,
)
"""Events that must be on the disk, not only in its cache, before anybody is told of them."""

_MOST_UNSYNCED = 1 << 20
"""Bytes of events that may be in the disk's cache only."""


class Journal:
    """The writing side. Open with `Journal.create` or `Journal.reopen`, end with `close`.

    It remembers all events of which it is not certain that they are on the disk itself. So
    nothing is lost where the disk refuses: `hold` what comes meanwhile, and `mend` later.
    """

    def __init__(self, file: JournalFile, length: int, disk: Disk) -> None:
        self._file = file
        self._disk = disk
        self._length = length
        """Bytes that are on the disk for certain, up to the end of a line."""
        self._uncertain: list[bytes] = []
        """Whole lines that come after these."""
        self._uncertain_length = 0
        self._in_place = True
        """Whether the uncertain lines have all been written where they belong."""

    @classmethod
    async def create(cls, folder: Path, disk: Disk) -> "Journal":
        """Begin the journal of a new run in its folder.

        Raises:
            StorageError: when there is one already, or the folder can not be written.
        """
        return cls(await disk.do(lambda: JournalFile.create(folder / FILE)), 0, disk)

    @classmethod
    async def reopen(cls, folder: Path, disk: Disk) -> "Journal":
        """Go on with the journal of a past run, its torn last line cut off.

        Raises:
            StorageError: when another process is writing it.
        """
        file, length = await disk.do(lambda: JournalFile.reopen(folder / FILE))
        return cls(file, length, disk)

    @property
    def held(self) -> bool:
        """Whether events wait in memory for a disk that takes them."""
        return not self._in_place

    async def append(self, batch: Sequence[ev.Event]) -> None:
        """Write events in one go; returns when those that must be durable are.

        Raises:
            StorageError: when the disk refuses or does not answer. They are then held.
        """
        assert self._in_place, "what is held comes first"
        self.hold(batch)  # until it is known that they are written, also when this is cancelled
        data = self._uncertain[-1]
        sync = any(isinstance(event, _DURABLE) for event in batch)
        sync = sync or self._uncertain_length > _MOST_UNSYNCED
        await self._disk.do(lambda: self._file.write(data, self._disk.sign, sync=sync))
        self._in_place = True
        if sync:
            self._certain(len(self._uncertain))

    def hold(self, batch: Sequence[ev.Event]) -> None:
        """Keep events in memory until `mend`."""
        self._in_place = False
        self._uncertain.append(_lines(batch))
        self._uncertain_length += len(self._uncertain[-1])

    async def mend(self) -> None:
        """Write what is held, in its place and in order, also where half of a line stands there.

        Raises:
            StorageError: when the disk still refuses; everything is then still held.
        """
        if await self._disk.do(self._file.is_gone):
            await self._copy_to(self._file.path, self._disk)
        while not self._in_place:
            count, data = len(self._uncertain), b"".join(self._uncertain)
            rewrite = partial(self._file.rewrite, self._length, data, self._disk.sign)
            await self._disk.do(rewrite)
            self._certain(count)
            self._in_place = not self._uncertain  # more may have come meanwhile

    def look(self, sign: Sign) -> None:
        """Read what is on the disk for certain, and drop it. Blocks.

        Raises:
            StorageError: when it can not be read any more.
        """
        self._file.look(self._length, sign)

    async def move(self, folder: Path, disk: Disk) -> None:
        """Write the whole story into another folder, and go on there.

        Raises:
            StorageError: when that disk refuses too, or the beginning can not be read back.
        """
        await self._copy_to(folder / FILE, disk)
        await self.mend()

    async def _copy_to(self, path: Path, disk: Disk) -> None:
        old, length = self._file, self._length
        self._file = await disk.do(lambda: old.again(path, length, disk.sign))
        self._in_place = not self._uncertain
        # Never from here: the old disk's thread may still be at work with it.
        self._disk.leave(old.close)
        self._disk = disk

    def _certain(self, count: int) -> None:
        size = sum(map(len, self._uncertain[:count]))
        self._length += size
        self._uncertain_length -= size
        del self._uncertain[:count]

    async def close(self) -> None:
        """Give the lock back; safe to call twice. What is held is given up.

        On a disk that does not answer the lock goes with the process.
        """
        with contextlib.suppress(StorageError):
            await self._disk.do(self._file.close)


def _lines(batch: Sequence[ev.Event]) -> bytes:
    return b"".join(ev.encode(event) + b"\n" for event in batch)


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
                    whole = (
                        f"`orchtui runs replay {clean_line(folder.name)}` plays what comes before"
                    )
                    raise StorageError(
                        f"{path}:{number}: not an event: {error}; {whole}"
                    ) from error
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
