"""Inheriting: what a new run takes over from an earlier one, so that it stands alone.

The results become events of the new run; the files that their tasks kept are
copied into its folder. A journal may have come with a project: only plain files
below a task's own folder are copied, and no link is followed. This module never
decides what is taken over.
"""

import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from orchtui.engine.errors import StorageError
from orchtui.engine.journals.files import no_link
from orchtui.engine.paths.no_links import open_file
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs.run import Run, TaskRun
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.overlay import FILES


def lost_files(parent: Run, folder: Path) -> dict[str, str]:
    """Tasks that kept files which are not there any more, by id, and why that matters. Blocks.

    Args:
        parent: The earlier run.
        folder: Its run folder.
    """
    lost = {}
    for task in parent.with_status("completed"):
        gone = [path for path in _kept(task) if not _is_there(folder, task.id, path)]
        if gone:
            more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
            lost[task.id] = f"a file that it wrote is gone: {clean_line(gone[0])}{more}"
    return lost


def copy_files(parent: Run, folder: Path, task_ids: Iterable[str], to: Path) -> None:
    """Bring the kept files of some tasks into a new run's folder. Blocks.

    Args:
        parent: The earlier run.
        folder: Its run folder.
        task_ids: Whose results are taken over.
        to: The new run's folder.

    Raises:
        StorageError: when one can not be read or written.
    """
    for task_id in task_ids:
        for kept in _kept(parent.tasks[task_id]):
            try:
                _copy(folder, task_id, kept, to)
            except (OSError, ValueError) as error:
                why = error.strerror if isinstance(error, OSError) else error
                raise StorageError(f"{folder / clean_line(kept)}: {why}") from error


def reused(parent: Run, task_id: str, position: int, stamp: Stamp) -> ev.TaskReused:
    """The event that takes a result over.

    Args:
        parent: The run in which the task completed, or had taken its result over itself.
        task_id: The task.
        position: Its place in the new plan.
        stamp: Of the new run.
    """
    task = parent.tasks[task_id]
    attempt, before = task.attempts[-1], task.reused
    return stamp(
        ev.TaskReused,
        task=task_id,
        attempt=0,
        run=before.run if before else parent.id,
        text=task.text,
        specialist=attempt.specialist,
        instance=attempt.instance,
        backend=attempt.backend,
        model=attempt.model,
        stop_reason=task.stop_reason,
        output=ev.output_file(position),
        took_s=before.took_s if before else round(attempt.seconds(parent.at), 3),
        made_at=before.made_at if before else ev.iso(task.ended or parent.at),
        files=attempt.files,
    )


def _kept(task: TaskRun) -> list[str]:
    """Files in the run folder that the task's last attempt left, from there."""
    files = task.attempts[-1].files if task.attempts else None
    return [change.kept for change in files.written if change.kept] if files else []


def _is_there(folder: Path, task_id: str, kept: str) -> bool:
    try:
        os.close(_open(folder, task_id, kept))
    except (OSError, ValueError):
        return False
    return True


def _open(folder: Path, task_id: str, kept: str) -> int:
    """A descriptor of a plain file that the task kept.

    Raises:
        OSError, ValueError: when there is no such file.
    """
    if PurePosixPath(kept).parts[:2] != (FILES, task_id):
        raise ValueError("this is no file that the task kept")
    file = open_file(folder, kept)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise ValueError("this is no plain file")
    return file


def _copy(folder: Path, task_id: str, kept: str, to: Path) -> None:
    with open(_open(folder, task_id, kept), "rb") as source:
        path = to / kept
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "xb", opener=no_link) as target:
            shutil.copyfileobj(source, target)
            if os.fstat(source.fileno()).st_mode & stat.S_IXUSR:
                os.fchmod(target.fileno(), os.fstat(target.fileno()).st_mode | stat.S_IXUSR)
