"""A row of the keymap: one thing that a key does, and in which words it is told.

This module never reacts to a key.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that a key does."""

    id: str
    """Unique; what a user's own keys refer to."""
    keys: str
    """Textual's names, with commas."""
    action: str
    what: str
    """For the help: a sentence's worth."""
    short: str = ""
    """For the footer; not shown there when empty."""
    priority: bool = False
    """Also before the focused widget sees it. So it is with keys that go somewhere else: what is
    typed quickly behind one reaches the new place, and not the old one."""
