"""The ruler above the bars: round moments of working time, and where now is.

Pure: a view and a width in, cells out. This module never draws.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from orchtui.ui.timeline.time_window import View

TICK = "╷"
NOW = "▼"
SEAM = "║"
"""Here the run ended, and went on later."""
BEFORE, AFTER = "◂", "▸"
"""Now is beyond this edge."""

_SIGNS = (TICK, SEAM)

_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0)
_LARGER = (60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 21600.0, 43200.0, 86400.0)
_ROOM = 3
"""Cells between two moments, at least."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A view laid over a number of cells."""

    view: View
    width: int

    def place(self, moment: float) -> float:
        """Where a moment stands, in cells from the left edge; also beyond the edges."""
        return (moment - self.view.start) / self.view.span * self.width

    def moment(self, cell: float) -> float:
        """What stands there."""
        return self.view.start + cell / max(1, self.width) * self.view.span


def step_of(scale: Scale) -> float:
    """Seconds between two moments that are named: round, and with room for their names."""
    for step in (*_STEPS, *_LARGER):
        widest = len(show_moment(scale.view.end, step))
        if step / scale.view.span * scale.width >= widest + _ROOM:
            return step
    days = 86400.0
    while days / scale.view.span * scale.width < 12:
        days *= 2
    return days


def show_moment(seconds: float, step: float) -> str:
    """`0s`, `1.5s`, `40s`, `1m`, `1m30s`, `2h`, `2h05m`: as exact as the steps need it."""
    if step < 1 and seconds < 60:
        return f"{seconds:.1f}s" if round(seconds, 1) else "0s"
    tenths = f"{seconds % 1:.1f}"[1:] if step < 1 else ""
    minutes, second = divmod(int(seconds + (0 if tenths else 1e-6)), 60)
    hours, minute = divmod(minutes, 60)
    if not minutes:
        return f"{second}s"
    if not hours:
        return f"{minute}m" if step >= 60 else f"{minute}m{second:02d}{tenths}s"
    if step < 60:
        return f"{hours}h{minute:02d}m{second:02d}{tenths}s"
    return f"{hours}h{minute:02d}m" if minute else f"{hours}h"


def ruler(scale: Scale, now: float | None, seams: Iterable[float] = ()) -> tuple[str, int | None]:
    """The row as text of exactly the scale's width, and the cell of the sign for now.

    Args:
        now: Working time that has passed; `None` for a run that has ended.
        seams: Where the run went on after an end.
    """
    cells = [" "] * scale.width
    if scale.width <= 0:
        return "", None
    step = step_of(scale)
    first = -int(-scale.view.start // step)
    for number in count(first):
        moment = number * step
        place = int(scale.place(moment) + 1e-9)
        if place >= scale.width:
            break
        name = TICK + show_moment(moment, step)
        if place + len(name) <= scale.width:
            cells[place : place + len(name)] = name
        else:
            cells[place] = TICK
    for seam in seams:
        place = int(scale.place(seam))
        if 0 <= place < scale.width:
            if cells[place] not in (" ", TICK):
                _clear(cells, place)
            cells[place] = SEAM
    if now is None:
        return "".join(cells), None
    exact = scale.place(now)
    # The end of everything, of a replay, stands in the last cell, and not behind it.
    place = scale.width - 1 if exact == scale.width else int(exact)
    sign = NOW if 0 <= place < scale.width else BEFORE if place < 0 else AFTER
    place = min(max(place, 0), scale.width - 1)
    if cells[place] not in (" ", TICK) or sign == BEFORE:
        _clear(cells, place)
    cells[place] = sign
    return "".join(cells), place


def _clear(cells: list[str], place: int) -> None:
    """Take away the name of the moment that stands here: half of one would be another."""
    start = max((at for at in range(place + 1) if cells[at] in _SIGNS), default=place)
    for at in range(start + 1, len(cells)):
        if cells[at] in (" ", *_SIGNS):
            return
        cells[at] = " "
