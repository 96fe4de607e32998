"""What is told of second attempts: in the log, the report on time, the export, and as lines."""

import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.exports.run_object import object_text
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold, verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.telling.execution_log import log
from orchtui.engine.telling.hedge_told import event_words
from orchtui.engine.timing.time_report import TimeReport, time_report
from orchtui.engine.timing.time_words import time_lines
from tests.engine.exports import subjects
from tests.engine.hedging.hedged import Hedged, play, used
from tests.engine.scripted import fails, says
from tests.engine.told import begun, finished


def won() -> Hedged:
    return play(
        ["first", base.UsageReported(used(70)), 100.0, *says("x")],
        [base.UsageReported(used(30)), 5.0, *says("second")],
    )


def lost() -> Hedged:
    return play([26.0, *says("first")], [base.UsageReported(used(30)), 50.0, *says("second")])


def took_over() -> Hedged:
    return play([22.0, *fails()], [5.0, *says("second")])


def failed() -> Hedged:
    return play([30.0, *says("first")], [base.UsageReported(used(30)), 1.0, *fails()])


def lines(run: Run) -> list[str]:
    told = time_lines(time_report(run), str)
    return [line for line in told if line.startswith("Second attempt")]


def the_log(run: Run) -> str:
    return log(run, task_output=str, result_output="result.md")


def test_one_that_won() -> None:
    run = finished(won().run)
    assert lines(run) == [
        "Second attempt: slow, begun when the first had run for 20.0s, was done in 5.0s. The first "
        "was stopped after 25.0s, so that nobody knows how much this saved; the first one's "
        "70 tokens were for nothing"
    ]
    told = the_log(run)
    assert (
        "- Attempt 1: ended after 25.0s, overtaken by attempt 2, begun beside it after 20.0s\n"
        "- Second attempt beside it (number 2): it stands, after 5.0s: it was done before the "
        "first attempt\n"
    ) in told
    assert "FAILED" not in told and "100 out" in told


def test_one_that_lost() -> None:
    run = finished(lost().run)
    assert lines(run) == [
        "Second attempt: slow, begun when the first had run for 20.0s, saved nothing; 6.0s and "
        "30 tokens were for nothing"
    ]
    assert (
        "- Second attempt beside it (number 2): stopped after 6.0s, 30 tokens: the first attempt "
        "was done before it\n"
    ) in the_log(run)


def test_one_that_took_the_place_of_a_failed_one() -> None:
    run = finished(took_over().run)
    assert lines(run) == [
        "Second attempt: slow, begun when the first had run for 20.0s, took its place when it "
        "failed, with 5.0s of work in all"
    ]
    assert "- Attempt 1: ended after 22.0s, a server error\n" in the_log(run)


def test_one_that_failed() -> None:
    run = finished(failed().run)
    assert "saved nothing; 1.0s and 30 tokens were for nothing" in lines(run)[0]
    assert "(number 2): failed after 1.0s, 30 tokens: a server error" in the_log(run)


@pytest.mark.parametrize("ended", [won, lost, took_over, failed])
def test_the_time_of_a_task_counts_once_however_many_attempts_ran(
    ended: Callable[[], Hedged],
) -> None:
    run = finished(ended().run)
    report: TimeReport = time_report(run)
    [slow] = [one for one in report.tasks if one.task == "slow"]
    assert slow.use.total == pytest.approx(verdict.makespan(run), abs=0.1)
    assert report.bottleneck_s == pytest.approx(verdict.makespan(run), abs=0.1)
    assert not any(one.kind == "second attempt" for one in report.helps)


def test_a_run_that_goes_on_says_that_one_runs() -> None:
    ended = won()
    cut = next(n for n, one in enumerate(ended.events, 1) if isinstance(one, ev.TaskHedged))
    told = [line for line in _lines_until(ended, cut) if line.startswith("Second attempt")]
    assert told == ["Second attempt: slow, begun when the first had run for 20.0s, runs for 0.0s"]


def _lines_until(ended: Hedged, cut: int) -> list[str]:
    first = begun(ended.run.schedule)
    run = fold.start(replace(first, at=ended.events[0].at))
    for event in ended.events[:cut]:
        fold.apply(run, event)
    return time_lines(time_report(run), str)


def test_the_export_has_them() -> None:
    run = finished(won().run)
    read = json.loads("".join(object_text(subjects.of(run))))
    [slow] = [one for one in read["tasks"] if one["id"] == "slow"]
    assert [one["overtaken"] for one in slow["attempts"]] == [True, False]
    [hedge] = slow["hedges"]
    assert (hedge["number"], hedge["won"], hedge["error"]) == (2, True, None)
    assert slow["usage"]["output"] == 100


def test_each_names_the_worker_that_it_ran_on() -> None:
    begun_on = [base.Placed(name) for name in ("one", "two")]
    for first, second, word in (
        ([begun_on[0], 26.0, *says("a")], [begun_on[1], 50.0, *says("b")], "stopped"),
        ([begun_on[0], 30.0, *says("a")], [begun_on[1], 1.0, *fails()], "failed"),
        ([begun_on[0], 100.0, *says("a")], [begun_on[1], 5.0, *says("b")], "it stands, "),
    ):
        ended = play(first, second)
        assert [end.worker for end in ended.ends] == ["two"]
        run = finished(ended.run)
        assert [hedge.worker for hedge in run.tasks["slow"].hedges] == ["two"]
        read = json.loads("".join(object_text(subjects.of(run))))
        [slow] = [one for one in read["tasks"] if one["id"] == "slow"]
        assert [hedge["worker"] for hedge in slow["hedges"]] == ["two"]
        (told,) = (line for line in the_log(run).splitlines() if "Second attempt beside" in line)
        assert word in told and "s on the worker two" in told


def test_the_events_in_words() -> None:
    ended = won()
    told = [
        event_words(one) for one in ended.events if isinstance(one, ev.TaskHedged | ev.HedgeEnded)
    ]
    assert told == [
        "a second attempt begins beside the first, after 20.0s where 10.0s is usual (attempt 2)",
        "the second attempt stands: it was done before the first attempt",
    ]
