"""Storage: the disk of one session of a run, also when it refuses.

It stands between the orchestrator and the journal and files. While the disk takes
everything, an event is on it before it is shown. When it refuses (full, read-only,
gone) or does not answer, the run goes on in memory, the person is told at once, and
it is tried again about every second; then everything is written in order. When it
has not come back at the end, the whole run is saved elsewhere. This module never
decides what happens in a run.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Literal

from orchtui.engine.errors import StorageError
from orchtui.engine.journals.disk import Disk
from orchtui.engine.journals.journal import Journal
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import rescue
from orchtui.engine.run_folders.artifacts import Artifacts
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean_line

_GROW = 0.25
"""Seconds between two appends to the growing task files."""
EVERY = 1.0
"""Seconds between two tries of a disk that refused."""
AT_THE_END = 3.0
"""Seconds that a disk which does not answer is waited for at the end of a run."""

What = Literal["journal", "files"]


class Storage:
    """What a session writes. `start` when the run has begun, `close` at its end.

    Args:
        run: The run, kept up to date by its owner.
        journal: Its journal, which has its first event.
        artifacts: Its files, which have begun.
        disk: Of both.
        tell: Stamps an event about the disk, which is then committed like any other.
        places: Where the run is saved when nothing else helps.
    """

    def __init__(
        self,
        run: Run,
        journal: Journal,
        artifacts: Artifacts,
        disk: Disk,
        tell: Callable[..., None],
        *,
        places: Sequence[rescue.Place] = rescue.PLACES,
    ) -> None:
        self._run = run
        self._journal = journal
        self._artifacts = artifacts
        self._disk = disk
        self._tell = tell
        self._places = places
        self._lost: set[What] = set()
        self._since = 0.0
        self._rewriting = False
        """Whether the files are being written anew, and follow the run meanwhile."""
        self._beginning_lost = False
        """Whether the run was saved elsewhere without its journal, which could not be read back."""
        self._nowhere = False
        """Whether no other place took it either."""
        self._stopped = False
        self._wake = asyncio.Event()
        self._mending = asyncio.Lock()
        self._tending: asyncio.Task[None] | None = None
        self._clock = asyncio.get_running_loop().time

    @property
    def artifacts(self) -> Artifacts:
        """The run's files, where they are now."""
        return self._artifacts

    def start(self) -> None:
        """Let the task files grow from now on, and try a disk that refused again."""
        self._tending = asyncio.create_task(self._tend(), name="tend the disk")

    async def keep(self, batch: Sequence[ev.RunEvent]) -> None:
        """Put events on the disk; on one that refuses, keep them until it takes them."""
        if self._tending is not None and self._tending.done():
            self._tending.result()  # raises what stopped it: a bug
        if self._beginning_lost:
            return
        if "journal" in self._lost:
            self._journal.hold(batch)
            return
        try:
            await self._journal.append(batch)
        except StorageError as error:
            self._lose("journal", error)

    async def follow(self, batch: Sequence[ev.RunEvent]) -> None:
        """Bring the files up to date with events that the run has applied."""
        if not self._lost or self._rewriting:
            await self._with_files(self._artifacts.follow(batch))

    def hurry(self) -> None:
        """A person waits: be less patient with a disk that does not answer."""
        self._disk.hurry()

    async def settle(self) -> None:
        """At the end: everything is on the disk, or saved elsewhere, or told that it is not."""
        if self._lost:
            # It may answer again, or have room again, since it was last tried.
            await self._disk.answered(AT_THE_END)
            await self._mend()
        if self._lost and not self._nowhere:
            await self._move()

    async def close(self) -> None:
        """Save what is left, and let go of the journal. Nothing is told any more."""
        self._stopped = True
        self._wake.set()
        try:
            if self._tending is not None:
                await asyncio.wait((self._tending,))
            await self._disk.answered(AT_THE_END)
            if self._journal.held and not self._beginning_lost:
                self._lost.add("journal")  # also when somebody was cancelled while writing
            if not self._lost:
                await self._with_files(self._artifacts.grow(last=True))
            await self.settle()
        finally:
            await self._journal.close()
            self._disk.close()

    async def _tend(self) -> None:
        while not self._stopped:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY if self._lost else _GROW):
                    await self._wake.wait()
            if self._wake.is_set():  # the end, or the disk was lost just now
                self._wake.clear()
            elif self._lost:
                await self._mend()
            else:
                await self._with_files(self._artifacts.grow())

    def _lose(self, what: What, error: StorageError) -> None:
        self._rewriting = False
        if not self._lost:
            self._since = self._clock()
            self._wake.set()
        if what not in self._lost:
            self._lost.add(what)
            self._tell(ev.StorageLost, what=what, why=clean_line(str(error)))

    async def _with_files(self, work: Awaitable[None]) -> None:
        try:
            await work
        except StorageError as error:
            self._lose("files", error)

    async def _mend(self) -> None:
        """Try to write everything that is only in memory; it stays lost where that fails."""
        async with self._mending:
            if not self._lost:
                return
            try:
                if "journal" in self._lost:
                    await self._journal.mend()
                # From this moment on events go to the disk again; the files follow.
                self._lost = {"files"}
                self._rewriting = True
                await self._artifacts.rewrite()
                missing = await self._disk.do(self._look_for_kept)
            except StorageError:
                self._rewriting = False
                return
            if self._rewriting:  # else the files were lost again meanwhile
                self._rewriting = False
                self._lost.clear()
                seconds = round(self._clock() - self._since, 3)
                self._tell(ev.StorageRegained, seconds=seconds, missing=missing)

    def _look_for_kept(self) -> tuple[str, ...]:
        return rescue.missing(self._run, self._artifacts.folder)

    async def _move(self) -> None:
        """Save the whole run elsewhere, and go on there."""
        reasons = []
        for place in self._places:
            disk = Disk()  # the old one's thread may hang
            try:
                async with self._mending:
                    await self._move_to(place, disk)
            except StorageError as error:
                reasons.append(clean_line(str(error)))
                disk.close()
            else:
                return
        self._nowhere = True
        self._tell(ev.StorageLost, what="anywhere", why="; ".join(reasons))

    async def _move_to(self, place: rescue.Place, disk: Disk) -> None:
        old, readable = self._artifacts, await self._is_readable()
        new = old.elsewhere(await disk.do(place), disk)
        source = old.folder if readable else None
        await disk.do(partial(rescue.bring, source, new.folder, old.out, disk.sign))
        await new.rewrite()
        missing = await disk.do(partial(rescue.missing, self._run, new.folder))
        if readable:
            await self._journal.move(new.folder, disk)
        self._disk.close()
        self._artifacts, self._disk = new, disk
        self._lost.clear()
        self._beginning_lost = not readable
        self._tell(ev.StorageMoved, out=str(new.out), missing=missing, resumable=readable)

    async def _is_readable(self) -> bool:
        """Whether what was written before can be read back."""
        reader = Disk()
        try:
            await reader.do(partial(self._journal.look, reader.sign))
        except StorageError:
            return False
        finally:
            reader.close()
        return True
