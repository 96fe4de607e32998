"""A disk that refuses, tears what is written in two, or does not answer, when a test says so.

It stands in for the one function that writes to open files; what a test leaves alone goes to the
real disk. `Faults.below` says for which folder it holds, so that another place still works.
"""

import errno
import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchtui.engine.journals import disk, files
from orchtui.engine.run_folders import storage

_WRITE = files.write_all
_SYNC = os.fsync


class Faults:
    """What the disk does now.

    Args:
        below: The folder for which it holds.
    """

    def __init__(self, below: Path) -> None:
        self._below = below
        self.error: int | None = None
        """The `errno` that every write gives; `None` while all is well."""
        self.torn = False
        """Whether half of what was to be written is written before."""
        self.at_sync = False
        """Whether writing works, and only bringing it to the disk fails."""
        self.refused = 0
        """How often it refused or did not answer."""
        self._answers = threading.Event()
        self._answers.set()

    def refuse(
        self, error: int = errno.ENOSPC, *, torn: bool = False, at_sync: bool = False
    ) -> None:
        self.error, self.torn, self.at_sync = error, torn, at_sync

    def hang(self) -> None:
        """From now on nothing comes back."""
        self._answers.clear()

    def mend(self) -> None:
        """All is well again; what hung goes on."""
        self.error = None
        self._answers.set()

    def write_all(self, file: int, data: bytes, sign: files.Sign) -> None:
        if self._is_below(file):
            self._wait()
            error = self.error  # the test may take it back meanwhile
            if error is not None and not self.at_sync:
                self.refused += 1
                if self.torn:
                    _WRITE(file, data[: len(data) // 2], sign)
                raise OSError(error, os.strerror(error))
        _WRITE(file, data, sign)

    def fsync(self, file: int) -> None:
        if self._is_below(file):
            self._wait()
            if self.error is not None:
                self.refused += 1
                raise OSError(self.error, os.strerror(self.error))
        _SYNC(file)

    def _wait(self) -> None:
        if not self._answers.is_set():
            self.refused += 1
            self._answers.wait()

    def _is_below(self, file: int) -> bool:
        return _path_of(file).is_relative_to(self._below)


@contextmanager
def faulty(monkeypatch: pytest.MonkeyPatch, below: Path) -> Iterator[Faults]:
    """A disk with faults, tried again often and given up soon."""
    faults = Faults(below.resolve())
    monkeypatch.setattr(files, "write_all", faults.write_all)
    monkeypatch.setattr(os, "fsync", faults.fsync)
    impatient(monkeypatch)
    try:
        yield faults
    finally:
        faults.mend()


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what takes seconds take moments."""
    monkeypatch.setattr(disk, "PATIENCE", 0.3)
    monkeypatch.setattr(disk, "HURRIED", 0.1)
    monkeypatch.setattr(storage, "EVERY", 0.02)
    monkeypatch.setattr(storage, "AT_THE_END", 0.2)


def _path_of(file: int) -> Path:
    if hasattr(fcntl, "F_GETPATH"):  # macOS
        return Path(os.fsdecode(fcntl.fcntl(file, fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0")))
    # A removed file is told as `name (deleted)`.
    return Path(os.readlink(f"/proc/self/fd/{file}").removesuffix(" (deleted)"))
