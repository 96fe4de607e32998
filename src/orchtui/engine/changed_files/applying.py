"""Applying: what tasks wrote is put into the project, file by file, and can be taken back.

Each file takes its place in one step, below the project and nowhere else; what it
replaces is kept in the run folder first. One that can not be applied is told, and
the others go on. This module never asks and never prints: whoever calls it has
the person's yes.
"""

import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Literal

import msgspec

from orchtui.engine.changed_files.changes import Change, Ground, Meeting
from orchtui.engine.errors import StorageError
from orchtui.engine.paths.no_links import folder_of, open_file
from orchtui.engine.paths.path_names import Denied
from orchtui.engine.text import clean_line
from orchtui.engine.texts.text_diff import text_diff

FOLDER = "applied"
"""The folder of a run that keeps what was replaced."""
_MANIFEST = "manifest.json"
_BEFORE = "before"
_UNDONE = "undone"

Outcome = Literal["applied", "already there", "failed", "taken back"]


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of one file."""

    path: str
    task: str
    outcome: Outcome
    why: str = ""
    """Where it failed: the reason."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to one file."""

    path: str
    task: str
    before: str | None = None
    """SHA-256 of what was replaced; `None` where there was nothing."""
    after: str | None = None
    """SHA-256 of what stands there now; `None` where it was removed."""
    mode: int | None = None
    """Rights of what was replaced."""
    made: tuple[str, ...] = ()
    """Folders that were made for it, the outermost first."""


def diff(change: Change, ground: Ground, meeting: Meeting | None = None) -> str:
    """How the project's file would change; nothing where it is there already. Blocks.

    Args:
        change: What a task wants.
        ground: The project.
        meeting: Of this change, where it is known.
    """
    meeting = meeting or ground.meet(change)
    if meeting.standing == "refused":
        return f"can not be applied: {meeting.why}"
    return text_diff(change.path, meeting.now, meeting.new)


def apply(changes: Sequence[Change], ground: Ground, run_folder: Path) -> list[Applied]:
    """Put changes into the project, also where it has changed since. Blocks.

    Args:
        changes: What a person accepted.
        ground: The project.
        run_folder: The run's; what is replaced is kept there, see `undo`.

    Returns:
        What came of each, in this order.

    Raises:
        StorageError: when the run folder takes no backup; nothing more is changed then.
    """
    backup = _Backup(run_folder)
    done = []
    taken: dict[str, str] = {}
    for change in changes:
        if (other := taken.setdefault(change.path, change.task)) != change.task:
            why = f"the version of {clean_line(other)} was applied"
            done.append(Applied(change.path, change.task, "failed", why))
            continue
        try:
            meeting = ground.meet(change)
            if meeting.standing == "refused":
                raise Denied(meeting.why)
            if meeting.standing == "already there":
                done.append(Applied(change.path, change.task, "already there"))
                continue
            backup.keep(change, meeting, ground)
            _put(ground, change.path, meeting.new, _wanted_mode(change, meeting))
            done.append(Applied(change.path, change.task, "applied"))
        except Denied as denied:
            done.append(Applied(change.path, change.task, "failed", clean_line(denied.why)))
    return done


def undo(ground: Ground, run_folder: Path) -> list[Applied]:
    """Take back what was applied last; files that were changed since are left and told. Blocks.

    Args:
        ground: The project.
        run_folder: The run's.

    Returns:
        What came of each; nothing where nothing is left to take back.

    Raises:
        StorageError: when the backup can not be read.
    """
    folder = _latest(run_folder)
    if folder is None:
        return []
    try:
        entries = msgspec.json.decode((folder / _MANIFEST).read_bytes(), type=list[_Entry])
    except (OSError, ValueError, RecursionError) as error:
        raise StorageError(f"{folder}: the backup can not be read") from error
    done = []
    for entry in reversed(entries):
        try:
            done.append(_taken_back(entry, ground, folder))
        except Denied as denied:
            done.append(Applied(entry.path, entry.task, "failed", clean_line(denied.why)))
    _remove_made(ground, entries)
    try:
        (folder / _UNDONE).touch()
    except OSError as error:
        raise StorageError(f"{folder}: {error.strerror}") from error
    return done


def _latest(run_folder: Path) -> Path | None:
    folders = sorted((run_folder / FOLDER).glob(f"*/{_MANIFEST}"), reverse=True)
    return next((path.parent for path in folders if not (path.parent / _UNDONE).exists()), None)


def _taken_back(entry: _Entry, ground: Ground, folder: Path) -> Applied:
    path = ground.real(entry.path)
    now = _digest(ground.now(path))
    if now == entry.before:
        return Applied(entry.path, entry.task, "already there")
    if now != entry.after:
        raise Denied("it was changed since it was applied")
    data = None
    if entry.before is not None:
        try:
            with open(open_file(folder / _BEFORE, path), "rb") as file:
                data = file.read()
        except (OSError, ValueError) as error:
            raise Denied("what stood there before is not in the run folder any more") from error
        if _digest(data) != entry.before:
            raise Denied("what the run folder keeps is not what stood there before")
    _put(ground, path, data, entry.mode)
    return Applied(entry.path, entry.task, "taken back")


class _Backup:
    """What is replaced, kept before it is: a folder for each time that something is applied."""

    def __init__(self, run_folder: Path) -> None:
        # Sorts by time; the rest keeps two of one moment apart.
        time = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self._folder = run_folder / FOLDER / f"{time}-{secrets.token_hex(2)}"
        self._entries: list[_Entry] = []

    def keep(self, change: Change, meeting: Meeting, ground: Ground) -> None:
        """Keep the project's file, and note what is about to be done."""
        entry = _Entry(
            path=change.path,
            task=change.task,
            before=_digest(meeting.now),
            after=_digest(meeting.new),
            mode=_mode(ground, change.path),
            made=_missing_folders(ground, change.path),
        )
        try:
            if self._folder.parent.is_symlink():  # the run folder may have come with the project
                raise OSError(errno.ELOOP, f"'{FOLDER}' in the run folder is a link")
            self._folder.mkdir(parents=True, exist_ok=True)
            if meeting.now is not None:
                target = self._folder / _BEFORE / change.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(meeting.now)
            half = self._folder / f".{_MANIFEST}.part"
            half.write_bytes(msgspec.json.encode([*self._entries, entry]))
            half.replace(self._folder / _MANIFEST)
        except OSError as error:
            raise StorageError(f"{self._folder}: {error.strerror}") from error
        self._entries.append(entry)


def _put(ground: Ground, path: str, data: bytes | None, mode: int | None) -> None:
    """Let a file hold this; `None` removes it."""
    if data is not None:
        ground.fence.write(path, data, ground.rules.unwritable)
    try:
        if data is None:
            _remove(ground.project, path)
        elif mode is not None:
            _set_mode(ground.project, path, mode)
    except FileNotFoundError:
        return  # gone meanwhile
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise Denied(why or "the disk refuses") from error


def _remove(project: Path, path: str) -> None:
    with folder_of(project, path) as (folder, name):
        if not stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            raise ValueError("this is no plain file")
        os.unlink(name, dir_fd=folder)


def _missing_folders(ground: Ground, path: str) -> tuple[str, ...]:
    """The folders above a file that are not there, the outermost first."""
    above = [str(folder) for folder in reversed(PurePosixPath(path).parents)][1:]
    return tuple(folder for folder in above if not os.path.lexists(ground.project / folder))


def _remove_made(ground: Ground, entries: Sequence[_Entry]) -> None:
    """Take away the folders that were made, where nothing stands in them any more."""
    made = {
        folder
        for entry in entries
        for folder in entry.made
        if PurePosixPath(entry.path).is_relative_to(folder)
    }
    for path in sorted(made, key=len, reverse=True):
        # What is not empty stays; so does what is no folder any more.
        with suppress(OSError, ValueError), folder_of(ground.project, path) as (folder, name):
            os.rmdir(name, dir_fd=folder)


def _set_mode(project: Path, path: str, mode: int) -> None:
    with open(open_file(project, path), "rb") as file:
        os.fchmod(file.fileno(), mode & 0o777)


def _mode(ground: Ground, path: str) -> int | None:
    """The rights of the project's file; `None` where there is none."""
    try:
        with open(open_file(ground.project, path), "rb") as file:
            return stat.S_IMODE(os.fstat(file.fileno()).st_mode)
    except (OSError, ValueError):
        return None


def _wanted_mode(change: Change, meeting: Meeting) -> int | None:
    """The rights of a new program; every other file keeps its own."""
    return 0o755 if change.executable and meeting.now is None else None


def _digest(data: bytes | None) -> str | None:
    return None if data is None else hashlib.sha256(data).hexdigest()
