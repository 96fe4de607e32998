"""Link: what the coordinator needs of a cluster, whatever carries the letters.

This module only says what there has to be; `dask_link` is one.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

import msgspec

from orchtui.engine.cluster import wire
from orchtui.engine.cluster.exchange import Exchange


class FarWorker(msgspec.Struct, frozen=True, kw_only=True):
    """One worker of a cluster."""

    address: str
    id: str
    """Of this process alone: another one at the same address has another."""
    name: str
    """What to call it."""
    room: int = 1
    """How many attempts it takes at once."""
    labels: Mapping[str, float] = {}
    """What it has that a task may need, and for how many attempts at once: Dask's resources."""
    version: str = ""
    """Of orchtui there."""
    letters: int = 0
    """The version of its letters."""


class Link(Protocol):
    """The way to the workers of one cluster."""

    session: str
    lease: float
    exchange: Exchange

    @property
    def workers(self) -> Collection[FarWorker]:
        """Those that are there now, as far as is known."""

    async def choose(self, needs: Collection[str]) -> FarWorker:
        """A worker that has these labels and room; waits until one has. It is counted as taken.

        Raises:
            BackendError: when the cluster can not be reached, or no worker has them.
        """

    def release(self, worker: FarWorker, needs: Collection[str]) -> None:
        """An attempt on this worker is over."""

    def dispatch(self, worker: FarWorker, letter: wire.Dispatch, needs: Collection[str]) -> None:
        """Send an attempt. What goes wrong is told through its mailbox."""

    async def order(self, worker: FarWorker, order: wire.Order) -> None:
        """Send an order.

        Raises:
            BackendError: when it did not arrive.
        """

    async def fetch(self, key: str) -> bytes:
        """The files of an attempt that has ended.

        Raises:
            BackendError: when they did not arrive.
        """

    async def piece(self, worker: FarWorker, piece: wire.Piece) -> bytes:
        """A part of a file that an attempt has offered.

        Raises:
            BackendError: when it did not arrive.
        """

    def forget(self, key: str) -> None:
        """Nothing of this attempt is wanted any more."""
