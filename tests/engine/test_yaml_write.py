"""Text written as YAML comes back as it was, with every parser, and reads well."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from orchtui.engine.yaml.yaml_compose import MapNode, Problems, Scalar, compose
from orchtui.engine.yaml.yaml_write import block, quoted, sequence

PIECES = [
    *("no", "1:30", "2024-01-01", "null", "~", "0x10", "007", "1_000", ".inf", "<<", "=", "y", "N"),
    *(" ", "  ", "\n", "\n\n", "\t", "\r\n", "\x85", "\u2028", "\xa0", "\ufeff", "\x1b", "\x00"),
    *(
        "#",
        " #",
        ":",
        ": ",
        "- ",
        "---",
        "...",
        "? ",
        "?",
        "|",
        ">",
        "&a",
        "*a",
        "!t",
        "%",
        "@",
        "`",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        "\\",
        "\\n",
        "é",
        "😀",
        "👩‍💻",
        "{prompt}",
        "--flag",
        "/a/b",
    ),
]
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.lists(st.sampled_from(PIECES), max_size=8).map("".join),
)
LOADERS = [yaml.SafeLoader] + ([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])


def value(written: str, loader: Any) -> Any:
    """What stands under `key` as our reader and as any other reader of YAML sees it."""
    document = f"key:{written}\nnext: 1\n"
    problems = Problems("f")
    root = compose(document, problems, loader)
    problems.raise_any()
    assert isinstance(root, MapNode)
    node = root.pairs[0][1]
    loaded = yaml.load(document, Loader=loader)
    assert loaded["next"] == 1
    if isinstance(node, Scalar):
        assert not node.is_null
        assert node.text == loaded["key"]
    return loaded["key"]


@given(texts)
@example("y" * 5000)
@example("a b " * 2000)
@example("\ta\n b")
@example("\n\n a\n   \nb\n\n")
def test_a_text_comes_back(text: str) -> None:
    for loader in LOADERS:
        assert value(f" {quoted(text)}", loader) == text
        assert value(f" {block(text, 2)}", loader) == text
        assert value(f" [{quoted(text, in_flow=True)}]", loader) == [text]


@given(st.lists(texts, max_size=5), st.integers(0, 100))
def test_a_list_comes_back(items: list[str], room: int) -> None:
    for loader in LOADERS:
        assert value(sequence(items, 2, room), loader) == items


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Research Python async/await (PEPs).", "Research Python async/await (PEPs)."),
        ("it's a #1: no-brainer?", '"it\'s a #1: no-brainer?"'),
        ("http://a.b/c#d", "http://a.b/c#d"),
        ("claude-opus-4", "claude-opus-4"),
        ("-c", "-c"),
        ("--json", "--json"),
        ("---", '"---"'),
        ("no", '"no"'),
        ("1:30", '"1:30"'),
        ("2024-01-01", '"2024-01-01"'),
        ("007", '"007"'),
        ("008", '"008"'),
        ("0o17", '"0o17"'),
        ("3 things", "3 things"),
        ("", '""'),
        (" a", '" a"'),
        ("a, b [c]: {d}?", '"a, b [c]: {d}?"'),
        ("a, b [c] {d}?", "a, b [c] {d}?"),
        ("[a]", '"[a]"'),
        ('say "no"', 'say "no"'),
        ('"no": said', "'\"no\": said'"),
        (r"[a\x's]", r"'[a\x''s]'"),
        ("a\tb", r'"a\tb"'),
        ("\x1b[31m", r'"\e[31m"'),
        ("é 😀", "é 😀"),
    ],
)
def test_one_line(text: str, written: str) -> None:
    assert quoted(text) == written
    assert block(text, 2) == written


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\nb", "|-\n  a\n  b"),
        ("a\n", "|\n  a"),
        ("a\n\n  b: c # d\n---\n\tno\n\n", "|+\n  a\n\n    b: c # d\n  ---\n  \tno\n"),
        (" a\nb", "|2-\n   a\n  b"),
        ("\na", "|2-\n\n  a"),
        ("\n", '"\\n"'),
        (" \n \n", '" \\n \\n"'),
        ("a\r\nb", '"a\\r\\nb"'),
    ],
)
def test_several_lines(text: str, written: str) -> None:
    assert block(text, 2) == written


@pytest.mark.parametrize(
    ("items", "written"),
    [
        ([], " []"),
        (["a", "b c", "-", "d, e", "f?"], ' [a, b c, "-", "d, e", "f?"]'),
        (["sh", "-c", "a\nb\n"], "\n  - sh\n  - -c\n  - |\n    a\n    b"),
        (["a" * 60, "b" * 60], f"\n  - {'a' * 60}\n  - {'b' * 60}"),
    ],
)
def test_lists(items: list[str], written: str) -> None:
    assert sequence(items, 2) == written
