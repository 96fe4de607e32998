"""JournalFile: one journal on one disk, as the bytes that it is.

It is open as long as its run is written, and locked: two processes can not write
one run, and readers see which runs are alive. Every method blocks, and is called
in the disk's thread. This module never knows what a line means.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from orchtui.engine.errors import StorageError
from orchtui.engine.journals import files
from orchtui.engine.journals.files import Sign, close_to_others, make_own_folder, no_link_private

ASK_AGAIN = (0.02, 0.1, 0.3)
"""Seconds between attempts. Whoever looks whether the run is alive holds the lock for an instant:
ask more than once."""
_PIECE = 1 << 20
_LEVELS = 3
"""Folders that a run makes where they are missing: its own, `runs`, and the artifacts folder."""


class JournalFile:
    """An open journal; `create`, `reopen` and `again` give one.

    Raises, in all methods:
        StorageError: when the disk refuses.
    """

    def __init__(self, path: Path, file: FileIO) -> None:
        self.path = path
        self._file = file
        status = os.fstat(file.fileno())
        self._identity = (status.st_dev, status.st_ino)

    @classmethod
    def create(cls, path: Path) -> "JournalFile":
        """Begin a journal where there is none."""
        return cls._open(path, "x+b")

    @classmethod
    def reopen(cls, path: Path) -> tuple["JournalFile", int]:
        """Go on with a journal, its torn last line cut off; the file, and its length."""
        journal = cls._open(path, "r+b")
        try:
            close_to_others(path.parent)  # an older orchtui may have made it
            size = os.fstat(journal._file.fileno()).st_size
            end = journal._last_line_end(size)
            journal._file.truncate(end)
            journal._file.seek(end)
        except (OSError, StorageError) as error:
            journal.close()
            raise error if isinstance(error, StorageError) else journal._told(error) from error
        return journal, end

    @classmethod
    def _open(cls, path: Path, mode: str) -> "JournalFile":
        try:
            # Unbuffered: one `write` is one system call, so a batch is torn at most once.
            file = open(path, mode, buffering=0, opener=no_link_private)
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from error
        assert isinstance(file, FileIO)
        for pause in (*ASK_AGAIN, None):
            try:
                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                return cls(path, file)
            except OSError as error:
                if pause is None:
                    file.close()
                    message = f"{path.parent.name} is being written by another process"
                    raise StorageError(message) from error
                time.sleep(pause)
        raise AssertionError("the last pause is None")

    def write(self, data: bytes, sign: Sign, *, sync: bool) -> None:
        """Write on, and with `sync` onto the disk itself, not only into its cache.

        A file that nobody can find any more takes everything and keeps nothing: that is refused.
        """
        try:
            files.write_all(self._file.fileno(), data, sign)
            if sync:
                os.fsync(self._file.fileno())
            there = self._is_there()
        except OSError as error:
            raise self._told(error) from error
        if not there:
            raise StorageError(f"{self.path}: the file is gone")

    def rewrite(self, start: int, data: bytes, sign: Sign) -> None:
        """Let `data` be all that stands after the first `start` bytes, and on the disk itself.

        What stands there already is written over with the same, never taken away before.
        """
        try:
            self._file.seek(start)
            files.write_all(self._file.fileno(), data, sign)
            self._file.truncate(start + len(data))
        except OSError as error:
            raise self._told(error) from error
        self.write(b"", sign, sync=True)

    def again(self, path: Path, length: int, sign: Sign) -> "JournalFile":
        """The first `length` bytes in a new file, which takes the place of this one.

        The old one is not closed. It is read through what is still open, and so also where its
        folder was removed.
        """
        if path == self.path:
            self._check_place()
        make_own_folder(path.parent)
        journal = JournalFile.create(path)
        try:
            for piece in self._pieces(length):
                files.write_all(journal._file.fileno(), piece, sign)
            os.fsync(journal._file.fileno())
        except (OSError, StorageError) as error:
            with contextlib.suppress(OSError):
                path.unlink()  # half of it is no journal
            journal.close()
            raise error if isinstance(error, StorageError) else self._told(error) from error
        return journal

    def look(self, length: int, sign: Sign) -> None:
        """Read the first `length` bytes and drop them."""
        try:
            for _ in self._pieces(length):
                sign()
        except OSError as error:
            raise self._told(error) from error

    def _pieces(self, length: int) -> Iterator[bytes]:
        done = 0
        while done < length:
            piece = os.pread(self._file.fileno(), min(_PIECE, length - done), done)
            if not piece:
                raise StorageError(f"{self.path}: its beginning is not there any more")
            done += len(piece)
            yield piece

    def is_gone(self) -> bool:
        """Whether nothing stands any more where it was."""
        try:
            return not self._is_there()
        except OSError as error:
            raise self._told(error) from error

    def close(self) -> None:
        """Give the lock back. Safe to call twice."""
        self._file.close()

    def _is_there(self) -> bool:
        """Raises StorageError when another file stands in its place: that is not ours to write."""
        try:
            status = os.stat(self.path, follow_symlinks=False)
        except FileNotFoundError:
            return False
        if (status.st_dev, status.st_ino) != self._identity:
            raise StorageError(f"{self.path}: another file has taken its place")
        return True

    def _check_place(self) -> None:
        """Raises StorageError where the run folder must not be made anew.

        Not below a mount point whose disk is gone: that would be another disk. And not where the
        folder is gone in which the artifacts folder stood: somebody removed more than a run.
        """
        for folder in self.path.absolute().parents[: _LEVELS + 1]:
            try:
                device = os.stat(folder).st_dev
            except FileNotFoundError:
                continue
            if device == self._identity[0]:
                return
            break
        raise StorageError(f"{self.path}: its folder is gone")

    def _last_line_end(self, size: int) -> int:
        """Where the last whole line ends. Reads backwards: a journal may be long, a line too."""
        end = size
        while end > 0:
            start = max(0, end - _PIECE)
            found = os.pread(self._file.fileno(), end - start, start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
        return 0

    def _told(self, error: OSError) -> StorageError:
        return StorageError(f"{self.path}: {error.strerror or error}")
