"""Importing: a run from another machine becomes one of this artifacts folder, in one step.

It is unpacked into a folder of its own beside the runs, looked at there, and moved to its
place only when all of it is in order; else nothing stays. What is derived from the journal
is made anew, so that no list tells what the journal does not. A run has one id, which its
journal names, so one that is there already is never replaced. This module never starts a run.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchtui.engine.errors import IllegalTransitionError, InputError, StorageError
from orchtui.engine.exports.archive_reading import Archive, opened
from orchtui.engine.journals import journal
from orchtui.engine.journals.files import Sign, replace_files, unwatched, why_of
from orchtui.engine.journals.journal import FILE, RUNS
from orchtui.engine.plan_files.plan_file import dump_plan
from orchtui.engine.run_events.events import FORMAT
from orchtui.engine.run_folders import summary
from orchtui.engine.run_folders.artifacts import PLAN
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line

_HALF = ".importing-"
"""How the folder begins in which a run is unpacked; no list of runs looks there."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A run that was brought home."""

    run: Run
    folder: Path
    """Its run folder here."""
    summary: summary.Summary
    """What lists tell of it."""


def import_run(archive: Path, out: Path, sign: Sign = unwatched) -> Imported:
    """Bring a run from an archive into an artifacts folder. Blocks.

    Args:
        archive: A file that `orchtui runs export` wrote, perhaps.
        out: The artifacts folder.
        sign: Called as it gets on.

    Raises:
        InputError: when it is not taken, or the run is there already; nothing has changed then.
        StorageError: when the disk refuses; nothing has changed then.
    """
    with opened(archive) as found:
        target = out / RUNS / found.run_id
        if os.path.lexists(target):
            raise _is_there(found, target, out)
        with _half(out) as half:
            found.unpack(half, sign)
            run = _checked(found, half)
            replace_files(
                {half / PLAN: dump_plan(run.plan), half / summary.FILE: summary.dump(run)}
            )
            _move(half, target, lambda: _is_there(found, target, out))
    return Imported(run, target, summary.of_opened(run, target))


@contextmanager
def _half(out: Path) -> Iterator[Path]:
    """A folder to unpack in, the user's alone, which goes in the end unless it was moved.

    It is locked meanwhile, so that what a killed process left can be told from it, and goes too.
    """
    lock = -1
    try:
        (out / RUNS).mkdir(parents=True, exist_ok=True)
        for left in out.glob(f"{_HALF}*"):
            _sweep(left)
        half = Path(tempfile.mkdtemp(prefix=_HALF, dir=out))  # 0700
        try:
            lock = os.open(half, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield half
        finally:
            shutil.rmtree(half, ignore_errors=True)  # after the move there is none
    except OSError as error:
        raise StorageError(why_of(error)) from error
    finally:
        if lock >= 0:
            os.close(lock)


def _sweep(left: Path) -> None:
    """Remove what an import that was killed has left."""
    try:
        lock = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return  # no folder of an import, or gone by now
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another process is at it
    else:
        shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(lock)


def _is_there(found: Archive, target: Path, out: Path) -> InputError:
    shown = clean_line(str(out))
    return found.refuse(
        f"run {target.name} is in {shown} already, and a run has one place: put the one that is "
        "there away first, or import it elsewhere with `orchtui runs import ARCHIVE --out FOLDER`"
    )


def _checked(found: Archive, half: Path) -> Run:
    """The run that the journal tells.

    Raises:
        InputError: when the journal is not in order, or another run's.
    """
    with open(half / FILE, "rb") as file:
        file.seek(-1 if os.fstat(file.fileno()).st_size else 0, os.SEEK_END)
        if file.read() != b"\n":
            raise found.refuse("its journal is empty or was cut off")
    try:
        run = fold.replay(journal.read(half))
    except (StorageError, IllegalTransitionError) as error:
        why = str(error).replace(str(half), "")
        raise found.refuse(f"its journal is not in order: {why}") from error
    if run is None:
        raise found.refuse("its journal is empty")
    if run.format > FORMAT:
        newer = f"form {run.format}, known here: {FORMAT}"
        raise found.refuse(f"a newer orchtui wrote its journal ({newer}); update orchtui first")
    if run.id != found.run_id:
        raise found.refuse(f"its journal is of another run, '{clean_line(run.id)}'")
    return run


def _move(half: Path, target: Path, there: Callable[[], InputError]) -> None:
    try:
        os.rename(half, target)
    except OSError as error:
        if os.path.lexists(target):
            raise there() from error
        raise
