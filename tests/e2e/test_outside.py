"""The editor and the pager: in a real terminal, while tasks run."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, orchtui, program
from tests.e2e.test_app import CTRL_C, CTRL_R, ESCAPE, quit_app

CTRL_Z = "\x1a"

SLOW = """\
tasks:
  - {id: slow, title: Slow job, prompt: "Write [rehearse: 4000 words, 20 ms]"}
"""
QUICK = """\
tasks:
  - {id: quick, title: Quick job, prompt: "Write [rehearse: 12 words, 5 ms]"}
"""

EDITOR = """\
import pathlib, signal, sys
path = pathlib.Path(sys.argv[-1])
def interrupted(*_):
    print("INTERRUPTED", flush=True)
signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGCONT, lambda *_: print("CONTINUED", flush=True))
print("EDITING", path.name, sys.argv[1], len(path.read_text()), "characters", flush=True)
while True:
    line = sys.stdin.readline().strip()
    if line == "leave":
        sys.exit(int(sys.argv[2]))
    print("READ", line, flush=True)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project folder, with plans and an editor."""
    (tmp_path / "slow.yaml").write_text(SLOW)
    (tmp_path / "quick.yaml").write_text(QUICK)
    (tmp_path / "my editor.py").write_text(EDITOR)
    return tmp_path


def command(folder: Path, code: int = 0) -> str:
    """What a person writes into the variable."""
    return f"{sys.executable} '{folder / 'my editor.py'}' --flag {code}"


def run_to_end(terminal: Terminal) -> None:
    terminal.wait("Quick job")
    terminal.press(CTRL_R)
    terminal.wait("COMPLETED")
    terminal.press("4")
    terminal.wait("Follow")  # the footer of the output


def test_the_run_goes_on_while_its_text_is_edited(folder: Path) -> None:
    with orchtui(
        folder, "slow.yaml", "--backend", "rehearsal", VISUAL=command(folder), EDITOR="no"
    ) as terminal:
        terminal.wait("Slow job")
        terminal.press(CTRL_R)
        terminal.wait("running")
        terminal.press("4")
        terminal.wait("no model was called")
        terminal.press("e")
        terminal.wait("EDITING parallel-task-1-attempt-1.md --flag")
        [journal] = folder.glob("artifacts/runs/*/events.jsonl")
        size = journal.stat().st_size
        terminal.wait_until(lambda: journal.stat().st_size > size, "the run goes on")
        terminal.type("words\n")
        terminal.wait("READ words")
        terminal.press(CTRL_C)
        terminal.wait("INTERRUPTED")
        terminal.press(CTRL_Z)
        terminal.wait("CONTINUED")
        terminal.type("leave\n")
        terminal.wait_gone("EDITING")
        terminal.wait("4 Output")
        terminal.press("q")
        terminal.wait("Tasks are running")
        terminal.press("c")
        assert terminal.wait_exit() == 0


def test_the_file_of_the_run_is_opened_and_an_exit_code_is_told(folder: Path) -> None:
    with orchtui(
        folder, "quick.yaml", "--backend", "rehearsal", VISUAL="", EDITOR=command(folder, 3)
    ) as terminal:
        run_to_end(terminal)
        terminal.press("e")
        terminal.wait("EDITING parallel-task-1.md --flag")
        terminal.type("leave\n")
        terminal.wait("exit code 3")
        quit_app(terminal)


def test_the_pager_opens_it_too(folder: Path) -> None:
    with orchtui(folder, "quick.yaml", "--backend", "rehearsal", PAGER=command(folder)) as terminal:
        run_to_end(terminal)
        terminal.press("p")
        terminal.wait("EDITING parallel-task-1.md --flag")
        terminal.type("leave\n")
        terminal.wait_gone("EDITING")
        terminal.wait("4 Output")
        quit_app(terminal)


def test_without_an_editor_it_says_what_to_do(folder: Path) -> None:
    with orchtui(
        folder, "quick.yaml", "--backend", "rehearsal", VISUAL="no-such-editor -x", EDITOR=""
    ) as terminal:
        run_to_end(terminal)
        terminal.press("e")
        terminal.wait("There is no program 'no-such-editor'")
        terminal.press(ESCAPE)
        terminal.wait_gone("no-such-editor")
        quit_app(terminal)


def test_when_the_system_ends_the_app_the_editor_ends_too(folder: Path) -> None:
    with orchtui(
        folder, "quick.yaml", "--backend", "rehearsal", VISUAL=command(folder)
    ) as terminal:
        run_to_end(terminal)
        terminal.press("e")
        terminal.wait("EDITING")
        terminal.process.kill(signal.SIGTERM)
        assert terminal.wait_exit() == 0


SHELL = """\
import pathlib, subprocess, sys
app = subprocess.Popen([sys.executable, "-m", "orchtui", *sys.argv[1:]])
pathlib.Path("pid").write_text(str(app.pid))
app.wait()
"""
DEAF = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"


@pytest.mark.parametrize("before", ["", DEAF], ids=["editor ends", "editor stays"])
def test_when_the_terminal_goes_away_from_an_editor_the_app_leaves_too(
    folder: Path, before: str
) -> None:
    """The system tells it to the shell and to who is in the foreground, and that is the editor."""
    (folder / "my editor.py").write_text(before + EDITOR)
    (folder / "shell.py").write_text(SHELL)
    with program(
        folder, "shell.py", "slow.yaml", "--backend", "rehearsal", VISUAL=command(folder)
    ) as terminal:
        terminal.wait("Slow job")
        terminal.press(CTRL_R)
        terminal.wait("running")
        terminal.press("4")
        terminal.wait("no model was called")
        terminal.press("e")
        terminal.wait("EDITING")
        app = int((folder / "pid").read_text())
        terminal.close()
        end = time.monotonic() + 20
        while runs(app):
            assert time.monotonic() < end, "the app is still there"
            time.sleep(0.05)
    [journal] = folder.glob("artifacts/runs/*/events.jsonl")
    assert "run_finished" in journal.read_text().splitlines()[-1]


def runs(process: int) -> bool:
    """Whether there is such a process."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
