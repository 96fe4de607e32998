"""A search finds what str.find would, in slices, in any order, and while the text grows."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.ui.output.blocks import BLOCK, Place
from orchtui.ui.output.document import Document
from orchtui.ui.output.text_search import Search

BIG = "\n".join(f"line {number} — Straße, İstanbul, tea {number % 7}" for number in range(4000))


def of(text: str, width: int = 40) -> Document:
    made = Document(width)
    made.append(text, "text")
    return made


START = Place(0, 0)


def searched(text: str, words: str, start: Place = START) -> Search:
    search = Search(of(text), words, start)
    assert search.advance(60)
    return search


def walked(search: Search, steps: int) -> list[Place]:
    """All matches in the order in which one comes to them."""
    places: list[Place] = []
    here = search.step(Place(0, 0), steps, here=True)
    while here is not None and here not in places:
        places.append(here)
        here = search.step(here, steps)
    return places


@pytest.mark.parametrize(
    ("words", "found"),
    [("tea", 4), ("Tea", 2), ("TEA", 1), ("t.a", 0), ("stra", 1), ("straße", 1), ("(", 1)],
)
def test_small_letters_match_any_and_a_capital_one_is_exact(words: str, found: int) -> None:
    assert searched("tea Tea TEA Teapot\nStraße (x", words).total == found


@given(
    st.text(alphabet="ab İßA\n", max_size=60),
    st.text(alphabet="abİßA", min_size=1, max_size=3),
)
def test_it_finds_what_a_regular_expression_finds(text: str, words: str) -> None:
    flags = re.IGNORECASE if words == words.lower() else 0
    expected = len(re.findall(re.escape(words), text, flags))
    search = searched(text, words)
    assert search.total == expected
    assert len(walked(search, 1)) == len(walked(search, -1)) == expected


@pytest.mark.parametrize("start", [Place(0, 0), Place(3, 100), Place(9, 0)])
def test_many_blocks_are_gone_through_in_a_circle(start: Place) -> None:
    search = searched(BIG, "tea 3", start)
    expected = BIG.count("tea 3")
    forward = walked(search, 1)
    assert search.total == len(forward) == expected
    assert [search.number(place) for place in forward] == list(range(1, expected + 1))
    assert walked(search, -1)[1:] == forward[:0:-1] or walked(search, -1) == forward[::-1]


def test_in_slices_it_is_the_same_and_says_when_it_is_not_known() -> None:
    search = Search(of(BIG), "line 3999", Place(0, 0))
    assert not search.advance(0)
    assert not search.complete
    assert search.step(Place(0, 0), 1, here=True) is None
    while not search.advance(0.0001):
        pass
    assert search.complete
    place = search.step(Place(0, 0), 1, here=True)
    assert place is not None and search.number(place) == search.total == 1


def test_what_comes_later_is_found_too() -> None:
    document = of("tea")
    search = Search(document, "tea", Place(0, 0))
    search.advance(60)
    document.append(" and tea\n" + "x\n" * BLOCK + "tea", "text")
    search.renew()
    assert not search.complete
    assert search.advance(60)
    assert (search.total, search.complete) == (3, True)


def test_a_match_over_the_end_of_a_block_is_one() -> None:
    text = "x" * (BLOCK - 2) + "needle" + "x" * 100
    assert len(of(text).blocks) == 2
    search = searched(text, "needle")
    assert search.total == len(walked(search, 1)) == 1


def test_nothing_is_found_in_nothing() -> None:
    search = searched("", "x")
    assert (search.total, search.step(Place(0, 0), 1), search.complete) == (0, None, True)
