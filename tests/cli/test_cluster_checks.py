"""What doctor says of a cluster: one line for each side, and a problem where no run could work."""

import pytest

from orchtui.cli import cluster_checks
from orchtui.engine.backends.machine_limits import Memory
from orchtui.engine.cluster import cluster_versions
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.cluster_versions import ALIKE, Side
from orchtui.engine.errors import BackendError

CLUSTER = Cluster.of("tcp://127.0.0.1:1")
ALL = dict.fromkeys(ALIKE, "1.2.3")
BARE = {**ALL, "orchtui": None}
OTHER = {**ALL, "python": "3.99.0"}


@pytest.mark.parametrize(
    ("scheduler", "workers", "states", "says"),
    [
        (ALL, {"one": ALL}, ["ok", "ok"], "worker one: orchtui 1.2.3"),
        (ALL, {"one": ALL, "BARE": BARE}, ["ok", "ok", "warning"], "BARE: orchtui missing"),
        (ALL, {"BARE": BARE}, ["ok", "problem", "problem"], "none of its workers can be used"),
        (ALL, {}, ["ok", "problem"], "it has no worker"),
        (BARE, {"one": ALL}, ["problem", "ok"], "is reached; scheduler: orchtui missing"),
        (ALL, {"one": OTHER}, ["ok", "warning"], "it has python 3.99.0 (here 1.2.3)"),
    ],
)
def test_each_side_has_a_line(
    monkeypatch: pytest.MonkeyPatch,
    scheduler: dict[str, str | None],
    workers: dict[str, dict[str, str | None]],
    states: list[str],
    says: str,
) -> None:
    async def look(cluster: Cluster) -> tuple[Side, ...]:
        here = Side(name="here", versions=ALL)
        there = (Side(name=f"worker {name}", versions=of) for name, of in workers.items())
        return (here, Side(name="scheduler", versions=scheduler), *there)

    monkeypatch.setattr(cluster_versions, "look", look)
    checks = cluster_checks.reached(CLUSTER)
    assert [check.state for check in checks] == states
    assert any(says in check.text for check in checks)
    assert all(check.todo for check in checks if check.state != "ok")


def test_one_that_is_not_reached_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(cluster: Cluster) -> tuple[Side, ...]:
        raise BackendError("connection", "nothing listens there; start it: dask scheduler")

    monkeypatch.setattr(cluster_versions, "look", look)
    (check,) = cluster_checks.reached(CLUSTER)
    assert check[1:] == ("problem", "nothing listens there", "start it: dask scheduler")


@pytest.mark.parametrize(
    ("count", "left", "state"), [(1, 2**40, "ok"), (999, 2**40, "warning"), (2, 2**20, "problem")]
)
def test_more_workers_here_than_the_machine_holds_are_told(
    count: int, left: int, state: str
) -> None:
    memory = Memory(left=left, total=2**41)
    check = cluster_checks._here(Cluster.of(f"local:{count}"), memory)
    assert check.state == state and f"{count} workers" in check.text
    assert bool(check.todo) == (state != "ok")
    assert cluster_checks._here(Cluster.of("local:1"), None).state == "ok"
