"""A folder's files as a parcel, and a parcel as a folder: for work without a shared disk.

Only plain files go, within bounds; links and what lies behind them never do. A path that
leads out of the folder is refused on both sides. Blocks: not for the event loop. This module
never decides whether a file may be sent: who fills the folder does.
"""

import stat
from collections.abc import Collection
from hashlib import sha256
from pathlib import Path, PurePosixPath

from orchtui.engine.cluster.wire import SentFile
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
        files.append(SentFile(name, data, executable))
    return tuple(files)


def unpack(folder: Path, files: Collection[SentFile]) -> None:
    """Put files into a folder; those without data are removed there.

    Raises:
        ParcelError: when a path leads out of it, or they are too many; nothing was written then.
        OSError: when the disk refuses.
    """
    _within(len(files), sum(len(file.data or b"") for file in files))
    places = [(_place(folder, file.path), file) for file in files]
    for place, file in places:
        if file.data is None:
            place.unlink(missing_ok=True)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        # Never through a link that a program has put there.
        place.unlink(missing_ok=True)
        place.write_bytes(file.data)
        if file.executable:
            place.chmod(place.stat().st_mode | stat.S_IXUSR)


def digests(files: Collection[SentFile]) -> dict[str, str]:
    """What stands in a parcel, to be compared with later."""
    return {file.path: _digest(file.data or b"", file.executable) for file in files}


def changes(folder: Path, before: dict[str, str]) -> tuple[SentFile, ...]:
    """What is not as it was: new and changed files, and those that are gone.

    Raises:
        ParcelError: when there are too many.
        OSError: when they can not be read.
    """
    total, there, changed = 0, set[str](), list[SentFile]()
    for name, path, executable in plain_files(folder):
        there.add(name)
        if path.stat().st_size > MOST_BYTES:
            _within(1, MOST_BYTES + 1)
        data = path.read_bytes()
        if before.get(name) == _digest(data, executable):
            continue
        total += len(data)
        _within(len(changed) + 1, total)
        changed.append(SentFile(name, data, executable))
    gone = before.keys() - there
    return (*changed, *(SentFile(path, None) for path in sorted(gone)))


def _digest(data: bytes, executable: bool) -> str:
    return f"{sha256(data).hexdigest()}{'+x' if executable else ''}"


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
