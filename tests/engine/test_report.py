"""Task files and the result: honest first lines, and text from outside that stays text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import rehearsed, verdict
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Run
from orchtui.engine.telling import report, run_result
from tests.engine.scripted import task
from tests.engine.told import Scenario, Told, finished, play, scenarios


def result(run: Run) -> str:
    return run_result.result(run, lambda number: f"parallel-task-{number}.md")


def two_of_three() -> Told:
    first, second = task("a", title="First"), task("b", title="Second")
    told = Told(first, second, task("c", after=("b",)), request="Look\nat it")
    told.starts("a", 0, "opus").starts("b", 0)
    told.completes("a", 10, "The *first* answer.", input=5, output=7)
    told.says("b", 11, "half of").fails("b", 12, "no sign of life", "idle")
    return told.skips("c", 12, "it needs 'b', which failed")


# The result


def test_the_census_comes_first_and_what_is_missing_is_listed() -> None:
    text = result(two_of_three().ends(13).run)

    assert text.startswith(
        "# Look\n\n> **PARTIAL**: 1 of 3 tasks completed (1 failed, 1 skipped).\n"
    )
    missing = text.partition("## Missing\n\n")[2].partition("\n\n")[0]
    assert missing.splitlines() == [
        "- **Second**: FAILED ✗, no sign of life. What had arrived is in "
        "[parallel-task-2.md](parallel-task-2.md).",
        "- **do c**: SKIPPED ⊘, it needs 'b', which failed.",
    ]
    assert text.index("**PARTIAL**") < text.index("## Missing") < text.index("The *first* answer.")


def test_each_text_stands_with_its_provenance() -> None:
    text = result(two_of_three().ends(13).run)

    assert (
        "## First\n\n> Task 1 · researcher-A · scripted (opus) · 10.0s · 7 tokens · "
        "run 20260115-100000-abcd · [file](parallel-task-1.md)\n\nThe *first* answer.\n" in text
    )


def test_a_whole_result_lists_nothing_missing() -> None:
    told = Told(task("a"), task("b"))
    for name in "ab":
        told.starts(name, 0)
    told.completes("a", 5, "one").completes("b", 10, "two")

    text = result(told.ends(10).run)

    assert "> **COMPLETED**: 2 of 2 tasks completed." in text
    assert "time 10.0s · 1.5× as fast as one after the other · slowest: do b" in text
    assert "## Missing" not in text
    assert text.index("1. do a") < text.index("2. do b") < text.index("## do a")


def test_a_synthesis_stands_before_its_sources() -> None:
    told = Told(task("a"), task("b"), aggregate="synthesize").starts("a", 0).starts("b", 0)
    told.completes("a", 1, "one").completes("b", 1, "two")
    head = {"task": ev.AGGREGATE, "attempt": 1}
    told.tell(ev.TaskQueued, 1, task=ev.AGGREGATE, attempt=0)
    told.tell(
        ev.TaskStarted, 1, **head, specialist="s", instance="s", backend="scripted", model=None
    )
    told.tell(ev.TextDelta, 2, **head, text="All in all: one and two.")
    told.tell(ev.TaskCompleted, 3, **head, usage=ev.Usage(), output="x", stop_reason="end_turn")

    text = result(told.ends(3, "synthesize").run)

    assert "## Synthesis\n\n> Made from: do a, do b.\n\nAll in all: one and two.\n" in text
    assert "## Sources\n\n- Task 1: do a, [parallel-task-1.md](parallel-task-1.md)" in text
    assert "of 2 tasks" in text, "the synthesis is not counted"


def test_a_fallback_is_told_before_the_texts() -> None:
    told = Told(task("a"), aggregate="synthesize").starts("a", 0).completes("a", 1, "one")

    text = result(told.ends(1, "collect", "the answer is empty").run)

    assert "> **No synthesis was made**: the answer is empty. The results follow" in text
    assert text.index("No synthesis was made") < text.index("\none\n")


def test_variants_are_set_side_by_side() -> None:
    told = Told(task("a", title="A | B"), task("b"), aggregate="compare").starts("a", 0)
    told.starts("b", 0).completes("a", 1, "# T\n\n```py\nx\n```\n").completes(
        "b", 2, "three small words"
    )

    text = result(told.ends(2, "compare").run)

    assert (
        "| A \\| B | 5 | 1 | 0 | 1 | 1.0s | - | [parallel-task-1.md](parallel-task-1.md) |" in text
    )
    assert "| do b | 3 | 0 | 0 | 0 | 2.0s | - |" in text


def test_without_aggregation_the_result_only_links() -> None:
    told = Told(task("a"), aggregate="none").starts("a", 0).completes("a", 1, "the text")

    text = result(told.ends(1, "none").run)

    assert "## Files\n\n- Task 1: do a, [parallel-task-1.md](parallel-task-1.md)" in text
    assert "the text" not in text


def test_a_rehearsal_is_told_everywhere() -> None:
    told = Told(task("a"), backend="rehearsal").starts("a", 0).completes("a", 1, "x").ends(1)

    words = f"**{rehearsed.BADGE}**: {rehearsed.WHOLE}"
    assert words in result(told.run)
    assert words in report.task_file(told.run, told.run.tasks["a"])


def test_an_empty_answer_of_a_program_is_said_to_be_empty() -> None:
    told = Told(task("a")).starts("a", 0).completes("a", 1)

    assert "*(the program printed nothing)*" in result(told.ends(1).run)


@given(scenarios())
def test_the_result_agrees_with_the_verdict(scenario: Scenario) -> None:
    run = finished(play(scenario)[1])
    text = result(run)
    count = verdict.census(run)

    assert f"> **{verdict.verdict(run)}**: {count.completed} of {count.total} tasks" in text
    missing = text.partition("## Missing\n\n")[2].partition("\n\n")[0].splitlines()
    assert len(missing) == count.total - count.completed
    for one in run.tasks.values():
        if one.status != "completed":
            assert any(f"**do {one.id}**" in line for line in missing)
            assert (f"parallel-task-{one.task.position}.md" in text) == bool(one.text)


# Task files


def test_the_file_of_a_completed_task() -> None:
    run = two_of_three().run

    assert report.task_file(run, run.tasks["a"]) == (
        "# First\n\n> COMPLETED ✓ · researcher-A · scripted (opus) · 10.0s · 7 tokens · "
        "run 20260115-100000-abcd\n\nThe *first* answer.\n"
    )


def test_the_file_of_a_failed_task_says_so_before_its_text() -> None:
    run = two_of_three().run

    text = report.task_file(run, run.tasks["b"])

    assert "> FAILED ✗ · " in text
    assert "> idle: no sign of life\n>\n> What had arrived until then follows. It is not" in text
    assert text.endswith("\n\nhalf of\n")


def test_the_file_of_a_failed_task_shows_the_attempt_that_got_furthest() -> None:
    told = Told(task("a")).starts("a", 0).says("a", 1, "a long first part").retries("a", 5)
    told.starts("a", 6).fails("a", 7)

    text = report.task_file(told.run, told.run.tasks["a"])

    assert "a long first part" in text
    assert " · 5.0s · " in text, "the time is that of the attempt that is shown"


def test_a_growing_file_tells_its_attempts_apart() -> None:
    told = Told(task("a")).starts("a", 0)
    first = report.attempt_heading(told.run, told.run.tasks["a"])
    told.says("a", 1, "x").retries("a", 2, "busy\n# forged").starts("a", 3)
    second = report.attempt_heading(told.run, told.run.tasks["a"])

    assert first.startswith("# do a\n\n> RUNNING · researcher · scripted")
    assert second == "\n\n> Attempt 1 ended: busy \\# forged. Attempt 2 begins here.\n\n"


# Text from outside


@pytest.mark.parametrize(
    "title",
    [
        "](http://evil) x",
        "# heading",
        "two\nlines\n## forged",
        "a | b | c",
        "**bold** `code` <b>html</b>",
        "![image](x)",
        "\\",
        "a\\|b",
    ],
)
def test_a_title_does_not_act_as_markdown(title: str) -> None:
    told = Told(task("a", title=title), task("b"), request=title, aggregate="compare")
    told.starts("a", 0, title).starts("b", 0).completes("a", 1, "x").fails("b", 2, title)
    text = result(told.ends(2, "compare").run)

    headings = re.findall(r"^#{1,6} .*$", text, re.MULTILINE)
    assert len(headings) == 4, "title, missing, variants, one section"
    links = re.findall(r"(?<!\\)\]\(([^)]*)\)", text)
    assert set(links) == {"parallel-task-1.md"}
    [row] = [line for line in text.splitlines() if line.startswith("| ") and "1.0s" in line]
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row)) == 9
    assert not re.search(r"(?<!\\)<b>", text)


@given(st.text())
def test_inline_text_is_one_line_without_acting_characters(text: str) -> None:
    line = inline(text)

    assert len(line.splitlines()) <= 1
    assert not re.search(r"[`*_\[\]<>|#]", re.sub(r"\\.", "", line))
    assert re.sub(r"\\(.)", r"\1", line) == " ".join(text.split())


def test_an_answer_that_was_cut_off_in_code_does_not_swallow_the_next_section() -> None:
    told = Told(task("a"), task("b")).starts("a", 0).starts("b", 0)
    told.completes("a", 1, "```py\nprint(1)").completes("b", 2, "the second")

    text = result(told.ends(2).run)

    assert "print(1)\n```\n\n## do b" in text
