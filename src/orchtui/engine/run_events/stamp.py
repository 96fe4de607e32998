"""Stamp: gives the events of one session their number and time, and a run its id.

This module never decides what happened.
"""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from msgspec.structs import replace

from orchtui.engine.run_events.events import Event, iso

_E = TypeVar("_E", bound=Event)


class Stamp:
    """Gives events their number and time.

    The time runs with the given clock from one reading of the wall clock on, so that times of one
    session never go backwards and differences between them are true durations.

    Args:
        clock: Seconds from any fixed point, never backwards, such as the event loop's `time`.
        seq: The number of the last event that is already there.
    """

    def __init__(self, clock: Callable[[], float], seq: int = 0) -> None:
        self._clock = clock
        self._offset = datetime.now(UTC).timestamp() - clock()
        self._seq = seq

    def now(self) -> float:
        """Seconds since 1970, by the session's clock."""
        return self._clock() + self._offset

    def again(self, event: _E) -> _E:
        """An event that was held back, as one that happens now."""
        self._seq += 1
        return replace(event, seq=self._seq, at=iso(self.now()))

    def __call__(self, kind: type[_E], **fields: object) -> _E:
        """Make the next event."""
        self._seq += 1
        return kind(seq=self._seq, at=iso(self.now()), **fields)


def new_run_id() -> str:
    """Sorts by time, to the millisecond; the end makes it unique: `20260115-100000-1233f9a`."""
    now = datetime.now(UTC)
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}{secrets.token_hex(2)}"
