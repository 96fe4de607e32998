"""Documents: rows are the same however a text comes, and however little is looked at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.ui.looks.wrapping import wrap
from orchtui.ui.output import blocks
from orchtui.ui.output.blocks import BLOCK, Place, Row
from orchtui.ui.output.document import Document

LETTERS = st.text(alphabet="ab é漢字🙂 \n", max_size=80)

PARAGRAPH = "Some words of a paragraph — it goes on, and is broken where it must be. " * 8
BIG = "\n".join(f"# Part {number}\n\n{PARAGRAPH}\n" for number in range(400))


def rows(text: str, width: int) -> list[str]:
    """What stands on the screen, the plain way."""
    return [piece for line in text.split("\n") for piece in wrap(line, width)]


def texts(made: Document) -> list[str]:
    return [row.text for row in made.rows()]


def of(text: str, width: int = 40) -> Document:
    made = Document(width)
    made.append(text, "text")
    return made


@given(st.lists(LETTERS, max_size=8), st.integers(2, 12))
def test_pieces_give_the_same_rows_as_the_whole(pieces: list[str], width: int) -> None:
    piecewise = Document(width)
    for piece in pieces:
        piecewise.append(piece, "text")
    assert texts(piecewise) == texts(of("".join(pieces), width))


def test_a_line_of_its_own_is_never_joined() -> None:
    made = of("half a")
    made.line("a mark", "problem")
    made.append("next", "text")
    assert [(row.text, row.kind) for row in made.rows()] == [
        ("half a", "text"),
        ("a mark", "problem"),
        ("next", "text"),
    ]


@pytest.mark.parametrize("width", [7, 40, 10_000])
def test_a_text_of_many_blocks_has_the_rows_of_its_lines(width: int) -> None:
    made = of(BIG, width)
    assert len(made.blocks) > 10
    assert texts(made) == rows(BIG, width)
    assert made.height == len(rows(BIG, width))


def test_it_may_come_in_pieces_of_any_size() -> None:
    made = Document(40)
    for start in range(0, len(BIG), 7_001):
        made.append(BIG[start : start + 7_001], "text")
    assert texts(made) == rows(BIG, 40)


def test_a_line_without_an_end_is_broken_at_the_blocks_and_loses_nothing() -> None:
    text = "word " * 20_000
    made = of(text)
    assert len(made.blocks) > 4
    assert "".join(texts(made)) == text
    assert sum(row.whole for row in made.rows()) == 1
    solid = of("x" * 3 * BLOCK)
    assert "".join(texts(solid)) == "x" * 3 * BLOCK


def test_the_end_is_certain_before_the_rest_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    measure = blocks.TextBlock.measure

    def counted(self: blocks.TextBlock, width: int) -> tuple[int, int]:
        looked.append(1)
        return measure(self, width)

    monkeypatch.setattr(blocks.TextBlock, "measure", counted)
    made = of(BIG)
    made.settle_end(50)
    end = [row.text for row in made.rows(made.height - 50)]

    assert end == rows(BIG, 40)[-50:]
    assert len(looked) < 4


def test_few_rows_are_kept() -> None:
    made = of(BIG * 20)
    for _ in made.rows():
        pass
    assert len(made.blocks) > 3 * len(made._rows)


def test_measuring_in_slices_comes_to_the_same() -> None:
    made = of(BIG)
    guessed = made.height
    while not made.measure(0.0001):
        assert made.height == guessed
    made.adopt()
    assert made.height == len(rows(BIG, 40))


@pytest.mark.parametrize("row", [0, 1, 500, 4999, 10**6])
@pytest.mark.parametrize("width", [11, 39, 90])
def test_a_place_is_found_again_in_another_width(row: int, width: int) -> None:
    made = of(BIG)
    place = made.place(row)
    made.resize(width)
    [after] = made.rows(made.row_of(place), made.row_of(place) + 1)
    assert 0 <= place.offset - after.start <= len(after.text)
    assert made.place(made.row_of(place)).block == place.block


def test_what_acts_on_a_terminal_is_gone_and_tabs_are_spaces() -> None:
    assert texts(of("a\x1b[31mb\tc\r\nd\u202ee")) == ["ab  c", "de"]


def test_headings_and_quotes_are_so_to_their_end() -> None:
    made = of("# a heading of two rows\n> quoted\nplain # not", 12)
    assert {row.text.strip(): row.kind for row in made.rows()} == {
        "# a heading": "heading",
        "of two rows": "heading",
        "> quoted": "quote",
        "plain # not": "text",
    }


def test_a_changed_mark_has_other_rows() -> None:
    made, told = Document(20), ["…"]
    made.append("before", "text")
    block = made.mark(lambda width: [Row(word, "tool") for word in told])
    made.append("after", "text")
    assert texts(made) == ["before", "…", "after"]
    told[:] = ["✓", "answer"]
    made.touch(block)
    assert texts(made) == ["before", "✓", "answer", "after"]
    assert made.height == 4
    assert made.row_of(Place(block, 2)) == 2


def test_an_empty_one_has_no_rows() -> None:
    made = Document(10)
    made.settle(0, 10)
    made.settle_end(10)
    assert (texts(made), made.height, made.place(3), made.find(0)) == ([], 0, (0, 0), None)
