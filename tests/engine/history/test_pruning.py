"""What would go when old or large runs are to go."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.errors import InputError
from orchtui.engine.history.labels import Labels
from orchtui.engine.history.pruning import plan_pruning
from orchtui.engine.history.run_row import RunRow
from orchtui.engine.run_events.events import iso
from orchtui.engine.run_folders.summary import Summary

NOW = datetime(2026, 6, 15, 12).timestamp()
DAY = 86_400.0


def row(age: float, *, pinned: bool = False, alive: bool = False) -> RunRow:
    """A run that began so many days ago."""
    shown = Summary(
        id=f"run-{age:g}",
        name="x",
        started=iso(NOW - age * DAY),
        verdict="RUNNING" if alive else "COMPLETED",
        tasks=1,
        makespan_s=1.0,
    )
    return RunRow(summary=shown, labels=Labels(pinned=pinned))


ROWS = [row(1), row(2), row(100), row(200, pinned=True), row(300), row(400, alive=True)]
SIZES = {one.id: 100 for one in ROWS}


def test_old_runs_go() -> None:
    found = plan_pruning(ROWS, SIZES, now=NOW, older_than=90 * DAY)

    assert [one.row.id for one in found.runs] == ["run-300", "run-100"]
    assert (found.bytes, found.before, found.pinned) == (200, 600, 1)
    assert {one.why for one in found.runs} == {"it is too old"}


def test_the_oldest_go_until_the_rest_is_small_enough() -> None:
    found = plan_pruning(ROWS, SIZES, now=NOW, larger_than=350)

    assert [one.row.id for one in found.runs] == ["run-300", "run-100", "run-2"]
    assert found.still_too_large == 0
    assert {one.why for one in found.runs} == {"all runs together are too large"}


def test_what_can_not_be_reached_is_told() -> None:
    found = plan_pruning(ROWS, SIZES, now=NOW, larger_than=0)

    assert len(found.runs) == 4
    assert found.still_too_large == 200  # one is pinned, one goes on


def test_both_together() -> None:
    found = plan_pruning(ROWS, SIZES, now=NOW, older_than=250 * DAY, larger_than=450)

    assert [(one.row.id, one.why) for one in found.runs] == [
        ("run-300", "it is too old"),
        ("run-100", "all runs together are too large"),
    ]


def test_nothing_goes_where_nobody_says_what() -> None:
    with pytest.raises(InputError, match="--older-than"):
        plan_pruning(ROWS, SIZES, now=NOW)
    assert plan_pruning(ROWS, SIZES, now=NOW, larger_than=600).runs == ()


@given(
    st.lists(st.tuples(st.integers(0, 500), st.booleans(), st.booleans(), st.integers(0, 9))),
    st.none() | st.integers(0, 500),
    st.none() | st.integers(0, 60),
)
def test_pinned_runs_and_those_that_go_on_stay(
    runs: list[tuple[int, bool, bool, int]], age: int | None, size: int | None
) -> None:
    if age is None and size is None:
        return
    rows = {run[0]: row(run[0], pinned=run[1], alive=run[2]) for run in runs}
    sizes = {rows[run[0]].id: run[3] for run in runs}
    older = None if age is None else age * DAY

    found = plan_pruning(list(rows.values()), sizes, now=NOW, older_than=older, larger_than=size)

    for one in found.runs:
        assert not one.row.labels.pinned and one.row.summary.verdict != "RUNNING"
    left = found.before - found.bytes
    assert size is None or left - found.still_too_large <= size
