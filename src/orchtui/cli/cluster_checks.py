"""The cluster, as `doctor` finds it: reached or not, who is there, and what differs.

An address that only the project names is not asked before somebody has agreed to it.
Workers here (`local:N`) are not started for this. This module never runs an attempt.
"""

import asyncio
import importlib.util
from typing import TYPE_CHECKING

from orchtui.cli.checks import Check

if TYPE_CHECKING:
    from orchtui.engine.sessions.project import Project

NAME = "cluster"


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
        return [Check(NAME, "ok", f"{cluster.local} workers are started here with each run")]
    if project.untrusted_cluster():
        text = f"the project names {cluster.address}, which nobody has agreed to: it was not asked"
        return [Check(NAME, "warning", text, "a run asks; --trust agrees")]
    return _reached(project)


def _reached(project: "Project") -> list[Check]:
    from orchtui.engine.cluster import cluster_versions
    from orchtui.engine.errors import BackendError

    assert project.cluster is not None
    address = project.cluster.address
    try:
        sides = asyncio.run(cluster_versions.look(project.cluster))
    except BackendError as error:
        todo = (
            f"is a scheduler running there? dask scheduler, then orchtui cluster worker {address}"
        )
        return [Check(NAME, "problem", error.message, todo)]
    workers = [side for side in sides if side.name.startswith("worker ")]
    found = [Check(NAME, "ok", f"{address} is reached; {side.told}") for side in sides[1:2]]
    found += [Check(NAME, "ok", side.told) for side in workers]
    if not workers:
        start = f"orchtui cluster worker {address}"
        found.append(Check(NAME, "problem", "it has no worker", f"start one: {start}"))
    todo = "install the same versions on all sides"
    found += [Check(NAME, "warning", line, todo) for line in cluster_versions.different(sides)]
    return found
