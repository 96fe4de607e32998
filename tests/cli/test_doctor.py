"""`orchtui doctor`: what it looks at, what it says of it, what to do, and the exit code."""

import json
import shutil
from collections import namedtuple
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from orchtui.cli import machine_checks, project_checks, terminal_checks
from orchtui.cli.checks import Check, row, worst
from orchtui.engine.backends import machine_limits, process_table
from orchtui.engine.backends.machine_limits import Machine, Memory, Room
from orchtui.engine.backends.process_table import Looked
from orchtui.engine.backends.registry import Backends
from orchtui.engine.sessions.project import Project
from tests.cli.conftest import Orchtui
from tests.e2e.terminal import orchtui as in_terminal
from tests.hostile import HOSTILE

BEST = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


def looked(
    environment: Mapping[str, str],
    *,
    size: tuple[int, int] = (120, 36),
    encoding: str = "utf-8",
    notify: tuple[str, ...] = (),
    tmux: Mapping[str, str] | None = None,
) -> dict[str, Check]:
    """What is said of such a terminal, the worst by name."""
    options = tmux or {}
    found = terminal_checks.of(environment, size, encoding, notify, lambda n: options.get(n, ""))
    return {check.name: check for check in found}


def test_a_good_terminal_has_nothing_to_do() -> None:
    checks = looked(BEST)
    assert worst(checks.values()) == "ok"
    assert not any(check.todo for check in checks.values())
    assert checks["colours"].text.startswith("24 bit")


@pytest.mark.parametrize(
    ("changed", "name", "state", "text", "todo"),
    [
        ({"TERM": "dumb"}, "terminal", "problem", "TERM is dumb", "orchtui run"),
        ({"TERM": ""}, "terminal", "problem", "TERM is not set", "set TERM"),
        ({"TERM": "linux", "COLORTERM": ""}, "terminal", "warning", "console", "desktop"),
        ({"TMUX": "x"}, "terminal", "warning", "inside tmux", "default-terminal"),
        ({"COLORTERM": ""}, "colours", "warning", "256", "COLORTERM=truecolor"),
        ({"TERM": "xterm", "COLORTERM": ""}, "colours", "warning", "16", "COLORTERM"),
        (
            {"TERM": "tmux-256color", "COLORTERM": "", "TMUX": "x"},
            *("colours", "warning", "256", "terminal-features"),
        ),
        ({"COLORTERM": "", "TERM_PROGRAM": "Apple_Terminal"}, "colours", "ok", "no more", ""),
        ({"NO_COLOR": "1"}, "colours", "ok", "shades of grey", ""),
        ({"STY": "x", "TERM": "screen"}, "screen", "warning", "16 colours", ".screenrc"),
        ({"STY": "x", "TERM": "screen-256color"}, "screen", "ok", "no desktop notices", ""),
        ({"TERM_PROGRAM": "vscode"}, "keys", "warning", "ctrl+p", "F1"),
    ],
)
def test_what_a_terminal_lacks(
    changed: dict[str, str], name: str, state: str, text: str, todo: str
) -> None:
    check = looked({**BEST, **changed})[name]
    assert check.state == state
    assert text in check.text
    assert todo in check.todo
    assert bool(check.todo) is bool(todo)


@pytest.mark.parametrize(
    ("size", "state", "text"),
    [((200, 50), "ok", "200x50"), ((70, 20), "ok", "left away"), ((40, 50), "warning", "one pane")],
)
def test_sizes(size: tuple[int, int], state: str, text: str) -> None:
    check = looked(BEST, size=size)["size"]
    assert (check.state, text in check.text) == (state, True)


def test_letters_that_are_not_utf_8() -> None:
    assert looked(BEST, encoding="UTF8")["letters"].state == "ok"
    check = looked(BEST, encoding="ANSI_X3.4-1968")["letters"]
    assert check.state == "warning"
    assert "UTF-8" in check.todo


@pytest.mark.parametrize(
    ("options", "notify", "todo"),
    [
        ({"escape-time": "500"}, (), "escape-time 10"),
        ({"escape-time": "20"}, (), ""),
        ({"focus-events": "off"}, (), "focus-events on"),
        ({"focus-events": "off"}, ("off",), ""),
        ({"allow-passthrough": "off"}, ("osc9",), "allow-passthrough on"),
        ({"allow-passthrough": "off"}, ("bell",), ""),
        ({}, ("osc9",), ""),
    ],
)
def test_what_tmux_keeps_back(options: dict[str, str], notify: tuple[str, ...], todo: str) -> None:
    inside = {"TERM": "tmux-256color", "COLORTERM": "truecolor", "TMUX": "x"}
    checks = looked(inside, notify=notify, tmux=options)
    assert ("tmux" in checks) is bool(todo)
    if todo:
        assert todo in checks["tmux"].todo


def test_no_value_of_the_environment_acts_on_the_terminal() -> None:
    for check in looked({"TERM": HOSTILE, "TERM_PROGRAM": HOSTILE}).values():
        text = "\n".join(row(check, 10))
        assert "\x1b" not in text and "\u202e" not in text and "\x07" not in text


# The project


def checks_of(orchtui: Orchtui, *words: str, **environment: str) -> dict[str, dict[str, Any]]:
    """The checks of a command that found nothing in the way."""
    done = orchtui("doctor", "--json", *words, **environment)
    assert done.returncode == 0, done.stderr
    return {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def test_every_warning_says_what_to_do_and_what_is_looked_at_stands_there(
    orchtui: Orchtui,
) -> None:
    checks = checks_of(orchtui)
    wanted = {"terminal", "key", "backends", "agents", "project", "artifacts", "settings", "data"}
    wanted |= {"programs", "memory"}
    assert wanted | {"themes"} == set(checks)
    assert all(one["todo"] for one in checks.values() if one["state"] != "ok")
    assert checks["terminal"]["text"].startswith("not looked at")


@pytest.mark.parametrize(
    ("value", "state"),
    [("sk-ant-secret", "ok"), ("'sk-ant-secret'", "warning"), ("sk-ant-secret ", "warning")],
)
def test_a_key_is_told_and_never_shown(orchtui: Orchtui, value: str, state: str) -> None:
    done = orchtui("doctor", ANTHROPIC_API_KEY=value)
    assert "secret" not in done.stdout + done.stderr
    check = checks_of(orchtui, ANTHROPIC_API_KEY=value)["key"]
    assert check["state"] == state


def test_a_backend_that_is_chosen_and_not_ready(orchtui: Orchtui) -> None:
    check = checks_of(orchtui, "--backend", "codex", PATH="/nowhere")["backends"]
    assert check["state"] == "warning"
    assert "codex" in check["text"]
    assert "not on the PATH" in check["todo"]


def test_agent_files_and_themes_that_can_not_be_used(
    orchtui: Orchtui, project: Path, home: Path
) -> None:
    (project / ".claude" / "agents").mkdir(parents=True)
    (project / ".claude" / "agents" / "bad.md").write_bytes(b"\xff\xfe\x00")
    (home / ".config" / "orchtui" / "themes").mkdir(parents=True)
    (home / ".config" / "orchtui" / "themes" / "mine.yaml").write_text("primry: red\n")
    checks = checks_of(orchtui)
    assert "bad.md" in checks["agents"]["text"]
    assert "agents check" in checks["agents"]["todo"]
    assert "mine.yaml" in checks["themes"]["text"]
    (project / "orchtui.yaml").write_text("theme: nothing-like-it\n")
    assert "nothing-like-it" in checks_of(orchtui)["themes"]["text"]


def test_an_artifacts_folder_that_can_not_be_is_a_problem(orchtui: Orchtui, project: Path) -> None:
    (project / "blocked").write_text("in the way")
    done = orchtui("doctor", "--out", "blocked/artifacts")
    assert done.returncode == 1
    [line] = [line for line in done.stdout.splitlines() if "✗ PROBLEM" in line]
    assert "artifacts" in line and "in the way" in line
    assert "→ choose another with --out" in done.stdout


Usage = namedtuple("Usage", "total used free")
Mount = namedtuple("Mount", "mountpoint fstype")


def test_little_space_and_a_network_are_warnings(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifacts = project / "artifacts"
    mounts = {"/": "ext4", str(project): "nfs4"}
    check = project_checks._writable("artifacts", artifacts, mounts, "")
    assert check.state == "warning"
    assert "on a network (nfs4)" in check.text
    assert project_checks._writable("artifacts", artifacts, {"/": "ext4"}, "").state == "ok"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, 5 * 2**20))
    check = project_checks._writable("artifacts", artifacts, {"/": "ext4"}, "")
    assert "only 5 MB are free" in check.text
    assert check.todo


def test_in_a_terminal_it_looks_at_that(project: Path) -> None:
    with in_terminal(project, "doctor", columns=100, rows=90) as terminal:
        terminal.wait("themes")
        assert terminal.wait_exit() == 0
    assert "✓ ok       terminal   xterm-256color" in terminal.text
    assert "✓ ok       size       100x90" in terminal.text
    assert "✓ ok       colours    24 bit" in terminal.text


def test_in_a_dumb_terminal_it_is_a_problem(project: Path) -> None:
    with in_terminal(project, "doctor", columns=100, rows=90, TERM="dumb") as terminal:
        terminal.wait("themes")
        assert terminal.wait_exit() == 1


class Small(Machine):
    def __init__(self, programs: int | None, left: int) -> None:
        super().__init__()
        self.programs, self.left = programs, left

    def room(self, wanted: int, processes_each: int) -> Room | None:
        return self.programs and Room(self.programs, "4 files (ulimit -n)") or None

    def memory(self) -> Memory | None:
        return Memory(self.left * 2**20, 8000 * 2**20)


@pytest.mark.parametrize(
    ("programs", "left", "states"),
    [
        (None, 4000, ["ok", "ok"]),
        (100, 4000, ["ok", "ok"]),
        (3, 4000, ["warning", "ok"]),
        (None, 100, ["ok", "warning"]),
    ],
)
def test_the_room_for_programs_and_the_memory(
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    programs: int | None,
    left: int,
    states: list[str],
) -> None:
    monkeypatch.setattr(machine_limits, "MACHINE", Small(programs, left))
    marked: list[str] = []

    def carrying(name: str) -> Looked:
        marked.append(name)
        return Looked(2100 * 2**20, 9)

    monkeypatch.setattr(process_table, "carrying", carrying)
    found = list(
        machine_checks.of(Project(folder=project, out=project / "out", backends=Backends({})))
    )

    assert [check.name for check in found] == ["programs", "memory"]
    # Only where it is short.
    assert marked == (["ORCHTUI_ATTEMPT"] if left == 100 else [])
    words = "; programs that orchtui runs have 2,100 MiB"
    assert found[1].text.endswith(words) == (left == 100)
    assert [check.state for check in found] == states
    assert all(bool(check.todo) == (check.state == "warning") for check in found)
    if programs:
        assert f"room for {programs} " in found[0].text and "ulimit -n" in found[0].text
