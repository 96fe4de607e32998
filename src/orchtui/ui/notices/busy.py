"""What the app is working on just now, for a sign that comes when it takes long.

`Busy.doing` is put around anything that a person waits for: after half a second
its words are shown, and whether esc stops it. This module never draws and never
does the work itself.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

AFTER = 0.5
"""Seconds after which a person wants to know what goes on."""


@dataclass(eq=False, slots=True)
class Job:
    """One thing that is being done."""

    words: str
    """What, as it is shown: `opening the run`."""
    since: float
    """Seconds, by the clock."""
    stop: Callable[[], object] | None
    """Stops it, where that can be done without a loss."""


class Busy:
    """All that is being done.

    Args:
        changed: Called when something begins or ends.
        clock: Seconds, of any beginning.
    """

    def __init__(
        self, changed: Callable[[], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._changed = changed
        self._clock = clock
        self._jobs: list[Job] = []

    @contextmanager
    def doing(self, words: str, stop: Callable[[], object] | None = None) -> Iterator[Job]:
        """While this is open, the words may be shown; the job's may be others later on.

        Args:
            words: What is done: `opening the run`.
            stop: Ends it when a person presses esc; whatever is inside must then leave by itself.
        """
        job = Job(words, self._clock(), stop)
        self._jobs.append(job)
        self._changed()
        try:
            yield job
        finally:
            self._jobs.remove(job)
            self._changed()

    @property
    def any(self) -> bool:
        """Whether anything is being done, shown or not."""
        return bool(self._jobs)

    @property
    def shown(self) -> Job | None:
        """What a person has waited for longest, if that is long."""
        job = self._jobs[0] if self._jobs else None
        return job if job is not None and self.waited(job) >= AFTER else None

    def waited(self, job: Job) -> float:
        """Seconds."""
        return self._clock() - job.since

    def stop(self) -> bool:
        """Stop what is shown; whether there was something that can be stopped."""
        job = self.shown
        if job is None or job.stop is None:
            return False
        job.stop()
        return True
