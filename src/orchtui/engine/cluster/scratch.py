"""A folder's files as a parcel, and a parcel as a folder: for work without a shared disk.

Only plain files go, within bounds; links and what lies behind them never do. A path that
leads out of the folder is refused on both sides. What comes is put in place when all of it is
on the disk. A changed file that can not come back keeps no other one back, and is named. Blocks:
not for the event loop. This module never knows what is a secret: it asks.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from orchtui.engine.backends.base import FileLeft
from orchtui.engine.cluster.wire import SentFile
from orchtui.engine.paths.blocking_work import Wanted
from orchtui.engine.paths.open_files import size
from orchtui.engine.paths.plain_files import MOST_BYTES, MOST_FILES, plain_files


class ParcelError(Exception):
    """Files that are not sent or not taken; the message says why and what to do."""


def pack(folder: Path) -> tuple[SentFile, ...]:
    """All plain files of a folder.

    Raises:
        ParcelError: when there are too many.
        OSError: when they can not be read.
    """
    total, files = 0, list[SentFile]()
    for name, path, executable in plain_files(folder):
        data = path.read_bytes()
        total += len(data)
        _within(len(files) + 1, total)
        files.append(SentFile(_sendable(name), data, executable))
    return tuple(files)


def unpack(folder: Path, files: Collection[SentFile], wanted: Wanted | None = None) -> None:
    """Put files into a folder; those without data are removed there.

    Args:
        folder: Where to; what it stands in must be of the same disk, and writable.
        files: Which.
        wanted: Asked between two files, until the first is put in place.

    Raises:
        ParcelError: when a path leads out of it, or they are too many; the folder is as it was.
        OSError: when the disk refuses, as a rule before anything is changed in the folder.
        UnwantedError: when they are not wanted any more; the folder is as it was.
    """
    _within(len(files), sum(len(file.data or b"") for file in files))
    places = [(_place(folder, file.path), file) for file in files]
    beside = Path(tempfile.mkdtemp(prefix="orchtui-coming-", dir=folder.parent))
    try:
        coming = _written(beside, places, wanted or Wanted())
        # First: a file may have become a folder.
        for place, file in places:
            if file.data is None:
                place.unlink(missing_ok=True)
        for part, place in coming:
            place.parent.mkdir(parents=True, exist_ok=True)
            if place.is_dir() and not place.is_symlink():
                shutil.rmtree(place)  # or a folder a file; of what was sent nothing is left in it
            part.replace(place)  # a link that stands there too, and never what it leads to
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _written(
    beside: Path, places: Sequence[tuple[Path, SentFile]], wanted: Wanted
) -> list[tuple[Path, Path]]:
    """Files whole on the disk, and where each belongs."""
    coming = list[tuple[Path, Path]]()
    for number, (place, file) in enumerate(places):
        if file.data is None:
            continue
        wanted.check()
        part = beside / str(number)
        part.write_bytes(file.data)
        if file.executable:
            part.chmod(part.stat().st_mode | stat.S_IXUSR)
        coming.append((part, place))
    wanted.check()
    return coming


def digests(files: Collection[SentFile]) -> dict[str, str]:
    """What stands in a parcel, to be compared with later."""
    return {file.path: _digest(file.data or b"", file.executable) for file in files}


@dataclass(slots=True)
class Changed:
    """What is not as it was."""

    files: list[SentFile]
    """New and changed files, and those that are gone."""
    left: list[FileLeft]
    """Those that can not be sent."""


def changes(
    folder: Path,
    before: dict[str, str],
    wanted: Wanted | None = None,
    secret_in: Callable[[bytes], str | None] = lambda data: None,
) -> Changed:
    """What is not as it was.

    Args:
        folder: Where.
        before: What stood there; see `digests`.
        wanted: Asked before each file.
        secret_in: The name of a secret that stands in a text; such a file is not sent.

    Raises:
        OSError: when they can not be read.
        UnwantedError: when they are not wanted any more.
    """
    total, there, found = 0, set[str](), Changed([], [])
    wanted = wanted or Wanted()
    for name, path, executable in plain_files(folder):
        wanted.check()
        there.add(name)
        # Before it is read: it may be larger than this machine's memory.
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
        if data is not None and before.get(name) == _digest(data, executable):
            continue
        if why := _unsendable(name, data, secret_in):
            found.left.append(FileLeft(_shown(name), why))
        elif data is None or len(found.files) >= MOST_FILES or total + len(data) > MOST_BYTES:
            found.left.append(FileLeft(name, _too_much(path.stat().st_size)))
        else:
            total += len(data)
            found.files.append(SentFile(name, data, executable))
    found.files += (SentFile(path, None) for path in sorted(before.keys() - there))
    return found


def _unsendable(
    name: str, data: bytes | None, secret_in: Callable[[bytes], str | None]
) -> str | None:
    """Why a file must stay where it is, however small it is."""
    try:
        named = name.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8, and no event can hold such a name; name it otherwise"
    if (secret := secret_in(named)) is not None:
        return f"the value of {secret}, which is a secret, stands in its name"
    if data is not None and (secret := secret_in(data)) is not None:
        return f"the value of {secret} is a secret and is not written to a file"
    return None


def _shown(name: str) -> str:
    return os.fsencode(name).decode(errors="backslashreplace")


def _too_much(count: int) -> str:
    return (
        f"it has {size(count)}, and at most {MOST_FILES:,} files with {MOST_BYTES >> 20} MiB "
        f"together come back from a worker; write less, or keep it where the task runs"
    )


def _digest(data: bytes, executable: bool) -> str:
    return f"{sha256(data).hexdigest()}{'+x' if executable else ''}"


def _sendable(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ParcelError(
            f"a file's name is not UTF-8: {_shown(name)[:200]}; name it otherwise"
        ) from None
    return name


def _within(count: int, size: int) -> None:
    if count > MOST_FILES or size > MOST_BYTES:
        raise ParcelError(
            f"its files are more than {MOST_FILES:,}, or more than {MOST_BYTES >> 20} MiB, which "
            f"is the most that is sent between machines; declare fewer, or keep them where it runs"
        )


def _place(folder: Path, path: str) -> Path:
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise ParcelError(f"a file is named {path[:200]!r}, which leads out of the folder")
    place = folder
    for part in parts[:-1]:
        place = place / part
        if place.is_symlink():
            raise ParcelError(f"a file is named {path[:200]!r}, and a link is on the way to it")
    return place / parts[-1]
