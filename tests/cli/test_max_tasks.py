"""`limits.max_tasks`: in the plan, in `orchtui.yaml`, set in a past run's plan; and what holds."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Orchtui

VARIANTS = "tasks: [{variants: 210, prompt: Name a colour.}]"


def held(orchtui: Orchtui) -> tuple[object, str]:
    """What `doctor` says of the limit, and who said it."""
    rows = json.loads(orchtui("doctor", "--json").stdout)["settings"]
    [row] = [one for one in rows if one["name"] == "limits.max_tasks"]
    return row["value"], row["from"]


@pytest.mark.parametrize("command", ["check", "run"])
def test_the_configuration_says_how_many_tasks_a_plan_may_have(
    orchtui: Orchtui, project: Path, command: str
) -> None:
    (project / "plan.yaml").write_text(VARIANTS)
    words = [command, "plan.yaml"] + (["--estimate"] if command == "run" else [])
    words += ["--backend", "rehearsal"]

    refused = orchtui(*words)
    (project / "orchtui.yaml").write_text("limits: {max_tasks: 210}\n")
    allowed = orchtui(*words)
    from_stdin = orchtui(command, "-", *words[2:], stdin=VARIANTS)
    (project / "orchtui.yaml").write_text("limits: {max_tasks: 209}\n")
    too_few = orchtui(*words)

    assert refused.returncode == too_few.returncode == 2
    assert "at most 200 are allowed" in refused.stderr
    assert "at most 209 are allowed" in too_few.stderr
    assert allowed.returncode in (0, 1), allowed.stderr
    assert from_stdin.returncode == allowed.returncode


def test_the_plan_says_it_before_the_configuration(orchtui: Orchtui, project: Path) -> None:
    (project / "orchtui.yaml").write_text("limits: {max_tasks: 5}\n")

    of_plan = orchtui("check", "-", stdin=f"limits: {{max_tasks: 300}}\n{VARIANTS}")
    written_out = "tasks:\n" + "- prompt: Name a colour.\n" * 6

    assert of_plan.returncode in (0, 1), of_plan.stderr
    assert orchtui("check", "-", stdin=written_out).returncode in (0, 1)


def test_doctor_shows_what_holds(orchtui: Orchtui, project: Path) -> None:
    assert held(orchtui) == (200, "default")
    (project / "orchtui.yaml").write_text("limits: {max_tasks: 300}\n")
    assert held(orchtui) == (300, "project file orchtui.yaml")


@pytest.mark.parametrize("value", ["0", "20001", "many", "1.5", "[2]"])
def test_a_wrong_one_is_told_with_its_place(orchtui: Orchtui, project: Path, value: str) -> None:
    (project / "orchtui.yaml").write_text(f"limits: {{max_tasks: {value}}}\n")

    told = orchtui("check", "-", stdin=VARIANTS)

    assert told.returncode == 2
    assert "orchtui.yaml:1:21: max_tasks must be a whole number from 1 to 20,000" in told.stderr


def test_it_is_set_in_a_past_runs_plan(orchtui: Orchtui, project: Path) -> None:
    text = "tasks: [{id: a, prompt: Name a colour.}]"
    assert orchtui("run", "-", "--backend", "rehearsal", stdin=text).returncode == 0

    again = orchtui("runs", "again", "last", "--set", "max_tasks=300")
    wrong = orchtui("runs", "again", "last", "--set", "max_tasks=0")
    of_task = orchtui("runs", "again", "last", "--set", "a.max_tasks=3")

    assert again.returncode == 0, again.stderr
    assert "max_tasks: 300 instead of nothing" in again.stderr
    assert "max_tasks: 300" in orchtui("runs", "plan", "last").stdout
    assert wrong.returncode == of_task.returncode == 2
    assert "from 1 to 20,000" in wrong.stderr
    assert "unknown key 'max_tasks'" in of_task.stderr
