"""Large files of an attempt, from its worker to here: piece by piece, before it ends.

What does not fit into one letter is offered by the worker (`wire.Offered`), which keeps its folder
until it is told that all of it is here (`wire.Taken`), or to end. So neither side has more than a
piece of it in memory, and a worker that is lost meanwhile is lost in the middle of its work. This
module never puts a file where it belongs.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from orchtui.engine.backends import base
from orchtui.engine.cluster import scratch, wire
from orchtui.engine.cluster.exchange import Mailbox
from orchtui.engine.cluster.link import FarWorker, Link
from orchtui.engine.errors import BackendError
from orchtui.engine.paths.blocking_work import Wanted, in_thread
from orchtui.engine.paths.piecewise import PIECE
from orchtui.engine.paths.temporary_folders import remove_tree

SIGN = 1.0
"""Seconds between two signs of life meanwhile."""


class LargeFiles:
    """Those of one attempt.

    Args:
        link: The way to its worker.
        worker: Where it ran.
        key: The attempt's.
        box: What comes from there meanwhile.
    """

    def __init__(self, link: Link, worker: FarWorker, key: str, box: Mailbox) -> None:
        self._link = link
        self._worker = worker
        self._key = key
        self._box = box
        self._folder: Path | None = None
        self.here: list[scratch.Arrived] = []
        """Those that are here, whole; to be put in place, or removed by `close`."""

    async def fetch(
        self, files: Sequence[wire.LargeFile], folder: Path
    ) -> AsyncGenerator[base.Alive, None]:
        """Fetch them; yields signs of life.

        Args:
            files: Those that are offered.
            folder: Where they belong; they are put beside it.

        Raises:
            BackendError: when they do not come; the worker may be lost.
            scratch.ParcelError: when they are too much.
            OSError: when the disk refuses.
            wire.Garbled: when something else comes.
        """
        fetching = asyncio.ensure_future(self._all(files, folder.parent))
        losing = asyncio.ensure_future(self._lost())
        try:
            while not fetching.done():
                await asyncio.wait(
                    (fetching, losing), timeout=SIGN, return_when=asyncio.FIRST_COMPLETED
                )
                if losing.done() and not fetching.done():
                    losing.result()  # raises
                yield base.Alive()
            fetching.result()
        finally:
            for one in (fetching, losing):
                one.cancel()
            await asyncio.gather(fetching, losing, return_exceptions=True)
        await self._link.order(self._worker, wire.Taken(self._key))

    async def close(self) -> None:
        """Remove what was not put in place."""
        folder, self._folder = self._folder, None
        if folder is not None:
            await in_thread(lambda _: remove_tree(folder))

    async def _all(self, files: Sequence[wire.LargeFile], beside: Path) -> None:
        if self._folder is not None:
            raise wire.Garbled("files are offered twice")
        scratch.refuse_too_much(files)
        made = await in_thread(lambda _: tempfile.mkdtemp(prefix="coming-", dir=beside))
        self._folder = folder = Path(made)
        for number, file in enumerate(files):
            part = folder / str(number)
            await self._one(number, file, part)
            self.here.append(scratch.Arrived(file.path, part, file.executable))

    async def _one(self, number: int, file: wire.LargeFile, part: Path) -> None:
        have = 0
        while have < file.size:
            data = await self._link.piece(self._worker, wire.Piece(self._key, number, have))
            if not data or len(data) > min(PIECE, file.size - have):
                raise wire.Garbled(f"a piece of {len(data)} bytes of {file.path[:100]!r}")
            await _append(part, data)
            have += len(data)

    async def _lost(self) -> None:
        """Returns never: it ends with what goes wrong there."""
        while True:
            if not isinstance(await self._box.get(), wire.Beat):
                why = f"the worker {self._box.name} says more while its files are fetched"
                raise BackendError("connection", why, retryable=True)


async def _append(part: Path, data: bytes) -> None:
    def append(_: Wanted) -> None:
        with part.open("ab") as file:
            file.write(data)

    await in_thread(append)
