"""What an archive of a run may hold: names, sizes and the manifest, for both directions.

Only what another machine can use, and nothing that would act there: not what `runs apply`
keeps to take things back, nor where a rescued run belongs, nor a person's own labels. This
module never opens an archive.
"""

import re
import unicodedata
from pathlib import PurePosixPath

import msgspec

from orchtui.engine.journals.journal import FILE as JOURNAL
from orchtui.engine.run_folders.artifacts import PLAN
from orchtui.engine.run_folders.summary import FILE as SUMMARY
from orchtui.engine.text import is_clean
from orchtui.engine.workspace.overlay import FILES

MANIFEST = "manifest.json"
FORMAT = 1
"""Version of the archive's form, in the manifest."""

MOST_FILES = 20_000
MOST_JOURNAL = 1 << 29
"""Bytes of a journal: it is read into memory whole."""
MOST_FILE = 64 << 20
"""Bytes of any other file; no kept file is larger."""
MOST_IN_ALL = 2 << 30
"""Bytes of all files, unpacked. Below what needs the 64-bit form of zip."""
MOST_MANIFEST = 8 << 20
LARGE = 10 << 20
"""Bytes from which the ratio of a file counts: a small bomb is none."""
MOST_RATIO = 150
"""Times that a large file may be smaller in the archive; better packed ones are stored as they
are, so that whatever is exported can be imported."""

RUN_ID = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9a-z]{1,32}")
"""The form that `stamp` gives ids."""
_MARKDOWN = re.compile(r"parallel-[a-z0-9-]{1,64}\.md")
_LONGEST_PART, _LONGEST = 255, 1024
"""Bytes of a name, and of a whole path."""


class Entry(msgspec.Struct, frozen=True):
    """One file of an archive, as its manifest tells it."""

    path: str
    """From the run folder."""
    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in an archive."""

    format: int
    run: str
    """The run's id: the folder that all entries stand in."""
    orchtui: str = ""
    """The version that wrote the archive."""
    files: tuple[Entry, ...]


class _Head(msgspec.Struct, frozen=True):
    format: int


def read_manifest(data: bytes) -> Manifest:
    """A manifest from its bytes.

    Raises:
        ValueError: when it is none, or of a newer form; the message says which.
    """
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (ValueError, RecursionError):
        raise ValueError("its manifest can not be read") from None
    if head.format > FORMAT:
        newer = f"form {head.format}, known here: {FORMAT}"
        raise ValueError(f"a newer orchtui wrote it ({newer}); update orchtui to import it")
    try:
        return msgspec.json.decode(data, type=Manifest)
    except (ValueError, RecursionError):
        raise ValueError("its manifest can not be read") from None


def belongs(path: str) -> bool:
    """Whether a file of a run folder, named from there, goes into an archive."""
    if path in (JOURNAL, PLAN, SUMMARY) or _MARKDOWN.fullmatch(path):
        return True
    parts = PurePosixPath(path).parts
    return len(parts) >= 3 and parts[0] == FILES and "/".join(parts) == path and not why_bad(path)


def why_bad(path: str) -> str:
    """Why a path can not be that of a file in an archive; empty for one that can."""
    parts = path.split("/")
    if not path or path.startswith("/") or "\\" in path or re.match(r"[A-Za-z]:", path):
        return "is no path within the run's folder"
    if any(part in ("", ".", "..") for part in parts):
        return "leads out of the run's folder, or is no plain path"
    if not is_clean(path) or "\n" in path or "\t" in path:
        return "has characters in its name that act on a terminal"
    try:
        data = path.encode()
    except UnicodeEncodeError:
        return "has a name that is no text"
    if len(data) > _LONGEST or any(len(part.encode()) > _LONGEST_PART for part in parts):
        return "has a name that is too long"
    return ""


class Taken:
    """Paths, none of which a disk may take for another.

    Letters of either case are the same on some disks, and so are the forms of Unicode; a file
    can not be a folder too.
    """

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def clash(self, path: str) -> str:
        """What a path may be taken for of those before it; empty where it is taken in."""
        folders = {_folded(str(one)): str(one) for one in PurePosixPath(path).parents[:-1]}
        for key, name in folders.items():
            if key in self._files:
                return self._files[key]
            if self._folders.get(key, name) != name:
                return self._folders[key]
        key = _folded(path)
        if other := self._files.get(key) or self._folders.get(key):
            return other
        self._files[key] = path
        self._folders |= folders
        return ""


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
