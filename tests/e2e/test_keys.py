"""The keys in a real terminal: what it sends for them, and what is seen then."""

from pathlib import Path

import pytest

from tests.e2e.terminal import orchtui

ESCAPE, ENTER = "\x1b", "\r"
CTRL_O, CTRL_P, CTRL_G = "\x0f", "\x10", "\x07"
F1 = "\x1bOP"

PLAN = """\
tasks:
  - {id: one, title: Early tea, prompt: "Write [rehearse: 12 words, 5 ms]"}
  - {id: two, title: Late coffee, prompt: "Write [rehearse: 12 words, 5 ms]"}
"""


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 36), (200, 50)])
def test_every_way_there_by_keys_alone(tmp_path: Path, columns: int, rows: int) -> None:
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "orchtui.yaml").write_text("keys: {app.zoom: [z, ctrl+g], app.hepl: x}\n")
    with orchtui(
        tmp_path, "plan.yaml", "--backend", "rehearsal", columns=columns, rows=rows
    ) as terminal:
        terminal.wait("app.hepl")
        terminal.type("/coffee")  # in one go: no letter reaches the list of tasks
        terminal.wait("1/1")
        terminal.press(ENTER, CTRL_G)
        terminal.wait("ZOOM")
        terminal.press(ESCAPE)  # the search first
        terminal.wait_gone("1/1")
        terminal.press(ESCAPE)
        terminal.wait_gone("ZOOM")
        terminal.press(CTRL_O, "3")
        terminal.wait("Nothing has run yet")
        terminal.press(F1)
        terminal.wait("On the timeline")
        terminal.press(ESCAPE, ":")
        terminal.wait("What do you want to do?")
        terminal.type("copy the task")
        terminal.wait("copy the task")
        terminal.press(ENTER)
        terminal.wait("3 tasks")
        terminal.press(CTRL_P)
        terminal.wait("What do you want to do?")
        terminal.press(ESCAPE)
        terminal.wait_gone("What do you want to do?")
