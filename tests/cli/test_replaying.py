"""`runs replay`: a past run played again, at a pace, and never taken for one that goes on."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchtui.engine.journals import journal
from orchtui.engine.run_events import events as ev
from orchtui.engine.text import is_clean
from tests.cli.conftest import Orchtui
from tests.engine.test_recording import RUN, lines_of, two
from tests.engine.told import Told
from tests.hostile import forged

PATIENCE = 30.0


def record(project: Path, told: Told | bytes) -> Path:
    """The journal of a past run in the project's artifacts folder."""
    folder = project / "artifacts" / journal.RUNS / RUN
    folder.mkdir(parents=True)
    data = lines_of(told.events) if isinstance(told, Told) else told
    (folder / journal.FILE).write_bytes(data)
    return folder


def everything(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of all that is there."""
    every = [folder, *folder.rglob("*")]
    return {str(one): (one.stat().st_size, one.stat().st_mtime_ns) for one in every}


def test_a_run_is_played_to_its_end_and_every_line_says_that_it_is_a_replay(
    project: Path, orchtui: Orchtui
) -> None:
    record(project, two())
    before = everything(project)

    done = orchtui("runs", "replay", "last", "--speed", "max")

    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (0, "")
    assert all(line.startswith("REPLAY ") for line in lines)
    assert "nothing runs and nothing is written" in lines[0]
    assert lines[0].startswith(f"REPLAY of run {RUN} of 2026-01-15 10:00 UTC: 15.0s, 24 events")
    assert "REPLAY 10:00:09 a failed after 4.0s: broken" in lines
    assert "REPLAY 10:16:44 a completed after 3.0s" in lines
    assert any(line.startswith("REPLAY COMPLETED: 2 of 2 tasks") for line in lines)
    assert not any("newest results" in line for line in lines)
    assert everything(project) == before


def test_events_come_as_they_stand_in_the_journal(project: Path, orchtui: Orchtui) -> None:
    record(project, two())

    done = orchtui("runs", "replay", "last", "--json", "--speed", "max")

    head, *events = done.stdout.splitlines()
    told = json.loads(head)
    assert (told["kind"], told["run"], told["speed"]) == ("replay_started", RUN, "max")
    assert (told["events"], told["length_s"], told["notes"]) == (len(events), 15.0, [])
    assert events == lines_of(two().events).decode().splitlines()
    assert isinstance(ev.decode(head), ev.UnknownEvent)  # so readers of events pass it over


@pytest.mark.parametrize(
    ("begin", "first"),
    [("5s", "text_delta"), ("97%", "aggregated"), ("b", "text_delta")],
)
def test_it_begins_where_it_is_asked_to(
    project: Path, orchtui: Orchtui, begin: str, first: str
) -> None:
    record(project, two())

    done = orchtui("runs", "replay", "last", "--json", "--speed", "1000x", "--from", begin)

    head, *events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert head["from_s"] > 0
    assert (events[0]["kind"], events[-1]["kind"]) == (first, "run_finished")
    assert f"from {head['from_s']:.1f}s on at 1000x" in done.stderr


def test_its_pace_is_that_of_the_run_times_the_speed(project: Path, orchtui: Orchtui) -> None:
    """No figure is asserted but the least one: sleeping is never shorter than it was asked for."""
    record(project, two())
    began = time.monotonic()
    assert orchtui("runs", "replay", "last", "--speed", "30").returncode == 0

    assert time.monotonic() - began >= 15 / 30


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_it(project: Path, number: signal.Signals) -> None:
    record(project, two())
    process = subprocess.Popen(
        [sys.executable, "-m", "orchtui", "runs", "replay", "last", "--speed", "0.1"],
        cwd=project,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "ctrl+c stops" in process.stderr.readline()
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)

    assert (process.returncode, out) == (130, "")
    assert err.endswith("REPLAY stopped\n")


def test_a_reader_who_goes_away_ends_it(project: Path) -> None:
    record(project, two())
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "orchtui", "runs", "replay", "last", "--json", "--speed", "0.1"],
        cwd=project,
        env=os.environ,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=PATIENCE,
    )
    os.close(writing)

    assert done.returncode == 141


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--speed", "0"], "neither max nor a number from 0.1 to 1000"),
        (["--speed", "1001"], "neither max nor a number from 0.1 to 1000"),
        (["--speed", "nan"], "neither max nor a number from 0.1 to 1000"),
        (["--speed", "quick"], "neither max nor a number from 0.1 to 1000"),
        (["--from", "nobody"], "neither a task that began in this run"),
        (["--from", "1h"], "beyond its end"),
    ],
)
def test_what_can_not_be_played_is_told(
    project: Path, orchtui: Orchtui, words: list[str], why: str
) -> None:
    record(project, two())

    done = orchtui("runs", "replay", "last", *words)

    assert done.returncode == 2
    assert why in re.sub(r"\s+", " ", done.stderr)


def test_a_run_that_was_broken_off_is_called_so(project: Path, orchtui: Orchtui) -> None:
    record(project, lines_of(two().events[:9]) + b'{"kind":"text_de')

    done = orchtui("runs", "replay", "last", "--speed", "max")

    assert done.returncode == 0
    assert done.stderr.splitlines()[-2:] == [
        "REPLAY: its last line is not whole: the journal was cut off there",
        "REPLAY: the run was interrupted: its journal has no end",
    ]


def test_an_edited_journal_is_played_to_the_event_before(project: Path, orchtui: Orchtui) -> None:
    events = two().events
    record(project, lines_of([*events[:9], events[2], *events[9:]]))

    done = orchtui("runs", "replay", "last", "--speed", "max")

    assert done.returncode == 1
    assert "it can be replayed up to event 9 only: line 10: run" in done.stderr.splitlines()[-1]
    assert "completed" not in done.stderr


def test_a_forged_journal_acts_on_no_terminal(project: Path, orchtui: Orchtui) -> None:
    record(project, forged())

    for words in ([], ["--json"]):
        done = orchtui("runs", "replay", "last", "--speed", "max", *words)
        assert done.returncode == 0
        assert is_clean(done.stdout + done.stderr)


def test_what_is_not_there_is_told(project: Path, orchtui: Orchtui) -> None:
    assert "there are no runs" in orchtui("runs", "replay", "last").stderr
    record(project, b"what is this?\n")
    done = orchtui("runs", "replay", "last")
    assert done.returncode == 1
    assert "line 1: not an event" in done.stderr
