"""Check: one thing that `orchtui doctor` looked at, how it stands, and what to do about it.

Here are the words and the row; what is looked at stands in `terminal_checks`
and `project_checks`. This module never looks at anything.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from orchtui.engine.text import clean_line

State = Literal["ok", "warning", "problem"]

SIGNS: dict[State, str] = {"ok": "✓", "warning": "!", "problem": "✗"}
WORDS: dict[State, str] = {"ok": "ok", "warning": "warning", "problem": "PROBLEM"}


class Check(NamedTuple):
    """One thing that was looked at."""

    name: str
    state: State
    """`problem`: orchtui can not work as it is. `warning`: it can, with something less."""
    text: str
    """What is."""
    todo: str = ""
    """What a person can do; empty where nothing need be done."""


def row(check: Check, width: int) -> Iterable[str]:
    """`✓ ok       colours    24 bit`, and below it what to do."""
    head = f"{SIGNS[check.state]} {WORDS[check.state]:8} {check.name:{width}}  "
    yield head + clean_line(check.text)
    if check.todo:
        yield f"{'':{len(head)}}→ {clean_line(check.todo)}"


def worst(checks: Iterable[Check]) -> State:
    """How it stands with all of them."""
    states = {check.state for check in checks}
    return "problem" if "problem" in states else "warning" if "warning" in states else "ok"
