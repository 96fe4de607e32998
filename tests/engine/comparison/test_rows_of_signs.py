"""Rows of dots, spaces and signs, as programs write them: cut once, by the rules of any text."""

import pytest

from orchtui.engine.comparison.markdown_lines import parts
from orchtui.engine.comparison.sentences import cuts

MANY = 300_000


@pytest.mark.parametrize(
    "text",
    [
        "." * MANY + "a",
        "a" + " " * MANY + "b",
        "." + '"' * MANY + "a",
        ". ".join(["." * 2000 + "a"] * 100),
        "  " * MANY + "x",
    ],
)
def test_sentences_are_cut_once(text: str) -> None:
    """With a square of steps this would not end today."""
    assert cuts(text)[-1] == len(text)


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("# A ## \n", "A"),
        ("# A##\n", "A##"),
        ("# # #\r\n", "#"),
        ("#\n", ""),
        (r"# 1\. \*A\* \b", r"1. *A* \b"),
        ("# #\n", ""),
        ("#" + " " * MANY + "x", "x"),
        ("# " + "# " * MANY + "x", "# " * MANY + "x"),
        ("# " + "#" * MANY + "x", "#" * MANY + "x"),
    ],
)
def test_titles_are_read_once(line: str, title: str) -> None:
    """The same."""
    assert [part.title for part in parts(line)] == [title]
