"""Why no worker of a cluster takes an attempt, and what to do about it: in words for a person.

This module asks nobody; it says what is known.
"""

from collections.abc import Collection, Sequence

from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.text import clean_line


def unserved(
    cluster: Cluster, needs: Collection[str], asking: Sequence[str], *, refused: str, met: bool
) -> str:
    """Why nobody takes it.

    Args:
        cluster: Whose workers.
        needs: The labels that one worker has to have together.
        asking: What to call who asks for them.
        refused: Why workers that are there can not be used; empty where all can.
        met: Whether there was one that can be used.
    """
    address = clean_line(cluster.address)
    if not needs and met:
        why = f"no worker of the cluster {address} answers any more"
        return f"{why}; of those that are there {refused}" if refused else why
    if not needs and refused:
        return f"no worker of the cluster {address} can be used: {refused}"
    if not needs:
        return f"the cluster {address} has no worker; start one: orchtui cluster worker {address}"
    named = [clean_line(label, 60) for label in needs]
    flags = " ".join(f"--label {label}" for label in named)
    todo = f"start one with it: orchtui cluster worker {address} {flags}"
    if cluster.local:
        todo = "workers that are started here have none; take runs_on away, or name a cluster"
    labels = f"labels {', '.join(named)} together" if len(named) > 1 else f"label {named[0]}"
    more = f" and {len(asking) - 1} more" if len(asking) > 1 else ""
    who = f", for {clean_line(asking[0], 100)}{more}" if asking else ""
    why = f"no worker of the cluster {address} has the {labels}{who}; {todo}"
    return f"{why} ({refused})" if refused else why
