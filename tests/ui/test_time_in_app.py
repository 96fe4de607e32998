"""The report on time in the app: of a run that ended, goes on, was interrupted, or is replayed."""

from pathlib import Path

import pytest
from rich.cells import cell_len

from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.timing.time_report import time_report
from orchtui.ui.desks import result_desk, time_reading
from orchtui.ui.dialogs.time_card import MOST_ROWS, TimeCard, TimeTold, time_text
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.ui.conftest import (
    QUICK,
    STALL,
    MakeApp,
    dialog_text,
    ended,
    plan_of,
    run_to_end,
    sees,
    until,
)
from tests.ui.whole_app import said

SLOW = "20 words, 20 ms"


async def test_of_a_run_that_has_ended_it_can_be_read_and_copied(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(plan_of(SLOW, QUICK, limits=Limits(concurrency=1)))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("T")
        await until(pilot, lambda: isinstance(app.screen, TimeCard), "the report is there")
        text = await sees(pilot, app, "What set the end: only 1 slot", "Would have helped: ")
        assert "REHEARSAL: no model was called" in text, "its times are made up too"
        assert "so far" not in text and "It goes on" not in text
        copied: list[str] = []
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        await pilot.press("y")
        await pilot.press("escape")
        assert not isinstance(app.screen, TimeCard)
        assert "What set the end: only 1 slot" in copied[0] and "Topic 2" in copied[0]


async def test_of_a_run_that_goes_on_it_says_so_and_follows(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(result_desk, "LOOK_AGAIN", 0.05)
    app = make_app(plan_of(QUICK, STALL))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+r")
        await sees(pilot, app, "1/2 done")
        await pilot.press("T")
        await sees(pilot, app, "It goes on: this is what it took so far.")
        card = app.screen
        assert isinstance(card, TimeCard)
        before = card.told.report.makespan_s
        await until(pilot, lambda: card.told.report.makespan_s > before, "it is newer")
        app.live.cancel_all()
        await until(pilot, lambda: card.told.report.ended, "the report is of the run's end")
        assert "so far" not in dialog_text(app)
        await pilot.press("T")
        await ended(pilot, app)


async def test_of_a_run_in_the_list_it_is_read_from_its_journal(
    make_app: MakeApp, tmp_path: Path
) -> None:
    app = make_app(plan_of(QUICK, QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        journal = next((tmp_path / "artifacts/runs").glob("*/events.jsonl"))
        lines = journal.read_bytes().splitlines(keepends=True)
        kinds = [ev.kind_of(event) for line in lines if (event := ev.decode(line))]
        journal.write_bytes(b"".join(lines[: kinds.index("task_completed") + 1]))
        await pilot.press("5", "l")
        await until(pilot, lambda: app.main.runs_pane.entries, "the run is listed")
        await pilot.press("o")
        await sees(pilot, app, "It was interrupted: this is what it took until it was last")
        await pilot.press("q")
        assert app.main.view == "runs", "the list stays in front"


async def test_of_a_replay_it_is_told_as_it_stood(make_app: MakeApp) -> None:
    app = make_app(plan_of(SLOW, SLOW))
    async with app.run_test(size=(80, 24)) as pilot:
        await run_to_end(pilot, app)
        await pilot.press("R")
        await until(pilot, lambda: app.main.replaying, "it is replayed")
        await pilot.press("space", "home", "full_stop", "full_stop", "full_stop", "T")
        await sees(pilot, app, "REPLAY: as it stood at ")


async def test_before_anything_has_run_it_says_so(make_app: MakeApp) -> None:
    app = make_app(plan_of(QUICK))
    async with app.run_test(size=(80, 24)) as pilot:
        app.action_show_time()
        await said(pilot, app, "Nothing has run yet")


# The text


def long_run(count: int) -> Told:
    told = Told(*(task(f"t{number}", title="一" * 30) for number in range(count)))
    for number in range(count):
        told.starts(f"t{number}", 0)
        told.completes(f"t{number}", number + 1)
    return told


@pytest.mark.parametrize("width", [50, 72, 110])
def test_the_table_fits_also_with_wide_characters(width: int) -> None:
    run = long_run(3).run
    told = TimeTold.of(run, time_report(run), [])
    rows = time_text(told, width).plain.split("\n")
    table = rows[next(at for at, row in enumerate(rows) if row.strip() == "work") :]
    assert len(table) > 3 and all(cell_len(row) <= width for row in table)


def test_of_very_many_tasks_the_longest_are_told() -> None:
    run = long_run(MOST_ROWS + 7).run
    text = time_text(TimeTold.of(run, time_report(run), []), 80).plain
    assert "and 7 that took less" in text
    assert "  1.0s" not in text and "3m 27s" in text


def test_sessions_and_an_interruption_are_told() -> None:
    run = long_run(2).run
    run.sessions.append(run.sessions[0])
    notes = time_reading.ended(run).notes
    assert notes[0].startswith("It was interrupted") and "2 sessions" in notes[1]
