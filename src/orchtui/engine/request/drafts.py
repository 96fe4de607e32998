"""Draft: a task that was read from a request, before it has its id and its place.

`from_list` and `from_text` make drafts, `parse` makes tasks of them. This
module holds data only.
"""

from dataclasses import dataclass

from orchtui.engine.plans.plan import AggregateStrategy
from orchtui.engine.request.limits import Marks


@dataclass(frozen=True, slots=True)
class Draft:
    """One task."""

    prompt: str
    title: str
    stage: int = 0
    """A task comes after all tasks of the stage before its own."""
    needs: tuple[int, ...] = ()
    """Positions, from 1, of tasks that the words say it comes after."""
    marks: Marks = Marks()
    reads: tuple[str, ...] = ()
    """Files that the words mean without naming them."""


@dataclass(frozen=True, slots=True)
class Reading:
    """All drafts of a request and what holds for all of them."""

    drafts: tuple[Draft, ...]
    marks: Marks = Marks()
    aggregate: AggregateStrategy | None = None
    missing: tuple[str, ...] = ()
