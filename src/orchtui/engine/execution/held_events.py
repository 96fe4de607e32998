"""Events of second attempts, held back until they take the place of the first.

This module never decides whether they do.
"""

from collections.abc import Callable

from msgspec.structs import replace

from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp


class HeldEvents:
    """Stands between the second attempts of a session and whoever is told of its events.

    Args:
        stamp: Numbers the events that are passed on; the session's.
        emit: Takes them.
    """

    def __init__(self, stamp: Stamp, emit: Callable[[ev.RunEvent], None]) -> None:
        self._stamp = stamp
        self._emit = emit
        self._held: dict[str, list[ev.RunEvent]] = {}
        """By task."""
        self._passing: set[str] = set()
        """Tasks whose second attempt has taken the first one's place."""

    def hold(self, task_id: str) -> None:
        """A second attempt of this task begins."""
        self._held[task_id] = []

    def release(self, task_id: str) -> None:
        """It takes the first one's place: what was held happens now, and what follows at once."""
        self._passing.add(task_id)
        held = self._held.pop(task_id, [])
        placed = [ev.seconds(event.at) for event in held if isinstance(event, ev.TaskPlaced)]
        for event in held:
            again = self._stamp.again(event)
            if isinstance(event, ev.WorkerAwaited):
                until = placed[0] if placed else ev.seconds(again.at)
                waited = event.waited_s + until - ev.seconds(event.at)
                again = replace(again, waited_s=round(waited, 3))
            self._emit(again)

    def drop(self, task_id: str) -> None:
        """It does not: what it told, and still tells, is of no attempt."""
        self._held.pop(task_id, None)

    def take(self, event: ev.RunEvent) -> None:
        """A second attempt tells something."""
        task_id = getattr(event, "task", "")
        if isinstance(event, ev.RaceDetected):  # of two tasks, and told once whoever wins
            self._emit(self._stamp.again(event))
        elif task_id in self._held:
            self._held[task_id].append(event)
        elif task_id in self._passing:
            self._emit(self._stamp.again(event))
