"""What changed in the project folder while a program ran in it: two looks, compared.

A look is a walk over names, times and sizes in a thread, within bounds; folders
that hold no work of a person (`.git`, `node_modules`, caches) are left out.
Looks are shared by those who ask at the same moment. A folder that is too large
is not tried again; then only the paths that a task declares are seen. What was
read, and who wrote when several worked at once, can not be seen this way. This
module never opens a file but those that a task declares.
"""

import asyncio
import hashlib
import os
import stat
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from orchtui.engine.paths.no_links import open_file

MOST_FILES = 50_000
MOST_SECONDS = 3.0
"""For one look; both bounds are of the same kind: with more, nothing is observed."""
MOST_HASHED = 16 * 1024 * 1024
"""The largest declared file whose digest is taken."""

LEFT_OUT = frozenset(
    (
        *(".git", ".hg", ".svn", ".jj", "node_modules", ".venv", "venv", ".tox", ".nox"),
        *("__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis"),
        *(".gradle", ".terraform", ".direnv", ".next", ".nuxt", ".cache", ".idea"),
    )
)
"""Names of folders that are not looked into."""
_CACHE_MARK = "CACHEDIR.TAG"
"""Stands in folders that hold only what can be made again (bford.info/cachedir)."""


class Mark(NamedTuple):
    """How a file stood at a moment."""

    modified_ns: int
    size: int
    inode: int
    changed_ns: int
    """Of the entry itself: a program can set `modified_ns` back, but not this one."""


Look = Mapping[str, Mark]
"""Files by their path from the project folder."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file that is not as it was."""

    path: str
    deleted: bool
    when: float | None
    """Seconds since 1970; `None` for a deleted one."""


class FolderWatch:
    """Looks at one project folder.

    Args:
        project: The folder.
        leave_out: Folders that are not looked into, such as the artifacts.
        most_files: See `MOST_FILES`.
        most_seconds: See `MOST_SECONDS`.
    """

    def __init__(
        self,
        project: Path,
        leave_out: Iterable[Path] = (),
        *,
        most_files: int = MOST_FILES,
        most_seconds: float = MOST_SECONDS,
    ) -> None:
        self._project = project
        self._leave_out = frozenset(os.path.realpath(path) for path in leave_out)
        self._most_files = most_files
        self._most_seconds = most_seconds
        self._lock = asyncio.Lock()
        self._asked = 0
        self._last: tuple[int, Look | None] = (0, None)
        self._too_large = False

    async def look(self) -> Look | None:
        """How all files stand, at a moment after this was called; `None` where there are too many.

        Raises:
            OSError: when the project folder itself can not be read.
        """
        if self._too_large:
            return None
        self._asked += 1
        number = self._asked
        async with self._lock:
            await asyncio.sleep(0)  # let those in that were started together with this one
            if self._too_large:
                return None
            if self._last[0] < number:
                asked = self._asked
                taken = await asyncio.to_thread(self._walk)
                self._too_large = taken is None
                self._last = (asked, taken)
            return self._last[1]

    def _walk(self) -> Look | None:
        end = time.monotonic() + self._most_seconds
        root = os.path.realpath(self._project)
        found: dict[str, Mark] = {}
        folders = [(root, "")]
        while folders:
            folder, prefix = folders.pop()
            if time.monotonic() > end:
                return None
            try:
                with os.scandir(folder) as listing:
                    entries = list(listing)
            except OSError:
                if not prefix:
                    raise
                continue
            if prefix and any(entry.name == _CACHE_MARK for entry in entries):
                continue
            for entry in entries:
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if entry.name not in LEFT_OUT and entry.path not in self._leave_out:
                        folders.append((entry.path, path + "/"))
                    continue
                try:
                    status = entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone in this moment
                # No event can hold a name that is no text.
                if stat.S_ISREG(status.st_mode) and path.isprintable():
                    found[path] = mark_of(status)
            if len(found) > self._most_files:
                return None
        return found


def mark_of(status: os.stat_result) -> Mark:
    """How a file stands."""
    return Mark(status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns)


def compare(before: Look, after: Look) -> list[Change]:
    """What is not as it was, by path."""
    changes = [
        Change(path, False, mark.modified_ns / 1e9)
        for path, mark in after.items()
        if before.get(path) != mark
    ]
    changes += [Change(path, True, None) for path in before if path not in after]
    return sorted(changes, key=lambda change: change.path)


class Declared(NamedTuple):
    """How a declared file stood: nothing in it where there was none."""

    mark: Mark | None = None
    digest: str | None = None
    """SHA-256; `None` too where it is too large to be read."""


def read_declared(project: Path, paths: Sequence[str]) -> dict[str, Declared]:
    """How the files that a task declares stand. Folders, links and paths outside are left out.

    Blocks.
    """
    found: dict[str, Declared] = {}
    for path in paths:
        parts = PurePosixPath(path)
        if parts.is_absolute() or ".." in parts.parts or not parts.parts:
            continue
        try:
            found[str(parts)] = _declared(project, str(parts))
        except (FileNotFoundError, NotADirectoryError):
            found[str(parts)] = Declared()
        except (OSError, ValueError):
            continue
    return found


def _declared(project: Path, path: str) -> Declared:
    with open(open_file(project, path), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("no plain file")
        small = status.st_size <= MOST_HASHED
        digest = hashlib.file_digest(file, "sha256").hexdigest() if small else None
        return Declared(mark_of(status), digest)
