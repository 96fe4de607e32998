"""Past runs of an artifacts folder: found by id, prefix or `last`, and folded from their journals.

This module never changes a run.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from orchtui.engine.errors import (
    IllegalTransitionError,
    RunAliveError,
    RunNotFoundError,
    StorageError,
)
from orchtui.engine.journals import journal
from orchtui.engine.journals.files import no_link
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line

MOST_JOURNAL = 256 << 20
"""Bytes that are read of a journal in which something is wrong."""


def run_folder(out: Path, run_id: str) -> Path:
    """The folder of a run.

    Args:
        out: The artifacts folder.
        run_id: An id, a unique prefix, or `last`.

    Raises:
        RunNotFoundError: when none or several fit.
    """
    folder = out / journal.RUNS
    every = sorted((path.parent for path in folder.glob(f"*/{journal.FILE}")), reverse=True)
    if run_id == "last":
        found = list(islice(filter(_began, every), 1))
    else:
        fit = [path for path in every if run_id and path.name.startswith(run_id)]
        found = [path for path in fit if _began(path)]
        found = [path for path in found if path.name == run_id] or found
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(path.name for path in reversed(found[-5:]))
        raise RunNotFoundError(f"'{run_id}' fits {len(found)} runs: {names}")
    if hollow := _hollow(folder, run_id):
        raise RunNotFoundError(
            f"run {hollow} can not be opened: its journal ({journal.FILE}) is missing or empty"
        )
    if not any(map(_began, every)):
        raise RunNotFoundError(f"there are no runs in {folder}")
    raise RunNotFoundError(f"no run begins with '{run_id}'; see `orchtui runs list`")


def _hollow(folder: Path, run_id: str) -> str:
    """The one folder that is meant and holds no run that can be opened, as when half deleted."""
    if not run_id or run_id == "last" or not folder.is_dir():
        return ""
    fit = [path.name for path in folder.iterdir() if path.name.startswith(run_id)]
    return run_id if run_id in fit else clean_line(fit[0]) if len(fit) == 1 else ""


def _began(folder: Path) -> bool:
    """Whether the journal has its first event: without it, the run could not even begin.

    One that nobody can read says no more than one that is empty; `journal.read` tells why.
    """
    try:
        with open(folder / journal.FILE, "rb") as file:
            return file.readline().endswith(b"\n")
    except (IsADirectoryError, FileNotFoundError):
        return False
    except OSError:
        return True


def open_run(out: Path, run_id: str) -> Run:
    """A past run, folded from its journal.

    Raises:
        RunNotFoundError: when none or several fit.
        StorageError: when the journal can not be read, is empty, or is another run's.
    """
    path = run_folder(out, run_id)
    opened = fold.replay(journal.read(path))
    if opened is None:
        raise StorageError(f"{path}: the journal holds no whole event: this run never began")
    return own(path, opened)


def own(path: Path, opened: Run) -> Run:
    """The run, if the folder that its journal lies in is its own.

    Raises:
        StorageError: when it is another run's.
    """
    if opened.id != path.name:
        # A copied folder, or a forged one: going on with it would write into another run.
        raise StorageError(f"{path}: the journal is of another run, '{clean_line(opened.id)}'")
    return opened


def refuse_alive(path: Path, opened: Run) -> None:
    """Let a run pass that nobody writes.

    Raises:
        RunAliveError: when a process does.
    """
    if journal.is_alive(path):
        raise RunAliveError(opened.id, opened.pid)


def fold_as_far(folder: Path) -> tuple[Run | None, str]:
    """A run from its journal, as far as that can be read and fits, and why no further.

    A journal of a newer version gives what this one knows of it.
    """
    run: Run | None = None
    try:
        for event in _bounded(folder):
            if run is None:
                run = own(folder, fold.begin(event))
            else:
                fold.apply(run, event)
    except (StorageError, IllegalTransitionError) as error:
        return run, without_folder(error, folder)
    return run, ""


def open_as_far(folder: Path) -> tuple[Run, str]:
    """A run to be looked at: whole, or as far as its journal can be read, and why no further.

    Raises:
        StorageError: when nothing of it can be read, or it is another run's.
    """
    try:
        return open_run(folder.parent.parent, folder.name), ""
    except (StorageError, IllegalTransitionError) as error:
        run, why = fold_as_far(folder)
        if run is None:
            raise
        return run, why or without_folder(error, folder)


def _bounded(folder: Path) -> Iterator[ev.RunEvent | ev.UnknownEvent]:
    """The journal's events, without a torn last line, however long it is."""
    path, done = folder / journal.FILE, 0
    try:
        with open(path, "rb", opener=no_link) as file:
            number = 0
            while line := file.readline(MOST_JOURNAL + 1):
                number, done = number + 1, done + len(line)
                if done > MOST_JOURNAL:
                    raise StorageError(f"it is longer than {MOST_JOURNAL >> 20} MiB")
                if not line.endswith(b"\n"):
                    return
                try:
                    yield ev.decode(line)
                except ValueError as error:
                    raise StorageError(f"line {number} is no event: {error}") from error
    except OSError as error:
        raise StorageError(f"{journal.FILE}: {error.strerror}") from error


def without_folder(error: Exception, folder: Path) -> str:
    """What went wrong, in a row that says which run it is of."""
    return clean_line(str(error).removeprefix(f"{folder}/"), 200)
