"""The place of a program that runs on another machine: a folder with what its task declares.

The files that the task reads, and those of its writes that are there, are put in through the
fence, under the names that the task has for them, so no secret is among them; nothing else of
the project is. What came back is written as a tool would write it: the task's own paths in the
project, other paths apart. A file that does not come back is told, and one that the task
declares fails the attempt. This module never runs a program and sends nothing.
"""

import asyncio
import hashlib
import stat
from collections.abc import Iterable
from pathlib import Path

from orchtui.engine.backends.base import NO_TOOLS, FileLeft, ToolBox
from orchtui.engine.errors import BackendError
from orchtui.engine.paths import piecewise
from orchtui.engine.paths.blocking_work import Wanted, in_thread, last_work
from orchtui.engine.paths.held_folders import held, make_way
from orchtui.engine.paths.open_files import size
from orchtui.engine.paths.path_names import Denied, Missing
from orchtui.engine.paths.plain_files import MOST_BYTES, MOST_FILES, plain_files
from orchtui.engine.paths.secret_names import GIT, KEY, SECRET
from orchtui.engine.paths.temporary_folders import FOLDERS
from orchtui.engine.run_events.events import FileChange
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.declared_files import files_meant, unsent
from orchtui.engine.workspace.ledger import Ledger
from orchtui.engine.workspace.overlay import Overlay, Refused
from orchtui.engine.workspace.permits import Permits
from orchtui.engine.workspace.program_site import PermitBox
from orchtui.engine.workspace.site import Seen, Witness

TAKE_OVER = 120.0
"""Seconds that may be spent on putting what came back where it belongs."""

_MOST_TOLD = 20
"""Files that are told one by one, of those that do not come back."""
_NAMED = 5
"""Of them in one line."""

_NO_SECRET = "and none is sent; take it out, or name the variable that holds it under `env`"
_FOR_PEOPLE = {
    SECRET: f"it may hold a secret, {_NO_SECRET}",
    KEY: f"it may hold a key, {_NO_SECRET}",
    GIT: "it belongs to git, and nothing of that is sent; take it out",
}
"""The fence's words are for models; who has written the plan can do something else."""


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
        self._executable: set[str] = set()
        self._place: Path | None = None
        self._filled = False
        """Whether all that is sent stood there whole: else what is there is nobody's work."""
        self._busy = asyncio.Lock()
        self._left: list[FileLeft] = []
        self._unsent: tuple[str, ...] = ()
        self.folder = ""
        self.toolbox: ToolBox = NO_TOOLS

    async def open(self) -> None:
        """Put in what the task declares.

        Raises:
            BackendError: when that is too much, a secret, or the disk refuses; names the file.
        """
        self.toolbox = PermitBox(lambda: self._permits)
        self._ledger.began(self._task.id, self._attempt)
        try:
            async with self._busy:
                await in_thread(self._fill)
        except Denied as denied:
            raise BackendError("bad_request", denied.why) from denied
        except OSError as error:
            why = f"its files can not be made ready: {clean_line(str(error))}"
            raise BackendError("internal", why) from error
        self._tell()

    def does_not_come(self, files: Iterable[FileLeft]) -> None:
        """These files stay where the program ran; to be told before it is left."""
        self._left += files

    async def leave(self) -> Seen | None:
        """Take over what changed, and remove the place."""
        async with self._busy:  # one that was stopped while it is filled first comes to rest
            if (place := self._place) is None:
                self._ledger.ended(self._task.id, self._attempt)
                return None
            try:
                if not self._filled:
                    return None
                try:
                    written = await asyncio.to_thread(self._take)
                except OSError as error:
                    why = f"what it wrote can not be taken over: {clean_line(str(error))}"
                    return Seen(sight="nothing", note=why, failure=why)
                return self._seen(written)
            finally:
                try:
                    await last_work(self._view.close)
                finally:
                    self._tell()
                    self._ledger.ended(self._task.id, self._attempt)
                    await last_work(lambda: FOLDERS.remove(place))

    def _fill(self, wanted: Wanted) -> None:
        # It may have waited for a thread for so long that its attempt is left, and another begun.
        wanted.check()
        if self._attempt > 1:
            self._view.set_aside(self._attempt)
        self._place = FOLDERS.make("staged")
        self.folder = str(self._place)
        total = 0
        for field, declared in (("reads", self._task.reads), ("writes", self._task.writes)):
            for named in declared:
                total = self._put_all(field, named, total, wanted)
        self._unsent = unsent(self._task.command, self._view, self._before)
        wanted.check()
        self._filled = True

    def _put_all(self, field: str, named: str, total: int, wanted: Wanted) -> int:
        """Put in what a declared path means; the bytes that are there then."""
        path = named
        try:
            for path in files_meant(named, self._view):
                wanted.check()
                if path not in self._before:
                    total += self._put(path, total, wanted)
                path = named  # what is refused next is none of those before
        except Missing:
            pass  # what it is to write need not be there
        except Denied as denied:
            if isinstance(denied, _TooMuch):
                raise
            why = _FOR_PEOPLE.get(denied.why, denied.why)
            raise Denied(
                f"{clean_line(path, 200)}, which `{field}` names, can not be sent: {why}"
            ) from denied
        return total

    def _put(self, path: str, total: int, wanted: Wanted) -> int:
        """Put in a file; its bytes."""
        assert self._place is not None
        try:
            content = self._view.read(path)
        except Missing:
            return 0
        data = content.data
        if len(self._before) >= MOST_FILES or total + len(data) > MOST_BYTES:
            raise _TooMuch(
                f"the task declares more than {MOST_FILES:,} files or {MOST_BYTES >> 20} MiB, of "
                f"which {clean_line(path, 200)} is one ({size(len(data))}); declare those that it "
                f"needs"
            )
        into = self._place / path
        wanted.check()  # a disk that did not answer may have held the read up until all is removed
        make_way(self._place, into)
        into.write_bytes(data)
        if self._view.is_executable(content.path):
            self._executable.add(path)
            into.chmod(into.stat().st_mode | stat.S_IXUSR)
        self._before[path] = hashlib.sha256(data).hexdigest()
        return len(data)

    def _take(self) -> tuple[FileChange, ...]:
        """Put what changed where it belongs, and note what can not be. Blocks."""
        assert self._place is not None
        # Where this was stopped in the moment in which files are put in place, all of them are.
        with held(self._place):
            return self._take_all(self._place)

    def _take_all(self, place: Path) -> tuple[FileChange, ...]:
        there = list(plain_files(place))
        for path, file, executable in there:
            with file.open("rb") as source:
                runs = executable and path not in self._executable
                before = self._before.get(path)
                if before is not None and not runs and before == piecewise.digest(source):
                    continue
                try:
                    self._view.write_from(path, source, executable=executable)
                except Denied as denied:
                    self._left.append(_Refusal(path, denied.why, isinstance(denied, Refused)))
        # Nothing is deleted here on the word of another machine, where a file may be missing for
        # many reasons: a person applies it.
        gone = self._before.keys() - {path for path, _, _ in there}
        deleted = (
            FileChange(path=path, deleted=True, base=self._before[path])
            for path in sorted(gone - {file.path for file in self._left})
        )
        return (*self._view.written, *deleted)

    def _seen(self, written: tuple[FileChange, ...]) -> Seen:
        """What is told of it: each file that does not come back, and what that means."""
        for file in self._left[:_MOST_TOLD]:
            self._witness.refused(clean_line(file.path, 200), clean_line(file.why))
        if (more := len(self._left) - _MOST_TOLD) > 0:
            self._witness.refused(f"and {more:,} more", "they do not come back either")
        declared = [file for file in self._left if self._view.declares(file.path)]
        # What another task declares, or nobody may write, was refused as it would be to a tool.
        others = [f for f in self._left if not (isinstance(f, _Refusal) and f.ruled)]
        hint = ""
        if self._unsent:
            hint = f"{_listed(self._unsent)}: named in its command, and not sent; add to `reads`"
        return Seen(
            sight="worktree",
            written=written,
            note=f"not taken over: {_with_whys(others)}" if others else "",
            failure=f"what it declares did not come back: {_with_whys(declared)}"
            if declared
            else "",
            hint=hint,
        )

    def _tell(self) -> None:
        for noted in self._view.take_noted():
            for race in self._ledger.note(
                self._task.id, noted.path, noted.access, noted.when, noted.digest
            ):
                self._witness.race(race)


class _TooMuch(Denied):
    """It is more than is sent; names the file itself."""


class _Refusal(FileLeft, frozen=True):
    """A file that has come and can not stand where it belongs."""

    ruled: bool = False
    """Whether that is so by the rules."""


def _with_whys(files: list[FileLeft]) -> str:
    return _listed([f"{clean_line(file.path, 80)}: {clean_line(file.why)}" for file in files], "; ")


def _listed(words: "list[str] | tuple[str, ...]", between: str = ", ") -> str:
    more = len(words) - _NAMED
    return between.join(words[:_NAMED]) + (f" and {more} more" if more > 0 else "")
