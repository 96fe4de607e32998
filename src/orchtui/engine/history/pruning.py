"""Pruning: which runs go when old or large ones are to go, before any of them does.

Pinned runs and those that go on never do. Whoever asks shows the Pruning first, and
then throws its runs into the trash: the disk has their room again once that is
emptied. This module never moves or deletes anything.
"""

from collections.abc import Mapping, Sequence

import msgspec

from orchtui.engine.errors import InputError
from orchtui.engine.history.run_row import RunRow


class Doomed(msgspec.Struct, frozen=True, kw_only=True):
    """A run that would go."""

    row: RunRow
    bytes: int
    why: str


class Pruning(msgspec.Struct, frozen=True, kw_only=True):
    """What pruning would do."""

    runs: tuple[Doomed, ...]
    """Those that would go, the oldest first."""
    before: int
    """Bytes of all runs now."""
    pinned: int
    """Runs that would go, too, and stay because they are pinned."""
    still_too_large: int = 0
    """Bytes by which what must stay is larger than it should be."""

    @property
    def bytes(self) -> int:
        """What would go."""
        return sum(one.bytes for one in self.runs)


def plan_pruning(
    rows: Sequence[RunRow],
    sizes: Mapping[str, int],
    *,
    now: float,
    older_than: float | None = None,
    larger_than: int | None = None,
) -> Pruning:
    """Decide what would go. Nothing is touched.

    Args:
        rows: All runs.
        sizes: Bytes of each, by id.
        now: Seconds since 1970.
        older_than: Seconds: runs that began before then go.
        larger_than: Bytes: the oldest go until all that is left is no larger.

    Raises:
        InputError: when neither is given.
    """
    if older_than is None and larger_than is None:
        raise InputError.of("say what may go: --older-than 90d, --larger-than 2GB, or both")
    oldest_first = sorted(rows, key=lambda row: (row.summary.started, row.id))
    before = left = sum(sizes.get(row.id, 0) for row in rows)
    doomed: list[Doomed] = []
    pinned = 0
    for row in oldest_first:
        old = older_than is not None and row.started < now - older_than
        large = larger_than is not None and left > larger_than
        if not (old or large) or row.summary.verdict == "RUNNING":
            continue
        if row.labels.pinned:
            pinned += 1
            continue
        size = sizes.get(row.id, 0)
        left -= size
        why = "it is too old" if old else "all runs together are too large"
        doomed.append(Doomed(row=row, bytes=size, why=why))
    over = max(0, left - larger_than) if larger_than is not None else 0
    return Pruning(runs=tuple(doomed), before=before, pinned=pinned, still_too_large=over)
