"""`runs again` and `runs plan`: a past run's plan, run once more or written down."""

import json
from pathlib import Path

import pytest

from orchtui.engine.plan_files.plan_file import load_plan
from tests.cli.conftest import Orchtui

PLAN = """\
tasks:
  - {id: good, prompt: "Write [rehearse: 5 words, 1 ms]"}
  - {id: bad, prompt: "Write [rehearse: fail]"}
"""
BETTER = "bad.prompt=Write [rehearse: 4 words, 1 ms]"


@pytest.fixture
def past(orchtui: Orchtui) -> str:
    """The id of a run of which one task failed."""
    assert orchtui("run", "-", "--backend", "rehearsal", stdin=PLAN).returncode == 3
    [run] = json.loads(orchtui("runs", "list", "--json").stdout)
    return str(run["id"])


def newest(orchtui: Orchtui) -> dict[str, object]:
    shown: dict[str, object] = json.loads(orchtui("runs", "show", "last", "--json").stdout)
    return shown


def test_the_same_plan_is_a_new_run_and_both_can_be_compared(past: str, orchtui: Orchtui) -> None:
    done = orchtui("runs", "again", "last")

    new = newest(orchtui)
    assert (done.returncode, new["verdict"], new["rehearsal"]) == (3, "PARTIAL", True)
    assert new["id"] != past and new["parent"] == ""
    assert f"run {past} again, as a new run: 2 tasks" in done.stderr
    assert done.stderr.endswith(f"`orchtui runs diff {past} {new['id']}` compares it with {past}\n")
    assert "> **PARTIAL**" in done.stdout


def test_one_change_and_only_what_failed(past: str, orchtui: Orchtui) -> None:
    done = orchtui("runs", "again", past, "--failed", "--set", BETTER)

    new = newest(orchtui)
    assert (done.returncode, new["verdict"], new["parent"]) == (0, "COMPLETED", past)
    assert [task["reused_from"] for task in new["details"]] == [past, None]  # type: ignore[attr-defined]
    assert "different: bad.prompt: Write [rehearse: 4 words" in done.stderr
    assert "good started" not in done.stderr


def test_what_would_run_is_said_and_nothing_is_started(past: str, orchtui: Orchtui) -> None:
    told = orchtui("runs", "again", past, "--dry-run", "--set", "concurrency=1")
    shown = orchtui("runs", "again", past, "--failed", "--dry-run", "--json", "--set", BETTER)

    assert told.stdout.splitlines() == [
        f"run {past} again, as a new run: 2 tasks",
        "  different: concurrency: 1 instead of nothing",
    ]
    found = json.loads(shown.stdout)
    assert (found["reused"], [one["task"] for one in found["again"]]) == (["good"], ["bad"])
    assert found["run"] == past and len(found["different"]) == 1
    assert newest(orchtui)["id"] == past


def test_events_are_printed_as_those_of_any_run(past: str, orchtui: Orchtui) -> None:
    done = orchtui("runs", "again", past, "--json")

    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert (events[0]["kind"], events[-1]["kind"]) == ("run_started", "run_finished")
    assert events[0]["overrides"]["backend"] == "rehearsal"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--set", "nobody.model=opus"], "there is no task 'nobody'"),
        (["--set", "backend=nothing"], "there is no backend 'nothing'"),
        (["--set", "bad.after=bad"], "can not come after itself"),
        (["--set", "x"], "write KEY=VALUE"),
    ],
)
def test_bad_changes_start_nothing(past: str, orchtui: Orchtui, words: list[str], why: str) -> None:
    done = orchtui("runs", "again", past, *words)

    assert done.returncode == 2
    assert why in done.stderr
    assert newest(orchtui)["id"] == past


def test_the_programs_of_a_run_are_asked_about_as_those_of_any_plan(
    orchtui: Orchtui, project: Path
) -> None:
    text = "tasks: [{id: a, command: [touch, made]}]"
    assert orchtui("run", "-", "--backend", "rehearsal", stdin=text).returncode == 0

    refused = orchtui("runs", "again", "last", "--set", "backend=command")

    assert refused.returncode == 2
    assert "touch" in refused.stderr
    assert not (project / "made").exists()


# As a plan file


def test_a_plan_is_written_as_a_file_that_runs(past: str, orchtui: Orchtui, project: Path) -> None:
    printed = orchtui("runs", "plan", "last")
    written = orchtui("runs", "plan", "last", "-o", "again.yaml")
    refused = orchtui("runs", "plan", "last", "-o", "again.yaml")
    replaced = orchtui("runs", "plan", "last", "-o", "again.yaml", "--force")

    assert [one.returncode for one in (printed, written, refused, replaced)] == [0, 0, 2, 0]
    assert "--force replaces it" in refused.stderr
    assert "`orchtui run again.yaml` runs it" in written.stderr
    text = (project / "again.yaml").read_text()
    assert text == printed.stdout
    assert f"# The plan of run {past}" in text
    assert "flags, which stand over a plan: --backend rehearsal" in text
    assert [task.id for task in load_plan(project / "again.yaml").tasks] == ["good", "bad"]
    assert orchtui("check", "again.yaml").returncode in (0, 1)
    shown = json.loads(orchtui("runs", "plan", "last", "--json").stdout)
    assert [task["id"] for task in shown["tasks"]] == ["good", "bad"]


def test_a_run_that_is_not_there_is_told(orchtui: Orchtui) -> None:
    for words in (["plan", "nope"], ["again", "nope"]):
        done = orchtui("runs", *words)
        assert done.returncode == 1
        assert "there are no runs" in done.stderr
