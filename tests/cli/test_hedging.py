"""Second attempts without a screen: the flag, the configuration, the lines of a run, its files."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Orchtui

PROGRAM = """\
import os, sys, time
name, first = sys.argv[1], not os.path.exists(sys.argv[1])
open(name, "a").close()
print("begin", name, flush=True)
time.sleep(40 if name == "slow" and first else 0.2)
print("end", name)
"""
PLAN = "tasks:\n" + "".join(
    f"  - {{id: {name}, title: {name}, command: [python3, work.py, {name}]}}\n"
    for name in ("a", "b", "c", "slow")
)


@pytest.fixture
def plan(project: Path) -> str:
    (project / "work.py").write_text(PROGRAM)
    (project / "plan.yaml").write_text(PLAN)
    return "plan.yaml"


def test_a_program_that_hangs_once_is_run_again_beside_itself(
    orchtui: Orchtui, project: Path, plan: str
) -> None:
    done = orchtui("run", plan, "--hedge", "on", "--trust")

    assert done.returncode == 0, done.stderr
    assert "slow a second attempt begins beside the first, after " in done.stderr
    assert "slow the second attempt stands: it was done before the first attempt" in done.stderr
    assert "slow overtaken by attempt 2, begun beside it after " in done.stderr
    assert "slow started" in done.stderr and done.stderr.count("slow started") == 1
    assert "retrying" not in done.stderr and "failed" not in done.stderr
    text = (project / "artifacts" / "parallel-task-4.md").read_text()
    assert "attempt 2" in text and "end slow" in text

    told = json.loads(orchtui("runs", "time", "last", "--json").stdout)
    [hedge] = told["hedges"]
    assert (hedge["task"], hedge["outcome"]) == ("slow", "won")
    shown = orchtui("runs", "show", "last").stdout
    assert "overtaken by attempt 2" in shown and "Second attempt: " in shown
    replayed = orchtui("runs", "replay", "last", "--speed", "max")
    assert replayed.returncode == 0, replayed.stderr


@pytest.mark.parametrize("word", ["0.5", "often", "-1", ""])
def test_what_it_may_not_be_starts_nothing(orchtui: Orchtui, plan: str, word: str) -> None:
    done = orchtui("run", plan, "--hedge", word, "--trust")
    assert done.returncode == 2
    assert "on, off, or how many times the usual time a task may take" in done.stderr


def test_who_said_it_is_shown(orchtui: Orchtui, project: Path) -> None:
    def held(*flags: str) -> str:
        lines = orchtui("doctor", *flags).stdout.splitlines()
        return next(line.strip() for line in lines if "limits.hedge" in line)

    assert held() == "limits.hedge: off (default)"
    (project / "orchtui.yaml").write_text("limits: {hedge: 2}\n")
    assert held() == "limits.hedge: 2 (project file orchtui.yaml)"
    assert held("--hedge", "on") == "limits.hedge: 1.5 (flag --hedge)"


def test_a_wrong_one_in_the_configuration_has_its_place(orchtui: Orchtui, project: Path) -> None:
    (project / "orchtui.yaml").write_text("limits: {hedge: sometimes}\n")
    done = orchtui("doctor")
    assert "orchtui.yaml:1:17: " in done.stdout + done.stderr
