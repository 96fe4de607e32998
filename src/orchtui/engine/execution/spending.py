"""Spending: what an executor's attempts use, told to its budget, and what follows from it.

It watches the clock for the deadline, says what the budget wants said, has tasks
left out that time and money do not hold any more, and has new starts stopped once
something is used up, and what runs where that is asked for. This module never
counts and never ends an attempt itself.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping

from orchtui.engine.errors import BackendError
from orchtui.engine.execution.announce import Announcer
from orchtui.engine.execution.attempt import Cancel, Stop
from orchtui.engine.execution.board import Board
from orchtui.engine.execution.budget import WARN_AT, Budget, Reached
from orchtui.engine.execution.experience import Experience
from orchtui.engine.execution.shedding import Pending, Use, to_shed
from orchtui.engine.execution.work import Work
from orchtui.engine.texts.durations import show_duration

_LOOKS = 50
"""It is looked who is to be left out whenever so large a part of the live tasks has ended: of fewer
than 50 at every end, of thousands seldom enough to cost nothing."""

_WHOLE_WITHIN = 0.1
"""Seconds in which an answer may still end by itself before what runs is cut off: one that is whole
but for its last event is not thrown away."""


class Spending:
    """Stands between one executor and the budget.

    Args:
        budget: Counts.
        say: Makes events.
        board: Where the tasks stand whose attempts these are.
        slots: Says how many tasks run at once.
        deadline: Seconds, of the whole run; `None` for any.
        time_left: Those of them that are for these attempts.
        usual: What tasks like it took in earlier runs, by the task's id.
    """

    def __init__(
        self,
        budget: Budget,
        say: Announcer,
        board: Board,
        *,
        slots: Callable[[], int],
        deadline: float | None,
        time_left: float | None,
        usual: Mapping[str, Use],
    ) -> None:
        self._budget = budget
        self._say = say
        self._board = board
        self._deadline = deadline
        self._time_left = deadline if time_left is None else time_left
        self._slots = slots
        self._experience = Experience(usual)
        self._ends_at: float | None = None
        """The loop's time when everything is stopped."""
        self._ends = 0
        """Attempts that have ended since it was last looked who is to be left out."""
        self._timers: list[asyncio.TimerHandle] = []
        self._over = False

    def begin(self) -> None:
        """Watch the clock from now on; to be called in the loop."""
        if self._time_left is not None:
            self._ends_at = asyncio.get_running_loop().time() + self._time_left
            self._later(WARN_AT * self._time_left, self._on_most_time)
            self._later(self._time_left, self._on_deadline)
        self._shed()

    def close(self) -> None:
        """Watch it no longer."""
        for timer in self._timers:
            timer.cancel()

    def running(self, work: Work) -> None:
        """A backend has said what a running attempt used so far."""
        if work.intake is not None:
            task, usage = work.task, work.intake.usage
            model = self._budget.priced(task.backend, work.model, task.model)
            number = work.attempt
            self._heed(self._budget.running(task.id, task.backend, model, usage, attempt=number))

    def ended(self, work: Work, error: Stop | None) -> None:
        """An attempt is over, with an error or without."""
        task = work.task
        self._heed(
            self._budget.ended(
                task.id,
                task.backend,
                self._budget.priced(task.backend, work.model, task.model),
                work.usage,
                error=error.kind if isinstance(error, BackendError) else None,
                stopped=isinstance(error, Cancel),
                length=work.intake.length if work.intake is not None else 0,
                attempt=work.attempt,
            )
        )
        if error is None:
            used = self._budget.used_by(task.id)
            self._experience.completed(task, work.spent, used.tokens or 0.0, used.usd or 0.0)
        self._ends += 1
        if self._ends > self._board.live // _LOOKS:
            self._shed()

    def spares(self, work: Work, seconds: float) -> bool:
        """Whether time and money hold a second attempt at a task beside all that is left to do.

        Args:
            work: The task.
            seconds: That it is likely to take.
        """
        now = asyncio.get_running_loop().time()
        if self._over or (self._ends_at is not None and self._ends_at - now < seconds):
            return False
        room = self._budget.left()
        if room == Use():
            return True
        live = (self._pending(one, now).rest for one in self._board.work.values() if one.live)
        each = [self._experience.of(work.task), *live]
        return _holds(room.tokens, [one.tokens for one in each]) and _holds(
            room.usd, [one.usd for one in each]
        )

    def _shed(self) -> None:
        """Leave out what time and money do not hold any more."""
        self._ends = 0
        now = asyncio.get_running_loop().time()
        room = self._budget.left()
        if self._ends_at is not None:
            room = room._replace(seconds=self._ends_at - now)
        if self._over or room == Use():
            return
        pending = [self._pending(work, now) for work in self._board.work.values() if work.live]
        for one in to_shed(pending, room, self._slots()):
            self._board.leave_out(one)

    def _pending(self, work: Work, now: float) -> Pending:
        """What is left of a task that has not ended."""
        whole, used = self._experience.of(work.task), self._budget.used_by(work.task.id)
        ran = now - work.since if work.status == "running" else 0.0
        rest = Use(*map(_less, whole, (ran, used.tokens, used.usd)))
        tried = work.failures > 0 or work.throttles > 0
        begun = tried or work.wanted or work.status in ("running", "retrying")
        return Pending(work.task, rest, begun)

    def _on_most_time(self) -> None:
        limit = self._time_left
        if limit is not None and self._board.live:  # else nobody takes events any more
            self._heed(self._budget.passed(WARN_AT * limit, limit))
            self._shed()
            self._board.conclude()

    def _on_deadline(self) -> None:
        why = f"the run's deadline of {show_duration(self._deadline)} has passed"
        if self._time_left != self._deadline:
            why = (
                f"stopped after {show_duration(self._time_left)}, for the run's deadline of "
                f"{show_duration(self._deadline)} and what else is to be done before it"
            )
        error = BackendError("deadline", why)
        self._board.stop_starting(error)
        self._board.stop_running(error)

    def _heed(self, reached: Iterable[Reached]) -> None:
        for one in reached:
            self._say.budget(one)
        error = self._budget.exhausted
        if error is not None and not self._over:
            self._over = True
            self._board.stop_starting(error)
            if self._budget.cuts:
                self._later(_WHOLE_WITHIN, lambda: self._cut(error))

    def _cut(self, error: BackendError) -> None:
        self._board.stop_running(error, spare_whole=True)

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._timers.append(asyncio.get_running_loop().call_later(seconds, act))


def _less(whole: float | None, used: float | None) -> float | None:
    """What is left of it; nothing is known where the whole is not."""
    return None if whole is None else max(0.0, whole - (used or 0.0))


def _holds(room: float | None, parts: list[float | None]) -> bool:
    """Whether there is room for all of them; not where one is not known."""
    known = [part for part in parts if part is not None]
    return room is None or (len(known) == len(parts) and sum(known) <= room)
