"""What of a run's files is being written just now, so that nobody takes a long end for a hang.

The files of a run of thousands of tasks take seconds, on a busy disk more. This module never
writes anything.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

import msgspec

What = Literal["files", "result", "log", "old files"]
"""`files`: those of tasks. `old files`: what an earlier run published, which is removed."""

AFTER = 0.5
"""Seconds after which it is worth telling."""


class Writing(msgspec.Struct, frozen=True):
    """One piece of work on the files."""

    what: What
    done: int
    """Files that are written; 0 of the result and of the log."""
    total: int
    """Of so many; 0 as above."""
    since: float
    """When it began, by the event loop's clock."""

    @property
    def words(self) -> str:
        """`writing 3,400 of 10,000 files`, `writing the result`."""
        if self.what == "files":
            return f"writing {self.done:,} of {self.total:,} files"
        if self.what == "old files" and not self.total:
            return "looking for files of an earlier run"
        if self.what == "old files":
            return f"removing {self.done:,} of {self.total:,} files of an earlier run"
        return f"writing the {self.what}"


class WrittenNow:
    """The work that goes on.

    Args:
        clock: The event loop's.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._now: Writing | None = None

    @property
    def now(self) -> Writing | None:
        """What is being written; `None` for nothing, or nothing that may take long."""
        return self._now

    @property
    def long(self) -> Writing | None:
        """The same, once it has taken so long that a person wonders."""
        now = self._now
        return now if now is not None and self._clock() - now.since >= AFTER else None

    @contextmanager
    def telling(self, what: What, total: int = 0) -> Iterator[Callable[[int, int], None]]:
        """While this is open, it is written; what it gives is told how many of how many files are
        done, by any thread."""
        outer, since = self._now, self._clock()

        def count(done: int, total: int) -> None:
            self._now = Writing(what, done, total, since)

        count(0, total)
        try:
            yield count
        finally:
            self._now = outer
