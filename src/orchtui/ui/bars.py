"""The bar of one task on the timeline: which part of the run's time it spent how.

Time here is working time: the pause between two sessions of a resumed run takes
no room. This module never draws; it says what stands in each cell.
"""

from collections.abc import Sequence
from typing import Literal

from orchtui.engine.run import ENDED, Attempt, Run, Session, TaskRun

Part = Literal["none", "wait", "run", "tool", "again"]
"""What a cell shows: nothing, waiting, work, work with a tool, the start of another attempt."""

GLYPHS: dict[Part, str] = {"none": " ", "wait": "┄", "run": "━", "tool": "╋", "again": "↻"}

_TICKS_A_CELL = 2
"""Uses of tools that are looked at for each cell, however many there were."""


class TimeAxis:
    """Moments of a run as seconds of working time.

    Args:
        run: Whose time it is.
        now: The end of the session that is going on; seconds since 1970.
    """

    def __init__(self, run: Run, now: float) -> None:
        self._spans: list[tuple[float, float, float]] = []
        total = 0.0
        for number, session in enumerate(run.sessions, 1):
            end = _end(run, session, now if number == len(run.sessions) else session.last_end)
            self._spans.append((session.started, end, total))
            total += max(0.0, end - session.started)
        self.length = max(total, 0.001)
        """Seconds from the start to the end."""

    def at(self, moment: float) -> float:
        """Seconds of working time up to a moment since 1970."""
        for start, end, offset in reversed(self._spans):
            if moment >= start:
                return offset + min(moment, max(end, start)) - start
        return 0.0


def cells(task: TaskRun, axis: TimeAxis, width: int, now: float) -> list[Part]:
    """What stands in each of the bar's cells."""
    parts: list[Part] = ["none"] * width
    if width <= 0:
        return parts

    def place(moment: float) -> int:
        return min(width - 1, int(axis.at(moment) / axis.length * width))

    def fill(start: float, end: float, part: Part) -> None:
        for cell in range(place(start), place(end) + 1):
            parts[cell] = part

    if task.attempts and not task.made:
        return parts  # its result was taken over
    end = task.ended if task.ended is not None else now
    if task.queued is not None:
        fill(task.queued, end if not task.attempts else task.attempts[0].started, "wait")
    for attempt, following in _pairs(task):
        stop = attempt.ended if attempt.ended is not None else now
        if following is not None or task.status not in ENDED:
            fill(stop, following if following is not None else now, "wait")
        fill(attempt.started, stop, "run")
        every = max(1, len(attempt.tools) // (width * _TICKS_A_CELL))
        for tool in attempt.tools[::every]:
            parts[place(tool.at)] = "tool"
    for attempt in task.attempts[1:]:
        parts[place(attempt.started)] = "again"
    return parts


def runs_of(parts: Sequence[Part]) -> list[tuple[Part, int]]:
    """Equal cells side by side, counted."""
    found: list[tuple[Part, int]] = []
    for part in parts:
        if found and found[-1][0] == part:
            found[-1] = (part, found[-1][1] + 1)
        else:
            found.append((part, 1))
    return found


def _pairs(task: TaskRun) -> list[tuple[Attempt, float | None]]:
    """Every attempt with the start of the next one."""
    starts: list[float | None] = [attempt.started for attempt in task.attempts[1:]]
    return list(zip(task.attempts, [*starts, None], strict=False))


def _end(run: Run, session: Session, now: float) -> float:
    if session is run.sessions[-1] and run.finished is None:
        return max(session.last_end, now)
    return session.last_end
