"""Writing files so that nobody ever reads half of one.

Files of a run are the user's alone, whatever the umask; what is published follows
it. Every function blocks: not for the event loop. This module never decides what
stands in a file or where it goes.
"""

import contextlib
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from orchtui.engine.errors import StorageError

_PIECE = 1 << 20
"""Bytes that are written between two signs of life."""
_OWN_FOLDER, _OWN_FILE = 0o700, 0o600
_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC

Sign = Callable[[], object]
"""Is called as often as long work gets on."""


def unwatched() -> None:
    """The sign of work that nobody waits for."""


def no_link(path: str, flags: int) -> int:
    """An opener that follows no link: a folder of runs may have come with a project."""
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)


def no_link_private(path: str, flags: int) -> int:
    """The same for a file that only its user may read."""
    file = os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, _OWN_FILE)
    _make_own(file, _OWN_FILE)
    return file


def write_all(file: int, data: bytes, sign: Sign) -> None:
    """Write to an open file, all of it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest[:_PIECE]) :]
        sign()


def replace_files(
    texts: Mapping[Path, str], sign: Sign = unwatched, *, private: bool = True
) -> None:
    """Put each text in place of its file in one step.

    Args:
        texts: By path.
        sign: Called as it gets on.
        private: Whether only the user may read them; else the umask decides.

    Raises:
        StorageError: when the disk refuses one; it is then as it was, those before it are replaced.
    """
    for path, text in texts.items():
        replace_file(path, text.encode("utf-8", "replace"), sign, private=private)


def replace_file(path: Path, data: bytes, sign: Sign = unwatched, *, private: bool = True) -> None:
    """`replace_files` for one file, of bytes. Of many thousands each call of the system counts: it
    makes five, a private file's one more.

    Raises:
        StorageError: when the disk refuses; the file is then as it was.
    """
    half = f"{path.parent}{os.sep}.{path.name}.{os.getpid()}.part"
    try:
        file = (no_link_private if private else no_link)(half, _ANEW)
        try:
            write_all(file, data, sign)
        finally:
            os.close(file)
        os.replace(half, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(half)  # on a full disk it would only be in the way
        raise _told(path, error) from error


def append_all(texts: Mapping[Path, str], sign: Sign) -> None:
    """Append to many files; only the user may read them.

    Raises:
        StorageError: when the disk refuses; what is in the files then is not known.
    """
    for path, text in texts.items():
        try:
            with open(path, "ab", buffering=0, opener=no_link_private) as file:
                write_all(file.fileno(), text.encode("utf-8", "replace"), sign)
        except OSError as error:
            raise _told(path, error) from error


def move_all(moves: Mapping[Path, Path]) -> None:
    """Give files other names, those that there are; what is there under such a name is replaced.

    Raises:
        StorageError: when the disk refuses.
    """
    for path, to in moves.items():
        try:
            path.replace(to)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _told(path, error) from error


def make_own_folder(path: Path) -> None:
    """Make a folder that only its user may enter, and what is missing above it.

    Raises:
        StorageError: when that is not possible, or it is a link.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=_OWN_FOLDER)
    except OSError as error:
        raise _told(path, error) from error
    close_to_others(path)


def close_to_others(path: Path) -> None:
    """Let only its user enter a folder that is there.

    Raises:
        StorageError: when it is a link, or not there.
    """
    try:
        folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            _make_own(folder, _OWN_FOLDER)
        finally:
            os.close(folder)
    except OSError as error:
        raise _told(path, error) from error


def _make_own(file: int, mode: int) -> None:
    """Take what is open away from everybody else: it may be older, or the umask a strange one."""
    if stat.S_IMODE(os.fstat(file).st_mode) != mode:
        # Somebody else's file, or a file system without rights: that is not ours to change.
        with contextlib.suppress(PermissionError):
            os.fchmod(file, mode)


def why_of(error: OSError) -> str:
    """What the system says, and about which file where that is known."""
    why = error.strerror or str(error)
    return f"{error.filename}: {why}" if error.filename else why


def _told(path: Path, error: OSError) -> StorageError:
    return StorageError(f"{path}: {error.strerror or error}")
