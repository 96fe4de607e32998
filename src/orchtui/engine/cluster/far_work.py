"""One attempt on a worker: the backend runs here, and its coordinator is told.

What it says is joined, numbered, and freed of the worker's own secrets, which the
coordinator does not know. Whatever ends it (its end, a cancel, a lost coordinator), the
backend's iterator is closed here, so that programs end with their groups, and its scratch
folder is removed. This module does not know Dask.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Protocol

from msgspec import structs

from orchtui.engine.backends import base
from orchtui.engine.cluster import scratch, wire
from orchtui.engine.cluster.far_redaction import FarRedaction
from orchtui.engine.cluster.far_toolbox import FarToolBox
from orchtui.engine.cluster.outbox import Outbox
from orchtui.engine.errors import BackendError, NoBackendError
from orchtui.engine.paths.blocking_work import UnwantedError, Wanted, in_thread
from orchtui.engine.paths.plain_files import MOST_FILES
from orchtui.engine.paths.temporary_folders import FOLDERS
from orchtui.engine.plans.backend_names import PROGRAMS
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.text import clean_line

BEAT = 2.0
"""Seconds between two signs of life of a worker that has nothing to say."""
BEGUN = 0.1
"""Seconds to the first one: most attempts have said something by then."""


class Made(Protocol):
    """What a worker has made of the settings of a coordinator."""

    @property
    def redactor(self) -> Redactor:
        """Knows the secrets of this machine, and those that were sent."""

    async def backend(self, name: str) -> base.Backend:
        """The backend with this name.

        Raises:
            NoBackendError: when it can not be made here.
        """


class FarWork:
    """One attempt.

    Args:
        dispatch: What is to be done.
        make: Gives what is made here of its settings; may take a while.
        send: Sends one report's bytes.
    """

    def __init__(
        self,
        dispatch: wire.Dispatch,
        make: Callable[[], Awaitable[Made]],
        send: Callable[[bytes], None],
    ) -> None:
        self._dispatch = dispatch
        self._make = make
        self._out = Outbox(dispatch.key, send)
        self._redaction = FarRedaction(self._out.put)
        self._tools = FarToolBox(dispatch.specs, self._redaction)
        self._folder: Path | None = None
        self._work: asyncio.Task[None] | None = None
        self._cancelled = False
        self._offered: tuple[wire.LargeFile, ...] = ()
        self._taken = asyncio.Event()
        """Set when what was offered is not needed here any more."""

    async def run(self) -> bytes:
        """Work to the end.

        Returns:
            The files that it changed, to be fetched; nothing where there are none.
        """
        beating = asyncio.create_task(self._beat())
        self._work = asyncio.create_task(self._do())
        files = b""
        try:
            if self._cancelled:
                self._work.cancel()
            await asyncio.wait((self._work,))
            self._tell_end(self._work)
            files = await self._changed() if not self._work.cancelled() else b""
        except BaseException as error:
            # It may have said that it has finished, which without its files is no success.
            self._tell_lost(error)
            if not isinstance(error, Exception):
                raise
        finally:
            # Also when the worker itself is closed under it: programs must not outlive it.
            self._tools.close()
            self._work.cancel()
            try:
                await asyncio.wait((self._work,))
                if (folder := self._folder) is not None:
                    await in_thread(lambda _: FOLDERS.remove(folder))
            finally:
                beating.cancel()
                self._out.put(wire.Ended(bool(files)))
                self._out.flush()
        return files

    def cancel(self) -> None:
        """End it."""
        self._cancelled = True
        self._taken.set()
        if self._work is not None:
            self._work.cancel()

    def answered(self, order: wire.Answered | wire.Permitted | wire.Taken) -> None:
        """An answer of the coordinator has come."""
        if isinstance(order, wire.Taken):
            self._taken.set()
        else:
            self._tools.answered(order)

    async def piece(self, piece: wire.Piece) -> bytes:
        """A part of a file that was offered.

        Raises:
            LookupError: when it was not, or its folder is not there any more.
            OSError: when it can not be read.
        """
        folder = self._folder
        if folder is None or not 0 <= piece.number < len(self._offered):
            raise LookupError("there is no such file")
        path = self._offered[piece.number].path
        return await asyncio.to_thread(scratch.part, folder, path, piece.start)

    async def _do(self) -> None:
        try:
            made = await self._make()
        # Not in its own words: which of them are secrets of this machine is not known yet.
        except Exception as error:
            why = f"on its worker: its backends can not be made ({type(error).__name__})"
            raise BackendError("internal", why) from error
        self._redaction.redactor = made.redactor
        try:
            backend = await made.backend(self._dispatch.backend)
        except NoBackendError as error:
            raise BackendError("bad_request", f"on its worker: {error}") from error
        stream = backend.stream(await self._placed(), self._tools)
        try:
            async for event in stream:
                self._redaction.event(event)
        finally:
            await _close(stream)

    async def _placed(self) -> base.Assignment:
        """The assignment with a folder of this machine; others than programs do not use it."""
        assignment = self._dispatch.assignment
        if self._dispatch.backend not in PROGRAMS:
            return structs.replace(assignment, folder=tempfile.gettempdir())
        try:
            folder = await in_thread(self._fill)
        except (scratch.ParcelError, OSError) as error:
            raise BackendError("internal", f"on its worker: {self._line(str(error))}") from error
        return structs.replace(assignment, folder=str(folder))

    def _fill(self, wanted: Wanted) -> Path:
        """Make its folder. Blocks."""
        wanted.check()
        self._folder = folder = FOLDERS.make("work")
        try:
            scratch.unpack(folder, self._dispatch.files or (), wanted)
        except UnwantedError:
            # So late that nobody else does it, where the disk did not answer.
            FOLDERS.remove(folder)
            raise
        return folder

    async def _changed(self) -> bytes:
        """The files that changed; each that can not be sent is told, and the others are."""
        files, folder = self._dispatch.files, self._folder
        if files is None or folder is None:
            return b""
        secret_in, declared = self._redaction.redactor.found_in, self._dispatch.assignment.writes

        def changed(wanted: Wanted) -> tuple[bytes, scratch.Changed]:
            before = scratch.digests(files)
            found = scratch.changes(folder, before, wanted, secret_in, declared)
            return wire.encode(tuple(found.files)) if found.files else b"", found

        data, found = await in_thread(changed)
        for file in found.left[:MOST_FILES]:
            self._redaction.event(file)
        if len(found.left) > MOST_FILES:
            why = f"{len(found.left):,} files that it wrote do not come back, too many to be named"
            self._redaction.item(wire.Failed("internal", f"{why}; write fewer"))
        if found.large:
            self._offered = tuple(found.large)
            self._out.put(wire.Offered(self._offered))
            await self._taken.wait()
        if self._cancelled:
            self._tell_lost(asyncio.CancelledError())
            return b""
        return data

    def _tell_lost(self, error: BaseException) -> None:
        """What it did does not come back, whatever it has said of its end."""
        if isinstance(error, asyncio.CancelledError):
            why = "it was ended there"
        elif isinstance(error, OSError):
            why = self._line(str(error))
        else:
            why = self._line(f"{type(error).__name__}: {error}")
        why = f"what it wrote on its worker is lost: {why}"
        # A disk that refuses does so again.
        self._redaction.item(wire.Failed("internal", why, not isinstance(error, OSError)))

    def _tell_end(self, work: "asyncio.Task[None]") -> None:
        if work.cancelled():
            self._tell_lost(asyncio.CancelledError())
            return
        error = work.exception()
        if error is None:
            return
        self._redaction.rest()
        if not isinstance(error, BackendError):
            error = BackendError("internal", self._line(f"{type(error).__name__}: {error}"))
        self._redaction.item(wire.Failed.of(error))

    def _line(self, text: str) -> str:
        # In this order: half of a secret that was cut is no secret that anybody knows.
        return clean_line(self._redaction.redactor.text(text))

    async def _beat(self) -> None:
        clock = asyncio.get_running_loop().time
        pause = BEGUN
        while True:
            await asyncio.sleep(pause)
            if clock() - self._out.sent >= pause:
                self._out.put(wire.Beat())
            pause = BEAT


async def _close(stream: AsyncIterator[base.BackendEvent]) -> None:
    if (close := getattr(stream, "aclose", None)) is not None:
        with contextlib.suppress(BackendError):  # what it still says is no news
            await close()
