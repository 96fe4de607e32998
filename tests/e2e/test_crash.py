"""The app breaks in a real terminal: the terminal is as it was, and the person is told."""

import os
import re
from pathlib import Path

from tests.e2e.terminal import Terminal, program

CTRL_R = "\x12"
LEAVE_SCREEN = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"
MOUSE_OFF = b"\x1b[?1000l"

PLAN = """\
tasks:
  - {id: stuck, title: Stuck job, prompt: "Write [rehearse: stall]"}
"""
BREAK = """
import sys
from orchtui.cli import main
from orchtui.ui.app import OrchtuiApp

def boom(self):
    secret = "a value that nobody may see"
    raise RuntimeError(f"this was not expected: ghp_planted0123456789abcdef {len(secret)}")

OrchtuiApp.action_show_help = boom
sys.argv[1:] = ["plan.yaml", "--backend", "rehearsal"]
main()
"""


def crash(terminal: Terminal, folder: Path) -> None:
    terminal.wait("Stuck job")
    terminal.press(CTRL_R)
    terminal.wait_until(lambda: bool(list(folder.glob("artifacts/runs/*/events.jsonl"))), "a run")
    terminal.wait("1 running")
    terminal.press("\x1bOP")


def test_the_terminal_is_as_it_was_and_says_how_to_go_on(tmp_path: Path, home: Path) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    with program(tmp_path, "-c", BREAK, GH_TOKEN="ghp_planted0123456789abcdef") as terminal:
        crash(terminal, tmp_path)
        assert terminal.wait_exit() == 70
        raw = terminal.raw

    for sequence in (LEAVE_SCREEN, SHOW_CURSOR, MOUSE_OFF):
        assert sequence in raw
    after = raw.rsplit(LEAVE_SCREEN, 1)[1].decode()
    [folder] = (tmp_path / "artifacts" / "runs").iterdir()
    [report] = home.rglob("crash-*.txt")
    assert "RuntimeError: this was not expected: ***" in after
    assert str(report) in re.sub(r"[\r\n]", "", after)
    assert f"orchtui runs resume {folder.name}" in after
    assert "Traceback" not in after
    for told in (after, report.read_text()):
        assert "nobody may see" not in told
        assert "ghp_planted" not in told
    assert "Rehearsal" in (folder / "parallel-task-1.md").read_text()
    assert os.path.getsize(folder / "events.jsonl")
