"""What may stand in a query for runs, as one types it: its filters, and the values there are.

Pure: what is typed and what runs there are in, candidates out. The language itself is
`engine.history.run_query`; this module never reads a query.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from orchtui.engine.text import clean_line
from orchtui.ui.parts.completion import Candidate

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.run_row import RunRow

FILTERS: tuple[tuple[str, str], ...] = (
    ("verdict:", "how it ended: failed, partial, completed …"),
    ("is:", "pinned, tagged, rehearsal, renamed, resumable"),
    ("tag:", "has this tag"),
    ("backend:", "used this backend"),
    ("name:", "has this in its name"),
    ("plan:", "has this in its plan's title"),
    ("since:", "began then or later: 7d, 2026-01-31, today"),
    ("before:", "began before: 3mo, 2026-01-31"),
    ("on:", "began in that day, month or year"),
    ("cost:", "dollars: >1, 0.5..2"),
    ("time:", "how long: >10m, <90s"),
    ("tasks:", "how many: >5, 2..4"),
    ("failed:", "tasks that failed: >0"),
    ("speedup:", "how much faster than one after the other: >2"),
    ("after:", "began after that day"),
    ("until:", "began until the end of that day"),
    ("id:", "has an id that begins so"),
    ("parent:", "took over results of a run with an id that begins so"),
)
_VALUES: dict[str, tuple[str, ...]] = {
    "verdict": ("completed", "partial", "failed", "cancelled", "interrupted", "running"),
    "is": ("pinned", "tagged", "rehearsal", "renamed", "resumable", "failed", "running"),
    "since": ("today", "yesterday", "7d", "4w", "3mo", "1y"),
    "before": ("today", "7d", "4w", "3mo", "1y"),
    "on": ("today", "yesterday"),
    "cost": (">0", ">1", ">10"),
    "time": (">1m", ">10m", ">1h", "<1m"),
    "tasks": (">1", ">5", ">10"),
    "failed": (">0", "0"),
    "speedup": (">1", ">2"),
}
_PART = re.compile(r'-?[\w-]+:"[^"]*"?|-?"[^"]*"?|\S+')


def part_at(text: str, cursor: int) -> tuple[int, int]:
    """Where the part of a query begins and ends in which the cursor stands."""
    for match in _PART.finditer(text):
        if match.start() <= cursor <= match.end():
            return match.start(), match.end()
    return cursor, cursor


def offers(typed: str, rows: Iterable["RunRow"]) -> Sequence[Candidate]:
    """What the part that is typed may be meant to be.

    Args:
        typed: One part of a query.
        rows: The runs there are: their tags and backends are values.
    """
    minus = "-" if typed.startswith("-") else ""
    key, colon, value = typed.removeprefix("-").partition(":")
    if not colon:
        return [Candidate(f"{minus}{words}", what) for words, what in FILTERS]
    before, comma, _ = value.rpartition(",")
    values = _values(key.casefold(), rows)
    taken = before.casefold().split(",") if comma else []
    head = f"{minus}{key}:{before}{comma}"
    return [Candidate(head + one, what) for one, what in values if one.casefold() not in taken]


def _values(key: str, rows: Iterable["RunRow"]) -> list[tuple[str, str]]:
    if key in ("verdict", "status"):
        counted = Counter(row.summary.verdict.lower() for row in rows)
        return [(one, _runs(counted[one])) for one in _VALUES["verdict"]]
    if key in ("tag", "backend"):
        counted = Counter(
            clean_line(one)
            for row in rows
            for one in (row.labels.tags if key == "tag" else row.summary.backends)
        )
        return [(one, _runs(count)) for one, count in counted.most_common() if " " not in one]
    return [(one, "") for one in _VALUES.get(key, ())]


def _runs(count: int) -> str:
    return f"{count:,} run{'' if count == 1 else 's'}"
