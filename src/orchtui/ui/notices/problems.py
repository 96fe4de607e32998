"""What was told as a warning or an error, kept to be read when its notice is long gone.

Bounded: the oldest go first. What it keeps is clean text without secrets. This
module never shows anything.
"""

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from orchtui.engine.text import clean, clean_line

Severity = Literal["warning", "error"]

MOST = 500
"""Problems that are kept."""
_LONGEST = 4000
"""Characters of one that are kept."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was told."""

    at: float
    """Seconds since 1970, when it was told first."""
    severity: Severity
    title: str
    text: str
    times: int = 1
    """How often it was told in a row."""

    @property
    def line(self) -> str:
        """As it is copied: the time, how bad it is, and the words."""
        moment = datetime.fromtimestamp(self.at).astimezone()
        words = f"{self.title}: {self.text}" if self.title else self.text
        again = f" ({self.times} times)" if self.times > 1 else ""
        return f"{moment:%Y-%m-%d %H:%M:%S} {self.severity}: {words}{again}"


class Problems:
    """The latest problems.

    Args:
        clock: Seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._kept: deque[Problem] = deque(maxlen=MOST)
        self.hide: Callable[[str], str] = str
        """Takes secrets out of a text."""
        self.unread = 0
        """How many were told since somebody looked."""
        self.dropped = 0
        """How many are no longer kept."""

    def add(self, severity: Severity, title: str, text: str) -> None:
        """Keep one; what was told just before is only counted."""
        title = self.hide(clean_line(title, 100))
        text = self.hide(clean(text[:_LONGEST])).strip()
        last = self._kept[-1] if self._kept else None
        if last is not None and (last.severity, last.title, last.text) == (severity, title, text):
            self._kept[-1] = Problem(last.at, severity, title, text, last.times + 1)
            self.unread = max(1, self.unread)
            return
        self.dropped += len(self._kept) == MOST
        self._kept.append(Problem(self._clock(), severity, title, text))
        self.unread = min(MOST, self.unread + 1)

    def latest(self, *severities: Severity) -> list[Problem]:
        """Those that are kept, the newest first; only of these severities where some are named."""
        return [one for one in reversed(self._kept) if not severities or one.severity in severities]

    def read(self) -> None:
        """Somebody has looked."""
        self.unread = 0

    def __len__(self) -> int:
        return len(self._kept)

    def count(self, severity: Severity) -> int:
        """How many of a severity are kept."""
        return Counter(one.severity for one in self._kept)[severity]
