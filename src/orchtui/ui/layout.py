"""Which panes are on the screen, and in which columns, for a size and the pane in front.

Plain values in, plain values out, so that a table of sizes tests it. This module
never touches a widget.
"""

from dataclasses import dataclass
from typing import Literal

from orchtui.ui.bars.tabs_bar import PaneName

Column = Literal["left", "middle", "right"]

COLUMN_OF: dict[PaneName, Column] = {
    "compose": "left",
    "independence": "middle",
    "runs": "middle",
    "timeline": "right",
    "output": "right",
    "compare": "right",
}
"""Where each pane stands, whatever else is on the screen."""

TWO_COLUMNS = 100
"""Cells of width from which two columns stand side by side."""
THREE_COLUMNS = 160
"""Cells of width from which three do."""
STACKED = 20
"""Rows from which timeline and output stand one above the other."""
SCRUBBER = 8
"""Rows from which a replay has its scrubber."""
LEAST_WIDTH, LEAST_HEIGHT = 60, 16
"""Below either of them only the pane in front is shown."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides over the places, besides the size."""

    view: PaneName
    """The pane in front: it is always shown."""
    runs_last: bool = False
    """Whether the past runs were in front later than the plan and the findings."""
    beside_run: bool = False
    """Whether the run, and not the findings, stands beside the plan."""
    zoomed: bool = False
    """Whether the pane in front takes all the room."""


def panes_shown(width: int, height: int, at: Situation) -> tuple[PaneName, ...]:
    """The panes that are on the screen, from left to right and from top to bottom."""
    if at.zoomed or width < LEAST_WIDTH or height < LEAST_HEIGHT:
        return (at.view,)
    run: tuple[PaneName, ...] = ("timeline", "output")
    if height < STACKED:
        run = ("output",) if at.view == "output" else ("timeline",)
    in_run = at.view in ("timeline", "output")
    if width < TWO_COLUMNS:
        return run if in_run else (at.view,)
    if at.view == "compare":  # two texts side by side need the width more than other panes do
        beside: PaneName = "runs" if at.runs_last else "compose"
        return (beside, "compare") if width >= THREE_COLUMNS else ("compare",)
    if at.view == "runs":  # a list with columns wants the room; a number brings the run back
        return ("runs", *run) if width >= THREE_COLUMNS else ("runs",)
    middle: PaneName = "runs" if at.runs_last else "independence"
    if width >= THREE_COLUMNS:
        return ("compose", middle, *run)
    if at.view == "independence":
        return ("compose", "independence")
    if at.runs_last:
        return ("runs", *run)
    if in_run or at.beside_run:
        return ("compose", *run)
    return ("compose", "independence")


def columns_of(panes: tuple[PaneName, ...]) -> tuple[Column, ...]:
    """The columns that these panes need, from left to right."""
    return tuple(dict.fromkeys(COLUMN_OF[pane] for pane in panes))
