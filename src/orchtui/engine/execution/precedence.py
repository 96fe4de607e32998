"""Who waits for whom while a run goes on.

Two kinds of order: what a task `needs` must have completed, and is lost for it
otherwise; what it is `held` by must only have ended, because the two are in
each other's way. Of such two, whichever comes again by hand waits for the other
one, so that they never run at once. This module never starts or ends a task.
"""

from collections.abc import Iterable, Mapping

from orchtui.engine.execution.work import Work
from orchtui.engine.runs.run import Status

_LOST: frozenset[Status] = frozenset({"failed", "cancelled", "skipped"})
_UNDER_WAY: frozenset[Status] = frozenset({"queued", "running", "retrying"})


class Precedence:
    """Keeps `needs` and `held` of every task that waits.

    Args:
        work: The notes on all tasks of the run, by id.
    """

    def __init__(self, work: Mapping[str, Work]) -> None:
        self._work = work
        self._dependents: dict[str, list[Work]] = {task_id: [] for task_id in work}
        self._followers: dict[str, list[Work]] = {task_id: [] for task_id in work}
        for one in work.values():
            self._connect(one)
        for one in work.values():
            if one.status == "waiting":
                self.wait(one)

    def add(self, work: Work) -> None:
        """One more task takes part; what it waits for does already."""
        self._dependents[work.task.id], self._followers[work.task.id] = [], []
        self._connect(work)
        self.wait(work)

    def _connect(self, work: Work) -> None:
        for needed in dict.fromkeys(work.task.after):
            self._dependents[needed].append(work)
        for earlier in work.task.behind:
            self._followers[earlier].append(work)

    def wait(self, work: Work) -> None:
        """Note what a task waits for that has not begun, or begins again.

        A later one of a conflict that is under way already is waited for; one that still waits
        goes on waiting for this one.
        """
        needed = (self._work[task_id] for task_id in work.task.after)
        work.needs = {other.task.id for other in needed if other.status != "completed"}
        earlier = (self._work[task_id] for task_id in work.task.behind)
        work.held = {other.task.id for other in earlier if other.live}
        for other in self._followers[work.task.id]:
            if other.status in _UNDER_WAY:
                work.held.add(other.task.id)
            elif other.status == "waiting":
                other.held.add(work.task.id)

    def freed_by(self, work: Work) -> list[Work]:
        """The tasks that nothing holds up any more, now that this one has ended."""
        freed: dict[str, Work] = {}
        if work.status == "completed":
            for other in self._dependents[work.task.id]:
                other.needs.discard(work.task.id)
                freed[other.task.id] = other
        for other in self._opponents(work):
            other.held.discard(work.task.id)
            freed[other.task.id] = other
        return [other for other in freed.values() if other.ready]

    def lost_by(self, work: Work) -> list[Work]:
        """The waiting tasks that can not have what they need, now that this one has ended."""
        if work.status not in _LOST:
            return []
        return [other for other in self._dependents[work.task.id] if other.status == "waiting"]

    def lost(self, work: Work) -> Work | None:
        """A task that this one needs and that will not complete."""
        needed = (self._work[task_id] for task_id in work.task.after)
        return next((other for other in needed if other.status in _LOST), None)

    def skipped_for(self, work: Work) -> list[Work]:
        """What was skipped for the want of this task and can come back together with it."""
        return [
            other
            for other in self._dependents[work.task.id]
            if other.status == "skipped" and self.lost(other) is None
        ]

    def _opponents(self, work: Work) -> Iterable[Work]:
        yield from self._followers[work.task.id]
        for task_id in work.task.behind:
            yield self._work[task_id]
