"""The language in which runs are asked for."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.history.labels import Labels
from orchtui.engine.history.run_filters import SORT_KEYS, SortKey, in_order, passing
from orchtui.engine.history.run_query import EVERYTHING, KEYS, parse_query
from orchtui.engine.history.run_row import Details, RunRow
from orchtui.engine.run_events.events import Census, iso
from orchtui.engine.run_folders.summary import Summary

NOW = datetime(2026, 6, 15, 12).timestamp()


def row(number: int, **fields: object) -> RunRow:
    """A run that began at noon of the first of that month."""
    labels = fields.pop("labels", Labels())
    values: dict[str, object] = {
        "id": f"2026{number:02}01-120000-{number:04x}",
        "name": f"plan {number}",
        "started": iso(datetime(2026, number, 1, 12).timestamp()),
        "verdict": "COMPLETED",
        "tasks": number,
        "makespan_s": 60.0 * number,
        **fields,
    }
    assert isinstance(labels, Labels)
    return RunRow(summary=Summary(**values), labels=labels)  # type: ignore[arg-type]


ROWS = [
    row(1, backends=("anthropic",), cost=0.5, cost_at_least=0.5, speedup=2.0),
    row(2, verdict="FAILED", backends=("local",), census=Census(total=2, failed=2)),
    row(3, verdict="PARTIAL", backends=("anthropic", "command"), cost_at_least=3.0, speedup=1.5),
    row(4, labels=Labels(tags=("Good", "x"), pinned=True), parent="20260101-120000-0001"),
    row(5, verdict="RUNNING", makespan_s=None, rehearsal=True, labels=Labels(name="My own")),
]


def numbers(text: str) -> list[int]:
    query = parse_query(text, NOW)
    assert not query.terms and not query.told
    return [one.summary.tasks for one in passing(ROWS, query)]


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("verdict:failed", [2]),
        ("verdict:fail", [2]),
        ("status:FAILED,partial", [2, 3]),
        ("-verdict:completed", [2, 3, 5]),
        ("is:running", [5]),
        ("is:pinned", [4]),
        ("-is:rehearsal", [1, 2, 3, 4]),
        ("is:resumable", [2, 3]),
        ("is:renamed", [5]),
        ("is:tagged", [4]),
        ("backend:Anthropic", [1, 3]),
        ("backend:anthropic backend:command", [3]),
        ("tag:good", [4]),
        ("tag:goo", []),
        ("tag:x,y", [4]),
        ("name:plan", [1, 2, 3, 4, 5]),
        ('name:"my OWN"', [5]),
        ("id:202603", [3]),
        ("parent:202601", [4]),
        ("cost:>1", [3]),
        ("cost:>=$0.5", [1, 3]),
        ("cost:<1", [1]),
        ("cost:<5", [1]),  # of the third at least 3 is known, and no more
        ("cost:2..5", []),
        ("tasks:2", [2]),
        ("tasks:2..4", [2, 3, 4]),
        ("tasks:..2", [1, 2]),
        ("tasks:4..", [4, 5]),
        ("-tasks:2..4", [1, 5]),
        ("failed:>0", [2]),
        ("time:<2m", [1]),
        ("time:1m30s..3m", [2, 3]),
        ("speedup:>1.5", [1]),
        ("before:2026-02-01", [1]),
        ("until:2026-02-01", [1, 2]),
        ("since:2026-04", [4, 5]),
        ("after:2026-04", [5]),
        ("date:2026", [1, 2, 3, 4, 5]),
        ("on:2026-3-1", [3]),
        ("date:2026-02..2026-03", [2, 3]),
        ("since:60d", [5]),
        ("before:60d", [1, 2, 3, 4]),
        ("date:60d", [5]),
        ("VERDICT:failed tasks:>1", [2]),
    ],
)
def test_filters(text: str, which: list[int]) -> None:
    assert numbers(text) == which


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("garden", [(("garden",), False, False)]),
        ('"two words"', [(("two", "words"), True, False)]),
        ("-garden", [(("garden",), False, True)]),
        ('-"two words"', [(("two", "words"), True, True)]),
        ("a.b", [(("a", "b"), False, False)]),
        ('x"y z"', [(("x",), False, False), (("y", "z"), True, False)]),
        ("AND OR NOT NEAR(", [((word,), False, False) for word in ("and", "or", "not", "near")]),
        ("verdict:failed gard", [(("gard",), False, False)]),
    ],
)
def test_words(text: str, words: list[tuple[tuple[str, ...], bool, bool]]) -> None:
    query = parse_query(text, NOW)

    assert [(term.words, term.whole, term.absent) for term in query.terms] == words
    assert not query.told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("verdict:good", "a verdict is one of completed, partial"),
        ("verdict:", "nothing stands after 'verdict:'"),
        ("cost:much", "write cost:1, cost:>1, cost:<=5 or cost:1..5"),
        ("cost:1..x", "write cost:1"),
        ("cost:>1..5", "write cost:1"),
        ("cost:..", "write cost:1"),
        ("time:>soon", "'soon' is not a duration"),
        ("time:0s", "out of range"),
        ("before:then", "'then' is not a date"),
        ("date:2026-13", "'2026-13' is not a date"),
        ("on:2026-02-30", "is not a date"),
        ("is:odd", "a run can be pinned"),
        ("tag:,", "no word stands in it"),
        ("--", "there is no word in it"),
        ('"never closed', "is not closed"),
        ("colour:red", "'colour:' is no filter, so 'colour:red' is searched for"),
        ("http://x", "'http:' is no filter"),
    ],
)
def test_what_is_not_understood_is_told(text: str, told: str) -> None:
    query = parse_query(text, NOW)

    (line,) = query.told
    assert told in line
    assert not query.filters


def test_the_rest_of_a_query_holds() -> None:
    query = parse_query("verdict:good tasks:2 cost:much", NOW)

    assert len(query.told) == 2
    assert [one.summary.tasks for one in passing(ROWS, query)] == [2]


def test_a_very_long_query_is_read_up_to_a_bound() -> None:
    query = parse_query("word " * 5000, NOW)

    assert len(query.terms) == 50
    assert len(query.told) == 2


_PIECES = st.sampled_from(
    [*(f"{key}:" for key in KEYS), '"', "-", ">", "<=", "..", "1", "2026", " "]
)


@given(st.one_of(st.text(), st.lists(st.one_of(_PIECES, st.text(max_size=3))).map("".join)))
def test_no_text_is_an_error(text: str) -> None:
    query = parse_query(text, NOW)

    passing(ROWS, query)
    assert query.filters or query.terms or query.told or not text.split()


@pytest.mark.parametrize(
    ("by", "which"),
    [
        ("date", [5, 4, 3, 2, 1]),
        ("name", [5, 1, 2, 3, 4]),
        ("verdict", [5, 2, 3, 4, 1]),
        ("tasks", [5, 4, 3, 2, 1]),
        ("time", [4, 3, 2, 1, 5]),
        ("speedup", [1, 3, 5, 4, 2]),
        ("cost", [3, 1, 5, 4, 2]),
        ("backend", [1, 3, 2, 5, 4]),
    ],
)
def test_orders(by: SortKey, which: list[int]) -> None:
    assert [one.summary.tasks for one in in_order(ROWS, by)] == which


@pytest.mark.parametrize("by", SORT_KEYS)
def test_an_order_turned_round_leaves_what_is_not_known_last(by: SortKey) -> None:
    forward, back = in_order(ROWS, by), in_order(ROWS, by, reverse=True)

    assert sorted(one.id for one in forward) == sorted(one.id for one in back)
    if by in ("cost", "speedup"):
        assert [one.id for one in forward[2:]] == [one.id for one in back[2:]]
        assert forward[:2] == back[1::-1]


def test_pinned_runs_may_stand_first() -> None:
    assert [one.summary.tasks for one in in_order(ROWS, pinned_first=True)] == [4, 5, 3, 2, 1]


def test_the_plan_is_the_journals_where_that_was_read() -> None:
    known = replace(ROWS[4], details=Details(plan_key="name logs", plan="logs"))

    assert passing([known], parse_query("plan:LOGS", NOW)) == [known]
    assert passing([known], EVERYTHING) == [known]
