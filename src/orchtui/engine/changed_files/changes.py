"""What the tasks of a run wrote, as changes that a person may apply to the project.

A change is a file that a task left in the run folder, or a removal that it
wants. What stands in the project already (declared writes) is none. A journal
may come from elsewhere, so a change whose file lies outside of the run folder is
left out. This module never changes a file; `applying` does.
"""

import hashlib
import os
import stat
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.no_links import open_file
from orchtui.engine.paths.path_names import Blocked, Denied, Missing
from orchtui.engine.paths.rules import Rules
from orchtui.engine.runs.rehearsed import task_words
from orchtui.engine.runs.run import Run, Status, TaskRun
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.overlay import FILES

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is compared or applied."""

Standing = Literal["new", "changed", "deleted", "already there", "changed since", "refused"]
"""How a change meets the project as it is now. `changed since`: the project's file is no longer the
one that the task began with. `refused`: it can not be applied; the reason says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file of one task."""

    path: str
    """From the project folder."""
    task: str
    title: str
    """What to call the task."""
    status: Status
    """How the task ended: what a failed one wrote may be unfinished."""
    run_folder: Path
    kept: str = ""
    """The new file, from the run folder; empty for a removal."""
    deleted: bool = False
    base: str | None = None
    """SHA-256 of the project's file that the task began with; `None` where there was none."""
    digest: str | None = None
    """SHA-256 of the new file."""
    executable: bool = False
    rehearsal: str = ""
    """That the task was only rehearsed, or built on what was; see `rehearsed.task_words`."""
    rivals: tuple[str, ...] = ()
    """Ids of other tasks that want something else of this path."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """How a change meets the project."""

    standing: Standing
    why: str = ""
    """Where it is refused: the reason."""
    now: bytes | None = None
    """The project's file; `None` where there is none."""
    new: bytes | None = None
    """The file that is to stand there; `None` for none."""


def changes_of(run: Run, run_folder: Path) -> list[Change]:
    """What can be applied of a run: by path, then in the plan's order. Blocks.

    Args:
        run: Live or past.
        run_folder: Its folder.
    """
    found: list[Change] = []
    for task in run.tasks.values():
        found += _of(task, run_folder, task_words(run, task))
    by_path: dict[str, list[Change]] = {}
    for change in found:
        by_path.setdefault(change.path, []).append(change)
    return [
        replace(change, rivals=tuple(each.task for each in same if each.digest != change.digest))
        for _, same in sorted(by_path.items())
        for change in same
    ]


def _of(task: TaskRun, run_folder: Path, rehearsal: str) -> list[Change]:
    seen = task.attempt.files if task.attempt else None
    changes: dict[str, Change] = {}
    for written in seen.written if seen else ():
        if not (written.kept or (written.deleted and seen and seen.sight == "worktree")):
            continue
        change = Change(
            path=written.path,
            task=task.id,
            title=task.task.label,
            status=task.status,
            run_folder=run_folder,
            base=written.base,
            rehearsal=rehearsal,
        )
        if written.deleted:
            changes[written.path] = replace(change, deleted=True)
        elif (kept := _kept(run_folder, written.kept)) is not None:
            digest, executable = kept
            changes[written.path] = replace(
                change, kept=written.kept, digest=digest, executable=executable
            )
    return list(changes.values())


def _kept(run_folder: Path, kept: str) -> tuple[str, bool] | None:
    """SHA-256 and right to run of a kept file; `None` where there is no such file."""
    if PurePosixPath(kept).parts[:1] != (FILES,):
        return None
    try:
        with open(open_file(run_folder, kept), "rb") as file:
            status = _status(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            return digest, bool(status & stat.S_IXUSR)
    except (OSError, ValueError):
        return None


def _status(descriptor: int) -> int:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("no plain file")
    return found.st_mode


def read_kept(change: Change) -> bytes:
    """The new file of a change. Blocks.

    Raises:
        Denied: when it is not there any more, or too large.
    """
    try:
        with open(open_file(change.run_folder, change.kept), "rb") as file:
            _status(file.fileno())
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise Denied("the file in the run folder is not there any more") from error
    if len(data) > LARGEST:
        raise Denied("it is too large")
    return data


class Ground:
    """The project folder that changes are compared with and applied to. Blocks.

    Args:
        project: The project folder.
        out: The artifacts folder, which nothing is applied to.
    """

    def __init__(self, project: Path, out: Path) -> None:
        self.project = project.absolute()
        self.fence = Fence(self.project, LARGEST)
        self.rules = Rules.load(self.project, out)

    def real(self, path: str) -> str:
        """Where a path of a change leads.

        Raises:
            Denied: when nothing may be written there.
        """
        real = self.fence.real(self.fence.named(path))
        if not real or real != str(PurePosixPath(path)):
            # A task's worktree had a plain file there; behind a link stands something else.
            raise Denied("a link leads it to another place")
        if why := self.rules.unwritable(real):
            raise Denied(why)
        return real

    def now(self, path: str) -> bytes | None:
        """The project's file; `None` where there is none.

        Raises:
            Denied: when it can not be read.
        """
        try:
            return self.fence.read(path, self.rules.unwritable).data
        except Blocked:
            raise
        except Missing:
            return None

    def meet(self, change: Change) -> Meeting:
        """How a change meets the project as it is now."""
        try:
            path = self.real(change.path)
            now = self.now(path)
            new = None if change.deleted else read_kept(change)
        except Denied as denied:
            return Meeting("refused", clean_line(denied.why))
        if now == new:
            return Meeting("already there", now=now, new=new)
        if (None if now is None else hashlib.sha256(now).hexdigest()) != change.base:
            return Meeting("changed since", now=now, new=new)
        if new is None:
            return Meeting("deleted", now=now)
        return Meeting("new" if now is None else "changed", now=now, new=new)
