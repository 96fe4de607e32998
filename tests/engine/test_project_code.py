"""Which of a project's files a command line runs, and that a change in them shows."""

import os
from pathlib import Path

import pytest

from orchtui.engine.trusting import project_code
from orchtui.engine.trusting.project_code import marks


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a program, scripts and data."""
    project = tmp_path / "project"
    for name in (
        "build.sh",
        "tools/run",
        "tools/plain",
        "tools/x.py",
        "data/app.log",
        "Makefile",
        "package.json",
    ):
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}\n")
    (project / "tools/run").chmod(0o755)
    (project / "tools/shebang").write_text("#!/bin/sh\n")
    return project


@pytest.mark.parametrize(
    ("argv", "files"),
    [
        (["./build.sh"], ["build.sh"]),
        (["tools/plain"], ["tools/plain"]),
        (["build.sh"], []),
        (["python3", "tools/plain"], ["tools/plain"]),
        (["python3", "-u", "tools/x.py", "data/app.log"], ["tools/x.py"]),
        (["python3.12", "tools/plain", "data/app.log"], ["tools/plain"]),
        (["/usr/bin/env", "python3", "tools/plain", "data/app.log"], ["tools/plain"]),
        (["timeout", "5", "bash", "tools/plain"], ["tools/plain"]),
        (["uv", "run", "tools/plain"], ["tools/plain"]),
        (["python3", "-c", "print(1)", "data/app.log"], []),
        (["python3", "-m", "http.server", "data/app.log"], []),
        (["cat", "data/app.log"], []),
        (["cat", "tools/x.py"], ["tools/x.py"]),
        (["xyz", "--do", "tools/run"], ["tools/run"]),
        (["xyz", "--do=tools/shebang"], ["tools/shebang"]),
        (["sh", "-c", "cd . && ./build.sh; python3 'tools/x.py'"], ["build.sh", "tools/x.py"]),
        (["sh", "-c", "$(tools/run)"], ["tools/run"]),
        (["make", "all"], ["Makefile"]),
        (["npm", "test"], ["package.json"]),
        (["echo", "{prompt}"], []),
        (["./no-such-program", "\0", "x" * 5000, "tools"], []),
        (["tools/../build.sh"], ["build.sh"]),
        (["../elsewhere.sh"], []),
        ([], []),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else None,
)
def test_what_a_command_line_runs(folder: Path, argv: list[str], files: list[str]) -> None:
    (folder.parent / "elsewhere.sh").write_text("outside")

    # A file system that does not tell capitals apart has the Makefile under two names.
    assert [name for name, _ in marks(argv, folder) if name != "makefile"] == files


def test_an_absolute_path_into_the_project_is_seen(folder: Path) -> None:
    assert [name for name, _ in marks([str(folder / "build.sh")], folder)] == ["build.sh"]


def test_a_changed_script_has_another_mark(folder: Path) -> None:
    before = marks(["sh", "build.sh"], folder)
    (folder / "data/app.log").write_text("grown")
    assert marks(["sh", "build.sh"], folder) == before

    (folder / "build.sh").write_text("curl evil")
    changed = marks(["sh", "build.sh"], folder)
    (folder / "build.sh").unlink()
    gone = marks(["sh", "build.sh"], folder)

    assert len({before, changed, gone}) == 3


def test_a_link_that_leads_elsewhere_has_another_mark(folder: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).write_text("the same")
    (folder / "link").symlink_to(tmp_path / "one")
    before = marks(["./link"], folder)
    (folder / "link").unlink()
    (folder / "link").symlink_to(tmp_path / "other")

    assert before and marks(["./link"], folder) != before


def test_a_large_file_is_not_read_but_its_change_shows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(project_code, "MOST_BYTES", 4)
    path = folder / "build.sh"
    os.utime(path, ns=(0, 1_000_000_000))
    before = marks(["./build.sh"], folder)
    os.utime(path, ns=(0, 2_000_000_000))

    assert before[0][1].startswith("large ")
    assert marks(["./build.sh"], folder) != before


def test_what_is_no_file_holds_nothing_up(folder: Path) -> None:
    os.mkfifo(folder / "pipe.sh")
    (folder / "circle.sh").symlink_to(folder / "circle.sh")
    (folder / "device.sh").symlink_to("/dev/zero")

    assert marks(["./pipe.sh", "circle.sh", "device.sh", "tools"], folder) == ()


def test_a_script_that_can_not_be_read_is_noted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", refused)  # for root no file is unreadable

    assert marks(["./build.sh"], folder) == (("build.sh", "unreadable"),)


def test_settings_are_found_up_to_the_top_of_the_repository(tmp_path: Path) -> None:
    top = tmp_path / "top"
    inner = top / "pkg" / "app"
    inner.mkdir(parents=True)
    for place in (tmp_path, top, inner):
        (place / ".mcp.json").write_text("{}")

    assert [name for name, _ in project_code.settings((".mcp.json",), inner)] == [".mcp.json"]
    (top / ".git").mkdir()
    found = project_code.settings((".mcp.json",), inner)
    assert [name for name, _ in found] == [".mcp.json", "../../.mcp.json"]


def test_settings_in_the_home_folder_are_the_users_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".mcp.json").write_text("{}")

    assert project_code.settings((".mcp.json",), tmp_path) == ()


def test_settings_in_folders_count_and_links_in_a_circle_do_no_harm(tmp_path: Path) -> None:
    plugins = tmp_path / ".opencode" / "plugin"
    plugins.mkdir(parents=True)
    (plugins / "a.js").write_text("1")
    (tmp_path / ".opencode" / "node_modules").mkdir()
    (tmp_path / ".opencode" / "node_modules" / "much.js").write_text("1")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "b.js").write_text("1")
    (tmp_path / ".opencode" / "linked").symlink_to(elsewhere)
    (plugins / "circle").symlink_to(tmp_path / ".opencode")

    names = {name for name, _ in project_code.settings((".opencode",), tmp_path)}

    assert names == {".opencode/plugin/a.js", ".opencode/linked/b.js"}
