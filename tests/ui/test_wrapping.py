"""Rows of text: no row too wide, nothing lost, and adding is the same as having it at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchtui.ui.looks.wrapping import fit, is_narrow, wrap

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


@given(st.text(alphabet="ab—é“ ", max_size=120), st.integers(2, 12))
def test_narrow_text_is_broken_as_any_other(text: str, width: int) -> None:
    """The quick way and the slow one agree: a wide character at the end makes it the slow one."""
    rows = wrap(f"{text} {'漢' * width}", width)
    while "漢" in rows[-1]:
        rows.pop()
    assert "".join(rows).rstrip() == text.rstrip()
    assert [row.rstrip() for row in rows if row.strip()] == [
        row.rstrip() for row in wrap(text, width) if row.strip()
    ]


def test_what_is_called_narrow_takes_one_cell_each() -> None:
    narrow = [chr(code) for code in range(0x20, 0x2FFFF) if is_narrow(chr(code)) and code != 0x7F]
    assert "—" in narrow and "漢" not in narrow and "🙂" not in narrow
    assert [character for character in narrow if cell_len(character) != 1] == []


@given(LETTERS, st.integers(0, 10))
def test_fit_gives_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(fit(text.replace("\n", " "), width)) == width
