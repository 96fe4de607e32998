"""summary.json: one line of the list of runs."""

import json
from pathlib import Path

import pytest
from hypothesis import given

from orchtui.engine.journals.disk import Disk
from orchtui.engine.journals.journal import Journal
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run
from tests.engine.scripted import task
from tests.engine.told import Scenario, Told, finished, play, scenarios


def done() -> Run:
    told = Told(task("a"), task("b"), name="logs").starts("a", 0).starts("b", 0)
    return told.completes("a", 4, "x").completes("b", 8, "x").ends(9).run


def write(run: Run, folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / summary.FILE).write_text(summary.dump(run), encoding="utf-8")
    return folder


def test_the_file_has_the_keys_of_the_contract() -> None:
    fields = json.loads(summary.dump(done()))

    assert {key: fields[key] for key in ("id", "name", "started", "verdict", "tasks")} == {
        "id": "20260115-100000-abcd",
        "name": "logs",
        "started": "2026-01-15T10:00:00.000Z",
        "verdict": "COMPLETED",
        "tasks": 2,
    }
    assert fields["makespan_s"] == 8.0


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert summary.load(write(done(), tmp_path / "x")) == summary.of(done())


async def test_a_run_that_nobody_writes_any_more_was_interrupted(
    tmp_path: Path, disk: Disk
) -> None:
    run = Told(task("a")).starts("a", 0).run
    folder = write(run, tmp_path / run.id)
    assert summary.of(run).makespan_s is None

    journal = await Journal.create(folder, disk)
    alive = summary.load(folder)
    await journal.close()
    dead = summary.load(folder)

    assert alive is not None and alive.verdict == "RUNNING"
    assert dead is not None and dead.verdict == "INTERRUPTED"


async def test_what_the_journal_tells_stands_over_the_file(tmp_path: Path, disk: Disk) -> None:
    """Killed between the last event and the file, or in the middle: `runs show` knows it all."""
    told = Told(task("a"), task("b")).starts("a", 0)
    folder = write(told.run, tmp_path / told.run.id)
    told.completes("a", 1, "x")

    assert summary.of_opened(told.run, folder).verdict == "INTERRUPTED"
    assert summary.of_opened(told.run, folder).census.completed == 1
    journal = await Journal.create(folder, disk)
    assert summary.of_opened(told.run, folder).verdict == "RUNNING"
    await journal.close()
    told.starts("b", 1).completes("b", 2, "x").ends(3)
    assert summary.of_opened(told.run, folder) == summary.of(told.run)
    assert summary.of(told.run).verdict == "COMPLETED"


DEEP = b'{"mood": ' + b"[" * 5000 + b"]" * 5000 + b"}"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff", b'{"id": 3}', b"null", DEEP])
def test_a_broken_summary_is_left_out_of_the_list(tmp_path: Path, data: bytes) -> None:
    write(done(), tmp_path / "1")
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / summary.FILE).write_bytes(data)
    (tmp_path / "3").mkdir()

    assert summary.load_all(tmp_path) == [summary.of(done())]


def test_a_newer_summary_is_read(tmp_path: Path) -> None:
    folder = write(done(), tmp_path / "x")
    fields = json.loads((folder / summary.FILE).read_text())
    (folder / summary.FILE).write_text(json.dumps({**fields, "mood": "good"}))

    assert summary.load(folder) == summary.of(done())


def test_the_newest_run_comes_first(tmp_path: Path) -> None:
    for name in ("20260101-000000-aaaa", "20260301-000000-aaaa", "20260201-000000-aaaa"):
        run = done()
        run.id = name
        write(run, tmp_path / name)

    assert [one.id[4:6] for one in summary.load_all(tmp_path)] == ["03", "02", "01"]
    assert summary.load_all(tmp_path / "none") == []


@given(scenarios())
def test_the_summary_agrees_with_the_last_event(scenario: Scenario) -> None:
    run = finished(play(scenario)[1])
    one, last = summary.of(run), run.finished

    assert last is not None
    assert (one.verdict, one.census, one.makespan_s) == (last.verdict, last.census, last.makespan_s)
    assert one.speedup == last.speedup == verdict.speedup(run)
    assert one.tasks == last.census.total
    assert (one.usage, one.cost, one.cost_at_least) == (last.usage, last.cost, last.cost_at_least)
