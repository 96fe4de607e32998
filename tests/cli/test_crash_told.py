"""orchtui itself breaks without a screen: the run is kept, a report written, the rest said."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchtui.engine.journals import journal
from orchtui.engine.runs import fold

KEY = "ghp_planted0123456789abcdef"
PLAN = """\
tasks:
  - {id: quick, command: [echo, "a result that is kept"]}
  - {id: slow, command: [sh, -c, "echo begun; echo $$ > pid; exec sleep 60"]}
  - {id: bad, command: [sh, -c, "while ! test -s pid; do sleep 0.02; done; sleep 0.3; echo x"]}
"""

BREAK = """
import sys
from orchtui.engine.execution import supervisor
judge = supervisor.judge

def broken(intake, **limits):
    if intake.length == 2:  # what the task `bad` says
        secret = "a value that nobody may see"
        raise RuntimeError(f"this was not expected: {KEY}")
    return judge(intake, **limits)

supervisor.judge = broken
from orchtui.cli import main
sys.argv[1:] = {arguments!r}
main()
"""


def broken(project: Path, code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=project,
        env={**os.environ, "GH_TOKEN": KEY},
        capture_output=True,
        text=True,
        timeout=50,
    )


@pytest.fixture
def done(project: Path) -> "subprocess.CompletedProcess[str]":
    """A run in which the executor itself breaks."""
    (project / "plan.yaml").write_text(PLAN)
    code = BREAK.replace("{KEY}", KEY).format(arguments=["run", "plan.yaml", "--trust", "--json"])
    return broken(project, code)


def test_a_run_that_breaks_is_kept_and_can_be_gone_on_with(
    project: Path, home: Path, done: "subprocess.CompletedProcess[str]"
) -> None:
    assert done.returncode == 70
    [folder] = (project / "artifacts" / "runs").iterdir()
    lines = [line.removeprefix("orchtui: ") for line in done.stderr.splitlines()]
    assert "this is a fault in orchtui: RuntimeError: this was not expected: ***" in lines
    assert f"the run is kept; to go on with it: orchtui runs resume {folder.name}" in lines
    [report] = home.rglob("crash-*.txt")
    assert any(str(report) in line for line in lines)
    assert "Traceback" not in done.stderr

    told = [json.loads(line) for line in done.stdout.splitlines()]
    kept = fold.replay(journal.read(folder))
    assert kept is not None and kept.finished is None
    assert kept.tasks["quick"].status == "completed"
    assert [event.seq for event in journal.read(folder)][: len(told)] == [e["seq"] for e in told]
    with pytest.raises(ProcessLookupError):
        os.kill(int((project / "pid").read_text()), 0)


def test_the_report_has_no_secret_and_no_value_in_it(
    project: Path, home: Path, done: "subprocess.CompletedProcess[str]"
) -> None:
    [report] = home.rglob("crash-*.txt")
    text = report.read_text()

    assert "RuntimeError: this was not expected: ***" in text
    assert "in _supervise" in text
    for told in (text, done.stderr, done.stdout):
        assert KEY not in told
        assert "nobody may see" not in told


@pytest.mark.parametrize("arguments", [["doctor"], ["runs", "list"], ["check", "plan.yaml"]])
def test_other_commands_that_break_say_so_too(
    project: Path, home: Path, arguments: list[str]
) -> None:
    (project / "plan.yaml").write_text(PLAN)
    code = f"""
import sys
from orchtui.cli import options, main
from orchtui.engine.sessions import project
from orchtui.engine.agents import specialists

def boom(*_, **__):
    raise RuntimeError("not expected: {KEY}")

specialists.agent_folders = boom
sys.argv[1:] = {arguments!r}
main()
"""
    done = broken(project, code)

    assert done.returncode == 70
    assert "RuntimeError: not expected: ***" in done.stderr
    assert "Traceback" not in done.stderr
    assert "resume" not in done.stderr
    assert len(list(home.rglob("crash-*.txt"))) == 1
