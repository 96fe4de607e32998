"""What a connection to a Dask cluster tells of what goes wrong."""

import pytest

from orchtui.engine.cluster import dask_connection
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.dask_connection import Connection
from orchtui.engine.cluster.workers_here import WorkersHere
from orchtui.engine.errors import BackendError
from tests.engine.cluster.dask_here import needs_dask

pytestmark = needs_dask


def connection_to(address: str) -> Connection:
    return Connection(Cluster.of(address), lambda event: None, lambda action, worker: None)


@pytest.mark.parametrize("kind", ["bad_request", "connection"])
async def test_what_is_missing_here_is_told_as_that_and_not_tried_again(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async def start(self: WorkersHere, count: int) -> None:
        raise BackendError(kind, "it did not start")  # type: ignore[arg-type]

    monkeypatch.setattr(WorkersHere, "start", start)
    connection = connection_to("local:2")
    with pytest.raises(BackendError, match="it did not start$") as caught:
        await connection.open()
    assert caught.value.kind == kind and caught.value.retryable is (kind == "connection")
    await connection.close()


class Dropped:
    """A future that Dask has called off."""

    status = "cancelled"

    async def exception(self) -> None:
        return None


@pytest.mark.parametrize("alive", [True, False])
async def test_what_dask_has_dropped_is_not_told_as_a_scheduler_that_is_gone_while_it_is_there(
    monkeypatch: pytest.MonkeyPatch, alive: bool
) -> None:
    monkeypatch.setattr(dask_connection.Connection, "alive", alive)
    told = await connection_to("tcp://127.0.0.1:1").outcome(Dropped())
    assert told is not None and told.kind == "connection" and told.retryable
    words = "its worker is gone" if alive else "the scheduler of the cluster tcp://.* is gone"
    with pytest.raises(BackendError, match=words):
        raise told
