"""What the time of a run went to, task by task, and what decided when it ended.

A task works, waits for a slot, waits for its server, is held back by a person's
pause, or is tried again. The times come from the events alone; the pauses between
two sessions of a run are no time of it. The chain of tasks that decided the end is
found backwards from the last one: what it waited for, what that waited for, and
so on. This module never changes a Run and reads no clock.
"""

from collections.abc import Iterable

import msgspec

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Attempt, Run, Session, TaskRun
from orchtui.engine.runs.slots import FullTime
from orchtui.engine.runs.time_axis import TimeAxis

_AT_ONCE = 0.1
"""Seconds between an end and what follows from it, in which nothing else was waited for."""


class TimeUse(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds that a task, or several one after the other, took for what."""

    work_s: float = 0.0
    """The last attempt, which counts, whether or not it completed; and one that it overtook, until
    it began itself."""
    slots_s: float = 0.0
    """Ready, and all slots of the run were taken."""
    servers_s: float = 0.0
    """Told to come back later, or ready and held back by what its server takes, or by the workers
    of a cluster that had no room."""
    workers_s: float = 0.0
    """How much of `servers_s` was for a worker of a cluster."""
    retries_s: float = 0.0
    """Attempts that another one followed, and the pauses after them."""
    paused_s: float = 0.0
    """Ready, and a person had paused the run."""

    @property
    def total(self) -> float:
        """All of it."""
        return self.work_s + self.waits_s + self.retries_s

    @property
    def waits_s(self) -> float:
        """All but its own attempts."""
        return self.slots_s + self.servers_s + self.paused_s

    def plus(self, other: "TimeUse") -> "TimeUse":
        """Both together."""
        return TimeUse(
            **{name: getattr(self, name) + getattr(other, name) for name in self.__struct_fields__}
        )


def together(uses: Iterable[TimeUse]) -> TimeUse:
    """The sum of several."""
    total = TimeUse()
    for one in uses:
        total = total.plus(one)
    return total


class Clock:
    """Tells the times of one run.

    Args:
        run: Whose times they are.
        now: The end of what has not ended; seconds since 1970.
    """

    def __init__(self, run: Run, now: float) -> None:
        self._now = now
        self._full = FullTime(run.slots)
        self._axis = TimeAxis.of(run, now)
        self._paused = _pauses(run, now)

    def use(self, task: TaskRun, since: float = 0.0) -> TimeUse:
        """What a task's time went to.

        Args:
            task: Of the run.
            since: Only attempts that began to wait from this moment on count; seconds since 1970.
        """
        made = [one for one in task.attempts if one.number and _begins(one) >= since]
        parts = [self._attempt(task, made, at) for at in range(len(made))]
        if task.status == "queued" and task.waits is not None:
            parts.append(self._wait(task.waits, self._now, task.slot))
        return together(parts)

    def _attempt(self, task: TaskRun, made: list[Attempt], at: int) -> TimeUse:
        """One attempt, with the wait before it and the pause after it."""
        one = made[at]
        waited = TimeUse()
        if one.queued is not None:
            waited = self._wait(one.queued, one.started, one.slot)
        until = self._now if one.ended is None else one.ended
        if at + 1 < len(made):  # one that was begun beside it counts from its own beginning on
            until = min(until, made[at + 1].started)
        took = self._between(one.started, until)
        last = at + 1 == len(made)
        if one.overtaken or (last and task.status not in ("retrying", "queued", "waiting")):
            return waited.plus(TimeUse(work_s=took))
        if one.resumes is not None and one.ended is not None:
            follows = self._follows(task, made, at)
            took += self._between(one.ended, max(one.ended, follows))
        spent = TimeUse(servers_s=took) if one.throttled else TimeUse(retries_s=took)
        return waited.plus(spent)

    def _follows(self, task: TaskRun, made: list[Attempt], at: int) -> float:
        """When the pause after an attempt was over; seconds since 1970."""
        if at + 1 < len(made):
            return _begins(made[at + 1])
        if task.status == "retrying":
            return self._now
        return task.waits if task.waits is not None else made[at].ended or self._now

    def _wait(self, start: float, end: float, slot: float) -> TimeUse:
        """Ready, but not started: for which of the three reasons.

        Args:
            slot: When it had a slot; after that neither others nor a pause held it back.
        """
        last = min(end, slot)
        taken = self._full.between(start, last)
        held = sum(
            self._full.between(max(start, since), min(last, until)) for since, until in self._paused
        )
        return TimeUse(
            slots_s=max(0.0, taken - held),
            servers_s=max(0.0, end - start - taken),
            workers_s=max(0.0, end - max(start, last)),
            paused_s=held,
        )

    def _between(self, start: float, end: float) -> float:
        """Seconds of working time: what lies between two sessions is none."""
        return max(0.0, self._axis.at(end) - self._axis.at(start))


def deciding_chain(run: Run) -> list[TaskRun]:
    """The tasks of the last session that decided when it ended, the first one first.

    Each began to wait for a slot when the one before it had ended. What runs counts as ending last.
    """
    session = run.sessions[-1]
    here = {task.id: task for task in run.tasks.values() if _first_here(task, session) is not None}
    if not here:
        return []
    at = max(here.values(), key=_end_of)
    chain = {at.id: at}
    while (before := _freed(at, here, session)) is not None and before.id not in chain:
        chain[before.id] = at = before
    return list(reversed(chain.values()))


def _end_of(task: TaskRun) -> float:
    return task.ended if task.ended is not None else float("inf")


def _freed(task: TaskRun, here: dict[str, TaskRun], session: Session) -> TaskRun | None:
    """The task whose end let this one queue up; `None` where it could from the beginning."""
    since = _first_here(task, session)
    if since is None or since - session.started < _AT_ONCE:
        return None
    needed = (here[name] for name in task.task.waits_for if name in here)
    ended = [one for one in needed if one.ended is not None and one.ended <= since + _AT_ONCE]
    return max(ended, key=_end_of, default=None)


def _first_here(task: TaskRun, session: Session) -> float | None:
    """When it first waited for a slot in a session; `None` when it did not."""
    begins = [_begins(one) for one in task.attempts if one.number]
    begins += [task.waits] if task.waits is not None else []
    return min((moment for moment in begins if moment >= session.started), default=None)


def _begins(attempt: Attempt) -> float:
    return attempt.started if attempt.queued is None else attempt.queued


def _pauses(run: Run, now: float) -> list[tuple[float, float]]:
    """When a person had paused the run; a new session begins without."""
    turns = [(ev.seconds(one.at), one.action) for one in run.wishes]
    turns += [(session.started, "resume") for session in run.sessions[1:]]
    found: list[tuple[float, float]] = []
    since: float | None = None
    for moment, action in sorted(turns):
        if action == "pause" and since is None:
            since = moment
        elif action == "resume" and since is not None:
            found.append((since, moment))
            since = None
    return [*found, (since, now)] if since is not None else found
