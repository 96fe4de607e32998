"""A folder's files as a parcel, and a parcel as a folder: for work without a shared disk.

Only plain files go, within bounds; links and what lies behind them never do. A path that
leads out of the folder is refused on both sides. What comes is put in place when all of it is
on the disk. Blocks: not for the event loop. This module never decides whether a file may be
sent: who fills the folder does.
"""

import shutil
import stat
import tempfile
from collections.abc import Collection, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath

from orchtui.engine.cluster.wire import SentFile
from orchtui.engine.paths.blocking_work import Wanted
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


def changes(
    folder: Path, before: dict[str, str], wanted: Wanted | None = None
) -> tuple[SentFile, ...]:
    """What is not as it was: new and changed files, and those that are gone.

    Args:
        folder: Where.
        before: What stood there; see `digests`.
        wanted: Asked before each file.

    Raises:
        ParcelError: when there are too many.
        OSError: when they can not be read.
        UnwantedError: when they are not wanted any more.
    """
    total, there, changed = 0, set[str](), list[SentFile]()
    wanted = wanted or Wanted()
    for name, path, executable in plain_files(folder):
        wanted.check()
        there.add(name)
        if path.stat().st_size > MOST_BYTES:
            _within(1, MOST_BYTES + 1)
        data = path.read_bytes()
        if before.get(name) == _digest(data, executable):
            continue
        total += len(data)
        _within(len(changed) + 1, total)
        changed.append(SentFile(_sendable(name), data, executable))
    gone = before.keys() - there
    return (*changed, *(SentFile(path, None) for path in sorted(gone)))


def _digest(data: bytes, executable: bool) -> str:
    return f"{sha256(data).hexdigest()}{'+x' if executable else ''}"


def _sendable(name: str) -> str:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ParcelError(
            f"a file's name is not UTF-8: {ascii(name)[:200]}; name it otherwise"
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
