"""AttachedCluster: the cluster on which a project's attempts run, from its name to its end.

Nothing is started, imported or reached before `ready` or the first attempt. This module
does not know tasks.
"""

from collections.abc import Collection, Mapping

from orchtui.engine.backends.base import Backend
from orchtui.engine.backends.registry import Backends
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.cluster_backend import ClusterBackend
from orchtui.engine.cluster.dask_connection import dask_lacking
from orchtui.engine.cluster.dask_link import DaskLink
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.errors import InputError


class AttachedCluster:
    """One cluster.

    Args:
        cluster: Which.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._link: DaskLink | None = None
        self._settings = wire.BackendSettings()

    @property
    def address(self) -> str:
        """What it is called."""
        return self.cluster.address

    @property
    def workers(self) -> Collection[FarWorker]:
        """The workers that are known to be there."""
        return self._link.workers if self._link is not None else ()

    def around(self, backend: Backend, backends: Backends) -> Backend:
        """The same backend, with its attempts on the workers.

        Args:
            backend: As it is here.
            backends: What it was made by.

        Raises:
            InputError: when something would be sent that must not be.
        """
        self._settings = settings_for(self.cluster, backends)
        return ClusterBackend(backend, self._opened(), self._settings)

    async def ready(
        self, needs: Mapping[str, Collection[str]], names: Collection[str] = ()
    ) -> None:
        """See `DaskLink.ready`; and that some worker can use each of these backends.

        Raises:
            InputError: when attempts could not run there; says what to do.
        """
        if lacking := dask_lacking():
            raise InputError.of(lacking)
        link = self._opened()
        await link.ready(needs)
        if names and (lacking := await link.prepare(self._settings, names)):
            raise InputError.of(
                f"no worker of the cluster {self.address} can use the backend {lacking} there, "
                f"or under `cluster: env` here"
            )

    def warnings(self) -> list[str]:
        """What a person should know of its workers and was not told before."""
        return self._link.warnings() if self._link is not None else []

    async def close(self) -> None:
        """Let go, and end the workers that were started here. Safe to call twice."""
        link, self._link = self._link, None
        if link is not None:
            await link.close()

    def _opened(self) -> DaskLink:
        if self._link is None:
            self._link = DaskLink(self.cluster)
        return self._link


def settings_for(cluster: Cluster, backends: Backends) -> wire.BackendSettings:
    """What the workers are sent to make the backends that there are here.

    Raises:
        InputError: when it holds a secret that others could read on the way.
    """
    try:
        secrets = cluster.secrets(backends.environment)
    except ValueError as error:
        raise InputError.of(str(error)) from error
    logins = backends.logins
    if logins and cluster.in_the_clear:
        raise InputError.of(
            f"the password in the base_url of {', '.join(logins)} would be sent to "
            f"{cluster.address} unencrypted: use tls://, or name the key by key_env"
        )
    return wire.BackendSettings(
        models=backends.models,
        profiles=backends.profiles,
        local_model=str(backends.local_model) if backends.local_model else None,
        warm_cache=backends.warm_cache,
        environment=secrets,
    )
