"""`orchtui run` of tasks that are not independent: staged and told, or refused."""

import json
from pathlib import Path

from tests.cli.conftest import Orchtui

PLAN = """\
backend: rehearsal
tasks:
  - {{id: one, prompt: "Paint a house [rehearse: 20 words, 1 ms]", writes: [out.md]}}
  - {{id: two, prompt: "Sing a song [rehearse: 20 words, 1 ms]", writes: [out.md]{more}}}
"""


def plan(project: Path, more: str = "") -> str:
    (project / "plan.yaml").write_text(PLAN.format(more=more))
    return "plan.yaml"


def conflict(orchtui: Orchtui) -> str:
    """The id of the finding."""
    report = json.loads(orchtui("check", "plan.yaml", "--json").stdout)
    [found] = [one["id"] for one in report["findings"] if one["kind"] == "write_conflict"]
    return str(found)


def test_it_says_first_which_tasks_wait_and_why(orchtui: Orchtui, project: Path) -> None:
    path = plan(project)

    done = orchtui("run", path, "--json")

    lines = done.stderr.splitlines()
    assert done.returncode == 0
    assert lines[0] == "orchtui: 2 stages: one → two"
    assert lines[1].startswith("orchtui:   two waits for the end of one: ")
    assert f"(certain) [{conflict(orchtui)}]" in lines[1]
    assert "`orchtui check`" in lines[2] and "`accepted`" in lines[2]
    events = [json.loads(line) for line in done.stdout.splitlines()]
    order = [(one["kind"], one["task"]) for one in events if "task" in one]
    assert order.index(("task_completed", "one")) < order.index(("task_queued", "two"))
    assert events[0]["schedule"]["staged"][0]["finding"] == conflict(orchtui)


def test_what_a_person_accepted_runs_together_and_stands_in_the_log(
    orchtui: Orchtui, project: Path
) -> None:
    plan(project)
    accepted = conflict(orchtui)

    done = orchtui("run", plan(project, f", accepted: ['{accepted}']"), "--strict")

    assert done.returncode == 0
    assert "stages:" not in done.stderr
    log = (project / "artifacts/parallel-log.md").read_text()
    assert "**Independent Tasks**: 2\n" in log
    assert "**Accepted Findings**: 1\n" in log


def test_strict_refuses_and_starts_nothing(orchtui: Orchtui, project: Path) -> None:
    path = plan(project)

    for_people = orchtui("run", path, "--strict")
    for_programs = orchtui("run", path, "--strict", "--json")

    assert for_people.returncode == for_programs.returncode == 2
    assert for_people.stdout == ""
    assert "out.md" in for_people.stderr and conflict(orchtui) in for_people.stderr
    errors = json.loads(for_programs.stdout)["errors"]
    assert any(conflict(orchtui) in error["message"] for error in errors)
    assert set(errors[0]) == {"file", "line", "column", "message"}
    assert not (project / "artifacts").exists()


def test_strict_lets_a_declared_order_pass(orchtui: Orchtui, project: Path) -> None:
    (project / "plan.yaml").write_text(
        "backend: rehearsal\n"
        "tasks:\n"
        '  - {id: one, prompt: "Paint a house [rehearse: 5 words, 1 ms]"}\n'
        '  - {id: two, prompt: "Sing a song [rehearse: 5 words, 1 ms]", after: [one]}\n'
    )

    done = orchtui("run", "plan.yaml", "--strict")

    assert done.returncode == 0
    assert "stages:" not in done.stderr
