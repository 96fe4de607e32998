"""A real Dask cluster over tls://, with certificates of its own, and a worker without orchtui."""

import asyncio
from pathlib import Path

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.rehearsal import RehearsalBackend
from orchtui.engine.cluster import cluster_versions, wire
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.cluster_backend import ClusterBackend
from orchtui.engine.errors import BackendError, InputError
from tests.engine.cluster.certificates import Authority
from tests.engine.cluster.dask_here import dask_here, needs_dask
from tests.engine.cluster.far_double import all_of, asked

pytestmark = needs_dask


def flags(own: Authority, name: str) -> tuple[str, ...]:
    cert, key = own.issue(name)
    return "--tls-ca-file", own.ca, "--tls-cert", cert, "--tls-key", key


async def test_with_certificates_of_the_cluster_it_is_used_and_with_others_it_is_told(
    tmp_path: Path,
) -> None:
    from orchtui.engine.cluster.dask_link import DaskLink

    own, other = Authority(tmp_path), Authority(tmp_path, "other")
    (cert, key), theirs = own.issue("me"), other.issue("me")
    with dask_here(tmp_path, "--protocol", "tls", *flags(own, "head")) as here:
        here.worker("one", *flags(own, "one"))
        here.worker("two", *flags(own, "two"))
        cluster = Cluster(address=here.address, ca=own.ca, cert=cert, key=key)
        link = DaskLink(cluster)
        backend = ClusterBackend(RehearsalBackend(), link, wire.BackendSettings())
        try:
            await link.ready()
            while len(link.workers) < 2:
                await link._pool.news()
            works = [asked(task=name, prompt="[rehearse: 3 words, 1 ms] x") for name in "ab"]
            found = await asyncio.gather(*(all_of(backend.stream(one)) for one in works))
        finally:
            await backend.close()
            await link.close()
        assert [error for _, error in found] == [None, None]
        assert {events[0] for events, _ in found} == {base.Placed("one"), base.Placed("two")}
        sides = await cluster_versions.look(cluster)
        assert sorted(side.name for side in sides[2:]) == ["worker one", "worker two"]
        for wrong, told in (
            (Cluster(address=here.address, ca=other.ca, cert=cert, key=key), "not of those in ca"),
            (
                Cluster(address=here.address, ca=own.ca, cert=theirs[0], key=theirs[1]),
                "does not take the certificate in cert",
            ),
            (Cluster.of(here.address), "tls:// needs ca and cert"),
        ):
            with pytest.raises(BackendError, match=told):
                await cluster_versions.look(wrong)


async def test_a_worker_without_orchtui_is_told_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchtui.engine.cluster import dask_link

    lacking = tmp_path / "lacking" / "orchtui"
    lacking.mkdir(parents=True)
    (lacking / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'orchtui'\", name='orchtui')"
    )
    monkeypatch.setattr(dask_link, "ARRIVAL", 0.5)
    with dask_here(tmp_path) as here:
        here.worker("BARE", environment={"PYTHONPATH": str(lacking.parent)})
        link = dask_link.DaskLink(Cluster.of(here.address))
        try:
            with pytest.raises(InputError, match=r"can be used: the worker BARE has no orchtui"):
                await link.ready()
        finally:
            await link.close()
