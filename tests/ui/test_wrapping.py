"""Rows of text: no row too wide, nothing lost, and adding is the same as having it at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchtui.ui.wrapping import Wrapped, fit, wrap

LETTERS = st.text(alphabet="ab é漢字🙂 \n", max_size=80)


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("", 5, [""]),
        ("one two", 7, ["one two"]),
        ("one two three", 7, ["one two ", "three"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("漢字漢字", 5, ["漢字", "漢字"]),
        ("a 漢字字", 4, ["a ", "漢字", "字"]),
        ("  code", 10, ["  code"]),
    ],
)
def test_wrap(text: str, width: int, rows: list[str]) -> None:
    assert wrap(text, width) == rows


@given(LETTERS.map(lambda text: text.replace("\n", " ")), st.integers(2, 12))
def test_rows_are_narrow_enough_and_lose_nothing(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert "".join(rows) == text
    assert all(cell_len(row.rstrip()) <= width for row in rows)


@given(st.lists(LETTERS, max_size=8), st.integers(2, 12))
def test_pieces_give_the_same_rows_as_the_whole(pieces: list[str], width: int) -> None:
    piecewise, at_once = Wrapped(width), Wrapped(width)
    for piece in pieces:
        piecewise.append(piece, "text")
    at_once.append("".join(pieces), "text")
    assert [row.text for row in piecewise.rows] == [row.text for row in at_once.rows]


def test_a_line_of_its_own_is_never_joined() -> None:
    wrapped = Wrapped(20)
    wrapped.append("half a", "text")
    wrapped.line("separator", "separator")
    wrapped.append("next", "text")
    assert [(row.text, row.kind) for row in wrapped.rows] == [
        ("half a", "text"),
        ("separator", "separator"),
        ("next", "text"),
    ]


@given(LETTERS, st.integers(0, 10))
def test_fit_gives_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(fit(text.replace("\n", " "), width)) == width
