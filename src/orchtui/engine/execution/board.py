"""Board: where every task of a run stands, and what follows for others from each end.

A task waits for others, then in its lane for a slot, runs, perhaps waits for
another attempt, and ends. Every change is told as an event. This module never
starts an attempt and never looks at a clock.
"""

from collections import deque
from collections.abc import Iterable, Mapping

from orchtui.engine.errors import BackendError
from orchtui.engine.execution.announce import Announcer
from orchtui.engine.execution.attempt import Cancel, Stop
from orchtui.engine.execution.lanes import Lanes
from orchtui.engine.execution.precedence import Precedence
from orchtui.engine.execution.shedding import Shed
from orchtui.engine.execution.work import Work
from orchtui.engine.runs.run import Status
from orchtui.engine.scheduling.schedule import ScheduledTask


class Board:
    """The tasks of one session.

    Args:
        tasks: All of them, in the plan's order.
        lanes: Where those wait that may start.
        say: Tells what happens.
        results: Results of tasks that completed in an earlier session.
        attempts: Numbers of the attempts already made, by task.
    """

    def __init__(
        self,
        tasks: Iterable[ScheduledTask],
        lanes: Lanes,
        say: Announcer,
        results: Mapping[str, str],
        attempts: Mapping[str, int],
    ) -> None:
        self._lanes = lanes
        self._say = say
        self._ended: deque[Work] = deque()
        """Tasks from whose end no conclusions have been drawn."""
        self.stopped = False
        """Whether a person has stopped everything."""
        self.give_up: BackendError | None = None
        """Why nothing more is started; `None` while all is well."""
        self.work: dict[str, Work] = {}
        """The notes on every task, by id."""
        for task in tasks:
            work = self.work[task.id] = Work(task, attempt=attempts.get(task.id, 0))
            if task.id in results:
                work.status, work.result = "completed", results[task.id]
        self.live = sum(work.live for work in self.work.values())
        """How many have not ended."""
        self._precedence = Precedence(self.work)

    def begin(self) -> None:
        """Let everything queue up that waits for nobody."""
        for work in list(self.work.values()):
            if work.ready:
                self.queue(work)

    def add(self, task: ScheduledTask) -> None:
        """Put one more task on the board."""
        work = self.work[task.id] = Work(task)
        self.live += 1
        self._precedence.add(work)
        if (lost := self._precedence.lost(work)) is not None:
            self._skip(work, lost)
        elif work.ready:
            self.queue(work)

    def queue(self, work: Work) -> None:
        """It waits for nothing but a slot."""
        if self.give_up is not None:
            self.fail(work, self.give_up)
            return
        work.status = "queued"
        self._say.queued(work)
        self._lanes.push(work.task)

    # Ends

    def complete(self, work: Work) -> None:
        """Its answer is whole and accepted."""
        work.result = "".join(work.pieces)
        self._end(work, "completed")
        self._say.completed(work)

    def fail(self, work: Work, error: BackendError) -> None:
        """It failed for good."""
        self._end(work, "failed")
        self._say.failed(work, error)

    def cancel(self, work: Work, wish: Cancel) -> None:
        """A person does not want it any more."""
        self._end(work, "cancelled")
        self._say.cancelled(work, str(wish))

    def leave_out(self, shed: Shed) -> None:
        """A task that has not begun is not to begin, for want of time or money."""
        work = self.work[shed.task_id]
        if work.status not in ("waiting", "queued"):
            return  # it went with a task that it needs
        self._lanes.drop((work.task.id,))
        self._end(work, "skipped")
        self._say.left_out(work, shed)

    def conclude(self) -> None:
        """Draw from every end what follows for others. Not recursive: chains may be long."""
        while self._ended:
            work = self._ended.popleft()
            for other in self._precedence.lost_by(work):
                self._skip(other, work)
            for other in self._precedence.freed_by(work):
                self.queue(other)

    def stop(self, work: Work, reason: Stop) -> None:
        """End a task that has not ended, whatever it is doing."""
        if work.status == "running":
            for one in (work, work.beside):
                if one is not None:
                    _end_attempt(one, reason)
        elif work.live:
            work.let_timer_go()
            self._lanes.drop((work.task.id,))
            if isinstance(reason, Cancel):
                self.cancel(work, reason)
            else:
                self.fail(work, reason)

    def stop_starting(self, error: BackendError) -> None:
        """Nothing begins any more, for this reason; what runs goes on."""
        self.give_up = error
        for work in self.work.values():
            if work.status in ("queued", "retrying"):
                self.stop(work, error)
        self.conclude()

    def stop_running(self, error: BackendError, *, spare_whole: bool = False) -> None:
        """End everything that runs; or all but the answers that are whole already."""
        for work in self.work.values():
            for one in (work, work.beside) if work.status == "running" else ():
                if one is not None and not (spare_whole and one.is_whole):
                    _end_attempt(one, error)

    def bring_back(self, task_ids: Iterable[str]) -> list[Work]:
        """Let ended tasks begin again, and what was skipped because of them.

        Returns:
            Those that wait or queue now.
        """
        again: list[Work] = []
        for task_id in task_ids:
            work = self.work.get(task_id)
            if work is not None and (work.status in ("failed", "cancelled") or self._left(work)):
                again.append(self._renew(work))
        # What is brought back may bring back more: the list grows while it is walked.
        for work in again:
            again.extend(map(self._renew, self._precedence.skipped_for(work)))
        # Only now: whoever comes back together waits for each other in the run's order.
        for work in again:
            self._precedence.wait(work)
        # What needs a task that will not come back would wait for ever.
        for work in again:
            if (lost := self._precedence.lost(work)) is not None:
                self._skip(work, lost)
        for work in again:
            if work.ready:
                self.queue(work)
        return [work for work in again if work.live]

    def _renew(self, work: Work) -> Work:
        """Let an ended task begin again, with all its retries and time."""
        self._say.steered("retry", work.task.id)
        work.failures, work.throttles, work.spent = 0, 0, 0.0
        work.pauses_since, work.wanted = None, True
        work.status = "waiting"
        self.live += 1
        return work

    def _left(self, work: Work) -> bool:
        """Whether it was left out and nothing that it needs is lost."""
        return work.status == "skipped" and self._precedence.lost(work) is None

    def _skip(self, work: Work, lost: Work) -> None:
        self._end(work, "skipped")
        self._say.skipped(work, lost)

    def _end(self, work: Work, status: Status) -> None:
        work.status = status
        self.live -= 1
        self._ended.append(work)


def _end_attempt(work: Work, reason: Stop) -> None:
    if work.stop is not None and not work.stop.done():
        work.stop.set_result(reason)
