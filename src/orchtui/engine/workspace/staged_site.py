"""The place of a program that runs on another machine: a folder with what its task declares.

The files that the task reads, and those of its writes that are there, are put in through the
fence, so no secret is among them; nothing else of the project is. What came back is written
as a tool would write it: the task's own paths in the project, other paths apart. This module
never runs a program and sends nothing.
"""

import asyncio
import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from orchtui.engine.backends.base import NO_TOOLS, ToolBox
from orchtui.engine.errors import BackendError
from orchtui.engine.paths import paths
from orchtui.engine.paths.blocking_work import Wanted, in_thread
from orchtui.engine.paths.path_names import Denied, Missing
from orchtui.engine.paths.plain_files import MOST_BYTES, MOST_FILES, plain_files
from orchtui.engine.run_events.events import FileChange
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.ledger import Ledger
from orchtui.engine.workspace.overlay import Overlay, Refused
from orchtui.engine.workspace.permits import Permits
from orchtui.engine.workspace.program_site import PermitBox
from orchtui.engine.workspace.site import Seen, Witness


class StagedSite:
    """The place of one attempt.

    Args:
        view: The files as the attempt sees them.
        task: The task.
        attempt: From 1.
        permits: What its program may do when it asks.
        ledger: Is told of every access.
        witness: Is told of refusals and races.
    """

    def __init__(
        self,
        view: Overlay,
        task: ScheduledTask,
        attempt: int,
        permits: Permits,
        ledger: Ledger,
        witness: Witness,
    ) -> None:
        self._view = view
        self._task = task
        self._attempt = attempt
        self._permits = permits
        self._ledger = ledger
        self._witness = witness
        self._before: dict[str, str] = {}
        self._place: Path | None = None
        self._busy = asyncio.Lock()
        self.folder = ""
        self.toolbox: ToolBox = NO_TOOLS

    async def open(self) -> None:
        """Put in what the task declares.

        Raises:
            BackendError: when that is too much, a secret, or the disk refuses.
        """
        self.toolbox = PermitBox(lambda: self._permits)
        self._ledger.began(self._task.id, self._attempt)
        try:
            async with self._busy:
                await in_thread(self._fill)
        except Denied as denied:
            raise BackendError("bad_request", f"it can not be sent: {denied.why}") from denied
        except OSError as error:
            why = f"its files can not be made ready: {clean_line(str(error))}"
            raise BackendError("internal", why) from error
        self._tell()

    async def leave(self) -> Seen | None:
        """Take over what changed, and remove the place."""
        async with self._busy:  # one that was stopped while it is filled first comes to rest
            if (place := self._place) is None:
                self._ledger.ended(self._task.id, self._attempt)
                return None
            try:
                written, note = await asyncio.to_thread(self._take)
                return Seen(sight="worktree", written=written, note=note)
            finally:
                self._view.close()
                self._tell()
                self._ledger.ended(self._task.id, self._attempt)
                await in_thread(lambda _: shutil.rmtree(place, ignore_errors=True))

    def _fill(self, wanted: Wanted) -> None:
        if self._attempt > 1:
            self._view.set_aside(self._attempt)
        self._place = Path(tempfile.mkdtemp(prefix="orchtui-staged-"))
        self.folder = str(self._place)
        total = 0
        for path in dict.fromkeys(self._declared()):
            wanted.check()
            try:
                data = self._view.read(path).data
            except Missing:
                continue  # what it is to write need not be there
            total += len(data)
            if len(self._before) >= MOST_FILES or total > MOST_BYTES:
                raise Denied(
                    f"the task declares more than {MOST_FILES:,} files or {MOST_BYTES >> 20} MiB; "
                    f"declare those that it needs"
                )
            self._put(path, data)

    def _put(self, path: str, data: bytes) -> None:
        assert self._place is not None
        into = self._place / path
        into.parent.mkdir(parents=True, exist_ok=True)
        into.write_bytes(data)
        executable = self._view.is_executable(path)
        if executable:
            into.chmod(into.stat().st_mode | stat.S_IXUSR)
        self._before[path] = _digest(data)

    def _declared(self) -> Iterator[str]:
        """The files that the declared paths mean."""
        for named in (*self._task.reads, *self._task.writes):
            path = self._view.named(paths.normal(named))
            if not paths.is_glob(path):
                real = self._view.locate(path)
                yield from self._below(real) if not self._view.is_file(real) else (real,)
                continue
            start = os.path.dirname(path.partition("*")[0].partition("?")[0].partition("[")[0])
            yield from (file for file in self._below(start) if paths.matches(path, file))

    def _below(self, folder: str) -> Iterator[str]:
        try:
            entries = self._view.entries(folder)
        except Missing:
            return
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if self._view.skipped(path, entry.kind == "folder"):
                continue
            if entry.kind == "folder":
                yield from self._below(path)
            elif entry.kind == "file":
                yield path

    def _take(self) -> tuple[tuple[FileChange, ...], str]:
        """Write what changed where it belongs; what can not be is told. Blocks."""
        assert self._place is not None
        left: list[str] = []
        now: set[str] = set()
        for path, file, _ in plain_files(self._place):
            now.add(path)
            if file.stat().st_size > MOST_BYTES:
                left.append(f"{clean_line(path, 80)} is too large")
                continue
            data = file.read_bytes()
            if self._before.get(path) == _digest(data):
                continue
            try:
                self._view.write(path, data)
            except Refused as refused:
                self._witness.refused(clean_line(path), refused.why)
            except Denied as denied:
                left.append(f"{clean_line(path, 80)}: {denied.why}")
        gone = [
            FileChange(path=path, deleted=True, base=self._before[path])
            for path in sorted(self._before.keys() - now)
        ]
        more = f" and {len(left) - 5} more" if len(left) > 5 else ""
        note = f"not taken over: {'; '.join(left[:5])}{more}" if left else ""
        return (*self._view.written, *gone), note

    def _tell(self) -> None:
        for noted in self._view.take_noted():
            for race in self._ledger.note(
                self._task.id, noted.path, noted.access, noted.when, noted.digest
            ):
                self._witness.race(race)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
