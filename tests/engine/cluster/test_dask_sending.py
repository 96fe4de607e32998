"""Results of attempts, fetched from a real Dask cluster."""

import asyncio
import signal
from pathlib import Path

import pytest

from orchtui.engine.cluster import dask_sending
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.errors import BackendError
from tests.engine.cluster.dask_here import dask_here, needs_dask

pytestmark = needs_dask


async def test_who_stops_fetching_from_a_worker_that_hangs_takes_nothing_from_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchtui.engine.cluster.dask_link import DaskLink

    monkeypatch.setattr(dask_sending, "_LAST_WORD", 0.1)
    monkeypatch.setattr(dask_sending, "_SOUGHT", 0.1)
    with dask_here(tmp_path) as here:
        here.worker("hangs", "--resources", "hangs=99")
        here.worker("works", "--resources", "works=99")
        link = DaskLink(Cluster.of(here.address))
        try:
            await link.ready()
            client = link._connection.client

            async def results(label: str, count: int) -> list[str]:
                """Keys of what is there to be fetched."""
                keys = [f"{label}-{number}" for number in range(count)]
                futures = client.map(
                    bytes, range(count), key=keys, resources={label: 1}, pure=False
                )
                for key, future in zip(keys, futures, strict=True):
                    assert await future.exception() is None
                    link._sending._futures[key] = future
                return keys

            held = await results("hangs", 8)
            here.processes["hangs"].send_signal(signal.SIGSTOP)
            fetching = []
            for one in held:  # Dask fetches together what is asked for in one moment
                fetching.append(asyncio.create_task(link.fetch(one)))
                assert not (await asyncio.wait(fetching, timeout=0.1))[0]
            for stopped in fetching:
                stopped.cancel()
            await asyncio.wait(fetching)
            assert all(stopped.cancelled() for stopped in fetching)
            refusing = asyncio.create_task(link._sending._refusal(link._sending._futures[held[0]]))
            key = (await results("works", 3))[-1]
            # Dask's own way of ending is a cancellation, which would end this test too.
            found = await asyncio.gather(link.fetch(key), refusing, return_exceptions=True)
            assert list(found) == [bytes(2), None]
            here.kill("hangs")
            with pytest.raises(BackendError, match="files of its worker did not arrive") as caught:
                await link.fetch(held[0])
            assert caught.value.retryable
        finally:
            await link.close()
