"""Second attempts: one beside the first at a straggler, and the first to finish stands.

A second attempt has notes of its own that stand on no board, a slot that nobody waits for, and its
events are held back. When it is done first, the first attempt is stopped and closed as overtaken,
and then the second one is told as any attempt is; so at any time at most one answer is taken. When
the first one fails meanwhile, the second takes its place and goes on. This module never decides
what an attempt's end means for its task, and never starts one before a task that waits.
"""

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from orchtui.engine.errors import BackendError
from orchtui.engine.execution.announce import Announcer
from orchtui.engine.execution.attempt import Cancel, Stop
from orchtui.engine.execution.board import Board
from orchtui.engine.execution.hedge_rule import HedgeRule
from orchtui.engine.execution.held_events import HeldEvents
from orchtui.engine.execution.lanes import Lanes
from orchtui.engine.execution.limiter import Ticket
from orchtui.engine.execution.spending import Spending
from orchtui.engine.execution.supervisor import Supervisor
from orchtui.engine.execution.work import Work
from orchtui.engine.run_events.hedge_events import HedgeEnd
from orchtui.engine.texts.durations import show_duration

_ASKS = 1.0
"""Seconds until it is looked again at a task that waits for a person."""

GoesOn = Literal["goes on"]


@dataclass(slots=True, eq=False)
class _Hedge:
    work: Work
    second: Work
    wish: Cancel
    """With which the first attempt is stopped once the second one is done."""
    done: bool = False
    """Whether its answer is whole, and the first one is being stopped for it."""
    took_over: bool = False
    """Whether it is the task's attempt by now."""


class SecondAttempts:
    """Those of one session.

    Args:
        multiple: Times the usual time after which a task gets one; 0 for none at all.
        board: Where the tasks stand.
        lanes: Where tasks wait for a slot.
        supervisor: Of the second attempts; closed here.
        held: Takes what that supervisor tells.
        say: Tells what happens.
        spending: Knows whether time and money hold one.
        launch: Starts an attempt by that supervisor.
    """

    def __init__(
        self,
        multiple: float,
        *,
        board: Board,
        lanes: Lanes,
        supervisor: Supervisor,
        held: HeldEvents,
        say: Announcer,
        spending: Spending,
        launch: Callable[[Work, Ticket], None],
    ) -> None:
        self._rule = HedgeRule(multiple) if multiple else None
        self._board = board
        self._lanes = lanes
        self.supervisor = supervisor
        """Runs them."""
        self._held = held
        self._say = say
        self._spending = spending
        self._launch = launch
        self._clock = asyncio.get_running_loop().time
        self._hedges: dict[Work, _Hedge] = {}
        """By the notes on the second attempt."""

    @property
    def busy(self) -> bool:
        """Whether any goes on, or is being left behind."""
        return self.supervisor.busy

    @property
    def crash(self) -> BaseException | None:
        """What went wrong here: a bug."""
        return self.supervisor.crash

    def stands(self, second: Work) -> bool:
        """Whether a second attempt has taken the first one's place, and goes on."""
        hedge = self._hedges.get(second)
        return hedge is not None and hedge.took_over

    async def close(self) -> None:
        """End them all, without a word."""
        for hedge in self._hedges.values():
            _stop(hedge.second, Cancel("closed"))
        await self.supervisor.close()

    # When

    def began(self, work: Work) -> None:
        """A task has begun an attempt."""
        if self._rule is not None:
            self._rule.began(work)

    def completed(self, work: Work) -> None:
        """A task has completed."""
        if self._rule is not None:
            self._rule.completed(work, self._ran(work))

    def look(self) -> float:
        """Begin those that are due and have room. Cheap where nothing is known yet.

        Returns:
            Seconds until it is worth looking again although nothing has happened; `inf` for never.
        """
        soonest = math.inf
        if self._rule is None or self._board.give_up is not None or self._board.stopped:
            return soonest
        if self._lanes.has_waiting:
            return soonest
        for work, after, usual in list(self._rule.stragglers()):
            intake = work.intake
            if intake is None or intake.closed or work.stop is None or work.stop.done():
                continue
            due = after - self._ran(work)
            wait = _ASKS if intake.waiting.now else due
            if wait <= 0:
                wait = self._room(work)
            if wait > 0:
                soonest = min(soonest, wait)
            elif self._spending.spares(work, usual):
                self._begin(work, usual)
        return soonest

    def _room(self, work: Work) -> float:
        """Seconds until there is room; `inf` where something else has to happen first."""
        now, backend = self._clock(), work.task.backend
        if math.isinf(wait := self._lanes.wait_beside(backend, now, 0)):
            return wait
        tried = sum(one.status == "retrying" for one in self._board.work.values())
        return self._lanes.wait_beside(backend, now, tried)

    def _ran(self, work: Work) -> float:
        """Seconds of a task's attempt so far, without those in which a person was waited for."""
        now = self._clock()
        waited = work.intake.waiting.until(now) if work.intake is not None else 0.0
        return now - work.since - waited

    def _begin(self, work: Work, usual: float) -> None:
        ran, now = self._ran(work), self._clock()
        work.hedged, work.numbered = True, work.last_number + 1
        second = Work(work.task, status="running", attempt=work.numbered, since=now)
        second.spent = work.spent + ran  # both end when the task's timeout does
        work.beside = second
        why = f"overtaken by attempt {second.attempt}, begun beside it after {show_duration(ran)}"
        self._hedges[second] = _Hedge(work, second, Cancel(why))
        ticket = self._lanes.take_beside(work.task.backend, now)
        self._held.hold(work.task.id)
        self._say.hedged(second, ran, usual)
        self._launch(second, ticket)

    # Ends

    def first_ended(self, work: Work, error: Stop | None) -> Stop | None | GoesOn:
        """The attempt on a task's own notes is over.

        Returns:
            How the task's attempt has ended; or that it goes on, as the second one took its place.
        """
        hedge = self._hedges.get(work.beside) if work.beside is not None else None
        if hedge is None or hedge.took_over:
            return error
        if error is hedge.wish and (wish := _cancelled(hedge.second)) is not None:
            self._close(hedge, "lost", wish, str(wish))  # while the first one was being stopped
            return wish
        if not self._stands_in(hedge, error):
            if hedge.done:
                self._close(hedge, "lost", None, "the first attempt was done before it")
            else:
                _stop(hedge.second, Cancel(_why_lost(error)))
            return error
        assert error is not None
        self._take_over(hedge, error)
        if not hedge.done:
            return "goes on"
        self._forget(hedge)
        return None

    def second_ended(self, second: Work, error: Stop | None) -> Work | None:
        """A second attempt is over.

        Returns:
            The task's notes, where it had become the task's own attempt.
        """
        hedge = self._hedges[second]
        if hedge.took_over:
            _adopt(hedge)
            self._forget(hedge)
            return hedge.work
        stopped = second.stop is not None and second.stop.done()
        if error is None and not stopped:
            hedge.done = True
            # One that has come to its end is looked at already: what it is decides.
            if hedge.work.intake is not None and not hedge.work.intake.closed:
                _stop(hedge.work, hedge.wish)
        elif stopped:
            self._close(hedge, "lost", error, str(second.stop.result()) if second.stop else "")
        else:
            self._close(hedge, "failed", error, str(error))
        return None

    def _stands_in(self, hedge: _Hedge, error: Stop | None) -> bool:
        """Whether the second attempt takes the place of a first one that ended like this."""
        if error is None or (isinstance(error, Cancel) and error is not hedge.wish):
            return False
        if hedge.done:
            return True
        second = hedge.second
        if second.stop is None or second.stop.done():
            return False
        # The timeout is the task's; and what is given up is not to go on by another way.
        spent = isinstance(error, BackendError) and error.kind == "timeout"
        return second.is_whole or not (spent or self._board.give_up is not None)

    def _take_over(self, hedge: _Hedge, error: Stop) -> None:
        """The first attempt is closed; from here on the second one is the task's."""
        work, second = hedge.work, hedge.second
        hedge.took_over = True
        overtaken = error is hedge.wish
        if isinstance(error, BackendError):
            work.failures += not error.throttled
            work.throttles += error.throttled
            why = "the first attempt failed"
        else:
            why = "it was done before the first attempt"
        self._say.hedge_ended(second, "won", why)
        failure = error if isinstance(error, BackendError) else BackendError("timeout", str(error))
        self._say.retrying(work, failure, 0.0, overtaken=overtaken)
        self._spending.ended(work, error)
        self._say.queued(work)
        _adopt(hedge)
        self._say.started(work)
        self._held.release(work.task.id)

    def _close(self, hedge: _Hedge, how: HedgeEnd, error: Stop | None, why: str) -> None:
        self._forget(hedge)
        self._held.drop(hedge.work.task.id)
        failed = error if how == "failed" and isinstance(error, BackendError) else None
        self._say.hedge_ended(hedge.second, how, why, failed)
        self._spending.ended(hedge.second, Cancel(why) if failed is None else failed)

    def _forget(self, hedge: _Hedge) -> None:
        hedge.second.status = "cancelled"  # what still comes from its place is not told
        hedge.work.beside = None
        del self._hedges[hedge.second]


def _adopt(hedge: _Hedge) -> None:
    """Let a task's notes be those on its second attempt."""
    work, second = hedge.work, hedge.second
    work.attempt, work.since, work.pieces = second.attempt, second.since, second.pieces
    work.intake, work.stop, work.leaving = second.intake, second.stop, second.leaving
    work.usage, work.spent = second.usage, max(work.spent, second.spent)
    work.kept, work.program = max(work.kept, second.kept), second.program


def _stop(work: Work, wish: Cancel) -> None:
    if work.stop is not None and not work.stop.done():
        work.stop.set_result(wish)


def _cancelled(work: Work) -> Cancel | None:
    reason = work.stop.result() if work.stop is not None and work.stop.done() else None
    return reason if isinstance(reason, Cancel) else None


def _why_lost(error: Stop | None) -> str:
    if error is None:
        return "the first attempt was done before it"
    return f"the first attempt ended: {error}"
