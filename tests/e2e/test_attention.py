"""The bell, notices and the title in a real terminal; and what is left of them afterwards."""

import re
import signal
from pathlib import Path

import pytest

from tests.e2e.terminal import Terminal, orchtui

FOCUS_LOST = b"\x1b[O"
PLAN = """\
tasks:
  - {id: one, title: First job, prompt: "Write [rehearse: 12 words, 5 ms]"}
  - {id: bad, title: Second job, prompt: "Write [rehearse: 60 words, 20 ms]"}
"""
PUSHED, POPPED = b"\x1b[22;0t", b"\x1b[23;0t"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plan.yaml").write_text(PLAN)
    return tmp_path


def titles(terminal: Terminal) -> list[str]:
    return [one.decode() for one in re.findall(rb"\x1b\]2;([^\x07]*)\x07", terminal.raw)]


def rung(terminal: Terminal) -> int:
    """How often the bell was rung, apart from the ends of other sequences."""
    return re.sub(rb"\x1b\][^\x07]*\x07", b"", terminal.raw).count(b"\x07")


def run(terminal: Terminal) -> None:
    terminal.wait("First job")
    terminal.press("\x12")
    terminal.wait("RUNNING")
    terminal.process.send(FOCUS_LOST)
    terminal.wait("COMPLETED")


def test_the_bell_rings_and_the_title_counts_and_is_put_back(folder: Path) -> None:
    with orchtui(folder, "plan.yaml", "--backend", "rehearsal") as terminal:
        run(terminal)
        terminal.wait_until(lambda: rung(terminal) == 1, "the bell")
        assert "orchtui 1/2" in titles(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    shown = titles(terminal)
    assert shown[0] == "orchtui"
    assert shown[-2:] == ["✓ 2/2 orchtui", ""]
    assert terminal.raw.count(PUSHED) == terminal.raw.count(POPPED) == 1
    assert terminal.raw.index(PUSHED) < terminal.raw.index(b"\x1b]2;")
    assert terminal.raw.index(POPPED) > terminal.raw.rindex(b"\x1b]2;")


@pytest.mark.parametrize("tmux", ["", "/tmp/some-socket,1,0"])
def test_a_desktop_notice_where_it_is_asked_for(folder: Path, tmux: str) -> None:
    (folder / "orchtui.yaml").write_text("notify: [osc9, osc777]\n")
    with orchtui(folder, "plan.yaml", "--backend", "rehearsal", TMUX=tmux) as terminal:
        run(terminal)
        terminal.wait_until(lambda: b"777;notify;orchtui: COMPLETED" in terminal.raw, "a notice")
    assert (b"\x1bPtmux;\x1b\x1b]9;orchtui: COMPLETED: 2 of 2" in terminal.raw) is bool(tmux)
    assert titles(terminal) == []
    assert rung(terminal) == 0


def test_off_is_off(folder: Path) -> None:
    (folder / "orchtui.yaml").write_text("notify: off\n")
    with orchtui(folder, "plan.yaml", "--backend", "rehearsal") as terminal:
        run(terminal)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert titles(terminal) == []
    assert rung(terminal) == 0
    assert PUSHED not in terminal.raw


def test_a_signal_puts_the_title_back_too(folder: Path) -> None:
    with orchtui(folder, "plan.yaml", "--backend", "rehearsal") as terminal:
        terminal.wait("First job")
        terminal.process.kill(signal.SIGTERM)
        terminal.wait_exit()
    assert POPPED in terminal.raw
