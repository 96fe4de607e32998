"""What a piece of work costs, counted and not timed: lines of Python that are run.

A loop inside of one expression counts for each of its rounds. What the interpreter's own functions
do inside themselves is not seen.
"""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(work: Callable[[], object]) -> int:
    """How many lines a piece of work runs in this thread, until it comes back."""
    count = 0

    def local(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(local)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def growth(work_of: Callable[[int], Callable[[], object]], few: int, many: int) -> float:
    """What a task more costs among many, set against among few: 1.0 is linear.

    Args:
        work_of: Makes the work for so many tasks; the making is not counted.
        few: Tasks.
        many: Tasks, several times as many.
    """
    work_of(few)()  # what is done only once is done now
    return (lines_run(work_of(many)) / many) / (lines_run(work_of(few)) / few)
