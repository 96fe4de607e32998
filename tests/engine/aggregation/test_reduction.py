"""Long results are cut into parts, and nothing of them is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.texts.reduction import (
    CHARACTERS,
    FRAME,
    LOCAL_CHARACTERS,
    length,
    most_characters,
    parts_of,
)

texts = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=4),
    st.text("ab \n", max_size=900),
    max_size=8,
)


@given(texts=texts, most=st.integers(FRAME + 1, 2_000))
def test_the_parts_tile_the_texts_in_order(texts: dict[str, str], most: int) -> None:
    parts = parts_of(texts, most)

    whole = dict.fromkeys(texts, "")
    for part in parts:
        assert part, "no part is empty"
        for key, start, end in part:
            assert start == len(whole[key]), "without a gap, and nothing twice"
            whole[key] += texts[key][start:end]
    assert whole == texts
    assert list(dict.fromkeys(piece.key for part in parts for piece in part)) == list(texts)


@given(texts=texts, most=st.integers(FRAME + 1, 2_000))
def test_no_part_is_too_long(texts: dict[str, str], most: int) -> None:
    for part in parts_of(texts, most):
        assert sum(piece.end - piece.start + FRAME for piece in part) <= most


def test_a_text_is_cut_only_where_it_is_too_long_for_a_part_of_its_own() -> None:
    texts = {"a": "x" * 300, "b": "y" * 700, "c": "z" * 100}

    assert parts_of(texts, 1_000) == [(("a", 0, 300),), (("b", 0, 700),), (("c", 0, 100),)]
    assert parts_of(texts, 1_400) == [(("a", 0, 300), ("b", 0, 700)), (("c", 0, 100),)]
    assert parts_of(texts, length(texts)) == [(("a", 0, 300), ("b", 0, 700), ("c", 0, 100))]


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("p" * 70 + "\n\n" + "q" * 60, 72),
        ("p" * 70 + "\n" + "q" * 60, 71),
        ("p" * 70 + " " + "q" * 60, 71),
        ("p" * 130, 100),
        ("\n\n" + "p" * 130, 100),  # a part is half full at least
    ],
)
def test_it_is_cut_between_paragraphs_if_it_can_be(text: str, at: int) -> None:
    first, *_ = parts_of({"a": text}, 100 + FRAME)
    assert first == (("a", 0, at),)


def test_a_local_model_reads_less_at_once() -> None:
    assert most_characters("local") == LOCAL_CHARACTERS
    assert most_characters("anthropic") == most_characters("my-profile") == CHARACTERS
