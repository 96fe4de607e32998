"""The race detector: a table of meetings, and a model that looks at all pairs."""

from typing import Any, Literal, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.workspace.ledger import Ledger
from orchtui.engine.workspace.site import Race

What = Literal["began", "ended", "read", "write"]


class Step(NamedTuple):
    what: What
    task: str
    path: str = "x"


def play(steps: list[Step]) -> list[Race]:
    clock = iter(range(1, 10_000))
    ledger = Ledger(lambda: float(next(clock)))
    races: list[Race] = []
    for step in steps:
        if step.what == "began":
            ledger.began(step.task, 1)
        elif step.what == "ended":
            ledger.ended(step.task, 1)
        else:
            races += ledger.note(step.task, step.path, step.what)
    return races


def steps(text: str) -> list[Step]:
    """`A( Br A)`: a begins, b reads, a ends."""
    words: dict[str, What] = {"(": "began", ")": "ended", "r": "read", "w": "write"}
    return [Step(words[w[1]], w[0], w[2:] or "x") for w in text.split()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A( B( Aw Br", [("B", "read", "A", "write")]),
        ("A( B( Ar Bw", [("B", "write", "A", "read")]),
        ("A( B( Aw Bw", [("B", "write", "A", "write")]),
        ("A( B( Ar Br", []),
        ("A( B( Aw Br Br Br", [("B", "read", "A", "write")]),
        ("A( B( Aw Br Bw", [("B", "read", "A", "write"), ("B", "write", "A", "write")]),
        ("A( B( Awy Brx", []),
        ("A( B( Aw./x Brx", [("B", "read", "A", "write")]),
        ("A( B( Awd/../x Brx", [("B", "read", "A", "write")]),
        ("A( Aw A) B( Br B)", []),
        ("A( B( Aw A) Br", [("B", "read", "A", "write")]),
        ("A( Aw B( A) Br", [("B", "read", "A", "write")]),
        ("A( Aw A) A( B( Br", []),
        ("A( Aw A) A( B( Br Aw", [("A", "write", "B", "read")]),
        ("A( Aw Ar", []),
        ("Aw B( Br", []),
        ("A( B( Aw A) B) Br", [("B", "read", "A", "write")]),
        ("A( B( C( Aw Br Cr", [("B", "read", "A", "write"), ("C", "read", "A", "write")]),
    ],
)
def test_meetings(text: str, expected: list[Any]) -> None:
    races = play(steps(text))
    assert [(r.task, r.access, r.other, r.other_access) for r in races] == expected
    assert all(r.when >= r.other_when and r.path == "x" for r in races)


def test_what_was_seen_late_stands_where_it_happened() -> None:
    ledger = Ledger(lambda: 10.0)
    ledger.began("tools", 1)
    ledger.began("program", 2)
    ledger.note("tools", "x", "read", 5.0)
    ledger.ended("program", 2)
    (race,) = ledger.note("program", "x", "write", 3.0)
    assert race == Race(
        path="x", task="tools", attempt=1, access="read", when=5.0,
        other="program", other_access="write", other_when=3.0,
    )  # fmt: skip


def test_one_change_that_two_saw_is_no_race() -> None:
    ledger = Ledger(lambda: 1.0)
    ledger.began("a", 1)
    ledger.began("b", 1)
    assert ledger.note("a", "x", "write", digest="d1") == []
    assert ledger.note("b", "x", "write", digest="d1") == []
    assert len(ledger.note("b", "x", "write", digest="d2")) == 1


def test_accesses_of_an_attempt() -> None:
    ledger = Ledger(lambda: 1.0)
    ledger.began("a", 1)
    ledger.note("a", "x", "read")
    ledger.note("a", "x", "read")
    ledger.note("a", "x", "write")
    ledger.began("a", 2)
    ledger.note("a", "y", "read")
    assert [(t.path, t.access) for t in ledger.accesses("a", 1)] == [("x", "read"), ("x", "write")]
    assert [(t.path, t.access) for t in ledger.accesses("a", 2)] == [("y", "read")]
    assert ledger.accesses("nobody", 1) == ()


def test_two_attempts_at_once_are_one_stay_until_both_have_ended() -> None:
    ledger = Ledger(lambda: 1.0)
    ledger.began("a", 1)
    ledger.join("a")
    ledger.began("a", 2)
    ledger.note("a", "x", "read")
    ledger.ended("a", 1)
    ledger.began("b", 1)
    assert len(ledger.note("b", "x", "write")) == 1, "the other one still runs"
    ledger.ended("a", 2)
    ledger.began("c", 1)
    assert ledger.note("a", "y", "read") == []
    assert ledger.note("c", "y", "write") == []


def test_one_that_joins_too_late_has_a_stay_of_its_own() -> None:
    ledger = Ledger(lambda: 1.0)
    ledger.began("a", 1)
    ledger.join("a")
    ledger.ended("a", 1)
    ledger.began("a", 2)
    ledger.note("a", "x", "read")
    assert [touch.path for touch in ledger.accesses("a", 2)] == ["x"]
    ledger.ended("a", 2)
    ledger.began("b", 1)
    assert ledger.note("b", "x", "write") == []


def test_one_that_never_begins_ends_nothing() -> None:
    """A second attempt that is stopped before its place is ready leaves the first one's stay."""
    ledger = Ledger(lambda: 1.0)
    ledger.began("a", 1)
    ledger.join("a")
    ledger.ended("a", 2)
    ledger.began("b", 1)
    ledger.note("b", "x", "write")
    assert len(ledger.note("a", "x", "read")) == 1, "the first one still runs"
    ledger.ended("a", 1)
    ledger.began("c", 1)
    ledger.note("c", "y", "write")
    assert ledger.note("a", "y", "read") == []


_STEPS = st.lists(
    st.builds(
        Step,
        st.sampled_from(["began", "ended", "read", "write", "read", "write"]),
        st.sampled_from("ABC"),
        st.sampled_from("xy"),
    ),
    max_size=40,
)


@given(_STEPS)
def test_it_finds_what_a_look_at_all_pairs_finds(script: list[Step]) -> None:
    found = [
        (frozenset((r.task, r.other)), r.path, r.access == r.other_access) for r in play(script)
    ]
    assert len(found) == len(set(found)), "each is told once"
    assert set(found) == _model(script)


def _model(script: list[Step]) -> set[Any]:
    """Every access with the beginning and end of its attempt; then all pairs."""
    attempts: list[list[Any]] = []
    accesses: list[tuple[list[Any], What, str]] = []
    latest: dict[str, list[Any]] = {}
    for at, step in enumerate(script):
        running = latest.get(step.task)
        if step.what in ("began", "ended"):
            if running is not None and running[2] == float("inf"):
                running[2] = at
            if step.what == "began":
                latest[step.task] = [step.task, at, float("inf")]
                attempts.append(latest[step.task])
        elif running is not None:
            accesses.append((running, step.what, step.path))
    races = set()
    for one, access, path in accesses:
        for two, other, there in accesses:
            at_once = one[1] < two[2] and two[1] < one[2]
            if one[0] != two[0] and path == there and at_once and "write" in (access, other):
                races.add((frozenset((one[0], two[0])), path, access == other))
    return races
