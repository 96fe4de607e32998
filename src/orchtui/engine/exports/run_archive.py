"""A run's folder as a zip that another machine can import: the same folder, the same bytes.

Names are in order, times and rights are none of the machine's. Links and whatever else is
no plain file are left out and told, and so is what belongs to this machine alone. A live run
is taken as it stands: its journal up to the last whole line. This module never changes a run.
"""

import hashlib
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, BinaryIO

import msgspec

from orchtui import __version__
from orchtui.engine.errors import StorageError
from orchtui.engine.exports import archive_names as names
from orchtui.engine.exports.subject import Subject
from orchtui.engine.journals.files import no_link, why_of
from orchtui.engine.journals.journal import FILE as JOURNAL
from orchtui.engine.run_folders.summary import FILE as SUMMARY
from orchtui.engine.run_folders.summary import dump
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.overlay import FILES

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20
_UNIX = 3
_READ, _RUN = 0o600, 0o700


def write_archive(subject: Subject, to: BinaryIO) -> list[str]:
    """Write the archive. Blocks.

    Args:
        subject: The run.
        to: A file that is open for writing, and can be sought in.

    Returns:
        What was left out and why, a line each.

    Raises:
        StorageError: when a file can not be read or written, or the run is larger than any
            orchtui would import.
    """
    run, left = subject.run, list[str]()
    try:
        with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as archive:
            packer = _Packer(archive, run.id)
            for path in _paths(subject.folder, left):
                if path == SUMMARY:  # of a live run the file may be older than the journal
                    packer.add_bytes(path, dump(run).encode())
                else:
                    packer.add_file(subject.folder, path, left)
            manifest = names.Manifest(
                format=names.FORMAT, run=run.id, orchtui=__version__, files=tuple(packer.entries)
            )
            data = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
            packer.add_bytes(names.MANIFEST, data + b"\n", listed=False)
    except OSError as error:
        raise StorageError(why_of(error)) from error
    except zipfile.LargeZipFile as error:
        raise _too_large() from error
    return left


def _too_large() -> StorageError:
    most = f"{names.MOST_FILES:,} files and {names.MOST_IN_ALL >> 30} GiB"
    return StorageError(
        f"the run is too large for an archive, which takes {most}; copy its folder instead"
    )


def _paths(folder: Path, left: list[str]) -> list[str]:
    """What of a run folder goes along, in order; of the rest it is told why not."""
    found: list[str] = []
    for at, folders, files in os.walk(folder, onerror=_raise):
        inside = Path(at).relative_to(folder)
        for name in [*folders, *files]:
            path = (inside / name).as_posix()
            mode = os.lstat(Path(at) / name).st_mode
            if stat.S_ISDIR(mode):
                continue
            if not stat.S_ISREG(mode):
                left.append(f"{clean_line(path)}: it is a link, or no plain file")
            elif names.belongs(path):
                found.append(path)
            elif path.startswith(f"{FILES}/"):
                why = names.why_bad(path) or "it lies in no task's folder"
                left.append(f"{clean_line(path)}: {why}")
    taken = names.Taken()
    goes: list[str] = []
    for path in sorted(found):
        if other := taken.clash(path):
            left.append(f"{clean_line(path)}: some disks would take it for {clean_line(other)}")
        else:
            goes.append(path)
    if len(goes) > names.MOST_FILES:
        raise _too_large()
    return goes


def _raise(error: OSError) -> None:
    raise error


class _Packer:
    def __init__(self, archive: zipfile.ZipFile, run_id: str) -> None:
        self._archive, self._run = archive, run_id
        self.entries: list[names.Entry] = []
        self._total = 0

    def add_bytes(self, path: str, data: bytes, *, listed: bool = True) -> None:
        with self._open(path, _READ, zipfile.ZIP_DEFLATED) as writing:
            writing.write(data)
        if listed:
            digest = hashlib.sha256(data).hexdigest()
            self.entries.append(names.Entry(path, len(data), digest))

    def add_file(self, folder: Path, path: str, left: list[str]) -> None:
        with open(folder / path, "rb", buffering=0, opener=no_link) as reading:
            status = os.fstat(reading.fileno())
            whole = path == JOURNAL
            size = _whole_lines(reading, status.st_size) if whole else status.st_size
            if size > (names.MOST_JOURNAL if whole else names.MOST_FILE):
                if whole:
                    raise _too_large()
                left.append(f"{clean_line(path)}: it is too large")
                return
            self._total += size
            if self._total > names.MOST_IN_ALL:
                raise _too_large()
            mode = _RUN if status.st_mode & stat.S_IXUSR else _READ
            method = _method(reading, size)
            digest, done = hashlib.sha256(), 0
            with self._open(path, mode, method) as writing:
                for piece in _pieces(reading, size):
                    digest.update(piece)
                    writing.write(piece)
                    done += len(piece)
            self.entries.append(names.Entry(path, done, digest.hexdigest()))

    def _open(self, path: str, mode: int, method: int) -> IO[bytes]:
        info = zipfile.ZipInfo(f"{self._run}/{path}", _EPOCH)
        info.create_system = _UNIX
        info.external_attr = (stat.S_IFREG | mode) << 16
        info.compress_type = method
        return self._archive.open(info, "w")


def _method(reading: BinaryIO | IO[bytes], size: int) -> int:
    """Stored where packing would look like a bomb to whoever imports it."""
    if size < names.LARGE:
        return zipfile.ZIP_DEFLATED
    packer, packed = zlib.compressobj(-1, zlib.DEFLATED, -15), 0
    for piece in _pieces(reading, size):
        packed += len(packer.compress(piece))
    packed += len(packer.flush())
    return zipfile.ZIP_STORED if size > packed * names.MOST_RATIO // 2 else zipfile.ZIP_DEFLATED


def _pieces(reading: BinaryIO | IO[bytes], size: int) -> Iterator[bytes]:
    """The first `size` bytes, or as many as there are: whoever writes it may go on."""
    done = 0
    while done < size:
        piece = os.pread(reading.fileno(), min(_PIECE, size - done), done)
        if not piece:
            return
        done += len(piece)
        yield piece


def _whole_lines(reading: BinaryIO | IO[bytes], size: int) -> int:
    """Where the last whole line ends."""
    end = size
    while end > 0:
        start = max(0, end - _PIECE)
        found = os.pread(reading.fileno(), end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
