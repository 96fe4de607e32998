"""WorkerHouse: what one worker process holds for its coordinators.

For each coordinator (a session) the backends that were made for it, and its attempts. A
session whose lease nobody renews is ended with all its work: its coordinator is gone. An
attempt that was begun here is never begun again. This module does not know Dask.
"""

import asyncio
import os
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchtui.engine.backends.registry import Backends
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.far_work import FarWork

LOOK = 1.0
"""Seconds between two looks at the leases."""

_MOST_REMEMBERED = 10_000
"""Attempts that are known to have been begun."""


@dataclass(slots=True)
class _Session:
    """One coordinator."""

    backends: Backends
    lease: float
    until: float
    """The loop's time at which the lease ends."""
    attempts: dict[str, FarWork] = field(default_factory=dict)
    unfollowed: frozenset[str] = frozenset()
    """Attempts that the last renewal did not name."""


class WorkerHouse:
    """The sessions of one worker process.

    Args:
        environment: The worker's own; what a coordinator sends stands over it.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._sessions: dict[str, _Session] = {}
        self._begun: deque[str] = deque(maxlen=_MOST_REMEMBERED)
        self._early: deque[str] = deque(maxlen=_MOST_REMEMBERED)
        """Attempts that were cancelled before they came."""
        self._watching: asyncio.Task[None] | None = None

    @property
    def attempts(self) -> int:
        """How many go on."""
        return sum(len(session.attempts) for session in self._sessions.values())

    async def work(self, dispatch: wire.Dispatch, send: Callable[[bytes], None]) -> bytes:
        """Work on an attempt to its end; see `FarWork.run`. One that was begun before is not.

        Args:
            dispatch: What is to be done.
            send: Sends the bytes of one report.
        """
        if dispatch.key in self._begun or dispatch.key in self._early:
            return b""
        self._begun.append(dispatch.key)
        session = self._session(dispatch)
        work = FarWork(
            dispatch,
            lambda: session.backends.open([dispatch.backend], [dispatch.backend])[dispatch.backend],
            session.backends.redactor,
            send,
        )
        session.attempts[dispatch.key] = work
        try:
            return await work.run()
        finally:
            del session.attempts[dispatch.key]

    async def obey(self, order: wire.Order) -> None:
        """Do what a coordinator says; what is about nothing that is here is no error."""
        if isinstance(order, wire.Renew):
            if (session := self._sessions.get(order.session)) is not None:
                session.until = asyncio.get_running_loop().time() + session.lease
                _end_unfollowed(session, order)
        elif isinstance(order, wire.Farewell):
            await self._end(order.session)
        else:
            works = (one.attempts.get(order.key) for one in self._sessions.values())
            work = next((work for work in works if work is not None), None)
            if isinstance(order, wire.Cancel):
                if work is not None:
                    work.cancel()
                elif order.key not in self._begun:
                    self._early.append(order.key)
            elif work is not None:
                work.answered(order)

    def _session(self, dispatch: wire.Dispatch) -> _Session:
        until = asyncio.get_running_loop().time() + dispatch.lease
        session = self._sessions.get(dispatch.session)
        if session is None:
            backends = backends_of(dispatch.settings, self._environment)
            session = self._sessions[dispatch.session] = _Session(backends, dispatch.lease, until)
        session.until = max(session.until, until)
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())
        return session

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        while self._sessions:
            await asyncio.sleep(LOOK)
            over = [name for name, one in self._sessions.items() if clock() >= one.until]
            for name in over:
                await self._end(name)

    async def _end(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session is None:
            return
        for work in list(session.attempts.values()):
            work.cancel()
        await session.backends.close()


def _end_unfollowed(session: _Session, renewal: wire.Renew) -> None:
    """End what nobody follows: the order to cancel it did not arrive.

    One that came while a renewal was on its way is not named by that one: the next has to agree.
    """
    unfollowed = session.attempts.keys() - set(renewal.keys)
    for key in unfollowed & session.unfollowed:
        session.attempts[key].cancel()
    session.unfollowed = frozenset(unfollowed)


def backends_of(settings: wire.BackendSettings, environment: Mapping[str, str]) -> Backends:
    """The backends that a coordinator has, made of what stands on this machine.

    Args:
        settings: What the coordinator sent.
        environment: The worker's own.
    """
    return Backends(
        {**environment, **settings.environment},
        models=settings.models,
        local_model=Path(settings.local_model) if settings.local_model else None,
        profiles=settings.profiles,
        warm_cache=settings.warm_cache,
    )


HOUSE = WorkerHouse(os.environ)
"""Of this process, where it is a worker."""
