"""Where agent files are, and their bytes.

Folders are walked with all folders below them, within bounds and never in
circles; links are followed. A file is opened only when it is a regular file
that is not too large. This module never looks into a file.
"""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MAX_BYTES = 1_000_000
"""Of an agent file that is still read."""
MAX_DEPTH = 16
"""Folders inside each other."""
MAX_ENTRIES = 50_000
"""Files and folders that are looked at below one folder."""


class Stamp(NamedTuple):
    """What tells whether a file is still the same."""

    device: int
    inode: int
    size: int
    modified: int
    """Nanoseconds, as the next."""
    changed: int


class Place(NamedTuple):
    """One agent file, or what bears the name of one."""

    path: str
    stamp: Stamp | None
    """`None` where it can not be looked at."""
    trouble: str | None = None
    """Why it can not be read, where that shows without opening it."""


def places(folder: Path) -> Iterator[Place]:
    """All files below a folder whose names end with `.md`, in the order of their paths.

    Names that begin with a dot are passed over, as are folders that were seen already. A folder
    that is not there has no files.

    Args:
        folder: Where to begin.
    """
    found: list[Place] = []
    try:
        top = os.stat(folder)
    except OSError as error:
        # Nothing there is usual; something that can not be entered is not.
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            yield Place(str(folder), None, _why(error))
        return
    seen = {(top.st_dev, top.st_ino)}
    looked = 0
    waiting = [(str(folder), 0)]
    while waiting:
        path, depth = waiting.pop()
        try:
            entries = list(os.scandir(path))
        except OSError as error:
            found.append(Place(path, None, _why(error)))
            continue
        looked += len(entries)
        if looked > MAX_ENTRIES or depth > MAX_DEPTH:
            found.append(Place(path, None, "too many files or folders; it is passed over"))
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            named = entry.name[-3:].lower() == ".md"
            try:
                status = entry.stat()
            except OSError as error:
                if named:
                    found.append(Place(entry.path, None, _why(error)))
                continue
            if not stat.S_ISDIR(status.st_mode):
                if named:
                    found.append(Place(entry.path, _stamp(status), _kind(status)))
            elif named:
                found.append(Place(entry.path, None, "this is a folder"))
            elif (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                waiting.append((entry.path, depth + 1))
    yield from sorted(found, key=lambda place: place.path)


def is_missing(path: Path) -> bool:
    """Whether there is surely nothing: what can not be looked at may be there."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def read_bytes(path: Path) -> bytes:
    """The whole of a file.

    Raises:
        ValueError: when it can not be read, is no regular file or too large; with one line that
            says why.
    """
    try:
        # A named pipe must not hold us up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(descriptor, "rb") as file:
            if trouble := _kind(os.fstat(descriptor)):
                raise ValueError(trouble)
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(_why(error)) from error
    if len(data) > MAX_BYTES:
        raise ValueError(_too_large(len(data)))
    return data


def _stamp(status: os.stat_result) -> Stamp:
    return Stamp(
        status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
    )


def _kind(status: os.stat_result) -> str | None:
    if stat.S_ISDIR(status.st_mode):
        return "this is a folder"
    if not stat.S_ISREG(status.st_mode):
        return "this is not a regular file"
    return _too_large(status.st_size) if status.st_size > MAX_BYTES else None


def _too_large(size: int) -> str:
    return f"this is too large: {size:,} bytes or more; at most {MAX_BYTES:,} are read"


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "can not be read: there is no such file, or a link leads nowhere"
    return f"can not be read: {error.strerror or error}"
