"""The fence: files below one folder, and none outside, whatever changes meanwhile.

A path is walked name by name from the root. Each folder is opened without
following links, relative to the one before; a link is read and its target walked
from the root again. So there is nothing to check that could change before it is
used: what is used is what was opened. Writing goes to a new file in the opened
folder, which then takes the name in one step. This module never decides which
files below the root are forbidden: it asks a judge about the real path, after
all links.
"""

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from orchtui.engine.paths import piecewise
from orchtui.engine.paths.open_files import (
    Content,
    Entry,
    denied,
    entries_of,
    odd_devices,
    size,
    target_of,
    write_all,
)
from orchtui.engine.paths.path_names import Blocked, Denied, Missing, relative

LARGEST = 10_000_000
"""Bytes of a file that is read or written."""

_LINKS = 40
"""Links on one way; more are a circle."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
# A fifo or a device must not hold the one who opens it.
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_PERHAPS_LINK = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EMLINK})
"""What systems say when O_NOFOLLOW meets a link."""

PART = ".orchtui-part"
"""How the name of a half-written file ends."""

_T = TypeVar("_T")

Judge = Callable[[str], str | None]
"""Says of a real path why it must not be used; `None` where it may."""


class _Place(NamedTuple):
    """The end of a walk: an open folder, and the name in it."""

    folder: int
    name: str
    """Empty for the root itself."""
    path: str


class _LinkMet(Exception):
    """The last name has become a link: the walk goes on."""


class Fence:
    """The files below one folder. Blocks: not for the event loop.

    What it knows of the folder is looked up when it is made. It keeps nothing of what is done: one
    may serve many threads at once.

    Args:
        root: Absolute path. It may be reached through links; below it none leads out.
        largest: Bytes of a file that is read or written.
        written: Bytes of a file that is written, where that is another limit.
    """

    def __init__(self, root: Path, largest: int = LARGEST, written: int | None = None) -> None:
        self._root = root
        self._largest = largest
        self._written = largest if written is None else written
        self._names: tuple[Path, ...] = (root, Path(os.path.realpath(root)))
        self._devices = odd_devices(root)

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    def named(self, path: str) -> str:
        """A path as somebody wrote it, from the root; links are not looked at.

        Raises:
            Denied: see `path_names.relative`.
        """
        return relative(path, *self._names)

    def real(self, path: str) -> str:
        """Where a path leads; what is not there yet stands as it is named.

        Raises:
            Denied: when it leads out.
        """
        try:
            with self._walk(path) as place:
                return place.path
        except Missing:
            return self._as_far_as_there(path)

    def read(self, path: str, judge: Judge) -> Content:
        """The whole file.

        Raises:
            Missing: when it is not there.
            Denied: when it is no ordinary file, too large, forbidden or outside.
        """
        return self._at_end(path, judge, self._read)

    def entries(self, path: str, judge: Judge) -> list[Entry]:
        """What stands in a folder, by name.

        Raises:
            Missing: when it is not there.
            Denied: when it is no folder, forbidden or outside.
        """
        return self._at_end(path, judge, self._entries)

    def write(self, path: str, data: bytes, judge: Judge) -> tuple[str, str | None]:
        """Put a file there; see `write_from`."""
        return self.write_from(path, BytesIO(data), judge)

    def digest(self, path: str, judge: Judge) -> str:
        """SHA-256 of a file that may be as large as one that is written.

        Raises:
            Missing: when it is not there.
            Denied: when it is no ordinary file, too large, forbidden or outside.
        """
        return self._at_end(path, judge, self._digest)

    def write_from(
        self, path: str, source: BinaryIO, judge: Judge, *, executable: bool = False
    ) -> tuple[str, str | None]:
        """Put a file there in one step; folders that are missing are made.

        Args:
            path: From the root.
            source: What is to stand there, all of it.
            judge: Asked about the real path.
            executable: Whether whoever may read it may execute it; else it keeps its rights.

        Returns:
            The real path, and the SHA-256 of what was there before, if anything was.

        Raises:
            Denied: when that is not possible; then nothing has changed.
        """
        if (count := piecewise.length(source)) > self._written:
            raise Denied(f"{size(count)} are too much; a file may have {size(self._written)}")
        made: list[str] = []
        try:
            return self._at_end(
                path, judge, lambda place: self._write(place, source, executable), made
            )
        except Denied:
            self._unmake(made)
            raise

    def _at_end(
        self, path: str, judge: Judge, use: Callable[[_Place], _T], made: list[str] | None = None
    ) -> _T:
        for _ in range(_LINKS):
            try:
                with self._walk(path, judge, made) as place:
                    if why := judge(place.path):
                        raise Denied(why)
                    return use(place)
            except _LinkMet:
                continue
            except OSError as error:
                raise denied(error) from error
        raise Denied("its links lead in a circle")

    @contextmanager
    def _walk(
        self, path: str, judge: Judge | None = None, made: list[str] | None = None
    ) -> Iterator[_Place]:
        """Open the folder that a path's last name is in.

        Args:
            path: From the root.
            judge: Asked before a folder is made.
            made: Makes missing folders, and notes them here; `None` makes none.
        """
        left = self._parts(path)
        for _ in range(_LINKS):
            folder, done = self._open_root(), list[str]()
            try:
                turn = None
                while left:
                    name = left.pop(0)
                    if (target := target_of(folder, name)) is not None:
                        turn = target
                        break
                    if not left:
                        break
                    try:
                        below = self._step(folder, [*done, name], left, judge, made)
                    except NotADirectoryError as error:
                        raise Blocked("/".join([*done, name])) from error
                    os.close(folder)
                    folder = below
                    done.append(name)
                else:
                    name = ""
                if turn is None:
                    yield _Place(folder, name, "/".join([*done, name] if name else done))
                    return
            except OSError as error:
                raise denied(error) from error
            finally:
                os.close(folder)
            start = turn if turn.startswith("/") else "/".join([*done, turn])
            left = [*self._inside(start), *left]
        raise Denied("its links lead in a circle")

    def _parts(self, path: str) -> list[str]:
        return [part for part in relative(path, *self._names).split("/") if part]

    def _inside(self, target: str) -> list[str]:
        try:
            return self._parts(target)
        except Denied:
            raise Denied("a link in it leads out of the project folder") from None

    def _open_root(self) -> int:
        try:
            return os.open(self._root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise denied(error) from error

    def _step(
        self,
        folder: int,
        path: list[str],
        left: list[str],
        judge: Judge | None,
        made: list[str] | None,
    ) -> int:
        """Open the folder that a real path so far ends in."""
        try:
            below = os.open(path[-1], _FOLDER, dir_fd=folder)
        except FileNotFoundError:
            if made is None:
                raise
            # Nothing is there from here on: the whole path is as real as it will be.
            if judge is not None and (why := judge("/".join([*path, *left]))):
                raise Denied(why) from None
            with suppress(FileExistsError):
                os.mkdir(path[-1], dir_fd=folder)
                made.append("/".join(path))
            below = os.open(path[-1], _FOLDER, dir_fd=folder)
        if os.fstat(below).st_dev in self._devices:
            os.close(below)
            raise Denied("this is no ordinary folder")
        return below

    def _as_far_as_there(self, path: str) -> str:
        head, _, tail = path.rpartition("/")
        if not head:
            return tail
        return f"{self.real(head)}/{tail}".lstrip("/")

    def _unmake(self, made: list[str]) -> None:
        """Take folders away that were made for a file that could not be written."""
        for path in reversed(made):
            with suppress(Denied, OSError), self._walk(path) as place:
                os.rmdir(place.name, dir_fd=place.folder)

    # --- at its end ------------------------------------------------------------------------------

    def _read(self, place: _Place) -> Content:
        with self._opened(place, self._largest) as file:
            return Content(place.path, self._bytes(file))

    def _digest(self, place: _Place) -> str:
        with self._opened(place, self._written) as file, open(file, "rb", closefd=False) as source:
            return piecewise.digest(source)

    @contextmanager
    def _opened(self, place: _Place, most: int) -> Iterator[int]:
        if not place.name:
            raise Denied("this is a folder")
        # Opening alone can set a device going, so it is looked at before; the open file is what
        # counts.
        self._ordinary(os.stat(place.name, dir_fd=place.folder, follow_symlinks=False), most)
        try:
            file = os.open(place.name, _FILE, dir_fd=place.folder)
        except OSError as error:
            if error.errno in _PERHAPS_LINK:
                raise _LinkMet from error
            raise
        try:
            self._ordinary(os.fstat(file), most)
            yield file
        finally:
            os.close(file)

    def _ordinary(self, found: os.stat_result, most: int) -> None:
        if stat.S_ISLNK(found.st_mode):
            raise _LinkMet
        if stat.S_ISDIR(found.st_mode):
            raise Denied("this is a folder")
        if not stat.S_ISREG(found.st_mode) or found.st_dev in self._devices:
            raise Denied("this is no ordinary file")
        if found.st_size > most:
            raise Denied(f"it has {size(found.st_size)}; files above {size(most)} are left alone")

    def _bytes(self, file: int) -> bytes:
        """All of a file; it may grow while it is read."""
        pieces: list[bytes] = []
        left = self._largest + 1
        while left > 0 and (piece := os.read(file, min(left, 1 << 20))):
            pieces.append(piece)
            left -= len(piece)
        if left <= 0:
            raise Denied(f"it grows; files above {size(self._largest)} are left alone")
        return b"".join(pieces)

    def _entries(self, place: _Place) -> list[Entry]:
        if not place.name:
            return entries_of(place.folder)
        try:
            folder = self._step(place.folder, place.path.split("/"), [], None, None)
        except NotADirectoryError as error:
            if target_of(place.folder, place.name) is not None:
                raise _LinkMet from error
            raise
        try:
            return entries_of(folder)
        finally:
            os.close(folder)

    def _write(self, place: _Place, source: BinaryIO, executable: bool) -> tuple[str, str | None]:
        if not place.name:
            raise Denied("this is a folder")
        base, mode = self._before(place)
        half = f".{secrets.token_hex(8)}{PART}"
        file = os.open(half, _NEW, 0o666, dir_fd=place.folder)
        try:
            try:
                if mode is not None:
                    os.fchmod(file, mode)
                mode = stat.S_IMODE(os.fstat(file).st_mode)
                if executable and not mode & stat.S_IXUSR:
                    os.fchmod(file, mode | (mode & 0o444) >> 2)
                for piece in piecewise.pieces(source):
                    write_all(file, piece)
            finally:
                os.close(file)
            # A link that has taken the name meanwhile is replaced, and not followed.
            os.rename(half, place.name, src_dir_fd=place.folder, dst_dir_fd=place.folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(half, dir_fd=place.folder)
            raise
        return place.path, base

    def _before(self, place: _Place) -> tuple[str | None, int | None]:
        """The SHA-256 of what a new file will replace, and its permissions."""
        try:
            found = os.stat(place.name, dir_fd=place.folder, follow_symlinks=False)
        except FileNotFoundError:
            return None, None
        return self._digest(place), stat.S_IMODE(found.st_mode) & 0o777
