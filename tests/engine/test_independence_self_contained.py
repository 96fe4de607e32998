"""Tasks whose specialist would not know what the words mean."""

import pytest

from orchtui.engine.independence import check
from orchtui.engine.plans.plan import Plan
from tests.engine.prose import asked, kinds_of, needs, of_kind, quoted, told

OTHER = "List the moons of Jupiter"

LEANING = [
    ("Summarize the above in three points", "the above"),
    ("Write the proposal as discussed", "as discussed"),
    ("Write the proposal as we agreed yesterday", "as we agreed"),
    ("Continue", "Continue"),
    ("Continue writing the report", "Continue"),
    ("Please continue where you left off", "continue"),
    ("Fix it", "it"),
    ("Translate it into French", "it"),
    ("Rewrite this paragraph in plain words", "this paragraph"),
    ("Do the same for Berlin", "the same"),
    ("Improve your previous answer", "your previous answer"),
    ("Use the approach from our last conversation", "our last conversation"),
    ("Summarize the attached document", "the attached"),
    ("Make the change that we talked about", "we talked about"),
    ("Try again with more detail", "Try again"),
]


@pytest.mark.parametrize(("prompt", "words"), LEANING)
def test_words_that_nobody_could_know(prompt: str, words: str) -> None:
    report = told(prompt, OTHER)

    found = of_kind(report, "not_self_contained")
    assert {one.tasks for one in found} == {("a",)}
    assert any(words in quoted(one) for one in found)
    assert all(one.severity == "warning" and one.fixes for one in found)
    assert report.verdict == "independent"
    assert needs(report) == set()


@pytest.mark.parametrize(
    "prompt",
    [
        "Write a poem about the sea",
        "Take the text 'as discussed' and explain when lawyers write it",
        'Explain what "the above" means in a contract',
        "Explain when to write 'continue' in a loop in Python",
        "Explain how the `continue` statement works",
        "Design a logo and export it as SVG",
        "Read notes.txt and translate it into French",
        "Research the history of chess. It began in India; find out when",
        "Describe the sky above Paris",
        "Review the findings of the 2023 IPCC report",
        "List the books that Darwin mentioned in his letters",
        "Explain the proposals discussed at the Yalta conference",
        "Find out whether it rains often in Bergen",
        "Summarize this poem: 'Roses are red, violets are blue'",
        "Explain the continued fraction of pi",
        "Find the best hotels above 2000 m",
        "List the results of the 2022 World Cup",
        "Explain how bees find their way home",
    ],
)
def test_words_that_stand_by_themselves(prompt: str) -> None:
    assert kinds_of(told(prompt, OTHER)) == set()
    assert kinds_of(told(OTHER, prompt)) == set()


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Write the tutorial about tea", "Publish it"),
        ("Research caching", "Summarize the findings"),
        ("Draft a press release", "Translate it into French"),
    ],
)
def test_words_that_another_task_explains_are_a_dependency(first: str, second: str) -> None:
    report = told(first, second)

    assert kinds_of(report) == {"dependency"}
    assert needs(report) == {("a", "b")}


def test_what_is_declared_to_be_handed_over_is_known() -> None:
    tasks = (asked("a", OTHER), asked("b", "Continue with the second half", after=("a",)))

    assert kinds_of(check(Plan(tasks=tasks))) == {"declared"}


def test_what_was_discussed_is_not_handed_over() -> None:
    tasks = (asked("a", OTHER), asked("b", "Write the memo as we discussed", after=("a",)))

    assert kinds_of(check(Plan(tasks=tasks))) == {"declared", "not_self_contained"}


def test_each_cue_is_told_once() -> None:
    found = of_kind(told("Write the proposal as discussed", OTHER), "not_self_contained")

    assert len(found) == 1
    [words] = found[0].evidence
    assert (words.task, words.field, words.start) == ("a", "prompt", 19)


def test_a_title_stands_for_a_prompt_that_is_empty() -> None:
    report = check(Plan(tasks=(asked("a", "", title="Summarize the above"), asked("b", OTHER))))

    [found] = of_kind(report, "not_self_contained")
    assert found.evidence[0].field == "title"
