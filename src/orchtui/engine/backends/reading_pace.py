"""Pace: how long the bytes of one stream may gather, by how many streams there are.

A read costs about as much for one chunk as for ten. With few streams each chunk is read as it
comes; of hundreds each is read some times a second, which is as often as a screen shows it.
This module never reads anything.
"""

import contextlib
from collections.abc import Iterator

GATHER_FOR_EACH = 0.0005
"""Seconds of gathering for each open stream: up to 500 of them, no more than 2,000 reads a second
are made."""

GATHER_FROM = 0.01
"""Seconds from which it is worth it: a timer costs as much as a read."""

GATHER_MOST = 0.25
"""Seconds that text is late at most."""

FULL = 16_384
"""Bytes of a read from which more is waiting already: who is behind reads on. It is what the SDK's
transport gives at most."""


class Pace:
    """Counts the open streams of one backend."""

    def __init__(self) -> None:
        self._open = 0

    @contextlib.contextmanager
    def stream(self) -> Iterator[None]:
        """One more stream is open meanwhile."""
        self._open += 1
        try:
            yield
        finally:
            self._open -= 1

    def pause(self, read: int) -> float:
        """Seconds to wait before the next read; 0 for none.

        Args:
            read: Bytes of the last one.
        """
        if read >= FULL:
            return 0.0
        pause = self._open * GATHER_FOR_EACH
        return min(pause, GATHER_MOST) if pause >= GATHER_FROM else 0.0
