"""WholeLines: the lines of a journal from any place on, many at a time.

The file is opened for each look and is not held; another file in its place is
noticed. This module never knows what a line means, and never writes.
"""

import os
import stat
from pathlib import Path

from orchtui.engine.errors import StorageError

_AT_ONCE = 1 << 18
"""Bytes that are read at once, more only for a longer line: some thousand events."""
_LONGEST = 1 << 28
"""Bytes; a longer line is no event, and would fill the memory."""

Identity = tuple[int, int]
"""Which file it is: its device and its number there."""


class WholeLines:
    """Reads on from a place.

    Args:
        path: The journal.
        start: Bytes before the first line that is read.
        identity: Which file it must be; `None` for whichever is there.
    """

    def __init__(self, path: Path, start: int = 0, identity: Identity | None = None) -> None:
        self._path = path
        self.at = start
        """Bytes that were read, up to the end of a line."""
        self.identity = identity
        self.torn = False
        """Whether something that is no whole line stands behind the last one."""

    def next(self) -> bytes:
        """Some more lines; nothing at the end. Blocks.

        Raises:
            StorageError: when it can not be read, or is not the file that it was.
        """
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from error
        try:
            self._check(os.fstat(file))
            data = os.pread(file, _AT_ONCE, self.at)
            while data and b"\n" not in data[-_AT_ONCE:]:
                more = os.pread(file, _AT_ONCE, self.at + len(data))
                if not more or len(data) > _LONGEST:
                    break
                data += more
        except OSError as error:
            raise StorageError(f"{self._path}: {error.strerror}") from error
        finally:
            os.close(file)
        whole = data.rfind(b"\n") + 1
        self.torn = bool(data) and not whole
        self.at += whole
        return data[:whole]

    def _check(self, status: os.stat_result) -> None:
        if not stat.S_ISREG(status.st_mode):
            raise StorageError(f"{self._path}: this is no plain file")
        identity = (status.st_dev, status.st_ino)
        if self.identity is None:
            self.identity = identity
        if identity != self.identity:
            raise StorageError(f"{self._path}: another file was put in its place")
        if status.st_size < self.at:
            raise StorageError(f"{self._path}: it was cut off behind what was read already")
