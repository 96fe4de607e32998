"""The trash: runs that were deleted, whole, until somebody empties it.

A run is moved to `<out>/trash/` in one step, under the lock that its writer holds: so
never one that goes on, and never half of one. What is deleted for good is moved out of
reach first, so that no half of it comes back. What was published stays: these are
results, not the run. Everything here blocks. This module deletes only what is in
the trash, and only when it is asked to.
"""

import contextlib
import errno
import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from orchtui.engine.errors import InputError, RunAliveError, RunNotFoundError, StorageError
from orchtui.engine.history import labels
from orchtui.engine.history.run_row import NAME
from orchtui.engine.journals import journal
from orchtui.engine.journals.files import make_own_folder, no_link, replace_files, why_of
from orchtui.engine.journals.journal_file import ASK_AGAIN
from orchtui.engine.run_folders import past_runs
from orchtui.engine.text import clean_line

TRASH = "trash"
"""The folder beside that of all runs."""
NOTE = "trashed.json"
"""Says when a run was deleted; it goes when the run is restored."""
_AGAIN = "~"
"""Stands before a number where a run of that id is in the trash already."""
_GOING = ".going-"
"""Begins the name of what is being deleted; what a process that was killed has left goes with the
next that is."""


class _Note(msgspec.Struct, frozen=True):
    at: float


class Trashed(msgspec.Struct, frozen=True, kw_only=True):
    """A run in the trash."""

    id: str
    place: str
    """The name of its folder in the trash."""
    at: float
    """When it was deleted, in seconds since 1970."""


def find_run(out: Path, run_id: str) -> Path:
    """The folder of a run, also of one that is half deleted: then by its whole id.

    Raises:
        RunNotFoundError: when none or several fit.
        StorageError: when it is a link, which is not followed.
    """
    folder = out / journal.RUNS / run_id
    if NAME.fullmatch(run_id) and run_id != "last" and folder.is_dir():
        if folder.is_symlink():
            raise StorageError(f"{folder}: this is a link; remove it yourself")
        return folder
    return past_runs.run_folder(out, run_id)


def throw_away(out: Path, folder: Path, *, unless_pinned: bool = False) -> Trashed:
    """Move a run into the trash. Blocks for an instant.

    Args:
        out: The artifacts folder.
        folder: The run's, from `find_run`.
        unless_pinned: Whether it stays where it is pinned by now, or nobody can tell.

    Raises:
        RunAliveError: when a process is writing it.
        StorageError: when it stays or can not be moved; it is then where it was.
    """
    trash = _trash_of(out)
    if folder.is_symlink():
        raise StorageError(f"{folder}: this is a link; remove it yourself")
    make_own_folder(trash)
    now = time.time()
    with _nobody_writes(folder):
        if unless_pinned and labels.read(folder).pinned:
            raise StorageError(f"{folder.name} is pinned by now: it stays where it is")
        place = _free_place(trash, folder.name)
        _move(folder, place)
    # Whoever lists the trash goes by the folder's own time where this can not be written.
    with contextlib.suppress(StorageError):
        replace_files({place / NOTE: msgspec.json.encode(_Note(now)).decode()})
    return Trashed(id=folder.name, place=place.name, at=now)


def restore(out: Path, run_id: str) -> Trashed:
    """Bring a run back. Blocks for an instant.

    Args:
        out: The artifacts folder.
        run_id: Its id, how that begins, its place in the trash, or `last` for the one that was
            deleted last.

    Raises:
        RunNotFoundError: when none or several fit.
        StorageError: when a run of that id is there, or it can not be moved.
    """
    found = find_trashed(out, run_id)
    source, target = _trash_of(out) / found.place, out / journal.RUNS / found.id
    if os.path.lexists(target):
        raise StorageError(f"{target}: a run of that id is there; delete that one first")
    make_own_folder(target.parent)
    _move(source, target)
    with contextlib.suppress(OSError):
        os.unlink(target / NOTE)
    return found


def trashed(out: Path) -> list[Trashed]:
    """What is in the trash, the last one first."""
    try:
        with os.scandir(_trash_of(out)) as entries:
            folders = [entry for entry in entries if entry.is_dir(follow_symlinks=False)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise StorageError(why_of(error)) from error
    found = [
        Trashed(id=run_id, place=entry.name, at=_when(Path(entry.path)))
        for entry in folders
        if NAME.fullmatch(run_id := entry.name.partition(_AGAIN)[0])
    ]
    return sorted(found, key=lambda one: (one.at, one.place), reverse=True)


def find_trashed(out: Path, run_id: str) -> Trashed:
    """The one run in the trash that is meant; see `restore`."""
    every = trashed(out)
    if not every:
        raise RunNotFoundError(f"there is nothing in {_trash_of(out)}")
    if run_id == "last":
        return every[0]
    if exact := [one for one in every if one.place == run_id]:
        return exact[0]
    found = [one for one in every if run_id and one.id.startswith(run_id)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(one.place for one in found[:5])
        raise RunNotFoundError(
            f"'{clean_line(run_id, 80)}' fits {len(found)} in the trash: {names}"
        )
    name = clean_line(run_id, 80)
    raise RunNotFoundError(f"nothing in the trash begins with '{name}'; see `orchtui runs trash`")


def half_gone(out: Path) -> list[Path]:
    """What an emptying left behind that was broken off; the next one takes it away. Blocks."""
    return list(_trash_of(out).glob(f"{_GOING}*"))


def empty(out: Path, which: Sequence[Trashed]) -> None:
    """Delete these for good: nothing brings them back. Blocks.

    Raises:
        StorageError: when one can not be deleted whole; those before it are gone.
    """
    trash = _trash_of(out)
    for one in which:
        if Path(one.place).name != one.place or one.place in (".", ".."):
            raise InputError.of(f"'{clean_line(one.place, 80)}' is no place in the trash")
    try:
        for left in half_gone(out):
            _delete(left)
        for one in which:
            going = trash / f"{_GOING}{one.place}"
            with contextlib.suppress(FileNotFoundError):  # somebody else has deleted it
                os.rename(trash / one.place, going)
            _delete(going)
    except OSError as error:
        raise StorageError(why_of(error)) from error


def _delete(folder: Path) -> None:
    """Delete a folder with all that is in it, also where another process is at it too."""
    while os.path.lexists(folder):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)  # follows no link


def _trash_of(out: Path) -> Path:
    """Raises StorageError where a link stands in its place: it leads who knows where."""
    trash = out / TRASH
    if trash.is_symlink():
        raise StorageError(f"{trash}: this is a link; the trash must be a folder of its own")
    return trash


@contextlib.contextmanager
def _nobody_writes(folder: Path) -> Iterator[None]:
    """While this holds, nobody can begin to.

    Raises:
        RunAliveError: when somebody does.
    """
    try:
        file = no_link(str(folder / journal.FILE), os.O_RDONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):  # it says nothing of the run
            raise StorageError(why_of(error)) from error
        yield  # without a journal that can be opened, there is none to be written
        return
    try:
        _lock(file, folder)
        yield
    finally:
        os.close(file)


def _lock(file: int, folder: Path) -> None:
    for pause in (*ASK_AGAIN, None):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if pause is None:
                raise RunAliveError(folder.name) from None
            time.sleep(pause)
        except OSError as error:
            raise StorageError(f"{folder}: {error.strerror}") from error
        else:
            return


def _free_place(trash: Path, run_id: str) -> Path:
    place, number = trash / run_id, 2
    while os.path.lexists(place):
        place, number = trash / f"{run_id}{_AGAIN}{number}", number + 1
    return place


def _move(source: Path, target: Path) -> None:
    try:
        os.rename(source, target)
    except FileNotFoundError:
        raise StorageError(f"{source}: it is gone") from None
    except OSError as error:
        why = error.strerror
        if error.errno == errno.EXDEV:
            why = f"{target.parent} is on another disk, so it can not be moved in one step"
        raise StorageError(f"{source}: {why}") from error


def _when(folder: Path) -> float:
    try:
        with open(folder / NOTE, "rb", opener=no_link) as file:
            return msgspec.json.decode(file.read(1000), type=_Note).at
    except (OSError, ValueError):
        pass  # deleted where nothing can be written
    try:
        return folder.lstat().st_ctime  # changed by the move, on most disks
    except OSError:
        return 0.0
