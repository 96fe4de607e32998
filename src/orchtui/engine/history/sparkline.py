"""Sparklines: figures over time as one short line of text, for screens and pipes alike.

Pure: this module never decides which figures are worth showing.
"""

from collections.abc import Sequence
from math import isfinite

BARS = "▁▂▃▄▅▆▇█"
ASCII_BARS = "_.-:=+*#"
"""For terminals and fonts without the bars: as many steps, each with more ink."""
GAP, ASCII_GAP = "·", " "
"""Stands for a figure that is not known."""


def sparkline(values: Sequence[float | None], width: int = 0, *, ascii_only: bool = False) -> str:
    """One character for each figure, from the smallest to the largest of those that are shown.

    Figures that are all the same are a flat line at half height.

    Args:
        values: The oldest first; `None` where one is not known.
        width: Characters, at most: the newest figures are shown; 0 for all.
        ascii_only: Whether to use ASCII only.
    """
    shown = list(values)[-width:] if width > 0 else list(values)
    bars, gap = (ASCII_BARS, ASCII_GAP) if ascii_only else (BARS, GAP)
    known = [value for value in shown if value is not None and isfinite(value)]
    low, high = min(known, default=0.0), max(known, default=0.0)
    line = ""
    for value in shown:
        if value is None or not isfinite(value):
            line += gap
        elif low / 2 == high / 2:
            line += bars[(len(bars) - 1) // 2]
        else:
            # Halved, as the difference of two large figures may be more than a float holds.
            share = (value / 2 - low / 2) / (high / 2 - low / 2)
            line += bars[min(len(bars) - 1, max(0, round(share * (len(bars) - 1))))]
    return line
