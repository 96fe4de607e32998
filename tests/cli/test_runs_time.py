"""`runs time` as a process of its own: the report on time of runs that ended, and of others."""

import json
from pathlib import Path

import pytest

from orchtui.engine.plans.plan import Limits
from tests.cli.conftest import Orchtui
from tests.engine.history.past import left, run_id
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.hostile import HOSTILE


@pytest.fixture
def out(project: Path) -> Path:
    return project / "artifacts"


def three() -> Told:
    told = Told(*(task(name, title=f"Topic {name}") for name in "abc"))
    for name in "abc":
        told.starts(name, 0)
    return told


def test_where_the_time_went(orchtui: Orchtui, out: Path) -> None:
    told = three().completes("a", 1800, "x").completes("c", 3600, "x").completes("b", 7200, "x")
    left(out, told.ends(7201), 1)
    done = orchtui("runs", "time", "last")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        f"Run {run_id(1)}: Topic a and 2 more (COMPLETED)",
        "Time: 2h 00m for 3h 30m of work, speed-up 1.75×; no number of slots gives more",
        "What set the end: the longest task, 'Topic b' (2h 00m)",
        "Would have helped: 'Topic b' in half its time: up to 1h 00m less",
        "",
        "task        work  slot  server  again  paused",
        "Topic a  30m 00s",
        "Topic b   2h 00m                               critical path",
        "Topic c   1h 00m",
    ]


def test_the_report_as_data(orchtui: Orchtui, out: Path) -> None:
    told = three().completes("a", 1800, "x").completes("c", 3600, "x").completes("b", 7200, "x")
    left(out, told.ends(7201), 1)
    read = json.loads(orchtui("runs", "time", "--json", run_id(1)).stdout)

    assert (read["run"], read["standing"], read["ended"]) == (run_id(1), "COMPLETED", True)
    assert (read["speedup"], read["limited_by"]) == (1.75, "longest task")
    assert read["helps"] == [
        {"kind": "faster", "saves_s": 3600.0, "slots": None, "task": "b", "usual_s": None}
    ]
    assert read["tasks"][0] == {
        "task": "a",
        "use": {"work_s": 1800.0, "slots_s": 0.0, "servers_s": 0.0, "retries_s": 0.0}
        | {"workers_s": 0.0, "paused_s": 0.0},
        "critical": False,
        "deciding": False,
    }


def test_an_interrupted_run_is_told_as_far_as_it_went(orchtui: Orchtui, out: Path) -> None:
    left(out, three().completes("a", 60, "x").says("b", 90, "half"), 1)
    done = orchtui("runs", "time", "last")

    assert done.returncode == 0, done.stderr
    assert "(INTERRUPTED)" in done.stdout
    assert "Time: 1m 30s so far for 4m 00s of work" in done.stdout


def test_titles_do_nothing_to_the_terminal(orchtui: Orchtui, out: Path) -> None:
    told = Told(task("a", title=HOSTILE), task("b"), limits=Limits(concurrency=1))
    told.starts("a", 0).completes("a", 10, "x").starts("b", 10).completes("b", 20, "x")
    left(out, told.ends(20), 1)

    for more in ((), ("--json",)):
        done = orchtui("runs", "time", "last", *more)
        assert done.returncode == 0, done.stderr
        assert not any(ord(sign) < 32 and sign != "\n" for sign in done.stdout)


def test_a_damaged_journal_is_read_as_far_as_it_goes(orchtui: Orchtui, out: Path) -> None:
    left(out, three().completes("a", 60, "x"), 1)
    journal = out / "runs" / run_id(1) / "events.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join([*lines[:4], b"{not json}\n", *lines[4:]]))
    done = orchtui("runs", "time", "last")

    assert done.returncode == 1
    assert done.stdout.startswith(f"Run {run_id(1)}")
    assert "can be read only in part" in done.stderr


def test_a_run_that_is_not_there(orchtui: Orchtui, out: Path) -> None:
    done = orchtui("runs", "time", "20260101")

    assert done.returncode == 1
    assert "there are no runs" in done.stderr


def test_of_many_tasks_those_are_shown_that_count(orchtui: Orchtui, out: Path) -> None:
    names = [f"t{number}" for number in range(250)]
    told = Told(*(task(name, title=f"Topic {name}") for name in names))
    for number, name in enumerate(names):
        told.starts(name, 0).completes(name, 10 + number, "x")
    left(out, told.ends(300), 1)
    done = orchtui("runs", "time", "last")

    assert done.returncode == 0, done.stderr
    *rows, last = done.stdout.splitlines()
    assert last == "… and 200 more that took no longer; --json has all"
    shown = [row.split()[1] for row in rows if row.startswith("Topic t")]
    assert shown == names[200:]
    assert len(json.loads(orchtui("runs", "time", "--json", "last").stdout)["tasks"]) == 250
