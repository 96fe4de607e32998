"""Who takes an attempt, by labels; and when nobody ever will."""

import pytest

from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.cluster.worker_pool import WorkerPool


@pytest.mark.parametrize(
    ("labels", "needs", "lacks"),
    [
        ([{}], [], False),
        ([{"gpu": 1}], ["gpu"], False),
        ([{"gpu": 1e9}], ["gpu"], False),
        ([{}], ["gpu"], True),
        ([{"gpu": 0}], ["gpu"], True),
        ([{"gpu": 0.5}], ["gpu"], True),  # no attempt would ever find room there
        ([{"gpu": 0.5}, {"gpu": 2}], ["gpu"], False),
        ([{"a": 1}, {"b": 1}], ["a", "b"], True),  # together they count
        ([{"a": 1, "b": 1}], ["a", "b"], False),
        ([], [], True),
    ],
)
async def test_what_no_worker_has(
    labels: list[dict[str, float]], needs: list[str], lacks: bool
) -> None:
    pool = WorkerPool()
    for number, one in enumerate(labels):
        pool.add(FarWorker(address=f"tcp://w:{number}", id=str(number), name="w", labels=one))
    assert pool.lacking(needs) is lacks
    assert (pool.take(needs) is None) is lacks, "where one is not lacking a free one takes it"
