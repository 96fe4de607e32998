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
from typing import BinaryIO

from orchtui.engine.backends.base import FileLeft
from orchtui.engine.cluster.wire import LargeFile, SentFile
from orchtui.engine.paths import paths, piecewise
from orchtui.engine.paths.blocking_work import Wanted
from orchtui.engine.paths.held_folders import held, make_way
from orchtui.engine.paths.ignoring import SKIPPED
from orchtui.engine.paths.no_links import open_file
from orchtui.engine.paths.open_files import size
from orchtui.engine.paths.plain_files import MOST_BACK, MOST_BYTES, MOST_FILES, links, plain_files

_LINK = "it is a link, and links do not come back from a worker; write a file"
_MOST_LINKS = 100
"""Links that are told one by one."""

LETTER = 8 * 1024 * 1024
"""Bytes of files that come back in one letter; the others come piece by piece."""


class ParcelError(Exception):
    """Files that are not sent or not taken; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A large file that is here, whole."""

    path: str
    """Where it belongs."""
    part: Path
    """Where it is, on the same disk."""
    executable: bool


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


def unpack(
    folder: Path,
    files: Collection[SentFile],
    wanted: Wanted | None = None,
    arrived: Collection[Arrived] = (),
) -> None:
    """Put files into a folder; those without data are removed there.

    Args:
        folder: Where to; what it stands in must be of the same disk, and writable.
        files: Which.
        wanted: Asked between two files, until the first is put in place.
        arrived: Large ones, which are moved.

    Raises:
        ParcelError: when a path leads out of it, or they are too many; the folder is as it was.
        OSError: when the disk refuses, as a rule before anything is changed in the folder.
        UnwantedError: when they are not wanted any more; the folder is as it was.
    """
    _within(len(files), sum(len(file.data or b"") for file in files))
    places = [(_place(folder, file.path), file) for file in files]
    large = [(file.part, _place(folder, file.path), file.executable) for file in arrived]
    beside = Path(tempfile.mkdtemp(prefix="orchtui-coming-", dir=folder.parent))
    try:
        wanted = wanted or Wanted()
        coming = _written(beside, places, wanted)
        for path, place, executable in large:
            if executable:
                path.chmod(path.stat().st_mode | stat.S_IXUSR)
            coming.append((path, place))
        with held(folder):
            wanted.check()  # what is stopped from now on comes whole: who takes it over waits
            _put_in_place(folder, [place for place, file in places if file.data is None], coming)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _put_in_place(folder: Path, gone: Sequence[Path], coming: Sequence[tuple[Path, Path]]) -> None:
    # First: a file may have become a folder.
    for place in gone:
        place.unlink(missing_ok=True)
    for part, place in coming:
        make_way(folder, place)
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)  # or a folder a file; of what was sent nothing is left in it
        part.replace(place)  # a link that stands there too, and never what it leads to


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
    return coming


def digests(files: Collection[SentFile]) -> dict[str, str]:
    """What stands in a parcel, to be compared with later."""
    return {file.path: _digest(file.data or b"", file.executable) for file in files}


@dataclass(slots=True)
class Changed:
    """What is not as it was."""

    files: list[SentFile]
    """New and changed files, as many as go into one letter, and those that are gone."""
    large: list[LargeFile]
    """The others."""
    left: list[FileLeft]
    """Those that can not be sent."""


def changes(
    folder: Path,
    before: dict[str, str],
    wanted: Wanted | None = None,
    secret_in: Callable[[bytes], str | None] = lambda data: None,
    declared: Sequence[str] = (),
) -> Changed:
    """What is not as it was. Caches, and what packages are installed, are no news.

    Args:
        folder: Where.
        before: What stood there; see `digests`.
        wanted: Asked before each file.
        secret_in: The name of a secret that stands in a text; such a file is not sent.
        declared: Paths that are sent also where they stand among caches.

    Raises:
        OSError: when they can not be read.
        UnwantedError: when they are not wanted any more.
    """
    inside, total, there, found = 0, 0, set[str](), Changed([], [], [])
    wanted = wanted or Wanted()
    declared = [paths.normal(path) for path in declared]
    for name, path, executable in plain_files(folder):
        wanted.check()
        there.add(name)
        if _is_made_again(name, declared) and name not in before:
            continue
        with path.open("rb") as source:
            count = piecewise.length(source)
            if name in before and before[name] == _marked(piecewise.digest(source), executable):
                continue
            if why := _unsendable(name, source, secret_in):
                found.left.append(FileLeft(_shown(name), why))
                continue
            if len(found.files) + len(found.large) >= MOST_FILES or total + count > MOST_BACK:
                found.left.append(FileLeft(name, _too_much(count)))
                continue
            total += count
            if inside + count > LETTER:
                found.large.append(LargeFile(name, count, executable))
                continue
            inside += count
            source.seek(0)
            found.files.append(SentFile(name, source.read(count), executable))
    linked = list(links(folder))
    made = [name for name in linked if not _is_made_again(name, declared)]
    # Declared ones first: of very many not all are told.
    made.sort(key=lambda name: not any(paths.covers(one, name) for one in declared))
    found.left += (FileLeft(_shown(name), _LINK) for name in made[:_MOST_LINKS])
    if (more := len(made) - _MOST_LINKS) > 0:
        found.left.append(FileLeft(f"and {more:,} more links", _LINK))
    gone = sorted(path for path in before.keys() - there if not _behind(path, linked))
    found.files += (SentFile(path, None) for path in gone)
    return found


def _behind(path: str, linked: Sequence[str]) -> bool:
    """Whether a link stands there now, or in place of a folder above it: it may live elsewhere."""
    return any(path == link or path.startswith(f"{link}/") for link in linked)


def _is_made_again(name: str, declared: Sequence[str]) -> bool:
    if SKIPPED.isdisjoint(name.split("/")[:-1]):
        return False
    return not any(paths.covers(one, name) for one in declared)


def part(folder: Path, path: str, start: int) -> bytes:
    """A part of a file.

    Raises:
        OSError, ValueError: when it can not be read.
    """
    with open(open_file(folder, path), "rb") as file:
        file.seek(start)
        return file.read(piecewise.PIECE)


def refuse_too_much(files: Collection[LargeFile]) -> None:
    """Let files pass that may come.

    Raises:
        ParcelError: when they are too many, or too large.
    """
    if any(file.size < 1 for file in files):
        raise ParcelError("a large file without a size is offered")
    if len(files) > MOST_FILES or sum(file.size for file in files) > MOST_BACK:
        raise ParcelError(f"more than {MOST_FILES:,} files or {MOST_BACK >> 20} MiB are offered")


def _unsendable(
    name: str, source: BinaryIO, secret_in: Callable[[bytes], str | None]
) -> str | None:
    """Why a file must stay where it is, however small it is."""
    try:
        named = name.encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8, and no event can hold such a name; name it otherwise"
    if (secret := secret_in(named)) is not None:
        return f"the value of {secret}, which is a secret, stands in its name"
    if (secret := piecewise.secret_in(source, secret_in)) is not None:
        return f"the value of {secret} is a secret and is not written to a file"
    return None


def _shown(name: str) -> str:
    return os.fsencode(name).decode(errors="backslashreplace")


def _too_much(count: int) -> str:
    return (
        f"it has {size(count)}, and at most {MOST_FILES:,} files with {MOST_BACK >> 20} MiB "
        f"together come back from a worker; write less, or keep it where the task runs"
    )


def _digest(data: bytes, executable: bool) -> str:
    return _marked(sha256(data).hexdigest(), executable)


def _marked(digest: str, executable: bool) -> str:
    return f"{digest}{'+x' if executable else ''}"


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
