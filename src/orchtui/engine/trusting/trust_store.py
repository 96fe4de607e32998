"""What a person has trusted, folder by folder, in a file of the user's own.

Only fingerprints are kept, never a command line. The file is read each time
anew and replaced in one step, so that several processes can use it at once. It
never lies in a project: what comes with a project can not trust itself. This
module never asks anybody.
"""

import contextlib
import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from orchtui.engine.errors import StorageError
from orchtui.engine.trusting.trust import Danger

_MOST_BYTES = 16_000_000
_PATIENCE = 5.0
"""Seconds to wait for another process that writes the file just now."""

_TRUSTED, _PAID = "trusted", "paid"


class TrustStore:
    """What is trusted in which folder. Every call may touch the disk: not for the event loop.

    What was said is also kept for the life of the store, so that a file that can not be written
    does not make anybody be asked twice.

    Args:
        path: The file; `None` keeps everything in memory only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._said: dict[str, set[str]] = {}

    def known(self, folder: Path) -> frozenset[str]:
        """The fingerprints that are trusted in this folder.

        A file that can not be read knows nothing: then everything is asked about once more.
        """
        return frozenset(self._said.get(_key(folder), ())) | self._stored(folder)

    def trust(self, found: Iterable[Danger], folder: Path) -> None:
        """Remember these for this folder.

        Raises:
            StorageError: when that can not be written; it then holds as long as this store.
        """
        self._add(folder, {danger.fingerprint for danger in found})

    def paid_noted(self, folder: Path) -> bool:
        """Whether somebody has seen here what a paid run is about to use."""
        return _PAID in self.known(folder)

    def note_paid(self, folder: Path) -> None:
        """Remember that.

        Raises:
            StorageError: as `trust`.
        """
        self._add(folder, {_PAID})

    def trouble(self) -> str | None:
        """Why what was remembered can not be read; `None` where all is well."""
        try:
            self._read()
        except (OSError, ValueError) as error:
            return f"{self.path}: what was trusted before can not be read: {_why(error)}"
        return None

    def _stored(self, folder: Path) -> frozenset[str]:
        try:
            words = self._read().get(_key(folder), [])
        except (OSError, ValueError):
            return frozenset()
        return frozenset(word for word in words if isinstance(word, str))

    def _add(self, folder: Path, words: set[str]) -> None:
        key = _key(folder)
        self._said.setdefault(key, set()).update(words)
        if self.path is None:
            return
        try:
            with self._alone():
                folders = self._read_or_set_aside()
                known = [word for word in folders.get(key, []) if isinstance(word, str)]
                folders[key] = sorted({*known, *words})
                self._write(folders)
        except (OSError, ValueError) as error:
            raise StorageError(f"{self.path}: can not be written: {_why(error)}") from error

    def _read(self) -> dict[str, list[Any]]:
        """Raises OSError, or ValueError where it is not what this module wrote."""
        if self.path is None:
            return {}
        try:
            with open(self.path, "rb") as file:
                data = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            return {}
        if len(data) > _MOST_BYTES:
            raise ValueError("it is too large")
        try:
            whole = json.loads(data)
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        folders = whole.get(_TRUSTED) if isinstance(whole, dict) else None
        if not isinstance(folders, dict):
            raise ValueError("it is not in the form that it should have")
        if not all(isinstance(words, list) for words in folders.values()):
            raise ValueError("it is not in the form that it should have")
        return folders

    def _read_or_set_aside(self) -> dict[str, list[Any]]:
        assert self.path is not None
        try:
            return self._read()
        except ValueError:
            # Somebody may want to know what stood there.
            os.replace(self.path, f"{self.path}.broken")
            return {}

    def _write(self, folders: dict[str, list[Any]]) -> None:
        assert self.path is not None
        target = os.path.realpath(self.path)  # it may be a link to where the user keeps such files
        text = json.dumps({"format": 1, _TRUSTED: folders}, indent=1, sort_keys=True)
        # mkstemp's files are the user's alone (0600).
        descriptor, half = tempfile.mkstemp(prefix=".trust-", dir=os.path.dirname(target))
        try:
            with open(descriptor, "w", encoding="ascii") as file:
                file.write(text + "\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(half, target)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(half)
            raise

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other process writes the file."""
        assert self.path is not None
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
        descriptor = os.open(f"{self.path}.lock", flags, 0o600)
        try:
            end = time.monotonic() + _PATIENCE
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > end:
                        raise
                    time.sleep(0.02)
            yield
        finally:
            os.close(descriptor)


def untrusted(found: Iterable[Danger], store: TrustStore, folder: Path) -> tuple[Danger, ...]:
    """Those that nobody has trusted in this folder: new ones, and such that changed."""
    dangers = tuple(found)
    if not dangers:
        return ()
    known = store.known(folder)
    return tuple(danger for danger in dangers if danger.fingerprint not in known)


def _key(folder: Path) -> str:
    return os.fsencode(os.path.realpath(folder)).decode("utf-8", "backslashreplace")


def _why(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)
