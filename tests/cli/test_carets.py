"""The quoted words in their line: what is underlined is what a terminal shows below them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from orchtui.cli.carets import underlined

LONG = "start " + "left " * 40 + "HERE" + " right" * 40


@pytest.mark.parametrize(
    ("text", "words", "line", "carets"),
    [
        pytest.param("see the plan", "the plan", "see the plan", "    ^^^^^^^^", id="words"),
        pytest.param("one\n  two six\nten", "six", "  two six", "      ^^^", id="its line"),
        pytest.param("比較 結果 now", "結果", "比較 結果 now", "     ^^^^", id="wide"),
        pytest.param("cafe\u0301 au lait", "au", "cafe\u0301 au lait", "     ^^", id="combining"),
        pytest.param("cafe\u0301", "\u0301", "cafe\u0301", "    ^", id="only a combining mark"),
        pytest.param("a\tb\tc", "c", "a    b    c", "          ^", id="tabs"),
        pytest.param("קרא את הדוח", "הדוח", "קרא את הדוח", "       ^^^^", id="right to left"),
        pytest.param("a \x1b[31mred\u202e b", "b", "a red b", "      ^", id="cleaned"),
        pytest.param("x y\nz", "y\nz", "x y", "  ^", id="over a line end"),
        pytest.param("a\r\nb c", "c", "b c", "  ^", id="crlf"),
        pytest.param("a  b  c", "  b  ", "a  b  c", "   ^", id="white space around"),
        pytest.param("👍 fix 👩\u200d💻 it", "fix", "👍 fix 👩\u200d💻 it", "   ^^^", id="emoji"),
    ],
)
def test_the_carets_stand_below_the_words(text: str, words: str, line: str, carets: str) -> None:
    start = text.index(words)

    assert underlined(text, start, start + len(words), 80) == (line, carets)


@pytest.mark.parametrize("width", [20, 40, 60, 79, 300])
def test_a_long_line_is_cut_around_the_words(width: int) -> None:
    start = LONG.index("HERE")
    line, carets = underlined(LONG, start, start + 4, width)

    assert cell_len(line) <= width
    at = carets.index("^")
    assert line[at : at + carets.count("^")] == "HERE"
    assert line.startswith("…") and line.endswith("…")


def test_words_longer_than_the_line_are_cut_too() -> None:
    line, carets = underlined("say " + "much " * 100, 4, 400, 30)

    assert cell_len(line) <= 30
    assert line.endswith("…")
    assert carets == " " * 4 + "^" * (cell_len(line) - 4)


def test_a_very_long_text_is_shown_as_quickly_as_a_short_one() -> None:
    text = "x" * 500_000 + " HERE " + "y" * 500_000
    line, carets = underlined(text, 500_001, 500_005, 60)

    at = carets.index("^")
    assert line[at : at + 4] == "HERE"
    assert cell_len(line) <= 60
    assert line.startswith("…x")


@pytest.mark.parametrize(("start", "end"), [(-5, 3), (2, 900), (900, 901), (3, 1), (0, 0)])
def test_a_span_outside_the_text_is_no_error(start: int, end: int) -> None:
    line, carets = underlined("a few words", start, end, 80)
    assert line == "a few words"
    assert carets.strip("^ ") == ""
    assert "^" in carets


@given(st.text(), st.integers(0, 60), st.integers(0, 60), st.integers(20, 100))
def test_for_any_text_the_carets_begin_where_the_words_do(
    text: str, start: int, length: int, width: int
) -> None:
    line, carets = underlined(text, start, start + length, width)

    assert set(carets) <= {" ", "^"}
    assert carets == " " * (len(carets) - carets.count("^")) + "^" * carets.count("^")
    assert "\n" not in line and "\x1b" not in line and "\t" not in line
    # Some prefix of the line has exactly the width of what stands before the carets.
    offset = len(carets) - carets.count("^")
    assert offset in {cell_len(line[:end]) for end in range(len(line) + 1)}


letters = st.text(st.sampled_from("ab 日é\u0301ש👍ｶ"), max_size=300)


@given(letters, letters.filter(str.strip), letters, st.integers(20, 120))
def test_what_is_underlined_is_what_is_quoted(
    before: str, words: str, after: str, width: int
) -> None:
    line, carets = underlined(before + words + after, len(before), len(before + words), width)

    offset = len(carets) - carets.count("^")
    shown = [
        line[start:end]
        for start in range(len(line) + 1)
        for end in range(start, len(line) + 1)
        if cell_len(line[:start]) == offset and cell_len(line[:end]) == len(carets)
    ]
    quoted = words.strip()
    assert cell_len(line) <= width
    assert any(
        one == quoted or (one.endswith("…") and quoted.startswith(one[:-1])) for one in shown
    ) or not cell_len(quoted)
