"""Markers: the events of a run that somebody looks for, and where they stand.

They hold no words: whoever shows one asks the Run at that event. This module
never reads a file.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from typing import Literal, get_args

import msgspec

from orchtui.engine.run_events import events as ev

MarkerKind = Literal["start", "end", "failure", "retry", "race", "question", "session", "finish"]
"""`start`: an attempt begins. `end`: a task has ended, and did not fail. `failure`: it failed for
good. `retry`: an attempt failed and another one follows. `race`, `question`: as the events of
these names tell it. `session`: the run goes on after it had stopped. `finish`: a session ends."""

MARKER_KINDS: tuple[MarkerKind, ...] = get_args(MarkerKind)
ENDS: frozenset[MarkerKind] = frozenset({"end", "failure"})

_OF: dict[type[ev.Event], MarkerKind] = {
    ev.TaskStarted: "start",
    ev.TaskReused: "end",
    ev.TaskCompleted: "end",
    ev.TaskCancelled: "end",
    ev.TaskSkipped: "end",
    ev.TaskFailed: "failure",
    ev.TaskRetrying: "retry",
    ev.RaceDetected: "race",
    ev.PermissionAsked: "question",
    ev.RunResumed: "session",
    ev.RunFinished: "finish",
}


class Marker(msgspec.Struct, frozen=True, gc=False):
    """One event that somebody looks for."""

    kind: MarkerKind
    index: int
    """Which event it is, from 1."""
    position: float
    """When: seconds of working time from the start."""
    task: str = ""
    """The task's id, where it is a task's."""


def kind_of(event: ev.Event) -> MarkerKind | None:
    """What an event is marked as; `None` for most of them."""
    if isinstance(event, ev.TaskRetrying) and event.overtaken:
        return None  # nothing failed: the next one had begun beside it
    return _OF.get(type(event))


class Markers:
    """The markers of one run, in order.

    Args:
        found: All of them.
    """

    def __init__(self, found: Sequence[Marker] = ()) -> None:
        self._all = tuple(found)
        self._of_task: dict[str, list[Marker]] = {}
        for marker in self._all:
            if marker.task:
                self._of_task.setdefault(marker.task, []).append(marker)

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Marker]:
        return iter(self._all)

    def start_of(self, task_id: str) -> Marker | None:
        """Where a task's first attempt begins, or where its end stands without any."""
        mine = self._of_task.get(task_id, [])
        starts = (marker for marker in mine if marker.kind == "start")
        return next(starts, mine[0] if mine else None)

    def end_of(self, task_id: str) -> Marker | None:
        """Where a task ended last."""
        mine = self._of_task.get(task_id, [])
        return next((marker for marker in reversed(mine) if marker.kind in ENDS), None)

    def after(self, index: int, kinds: Collection[MarkerKind]) -> Marker | None:
        """The first of these kinds behind an event."""
        for at in range(self._place(index + 1), len(self._all)):
            if self._all[at].kind in kinds:
                return self._all[at]
        return None

    def before(self, index: int, kinds: Collection[MarkerKind]) -> Marker | None:
        """The last of these kinds ahead of an event."""
        for at in range(self._place(index) - 1, -1, -1):
            if self._all[at].kind in kinds:
                return self._all[at]
        return None

    def _place(self, index: int) -> int:
        """How many markers stand ahead of an event."""
        return bisect_left(self._all, index, key=lambda marker: marker.index)
