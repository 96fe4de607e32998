"""An entry that stands for many tasks, through every command that reads a plan."""

import json
from pathlib import Path

import pytest

from orchtui.engine.plan_files.plan_file import load_plan
from tests.cli.conftest import Orchtui

PLAN = """\
tasks:
- id: lines
  files: logs/*.log
  command: [wc, -l, "{file}"]
- id: page
  table: cities.csv
  stages:
  - command: [echo, "{city}"]
  - command: [cat]
    prompt: Look at {city}.
"""
IDS = ["lines-app", "lines-db", "page-oslo.1", "page-oslo.2", "page-rome.1", "page-rome.2"]


@pytest.fixture
def logs(project: Path) -> Path:
    (project / "logs").mkdir()
    for name in ("db.log", "app.log", ".env"):
        (project / "logs" / name).write_text("one\ntwo\n")
    (project / "cities.csv").write_text("city\nOslo\nRome\n")
    (project / "plan.yaml").write_text(PLAN)
    return project


def test_a_run_its_files_and_its_plan_have_ordinary_tasks(orchtui: Orchtui, logs: Path) -> None:
    done = orchtui("run", "plan.yaml", "--trust")
    assert done.returncode == 0, done.stderr
    assert "2 logs/app.log" in done.stdout

    [run] = json.loads(orchtui("runs", "list", "--json").stdout)
    assert (run["verdict"], run["tasks"]) == ("COMPLETED", 6)
    kept = load_plan(logs / "artifacts" / "runs" / run["id"] / "plan.yaml")
    assert [task.id for task in kept.tasks] == IDS
    assert kept.task("page-rome.2").after == ("page-rome.1",)

    assert orchtui("runs", "plan", "last", "-o", "again.yaml").returncode == 0
    (logs / "cities.csv").unlink()  # the plan that is written needs no table
    assert load_plan(logs / "again.yaml") == kept


def test_check_says_where_the_words_of_made_tasks_stand(orchtui: Orchtui, logs: Path) -> None:
    text = (
        "tasks:\n- {id: a, files: logs/*.log, prompt: 'Sum up {file}.', writes: out.md}\n"
        "- prompt: Improve what the other tasks found\n"
    )
    told = orchtui("check", "-", stdin=text).stdout
    assert "<stdin>:3:" in told
    report = json.loads(orchtui("check", "-", "--json", stdin=text).stdout)
    assert [task["id"] for task in report["tasks"]] == ["a-app", "a-db", "task-2"]


@pytest.mark.parametrize("command", ["run", "check"])
def test_what_is_wrong_is_told_with_the_file_that_it_is_in(
    orchtui: Orchtui, logs: Path, command: str
) -> None:
    (logs / "cities.csv").write_text("city,city\nOslo\n")
    (logs / "plan.yaml").write_text(PLAN.replace("logs/*.log", "nowhere/*"))
    done = orchtui(command, "plan.yaml", "--json")
    assert done.returncode == 2
    errors = json.loads(done.stdout)["errors"]
    assert [(one["file"], one["line"], one["column"]) for one in errors] == [
        ("cities.csv", 1, 6),
        ("cities.csv", 2, 1),
        ("plan.yaml", 3, 10),
    ]


def test_too_many_tasks_start_nothing(orchtui: Orchtui, logs: Path) -> None:
    text = "tasks: [{variants: 300, command: [touch, started]}]"
    done = orchtui("run", "-", "--trust", stdin=text)
    assert done.returncode == 2
    assert "the plan would have 300 tasks" in done.stderr
    assert not (logs / "started").exists()
    assert not (logs / "artifacts").exists()
