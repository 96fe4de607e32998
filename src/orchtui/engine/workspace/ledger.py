"""The race detector: who read and wrote which file while who else was running.

Two tasks were said to be independent. When both were running at once and met at
one file, and one of the two wrote it, that was not true: with another timing
the result could be another. Both orders count, a read before the other's write
too. This module knows only what it is told, and never touches a file.
"""

import posixpath
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field

from orchtui.engine.workspace.site import Access, Race


@dataclass(frozen=True, slots=True)
class Touch:
    """The first time that an attempt read or wrote a file."""

    path: str
    access: Access
    when: float


@dataclass(slots=True)
class _Stay:
    """An attempt, from its beginning to its end, in the order of calls: clocks may stand still."""

    task: str
    attempt: int
    began: int
    ended: int | None = None
    touches: dict[tuple[str, Access], "_Noted"] = field(default_factory=dict)

    def overlaps(self, other: "_Stay") -> bool:
        first, second = (self, other) if self.began < other.began else (other, self)
        return first.ended is None or first.ended > second.began


@dataclass(slots=True)
class _Noted:
    stay: _Stay
    touch: Touch
    digests: set[str | None]


class Ledger:
    """The accesses of one session of a run. For one thread: the event loop's.

    Args:
        now: Seconds since 1970, by the session's clock.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._turn = 0
        self._stays: dict[str, list[_Stay]] = {}
        self._paths: dict[str, list[_Noted]] = {}
        self._open: dict[str, set[int]] = {}
        """The attempts whose stay goes on, by task: two where one runs beside the other."""
        self._joining: set[str] = set()
        """Tasks of which the next attempt begins beside the one that runs."""
        self._told: set[tuple[str, str, str, bool]] = set()

    def now(self) -> float:
        """Seconds since 1970, by the session's clock."""
        return self._now()

    def began(self, task_id: str, attempt: int) -> None:
        """An attempt starts to run."""
        open_now = self._open.setdefault(task_id, set())
        beside = task_id in self._joining and bool(open_now)
        self._joining.discard(task_id)
        if not beside:
            self._end(task_id)
            self._turn += 1
            self._stays.setdefault(task_id, []).append(_Stay(task_id, attempt, self._turn))
        open_now.add(attempt)

    def join(self, task_id: str) -> None:
        """The next attempt begins beside the one that runs: both are one stay, until both end."""
        self._joining.add(task_id)

    def ended(self, task_id: str, attempt: int) -> None:
        """An attempt is over. Safe to call twice, and for one that never began."""
        open_now = self._open.get(task_id, set())
        if attempt in open_now:
            open_now.discard(attempt)
            if not open_now:
                self._end(task_id)

    def _end(self, task_id: str) -> None:
        """The stay that goes on, if one does, is over."""
        self._open.get(task_id, set()).clear()
        stays = self._stays.get(task_id)
        if stays and stays[-1].ended is None:
            self._turn += 1
            stays[-1].ended = self._turn

    def note(
        self,
        task_id: str,
        path: str,
        access: Access,
        when: float | None = None,
        digest: str | None = None,
    ) -> list[Race]:
        """A task read or wrote a file; it counts for its latest attempt, also when that is over.

        Args:
            task_id: Whose access it is; one that never began races with nobody.
            path: From the project folder.
            access: What it did.
            when: Seconds since 1970; `None` for now. May lie before what was noted already.
            digest: Of what was written. Two writes of the same bytes are one change that two saw,
                and no race.

        Returns:
            The races that came to light. Each kind of meeting (two writes; a read and a write) of
            two tasks at a path is told once.
        """
        stays = self._stays.get(task_id)
        if not stays:
            return []
        place = normal_form(path)
        noted = stays[-1].touches.get((place, access))
        if noted is None:
            moment = self._now() if when is None else when
            noted = _Noted(stays[-1], Touch(place, access, moment), {digest})
            noted.stay.touches[place, access] = noted
            self._paths.setdefault(place, []).append(noted)
        elif digest in noted.digests:
            return []
        else:
            noted.digests.add(digest)
        return [race for other in self._paths[place] if (race := self._race(noted, other))]

    def accesses(self, task_id: str, attempt: int) -> tuple[Touch, ...]:
        """What an attempt did, in the order in which it was noted, each path and access once."""
        return tuple(
            noted.touch
            for stay in self._stays.get(task_id, ())
            if stay.attempt == attempt
            for noted in stay.touches.values()
        )

    def _race(self, noted: _Noted, other: _Noted) -> Race | None:
        one, two = noted.stay.task, other.stay.task
        both = noted.touch.access == other.touch.access
        if one == two or (both and noted.touch.access == "read"):
            return None
        if both and _same_bytes(noted, other):
            return None
        key = (min(one, two), max(one, two), noted.touch.path, both)
        if key in self._told or not noted.stay.overlaps(other.stay):
            return None
        self._told.add(key)
        early, late = (other, noted) if other.touch.when <= noted.touch.when else (noted, other)
        return Race(
            path=late.touch.path,
            task=late.stay.task,
            attempt=late.stay.attempt,
            access=late.touch.access,
            when=late.touch.when,
            other=early.stay.task,
            other_access=early.touch.access,
            other_when=early.touch.when,
        )


def normal_form(path: str) -> str:
    """A path in the one form in which the ledger compares them."""
    return posixpath.normpath(unicodedata.normalize("NFC", path))


def _same_bytes(one: _Noted, other: _Noted) -> bool:
    return None not in one.digests and one.digests == other.digests and len(one.digests) == 1
