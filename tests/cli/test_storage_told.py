"""A run without a screen whose disk takes no more: what is told, and how it is found again."""

import json
from pathlib import Path

from tests.cli.conftest import Orchtui

# The first task removes the folder that its run is written in, and puts a file in its way.
PLAN = """\
name: lost
tasks:
  - {id: wrecker, command: [sh, -c, "rm -rf artifacts; echo in the way > artifacts; echo wrecked"]}
  - {id: other, command: [echo, "the other result"]}
"""


def test_a_run_that_can_not_be_saved_at_its_place_says_where_it_is(
    orchtui: Orchtui, project: Path, home: Path
) -> None:
    (project / "plan.yaml").write_text(PLAN)
    done = orchtui("run", "plan.yaml", "--trust")

    assert done.returncode == 0  # the verdict's, whatever the disk did
    assert "the other result" in done.stdout
    assert "NOT SAVED" in done.stderr
    [told] = [line for line in done.stderr.splitlines() if "orchtui: SAVED ELSEWHERE" in line]
    [saved] = home.rglob("parallel-result-lost.md")
    assert str(saved.parent) in told
    assert saved.read_text().strip() == done.stdout.strip()

    (project / "artifacts").unlink()
    listed = orchtui("runs", "list")
    shown = orchtui("runs", "show", "20")
    elsewhere = json.loads(orchtui("runs", "list", "--json", "--out", str(saved.parent)).stdout)

    assert f"--out {saved.parent}" in listed.stderr
    assert shown.returncode == 1
    assert f"--out {saved.parent}" in shown.stderr
    assert [run["verdict"] for run in elsewhere] == ["COMPLETED"]
    again = orchtui("runs", "resume", elsewhere[0]["id"])
    assert again.returncode == 1 and "could not be saved whole here" in again.stderr


def test_the_events_tell_of_it_too(orchtui: Orchtui, project: Path, home: Path) -> None:
    (project / "plan.yaml").write_text(PLAN)
    done = orchtui("run", "plan.yaml", "--trust", "--json")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    [journal] = home.rglob("events.jsonl")
    assert done.stdout == journal.read_text()
    kinds = [event["kind"] for event in events]
    assert kinds.index("storage_lost") < kinds.index("storage_moved") < kinds.index("run_finished")
    assert next(event["out"] for event in events if event["kind"] == "storage_moved") == str(
        journal.parents[2]
    )
