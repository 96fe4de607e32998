"""Agent files: read as they are found, told when they can not be, read again when they change."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.agents import specialists
from orchtui.engine.agents.agent_places import read_bytes
from orchtui.engine.agents.specialists import (
    BUILT_IN,
    AgentFolder,
    Agents,
    Diagnostic,
    Source,
    Specialist,
    agent_folders,
    find,
    parse,
)
from orchtui.engine.text import clean

_FILE = """---
name: researcher
description: Finds things out.
tools: Read, Write, Bash(git:*)
model: opus
color: orange
memory: project
---

You are a researcher.

---
Quote your sources.
"""

_HEAD = """---
name: parallel-orchestrator
description: Orchestrates multiple independent tasks concurrently.
tools: Read, Write, List_Files
model: opus
color: orange
---
"""
"""The orchestrator's own file, as people have it."""


def write(folder: Path, text: str | bytes, name: str = "agent.md") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def load(path: Path, source: Source = "configured") -> Specialist:
    one, _ = parse(path.read_bytes(), path, source)
    assert one is not None
    return one


def with_head(*lines: str) -> str:
    return "\n".join(["---", *lines, "---", "Body."])


def test_an_agent_file_is_read(tmp_path: Path) -> None:
    path = write(tmp_path, _FILE)

    assert load(path, "project") == Specialist(
        name="researcher",
        description="Finds things out.",
        system="You are a researcher.\n\n---\nQuote your sources.",
        path=path,
        source="project",
        model="opus",
        tools=("Read", "Write", "Bash(git:*)"),
        color="orange",
        ignored=("memory",),
    )


@pytest.mark.parametrize("body", ["You lead.", "", "\n\n", "# Role\n\nYou lead.\n\n---\n\nMore."])
def test_the_orchestrators_own_file_loads_as_it_stands(tmp_path: Path, body: str) -> None:
    [(key, one)] = Agents([write(tmp_path, _HEAD + body).parent]).current()[0].items()

    assert key == "parallelorchestrator"
    assert one.name == "parallel-orchestrator"
    assert one.description == "Orchestrates multiple independent tasks concurrently."
    assert (one.tools, one.model, one.color) == (("Read", "Write", "List_Files"), "opus", "orange")
    assert one.system == body.strip()
    assert one.ignored == ()
    assert all(told.severity == "info" for told in one.diagnostics)


@pytest.mark.parametrize(
    ("data", "name", "line", "says"),
    [
        ("Just text.\n", "agent", 1, "no front matter"),
        ("---\nname: a\ndescription: b\n\n# Never closed\n", "a", 1, "never closed"),
        (with_head("name: a", "description: note: a colon"), "a", 3, "as it is written"),
        (with_head("name: [a", "description: b"), "[a", 2, "as it is written"),
        (with_head("- a", "- b"), "agent", 1, "no front matter"),
        (with_head("description: b"), "agent", 1, "no name; it is called agent"),
        (with_head("name: a"), "a", 1, "no description; the first line stands in for it"),
        (with_head("name: a", "description: {a: b}"), "a", 3, "should be text"),
        (with_head("name: a", "description: b", "color: nicest"), "a", 4, "#rrggbb"),
        (b"---\nname: caf\xe9\ndescription: b\n---\n", "café", 2, "not UTF-8"),
        (b"---\nname: a\0\ndescription: b\n---\n", "a", 2, "NUL"),
        (with_head("name: a", "name: b", "description: c"), "a", 3, "stands here again"),
    ],
)
def test_what_is_odd_is_loaded_and_told_with_its_line(
    tmp_path: Path, data: str | bytes, name: str, line: int, says: str
) -> None:
    path = write(tmp_path, data)

    one = load(path)

    assert one.name == name
    warnings = [told for told in one.diagnostics if told.severity == "warning"]
    assert [(told.line, told.path) for told in warnings] == [(line, path)]
    assert says in warnings[0].message


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "this file is empty"),
        (b"\n\n---\n", "this file is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0", "this is not text"),
        (b"x" * 1_000_001, "too large"),
    ],
)
def test_what_can_not_be_loaded_says_why_and_hides_nothing(
    tmp_path: Path, data: bytes, says: str
) -> None:
    path = write(tmp_path, data)
    write(tmp_path, _FILE, "good.md")

    found, [diagnostic] = Agents([tmp_path]).current()

    assert list(found) == ["researcher"]
    assert (diagnostic.path, diagnostic.severity) == (path, "error")
    assert says in diagnostic.message
    assert "\n" not in diagnostic.message


@pytest.mark.parametrize(
    "name",
    ["README.md", "readme.md", "README.de.md", "CHANGELOG.md", "LICENSE.md", "Contributing.md",
     "CODE_OF_CONDUCT.md", "CLAUDE.md", "AGENTS.md", "SECURITY.md"],
)  # fmt: skip
def test_what_stands_beside_agents_is_none(tmp_path: Path, name: str) -> None:
    write(tmp_path, "# All about these agents\n", name)
    write(tmp_path, _FILE, "good.md")

    found, diagnostics = Agents([tmp_path]).current()

    assert list(found) == ["researcher"]
    assert [(one.path.name, one.severity) for one in diagnostics] == [(name, "info")]
    assert "not an agent" in diagnostics[0].message


@pytest.mark.parametrize("name", ["security.md", "history.md", "readme-writer.md", "agents.md"])
def test_an_agent_may_have_such_a_name(tmp_path: Path, name: str) -> None:
    write(tmp_path, with_head("name: a", "description: b"), "README.md")
    write(tmp_path, with_head("name: c", "description: b"), name)

    assert list(Agents([tmp_path]).current()[0]) == ["a", "c"] or name == "agents.md"
    assert find(Agents([tmp_path]).current()[0], "c") is not None


@pytest.mark.parametrize(
    ("file", "name"),
    [("scout.agent.md", "scout"), ("scout.chatmode.md", "scout"), ("a.b.MD", "a.b")],
)
def test_a_name_that_is_not_said_is_the_files(tmp_path: Path, file: str, name: str) -> None:
    assert load(write(tmp_path, with_head("description: b"), file)).name == name


def test_diagnostics_are_bounded(tmp_path: Path) -> None:
    one = load(write(tmp_path, with_head("name: a", "description: b", *["color: red"] * 300)))

    assert len(one.diagnostics) == 51
    assert "249 more" in one.diagnostics[-1].message


def test_folders_and_missing_files_are_not_agents(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "gone.md").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    os.mkfifo(tmp_path / "pipe.md")

    found, diagnostics = Agents([tmp_path, tmp_path / "no such folder"]).current()

    assert found == {}
    assert [one.path.name for one in diagnostics] == ["folder.md", "gone.md", "loop.md", "pipe.md"]
    assert {one.severity for one in diagnostics} == {"error"}


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: b"---\n" + text.encode()))
def test_no_bytes_break_and_all_that_is_shown_is_clean(data: bytes) -> None:
    try:
        one, _ = parse(data, Path("a.md"))
    except ValueError as error:
        assert "\n" not in str(error)
        return

    assert one is not None
    assert one.name
    for text in (
        one.name,
        one.description,
        *one.ignored,
        *(told.message for told in one.diagnostics),
    ):
        assert clean(text) == text
        assert "\n" not in text
    assert clean(one.system) == one.system


# Who is found


def test_the_order_of_places(tmp_path: Path) -> None:
    project, home = tmp_path / "project", tmp_path / "home"

    assert agent_folders(project, home, ["more", "~/own"]) == [
        AgentFolder(project / ".claude" / "agents", "project"),
        AgentFolder(home / ".claude" / "agents", "user"),
        AgentFolder(project / "more", "configured", "more"),
        AgentFolder(home / "own", "configured", "~/own"),
        AgentFolder(BUILT_IN, "built-in"),
    ]


def test_a_folder_that_the_configuration_misspells_is_told(tmp_path: Path) -> None:
    (tmp_path / "file.md").write_text("x")
    folders = agent_folders(tmp_path, tmp_path / "home", ["taem", "file.md", "later"])
    agents = Agents(folders)

    lost = [one for one in agents.current()[1] if one.severity == "error"]

    assert [(one.path.name, one.line) for one in lost] == [
        ("taem", 0),
        ("file.md", 0),
        ("later", 0),
    ]
    assert "'taem' under agents in the configuration: there is no such folder" in lost[0].message
    assert "this is no folder" in lost[1].message
    write(tmp_path / "later", with_head("name: new", "description: b"))
    found, diagnostics = agents.current()
    assert find(found, "new") is not None
    assert "later" not in [one.path.name for one in diagnostics]


def test_the_orchestrators_file_without_a_body_keeps_the_instructions_that_come_along(
    tmp_path: Path,
) -> None:
    folders = agent_folders(tmp_path, tmp_path / "home")
    write(folders[0].path, _HEAD.replace("opus", "haiku"), "parallel-orchestrator.md")
    agents = Agents(folders)

    lead = find(agents.current()[0], "parallel-orchestrator")
    built_in = find(Agents([BUILT_IN]).current()[0], "parallel-orchestrator")

    assert lead is not None and built_in is not None
    assert (lead.source, lead.model, lead.system) == ("project", "haiku", built_in.system)
    [told] = lead.diagnostics
    assert told.severity == "info"
    assert told.message.endswith(
        "; those of the parallel-orchestrator that comes with orchtui hold"
    )
    assert agents.current()[0]["parallelorchestrator"] is lead


def test_a_file_with_a_body_of_its_own_keeps_it(tmp_path: Path) -> None:
    folders = agent_folders(tmp_path, tmp_path / "home")
    write(folders[0].path, _HEAD + "You lead.", "parallel-orchestrator.md")

    lead = find(Agents(folders).current()[0], "parallel-orchestrator")

    assert lead is not None and lead.system == "You lead."


def test_a_place_counts_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / ".claude" / "agents")

    folders = agent_folders(tmp_path, tmp_path, ["link"])

    assert [folder.source for folder in folders] == ["project", "built-in"]


def test_the_project_wins_over_the_home_and_the_home_over_what_comes_along(
    tmp_path: Path,
) -> None:
    project, home = tmp_path / "project", tmp_path / "home"
    folders = agent_folders(project, home)
    write(folders[0].path, with_head("name: both", "model: mine", "description: a"))
    write(folders[1].path, with_head("name: Both", "model: theirs", "description: a"), "b.md")
    write(folders[1].path, with_head("name: home only", "description: a"), "h.md")
    write(folders[1].path, with_head("name: Critic", "description: a"), "c.md")

    found, hidden = Agents(folders).current()

    both, critic, writer = find(found, "both"), find(found, "critic"), find(found, "writer")
    assert both is not None and (both.model, both.source) == ("mine", "project")
    assert critic is not None and critic.source == "user"
    assert writer is not None and writer.source == "built-in"
    assert find(found, "home-only") is not None
    assert {(one.path.name, one.severity) for one in hidden} == {
        ("b.md", "info"),
        ("critic.md", "info"),
    }


def test_of_two_with_one_name_in_one_folder_the_first_wins_and_both_are_named(
    tmp_path: Path,
) -> None:
    write(tmp_path, with_head("name: Code_Reviewer", "description: first"), "a.md")
    write(tmp_path / "more", with_head("name: code-reviewer", "description: second"), "b.md")

    found, [diagnostic] = Agents([tmp_path]).current()

    [one] = found.values()
    assert one.description == "first"
    assert (diagnostic.path.name, diagnostic.severity) == ("b.md", "warning")
    assert str(tmp_path / "a.md") in diagnostic.message


@pytest.mark.parametrize(
    "name", ["code-reviewer", "Code Reviewer", "code_reviewer", "CODEREVIEWER", "code.reviewer"]
)
def test_a_name_is_found_in_any_spelling(tmp_path: Path, name: str) -> None:
    write(tmp_path, with_head("name: code-reviewer"))

    assert find(Agents([tmp_path]).current()[0], name) is not None


@pytest.mark.parametrize("name", ["校对", "***", "ÜBERSETZER"])
def test_any_name_can_be_found(tmp_path: Path, name: str) -> None:
    write(tmp_path, with_head(f"name: '{name}'"))

    assert find(Agents([tmp_path]).current()[0], name) is not None


def test_another_name_is_not_found(tmp_path: Path) -> None:
    write(tmp_path, with_head("name: code-reviewer"))

    assert find(Agents([tmp_path]).current()[0], "reviewer") is None


# Files that change


class Reads:
    """Counts which files are opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: list[str] = []
        read = read_bytes

        def counted(path: Path) -> bytes:
            self.names.append(path.name)
            return read(path)

        monkeypatch.setattr(specialists, "read_bytes", counted)

    def take(self) -> list[str]:
        taken, self.names = self.names, []
        return taken


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    # Every file counts as written long ago.
    monkeypatch.setattr(specialists, "_UNSETTLED_NS", -(10**18))
    return Reads(monkeypatch)


def test_only_what_changed_is_read_again(tmp_path: Path, reads: Reads) -> None:
    for name in ("a", "b", "c"):
        write(tmp_path, with_head(f"name: {name}", "description: x"), f"{name}.md")
    agents = Agents([tmp_path])
    first = agents.current()
    assert reads.take() == ["a.md", "b.md", "c.md"]

    assert agents.current() is first
    assert reads.take() == []

    write(tmp_path, with_head("name: b", "description: another"), "b.md")
    write(tmp_path, with_head("name: d", "description: new"), "d.md")
    (tmp_path / "c.md").unlink()
    second = agents.current()

    assert reads.take() == ["b.md", "d.md"]
    assert list(second[0]) == ["a", "b", "d"]
    assert second[0]["a"] is first[0]["a"]
    assert second[0]["b"].description == "another"


def test_a_file_that_is_put_in_its_place_is_another_one(tmp_path: Path, reads: Reads) -> None:
    path = write(tmp_path, with_head("name: a", "description: one"))
    agents = Agents([tmp_path])
    agents.current()
    status = path.stat()
    new = write(tmp_path, with_head("name: a", "description: two"), "new")
    os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))
    new.rename(path)

    assert agents.current()[0]["a"].description == "two"


def test_what_stood_behind_a_file_comes_back_when_it_goes(tmp_path: Path, reads: Reads) -> None:
    mine = write(tmp_path / "mine", with_head("name: a", "description: mine"))
    write(tmp_path / "theirs", with_head("name: a", "description: theirs"))
    agents = Agents([tmp_path / "mine", tmp_path / "theirs"])
    assert agents.current()[0]["a"].description == "mine"

    mine.unlink()

    assert agents.current()[0]["a"].description == "theirs"
    assert agents.current()[1] == []


def test_a_file_that_is_mended_loads(tmp_path: Path, reads: Reads) -> None:
    path = write(tmp_path, b"")
    (tmp_path / "folder.md").mkdir()
    agents = Agents([tmp_path])
    before = agents.current()
    assert [one.path.name for one in before[1]] == ["agent.md", "folder.md"]
    assert agents.current() is before, "the same trouble is no news"

    path.write_text(with_head("name: a", "description: b"))

    assert list(agents.current()[0]) == ["a"]


def test_a_file_that_was_just_written_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two writes within one tick of the file system's clock leave the same times.
    monkeypatch.setattr(specialists, "_UNSETTLED_NS", 10**18)
    reads = Reads(monkeypatch)
    write(tmp_path, with_head("name: a", "description: b"))
    agents = Agents([tmp_path])
    first = agents.current()
    second = agents.current()

    assert reads.take() == ["agent.md"] * 2
    assert second is first, "it says what it said"


def test_folders_may_come_later(tmp_path: Path, reads: Reads) -> None:
    agents = Agents([tmp_path / "none"])
    assert agents.current() == ({}, [])

    write(tmp_path / "none", with_head("name: a", "description: b"))

    assert list(agents.current()[0]) == ["a"]


# What comes along


def test_the_specialists_that_come_along_are_whole() -> None:
    found, diagnostics = Agents([BUILT_IN]).current()

    assert diagnostics == []
    assert {one.name for one in found.values()} == {
        "analyst", "critic", "judge", "parallel-orchestrator", "researcher", "synthesizer",
        "translator", "writer",
    }  # fmt: skip
    for one in found.values():
        assert one.system and one.description and one.color
        assert (one.diagnostics, one.ignored) == ((), ())
        assert one.path.stem == one.name


def test_the_orchestrator_that_comes_along_is_the_one_that_people_know(tmp_path: Path) -> None:
    shipped = load(BUILT_IN / "parallel-orchestrator.md")
    known = load(write(tmp_path, _HEAD))

    assert replace(shipped, system="", path=known.path, diagnostics=known.diagnostics) == known


def test_who_writes_nothing_has_no_tool_for_it() -> None:
    found, _ = Agents([BUILT_IN]).current()

    assert found["synthesizer"].tools == ()
    for name in ("researcher", "critic", "analyst"):
        assert not {"Write", "Edit"} & set(found[name].tools or ("Write",))


def test_a_diagnostic_is_about_the_whole_file_where_it_names_no_line() -> None:
    assert Diagnostic(Path("a.md"), "words") == Diagnostic(Path("a.md"), "words", 0, "error")
