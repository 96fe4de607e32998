"""What is offered in the line in which runs are asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.history.labels import Labels
from orchtui.engine.history.run_query import KEYS, parse_query
from orchtui.engine.history.run_row import RunRow
from orchtui.engine.run_folders import summary
from orchtui.ui.parts.completion import matching
from orchtui.ui.runs.query_words import _VALUES, FILTERS, offers, part_at
from tests.engine.history.past import completed

SHOWN = summary.of(completed().run)
ROWS = [
    RunRow(summary=SHOWN, labels=Labels(tags=("night", "good"))),
    RunRow(summary=SHOWN, labels=Labels(tags=("night",))),
]


def offered(typed: str) -> list[str]:
    return [one.text for one in matching(typed, offers(typed, ROWS))]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("ver", "verdict:"),
        ("-ver", "-verdict:"),
        ("verdict:f", "verdict:failed"),
        ("verdict:failed,pa", "verdict:failed,partial"),
        ("-tag:", "-tag:night"),
        ("tag:night,g", "tag:night,good"),
        ("backend:s", "backend:scripted"),
        ("is:p", "is:pinned"),
        ("since:", "since:today"),
    ],
)
def test_what_is_meant_is_offered_first(typed: str, first: str) -> None:
    assert offered(typed)[0] == first


def test_a_value_that_is_named_already_is_not_offered_again() -> None:
    assert "tag:night,night" not in offered("tag:night,")


def test_values_say_how_many_runs_have_them() -> None:
    told = {one.text: one.what for one in offers("tag:", ROWS)}
    assert told == {"tag:night": "2 runs", "tag:good": "1 run"}


def test_all_that_is_offered_is_understood() -> None:
    assert {words.removesuffix(":") for words, _ in FILTERS} <= set(KEYS)
    for key, values in _VALUES.items():
        for value in values:
            assert not parse_query(f"{key}:{value}", 1e9).told


@given(st.text(alphabet='ab:"- ', max_size=20), st.integers(0, 20))
def test_the_part_is_within_the_line_and_around_the_cursor(text: str, at: int) -> None:
    cursor = min(at, len(text))
    start, end = part_at(text, cursor)
    assert 0 <= start <= cursor <= end <= len(text)


def test_a_part_may_have_spaces_in_quotation_marks() -> None:
    text = 'verdict:failed name:"two words" x'
    assert text[slice(*part_at(text, 20))] == 'name:"two words"'
    assert text[slice(*part_at(text, len(text)))] == "x"
    assert part_at("a  b", 2) == (2, 2)
