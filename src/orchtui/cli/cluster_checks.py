"""The cluster, as `doctor` finds it: reached or not, who is there, and what differs.

An address that only the project names is not asked before somebody has agreed to it.
Workers here (`local:N`) are not started for this. This module never runs an attempt.
"""

import asyncio
import importlib.util
import os
from typing import TYPE_CHECKING

from orchtui.cli.checks import Check, State
from orchtui.engine.backends.machine_limits import MACHINE, Memory
from orchtui.engine.cluster.workers_here import ROOM

if TYPE_CHECKING:
    from orchtui.engine.cluster.cluster_address import Cluster
    from orchtui.engine.cluster.cluster_versions import Side
    from orchtui.engine.sessions.project import Project

NAME = "cluster"
_MANY = 8
"""Workers for each core: with more of them there is nothing to win."""


def of(project: "Project") -> list[Check]:
    """What there is to say; nothing where attempts run here."""
    from orchtui.engine.cluster.attached import settings_for
    from orchtui.engine.cluster.dask_connection import dask_lacking
    from orchtui.engine.errors import InputError

    cluster = project.cluster
    if cluster is None:
        return []
    if lacking := dask_lacking():
        return [Check(NAME, "problem", f"{cluster.address} is chosen", lacking)]
    try:
        settings_for(cluster, project.backends)
    except InputError as error:
        return [Check(NAME, "problem", f"{cluster.address} is not used", str(error))]
    if cluster.local:
        if importlib.util.find_spec("cryptography") is None:
            text = "workers here are kept from others by a key, which cryptography makes"
            return [Check(NAME, "problem", text, "pip install 'orchtui[dask]'")]
        return [_here(cluster, MACHINE.memory())]
    if project.untrusted_cluster():
        text = f"the project names {cluster.address}, which nobody has agreed to: it was not asked"
        return [Check(NAME, "warning", text, "a run asks; --trust agrees")]
    return reached(cluster)


def _here(cluster: "Cluster", memory: Memory | None) -> Check:
    """Workers that are started on this machine."""
    needs = f"about {cluster.memory // 2**20:,} MiB"
    text = f"{cluster.local} workers are started here with each run: {needs} before they work"
    if memory is not None and cluster.memory > memory.left:
        return Check(NAME, "problem", f"{text}, of {memory}", "fewer of them")
    cores = os.cpu_count() or 1
    if cluster.local > _MANY * cores:
        todo = (
            f"fewer of them: each takes {ROOM} attempts at once, and they start one after another"
        )
        return Check(NAME, "warning", f"{text}, on {cores} cores", todo)
    return Check(NAME, "ok", text)


def reached(cluster: "Cluster") -> list[Check]:
    """What there is to say of one that runs elsewhere, and may be asked."""
    from orchtui.engine.cluster import cluster_versions
    from orchtui.engine.errors import BackendError

    address = cluster.address
    try:
        sides = asyncio.run(cluster_versions.look(cluster))
    except BackendError as error:
        why, _, todo = error.message.partition("; ")
        return [Check(NAME, "problem", why, todo)]
    here, scheduler, *workers = sides
    found = [_side(scheduler, here, f"{address} is reached; ", needed=True)]
    none = all(side.lacking for side in workers)
    found += [_side(side, here, needed=none) for side in workers]
    start = f"start one: orchtui cluster worker {address}"
    if not workers:
        found.append(Check(NAME, "problem", "it has no worker", start))
    elif none:
        found.append(Check(NAME, "problem", "none of its workers can be used", start))
    return found


def _side(side: "Side", here: "Side", before: str = "", *, needed: bool) -> Check:
    """How it stands with one side; `needed`: whether nothing goes without it."""
    from orchtui.engine.cluster.cluster_versions import different

    if not (wrong := different(side, here)):
        return Check(NAME, "ok", before + side.told)
    state: State = "problem" if side.lacking and needed else "warning"
    todo = "install the same versions on all sides: pip install 'orchtui[dask]'"
    return Check(NAME, state, f"{before}{side.told}; it has {wrong}", todo)
