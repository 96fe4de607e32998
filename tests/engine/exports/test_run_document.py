"""The markdown document: all of a run, and nothing of an answer outside of its section."""

import re

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from orchtui.engine.exports.run_document import document
from orchtui.engine.plans.plan import Task
from orchtui.engine.runs import verdict
from orchtui.engine.runs.files_told import inline
from orchtui.engine.runs.run import Run
from tests.engine.exports import subjects
from tests.engine.generated_runs import ended_runs
from tests.engine.scripted import task
from tests.engine.told import Told


def text_of(run: Run) -> str:
    return "".join(document(subjects.of(run)))


def headings(text: str) -> list[tuple[int, str]]:
    """The headings down to those of the tasks, as a reader of markdown sees them."""
    tokens = MarkdownIt().parse(text)
    return [
        (int(opening.tag[1]), words.content)
        for opening, words in zip(tokens, tokens[1:], strict=False)
        if opening.type == "heading_open" and opening.level == 0 and int(opening.tag[1]) <= 3
    ]


def expected(run: Run) -> list[tuple[int, str]]:
    tasks = run.tasks.values()
    absent = [one for one in tasks if one.status in ("failed", "cancelled", "skipped")]
    compared = run.aggregated is not None and run.aggregated.strategy == "compare"
    variants = compared and any(one.status == "completed" for one in tasks)
    return [
        (1, inline(run.plan.title) or run.id),
        (2, "Result"),
        *([(3, "Variants")] if variants else []),
        *([(3, "Differences")] if run.aggregated and run.aggregated.variants else []),
        *([(3, "Recommendation")] if variants and len(run.with_status("completed")) > 1 else []),
        *([(2, "What Did Not Complete")] if absent else []),
        (2, "Tasks"),
        *((3, f"Task {one.task.position}: {inline(one.task.label)}") for one in tasks),
    ]


@given(run=ended_runs())
def test_any_run_has_its_sections_and_no_answer_leaves_its_own(run: Run) -> None:
    text = text_of(run)
    found = [one for one in headings(text) if one[0] < 3 or not _of_synthesis(run, one)]
    assert found == expected(run)
    head = re.search(r"^> \*\*(\w+)\*\*: (\d+) of (\d+) tasks completed", text, re.MULTILINE)
    assert head is not None
    count = verdict.census(run)
    assert head.groups() == (verdict.verdict(run), str(count.completed), str(count.total))


def _of_synthesis(run: Run, found: tuple[int, str]) -> bool:
    """A synthesis may have headings of the level of the tasks' own."""
    done = run.aggregated
    if done is None or done.strategy != "synthesize":
        return False
    return not found[1].startswith("Task ")


def test_every_prompt_and_every_answer_is_whole() -> None:
    long = "".join(f"line {number}\n" for number in range(20_000))
    told = Told(Task(id="a", prompt=f"{long}````\nstill the prompt")).starts("a", 0)
    text = text_of(told.completes("a", 1, long).ends(2).run)
    assert text.count(long.strip()) == 2
    assert "`````text\nline 0\n" in text
    assert "\n````\nstill the prompt\n`````\n" in text


def test_markup_in_names_and_reasons_stays_words(monkeypatch: pytest.MonkeyPatch) -> None:
    run = subjects.marked(monkeypatch)
    text = text_of(run)
    assert headings(text) == expected(run)
    head = text.partition("## Tasks")[0]
    rendered = MarkdownIt("commonmark", {"html": True}).render(head)
    assert not re.search(r"<(?!/?(?:h[1-6]|p|ul|li|strong|blockquote|em)>)", rendered)


def test_what_failed_says_why_and_keeps_what_had_arrived() -> None:
    told = Told(task("a", title="One", priority="critical")).starts("a", 0).says("a", 1, "half")
    text = text_of(told.fails("a", 2, "no such key", "auth").ends(3).run)
    assert "- **Task 1: One** (critical): FAILED ✗, auth: no such key.\n" in text
    assert "#### What Had Arrived\n\nhalf\n" in text


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (subjects.broken_off(), "> **INTERRUPTED**: 1 of 3 tasks completed."),
        (subjects.rehearsed(), "> **REHEARSAL**: no model was called."),
        (subjects.resumed(), "> **COMPLETED**: 2 of 2 tasks completed."),
    ],
)
def test_a_run_is_called_what_it_is(told: Told, words: str) -> None:
    assert words in text_of(told.run)
