"""The JSON object: exact, whole, and the same figures as everywhere."""

import json

import pytest
from hypothesis import given

from orchtui.engine.exports.run_object import FORMAT, object_text
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.text import is_clean
from tests import hostile
from tests.engine.exports import subjects
from tests.engine.generated_runs import ended_runs

KEYS = {
    *("format", "orchtui", "run", "title", "standing", "verdict", "as_of", "started", "ended"),
    *("parent", "rehearsal", "notes", "figures", "sessions", "plan", "schedule", "tasks"),
    *("synthesis", "aggregated", "result", "races", "by_hand", "added", "budget_warnings"),
    *("chosen", "ratings", "judgements", "reduced"),
    *("storage", "time"),
}


@given(run=ended_runs())
def test_any_run_is_whole_and_told_alike(run: Run) -> None:
    read = json.loads("".join(object_text(subjects.of(run))))
    assert read.keys() == KEYS
    assert read["format"] == FORMAT
    assert read["verdict"] == read["standing"] == verdict.verdict(run)
    assert [one["id"] for one in read["tasks"]] == list(run.tasks)
    assert [one["text"] for one in read["tasks"]] == [one.text for one in run.tasks.values()]
    assert read["figures"]["makespan_s"] == round(verdict.makespan(run), 3)
    assert read["figures"]["speedup"] == verdict.speedup(run)
    assert read["time"]["makespan_s"] == read["figures"]["makespan_s"]
    assert read["time"]["speedup"] == read["figures"]["speedup"]
    assert read["figures"]["cost"] == verdict.cost(run).exact
    attempts = [[try_["text"] for try_ in one["attempts"]] for one in read["tasks"]]
    assert attempts == [[try_.text for try_ in one.attempts] for one in run.tasks.values()]


def test_a_run_that_has_not_ended_has_no_verdict() -> None:
    read = json.loads("".join(object_text(subjects.of(subjects.broken_off().run))))
    assert (read["standing"], read["verdict"], read["ended"]) == ("INTERRUPTED", None, None)
    assert read["notes"][0]["badge"] == "INTERRUPTED"


def test_a_rehearsal_is_called_one() -> None:
    read = json.loads("".join(object_text(subjects.of(subjects.rehearsed().run))))
    assert read["rehearsal"] == "whole"
    assert [one["rehearsal"] for one in read["tasks"]] == ["REHEARSAL", "REHEARSAL"]


def test_nothing_acts_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    told = hostile.forged()  # not even where a text was not cleaned when it was read
    text = "".join(object_text(subjects.of(told.run)))
    assert all(map(is_clean, text.split("\n")))
    assert json.loads(text)["tasks"][0]["title"] == told.run.tasks["a"].task.label
