"""A trace keeps the format's rules, whatever became of the run, and tells what happened."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.exports.trace_events import trace_text
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from orchtui.engine.text import is_clean
from tests.engine.exports import subjects
from tests.engine.exports.trace_rules import problems
from tests.engine.generated_runs import Telling, tellings
from tests.engine.told import Told


def traced(told: Told) -> dict[str, list[dict[str, object]]]:
    text = "".join(trace_text(subjects.of(told.run), told.events))
    read: dict[str, list[dict[str, object]]] = json.loads(text)
    return read


@pytest.mark.parametrize(
    "make",
    [
        subjects.whole,
        subjects.resumed,
        subjects.rehearsed,
        subjects.broken_off,
        lambda: subjects.many(30),
    ],
)
def test_a_trace_keeps_the_rules(make: object) -> None:
    assert callable(make)
    assert problems(traced(make())) == []


@given(telling=tellings(), data=st.data())
def test_any_trace_keeps_the_rules_also_of_half_a_run(
    telling: Telling, data: st.DataObject
) -> None:
    events = telling.events[: data.draw(st.integers(1, len(telling.events)))]
    run = fold.replay(events)
    assert run is not None
    read = json.loads("".join(trace_text(subjects.of(run), events)))
    assert problems(read) == []
    made = sum(bool(one.number) for task in subjects.of(run).every_task for one in task.attempts)
    assert sum(one["ph"] == "X" for one in read["traceEvents"]) == made


def test_the_rules_find_what_breaks_them() -> None:
    """Else nothing was tested."""
    good = {"ph": "X", "name": "a", "pid": 1, "tid": 1, "ts": 0, "dur": 5}
    bad: list[dict[str, object]] = [
        {**good, "dur": -1},
        {**good, "name": ""},
        {**good, "ts": 1.5},
        {**good, "ph": "?"},
        {"ph": "i", "name": "a", "pid": 1, "tid": 1, "ts": 0},
        {"ph": "C", "name": "a", "pid": 1, "tid": 1, "ts": 0, "args": {"a": "x"}},
        {"ph": "b", "name": "a", "pid": 1, "tid": 1, "ts": 0, "cat": "a", "id": "1"},
        {"ph": "e", "name": "a", "pid": 1, "tid": 1, "ts": 0, "cat": "a", "id": "1"},
        {"ph": "M", "name": "colour", "pid": 1, "tid": 1, "ts": 0, "args": {"name": "x"}},
    ]
    for event in bad:
        assert problems({"displayTimeUnit": "ms", "traceEvents": [event]}), event
    overlapping = [good, {**good, "ts": 3}]
    assert problems({"displayTimeUnit": "ms", "traceEvents": overlapping})
    assert problems([])
    assert problems({"displayTimeUnit": "ms", "traceEvents": [good]}) == []


def test_a_trace_tells_attempts_tools_waits_retries_and_counts() -> None:
    events = traced(subjects.whole())["traceEvents"]
    slices = [(one["name"], one["ts"], one["dur"]) for one in events if one["ph"] == "X"]
    assert slices == [
        ("1. First", 0, 3_000_000),
        ("1. First (attempt 2)", 6_000_000, 2_000_000),
        ("2. Second", 8_000_000, 2_000_000),
    ]
    tools = [(one["ph"], one["ts"]) for one in events if one.get("cat") == "tool"]
    # The second never returned: no length is made up for it.
    assert tools == [("b", 1_000_000), ("e", 2_000_000), ("b", 1_500_000), ("e", 1_500_000)]
    waits = [(one["name"], one["ph"], one["ts"]) for one in events if one.get("cat") == "wait"]
    assert waits == [
        ("1. First before it is retried", "b", 3_000_000),
        ("1. First before it is retried", "e", 5_000_000),
    ]
    assert [one["args"] for one in events if one.get("cat") == "retry"] == [
        {"why": "busy", "error": "server"}
    ]
    running = [one["args"] for one in events if one["name"] == "attempts at once"]
    assert running[0] == {"running": 1}
    assert running[-1] == {"running": 0}
    assert [one["args"] for one in events if one["name"] == "tokens"] == [
        {"in": 10, "out": 5},
        {"in": 10, "out": 8},
    ]


def test_a_second_session_is_an_instant() -> None:
    events = traced(subjects.resumed())["traceEvents"]
    [session] = [one for one in events if one.get("cat") == "session"]
    assert (session["name"], session["ts"]) == ("resumed", 3600_000_000)


def test_nothing_in_a_trace_acts_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = subjects.marked(monkeypatch)
    text = "".join(trace_text(subjects.of(run), [ev.UnknownEvent(seq=1, at=ev.iso(0))]))
    assert all(map(is_clean, text.split("\n")))
    assert problems(json.loads(text)) == []
