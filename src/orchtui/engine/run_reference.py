"""`RUN`, `RUN:task` or `RUN:task@attempt`, as people write it.

This module never looks whether there is one.
"""

import re
from typing import NamedTuple

from orchtui.engine.errors import InputError
from orchtui.engine.text import clean_line

_ATTEMPT = re.compile(r"(?P<task>.+)@(?P<number>[0-9]{1,6})", re.DOTALL)


class RunReference(NamedTuple):
    """What of which run is meant."""

    run: str
    """An id, a unique prefix, or `last`."""
    task: str = ""
    """Empty for the run's result."""
    attempt: int = 0
    """0 for the attempt that counts."""


def parse(text: str) -> RunReference:
    """Read a reference.

    Raises:
        InputError: when it is none.
    """
    run, colon, task = text.partition(":")
    if not run or (colon and not task):
        shown = clean_line(text, 80)
        raise InputError.of(f"'{shown}' is none of RUN, RUN:task and RUN:task@attempt")
    if (found := _ATTEMPT.fullmatch(task)) is not None:
        return RunReference(run, found["task"], int(found["number"]))
    return RunReference(run, task)
