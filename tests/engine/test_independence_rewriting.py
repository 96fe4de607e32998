"""Prompts rewritten so that they point at nothing: a table, and what never happens."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.independence.rewriting import Change, rewrite, rewritten
from orchtui.engine.independence.task_index import subject_of
from orchtui.engine.plans.plan import Task

SUBJECTS = ("the essay", "the poem")


def spans(text: str, *words: str) -> list[tuple[int, int]]:
    """Where words first stand by themselves."""
    found = [re.search(rf"\b{word}\b", text) for word in words]
    return [match.span() for match in found if match]


@pytest.mark.parametrize(
    ("text", "words", "becomes"),
    [
        # What only says how is taken out.
        ("Write a report using previous findings.", "using previous findings", "Write a report."),
        ("Write a report using the previous findings.", "previous findings", "Write a report."),
        ("Using previous findings, write a report", "previous findings", "Write a report"),
        ("using the above, write a report", "the above", "write a report"),
        ("Write a report based on the above list", "the above", "Write a report"),
        ("Using the above rewrite the docs", "the above", "Rewrite the docs"),
        ("As discussed, write a report", "discussed", "Write a report"),
        ("1. As discussed, write a report", "As discussed", "1. Write a report"),
        ("Write, as discussed, a report.", "as discussed", "Write a report."),
        ("Write a report (as discussed) in German.", "as discussed", "Write a report in German."),
        ("Write a report as discussed in the meeting.", "as discussed", "Write a report."),
        ("Format the code as before and commit", "as before", "Format the code and commit"),
        ("Draft the email we talked about yesterday", "we talked about", "Draft the email"),
        ("Draft the email that we've agreed on", "we've agreed on", "Draft the email"),
        ("Sort the tools mentioned above by age", "mentioned above", "Sort the tools by age"),
        ("Make the intro shorter than before.", "than before", "Make the intro shorter."),
        ("Using the above write a report", "the above write", "Write a report"),
        ("After that, write the docs", "After that", "Write the docs"),
        ("Fix the bugs from the previous step", "the previous step", "Fix the bugs"),
        # What stands for a thing says which.
        ("Review it", "it", "Review the essay"),
        ("It should be short. Publish it.", "It", "The essay should be short. Publish it."),
        ("Translate this into German", "this", "Translate the essay into German"),
        ("Summarize the above in three points", "the above", "Summarize the essay in three points"),
        ("Summarize the above in points", "the above in", "Summarize the essay in points"),
        ("Improve your own draft", "your own draft", "Improve the essay"),
        ("Extend this essay", "this essay", "Extend the essay"),
        ("Write a summary of the above", "the above", "Write a summary of the essay"),
        ("Build on previous findings", "previous findings", "Build on the essay"),
        ("Improve its introduction", "its", "Improve the essay's introduction"),
        ("Compare them", "them", "Compare the poem and the essay"),
        ("Compare both of them", "both", "Compare the poem and the essay"),
        ("Compare both reports", "both reports", "Compare the poem and the essay"),
        # What goes on begins.
        ("Continue writing the tutorial", "Continue", "Write the tutorial"),
        ("please continue to write the docs", "please continue", "write the docs"),
        ("Continue with the report", "Continue", "Work on the report"),
        ("Now keep working on the report", "Now keep working on the", "Work on the report"),
        ("Resume the migration to Postgres", "Resume", "Work on the migration to Postgres"),
    ],
)
def test_words_that_point_are_gone(text: str, words: str, becomes: str) -> None:
    rewriting = rewrite(text, spans(text, words), SUBJECTS)

    assert rewriting is not None
    assert rewriting.text == becomes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Continue", "Continue"),
        ("Continue with the above", "Continue"),
        ("Continue from where we left off", "Continue"),
        ("Keep going", "Keep"),
        ("Summarize as discussed", "as discussed"),
        ("As discussed. Write the docs.", "As discussed"),
        ("Write it clearly and as discussed", "as discussed"),
        ("Translate this chapter into German", "this"),
        ("Do the same for the backend", "the same"),
        ("Fix the bugs found in the previous step", "the previous step"),
        ("Pick up where we stopped", "we stopped"),
        ("Summarize what you wrote", "you wrote"),
        ("Shorten this paragraph", "this paragraph"),
        ("Expand the second idea", "the second idea"),
        ("Review the attached", "the attached"),
        ("Schreibe es neu", "es"),
        ("用它写一份报告", "用它写一份报告"),
    ],
)
def test_nothing_is_made_up_where_nothing_sensible_can_be_said(text: str, words: str) -> None:
    assert rewrite(text, spans(text, words), SUBJECTS) is None


def test_what_nothing_stands_for_stays() -> None:
    assert rewrite("Review it", [(7, 9)], ()) is None
    assert rewrite("Compare both", [(8, 12)], ("the essay",)) is None
    assert rewrite("Review the essay's draft, it", [(26, 28)], ()) is None


def test_words_are_never_cut() -> None:
    assert rewrite("Write a report with iteration", [(20, 22)], SUBJECTS) is None


def test_several_pointers_go_together_or_not_at_all() -> None:
    text = "Using the above, as before, review it"

    rewriting = rewrite(
        text, spans(text, "the above", "Using the above", "as before", "it"), SUBJECTS
    )

    assert rewriting is not None
    assert rewriting.text == "Review the essay"
    assert rewriting.changes[-1] == Change("it", "the essay", True)
    assert rewrite(f"{text} the same way as her", [*spans(text, "it"), (38, 46)], SUBJECTS) is None


@pytest.mark.parametrize(
    ("title", "becomes"),
    [
        ("", ""),
        ("Review it using the above", "Review the essay"),
        ("Review it using…", "Review the essay"),
        ("Step 2: review it", "Step 2: review the essay"),
        ("Quality", "Quality"),
    ],
)
def test_a_title_made_of_the_prompt_says_the_same(title: str, becomes: str) -> None:
    task = Task(id="a", title=title, prompt="Review it using the above. Be kind.")
    rewriting = rewrite(task.prompt, spans(task.prompt, "it", "the above"), SUBJECTS)

    assert rewriting is not None
    assert rewritten(task, rewriting) == Task(
        id="a", title=becomes, prompt="Review the essay. Be kind."
    )


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Research Python async/await from academic papers", "Python async/await"),
        ("1. Build the API server in Go", "the API server"),
        ("Please draft an essay on whales", "the essay"),
        ("Write a tutorial about asyncio and publish it", "the tutorial about asyncio"),
        ("Look into caching", "caching"),
        ("Compare cats and dogs, please", "cats and dogs"),
        ("Review it", ""),
        ("Summarize the results", ""),
        ("Document", ""),
        ("日本語のチュートリアルを書く", ""),
        ("", ""),
    ],
)
def test_what_an_instruction_is_about(text: str, subject: str) -> None:
    assert subject_of(text) == subject


WORDS = "it, the above as discussed using previous findings. Write continue both (them) report\n 它"


@given(st.lists(st.sampled_from(WORDS.split(" ")), max_size=12).map(" ".join), st.data())
def test_whatever_is_quoted_only_its_sentence_changes(text: str, data: st.DataObject) -> None:
    whole = f"Read the manual.\n{text}\nSend a mail."
    places = st.integers(17, max(17, 17 + len(text) - 1))
    marked = [
        (start, data.draw(st.integers(start + 1, max(start + 1, 17 + len(text)))))
        for start in data.draw(st.lists(places, min_size=1, max_size=3))
    ]

    rewriting = rewrite(whole, marked, SUBJECTS)

    if rewriting is not None:
        assert rewriting.text.startswith("Read the manual.\n")
        assert rewriting.text.endswith("\nSend a mail.")
        assert rewriting.text != whole
        known = set(re.findall(r"\w+", f"{whole} {' '.join(SUBJECTS)} Work on and s".lower()))
        assert set(re.findall(r"\w+", rewriting.text.lower())) <= known
