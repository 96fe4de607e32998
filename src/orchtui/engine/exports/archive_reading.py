"""A foreign archive, checked before and while it is unpacked; nothing in it is taken for granted.

The central directory is bounded before it is read, every name and kind of entry is looked
at, sizes are counted as they come, and nothing counts that the manifest does not name with
its size and checksum. This module writes only into the folder that it is given, and
follows no link.

Source of the form: APPNOTE.TXT 6.3.10 of PKWARE, sections 4.3 and 4.4.
"""

import hashlib
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

from orchtui.engine.errors import InputError
from orchtui.engine.exports import archive_names as names
from orchtui.engine.journals.files import (
    Sign,
    make_own_folder,
    no_link_private,
    unwatched,
    write_all,
)
from orchtui.engine.journals.journal import FILE as JOURNAL
from orchtui.engine.text import clean, clean_line

_END = struct.Struct("<4s4H2LH")
_END_MARK, _END_64_MARK = b"PK\x05\x06", b"PK\x06\x07"
_END_64_SIZE = 20
_BYTES_OF_AN_ENTRY = 46 + 1200
"""Of the central directory, at most: its fields, and the longest name."""
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_PIECE = 1 << 18
_ZIP_MARKS = (b"PK\x03\x04", _END_MARK)

_Refuse = Callable[[str], InputError]


class Archive:
    """An archive whose directory and manifest are in order; open one with `opened`.

    Args:
        path: Its file, for messages.
        archive: Open for reading.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._zip = path, archive
        self._infos = self._entries()
        self.manifest = self._manifest()
        self.run_id = self.manifest.run
        self._check_manifest()

    def unpack(self, folder: Path, sign: Sign = unwatched) -> None:
        """Write all files into an empty folder, the user's alone. Blocks.

        Raises:
            InputError: when one is not what the manifest says.
            OSError, StorageError: when the disk refuses.
        """
        for entry in self.manifest.files:
            target = folder / entry.path
            for parent in reversed(Path(entry.path).parents[:-1]):
                make_own_folder(folder / parent)
            with open(target, "xb", buffering=0, opener=no_link_private) as writing:
                digest, done = hashlib.sha256(), 0
                for piece in self._pieces(entry.path):
                    if not done and "/" not in entry.path and piece.startswith(_ZIP_MARKS):
                        raise self.refuse(f"'{entry.path}' is an archive within the archive")
                    done += len(piece)
                    if done > entry.size:
                        break
                    digest.update(piece)
                    write_all(writing.fileno(), piece, sign)
                if done != entry.size or digest.hexdigest() != entry.sha256:
                    raise self.refuse(
                        f"'{_shown(entry.path)}' is not what the manifest says: it was damaged "
                        "or changed"
                    )
                if entry.path.endswith(".md") and "/" not in entry.path:
                    _clean(target)
                elif "/" in entry.path and self._may_run(entry.path):
                    os.fchmod(writing.fileno(), 0o700)

    def refuse(self, why: str) -> InputError:
        """That it is not imported, and why."""
        return InputError.of(f"can not be imported: {clean_line(why)}", str(self._path))

    # Before anything is unpacked

    def _entries(self) -> dict[str, zipfile.ZipInfo]:
        """All entries by their path within the run's folder, each looked at by itself."""
        infos = self._zip.infolist()
        if len(infos) > names.MOST_FILES + 1:
            raise self.refuse(f"it holds {len(infos):,} files; {names.MOST_FILES:,} are allowed")
        if not infos:
            raise self.refuse("it is empty")
        found: dict[str, zipfile.ZipInfo] = {}
        taken = names.Taken()
        top = infos[0].filename.partition("/")[0]
        if names.RUN_ID.fullmatch(top) is None:
            raise self.refuse("it is none that `orchtui runs export` wrote: no run's folder in it")
        for info in infos:
            whole, _, path = info.orig_filename.partition("/")
            if why := names.why_bad(info.orig_filename) or self._why_strange(info):
                raise self.refuse(f"'{_shown(info.orig_filename)}' {why}")
            if whole != top or not path:
                raise self.refuse(f"'{_shown(info.orig_filename)}' is not in the run's folder")
            if path in found:
                raise self.refuse(f"'{_shown(path)}' is in it twice")
            if other := taken.clash(path):
                both = f"'{_shown(other)}' and '{_shown(path)}'"
                raise self.refuse(f"{both} would be one file on some disks")
            found[path] = info
        return found

    def _why_strange(self, info: zipfile.ZipInfo) -> str:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.flag_bits & _ENCRYPTED:
            return "is encrypted; unpack it with its password and copy the folder instead"
        if kind == stat.S_IFLNK:
            return "is a link, which is never unpacked"
        if kind not in (0, stat.S_IFREG) or info.is_dir():
            return "is no plain file"
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return "is packed in a way that orchtui does not use"
        size, packed = info.file_size, info.compress_size
        if size >= names.LARGE and size > max(1, packed) * names.MOST_RATIO:
            return f"would grow {size // max(1, packed)} times: it looks like a bomb"
        return ""

    def _manifest(self) -> names.Manifest:
        if names.MANIFEST not in self._infos:
            raise self.refuse(
                "it has no manifest; `orchtui runs export RUN -o FILE.zip` writes one"
            )
        if self._infos[names.MANIFEST].file_size > names.MOST_MANIFEST:
            raise self.refuse("its manifest is too large")
        data = b""
        for piece in self._pieces(names.MANIFEST):
            data += piece
            if len(data) > names.MOST_MANIFEST:
                raise self.refuse("its manifest is too large")
        try:
            return names.read_manifest(data)
        except ValueError as error:
            raise self.refuse(str(error)) from error

    def _check_manifest(self) -> None:
        manifest = self.manifest
        if self._zip.infolist()[0].filename.partition("/")[0] != manifest.run:
            raise self.refuse("its manifest is another run's")
        listed = [entry.path for entry in manifest.files]
        if len(set(listed)) != len(listed):
            raise self.refuse("its manifest names a file twice")
        if unknown := sorted(self._infos.keys() - {*listed, names.MANIFEST}):
            raise self.refuse(f"'{_shown(unknown[0])}' is not in its manifest")
        if gone := sorted(set(listed) - self._infos.keys()):
            raise self.refuse(f"'{_shown(gone[0])}' is missing")
        if JOURNAL not in listed:
            raise self.refuse("it has no journal")
        total = 0
        for entry in manifest.files:
            total += entry.size
            most = names.MOST_JOURNAL if entry.path == JOURNAL else names.MOST_FILE
            if not names.belongs(entry.path):
                raise self.refuse(f"'{_shown(entry.path)}' does not belong into a run's archive")
            if not 0 <= entry.size <= most:
                told = f"{entry.size:,} bytes; {most:,} are allowed"
                raise self.refuse(f"'{_shown(entry.path)}' is too large: {told}")
            if entry.size != self._infos[entry.path].file_size:
                raise self.refuse(f"'{_shown(entry.path)}' is not as long as the manifest says")
        if total > names.MOST_IN_ALL:
            raise self.refuse(f"it holds {total:,} bytes; {names.MOST_IN_ALL:,} are allowed")

    def _may_run(self, path: str) -> bool:
        return bool((self._infos[path].external_attr >> 16) & stat.S_IXUSR)

    def _pieces(self, path: str) -> Iterator[bytes]:
        """What an entry unpacks to, as long as its directory says at most."""
        with self._told(path), self._zip.open(self._infos[path]) as reading:
            while piece := _read(reading):
                yield piece

    @contextmanager
    def _told(self, path: str) -> Iterator[None]:
        try:
            yield
        except (zipfile.BadZipFile, zlib.error, EOFError, struct.error) as error:
            raise self.refuse(f"'{_shown(path)}' is damaged") from error
        except (NotImplementedError, RuntimeError, ValueError, OSError) as error:
            if isinstance(error, InputError):
                raise
            raise self.refuse(f"'{_shown(path)}' can not be read: {error}") from error


def _read(reading: IO[bytes]) -> bytes:
    return reading.read(_PIECE)


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """An archive, its directory and manifest checked. Blocks.

    Raises:
        InputError: when it is not taken; the message says why.
    """

    def refuse(why: str) -> InputError:
        return InputError.of(f"can not be imported: {clean_line(why)}", str(path))

    try:
        file = open(path, "rb", opener=_plain)
    except OSError as error:
        raise refuse(error.strerror or str(error)) from error
    with file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise refuse("it is no plain file")
        _bound(file, refuse)
        try:
            archive = zipfile.ZipFile(file)
        except (
            zipfile.BadZipFile,
            ValueError,
            struct.error,
            OSError,
            NotImplementedError,
        ) as error:
            raise refuse("it is damaged: its directory can not be read") from error
        with archive:
            yield Archive(path, archive)


def _plain(path: str, flags: int) -> int:
    """Never waits: a pipe would be waited for for ever."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _bound(file: BinaryIO, refuse: _Refuse) -> None:
    """Let an archive pass whose directory may be read into memory.

    `zipfile` reads it whole, as large as the end record says. An archive of a run has no comment,
    nothing before and nothing behind it, and never the 64-bit form.
    """
    size = file.seek(0, os.SEEK_END)
    if size < _END.size:
        raise refuse("it is no zip archive, or was cut off")
    file.seek(max(0, size - _END.size - _END_64_SIZE))
    tail = file.read()
    end = tail[-_END.size :]
    if not end.startswith(_END_MARK):
        file.seek(0)
        zip_like = file.read(4) in _ZIP_MARKS
        why = (
            "it was cut off, or something stands behind it" if zip_like else "it is no zip archive"
        )
        raise refuse(why)
    if tail.startswith(_END_64_MARK):
        raise refuse("it is larger than any that `orchtui runs export` writes")
    _, disk, start_disk, here, count, length, offset, comment = _END.unpack(end)
    if disk or start_disk or here != count or comment:
        raise refuse("it is none that `orchtui runs export` wrote")
    if count > names.MOST_FILES + 1 or length > count * _BYTES_OF_AN_ENTRY:
        raise refuse(f"it holds {count:,} files, or claims more; {names.MOST_FILES:,} are allowed")
    if offset + length + _END.size != size:
        raise refuse("it is damaged, or something stands before it")
    file.seek(0)


def _clean(path: Path) -> None:
    """Take out of a text what could act on a terminal: people read these files with any program."""
    data = path.read_bytes()
    if (cleaned := clean(data.decode("utf-8", "replace")).encode()) != data:
        path.write_bytes(cleaned)


def _shown(path: str) -> str:
    return clean_line(path, 200)
