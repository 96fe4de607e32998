"""Spending: what an executor's attempts use, told to its budget, and what follows from it.

It watches the clock for the deadline, says what the budget wants said, and has
new starts stopped once something is used up, and what runs where that is asked
for. This module never counts and never ends an attempt itself.
"""

import asyncio
from collections.abc import Callable, Iterable

from orchtui.engine.announce import Announcer
from orchtui.engine.attempt import Cancel, Stop
from orchtui.engine.board import Board
from orchtui.engine.budget import WARN_AT, Budget, Reached
from orchtui.engine.durations import show_duration
from orchtui.engine.errors import BackendError
from orchtui.engine.work import Work

_WHOLE_WITHIN = 0.1
"""Seconds in which an answer may still end by itself before what runs is cut off: one that is whole
but for its last event is not thrown away."""


class Spending:
    """Stands between one executor and the budget.

    Args:
        budget: Counts.
        say: Makes events.
        board: Where the tasks stand whose attempts these are.
        deadline: Seconds, of the whole run; `None` for any.
        time_left: Those of them that are for these attempts.
    """

    def __init__(
        self,
        budget: Budget,
        say: Announcer,
        board: Board,
        *,
        deadline: float | None,
        time_left: float | None,
    ) -> None:
        self._budget = budget
        self._say = say
        self._board = board
        self._deadline = deadline
        self._time_left = deadline if time_left is None else time_left
        self._timers: list[asyncio.TimerHandle] = []
        self._over = False

    def begin(self) -> None:
        """Watch the clock from now on; to be called in the loop."""
        if self._time_left is not None:
            self._later(WARN_AT * self._time_left, self._on_most_time)
            self._later(self._time_left, self._on_deadline)

    def close(self) -> None:
        """Watch it no longer."""
        for timer in self._timers:
            timer.cancel()

    def running(self, work: Work) -> None:
        """A backend has said what a running attempt used so far."""
        if work.intake is not None:
            task, usage = work.task, work.intake.usage
            model = self._budget.priced(task.backend, work.model, task.model)
            self._heed(self._budget.running(task.id, task.backend, model, usage))

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
            )
        )

    def _on_most_time(self) -> None:
        limit = self._time_left
        if limit is not None and self._board.live:  # else nobody takes events any more
            self._heed(self._budget.passed(WARN_AT * limit, limit))

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
