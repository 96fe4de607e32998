"""Terminals of all kinds: with few colours, with none, and such as can not show the app."""

import re
from pathlib import Path

import pytest

from tests.e2e.terminal import orchtui

PLAN = """\
tasks:
  - {id: one, title: First job, prompt: "Write [rehearse: 12 words, 5 ms]"}
  - {id: two, title: Second job, prompt: "Write [rehearse: fail]"}
"""
CTRL_R = "\x12"
SGR = re.compile(rb"\x1b\[([0-9;:]*)m")
NO_COLORS = {0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 23, 24, 25, 27, 28, 29, 39, 49, 53}
"""What styles text without a colour."""


def codes(raw: bytes) -> set[int]:
    """All that was said about looks."""
    parts = b";".join(SGR.findall(raw)).split(b";")
    return {int(part) for part in parts if part}


@pytest.mark.parametrize(
    ("environment", "few"),
    [
        ({"TERM": "screen", "COLORTERM": ""}, True),
        ({"TERM": "linux", "COLORTERM": ""}, True),
        ({"TERM": "xterm-16color", "COLORTERM": ""}, True),
        ({"TERM": "screen-256color", "COLORTERM": ""}, False),
        ({"TERM": "tmux-256color", "COLORTERM": "truecolor"}, False),
        ({"NO_COLOR": "1"}, True),
    ],
    ids=lambda value: "-".join(value.values()) if isinstance(value, dict) else "",
)
def test_it_runs_on_every_terminal(tmp_path: Path, environment: dict[str, str], few: bool) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    with orchtui(
        tmp_path,
        *("plan.yaml", "--backend", "rehearsal"),
        **environment,  # type: ignore[arg-type]
    ) as terminal:
        terminal.wait("First job")
        terminal.press(CTRL_R)
        terminal.wait("PARTIAL")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert (38 in codes(terminal.raw)) is not few  # a colour that is none of the sixteen
    if "NO_COLOR" in environment:
        assert codes(terminal.raw) <= NO_COLORS


@pytest.mark.parametrize("kind", ["dumb", "unknown", ""])
def test_a_terminal_that_can_not_show_it_is_told_what_to_do(tmp_path: Path, kind: str) -> None:
    with orchtui(tmp_path, TERM=kind) as terminal:
        assert terminal.wait_exit() == 2
    assert b"\x1b" not in terminal.raw
    assert f"TERM is {kind or 'not set'}" in terminal.text
    assert "orchtui run" in terminal.text.replace("\n", " ")
