"""Names of tools in agent files, as what a specialist really has."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.agents.agent_tools import TOOLS, WRITING, ToolName, granted, may_write

ALL = ("Read", "Write", "Edit", "List_Files", "Glob", "Grep")


def tools_of(
    *names: str, without: tuple[str, ...] = (), mode: str | None = None
) -> tuple[str, ...]:
    return granted(names, without, mode).tools


@pytest.mark.parametrize(
    ("name", "tool"),
    [
        ("Read", "Read"),
        ("read", "Read"),
        ("READ", "Read"),
        ("read_file", "Read"),
        ("ReadFile", "Read"),
        ("Write", "Write"),
        ("write-file", "Write"),
        ("Edit", "Edit"),
        ("MultiEdit", "Edit"),
        ("multi_edit", "Edit"),
        ("LS", "List_Files"),
        ("List_Files", "List_Files"),
        ("listFiles", "List_Files"),
        ("list files", "List_Files"),
        ("Glob", "Glob"),
        ("grep", "Grep"),
        (" Grep ", "Grep"),
        ("Read(*)", "Read"),
        ("Read(**)", "Read"),
        ("Read()", "Read"),
    ],
)
def test_a_file_tool_is_known_by_every_name_that_is_in_use(name: str, tool: str) -> None:
    grant = granted((name,), (), None)

    assert grant.tools == (tool,)
    assert (grant.only, grant.nobody, grant.web) == ({}, (), ())


@pytest.mark.parametrize(
    "name",
    [
        "Bash",
        "Bash(git:*)",
        "Task",
        "Task(researcher, writer)",
        "Agent",
        "TodoWrite",
        "NotebookEdit",
        "mcp__files__read",
        "mcp__read",
        "Skill",
        "never heard of it",
        "((",
        "Bash(git:*",
    ],
)
def test_what_nobody_has_is_told_as_it_is_written(name: str) -> None:
    grant = granted(("Read", name), (), None)

    assert (grant.tools, grant.nobody) == (("Read",), (name,))


def test_a_file_that_does_not_say_gets_all_file_tools_and_no_web() -> None:
    assert granted(None, (), None).tools == ALL
    assert granted(None, (), None).web == ()
    assert granted((), (), None).tools == ()


@pytest.mark.parametrize("name", ["*", "all", "All tools"])
def test_a_word_for_all_tools_means_all_but_what_costs_money(name: str) -> None:
    grant = granted((name,), (), None)

    assert (grant.tools, grant.web, grant.nobody) == (ALL, (), ())


def test_web_tools_are_there_when_they_are_named() -> None:
    assert granted(("WebSearch", "web_fetch"), (), None).web == ("web_search", "web_fetch")
    assert granted(("WebSearch", "WebFetch"), ("WebFetch",), None).web == ("web_search",)
    assert granted(("WebSearch",), ("*",), None).web == ()


def test_a_web_tool_that_nobody_could_hold_to_its_bounds_is_not_there() -> None:
    narrowed = granted(("WebFetch(domain:example.org)",), (), None)
    refused = granted(("WebFetch",), ("WebFetch(domain:example.org)",), None)

    assert (narrowed.web, narrowed.nobody) == ((), ("WebFetch(domain:example.org)",))
    assert refused.web == ()


@pytest.mark.parametrize("without", ["Write", "write", "WRITE", "write_file"])
def test_what_is_disallowed_wins(without: str) -> None:
    assert "Write" not in granted(None, (without,), None).tools
    assert tools_of("Read", "Write", without=(without,)) == ("Read",)
    assert tools_of("Write(docs/**)", without=(without,)) == ()


def test_everything_can_be_disallowed() -> None:
    assert granted(None, ("*",), None).tools == ()
    assert granted(("Read", "Bash"), ("*",), None).nobody == ()


def test_a_disallowed_tool_that_nobody_has_is_not_told() -> None:
    assert granted(("Read", "Bash"), ("Bash",), None).nobody == ()
    assert granted(("Read", "Bash"), ("Bash(rm:*)",), None).nobody == ("Bash",)


@pytest.mark.parametrize("mode", ["plan", "Plan", " plan "])
def test_plan_mode_takes_the_writing_tools_away(mode: str) -> None:
    assert not WRITING & set(granted(None, (), mode).tools)
    assert tools_of("Read", "Write", "Edit", mode=mode) == ("Read",)


@pytest.mark.parametrize("mode", [None, "default", "acceptEdits", "bypassPermissions"])
def test_other_modes_change_nothing(mode: str | None) -> None:
    assert granted(None, (), mode).tools == ALL


# Patterns


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("docs/**", "docs/a/b.md", True),
        ("docs/**", "docs", True),
        ("docs/**", "more/docs/a", False),
        ("docs/", "docs/a", True),
        ("docs", "a/docs/b", True),
        ("src/*.py", "src/a.py", True),
        ("src/*.py", "src/b/a.py", False),
        ("*.py", "a/b.py", True),
        ("*.py", "a/b.pyc", False),
        (".env", "a/.env", True),
        ("/x", "x", True),
        ("/x", "a/x", False),
        ("./docs", "docs/a", True),
        ("./docs", "a/docs", False),
        ("a/**/b", "a/b", True),
        ("a/**/b", "a/x/y/b", True),
        ("a/**/b", "a/x/y/c", False),
        ("**/test_*.py", "a/b/test_c.py", True),
        ("src/*.{py,md}", "src/a.md", True),
        ("src/*.{py,md}", "src/a.txt", False),
        ("{a,b}/{c,d}", "b/d/x", True),
        ("[^a]x", "bx", True),
        ("[^a]x", "ax", False),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("//etc/passwd", "etc/passwd", False),
        ("~/x", "x", False),
        ("../x", "x", False),
        ("a.c", "abc", False),
        ("*a" * 40 + "b", "a" * 200, False),
        ("{{{", "a", False),
        ("{" + "a,b}{" * 12 + "c}", "z", False),
    ],
)
def test_a_pattern_narrows_a_tool(pattern: str, path: str, fits: bool) -> None:
    assert granted((f"Read({pattern})",), (), None).allows("Read", path) is fits


def test_several_patterns_of_one_tool_add_up() -> None:
    grant = granted(("Read(docs/**)", "read(src/**, lib/{a,b})"), (), None)

    assert grant.only == {"Read": ("docs/**", "src/**", "lib/{a,b}")}
    assert grant.allows("Read", "lib/b/c")
    assert not grant.allows("Read", "lib/c")


def test_a_tool_that_is_also_named_without_a_pattern_is_not_narrowed() -> None:
    grant = granted(("Read(docs/**)", "Read"), (), None)

    assert grant.only == {}
    assert grant.allows("Read", "anything")


def test_a_disallowed_pattern_takes_only_that_away() -> None:
    grant = granted(("Read(docs/**)",), ("Read(docs/secret/**)", "Write(x)"), None)

    assert grant.tools == ("Read",)
    assert grant.never == {"Read": ("docs/secret/**",)}
    assert grant.allows("Read", "docs/a")
    assert not grant.allows("Read", "docs/secret/a")
    assert not grant.allows("Write", "docs/a")


# Programs


@pytest.mark.parametrize(
    ("tools", "without", "mode", "may"),
    [
        (None, (), None, True),
        (None, (), "plan", False),
        (None, ("Write", "Edit"), None, True),
        (None, ("*",), None, False),
        ((), (), None, False),
        (("Read", "Grep", "LS", "WebFetch", "TodoWrite"), (), None, False),
        (("Read", "Write"), (), None, True),
        (("Read", "Write"), ("Write",), None, False),
        (("Read", "Write"), ("Write(docs/**)",), None, True),
        (("MultiEdit",), (), None, True),
        (("NotebookEdit",), (), None, True),
        (("Bash(ls:*)",), (), None, True),
        (("Read", "Bash"), ("bash",), None, False),
        (("Read", "mcp__files__x"), (), None, True),
        (("Task",), (), None, True),
        (("*",), (), None, True),
        (("Write",), (), "plan", False),
    ],
)
def test_whether_a_program_could_change_files(
    tools: tuple[str, ...] | None, without: tuple[str, ...], mode: str | None, may: bool
) -> None:
    assert may_write(tools, without, mode) is may


# Properties

_words = st.one_of(
    st.sampled_from(
        ["Read", "Write(a/**)", "LS", "Bash", "WebSearch", "*", "Edit(!)", "mcp__a__b"]
    ),
    st.text(max_size=12),
)
_lists = st.lists(_words, max_size=6).map(tuple)


@given(st.none() | _lists, _lists, st.sampled_from([None, "plan", "default"]))
def test_nothing_is_granted_beyond_the_file_and_nothing_is_lost(
    tools: tuple[str, ...] | None, without: tuple[str, ...], mode: str | None
) -> None:
    grant = granted(tools, without, mode)

    assert list(grant.tools) == [name for name in TOOLS if name in grant.tools]
    assert set(grant.only) <= set(grant.tools)
    assert set(grant.never) <= set(grant.tools)
    assert set(grant.tools) <= set(granted(tools, (), None).tools), "disallowed adds nothing"
    assert set(grant.nobody) <= {text.strip() for text in tools or ()}
    if set(grant.tools) & WRITING:
        assert may_write(tools, without, mode), "who may write here could write elsewhere"


@given(st.text(alphabet="ab*?[]{},!/.-", max_size=30), st.text(alphabet="ab/.", max_size=12))
def test_no_pattern_breaks_and_the_narrowed_is_part_of_the_whole(pattern: str, path: str) -> None:
    narrowed = granted((f"Read({pattern})",), (), None)
    both = granted((f"Read({pattern})",), (f"Read({pattern})",), None)

    if narrowed.allows("Read", path) and narrowed.only:
        assert not both.allows("Read", path), "what is taken away is taken away"


def test_every_tool_is_told_by_its_own_name() -> None:
    name: ToolName
    for name, other in itertools.product(TOOLS, TOOLS):
        assert granted((name,), (), None).allows(other, "a") is (name == other)
