"""How fast text comes: tokens a second, of a run or of each of its tasks.

Backends tell tokens at the end of an attempt only; until then they are counted
from characters, and such figures are shown with `~`. This module never draws
and never looks at a clock.
"""

from collections import deque

from orchtui.engine.runs.run import Run, TaskRun
from orchtui.ui.looks import looks

CHARACTERS_PER_TOKEN = 4
"""English prose, roughly."""

_WINDOW = 3.0
"""Seconds over which a rate is taken."""
_EVERY = 0.25
"""Seconds between two readings."""


class Rate:
    """Characters a second, over the last moments."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def see(self, now: float, characters: int) -> None:
        """Take a reading."""
        if self._seen and (now < self._seen[-1][0] or characters < self._seen[-1][1]):
            self._seen.clear()  # another run, another attempt, or an earlier moment of a replay
        if self._seen and now == self._seen[-1][0]:
            self._seen.pop()  # nothing moved but what is shown of it
        self._seen.append((now, characters))
        # Of a replay at a thousand times the pace two readings are further apart than that.
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()

    @property
    def tokens(self) -> float:
        """Estimated tokens a second; 0 without a reading."""
        if not self._seen:
            return 0.0
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        return (last - first) / CHARACTERS_PER_TOKEN / (end - start) if end > start else 0.0


class TaskRates:
    """The rates of the tasks that run."""

    def __init__(self) -> None:
        self._by_task: dict[str, Rate] = {}
        self._read = 0.0

    def see(self, now: float, run: Run) -> None:
        """Take a reading of each task that runs, if the last one is old enough."""
        if abs(now - self._read) < _EVERY:
            return
        self._read = now
        before, self._by_task = self._by_task, {}
        for task in run.tasks.values():
            if task.status == "running":
                rate = self._by_task[task.id] = before.get(task.id) or Rate()
                rate.see(now, task.attempts[-1].length)

    def words(self, task: TaskRun) -> str:
        """`~42` now while it runs, `38` on the average of its last attempt after its end."""
        if task.status == "running":
            rate = self._by_task.get(task.id)
            return f"~{looks.count(rate.tokens)}" if rate is not None and rate.tokens else ""
        attempt = task.attempt
        if attempt is None or not task.made or attempt.ended is None:
            return ""
        seconds = attempt.ended - attempt.started
        if seconds <= 0:
            return ""
        if attempt.usage.output:
            return looks.count(attempt.usage.output / seconds)
        estimated = attempt.length / CHARACTERS_PER_TOKEN / seconds
        return f"~{looks.count(estimated)}" if estimated else ""
