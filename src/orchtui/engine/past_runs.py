"""Past runs of an artifacts folder: found by id, prefix or `last`, and folded from their journals.

This module never changes a run.
"""

from pathlib import Path

from orchtui.engine import fold, journal
from orchtui.engine.errors import RunAliveError, RunNotFoundError, StorageError
from orchtui.engine.run import Run
from orchtui.engine.text import clean_line


def run_folder(out: Path, run_id: str) -> Path:
    """The folder of a run.

    Args:
        out: The artifacts folder.
        run_id: An id, a unique prefix, or `last`.

    Raises:
        RunNotFoundError: when none or several fit.
    """
    folder = out / journal.RUNS
    ids = sorted(path.parent.name for path in folder.glob(f"*/{journal.FILE}") if _begun(path))
    if run_id == "last" and ids:
        return folder / ids[-1]
    found = [i for i in ids if i == run_id] or [i for i in ids if i.startswith(run_id)]
    if len(found) == 1 and run_id:
        return folder / found[0]
    if not ids:
        raise RunNotFoundError(f"there are no runs in {folder}")
    if not found:
        raise RunNotFoundError(f"no run begins with '{run_id}'; see `orchtui runs list`")
    raise RunNotFoundError(f"'{run_id}' fits {len(found)} runs: {', '.join(found[:5])}")


def _begun(path: Path) -> bool:
    """Whether a journal has its first event: without it, the run could not even begin."""
    with open(path, "rb") as file:
        return file.readline().endswith(b"\n")


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
