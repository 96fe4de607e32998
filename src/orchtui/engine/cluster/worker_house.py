"""WorkerHouse: what one worker process holds for its coordinators.

For each coordinator (a session) the backends that were made for it, once, and its attempts. A
session whose lease nobody renews is ended with all its work: its coordinator is gone. An
attempt that was begun here is never begun again. This module does not know Dask.
"""

import asyncio
import logging
import os
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchtui.engine.backends.base import Backend
from orchtui.engine.backends.registry import CLOSE_WITHIN, Backends
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.far_work import FarWork
from orchtui.engine.cluster.left_behind import Guard
from orchtui.engine.errors import NoBackendError
from orchtui.engine.plans.backend_names import PROGRAMS
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.text import clean_line

_LOG = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks at the leases."""

_MOST_REMEMBERED = 10_000
"""Attempts that are known to have been begun."""
_LEFT = "its coordinator has left"


@dataclass(slots=True)
class _Made:
    """What was made of one coordinator's settings."""

    backends: Backends
    redactor: Redactor
    opening: dict[str, asyncio.Task[Backend]] = field(default_factory=dict)
    """By name; done as a rule."""
    closed: bool = False

    async def backend(self, name: str) -> Backend:
        """The backend with this name, the same one each time.

        Raises:
            NoBackendError: when it can not be made here; whoever asks later tries again. Also
                when all were closed.
        """
        if self.closed:
            raise NoBackendError(_LEFT)
        opening = self.opening.get(name)
        if opening is None or _failed(opening):
            opening = self.opening[name] = asyncio.create_task(self._open(name))
        # Not one attempt's alone: another one may wait for it too.
        return await asyncio.shield(opening)

    async def lacking(self, names: Collection[str]) -> dict[str, str]:
        """What these lack here, by name, and what to do about it; made are those that can be."""
        choices = await asyncio.to_thread(self.backends.choices)
        lacking = {one.name: one.lacking for one in choices if one.name in names and one.lacking}
        for name in names:
            if name not in lacking:
                try:
                    await self.backend(name)
                except NoBackendError as error:
                    lacking[name] = str(error)
        return {name: self.redactor.text(why) for name, why in lacking.items()}

    async def close(self) -> None:
        """Close all that were opened, and open no others."""
        self.closed = True
        if self.opening:
            await asyncio.wait(self.opening.values(), timeout=CLOSE_WITHIN)
        await self.backends.close()

    async def _open(self, name: str) -> Backend:
        # Some import much. Whether the usual program is installed is the attempt's own affair.
        return (await asyncio.to_thread(self.backends.open, [name], [name]))[name]


@dataclass(slots=True)
class _Session:
    """One coordinator."""

    lease: float
    until: float
    """The loop's time at which the lease ends."""
    made: dict[bytes, asyncio.Task[_Made]] = field(default_factory=dict)
    """By their settings, as these are sent; done as a rule."""
    attempts: dict[str, FarWork] = field(default_factory=dict)
    unfollowed: frozenset[str] = frozenset()
    """Attempts that the last renewal did not name."""
    over: bool = False


class WorkerHouse:
    """The sessions of one worker process.

    Args:
        environment: The worker's own; what a coordinator sends stands over it.
        guard: Ends the programs of this process when it is killed; `None` where nobody does.
    """

    def __init__(self, environment: Mapping[str, str], guard: Guard | None = None) -> None:
        self._environment = environment
        self._guard = guard
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
        session = self._session(dispatch.session, dispatch.lease)
        work = FarWork(dispatch, lambda: self._ready(session, dispatch), send)
        session.attempts[dispatch.key] = work
        try:
            return await work.run()
        finally:
            del session.attempts[dispatch.key]

    async def prepare(
        self, name: str, lease: float, settings: wire.BackendSettings, backends: Collection[str]
    ) -> dict[str, str]:
        """Make backends before their first attempt, so that this one need not wait for it.

        Args:
            name: The session's.
            lease: Seconds for which they are kept when nobody renews.
            settings: What they are made of.
            backends: Their names.

        Returns:
            What is lacking here, by name, and what to do about it.
        """
        made = await self._made(self._session(name, lease), settings)
        return await made.lacking(backends)

    async def obey(self, order: wire.Order) -> None:
        """Do what a coordinator says; what is about nothing that is here is no error."""
        if isinstance(order, wire.Renew):
            if (session := self._sessions.get(order.session)) is not None:
                session.until = asyncio.get_running_loop().time() + session.lease
                _end_unfollowed(session, order)
        elif isinstance(order, wire.Farewell):
            await self._end(order.session)
        else:
            work = self._attempt(order.key)
            if isinstance(order, wire.Cancel):
                if work is not None:
                    work.cancel()
                elif order.key not in self._begun:
                    self._early.append(order.key)
            elif work is not None:
                work.answered(order)

    async def piece(self, piece: wire.Piece) -> bytes:
        """A part of a file that an attempt has offered.

        Raises:
            LookupError: when it does not, or no longer.
            OSError: when it can not be read.
        """
        if (work := self._attempt(piece.key)) is None:
            raise LookupError("this attempt is over")
        return await work.piece(piece)

    def _attempt(self, key: str) -> FarWork | None:
        works = (one.attempts.get(key) for one in self._sessions.values())
        return next((work for work in works if work is not None), None)

    async def _ready(self, session: _Session, dispatch: wire.Dispatch) -> _Made:
        if self._guard is not None and dispatch.backend in PROGRAMS:
            try:
                await asyncio.to_thread(self._guard.start)
            except OSError as error:
                # No reason not to work: it is for the case that this process is killed.
                _LOG.error("should this worker be killed, its programs go on: %s", error)
        return await self._made(session, dispatch.settings)

    async def _made(self, session: _Session, settings: wire.BackendSettings) -> _Made:
        key = wire.encode(settings)
        making = session.made.get(key)
        if making is None or _failed(making):
            making = session.made[key] = asyncio.create_task(self._make(settings))
        made = await asyncio.shield(making)
        if session.over:  # whoever closes what was made may have given up waiting for it
            raise NoBackendError(_LEFT)
        return made

    async def _make(self, settings: wire.BackendSettings) -> _Made:
        def make() -> _Made:
            backends = backends_of(settings, self._environment)
            return _Made(backends, backends.redactor)

        return await asyncio.to_thread(make)

    def _session(self, name: str, lease: float) -> _Session:
        until = asyncio.get_running_loop().time() + lease
        session = self._sessions.get(name)
        if session is None:
            session = self._sessions[name] = _Session(lease, until)
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
        session.over = True
        for work in list(session.attempts.values()):
            work.cancel()
        await asyncio.gather(*map(_closed, session.made.values()))


async def _closed(making: "asyncio.Task[_Made]") -> None:
    """Close what was made. What goes wrong there is told where it is, and holds nothing else up."""
    await asyncio.wait((making,), timeout=CLOSE_WITHIN)
    if not making.done() or _failed(making):
        return  # nothing is open yet; or it was told to whoever wanted it
    made = making.result()
    try:
        await made.close()
    # Whatever a backend raises: its coordinator is gone, and the others have to be closed too.
    except Exception as error:
        why = clean_line(made.redactor.text(f"{type(error).__name__}: {error}"))
        _LOG.error("a backend of a coordinator that has left was not closed: %s", why)


def _failed(task: "asyncio.Task[Any]") -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


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


HOUSE = WorkerHouse(os.environ, Guard(os.environ))
"""Of this process, where it is a worker."""
