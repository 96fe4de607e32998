"""DaskSending: attempts as tasks of Dask, each pinned to the worker that was chosen for it.

So Dask never starts one again elsewhere. Those that begin together are sent together, and
Dask is told that one is over when it does not hold up another. This module decides nothing
about tasks.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import TYPE_CHECKING, Any

from orchtui.engine.cluster import wire
from orchtui.engine.cluster.dask_connection import Connection
from orchtui.engine.cluster.exchange import Exchange
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from distributed import Future

_LAST_WORD = 5.0
"""Seconds for the last report, once Dask says that the function has ended."""
_SOUGHT = 5.0
"""Seconds for which a result is asked for that no worker seems to have."""
_AGAIN = 0.5
"""Seconds between two of these questions."""
_LATER = 1.0
"""Seconds that Dask may keep what an attempt that has ended returned, unless one is sent sooner."""


class DaskSending:
    """The attempts of one coordinator, as Dask has them.

    Args:
        connection: To the cluster.
        exchange: Where it is told what goes wrong.
        go: Runs something beside, to its end.
        refused: Told of the address of a worker that could not read what it was sent, and why.
    """

    def __init__(
        self,
        connection: Connection,
        exchange: Exchange,
        go: Callable[[Coroutine[Any, Any, None]], None],
        refused: Callable[[str, str], None],
    ) -> None:
        self._connection = connection
        self._exchange = exchange
        self._go = go
        self._refused = refused
        self._waiting: dict[tuple[str, tuple[str, ...]], dict[str, bytes]] = {}
        """Letters that are sent in the next turn of the loop, by worker and labels, by key."""
        self.kept = False
        """Whether the scheduler may keep reports of attempts."""
        self._futures: dict[str, Future[bytes]] = {}
        self._over: list[Future[bytes]] = []
        """Of attempts that have ended; Dask is told a little later."""

    def send(self, worker: FarWorker, letter: wire.Dispatch, needs: Collection[str]) -> None:
        """Send an attempt. What goes wrong is told through its mailbox."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._submit)
        group = self._waiting.setdefault((worker.address, tuple(needs)), {})
        group[letter.key] = wire.Sealed(wire.encode(letter))

    def _submit(self) -> None:
        """Send what waits: Dask takes many at once in the time that it needs for one."""
        from orchtui.engine.cluster import worker_entry

        waiting, self._waiting = self._waiting, {}
        for (address, needs), letters in waiting.items():
            if not (keys := list(letters)):
                continue  # all were called back
            try:
                futures = self._connection.client.map(
                    worker_entry.run_attempt,
                    [self._connection.topic] * len(keys),
                    list(letters.values()),
                    key=keys,
                    workers=[address],
                    allow_other_workers=False,
                    resources=dict.fromkeys(needs, 1) or None,
                    retries=0,
                    pure=False,
                )
            # Dask has no root of its exceptions; whatever it is, nobody may wait for ever.
            except Exception as error:
                why = error.message if isinstance(error, BackendError) else _unsent(error)
                for key in keys:
                    if (box := self._exchange.find(key)) is not None:
                        box.fail(why)
                continue
            self.kept = True
            for key, future in zip(keys, futures, strict=True):
                self._futures[key] = future
                self._go(self._follow(key, future))
        self._release()

    async def fetch(self, key: str) -> bytes:
        """The files of an attempt that has ended.

        Raises:
            BackendError: when they did not arrive.
        """
        try:
            return await self._result(self._futures[key])
        # Whatever Dask raises of its own, or hands on from elsewhere.
        except Exception as error:
            why = f"the files of its worker did not arrive: {error}"
            raise BackendError("connection", clean_line(why), retryable=True) from error

    def forget(self, key: str) -> None:
        """Nothing of this attempt is wanted any more."""
        for letters in self._waiting.values():
            letters.pop(key, None)
        future = self._futures.pop(key, None)
        if future is None:
            return
        box = self._exchange.find(key)
        if box is None or not box.ended:
            future.release()  # where it still waits it need not begin
            return
        # Dask sends one message each 10 ms: this one must not be before the next attempt's.
        if not self._over:
            asyncio.get_running_loop().call_later(_LATER, self._release)
        self._over.append(future)

    def _release(self) -> None:
        for future in self._over:
            future.release()
        self._over.clear()

    async def _follow(self, key: str, future: "Future[bytes]") -> None:
        """What Dask itself says of an attempt."""
        failure = await self._connection.outcome(future)
        box = self._exchange.find(key)
        if box is None:
            return
        if failure is not None:
            box.fail(failure.message, retryable=failure.retryable)
            return
        if box.ended:
            return
        # Its last word comes before this one: it is not under way.
        if (refusal := await self._refusal(future)) is not None:
            why = clean_line(refusal.why)
            box.fail(f"the worker {box.name} did not work on it: {why}")
            if refusal.garbled:
                self._refused(box.worker, why)
            return
        await asyncio.sleep(_LAST_WORD)
        if not box.ended:
            box.fail(f"the last word of the worker {box.name} is missing")

    async def _refusal(self, future: "Future[bytes]") -> wire.Refusal | None:
        """Why an attempt without a last word was not worked on; `None` where that is not known."""
        try:
            async with asyncio.timeout(_LAST_WORD):
                return wire.refusal_of(await self._result(future))
        # Whatever Dask raises of its own: that the last word is missing is told in any case.
        except Exception:
            return None

    async def _result(self, future: "Future[bytes]") -> bytes:
        """What it returned.

        By a call of its own: Dask's `result` has all wait for one shared fetch, and whoever
        stops waiting cancels it for all, also for those who come later.
        """
        await future.exception()  # until it is there
        clock = asyncio.get_running_loop().time
        until = clock() + _SOUGHT
        while True:
            said = await self._connection.client.scheduler.gather(keys=[future.key])
            if said["status"] == "OK":
                data: bytes = said["data"][future.key]
                return data
            if clock() >= until:
                raise LookupError("no worker has it any more")
            await asyncio.sleep(_AGAIN)  # that a worker is lost is known a little later


def _unsent(error: Exception) -> str:
    return clean_line(f"it could not be sent to its worker: {type(error).__name__}: {error}")
