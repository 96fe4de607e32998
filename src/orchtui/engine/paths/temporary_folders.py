"""Temporary folders that are removed in the end, also when their process is killed.

All of one process stand in one folder, and that process holds a lock in it for as long as they
do. The system lets go of a lock when its process ends, however that comes about. So whoever makes
one of these folders, or is told that a process has been killed, removes what nobody holds any
more. Blocks: not for the event loop. This module never touches a folder of another user, or one
without such a lock.
"""

import contextlib
import fcntl
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

PREFIX = "orchtui-folders-"
"""How the folder of one process is called, in the system's folder for temporary files."""
LOCK = "lock"

_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class TemporaryFolders:
    """Those of this process. May be used from any thread."""

    def __init__(self) -> None:
        self._one = threading.Lock()
        self._held: dict[Path, int] = {}
        """Open locks, by the folder that they are in."""
        self._swept = False

    def make(self, kind: str) -> Path:
        """A new, empty folder that only this user can look into.

        Args:
            kind: The beginning of its name.

        Raises:
            OSError: when the system refuses.
        """
        with self._one:
            made = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=self._own()))
            first, self._swept = not self._swept, True
        if first:
            sweep()
        return made

    def remove(self, folder: Path) -> None:
        """Remove one of them, as far as the system lets it."""
        remove_tree(folder)
        with self._one:
            own = folder.parent
            if own in self._held and _drop(own):
                os.close(self._held.pop(own))

    def _own(self) -> Path:
        """The folder of this process."""
        place = Path(tempfile.gettempdir())
        for own in self._held:
            if own.parent == place and (own / LOCK).exists():
                return own
        own = Path(tempfile.mkdtemp(prefix=PREFIX))
        # Held before it has its name: nobody may find it free.
        half = own / f"{LOCK}.part"
        lock = os.open(half, _OPEN | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            half.rename(own / LOCK)
        except OSError:
            os.close(lock)
            remove_tree(own)
            raise
        self._held[own] = lock
        return own


FOLDERS = TemporaryFolders()


def sweep() -> None:
    """Remove the folders of this user's processes that have ended and could not do it themselves.

    What can not be removed is left for the next time.
    """
    with contextlib.suppress(OSError), os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                # One that goes meanwhile, or is none of ours, keeps no other one.
                with contextlib.suppress(OSError):
                    _sweep_one(Path(entry.path))


def _sweep_one(own: Path) -> None:
    found = own.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return
    lock = os.open(own / LOCK, _OPEN)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused while its process lives
        for inner in own.iterdir():
            if inner.name != LOCK:
                remove_tree(inner)
        _drop(own)
    finally:
        os.close(lock)


def _drop(own: Path) -> bool:
    """Remove the folder of a process whose lock is held here, where nothing else is in it."""
    # On NFS the lock that is open here stands there by another name until it is closed.
    with contextlib.suppress(OSError):
        if os.listdir(own) != [LOCK]:
            return False
        (own / LOCK).unlink()
        own.rmdir()
    return True


def remove_tree(path: Path) -> None:
    """Remove a folder as far as the system lets it, also what its owner may not change."""
    top = os.fspath(path)

    def open_and_retry(function: Callable[..., Any], failed: str, _: object) -> None:
        """A program may have made a folder that nobody may change."""
        with contextlib.suppress(OSError):
            for folder in (os.path.dirname(failed), failed):
                # Nothing above: what holds it may be everybody's.
                if not (folder == top or folder.startswith(top + os.sep)):
                    continue
                if not os.path.islink(folder) and os.path.isdir(folder):
                    os.chmod(folder, stat.S_IRWXU)
            if function is os.unlink:
                os.unlink(failed)
            else:
                shutil.rmtree(failed, ignore_errors=True)

    shutil.rmtree(top, onerror=open_and_retry)
