"""Steering: what a person changes in a run while it goes on, each change an event.

Stop a task or all, try one again, give it more time, let it go first, pause and
resume, run more or fewer at once, add a task. This module never asks anybody and
never decides by itself that something is to be changed.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from orchtui.engine.execution.addition import Addition
from orchtui.engine.execution.announce import Announcer
from orchtui.engine.execution.attempt import Cancel
from orchtui.engine.execution.board import Board
from orchtui.engine.execution.lanes import Lanes
from orchtui.engine.execution.work import Work
from orchtui.engine.plans.plan import PRIORITIES, Priority


class Steering:
    """The wheel of one session.

    Args:
        board: Where every task stands.
        lanes: Where tasks wait for a slot.
        say: Tells what was changed.
        pump: Starts what may start now.
        try_now: Ends a task's wait for its next attempt.
    """

    def __init__(
        self,
        board: Board,
        lanes: Lanes,
        say: Announcer,
        pump: Callable[[], None],
        try_now: Callable[[Work], None],
    ) -> None:
        self._board = board
        self._lanes = lanes
        self._say = say
        self._pump = pump
        self._try_now = try_now

    @property
    def paused(self) -> bool:
        """Whether nothing new is started."""
        return self._lanes.paused

    @property
    def concurrency(self) -> int:
        """Tasks that may run at once."""
        return self._lanes.concurrency

    def cancel(self, task_id: str, why: str = "cancelled by hand") -> bool:
        """Stop one task for good; the others go on. False when it has ended already."""
        work = self._live(task_id)
        if work is None:
            return False
        self._say.steered("cancel", task_id)
        self._board.stop(work, Cancel(why))
        self._pump()
        return True

    def cancel_all(self, why: str = "the run was cancelled by hand") -> None:
        """Stop everything that has not ended."""
        self._say.steered("cancel_run")
        self._board.stopped = True
        for work in self._board.work.values():
            self._board.stop(work, Cancel(why))
        self._board.conclude()

    def retry(self, task_ids: Iterable[str]) -> list[str]:
        """Try ended tasks again while the run goes on, and what was skipped because of them.

        Returns:
            The ids of the tasks that will run again.
        """
        again = self._board.bring_back(task_ids)
        self._pump()
        return [work.task.id for work in again if work.live]

    def retry_now(self, task_id: str) -> bool:
        """Begin a task's next attempt without the rest of its pause; False when it has none."""
        work = self._live(task_id)
        if work is None or work.status != "retrying":
            return False
        self._say.steered("retry_now", task_id)
        self._try_now(work)
        self._pump()
        return True

    def extend(self, task_id: str, seconds: float) -> bool:
        """Give a task more time, also while it runs; False when it has ended already."""
        work = self._live(task_id)
        if work is None:
            return False
        for one in (work, work.beside):
            if one is not None:
                one.task = replace(one.task, timeout=one.task.timeout + seconds)
        self._say.steered("extend", task_id, str(seconds))
        return True

    def set_priority(self, task_id: str, priority: Priority) -> bool:
        """Make a task more or less important: it, and what it waits for, starts sooner or later,
        and the verdict counts it so. False when it has ended already."""
        work = self._live(task_id)
        if work is None:
            return False
        self._say.steered("priority", task_id, priority)
        work.task = replace(work.task, priority=priority)
        waiting = (
            other.task.urgency
            for other in self._board.work.values()
            if other.live and task_id in other.task.waits_for
        )
        self._move(work, min(PRIORITIES.index(priority), *waiting, len(PRIORITIES)))
        self._pump()
        return True

    def pause(self) -> None:
        """Start nothing more until `resume`; what runs goes on."""
        if not self._lanes.paused:
            self._lanes.paused = True
            self._say.steered("pause")

    def resume(self) -> None:
        """Go on starting tasks."""
        if self._lanes.paused:
            self._lanes.paused = False
            self._say.steered("resume")
            self._pump()

    def set_concurrency(self, concurrency: int) -> None:
        """Run so many tasks at once from now on; what runs above that goes on."""
        if concurrency >= 1 and concurrency != self._lanes.concurrency:
            self._lanes.concurrency = concurrency
            self._say.steered("concurrency", None, str(concurrency))
            self._pump()

    def add(self, more: Addition) -> bool:
        """Let one more task take part; False when its id is taken, or nothing is started any more.

        Its backend takes part already, and so do the tasks that it waits for.
        """
        task = more.scheduled
        board = self._board
        if task.id in board.work or board.give_up is not None or board.stopped:
            return False
        self._say.added(more)
        board.add(task)
        self._move(board.work[task.id], task.urgency)
        self._pump()
        return True

    def _live(self, task_id: str) -> Work | None:
        work = self._board.work.get(task_id)
        return work if work is not None and work.live else None

    def _move(self, work: Work, urgency: int) -> None:
        """Let a task take a slot as urgently as this, and what it waits for no later than it."""
        moved = [self._at(work, urgency)]
        # The list grows while it is walked: chains may be long.
        for one in moved:
            for needed in one.task.waits_for:
                other = self._board.work[needed]
                if other.live and other.task.urgency > urgency:
                    moved.append(self._at(other, urgency))

    def _at(self, work: Work, urgency: int) -> Work:
        work.task = replace(work.task, urgency=urgency)
        if work.status == "queued":
            self._lanes.push(work.task)
        return work
