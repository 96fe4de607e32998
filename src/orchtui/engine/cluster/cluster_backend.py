"""ClusterBackend: another backend, with its attempts on the workers of a cluster.

It has the other's name, slots and patience. The assignment goes to a worker; what is said
there is yielded here in its order; tools and permits are asked of the ToolBox here. The
folder of a program is sent as it stands, and what changed in it comes back into it. This
module never retries, and does not know Dask.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchtui.engine.backends import base
from orchtui.engine.cluster import scratch, wire
from orchtui.engine.cluster.exchange import Mailbox
from orchtui.engine.cluster.large_files import LargeFiles
from orchtui.engine.cluster.link import FarWorker, Link
from orchtui.engine.errors import BackendError
from orchtui.engine.paths.blocking_work import in_thread
from orchtui.engine.text import clean_line

LAST_WORD = 0.5
"""Seconds to wait for the word that a cancelled attempt has really ended."""
HELD = 0.5
"""Seconds after which an attempt that has not begun is said to wait for room."""
SIGN = 1.0
"""Seconds between two signs of life of one that waits."""


class ClusterBackend:
    """Runs another backend's attempts elsewhere.

    Args:
        inner: The other one; never asked for anything here.
        link: The way to the workers.
        settings: What a worker needs to make it.
    """

    def __init__(self, inner: base.Backend, link: Link, settings: wire.BackendSettings) -> None:
        self._inner = inner
        self._link = link
        self._settings = settings
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        """The other's."""
        return self._inner.name

    @property
    def slots(self) -> int | None:
        """What all workers take together; where each has few, so many on each."""
        workers = self._link.workers
        each = self._inner.slots
        if not workers:
            return each
        return sum(worker.room if each is None else min(worker.room, each) for worker in workers)

    @property
    def idle_timeout(self) -> float | None:
        """The other's."""
        return self._inner.idle_timeout

    @property
    def structured(self) -> bool:
        """The other's."""
        return isinstance(self._inner, base.Structured) and self._inner.structured

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        """Work on the assignment on a worker.

        Raises:
            BackendError: as the other says; `connection` when worker or scheduler are lost.
        """
        folder = Path(assignment.folder) if assignment.carried else None
        choosing = asyncio.ensure_future(self._link.choose(assignment.runs_on))
        try:
            async with aclosing(_signs_until(choosing)) as signs:
                async for sign in signs:
                    yield sign
        except BaseException:
            choosing.cancel()
            choosing.add_done_callback(lambda done: self._not_wanted(done, assignment.runs_on))
            raise
        worker = choosing.result()
        try:
            files = await _packed(folder)
        except BaseException:
            self._link.release(worker, assignment.runs_on)
            raise
        attempt = _Attempt(
            self._link, worker, toolbox, assignment.runs_on, self._new_key(assignment)
        )
        try:
            letter = wire.Dispatch(
                key=attempt.key,
                session=self._link.session,
                worker=worker.id,
                lease=self._link.lease,
                backend=self.name,
                settings=self._settings,
                assignment=assignment,
                specs=tuple(toolbox.specs),
                files=files,
            )
            self._link.dispatch(worker, letter, assignment.runs_on)
            del files, letter  # else they stay in memory for as long as the attempt goes on
            # Others may have work on that worker too.
            async with aclosing(_signs_until(attempt.begun)) as signs:
                async for sign in signs:
                    yield sign
            if attempt.placed:
                yield base.Placed(attempt.worker_name)
            async with aclosing(attempt.events(folder)) as events:
                async for event in events:
                    yield event
        finally:
            leaving = asyncio.ensure_future(attempt.leave())
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
            await asyncio.shield(leaving)

    async def close(self) -> None:
        """Wait for what is being ended; the link is closed by whoever made it."""
        if self._leaving:
            await asyncio.wait(set(self._leaving), timeout=LAST_WORD)

    def _not_wanted(self, choosing: "asyncio.Future[FarWorker]", needs: tuple[str, ...]) -> None:
        if not choosing.cancelled() and choosing.exception() is None:
            self._link.release(choosing.result(), needs)

    def _new_key(self, assignment: base.Assignment) -> str:
        own = secrets.token_hex(4)
        return f"{self._link.session}-{assignment.task}-{assignment.attempt}-{own}"


@dataclass(slots=True)
class _End:
    """What an attempt has said of its end."""

    finished: base.Finished | None = None
    failed: BackendError | None = None


class _Attempt:
    """One attempt on a worker, as it is followed here."""

    def __init__(
        self,
        link: Link,
        worker: FarWorker,
        toolbox: base.ToolBox,
        needs: tuple[str, ...],
        key: str,
    ) -> None:
        self.key = key
        self._needs = needs
        self._link = link
        self._worker = worker
        self._toolbox = toolbox
        self._box: Mailbox = link.exchange.open(key, worker.address, worker.name)
        self._large = LargeFiles(link, worker, key, self._box)
        self._answering: set[asyncio.Task[None]] = set()
        self.begun = asyncio.ensure_future(self._box.begun.wait())
        """Done when something has come from there, or nothing can come any more."""

    @property
    def placed(self) -> bool:
        """Whether it has begun there."""
        return self._box.heard is not None

    @property
    def worker_name(self) -> str:
        """What to call its worker."""
        return self._box.name

    async def events(self, folder: Path | None) -> AsyncGenerator[base.BackendEvent, None]:
        """What happens there, in order; the end only when its files are here."""
        said = _End()
        try:
            async with aclosing(self._until_ended(folder, said)) as events:
                async for event in events:
                    yield event
        except BackendError as lost:
            if said.failed is None:
                raise
            # That says more than that the rest did not come, and whether to try again.
            raise said.failed from lost
        if said.failed is not None:
            raise said.failed
        if said.finished is not None:
            yield said.finished

    async def _until_ended(
        self, folder: Path | None, said: _End
    ) -> AsyncGenerator[base.BackendEvent, None]:
        while not isinstance(item := await self._box.get(), wire.Ended):
            if isinstance(item, wire.Happened):
                event = self._read(item)
                if isinstance(event, base.Finished):
                    said.finished = event
                elif event is not None:
                    yield event
            elif isinstance(item, wire.Called | wire.Wished):
                self._answer(item)
            elif isinstance(item, wire.Failed):
                said.failed = said.failed or item.error
            elif isinstance(item, wire.Offered) and folder is not None:
                async with aclosing(self._offered(item, folder)) as signs:
                    async for sign in signs:
                        yield sign
        if folder is not None and (item.files or self._large.here):
            await self._fetch(folder, item.files)

    async def leave(self) -> None:
        """End it there if it goes on, and forget it here."""
        self.begun.cancel()
        for answering in self._answering:
            answering.cancel()
        try:
            if not self._box.ended:
                # An order that takes longer is not called back: it may arrive yet.
                ordering = asyncio.ensure_future(self._order_end())
                await asyncio.wait((ordering,), timeout=LAST_WORD)
                with contextlib.suppress(BackendError, TimeoutError):
                    async with asyncio.timeout(LAST_WORD if ordering.done() else 0):
                        while not isinstance(await self._box.get(), wire.Ended):
                            pass
        finally:
            self._link.forget(self.key)
            self._link.exchange.close(self.key)
            self._link.release(self._worker, self._needs)
            await self._large.close()

    async def _order_end(self) -> None:
        # A worker that does not hear it ends what the next renewals do not name.
        with contextlib.suppress(BackendError):
            await self._link.order(self._worker, wire.Cancel(self.key))

    def _read(self, item: wire.Happened) -> base.BackendEvent | None:
        try:
            return wire.event_of(item)
        except wire.Garbled as error:
            raise self._garbled(error) from error

    def _answer(self, item: wire.Called | wire.Wished) -> None:
        work: Coroutine[Any, Any, None]
        work = self._call(item) if isinstance(item, wire.Called) else self._permit(item)
        answering = asyncio.create_task(work, name=f"answer {self.key}")
        self._answering.add(answering)
        answering.add_done_callback(self._answered)

    def _answered(self, answering: "asyncio.Task[None]") -> None:
        self._answering.discard(answering)
        if not answering.cancelled() and (error := answering.exception()) is not None:
            self._box.fail(f"an answer did not reach the worker {self._box.name}: {error}")

    async def _call(self, item: wire.Called) -> None:
        answer = await self._toolbox.call(item.name, item.arguments)
        await self._link.order(self._worker, wire.Answered(self.key, item.number, answer))

    async def _permit(self, item: wire.Wished) -> None:
        allowed = await self._toolbox.permit(item.wish)
        await self._link.order(self._worker, wire.Permitted(self.key, item.number, allowed))

    async def _offered(self, item: wire.Offered, folder: Path) -> AsyncGenerator[base.Alive, None]:
        try:
            async with aclosing(self._large.fetch(item.files, folder)) as signs:
                async for sign in signs:
                    yield sign
        except wire.Garbled as error:
            raise self._garbled(error) from error
        except (scratch.ParcelError, OSError) as error:
            raise self._lost(error) from error

    async def _fetch(self, folder: Path, letter: bool) -> None:
        data = await self._files() if letter else b""
        large = self._large.here
        try:
            files = wire.files_of(data) if letter else ()
            # All of them, or none where this is cancelled; either way before it is left.
            await in_thread(lambda wanted: scratch.unpack(folder, files, wanted, large))
        except wire.Garbled as error:
            raise self._garbled(error) from error
        except (scratch.ParcelError, OSError) as error:
            raise self._lost(error) from error

    def _lost(self, error: Exception) -> BackendError:
        why = f"what it wrote on the worker {self._box.name} is lost: {error}"
        return BackendError("internal", clean_line(why))

    def _garbled(self, error: wire.Garbled) -> BackendError:
        why = f"the worker {self._box.name} says what can not be read: {error}; {wire.SAME_VERSION}"
        return BackendError("internal", clean_line(why), retryable=True)

    async def _files(self) -> bytes:
        """The files; until they are here, their worker can be lost with them."""
        fetching = asyncio.ensure_future(self._link.fetch(self.key))
        losing = asyncio.ensure_future(self._box.get())
        try:
            await asyncio.wait((fetching, losing), return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                losing.result()  # raises, as a rule
                why = f"the worker {self._box.name} says more behind its end"
                raise BackendError("connection", why, retryable=True)
            data = fetching.result()
        finally:
            for one in (fetching, losing):
                one.cancel()
            await asyncio.gather(fetching, losing, return_exceptions=True)
        if not data:
            # Dask has asked another process, at the same address, which knows nothing of them.
            why = f"the worker {self._box.name} was lost with what was written there"
            raise BackendError("connection", why, retryable=True)
        return data


async def _signs_until(awaited: "asyncio.Future[Any]") -> AsyncGenerator[base.Queued, None]:
    """Signs of life until this is done, where that takes a while."""
    pause = HELD
    while not (await asyncio.wait((awaited,), timeout=pause))[0]:
        yield base.Queued(waits=True, before=HELD if pause == HELD else 0.0)
        pause = SIGN
    if pause == SIGN:
        yield base.Queued(waits=False)


async def _packed(folder: Path | None) -> tuple[wire.SentFile, ...] | None:
    if folder is None:
        return None
    try:
        return await asyncio.to_thread(scratch.pack, folder)
    except (scratch.ParcelError, OSError) as error:
        raise BackendError("bad_request", clean_line(str(error))) from error
