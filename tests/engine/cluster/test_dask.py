"""On a real Dask cluster: two workers that are started here."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.rehearsal import RehearsalBackend
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.cluster_backend import ClusterBackend
from orchtui.engine.errors import InputError
from tests.engine.cluster.dask_here import needs_dask
from tests.engine.cluster.far_double import all_of, asked, text_of

pytestmark = needs_dask


@asynccontextmanager
async def two_workers() -> AsyncIterator[ClusterBackend]:
    from orchtui.engine.cluster.dask_link import DaskLink

    link = DaskLink(Cluster.of("local:2"))
    backend = ClusterBackend(RehearsalBackend(), link, wire.BackendSettings())
    try:
        await link.ready()
        with pytest.raises(InputError, match="no worker .* has the label gpu"):
            await link.ready(["gpu"])
        yield backend
    finally:
        await backend.close()
        await link.close()


async def test_texts_arrive_whole_and_in_order_from_both() -> None:
    assignments = [
        asked(task=f"t{number}", prompt=f"[rehearse: 120 words, 5 ms] of {number}")
        for number in range(12)
    ]
    async with two_workers() as backend:
        assert backend.slots and backend.slots >= 2
        found = await asyncio.gather(*(all_of(backend.stream(one)) for one in assignments))
        # What goes on is ended by its reader.
        stream = backend.stream(asked(task="stalled", prompt="[rehearse: stall, 3 words, 0 ms]"))
        assert isinstance(await anext(stream), base.Started)
        await stream.aclose()  # type: ignore[attr-defined]
    workers = set()
    for assignment, (events, error) in zip(assignments, found, strict=True):
        assert error is None
        here, _ = await all_of(RehearsalBackend(pace=0).stream(assignment))
        assert text_of(events) == text_of(here)
        assert events[-1] == base.Finished("end_turn")
        workers |= {event.worker for event in events if isinstance(event, base.Started)}
    assert workers == {"0", "1"}
