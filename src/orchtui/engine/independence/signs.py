"""Sign: one hint that one task needs another, with the words that give it.

The families of dependency give signs; `dependencies` turns them into findings.
This module never finds one.
"""

from dataclasses import dataclass

CERTAIN = 100
"""Strength of what a plan says in so many words."""


@dataclass(frozen=True, slots=True)
class Span:
    """Words in the text of a task."""

    index: int
    """Place of the task among the enabled ones."""
    start: int
    end: int
    field: str = ""
    """Empty for the text that was read; else `reads[i]`, `expected_output` and the like."""


@dataclass(frozen=True, slots=True)
class Sign:
    """`after` needs what `before` leaves."""

    before: int
    after: int
    rule: str
    strength: int
    spans: tuple[Span, ...]
    because: str
    """The end of a sentence that begins with the two tasks' names."""
    certain: bool = False
    """Whether it is no guess."""
