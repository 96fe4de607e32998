"""Agent files: read as they are found, and told when they can not be."""

import os
from pathlib import Path

import pytest

from orchtui.engine.specialists import BUILT_IN, agent_folders, find, load, load_all

_FILE = """---
name: researcher
description: Finds things out.
tools: Read, Write, Bash(git:*)
model: opus
color: orange
---

You are a researcher.

---
Quote your sources.
"""


def write(folder: Path, text: str | bytes, name: str = "agent.md") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def with_head(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "Body."])


def test_an_agent_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, _FILE)

    one = load(path)

    assert (one.name, one.description, one.model) == ("researcher", "Finds things out.", "opus")
    assert one.system == "You are a researcher.\n\n---\nQuote your sources."
    assert one.ignored == ("color", "tools")
    assert one.path == path


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + _FILE.encode(),
        _FILE.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + _FILE.replace("\n", "\r\n").encode(),
    ],
    ids=["byte order mark", "windows line ends", "both"],
)
def test_files_of_other_systems_read_the_same(tmp_path: Path, data: bytes) -> None:
    one, plain = load(write(tmp_path, data)), load(write(tmp_path, _FILE, "plain.md"))

    assert (one.name, one.system, one.model) == (plain.name, plain.system, plain.model)


@pytest.mark.parametrize(
    ("line", "model"),
    [
        ("model: sonnet", "sonnet"),
        ("model: claude-opus-4-1", "claude-opus-4-1"),
        ("model: 4.5", "4.5"),
        ("model: inherit", None),
        ("model: Inherit", None),
        ("model: null", None),
        ("model:", None),
        ("color: red", None),
    ],
)
def test_the_model_that_a_file_asks_for(tmp_path: Path, line: str, model: str | None) -> None:
    assert load(write(tmp_path, with_head("name: a", line))).model == model


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("name: no", "no"),
        ("name: 2026-01-15", "2026-01-15"),
        ("name: 1:30", "1:30"),
        ("name:", "agent"),
        ("color: red", "agent"),
        (r'name: "\e[31mred\e[0m"', "red"),
    ],
)
def test_a_name_is_read_as_it_is_written(tmp_path: Path, line: str, name: str) -> None:
    assert load(write(tmp_path, with_head(line))).name == name


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ("", "no front matter"),
        ("Just text.\n", "no front matter"),
        ("---\nname: a\nnever closed\n", "no front matter"),
        (with_head("description: note: a colon"), "not YAML"),
        (with_head("name: [a"), "not YAML"),
        (with_head("name: @x"), "not YAML"),
        (with_head("? {}", ": x"), "not YAML"),
        (with_head("- a", "- b"), "not a list of fields"),
        (with_head("name: [a, b]"), "name is not one line of text"),
        (with_head("description: {a: b}"), "description is not one line of text"),
        (with_head("name: " + "[" * 5000), "not YAML"),
        (b"---\nname: \xff\n---\n", "can not be read"),
        (b"---\nname: a\0\n---\n", "not YAML"),
        (b"x" * 1_000_001, "not a file of at most 1 MB"),
    ],
)
def test_what_can_not_be_loaded_says_why_in_one_line(
    tmp_path: Path, data: str | bytes, says: str
) -> None:
    write(tmp_path, data)
    write(tmp_path, _FILE, "good.md")

    found, [diagnostic] = load_all([tmp_path])

    assert list(found) == ["researcher"], "one bad file does not hide the others"
    assert says in diagnostic.message
    assert "\n" not in diagnostic.message
    assert diagnostic.path == tmp_path / "agent.md"


@pytest.mark.parametrize("value", ['!!int ""', '!!bool "x"', '!!timestamp "x"', "!!python/name:os"])
def test_tags_are_not_obeyed(tmp_path: Path, value: str) -> None:
    assert load(write(tmp_path, with_head("name: a", f"description: {value}"))).name == "a"


def test_an_alias_bomb_is_harmless(tmp_path: Path) -> None:
    bomb = [
        "a0: &a0 [x, x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)),
    ]
    write(tmp_path, with_head(*bomb, "name: *a19"))

    _, [diagnostic] = load_all([tmp_path])

    assert "name is not one line of text" in diagnostic.message


def test_folders_and_missing_files_are_not_agents(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe.md")

    found, diagnostics = load_all([tmp_path, tmp_path / "no such folder"])

    assert found == {}
    assert len(diagnostics) == 3


# Who is found


def test_the_project_wins_over_the_home_and_the_home_over_what_comes_along(
    tmp_path: Path,
) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    folders = agent_folders(project, home)
    write(folders[0], with_head("name: both", "model: mine"))
    write(folders[1], with_head("name: Both", "model: theirs"), "b.md")
    write(folders[1], with_head("name: home only"), "h.md")

    found, diagnostics = load_all(folders)

    assert diagnostics == []
    both = find(found, "both")
    assert both is not None and both.model == "mine"
    assert find(found, "home-only") is not None
    assert folders[2] == BUILT_IN


@pytest.mark.parametrize(
    "name", ["code-reviewer", "Code Reviewer", "code_reviewer", "CODEREVIEWER", "code.reviewer"]
)
def test_a_name_is_found_in_any_spelling(tmp_path: Path, name: str) -> None:
    write(tmp_path, with_head("name: code-reviewer"))

    assert find(load_all([tmp_path])[0], name) is not None


def test_another_name_is_not_found(tmp_path: Path) -> None:
    write(tmp_path, with_head("name: code-reviewer"))

    assert find(load_all([tmp_path])[0], "reviewer") is None


def test_the_specialists_that_come_along_can_be_loaded() -> None:
    found, diagnostics = load_all([BUILT_IN])

    assert diagnostics == []
    assert find(found, "researcher") is not None
    assert find(found, "synthesizer") is not None
    assert all(one.system and one.description for one in found.values())
