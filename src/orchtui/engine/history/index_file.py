"""The index's file: where it lies, and a connection to it, also where none can be had.

It is a cache of its user alone (0600) below the folder for caches, never in the
artifacts folder: so a folder that is read-only, shared or checked in has one too,
and none is ever passed on with it. What is missing, broken, or of another version is
made anew under a lock; where that is not possible, the index is a temporary one, which
nobody else sees, and says so. This module never knows what stands in it.
"""

import contextlib
import fcntl
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orchtui.engine.errors import StorageError
from orchtui.engine.journals.files import make_own_folder, no_link_private, why_of

PATIENCE = 5.0
"""Seconds that SQLite waits for another process, whose writes take milliseconds."""


def index_path(out: Path) -> Path:
    """Where the index of an artifacts folder lies."""
    from platformdirs import user_cache_path

    key = hashlib.sha256(os.fsencode(os.path.realpath(out))).hexdigest()[:16]
    return user_cache_path("orchtui") / "history" / f"{key}.sqlite"


def has_fts5() -> bool:
    """Whether SQLite of this machine was built with full-text search."""
    with contextlib.closing(sqlite3.connect(":memory:")) as memory:
        try:
            memory.execute("CREATE VIRTUAL TABLE probe USING fts5(words, tokenize='ascii')")
        except sqlite3.OperationalError:
            return False
    return True


@dataclass(slots=True)
class Opened:
    """A connection, to be used under a lock of its owner's: any thread may use it."""

    connection: sqlite3.Connection
    path: Path | None
    """`None` where it is a temporary one."""
    notice: str = ""
    """What to tell of it."""


def open_index(path: Path | None, version: str, schema: str) -> Opened:
    """Open an index, and make it where it is missing, broken or of another version.

    Args:
        path: The file; `None` for a temporary one.
        version: Of what stands in it.
        schema: Statements that make it.
    """
    if path is None:
        return _temporary(version, schema, "")
    if (found := _existing(path, version)) is not None:
        return Opened(found, path)
    try:
        make_own_folder(path.parent)
        with lock(path, PATIENCE) as held:
            if not held:
                return _temporary(
                    version, schema, "another orchtui is making the index of runs just now"
                )
            if (found := _existing(path, version)) is not None:  # made by another one meanwhile
                return Opened(found, path)
            _remove(path)
            return Opened(_made(path, version, schema), path)
    except (OSError, StorageError, sqlite3.Error) as error:
        why = why_of(error) if isinstance(error, OSError) else str(error)
        return _temporary(version, schema, f"the index of runs can not be kept: {why}")


def discard(opened: Opened) -> None:
    """Close a broken index and take its file away: all of it can be made again.

    Raises:
        StorageError: when it can not be taken away.
        sqlite3.OperationalError: as `lock`.
    """
    with contextlib.suppress(sqlite3.Error):
        opened.connection.close()
    if opened.path is None:
        return
    with lock(opened.path, PATIENCE) as held:
        if not held:
            raise StorageError(f"{opened.path}: another orchtui is at work with it")
        try:
            _remove(opened.path)
        except OSError as error:
            raise StorageError(why_of(error)) from error


@contextlib.contextmanager
def lock(path: Path, patience: float = 0.0) -> Iterator[bool]:
    """While no other process fills or replaces the index; gives whether that is so.

    Args:
        path: The index.
        patience: Seconds to wait for another process.

    Raises:
        sqlite3.OperationalError: when there can be no lock, and so no index that is kept.
    """
    try:
        file = no_link_private(f"{path}.lock", os.O_RDWR | os.O_CREAT)
    except OSError as error:
        raise sqlite3.OperationalError(f"{path}.lock: {error.strerror}") from error
    try:
        end = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if time.monotonic() >= end:
                    yield False
                    return
                time.sleep(0.05)
            else:
                yield True
                return
    finally:
        os.close(file)


def _existing(path: Path, version: str) -> sqlite3.Connection | None:
    """The index that is there, where it is whole and of this version."""
    connection = None
    try:
        if path.is_symlink() or not path.is_file():
            return None
        connection = _connected(path)
        row = connection.execute("SELECT value FROM about WHERE key = 'version'").fetchone()
        connection.execute("SELECT count(*) FROM runs").fetchone()
        if row == (version,):
            return connection
    except (sqlite3.Error, OSError):
        pass  # it is made anew, whatever is the matter with it
    if connection is not None:
        with contextlib.suppress(sqlite3.Error):
            connection.close()
    return None


def _connected(path: Path) -> sqlite3.Connection:
    """Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(
        uri, uri=True, timeout=PATIENCE, isolation_level=None, check_same_thread=False
    )
    try:
        _prepare(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    # What is deleted is written over; the rest of what is not on the disk yet may be lost, as all
    # of it can be made again.
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cache_size = -16000")


def _made(path: Path, version: str, schema: str) -> sqlite3.Connection:
    # SQLite gives the files beside it the same rights.
    os.close(no_link_private(str(path), os.O_RDWR | os.O_CREAT | os.O_EXCL))
    connection = _connected(path)
    _fill(connection, version, schema)
    return connection


def _fill(connection: sqlite3.Connection, version: str, schema: str) -> None:
    connection.executescript(schema)
    connection.execute("INSERT INTO about VALUES ('version', ?)", (version,))


def _temporary(version: str, schema: str, notice: str) -> Opened:
    # Without a name SQLite keeps what does not fit into its cache in a file without one.
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    _fill(connection, version, schema)
    why = f"{notice}; a temporary one is used" if notice else ""
    return Opened(connection, None, why)


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{path}{ending}")
