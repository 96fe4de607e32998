"""How much of the disk runs take: the bytes of all files in their folders.

Links are counted as links and never followed. Everything here blocks: it looks at
every file. This module never changes one.
"""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

import msgspec

from orchtui.engine.history.trash import TRASH, half_gone, trashed
from orchtui.engine.journals.journal import RUNS


class RunUse(msgspec.Struct, frozen=True, kw_only=True):
    """What one run takes."""

    id: str
    bytes: int
    files: int


class DiskUse(msgspec.Struct, frozen=True, kw_only=True):
    """What all runs of an artifacts folder take."""

    runs: tuple[RunUse, ...]
    """The largest first; every folder among the runs, also one that is no whole run."""
    trash: int
    """Bytes of what is in the trash."""
    unread: tuple[str, ...] = ()
    """What could not be looked at, and why."""

    @property
    def total(self) -> int:
        """Bytes of all runs, without the trash."""
        return sum(run.bytes for run in self.runs)


def measure(out: Path) -> DiskUse:
    """Look at all runs of an artifacts folder. Blocks, a tenth of a second for 5,000 files."""
    unread: list[str] = []
    runs = [_use_of(path, unread) for path in _folders(out / RUNS, unread)]
    places = [*(out / TRASH / one.place for one in trashed(out)), *half_gone(out)]
    gone = sum(_use_of(place, unread).bytes for place in places)
    runs.sort(key=lambda one: (-one.bytes, one.id))
    return DiskUse(runs=tuple(runs), trash=gone, unread=tuple(unread))


def size_of_folder(folder: Path) -> int:
    """Bytes of all files in a folder, as far as it can be read. Blocks."""
    return _use_of(folder, []).bytes


def _folders(runs: Path, unread: list[str]) -> Iterable[Path]:
    try:
        with os.scandir(runs) as entries:
            return [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        unread.append(f"{runs}: {error.strerror}")
        return []


def _use_of(folder: Path, unread: list[str]) -> RunUse:
    count = files = 0
    for place, _, names in os.walk(folder, onerror=lambda error: unread.append(_told(error))):
        for name in names:
            try:
                status = os.lstat(os.path.join(place, name))
            except OSError as error:
                if not isinstance(error, FileNotFoundError):
                    unread.append(_told(error))
                continue
            files += 1
            count += status.st_size if stat.S_ISREG(status.st_mode) else 0
    return RunUse(id=folder.name, bytes=count, files=files)


def _told(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}"
