"""What Dask calls on a worker: the only functions of orchtui that the cluster knows by name.

They are sent by their name alone, so orchtui has to be installed there; nothing of it is
sent as code. Nothing is raised to Dask, which would put the arguments into its log: prompts
and secrets. This module never runs anywhere but on a worker or the scheduler.
"""

import os
from typing import TYPE_CHECKING

from orchtui import __version__
from orchtui.engine.backends.registry import Backends
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.worker_house import HOUSE

if TYPE_CHECKING:  # there wherever these are called
    from distributed import Scheduler, Worker


async def run_attempt(topic: str, data: bytes) -> bytes:
    """Work on an attempt, and report on a topic.

    Args:
        topic: The coordinator's.
        data: A Dispatch.

    Returns:
        The files that it changed, see `FarWork.run`; or a Refusal.
    """
    try:
        return await _worked_on(topic, data)
    except Exception as error:  # whatever it is: it is told, and not raised
        return _refused(error)


async def _worked_on(topic: str, data: bytes) -> bytes:
    from distributed import get_worker

    worker = get_worker()
    dispatch = wire.dispatch_of(data)
    # Dask runs a function again elsewhere when a worker is lost; the coordinator does that itself.
    if dispatch.worker != worker.id:
        return b""
    return await HOUSE.work(dispatch, lambda report: worker.log_event(topic, report))


async def deliver(data: bytes) -> bytes:
    """Do what a coordinator says.

    Args:
        data: An Order.

    Returns:
        A Refusal; empty where it was done.
    """
    try:
        await HOUSE.obey(wire.order_of(data))
    except Exception as error:  # whatever it is: it is told, and not raised
        return _refused(error)
    return b""


async def piece(data: bytes) -> tuple[bytes, str]:
    """A part of a file that an attempt has offered.

    Args:
        data: A Piece.

    Returns:
        The bytes; and why there are none, empty where there are.
    """
    try:
        return await HOUSE.piece(wire.piece_of(data)), ""
    except Exception as error:  # whatever it is: it is told, and not raised
        return b"", _why(error)


def about(dask_worker: "Worker") -> tuple[str, str, int]:
    """Which process this is; the version of orchtui here, and of its letters.

    Args:
        dask_worker: Put in by Dask.
    """
    return dask_worker.id, __version__, wire.VERSION


def letters() -> int:
    """The version of the letters here; asked of the scheduler, to see that it has orchtui."""
    return wire.VERSION


def drop_reports(topic: str, dask_scheduler: "Scheduler") -> None:
    """Have the scheduler drop all that it keeps of a topic, as it does when its client has gone.

    Args:
        topic: The coordinator's.
        dask_scheduler: Put in by Dask.
    """
    dask_scheduler._broker.truncate(topic)


async def prepare(session: str, lease: float, data: bytes, names: list[str]) -> dict[str, str]:
    """Make backends ready, and tell what they lack on this worker; see `WorkerHouse.prepare`.

    Args:
        session: The coordinator's.
        lease: Seconds for which they are kept when nobody renews.
        data: `BackendSettings`.
        names: Of the backends.
    """
    try:
        return await HOUSE.prepare(session, lease, wire.settings_of(data), names)
    except Exception as error:  # whatever it is: it is told, and not raised
        return dict.fromkeys(names, _why(error))


def _refused(error: Exception) -> bytes:
    return wire.encode(wire.Refusal(_why(error), isinstance(error, wire.Garbled)))


def _why(error: Exception) -> str:
    """What went wrong, and what to do about it."""
    if isinstance(error, wire.Garbled):
        return f"it can not read what it is sent ({error}); {wire.SAME_VERSION}"
    return Backends(os.environ).redactor.text(f"{type(error).__name__}: {error}")
