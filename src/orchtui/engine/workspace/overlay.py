"""One attempt's own view of the project: the project, and over it what the attempt wrote.

Text for the task's own paths goes to the project; other text is kept below
`files/<task>/` of the run folder, and the attempt sees it in place of the
project's. Everything that was touched is noted, for others to tell. Blocks: not
for the event loop. This module never speaks to a model.
"""

import os
import stat
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import BinaryIO, NamedTuple

from orchtui.engine.paths import piecewise
from orchtui.engine.paths.fence import Fence
from orchtui.engine.paths.open_files import Content, Entry
from orchtui.engine.paths.path_names import Blocked, Denied, Missing
from orchtui.engine.run_events.events import FileChange
from orchtui.engine.workspace.ownership import Ownership
from orchtui.engine.workspace.site import Access

FILES = "files"
"""Where a run folder keeps what specialists wrote."""


class Refused(Denied):
    """A write that is not allowed, which is more than one that did not work."""


class Noted(NamedTuple):
    """An access to the project itself."""

    path: str
    access: Access
    when: float
    digest: str | None = None
    found: bool = True
    """False for a read of what was not there: that too depends on who writes it."""


class Overlay:
    """The files of one attempt.

    Args:
        project: The project folder.
        run_folder: The run's folder.
        owner: Who may write where.
        task_id: The task.
        now: Seconds since 1970; is called in threads.
        secret_in: The name of a secret that stands in a text; such a text is not written.
    """

    def __init__(
        self,
        project: Fence,
        run_folder: Fence,
        owner: Ownership,
        task_id: str,
        now: Callable[[], float],
        secret_in: Callable[[bytes], str | None] = lambda data: None,
    ) -> None:
        self._project = project
        self._run = run_folder
        self._project_folder = project.root
        self._run_folder = run_folder.root
        self._owner = owner
        self._task = task_id
        self._below = f"{FILES}/{task_id}/"
        self._now = now
        self._secret_in = secret_in
        self._lock = threading.RLock()
        self._closed = False
        self._written: dict[str, FileChange] = {}
        self._noted: deque[Noted] = deque()

    @property
    def rules(self) -> Callable[[str], str | None]:
        """Why a real path must not be read."""
        return self._owner.rules.unreadable

    def _of_folder(self, path: str) -> str | None:
        return self._owner.rules.unreadable(path, folder=True)

    def skipped(self, path: str, folder: bool) -> bool:
        """Whether a search leaves a path out."""
        return self._owner.rules.skipped(path, folder=folder)

    def locate(self, named: str) -> str:
        """The real path that somebody's words mean.

        Raises:
            Denied: when it is outside or can not be used.
        """
        return self._project.real(self._project.named(named))

    def named(self, text: str) -> str:
        """A path or glob as somebody wrote it, from the project folder.

        Raises:
            Denied: when it is outside or can not be used.
        """
        return self._project.named(text)

    def declares(self, path: str) -> bool:
        """Whether the task declares that it writes this path, or what holds it."""
        return self._owner.declares(self._task, path)

    def is_file(self, path: str) -> bool:
        """Whether this is no folder, as this attempt sees it; true where nobody knows."""
        if path in self._written:
            return True
        try:
            self.entries(path)
        except Denied:
            return True
        return False

    def is_executable(self, path: str) -> bool:
        """Whether the project's file may be executed by its owner."""
        try:
            mode = os.lstat(os.path.join(self._project_folder, path)).st_mode
        except OSError:
            return False
        return bool(mode & stat.S_IXUSR)

    def read(self, path: str) -> Content:
        """A file as this attempt sees it.

        Raises:
            Denied: when it can not be read, or must not be.
        """
        real = self._project.real(path)
        if why := self.rules(real):
            raise Denied(why)
        if (change := self._written.get(real)) is not None and change.kept:
            return Content(real, self._run.read(change.kept, self._is_kept).data)
        when = self._now()
        try:
            content = self._project.read(real, self.rules)
        except Missing:
            self._noted.append(Noted(real, "read", when, found=False))
            raise
        self._noted.append(Noted(content.path, "read", when))
        return content

    def write(self, path: str, data: bytes) -> FileChange:
        """Put a file where this attempt may; see `write_from`."""
        return self.write_from(path, BytesIO(data))

    def write_from(self, path: str, source: BinaryIO, *, executable: bool = False) -> FileChange:
        """Put all of what an open file holds where this attempt may.

        Args:
            path: Where.
            source: What.
            executable: Whether it becomes executable; else it keeps its rights.

        Returns:
            What changed, and where the new text is.

        Raises:
            Refused: when it must not be written.
            Denied: when that did not work; nothing has changed then.
        """
        with self._open():
            real = self._project.real(path)
            right = self._owner.right(self._task, real)
            if right.where == "nowhere":
                raise Refused(right.why)
            if (secret := self._secret_in(os.fsencode(real))) is not None:
                raise Refused(f"the value of {secret}, which is a secret, stands in its name")
            if (secret := piecewise.secret_in(source, self._secret_in)) is not None:
                raise Refused(f"the value of {secret} is a secret and is not written to a file")
            put = self._to_project if right.where == "project" else self._to_kept
            change = put(real, source, executable)
            self._written[change.path] = change
            return change

    @contextmanager
    def editing(self) -> Iterator[None]:
        """Keep other writes of this attempt out, between a read and the write that follows."""
        with self._lock:
            yield

    def entries(self, path: str) -> list[Entry]:
        """What stands in a folder, as this attempt sees it; what is forbidden is left out.

        Args:
            path: The folder's real path; empty for the project folder.

        Raises:
            Denied: when it is no folder, or must not be read.
        """
        own = self._own_entries(path)
        try:
            found = {one.name: one for one in self._project.entries(path, self._of_folder)}
        except Missing:
            if not own:
                raise
            found = {}
        merged = {**found, **own}
        before = f"{path}/" if path else ""
        unreadable = self._owner.rules.unreadable
        return [
            merged[name]
            for name in sorted(merged)
            if not unreadable(before + name, folder=merged[name].kind == "folder")
        ]

    def close(self) -> None:
        """From now on nothing is written; a write under way is waited for, which may take long."""
        self._closed = True
        with self._lock:
            pass

    def take_noted(self) -> list[Noted]:
        """What was touched in the project since the last call."""
        # One by one: a thread may add to it meanwhile.
        taken: list[Noted] = []
        while self._noted:
            taken.append(self._noted.popleft())
        return taken

    @property
    def written(self) -> tuple[FileChange, ...]:
        """All that this attempt wrote, by path."""
        return tuple(change for _, change in sorted(self._written.items()))

    def set_aside(self, attempt: int) -> None:
        """Move what an earlier attempt kept to a folder of its own, so that this one starts anew.

        Args:
            attempt: The one that now begins.

        Raises:
            OSError: when the disk refuses.
        """
        folder = self._run_folder / FILES / self._task
        if os.path.islink(folder.parent):
            raise OSError(f"{FILES} in the run folder is a link")
        if not os.path.lexists(folder):
            return
        aside = folder.with_name(f"{self._task}.attempt-{max(1, attempt - 1)}")
        number = 1
        while os.path.lexists(aside):
            number += 1
            aside = folder.with_name(f"{self._task}.attempt-{max(1, attempt - 1)}.{number}")
        folder.rename(aside)

    @contextmanager
    def _open(self) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise Denied("this attempt is over; nothing is written any more")
            yield

    def _to_project(self, path: str, source: BinaryIO, executable: bool) -> FileChange:
        real, base = self._project.write_from(path, source, self._still_own, executable=executable)
        digest = piecewise.digest(source)
        self._noted.append(Noted(real, "write", self._now(), digest))
        return self._change(real, "", base)

    def _still_own(self, real: str) -> str | None:
        right = self._owner.right(self._task, real)
        return None if right.where == "project" else "the way to it has changed; try again"

    def _to_kept(self, path: str, source: BinaryIO, executable: bool) -> FileChange:
        try:
            base = self._project.digest(path, self.rules)
        except Blocked:
            raise  # it could be kept, but never applied
        except Missing:
            base = None
        kept = self._below + path
        try:
            self._run.write_from(kept, source, self._is_kept, executable=executable)
        except Blocked as blocked:
            raise Blocked(blocked.at.removeprefix(self._below)) from blocked
        return self._change(path, kept, base)

    def _change(self, path: str, kept: str, base: str | None) -> FileChange:
        """A change; of several of one file the first knows what was there before."""
        if (first := self._written.get(path)) is not None:
            base = first.base
        return FileChange(path=path, kept=kept, base=base)

    def _is_kept(self, real: str) -> str | None:
        return None if real.startswith(self._below) else "a link leads out of the kept files"

    def _own_entries(self, path: str) -> dict[str, Entry]:
        before = f"{path}/" if path else ""
        found: dict[str, Entry] = {}
        for own, change in list(self._written.items()):
            if not change.kept or not own.startswith(before):
                continue
            name, slash, _ = own[len(before) :].partition("/")
            try:
                size = len(self._run.read(change.kept, self._is_kept).data) if not slash else 0
            except Denied:
                continue
            found[name] = Entry(name, "folder" if slash else "file", size, self._now())
        return found
