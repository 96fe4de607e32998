"""Where everything stands on the timeline of a run, in seconds of working time.

Time here is working time: the pause between two sessions of a resumed run takes no
room. What is called a wait for a slot and what for a server is what the timeline
pane calls so. This module never draws.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal, NamedTuple

from orchtui.engine.run_events.events import seconds
from orchtui.engine.runs.run import Attempt, Run, TaskRun
from orchtui.engine.runs.time_axis import TimeAxis

Kind = Literal["others", "slot", "server", "work", "lost"]
"""What a stretch is: a wait for other tasks, for a slot, for its server or its next attempt; an
attempt that goes on or was whole, one that failed or was stopped."""

MOST_TICKS = 120
"""Uses of tools that are marked in one attempt, spread over all of them."""


class Stretch(NamedTuple):
    """A stretch of one task's time, in seconds of working time."""

    kind: Kind
    start: float
    end: float
    attempt: Attempt | None = None


class Tick(NamedTuple):
    """A moment of one task: a tool that was used."""

    at: float
    failed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One task's time."""

    task: TaskRun
    stretches: tuple[Stretch, ...]
    ticks: tuple[Tick, ...]
    end: float | None
    """When it ended."""


def rows(run: Run, axis: TimeAxis, now: float) -> list[Row]:
    """Every task's time, in the plan's order; the synthesis last.

    Args:
        run: The run.
        axis: Its time.
        now: Up to when it is told; seconds since 1970.
    """
    added = {one.scheduled.id: seconds(one.at) for one in run.added}
    marks = _Marks(run, axis, now)
    every = [*run.tasks.values(), *([run.aggregate] if run.aggregate is not None else [])]
    return [marks.row(task, added.get(task.id, run.sessions[0].started)) for task in every]


def race_marks(run: Run, axis: TimeAxis) -> dict[str, list[float]]:
    """Where tasks met others at a file, by id, in seconds of working time."""
    found: dict[str, list[float]] = {}
    for race in run.races:
        for task, when in ((race.task, race.when), (race.other, race.other_when)):
            try:
                moment = seconds(when)
            except (ValueError, OverflowError):
                moment = seconds(race.at)  # a journal may come from elsewhere
            found.setdefault(task, []).append(axis.at(moment))
    return found


class _Marks:
    def __init__(self, run: Run, axis: TimeAxis, now: float) -> None:
        self._run, self._axis, self._now = run, axis, now

    def row(self, task: TaskRun, known: float) -> Row:
        ended = None if task.ended is None else self._axis.at(task.ended)
        if task.attempts and not task.made:  # its result was taken over: nothing took time here
            return Row(task, (), (), ended)
        made = [attempt for attempt in task.attempts if attempt.number]
        if len(made) < len(task.attempts):  # taken over first, and made again in another session
            begun = [one.started for one in self._run.sessions if one.started <= made[0].started]
            known = begun[-1] if begun else known  # a journal may come from elsewhere
        found = list(self._before(task, made, known))
        ticks: list[Tick] = []
        for attempt, after in zip_longest(made, made[1:]):
            found += self._attempt(task, attempt, after)
            ticks += self._ticks(attempt)
        return Row(task, tuple(one for one in found if one.end > one.start), tuple(ticks), ended)

    def _before(self, task: TaskRun, made: Sequence[Attempt], known: float) -> Iterator[Stretch]:
        """Before the first attempt: for others, then for a slot or the server."""
        first = made[0] if made else None
        queued = first.queued if first is not None else task.waits
        if task.task.after or task.task.behind:
            until = queued if queued is not None else task.ended
            yield self._stretch("others", known, self._now if until is None else until)
        if queued is not None:
            until = first.started if first is not None else task.ended
            slot = first.slot if first is not None else task.slot
            yield from self._queue(queued, self._now if until is None else until, slot)

    def _queue(self, start: float, end: float, slot: float) -> Iterator[Stretch]:
        """What was not for a slot of the run, which it had then, was for the server, or a worker:
        nothing else holds it back."""
        for since, until in self._run.slots.full_between(start, min(end, slot)):
            yield self._stretch("server", start, since)
            yield self._stretch("slot", since, until)
            start = until
        yield self._stretch("server", start, end)

    def _attempt(self, task: TaskRun, attempt: Attempt, after: Attempt | None) -> Iterator[Stretch]:
        stop = self._now if attempt.ended is None else attempt.ended
        # The next one may have begun beside it.
        until = stop if after is None else min(stop, max(attempt.started, after.started))
        whole = attempt.ended is None or attempt.completed
        yield self._stretch("work" if whole else "lost", attempt.started, until, attempt)
        queued = after.queued if after is not None else task.waits
        if attempt.resumes is not None and (after is not None or task.status != "failed"):
            until = queued if queued is not None else self._now
            yield self._stretch("server", stop, min(until, self._now))
        if queued is not None:
            until, slot = (self._now, task.slot) if after is None else (after.started, after.slot)
            yield from self._queue(queued, until, slot)

    def _ticks(self, attempt: Attempt) -> Iterator[Tick]:
        every = -(-len(attempt.tools) // MOST_TICKS) or 1
        for tool in attempt.tools[::every]:
            yield Tick(self._axis.at(tool.at), tool.ok is False)

    def _stretch(
        self, kind: Kind, start: float, end: float, attempt: Attempt | None = None
    ) -> Stretch:
        return Stretch(kind, self._axis.at(start), self._axis.at(end), attempt)
