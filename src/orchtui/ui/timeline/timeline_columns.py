"""How wide the timeline's columns are, and which of them there is room for.

Pure: widths in, widths out. This module never draws.
"""

from dataclasses import dataclass

DURATION, AMOUNT, RATE, COST = 8, 9, 7, 10
"""Cells of the figures."""
HEAD = 3
"""Cells of the mark of the picked row and of the sign."""
_LEAST_BAR = 8

_FROM = {"duration": 30, "amount": 64, "rate": 80, "cost": 90}
"""Cells of width from which each is shown."""
_WIDEST_INSTANCE = 18
_NARROWEST_TITLE = 12


@dataclass(frozen=True, slots=True)
class Columns:
    """Cells of each column; 0 for one that there is no room for."""

    width: int = 0
    instance: int = 0
    title: int = 0
    bar: int = 0
    duration: int = 0
    amount: int = 0
    rate: int = 0
    cost: int = 0

    @property
    def before_bar(self) -> int:
        """Cells to the left of the bar."""
        return HEAD + self.instance + bool(self.instance) + self.title + bool(self.bar)

    @property
    def figures(self) -> int:
        """Cells to the right of the bar."""
        return self.duration + self.amount + self.rate + self.cost


def columns(
    width: int, instance: int, title: int, marks: int = 0, *, cost: bool = False
) -> Columns:
    """What fits.

    Args:
        width: Of all columns together.
        instance: Of the longest name of a specialist.
        title: Of the longest title.
        marks: Of what may stand before titles; the bar gives some of its room for them.
        cost: Whether anything has a cost, known or not.
    """
    duration = DURATION if width >= _FROM["duration"] else 0
    amount = AMOUNT if width >= _FROM["amount"] else 0
    rate = RATE if width >= _FROM["rate"] else 0
    dollars = COST if cost and width >= _FROM["cost"] else 0
    figures = {"duration": duration, "amount": amount, "rate": rate, "cost": dollars}
    left = max(0, width - HEAD - sum(figures.values()))
    named = 0
    if width >= 44:
        named = min(instance, _WIDEST_INSTANCE, left // 4)
        left -= named + bool(named)
    bar = max(left // 3, left // 2 - marks)
    if bar < _LEAST_BAR:
        return Columns(width, named, left, 0, **figures)
    shown = min(left - 1 - bar, max(title + 2, _NARROWEST_TITLE) + marks)
    return Columns(width, named, shown, left - 1 - shown, **figures)
