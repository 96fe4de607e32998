"""Which words are paths, the one form they are compared in, and when two of them meet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.independence import check
from orchtui.engine.independence.same_files import meet
from orchtui.engine.paths.paths import folders, is_glob, is_path, matches, normal
from orchtui.engine.plans.plan import Plan
from tests.engine.prose import kinds_of, told
from tests.engine.scripted import task


@pytest.mark.parametrize(
    "word",
    [
        "README.md",
        "notes.txt",
        "src/app.py",
        "src/",
        "docs/guide",
        "./build",
        "../shared/data.csv",
        "~/notes.md",
        "/etc/hosts",
        "/var/log/app.log",
        "out/*.md",
        "src/**/*.ts",
        "data/2024-01.parquet",
        ".env",
        "archive.tar.gz",
        "übersicht.md",
    ],
)
def test_words_that_are_paths(word: str) -> None:
    assert is_path(word)


@pytest.mark.parametrize(
    "word",
    [
        *("Node.js", "Vue.js", "D3.js", "Next.js", "Three.js"),
        *("and/or", "he/she", "pros/cons", "input/output", "A/B", "TCP/IP", "client/server"),
        *("HTTP/3", "HTTP/1.1", "OAuth/OIDC", "24/7", "1/2", "km/h", "w/o", "n/a", "I/O"),
        *("https://example.org/a.md", "http://localhost:8000/data.csv", "//cdn.example.org/x.js"),
        *("me@example.org", "e.g", "i.e", "3.11", "v2.0", "etc", "word", "", "/", "."),
    ],
)
def test_words_that_are_none(word: str) -> None:
    assert not is_path(word)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("out/a.md", "out/a.md"),
        ("./out/a.md", "out/a.md"),
        ("out//a.md", "out/a.md"),
        ("out/./a.md", "out/a.md"),
        ("out/x/../a.md", "out/a.md"),
        ("out/", "out"),
        (" out/a.md ", "out/a.md"),
        ("out\\a.md", "out/a.md"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_the_one_form_of_a_path(path: str, form: str) -> None:
    assert normal(path) == form


def test_the_folders_that_contain_a_path() -> None:
    assert list(folders("a/b/c.md")) == ["a/b", "a"]
    assert list(folders("c.md")) == []
    assert list(folders("/etc/hosts")) == ["/etc", "/"]


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*.md", "a.md"),
        ("out/*.md", "out/a.md"),
        ("out/**", "out/x/a.md"),
        ("**/*.py", "src/app/main.py"),
        ("**/*.py", "main.py"),
        ("out/?.md", "out/a.md"),
        ("out/[ab].md", "out/a.md"),
        ("out/*.md", "out"),
        ("src/**/*.ts", "src"),
        ("out/*.md", "out/a*"),
        ("out/a*", "out/*.md"),
        ("src/**", "src/*.py"),
    ],
)
def test_what_a_pattern_matches(pattern: str, path: str) -> None:
    assert is_glob(pattern)
    assert matches(pattern, path)
    assert meet(pattern, path)
    assert meet(path, pattern)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("out/*.md", "out/a.txt"),
        ("out/*.md", "notes/a.md"),
        ("out/*.md", "out/x/a.md"),
        ("*.md", "out/a.md"),
        ("out/[ab].md", "out/c.md"),
        ("out", "output"),
        ("out/a.md", "out/a.md.bak"),
        ("a/b", "b"),
        ("src/*.py", "src/*.ts"),
        ("out.md", "outXmd"),
    ],
)
def test_paths_that_do_not_meet(one: str, other: str) -> None:
    assert not meet(one, other)
    assert not meet(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("out", "out/a.md"), ("a/b", "a/b/c/d.md"), ("x.md", "x.md")]
)
def test_a_folder_meets_what_is_inside(one: str, other: str) -> None:
    assert meet(one, other)
    assert meet(other, one)


PIECES = st.lists(
    st.sampled_from(["a", "b", "out", "..", ".", "", "*", "**", "?", "[ab]", "[", "x.md", "*.md"]),
    min_size=1,
    max_size=5,
).map("/".join)


@given(PIECES, PIECES)
def test_meeting_is_the_same_from_both_sides(one: str, other: str) -> None:
    first, second = normal(one), normal(other)

    assert meet(first, second) == meet(second, first)
    assert not first or meet(first, first)


@given(st.one_of(PIECES, st.text(max_size=40)))
def test_the_normal_form_is_final(path: str) -> None:
    assert normal(normal(path)) == normal(path)
    assert is_path(path) in (True, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("out/a.md", "./out/a.md"),
        ("out", "out/a.md"),
        ("out/a.md", "out/"),
        ("out/*.md", "out/a.md"),
        ("out\\a.md", "out/a.md"),
    ],
)
def test_declared_outputs_that_meet_are_a_conflict(one: str, other: str) -> None:
    tasks = (task("a", writes=(one,)), task("b", writes=(other,)))

    assert {"write_conflict", "dependency"} & kinds_of(check(Plan(tasks=tasks)))


@pytest.mark.parametrize(
    "word", ["Node.js", "and/or", "HTTP/3", "https://example.org/a.md", "input/output", "Vue.js"]
)
def test_such_words_in_two_prompts_are_no_conflict(word: str) -> None:
    report = told(f"Write a poem about {word}", f"Write a limerick about {word}")

    assert not kinds_of(report) & {"write_conflict", "read_write"}
