"""The tools: what a model gets for what it says, good and bad."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchtui.engine.backends.base import ToolAnswer, Wish
from orchtui.engine.workspace.tool_specs import SPECS, Misuse, read_arguments
from orchtui.engine.workspace.toolbox import known_as
from tests.engine.workspace.places import SECRET, Place, Told, parts_left, task, use


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def beta(path: str) -> dict[str, str]:
    """An edit that would do by itself."""
    return {"path": path, "old_string": "beta", "new_string": "B"}


@pytest.mark.parametrize(
    ("tool", "arguments", "wanted"),
    [
        ("Read", {"path": "README.md"}, "     1\thello\n     2\tworld"),
        ("read_file", {"file_path": "./README.md"}, "     1\thello\n     2\tworld"),
        (
            "Read",
            {"path": "docs/a.md", "offset": 2, "limit": 1},
            "     2\tbeta\n(lines 2 to 2 of 3",
        ),
        ("Read", {"path": "docs/a.md", "offset": "3"}, "     3\tgamma"),
        ("view", {"path": "docs/a.md", "limit": 1.0}, "offset=2)"),
        ("LS", {"path": "docs"}, "a.md  17 bytes\nb.md  5 bytes"),
        ("List_Files", {}, "node_modules/  (ignored)"),
        ("Glob", {"pattern": "**/*.md"}, ".claude/agents/x.md\nREADME.md\ndocs/a.md\ndocs/b.md"),
        ("Glob", {"pattern": "*.md", "path": "docs"}, "docs/a.md\ndocs/b.md"),
        ("Glob", {"pattern": "docs/{a,b}.md"}, "docs/a.md\ndocs/b.md"),
        ("Glob", {"pattern": "*.py"}, "(no file fits; **/*.py looks in all folders)"),
        ("Glob", {"pattern": "node_modules/**"}, "(no file fits)"),
        ("Glob", {"pattern": "**", "path": "node_modules"}, "node_modules/x/index.js"),
        ("Grep", {"pattern": "beta"}, "docs/a.md:2:beta\ndocs/b.md:1:beta"),
        ("Grep", {"pattern": "b.t+a$", "path": "docs/b.md"}, "docs/b.md:1:beta"),
        ("Grep", {"pattern": "BETA", "-i": True, "glob": "a.*"}, "docs/a.md:2:beta"),
        ("Grep", {"pattern": "beta", "output_mode": "count"}, "docs/a.md:1\ndocs/b.md:1"),
        ("Grep", {"pattern": "beta", "output_mode": "files_with_matches"}, "docs/a.md\ndocs/b.md"),
        ("Grep", {"pattern": "beta", "-C": 1, "path": "docs/a.md"}, "a.md-1-alpha\ndocs/a.md:2:"),
        ("Grep", {"pattern": "beta", "head_limit": 1}, "(the first 1 lines"),
        ("Grep", {"pattern": "nowhere"}, "(nothing fits)"),
        ("Grep", {"pattern": "hello|import", "type": "md"}, "README.md:1:hello"),
        ("Grep", {"pattern": "hello|import", "type": "py"}, "src/main.py:1:import os"),
        ("Grep", {"pattern": "hello|import", "type": "py", "glob": "src/**"}, "src/main.py:1:"),
        ("Grep", {"pattern": "hello", "type": "py"}, "(nothing fits)"),
        ("Grep", {"pattern": "beta", "-A": 1, "path": "docs/a.md"}, "a.md:2:beta\ndocs/a.md-3-"),
        ("Grep", {"pattern": "beta", "-B": 1, "multiline": False}, "docs/a.md-1-alpha"),
        ("Grep", {"pattern": "beta", "-A": 1, "-B": 0, "path": "docs/a.md"}, "docs/a.md-3-gamma"),
        ("Write", {"path": "out/new.md", "content": "x"}, "out/new.md: written in the project."),
        ("Write", {"path": "src/main.py", "content": "x"}, "the project itself is unchanged"),
        ("Edit", {"path": "docs/a.md", "old_string": "beta", "new_string": "B"}, "changed in the"),
        ("str_replace", {"path": "docs/a.md", "old_str": "beta", "new_str": "B"}, "changed in the"),
    ],
)
async def test_what_is_right(
    place: Place, tool: str, arguments: dict[str, Any], wanted: str
) -> None:
    site = await place.site()
    answer = await use(site, tool, **arguments)
    assert answer.ok, answer.text
    assert wanted in answer.text
    await site.leave()
    assert not parts_left(place.project)


@pytest.mark.parametrize(
    ("tool", "arguments", "wanted"),
    [
        ("Read", "{", "no JSON"),
        ("Read", "[]", "one JSON object"),
        ("Read", "\ud800", "no JSON"),
        ("Read", "{}", "'path' is missing"),
        ("Read", '{"path": 3}', "of type string"),
        ("Read", '{"path": ""}', "'path' is empty"),
        ("Read", '{"path": "x", "file": "y"}', "there twice"),
        ("Read", '{"path": "x", "colour": 1}', "it takes no 'colour', but: path, offset, limit"),
        ("Read", '{"path": "x", "limit": true}', "of type integer"),
        ("Read", '{"path": "nothing.md"}', "no such file"),
        ("Read", '{"path": "docs"}', "this is a folder"),
        ("Read", '{"path": "README.md/x"}', "'README.md' is a file"),
        ("Write", '{"path": "README.md/x", "content": ""}', "'README.md' is a file, and nothing"),
        ("Write", '{"path": "docs/a.md/x/y", "content": ""}', "'docs/a.md' is a file, and nothing"),
        ("Read", '{"path": "docs/a.md", "offset": 99}', "it has only 3 lines"),
        ("Read", '{"path": ".env"}', "may hold a secret"),
        ("Write", '{"path": "docs/", "content": ""}', "folder"),
        ("Write", '{"path": "docs", "content": ""}', "folder"),
        ("Write", '{"path": ".claude/agents/x.md", "content": ""}', "a person changes it"),
        ("Write", '{"path": "Orchtui.YAML", "content": ""}', "a person changes it"),
        ("Edit", '{"path": "docs/a.md", "old_string": "zz", "new_string": "y"}', "does not stand"),
        ("Edit", '{"path": "docs/a.md", "old_string": "a", "new_string": "y"}', "5 times"),
        ("Edit", '{"path": "docs/a.md", "old_string": "", "new_string": "y"}', "use Write"),
        ("Edit", '{"path": "docs/a.md", "old_string": "a", "new_string": "a"}', "the same"),
        ("Glob", '{"pattern": "../*"}', "outside of the project"),
        ("Grep", '{"pattern": "("}', "no regular expression"),
        ("Grep", '{"pattern": "["}', "no regular expression"),
        ("Grep", '{"pattern": "x", "type": "cobol85"}', "type is one of c, cpp, cs"),
        ("Grep", '{"pattern": "x", "multiline": true}', "line by line"),
        ("MultiEdit", '{"path": "docs/a.md", "edits": []}', "'edits' is empty"),
        ("MultiEdit", '{"path": "docs/a.md", "edits": "a"}', "'edits' must be a list"),
        ("MultiEdit", '{"path": "docs/a.md", "edits": [{"old_string": "a"}]}', "edit 1: 'new_st"),
        ("MultiEdit", '{"path": "docs/a.md", "edits": [{}], "old_string": "a"}', "either"),
        ("MultiEdit", json.dumps({"edits": [beta("docs/a.md"), beta("docs/b.md")]}), "of one file"),
        ("Read", '{"path": "docs/a.md", "edits": []}', "it takes no 'edits'"),
        ("Grep", '{"pattern": "x", "output_mode": "all"}', "output_mode is one of"),
        ("Grep", json.dumps({"pattern": "x" * 1001}), "longer than 1000"),
        ("Grep", '{"pattern": "x", "path": "nowhere"}', "no such file"),
        ("Bash", '{"command": "ls"}', "there is no tool 'Bash' here; there are: Read, Write"),
        ("Re\x1b[2Jad(", "{}", "there is no tool"),
        ("", "", "there is no tool"),
    ],
)
async def test_what_is_wrong(place: Place, tool: str, arguments: str, wanted: str) -> None:
    site = await place.site()
    answer = await site.toolbox.call(tool, arguments)
    assert not answer.ok and wanted in answer.text, answer.text
    assert "\x1b" not in answer.text
    await site.leave()


@given(st.sampled_from([*SPECS]), st.text() | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["path", "pattern", "limit", "content", "-i", "x"]), inner
    ), max_leaves=8,
).map(json.dumps))  # fmt: skip
def test_arguments_fit_or_are_misuse(tool: str, text: str) -> None:
    try:
        given = read_arguments(tool, text)
    except Misuse as misuse:
        assert str(misuse)
    else:
        assert set(given) <= set(SPECS[tool].schema["properties"])


_WORDS = st.sampled_from(
    ["README.md", "docs/a.md", "docs", "..", ".env", "out/x", "a", "[", "(a", "*", "**/*", "{a,",
     "\\", "\x00", "\ud800", "é", "", "/", "~", "[z-a]", "[!]", "\\1", "a{9999999999}", "(?P<x>"]
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.sampled_from([*SPECS]),
    st.dictionaries(
        st.sampled_from(["path", "pattern", "content", "glob", "old_string", "new_string"]), _WORDS
    ),
    st.dictionaries(st.sampled_from(["offset", "limit", "context"]), st.integers(), max_size=1),
)
def test_whatever_a_model_says_gets_an_answer(
    tmp_path_factory: pytest.TempPathFactory,
    tool: str,
    words: dict[str, str],
    numbers: dict[str, int],
) -> None:
    async def main() -> ToolAnswer:
        place = Place(tmp_path_factory.mktemp("any"))
        before = place.outside_is()
        site = await place.site()
        answer = await use(site, tool, **words, **numbers)
        await site.leave()
        assert place.outside_is() == before and not parts_left(place.project)
        return answer

    answer = asyncio.run(main())
    assert answer.text and SECRET not in answer.text


@pytest.mark.parametrize(
    ("name", "tool"),
    [("Read", "Read"), ("list-files", "List_Files"), ("MULTI_EDIT", "Edit"), ("*", None),
     ("all", None), ("Read(x)", None), ("WebSearch", None), ("", None)],
)  # fmt: skip
def test_names(name: str, tool: str | None) -> None:
    assert known_as(name) == tool


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", "a?" * 40 + "a" * 40, "(?:a|a)" * 40])
async def test_a_pattern_that_takes_for_ever_is_given_up(
    place: Place, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchtui.engine.workspace.line_search.matching_lines.__kwdefaults__",
                        {"seconds": 1.0})  # fmt: skip
    (place.project / "trap.txt").write_text("a" * 39 + "!\n")
    site = await place.site()
    answer = await use(site, "Grep", pattern=pattern)
    assert not answer.ok and "simpler pattern" in answer.text
    await site.leave()


async def test_a_search_that_is_cancelled_leaves_no_process(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[asyncio.subprocess.Process] = []
    start = asyncio.create_subprocess_exec
    started = asyncio.Event()

    async def watched(*args: Any, **kwargs: Any) -> asyncio.subprocess.Process:
        children.append(await start(*args, **kwargs))
        started.set()
        return children[-1]

    monkeypatch.setattr(asyncio, "create_subprocess_exec", watched)
    (place.project / "trap.txt").write_text("a" * 60 + "!\n")
    site = await place.site()
    call = asyncio.create_task(use(site, "Grep", pattern="(a+)+$"))
    await started.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert [child.returncode for child in children] == [-9]
    await site.leave()


async def test_long_files_come_in_pieces(place: Place) -> None:
    (place.project / "long.txt").write_text("".join(f"{n} {'x' * 50}\n" for n in range(5000)))
    (place.project / "wide.txt").write_text("y" * 100_000)
    site = await place.site()
    first = await use(site, "Read", path="long.txt")
    assert len(first.text) < 31_000 and "of 5000; go on with offset=" in first.text
    wide = await use(site, "Read", path="wide.txt")
    assert len(wide.text) < 3000 and "(cut)" in wide.text
    found = await use(site, "Grep", pattern="x")
    assert len(found.text) < 31_000 and "(cut here" in found.text or "(the first" in found.text
    await site.leave()


async def test_too_large_binary_and_odd_files(place: Place) -> None:
    (place.project / "image.bin").write_bytes(b"\x89PNG\0" * 100)
    (place.project / "latin.txt").write_bytes("Käse\n".encode("latin-1"))
    (place.project / "docs/a.md").write_bytes(b"one\r\ntwo\r\n")
    site = await place.site()
    assert "no text" in (await use(site, "Read", path="image.bin")).text
    assert "K\ufffdse" in (await use(site, "Read", path="latin.txt")).text
    edited = await use(site, "Edit", path="latin.txt", old_string="se", new_string="x")
    assert not edited.ok and "UTF-8" in edited.text
    much = await use(site, "Write", path="out/much", content="x" * 10_000_001)
    assert not much.ok and "too much" in much.text
    both = await use(site, "Edit", path="docs/a.md", old_string="one\ntwo", new_string="1\n2")
    assert both.ok and (place.project / "docs/a.md").read_bytes() == b"1\r\n2\r\n"
    await site.leave()


async def test_several_edits_are_made_together_or_not_at_all(place: Place) -> None:
    site = await place.site()
    file = place.project / "docs/a.md"
    before = file.read_text()
    edits = [
        {"old_string": "alpha", "new_string": "beta two"},
        {"old_str": "beta", "new_str": "B", "replace_all": True},
    ]
    second_fails = [*edits, {"old_string": "beta", "new_string": "C"}]

    wrong = await use(site, "MultiEdit", file_path="docs/a.md", edits=second_fails)
    assert not wrong.ok and "edit 3: old_string does not stand in it" in wrong.text
    assert file.read_text() == before
    right = await use(site, "MultiEdit", file_path="docs/a.md", edits=edits)

    assert right.ok and "changed in 3 places" in right.text
    assert file.read_text() == "B two\nB\ngamma\n"
    await site.leave()


async def test_a_search_names_the_files_that_it_left_out(place: Place) -> None:
    (place.project / "docs/large.log").write_text("beta\n" * 500_000)
    with (place.project / "docs/huge.log").open("wb") as file:
        file.truncate(30_000_000)
    site = await place.site()

    answer = (await use(site, "Grep", pattern="beta", path="docs", head_limit=1)).text
    named = await use(site, "Grep", pattern="beta", path="docs/large.log")
    huge = await use(site, "Grep", pattern="beta", path="docs/huge.log")
    other = (await use(site, "Grep", pattern="beta", glob="*.md")).text
    seen = await site.leave()

    assert "(the first 1 lines" in answer
    assert "2 files above 2.0 MB were not searched: docs/huge.log, docs/large.log" in answer
    assert not named.ok and "2.5 MB" in named.text and "offset" in named.text
    assert not huge.ok
    assert "not searched" not in other
    assert seen is not None and "docs/huge.log" not in seen.read


async def test_own_text_is_seen_and_the_project_stays(place: Place) -> None:
    site = await place.site()
    written = await use(site, "Write", path="src/main.py", content="zebra\n")
    assert "files/one/src/main.py" in written.text
    await use(site, "Write", path="fresh/deep/n.txt", content="zebra two\n")
    edited = await use(site, "Edit", path="src/main.py", old_string="zebra", new_string="zebra!")
    assert edited.ok
    assert "zebra!" in (await use(site, "Read", path="src/main.py")).text
    found = await use(site, "Grep", pattern="zebra")
    assert found.text == "fresh/deep/n.txt:1:zebra two\nsrc/main.py:1:zebra!"
    assert "fresh/deep/n.txt" in (await use(site, "Glob", pattern="**/*.txt")).text
    assert "deep/" in (await use(site, "List_Files", path="fresh")).text
    assert "print" in (place.project / "src/main.py").read_text()
    assert not (place.project / "fresh").exists()
    seen = await site.leave()
    assert seen is not None and seen.sight == "tools"
    assert [(c.path, c.kept, bool(c.base)) for c in seen.written] == [
        ("fresh/deep/n.txt", "files/one/fresh/deep/n.txt", False),
        ("src/main.py", "files/one/src/main.py", True),
    ]
    again = await place.site(attempt=2)
    assert "print" in (await use(again, "Read", path="src/main.py")).text
    assert (place.run / "files/one.attempt-1/src/main.py").read_text() == "zebra!\n"
    assert not (place.run / "files/one").exists()
    await again.leave()


async def test_nothing_is_kept_below_what_is_a_file(place: Place) -> None:
    site = await place.site()
    assert (await use(site, "Write", path="fresh.md", content="x")).ok
    for path, file in {"fresh.md/deep/x": "fresh.md", "README.md/x": "README.md"}.items():
        answer = await use(site, "Write", path=path, content="x")
        assert not answer.ok and f"'{file}' is a file, and nothing can stand below" in answer.text
        assert "files/one" not in answer.text
    seen = await site.leave()
    assert seen is not None and [change.path for change in seen.written] == ["fresh.md"]


async def test_what_another_session_kept_is_set_aside(place: Place) -> None:
    for number, attempt in enumerate((1, 2, 2), 1):
        site = await place.site(attempt=attempt)
        await use(site, "Write", path="src/main.py", content=f"session {number}")
        await site.leave()
    texts = {
        str(path.relative_to(place.run)): path.read_text()
        for path in sorted((place.run / "files").rglob("*.py"))
    }
    assert texts == {
        "files/one.attempt-1/src/main.py": "session 1",
        "files/one.attempt-1.2/src/main.py": "session 2",
        "files/one/src/main.py": "session 3",
    }


async def test_after_the_end_nothing_changes(place: Place) -> None:
    site = await place.site()
    calls = [
        asyncio.create_task(use(site, "Write", path=f"out/{n}", content="x")) for n in range(20)
    ]
    await asyncio.sleep(0)
    seen = await site.leave()
    answers = await asyncio.gather(*calls)
    assert seen is not None
    written = sorted(path.name for path in (place.project / "out").glob("*"))
    assert sorted(change.path for change in seen.written) == [f"out/{name}" for name in written]
    assert sum(answer.ok for answer in answers) == len(written)
    late = await use(site, "Write", path="out/late", content="x")
    assert not late.ok and "over" in late.text
    assert not (await use(site, "Read", path="README.md")).ok
    assert not await site.toolbox.permit(Wish(kind="read", paths=("README.md",), what="read"))


async def test_what_is_not_granted_is_not_there(tmp_path: Path) -> None:
    place = Place(
        tmp_path,
        task("reader", tools=("Read", "Grep")),
        task("narrow", tools=("Read(docs/**)", "Grep", "Write(docs/**)")),
        task("bare", tools=("Bash",)),
        task("plans", permission_mode="plan"),
        task("local", backend="local"),
    )
    reader = await place.site(0)
    assert [spec.name for spec in reader.toolbox.specs] == ["Read", "Grep"]
    assert not (await use(reader, "Write", path="x", content="")).ok
    told = Told()
    narrow = await place.site(1, told=told)
    assert not (await use(narrow, "Read", path="README.md")).ok
    assert (await use(narrow, "Grep", pattern="hello")).text == "(nothing fits)"
    assert not (await use(narrow, "Write", path="x.md", content="")).ok
    assert told.refusals[0][0] == "x.md" and "alone" in told.refusals[0][1]
    bare, plans, local = [await place.site(number) for number in (2, 3, 4)]
    assert await bare.leave() is None and await local.leave() is None
    assert not {"Write", "Edit"} & {spec.name for spec in plans.toolbox.specs}
    assert isinstance(await use(local, "Read", path="README.md"), ToolAnswer)


async def test_claims_and_races(tmp_path: Path) -> None:
    place = Place(
        tmp_path,
        task("one", writes=("docs/a.md", "out/", "gen/*.py")),
        task("two", writes=("docs/b.md",)),
    )
    told = Told()
    one, two = await place.site(0, told=told), await place.site(1, told=told)
    for path in ("docs/a.md", "DOCS/A.md", "out/x/y", "gen/m.py", "out", "docs/../docs/a.md"):
        answer = await use(two, "Write", path=path, content="x")
        assert not answer.ok and ("'one'" in answer.text), path
        assert "you may write docs/b.md" in answer.text
    assert [path for path, _ in told.refusals][:2] == ["docs/a.md", "DOCS/A.md"]
    assert (await use(one, "Write", path="gen/m.py", content="x")).text.endswith("the project.")
    assert "kept" in (await use(one, "Write", path="gen/m*.py", content="x")).text
    assert "kept" in (await use(one, "Write", path="gen/deep/m.py", content="x")).text
    await use(one, "Write", path="README.md", content="mine")
    await use(two, "Read", path="README.md")
    assert told.races == []
    await use(two, "Read", path="docs/a.md")
    await use(two, "Read", path="gen/not-yet.py")
    await use(one, "Write", path="docs/a.md", content="new")
    await use(one, "Write", path="gen/not-yet.py", content="new")
    assert [(r.path, r.task, r.access, r.other, r.other_access) for r in told.races] == [
        ("docs/a.md", "one", "write", "two", "read"),
        ("gen/not-yet.py", "one", "write", "two", "read"),
    ]
    await one.leave()
    await two.leave()


async def test_a_pattern_that_is_none_reads_nothing(place: Place) -> None:
    site = await place.site()

    answer = await use(site, "Grep", pattern="(((")
    seen = await site.leave()

    assert not answer.ok and seen is not None and seen.read == ()


async def test_searches_leave_yesterdays_results_out(place: Place) -> None:
    """They may be read by who names them."""
    (place.project / "artifacts/parallel-result.md").write_text("yesterday\n")
    site = await place.site()

    found = await use(site, "Grep", pattern="yesterday")
    listed = await use(site, "Glob", pattern="**/*.md")
    named = await use(site, "Read", path="artifacts/parallel-result.md")

    assert "parallel-result" not in found.text + listed.text
    assert "yesterday" in named.text
