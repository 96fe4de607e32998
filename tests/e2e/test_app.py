"""A person's way through the app: write, run, watch, cancel, look back, quit."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, orchtui, program

ENTER, ESCAPE, CTRL_R, CTRL_C = "\r", "\x1b", "\x12", "\x03"
DOWN, HOME, END = "\x1b[B", "\x1b[H", "\x1b[F"

LEAVE_SCREEN = b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"

SIZES = [(80, 24), (120, 36), (200, 50)]

QUICK = """\
tasks:
  - {id: one, title: First job, prompt: "Write [rehearse: 12 words, 5 ms]"}
  - {id: two, title: Second job, prompt: "Write [rehearse: 12 words, 5 ms]"}
"""
STUCK = """\
tasks:
  - {id: ok, title: Quick job, prompt: "Write [rehearse: 12 words, 5 ms]"}
  - {id: stuck, title: Stuck job, prompt: "Write [rehearse: stall]"}
"""
FAILING = """\
tasks:
  - {id: ok, title: Good job, prompt: "Write [rehearse: 12 words, 5 ms]"}
  - {id: bad, title: Bad job, prompt: "Write [rehearse: fail]"}
"""
CONFLICT = """\
tasks:
  - {id: one, title: First job, prompt: "Write [rehearse: 12 words, 5 ms]", writes: [out.md]}
  - {id: two, title: Second job, prompt: "Write [rehearse: 12 words, 5 ms]", writes: [out.md]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project folder, with four plans."""
    plans = {"quick": QUICK, "stuck": STUCK, "failing": FAILING, "conflict": CONFLICT}
    for name, text in plans.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return tmp_path


def published(folder: Path, name: str) -> str:
    path = folder / "artifacts" / name
    return path.read_text() if path.exists() else ""


def journal(folder: Path) -> str:
    """The events of the only run that there is."""
    [path] = folder.glob("artifacts/runs/*/events.jsonl")
    return path.read_text()


def quit_app(terminal: Terminal) -> None:
    terminal.press("q")
    assert terminal.wait_exit() == 0
    assert LEAVE_SCREEN in terminal.raw


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_request_is_typed_and_run_and_read(folder: Path, columns: int, rows: int) -> None:
    with orchtui(folder, "--backend", "rehearsal", columns=columns, rows=rows) as terminal:
        terminal.wait("orchtui")
        terminal.type("Research tea from academic and practical perspectives")
        terminal.wait("Academic perspective")
        terminal.wait("Practical perspective")
        terminal.press(CTRL_R)
        terminal.wait("COMPLETED")
        assert "REHEARSAL" in terminal.text
        terminal.press(ESCAPE, "4")
        terminal.wait("no model was called")

    assert "2 of 2 tasks completed" in published(folder, "parallel-result.md")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_plan_is_opened_run_and_left(folder: Path, columns: int, rows: int) -> None:
    with orchtui(
        folder, "quick.yaml", "--backend", "rehearsal", columns=columns, rows=rows
    ) as terminal:
        terminal.wait("First job")
        terminal.press(CTRL_R)
        terminal.wait("COMPLETED")
        quit_app(terminal)

    assert "2 of 2" in published(folder, "parallel-result.md")


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_conflict_is_shown_asked_about_and_staged(folder: Path, columns: int, rows: int) -> None:
    with orchtui(
        folder, "conflict.yaml", "--backend", "rehearsal", columns=columns, rows=rows
    ) as terminal:
        terminal.wait("2 tasks DEPENDENT ✗ → 2 stages")
        terminal.press("2")
        terminal.wait("CONFLICTS with 2 ✗")
        terminal.press("m")
        terminal.wait("✗ conflict")
        terminal.press("m", CTRL_R)
        terminal.wait("Not all tasks are independent")
        terminal.press("r")
        terminal.wait("COMPLETED")
        quit_app(terminal)

    assert '"staged":' in journal(folder)


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_results_are_compared_and_the_best_is_chosen(folder: Path, columns: int, rows: int) -> None:
    with orchtui(
        folder, "quick.yaml", "--backend", "rehearsal", columns=columns, rows=rows
    ) as terminal:
        terminal.wait("First job")
        terminal.press(CTRL_R)
        terminal.wait("COMPLETED")
        terminal.press("3", "d")
        terminal.wait("2 results")
        terminal.press(ENTER)
        terminal.wait("alike")
        terminal.wait("+ Second job")
        terminal.press("s", "]", ESCAPE)
        terminal.wait("2 results")
        terminal.press("j", "+", "c")
        terminal.wait("what speaks for it")
        terminal.press("short", ENTER)
        terminal.wait("CHOSEN")
        quit_app(terminal)

    assert "Chosen by a person: Second job: short." in published(folder, "parallel-result.md")


def test_one_task_is_cancelled_and_the_rest_is_delivered(folder: Path) -> None:
    with orchtui(folder, "stuck.yaml", "--backend", "rehearsal") as terminal:
        terminal.wait("Stuck job")
        terminal.press(CTRL_R)
        terminal.wait_until(lambda: "Quick" in published(folder, "parallel-task-1.md"), "a result")
        terminal.press("3", DOWN, "x")
        terminal.wait("Stop Stuck job?")
        terminal.press("x")
        terminal.wait("PARTIAL")
        quit_app(terminal)

    assert "**PARTIAL**: 1 of 2 tasks completed (1 cancelled)" in published(
        folder, "parallel-result.md"
    )


def test_quitting_while_tasks_run_asks_and_keeps_what_was_written(folder: Path) -> None:
    with orchtui(folder, "stuck.yaml", "--backend", "rehearsal") as terminal:
        terminal.wait("Stuck job")
        terminal.press(CTRL_R)
        terminal.wait_until(lambda: "Quick" in published(folder, "parallel-task-1.md"), "a result")
        terminal.press(CTRL_C)
        terminal.wait("Tasks are running")
        terminal.press("s")
        terminal.wait_gone("Tasks are running")
        terminal.press(CTRL_C)
        terminal.wait("Tasks are running")
        terminal.press("c")
        assert terminal.wait_exit() == 0

    assert "**CANCELLED**: 1 of 2" in published(folder, "parallel-result.md")


def test_what_failed_is_tried_again_in_the_same_run(folder: Path) -> None:
    with orchtui(folder, "failing.yaml", "--backend", "rehearsal") as terminal:
        terminal.wait("Bad job")
        terminal.press(CTRL_R)
        terminal.wait("PARTIAL")
        terminal.press("3", "r")
        terminal.wait("1 of 2 results is kept")
        terminal.wait("it failed: server")
        terminal.press("g")
        terminal.wait_until(lambda: journal(folder).count("run_finished") == 2, "a second end")
        terminal.wait("PARTIAL")
        quit_app(terminal)

    assert journal(folder).count("run_resumed") == 1


def test_a_past_run_is_opened_in_a_new_session(folder: Path) -> None:
    with orchtui(folder, "quick.yaml", "--backend", "rehearsal") as terminal:
        terminal.wait("First job")
        terminal.press(CTRL_R)
        terminal.wait("COMPLETED")
        quit_app(terminal)
    with orchtui(folder) as terminal:
        terminal.wait("orchtui")
        terminal.press(ESCAPE, "5")
        terminal.wait("COMPLETED")
        terminal.press(ENTER)
        terminal.wait("First job")
        terminal.press("4")
        terminal.wait("no model was called")
        quit_app(terminal)


def test_without_a_backend_the_app_asks(folder: Path) -> None:
    missing = str(folder / "no-such-model.gguf")
    with orchtui(folder, "quick.yaml", ORCHTUI_LOCAL_MODEL=missing) as terminal:
        terminal.wait("First job")
        terminal.press(CTRL_R)
        terminal.wait("ANTHROPIC_API_KEY")
        assert "rehearsal" in terminal.text
        terminal.press(ESCAPE)
        terminal.wait_gone("ANTHROPIC_API_KEY")
        quit_app(terminal)

    assert not (folder / "artifacts" / "runs").exists()


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_leaves_the_terminal_and_the_run_in_order(folder: Path, name: str) -> None:
    with orchtui(folder, "stuck.yaml", "--backend", "rehearsal") as terminal:
        terminal.wait("Stuck job")
        terminal.press(CTRL_R)
        terminal.wait_until(lambda: "Quick" in published(folder, "parallel-task-1.md"), "a result")
        terminal.process.kill(getattr(signal, name))
        terminal.wait_exit()

    assert LEAVE_SCREEN in terminal.raw
    assert terminal.raw.rindex(SHOW_CURSOR) > terminal.raw.index(LEAVE_SCREEN) - 200
    assert "**CANCELLED**" in published(folder, "parallel-result.md")


def test_a_closed_terminal_ends_the_app_and_its_run(folder: Path) -> None:
    with orchtui(folder, "stuck.yaml", "--backend", "rehearsal") as terminal:
        terminal.wait("Stuck job")
        terminal.press(CTRL_R)
        terminal.wait_until(lambda: "Quick" in published(folder, "parallel-task-1.md"), "a result")
        terminal.close()
        terminal.wait_end()

    assert "**CANCELLED**" in published(folder, "parallel-result.md")


def test_a_terminal_that_goes_away_without_a_signal_ends_the_app_too(folder: Path) -> None:
    """Of a terminal that is not the controlling one no SIGHUP comes."""
    here, there = os.openpty()
    command = [sys.executable, "-m", "orchtui", "stuck.yaml", "--backend", "rehearsal"]
    environment = {**os.environ, "TERM": "xterm-256color"}
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=there, stdout=there, stderr=there
    )
    try:
        os.close(there)
        seen = b""
        while b"Stuck job" not in seen:
            seen += os.read(here, 65536)
        os.close(here)
        process.wait(30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode != -signal.SIGKILL


def test_a_crash_of_the_app_is_no_success(folder: Path) -> None:
    (folder / "crash.py").write_text(
        "from orchtui.cli import main\n"
        "from orchtui.ui.screen import MainScreen\n"
        "def crash(self):\n    raise RuntimeError('crash')\n"
        "MainScreen._repaint = crash\n"
        "main()\n"
    )
    with program(folder, "crash.py") as terminal:
        assert terminal.wait_exit() == 70


def test_the_app_lives_through_every_size(folder: Path) -> None:
    with orchtui(folder, "stuck.yaml", "--backend", "rehearsal") as terminal:
        terminal.wait("Stuck job")
        terminal.press(CTRL_R)
        for columns, rows in [(20, 5), (200, 50), (60, 16), (40, 10), (120, 36)]:
            terminal.resize(columns, rows)
            terminal.press("2", "3", "4", "1")
            assert terminal.process.isalive()
        terminal.wait("Stuck job")
        terminal.press(CTRL_C)
        terminal.wait("Tasks are running")
        terminal.press("c")
        assert terminal.wait_exit() == 0


def test_hostile_text_does_not_reach_the_terminal(folder: Path) -> None:
    (folder / "hostile.yaml").write_text(
        "tasks:\n"
        '  - id: a\n    title: "[/] [red]not red[/red] \\e[31m"\n'
        "    command: [printf, 'done \\033]0;owned\\007 [/] \\033[2Jend of it']\n"
    )
    with orchtui(folder, "hostile.yaml") as terminal:
        terminal.wait("[/] [red]not red[/red]")
        terminal.press(CTRL_R)
        terminal.wait("trust and run")
        assert "printf" in terminal.text
        terminal.press("t")
        terminal.wait("COMPLETED")
        terminal.press("4")
        terminal.wait("end of it")
        quit_app(terminal)

    assert b"\x1b]0;owned" not in terminal.raw
    assert b"\x1b[2Jend" not in terminal.raw


@pytest.mark.parametrize(("columns", "rows"), SIZES)
def test_a_run_is_replayed_from_the_list(folder: Path, columns: int, rows: int) -> None:
    command = ("failing.yaml", "--backend", "rehearsal")
    with orchtui(folder, *command, columns=columns, rows=rows) as terminal:
        terminal.wait("Good job")
        terminal.press(CTRL_R)
        terminal.wait("PARTIAL")
        terminal.press("5")
        terminal.wait("5 Past runs")
        terminal.press("v")
        terminal.wait("REPLAY of")
        terminal.press(" ", HOME, "J")
        terminal.wait("paused")
        terminal.wait("trying again will not help")
        bar = terminal.text.rstrip().splitlines()[-2]
        assert "REPLAY" in bar and "PARTIAL" not in bar
        terminal.press(".", ".", ",", "+", END)
        terminal.wait("■ end")
        terminal.wait("◐ PARTIAL")
        terminal.press("x")
        terminal.wait("This is a replay")
        terminal.press(ESCAPE)
        terminal.wait_gone("REPLAY of")
        terminal.wait("past run")


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 36)])
def test_a_past_run_is_found_kept_thrown_away_and_run_again(
    folder: Path, columns: int, rows: int
) -> None:
    with orchtui(
        folder, "failing.yaml", "--backend", "rehearsal", columns=columns, rows=rows
    ) as terminal:
        terminal.wait("Bad job")
        terminal.press(CTRL_R)
        terminal.wait("PARTIAL")
        terminal.press("5")
        terminal.wait("1/2")
        terminal.press("/")
        terminal.type("bad job")
        terminal.wait("1/1")
        terminal.press(ENTER, ENTER)
        terminal.wait("4 Output")
        terminal.press("5", ESCAPE, "t")
        terminal.wait("night, good")
        terminal.type("keep" + ENTER)
        terminal.wait_gone("night, good")
        terminal.press("f")
        terminal.type("tag:keep" + ENTER)
        terminal.wait("filter tag:keep")
        terminal.press(ESCAPE, "d")
        terminal.wait("No past runs")
        terminal.press("u")
        terminal.wait("1/2")
        terminal.press("a")
        terminal.wait("f  what failed")
        terminal.press("f")
        terminal.wait("Take over what has not changed?")
        terminal.press("t")
        terminal.wait("= compares it")
        terminal.press("5")
        terminal.wait_until(
            lambda: len([*folder.glob("artifacts/runs/*")]) == 2, "two runs, one beside the other"
        )
        quit_app(terminal)
