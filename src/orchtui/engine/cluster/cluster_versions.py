"""What runs on each side of a cluster, for who wonders why it does not work.

Asks the scheduler and every worker for the versions of what both sides have to have alike;
answers also where orchtui is missing. This module starts no attempt.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.dask_connection import Connection
from orchtui.engine.text import clean_line

HERE = "here"
SCHEDULER = "scheduler"
ALIKE = ("orchtui", "distributed", "python")


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One process of a cluster, or this one."""

    name: str
    """`here`, `scheduler`, or `worker NAME`."""
    versions: Mapping[str, str | None]
    """Of each of `ALIKE`; `None` where it is not installed."""
    room: int = 0
    """Of a worker: attempts at once."""
    labels: tuple[str, ...] = ()

    @property
    def lacking(self) -> bool:
        """Whether nothing can be done there: orchtui is not installed."""
        return not self.versions.get("orchtui")

    @property
    def told(self) -> str:
        """In one line."""
        of = ", ".join(f"{what} {self.versions.get(what) or 'missing'}" for what in ALIKE)
        labels = f", labels {' '.join(self.labels)}" if self.labels else ""
        return (
            f"{self.name}: {of}" + (f", {self.room} attempts at once" if self.room else "") + labels
        )


async def look(cluster: Cluster) -> tuple[Side, ...]:
    """This side, the scheduler, and all workers.

    Raises:
        BackendError: when it can not be reached.
    """
    connection = Connection(cluster, lambda event: None, lambda action, worker: None)
    try:
        await connection.open()
        workers = await connection.workers()
        found = await connection.versions(["orchtui"])
    finally:
        await connection.close()
    sides = [
        Side(name=HERE, versions=_of(found.get("client"))),
        Side(name=SCHEDULER, versions=_of(found.get("scheduler"))),
    ]
    for address, versions in found.get("workers", {}).items():
        seen = workers.get(address, {})
        sides.append(
            Side(
                name=f"worker {clean_line(str(seen.get('name', address)), 60)}",
                versions=_of(versions),
                room=int(seen.get("nthreads", 0)),
                labels=tuple(clean_line(str(label), 60) for label in seen.get("resources", {})),
            )
        )
    return tuple(sides)


def different(side: Side, here: Side) -> str:
    """What is not as it is here, and has to be: `orchtui missing (here 1.0)`; empty where all is.

    Also on the scheduler, which reads what is to be called. Of Python the first two numbers count.
    """
    return ", ".join(
        f"{what} {side.versions.get(what) or 'missing'} (here {here.versions.get(what)})"
        for what in ALIKE
        if _counting(what, side.versions) != _counting(what, here.versions)
    )


def _counting(what: str, versions: Mapping[str, str | None]) -> str | None:
    version = versions.get(what)
    return ".".join(version.split(".")[:2]) if what == "python" and version else version


def _of(said: Any) -> dict[str, str | None]:
    packages = said.get("packages", {}) if isinstance(said, dict) else {}
    found = {what: packages.get(what) for what in ALIKE}
    return {what: clean_line(str(v), 40) if v else None for what, v in found.items()}
