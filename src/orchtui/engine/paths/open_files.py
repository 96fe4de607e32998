"""Small helps for open files and folders: what stands there, and what the system says.

Everything here works on what somebody has opened; nothing is looked up by a
path but the system's own folders. This module never decides what is allowed.
"""

import errno
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from orchtui.engine.paths.path_names import Denied, Missing


@dataclass(frozen=True, slots=True)
class Content:
    """A file that was read."""

    path: str
    """The real one, from the root."""
    data: bytes


class Entry(NamedTuple):
    """What stands in a folder."""

    name: str
    kind: Literal["file", "folder", "link", "other"]
    size: int
    changed: float
    """Seconds since 1970."""


def entries_of(folder: int) -> list[Entry]:
    """What stands in an open folder, by name; what can not be named is left out."""
    found: list[Entry] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            with suppress(OSError, UnicodeEncodeError):
                entry.name.encode()  # others can not be named
                status = entry.stat(follow_symlinks=False)
                found.append(
                    Entry(entry.name, _kind(status.st_mode), status.st_size, status.st_mtime)
                )
    return sorted(found)


def _kind(mode: int) -> Literal["file", "folder", "link", "other"]:
    if stat.S_ISLNK(mode):
        return "link"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other"


def target_of(folder: int, name: str) -> str | None:
    """Where a link in an open folder leads; `None` for what is no link."""
    try:
        return os.readlink(name, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOENT, errno.ENOTDIR, errno.EACCES):
            return None
        raise


def write_all(file: int, data: bytes) -> None:
    """Write all of it, however much the system takes at once."""
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def odd_devices(root: Path) -> frozenset[int]:
    """File systems whose files are none: where the root itself is not on one of them."""
    found: set[int] = set()
    for odd in ("/proc", "/sys", "/dev"):
        with suppress(OSError):
            found.add(os.stat(odd).st_dev)
    with suppress(OSError):
        found.discard(os.stat(root).st_dev)
    return frozenset(found)


def denied(error: OSError) -> Denied:
    """What the system says, in words for a model, without a path of this machine."""
    if error.errno in (errno.ENOENT,):
        return Missing("there is no such file")
    if error.errno == errno.ENOTDIR:
        return Missing("a name in it is no folder")
    if error.errno == errno.EISDIR:
        return Denied("this is a folder")
    if error.errno in (errno.EACCES, errno.EPERM):
        return Denied("the system does not allow it")
    return Denied((error.strerror or "the disk refuses").lower())


def size(count: int) -> str:
    """A number of bytes in words."""
    return f"{count / 1_000_000:,.1f} MB" if count >= 100_000 else f"{count:,} bytes"
