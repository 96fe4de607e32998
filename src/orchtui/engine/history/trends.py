"""Trends: what the runs of one plan took, over time.

Runs are of the same plan when their plan has the same name; without a name, when
they came from the same request, whatever its case and spaces; without both, when
their tasks have the same prompts and programs (`run_texts.plan_key`). A rehearsal
says nothing about time and money, so it only counts where nothing else ran. Pure:
this module never reads a file.
"""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from orchtui.engine.history.run_row import RunRow
from orchtui.engine.run_folders.summary import SummaryVerdict


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the plan."""

    run: str
    started: str
    """ISO 8601, UTC."""
    verdict: SummaryVerdict
    makespan_s: float | None
    """Seconds; `None` where it has not ended."""
    cost: float | None
    """Dollars; `None` where a price is unknown, and until the run has ended: a part of the cost
    is none that others can be set against."""
    failed: int
    """Tasks that failed."""
    slowest: str
    """Id of the task that ran longest; empty where there is none to be told from others."""
    slowest_s: float | None
    """Seconds."""


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """The runs of one plan."""

    key: str
    """What they have in common."""
    plan: str
    """The plan's title, as the newest run has it."""
    points: tuple[Point, ...]
    """The oldest first."""
    rehearsed: bool
    """Whether all of them are rehearsals."""
    left_out: int = 0
    """Rehearsals that do not count beside what really ran."""

    @property
    def makespans(self) -> list[float | None]:
        """Seconds of each run."""
        return [point.makespan_s for point in self.points]

    @property
    def costs(self) -> list[float | None]:
        """Dollars of each run."""
        return [point.cost for point in self.points]

    @property
    def failures(self) -> list[float | None]:
        """Failed tasks of each run."""
        return [float(point.failed) for point in self.points]

    @property
    def slowest(self) -> list[float | None]:
        """Seconds of each run's slowest task."""
        return [point.slowest_s for point in self.points]


def trends(rows: Sequence[RunRow], *, least: int = 2) -> list[Trend]:
    """All plans that ran more than once, the one that ran last first.

    Args:
        rows: Runs whose journals have been read.
        least: Runs that a plan must have.
    """
    plans: dict[str, list[RunRow]] = defaultdict(list)
    for row in rows:
        if row.details is not None:
            plans[row.details.plan_key].append(row)
    found = [_trend(key, some) for key, some in plans.items() if len(some) >= least]
    return sorted(found, key=lambda trend: trend.points[-1].started, reverse=True)


def _trend(key: str, rows: Sequence[RunRow]) -> Trend:
    ordered = sorted(rows, key=lambda row: (row.summary.started, row.id))
    real = [row for row in ordered if not row.summary.rehearsal]
    shown = real or ordered
    assert shown[-1].details is not None
    return Trend(
        key=key,
        plan=shown[-1].details.plan,
        points=tuple(map(_point, shown)),
        rehearsed=not real,
        left_out=len(ordered) - len(shown),
    )


def _point(row: RunRow) -> Point:
    assert row.details is not None
    return Point(
        run=row.id,
        started=row.summary.started,
        verdict=row.summary.verdict,
        makespan_s=row.summary.makespan_s,
        cost=row.summary.cost,
        failed=row.summary.census.failed,
        slowest=row.details.slowest,
        slowest_s=row.details.slowest_s,
    )


def of_plan(every: Sequence[Trend], words: str, key: str = "", *, run: str = "") -> list[Trend]:
    """The trends that are meant: of this key, else of the plan with this title or run, else of
    those whose title has the words in it.

    Args:
        every: From `trends`.
        words: A plan's name or title, a part of it, or a run's id.
        key: A plan's key, where it is known.
        run: The id of the run that the words mean, where they mean one.
    """
    wanted = words.casefold()
    for fits in (
        lambda trend: bool(key) and trend.key == key,
        lambda trend: trend.plan.casefold() == wanted,
        lambda trend: any(point.run == (run or words) for point in trend.points),
        lambda trend: bool(wanted) and wanted in trend.plan.casefold(),
    ):
        if found := [trend for trend in every if fits(trend)]:
            return found
    return []
