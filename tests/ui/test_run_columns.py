"""The rows of the list of runs: columns by the width, nothing told by a colour alone."""

from typing import get_args

import pytest
from msgspec.structs import replace
from rich.cells import cell_len

from orchtui.engine.history.labels import Labels
from orchtui.engine.history.run_filters import SORT_KEYS
from orchtui.engine.history.run_history import Hit
from orchtui.engine.history.run_row import RunRow
from orchtui.engine.history.word_search import Snippet
from orchtui.engine.run_events.events import seconds
from orchtui.engine.run_folders import summary
from orchtui.engine.run_folders.summary import SummaryVerdict
from orchtui.ui.runs import run_columns
from orchtui.ui.runs.run_columns import Columns, Line, column_at, head, lines_of
from orchtui.ui.runs.run_entry import LOOKS, SORTS, RunEntry
from tests.engine.history.past import completed

SHOWN = replace(
    summary.of(completed(name="harbour").run), cost=0.25, cost_at_least=0.25, speedup=1.3
)
NOW = seconds(SHOWN.started)


def row(**labels: object) -> RunRow:
    return RunRow(summary=SHOWN, labels=Labels(**labels))  # type: ignore[arg-type]


def text(lines: list[Line]) -> str:
    return "\n".join("".join(words for words, _ in line) for line in lines)


def test_the_orders_are_those_of_the_engine_and_the_size() -> None:
    assert (*SORT_KEYS, "size") == SORTS


def test_every_verdict_has_a_sign_of_its_own() -> None:
    verdicts = [one for kind in get_args(SummaryVerdict) for one in (get_args(kind) or (kind,))]
    assert set(LOOKS) == set(verdicts)
    assert len({sign for sign, _ in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize(
    ("width", "there", "not_there"),
    [
        (75, ["date", "tasks", "time", "cost"], ["speed-up", "backend", "size", "tags"]),
        (90, ["speed-up"], ["backend", "tags"]),
        (112, ["speed-up", "cost", "backend", "size"], ["tags"]),
        (150, ["speed-up", "cost", "backend", "size", "tags"], []),
    ],
)
def test_columns_come_with_the_width(width: int, there: list[str], not_there: list[str]) -> None:
    names = text([head(Columns.of(width), "date", reverse=False)])
    assert cell_len(names) <= width + 1, "it begins with the cell of the bar"
    assert "date ▼" in names
    assert [one for one in there if one not in names] == []
    assert [one for one in not_there if one in names] == []


def test_a_wide_row_tells_everything() -> None:
    entry = RunEntry(SHOWN.id, row(pinned=True, tags=("night", "good")), size=1_250_000)
    [line] = lines_of(entry, Columns.of(150), NOW)
    told = text([line])
    for words in ("◆", "✓ COMPLETED", "harbour", "8.0s", "1.3x", "$0.25", "scripted", "1.2 MB"):
        assert words in told
    assert "#night #good" in told


def test_a_narrow_one_tells_it_in_two_lines() -> None:
    entry = RunEntry(SHOWN.id, row(pinned=True, tags=("night",)), size=820)
    told = text(lines_of(entry, Columns.of(69), NOW)).split("\n")
    assert len(told) == 2
    assert told[0].startswith("✓ ◆ harbour")
    assert told[0].endswith("COMPLETED")
    assert "2 tasks · 8.0s · $0.25 · scripted · pinned · #night" in told[1]


def test_what_is_wrong_with_a_run_stands_below_it_in_words() -> None:
    entry = RunEntry("r", RunRow(summary=SHOWN, trouble="the summary is missing"))
    for width in (40, 120):
        *_, last = lines_of(entry, Columns.of(width), NOW)
        assert "! the summary is missing" in text([last])


def test_a_folder_that_is_no_run_says_so() -> None:
    entry = RunEntry("20260115-x", why="neither a journal nor a summary is in it")
    for width in (60, 120):
        told = text(lines_of(entry, Columns.of(width), NOW))
        assert "! DAMAGED" in told or "DAMAGED" in told.split("\n")[0]
        assert "neither a journal" in told


def test_what_was_found_is_marked_where_it_stands() -> None:
    found = Snippet(text="…in the garden of a garden", spans=((8, 14), (20, 26)))
    hit = Hit(row=row(), field="result", task="one", snippet=found)
    *_, last = lines_of(RunEntry("r", row(), hit=hit), Columns.of(120), NOW)
    assert text([last]).strip() == "result of one  …in the garden of a garden"
    assert [words for words, look in last if look == "hit"] == ["garden", "garden"]


@pytest.mark.parametrize("width", [5, 12, 30, 69, 75, 90, 130])
def test_marks_that_are_cut_stay_within_the_width(width: int) -> None:
    snippet = Snippet(text="漢字" * 60, spans=((3, 100),))
    hit = Hit(row=row(), field="prompt", task="漢字" * 30, snippet=snippet)
    entry = RunEntry("r", replace(row(), trouble="漢字 " * 40), hit=hit)
    columns = Columns.of(width)
    lines = lines_of(entry, columns, NOW)
    assert len(lines) == run_columns.height_of(entry, columns)
    assert max(cell_len(text([line])) for line in lines) <= width


@pytest.mark.parametrize("width", [75, 112, 150])
def test_a_click_on_a_name_finds_its_column(width: int) -> None:
    columns = Columns.of(width)
    names = text([head(columns, "name", reverse=False)])
    for word, sort in (
        ("verdict", "verdict"),
        ("name ▲", "name"),
        ("date", "date"),
        ("time", "time"),
    ):
        assert column_at(columns, names.index(word)) == sort
    assert column_at(columns, 0) is None
    assert column_at(Columns.of(40), 5) is None


def test_dates_of_long_ago_say_their_year() -> None:
    assert run_columns.date_words(NOW, NOW).count(":") == 1
    assert run_columns.date_words(NOW, NOW + 300 * 86400).count(":") == 1  # the same year
    assert run_columns.date_words(NOW, NOW + 400 * 86400).endswith(" 2026")
