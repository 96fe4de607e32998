"""Never lies: whatever became of a run, every place that tells of it tells the same."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from orchtui.cli.runs_list_command import line_of
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import fold, verdict
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import LIVE, Run
from orchtui.ui.dialogs.end_notice import end_notice
from orchtui.ui.looks.looks import SIGNS, VERDICT_SIGNS
from orchtui.ui.output.output_head import headline as task_head
from orchtui.ui.timeline.timeline_words import headline, look_of, rows_of
from tests import seen
from tests.engine.generated_runs import Telling, ended_runs, tellings
from tests.seen import Seen

PLACES: dict[str, Callable[[Run], Seen]] = {
    "the result": seen.in_result,
    "the log": seen.in_log,
    "the exported document": seen.in_document,
    "the exported page": seen.in_page,
    "the exported timeline": seen.in_drawing,
    "run_finished": seen.in_last_event,
    "the last lines of the run": seen.in_conclusion,
    "the exit code": seen.in_exit_code,
    "runs list": seen.in_list,
    "runs list --json": seen.in_list_json,
    "the bar": seen.in_bar,
    "the notification": seen.in_notice,
    "the notice on the desktop": seen.in_call,
    "the window's title": seen.in_title,
    "the list of runs": seen.in_runs_pane,
    "the timeline": seen.in_timeline,
}


def truth(run: Run) -> Seen:
    """What is to be told, counted here from the tasks alone."""
    statuses = [task.status for task in run.tasks.values()]
    return Seen(
        expected_verdict(run),
        len(statuses),
        statuses.count("completed"),
        (statuses.count("failed"), statuses.count("cancelled"), statuses.count("skipped")),
    )


def expected_verdict(run: Run) -> str:
    """The rule of the contract, written down a second time."""
    absent = [task for task in run.tasks.values() if task.status != "completed"]
    if not absent:
        return "COMPLETED"
    if run.cancelled:
        return "CANCELLED"
    critical = any(task.task.priority == "critical" for task in absent)
    return "FAILED" if critical or len(absent) == len(run.tasks) else "PARTIAL"


def same(told: Seen, true: Seen) -> bool:
    """Whether what is told is true, as far as anything is told."""
    return all(
        mine is None or mine == right
        for mine, right in (
            (told.verdict, true.verdict),
            (told.total, true.total),
            (told.completed, true.completed),
            (told.others, true.others),
        )
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("run")


@settings(max_examples=150)
@given(run=ended_runs())
def test_every_place_tells_the_same_verdict_and_the_same_census(run: Run, folder: Path) -> None:
    true = truth(run)
    told = {name: look(run) for name, look in PLACES.items()}
    told["summary.json"] = seen.in_summary(run, folder)

    assert {name: one for name, one in told.items() if not same(one, true)} == {}


@given(
    run=ended_runs(),
)
def test_every_place_tells_the_same_times(run: Run, folder: Path) -> None:
    told = [look(run) for look in (seen.in_last_event, seen.in_list_json)]
    told.append(seen.in_summary(run, folder))
    assert {one.makespan_s for one in told} == {round(verdict.makespan(run), 3)}
    assert {one.speedup for one in told} == {verdict.speedup(run)}
    for look in (seen.in_log, seen.in_timeline):
        if (faster := look(run).speedup) is not None:
            assert faster == pytest.approx(verdict.speedup(run), abs=0.051)


@given(run=ended_runs())
def test_every_place_tells_the_same_cost(run: Run) -> None:
    words, cost = verdict.cost_words(run), verdict.cost(run)
    told = {
        "the result": seen.result_text(run).split("\n\n")[1],
        "the last lines of the run": seen.concluded(run).splitlines()[0],
        "the notification": end_notice(run, "x").text,
    }
    for place, text in told.items():
        assert (words in text) if words else ("cost" not in text), place
    log = re.search(r"^\*\*Cost\*\*: (.*)$", seen.log_text(run), re.MULTILINE)
    assert bool(log) == bool(words)
    assert log is None or log[1].startswith(str(cost))
    assert run.finished is not None
    # What was asked after the end is not in what the end told.
    ended = () if run.joined_again else (run.finished,)
    for told_cost in (*ended, summary.of(run)):
        assert (told_cost.cost, told_cost.cost_at_least) == (cost.exact, cost.at_least)


@given(telling=tellings())
def test_a_journal_that_is_read_again_tells_the_same(telling: Telling) -> None:
    lines = [ev.encode(event) for event in telling.events]
    again = fold.replay([ev.decode(line) for line in lines])

    assert again is not None
    for name, look in PLACES.items():
        assert look(again) == look(telling.run), name
    assert seen.result_text(again) == seen.result_text(telling.run)
    assert seen.log_text(again) == seen.log_text(telling.run)


# What only a whole run may look like


@settings(max_examples=150)
@given(run=ended_runs())
def test_only_a_whole_run_looks_like_one(run: Run) -> None:
    whole = truth(run).verdict == "COMPLETED"
    looks = {
        "the bar": bool(seen.SUCCESS.search(seen.bar(run).markup)),
        "the list of runs": any(
            look == "good" for _, look in seen.run_lines(summary.of(run), 200)[0]
        ),
        "the notification": end_notice(run, "x").severity == "information",
        "the last lines": "\x1b[32m" in seen.concluded(run, terminal=True),
        "the last lines, in words": "COMPLETED" in seen.concluded(run).splitlines()[0],
    }
    expected = dict.fromkeys(looks, whole)
    expected["the notification"] &= not run.races
    assert looks == expected


@given(run=ended_runs())
def test_no_row_of_the_timeline_looks_whole_where_something_is_missing(run: Run) -> None:
    """The row of the result stands below the tasks and looks as the run does."""
    for row in rows_of(run):
        sign, status = look_of(run, row, 0)
        assert sign == "◐" or sign == SIGNS[status]
        whole = row.status == "completed"
        if row.id == ev.AGGREGATE and row is not run.aggregate:
            # There is no synthesis, or the results were joined by hand in another way since.
            joined = run.aggregated
            assert run.aggregate is None or (joined is not None and joined.asked != "synthesize")
            whole = truth(run).verdict == "COMPLETED"
            assert sign == VERDICT_SIGNS[verdict.verdict(run)]
        elif row.id == ev.AGGREGATE:
            assert run.aggregated is not None and run.aggregate is not None
            whole = run.aggregated.fallback is None and run.aggregate.status == "completed"
        assert (status == "completed") == (sign == "✓") == whole


@given(run=ended_runs())
def test_a_run_of_which_nothing_completed_is_a_failure_or_was_cancelled(run: Run) -> None:
    if not run.with_status("completed"):
        assert verdict.verdict(run) in ("FAILED", "CANCELLED")


# What the result holds


def headings(text: str, level: int) -> list[str]:
    """The headings of one level, as a reader of markdown sees them."""
    tokens = MarkdownIt().parse(text)
    return [
        words.content
        for opening, words in zip(tokens, tokens[1:], strict=False)
        if opening.type == "heading_open" and opening.tag == f"h{level}" and opening.level == 0
    ]


@settings(max_examples=150)
@given(run=ended_runs())
def test_the_result_holds_the_completed_tasks_and_names_the_missing_ones(run: Run) -> None:
    text = seen.result_text(run)
    assert run.aggregated is not None
    done = [inline(task.task.label) for task in run.with_status("completed")]
    absent = [task for task in run.tasks.values() if task.status != "completed"]
    expected = ["Missing"] if absent else []
    match run.aggregated.strategy:
        case "collect":
            expected += [*(["Contents"] if len(done) > 1 else []), *done]
        case "compare":
            expected += [*(["Variants"] if done else [])]
            expected += ["Differences"] if run.aggregated.variants is not None else []
            expected += [*(["Recommendation"] if len(done) > 1 else [])]
            expected += [*(["Contents"] if len(done) > 1 else []), *done]
        case "synthesize":
            expected += ["Synthesis", *(["Summarized Parts"] if run.reduced else []), "Sources"]
        case "none":
            expected += ["Files"] if done else []
    expected += ["Possible Contradictions"] if run.aggregated.seen.contradictions else []
    expected += ["Said More Than Once"] if run.aggregated.seen.overlaps else []
    assert headings(text, 2) == expected

    section = text.partition("\n## Missing\n\n")[2].partition("\n\n")[0] if absent else ""
    named = re.findall(r"^- \*\*(.*?)\*\*(?: \(critical\))?: (\w+)", section, re.MULTILINE)
    assert named == [(inline(task.task.label), task.status.upper()) for task in absent]
    assert list(run.aggregated.absent) == [task.id for task in absent]
    if run.aggregated.strategy != "none":
        assert len(run.aggregated.included) == len(done)


@given(telling=tellings(), data=st.data())
def test_a_run_that_has_not_ended_tells_no_verdict(telling: Telling, data: st.DataObject) -> None:
    last = data.draw(st.integers(1, len(telling.events)))
    run = fold.replay(telling.events[:last])
    assert run is not None
    if run.finished is None:
        assert "**Verdict**: the run has not ended" in seen.log_text(run)
        listed = summary.of(run)
        assert listed.verdict == "RUNNING"
        done = len(run.with_status("completed"))
        assert f" {done}/{listed.tasks} " in line_of(listed)
        assert "INTERRUPTED" in seen.bar(run).plain
        assert not seen.SUCCESS.search(seen.bar(run).markup)
        told = [headline(run, run.at, broken_off=True).plain]
        told += [task_head(task, run.at, run, broken_off=True).plain for task in rows_of(run)]
        assert not any(re.search(r"\b(running|waits|waiting|asks)\b", words) for words in told)
        signs = {look_of(run, row, 0, broken_off=True)[0] for row in run.with_status(*LIVE)}
        assert signs <= {"↯"}
