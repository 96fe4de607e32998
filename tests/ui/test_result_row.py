"""The row of the result on the timeline, and what is told of the result in short."""

import msgspec
import pytest

from orchtui.engine.history.run_row import RunRow
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.joined_events import (
    Contradiction,
    CrossReading,
    PartReduced,
    ReductionBegun,
)
from orchtui.engine.run_folders import summary
from orchtui.engine.runs.run import Run
from orchtui.engine.runs.time_axis import TimeAxis
from orchtui.engine.telling.seen_words import Line
from orchtui.ui.dialogs.end_notice import end_notice
from orchtui.ui.runs.run_detail import Detail, lines_of
from orchtui.ui.runs.run_entry import RunEntry
from orchtui.ui.timeline.timeline_detail import of_result
from orchtui.ui.timeline.timeline_words import beside_bar, look_of, rows_of
from tests.engine.scripted import task
from tests.engine.told import START, Told

END: dict[str, object] = {"output": "", "stop_reason": "end_turn", "usage": ev.Usage()}
ODDS = Contradiction(tasks=("a", "b"), quotes=("in 1894", "in 1903"), why="other numbers")


def ended() -> Told:
    """A run with a synthesis that took three seconds after its tasks."""
    told = Told(task("a"), task("b"), aggregate="synthesize")
    for name in ("a", "b"):
        told.starts(name, 0)
        told.completes(name, 4)
    one: dict[str, object] = {"task": ev.AGGREGATE, "attempt": 1}
    told.tell(ev.TaskQueued, 5, **one)
    who = {"specialist": "synthesizer", "instance": "synthesizer", "backend": "scripted"}
    told.tell(ev.TaskStarted, 5, **one, **who)
    return told.tell(ev.TaskCompleted, 8, **one, **END)


def joined(run: Run, **fields: object) -> None:
    at, output = ev.iso(START + 9), "parallel-result.md"
    done = ev.Aggregated(strategy="synthesize", asked="synthesize", output=output, seq=900, at=at)
    run.aggregated = msgspec.structs.replace(done, **fields)


def test_a_synthesis_has_its_bar() -> None:
    run = ended().run
    joined(run)
    *_, last = rows_of(run)
    assert last is run.aggregate and last.seconds(run.at) == 3.0


def test_what_a_synthesis_was_replaced_by_has_a_row_without_its_bar() -> None:
    run = ended().run
    joined(run, strategy="collect", asked="collect")
    *_, last = rows_of(run)
    assert last.task.label == "All together: parallel-result.md" and not last.attempts
    assert look_of(run, last, 0)[1] == "completed"


def test_one_that_could_not_stand_keeps_its_row_and_looks_failed() -> None:
    run = ended().run
    joined(run, strategy="collect", fallback="it is only a placeholder")
    *_, last = rows_of(run)
    assert last is run.aggregate and look_of(run, last, 0)[1] == "failed"


def test_while_results_are_reduced_it_works_since_that_began() -> None:
    run = ended().run
    run.aggregate = None
    at = ev.iso(START + 5)
    run.reducing = ReductionBegun(parts=3, seq=901, at=at)
    run.reductions = [PartReduced(part=1, parts=3, took_s=1.0, seq=902, at=ev.iso(START + 6))]
    *_, last = rows_of(run)
    assert last.status == "running" and last.seconds(START + 9) == 4.0
    assert beside_bar(run, last) == "1 of 3 parts"
    assert look_of(run, last, 0)[1] == "running"


def test_an_earlier_synthesis_keeps_its_place_in_time_when_another_is_made_days_later() -> None:
    told = ended()
    told.ends(9)
    run = told.run
    before = TimeAxis.of(run, run.at).length
    assert run.aggregate is not None
    run.aggregate.attempts.append(
        type(run.aggregate.attempts[0])(2, START + 9e5, "x", None, "s", "s", ended=START + 9e5 + 3)
    )
    run.aggregate.ended = START + 9e5 + 3
    assert TimeAxis.of(run, run.at).length == pytest.approx(before) == pytest.approx(8.0)


def test_what_results_contradict_is_told_at_the_end_and_on_the_row() -> None:
    told = ended()
    told.ends(9)
    run = told.run
    joined(run, seen=CrossReading(contradictions=(ODDS,)))
    words = "1 possible contradiction between results"
    assert words in end_notice(run, "x").text
    assert of_result(run).plain.startswith(words)


def test_the_list_of_runs_says_it_loudly() -> None:
    told = ended()
    told.ends(9)
    entry = RunEntry(told.run.id, RunRow(summary=summary.of(told.run)))
    lines = (Line("set side by side"), Line("1 possible contradiction", "warning"))
    rows = lines_of(Detail(entry, "x", joined=lines), 40, 20, 0.0).plain.split("\n")
    assert "set side by side" in rows and "! 1 possible contradiction" in rows
