"""Which answers are only placeholders, and which only look like one."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.texts.placeholders import LONGEST, placeholder_in

ROOT = Path(__file__).parents[2]
RESEARCH = "Research the history of asynchronous programming in Python and write a report."

PLACEHOLDERS: dict[str, list[str]] = {
    "a mark for later": [
        "TODO",
        "todo.",
        "TBD",
        "**TBD**",
        "TODO: write this section",
        "FIXME",
        "[TODO]",
        "TBA",
    ],
    "only signs": [
        "...",
        "…",
        "---",
        "- - -",
        "[ ]",
        "```\n```",
        ". . .",
    ],
    "no answer to this": [
        "test",
        "Test.",
        "testing",
        "This is a test.",
        "foo",
        "asdf",
        "blah blah blah",
        "a",
        "x",
        "A.",
        "`b`",
        "Placeholder",
        "Placeholder text.",
        "[object Object]",
        "To be determined",
        "Coming soon…",
        "Lorem ipsum",
    ],
    "a gap to be filled in": [
        "[insert report here]",
        "[Insert your analysis here.]",
        "<your answer>",
        "<answer>",
        "{answer}",
        "{{ report }}",
        "(your report goes here)",
        "[Your report on async goes here]",
        "Your report goes here.",
        "Insert text here",
        "[placeholder]",
        "[content]",
    ],
    "filler": [
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor "
        "incididunt ut labore et dolore magna aliqua. Ut enim ad minim veniam.",
    ],
    "the prompt again": [
        RESEARCH,
        f"> {RESEARCH}",
        RESEARCH.upper(),
    ],
    "only a heading": [
        "# Report",
        "# The History of Asynchronous Programming in Python",
        "# Report\n\n## Introduction\n\n## Findings\n",
        "## Summary",
    ],
    "only an announcement": [
        "I will now research this topic.",
        "I'll start by looking at the early history.",
        "Here is the report:",
        "Here's the report you asked for:",
        "Sure! Here is a report on asynchronous programming in Python:",
        "Certainly! I will now write the report.",
        "Of course. Let me start by gathering sources.",
        "Below is the full report:",
        "Okay, let me look into that.",
        "Here is the report:\n",
        "I am going to analyze the sources first.",
        "I’ll begin with the PEPs.",
    ],
}
"""By what they are, as answers to RESEARCH."""

ANSWERS = [
    "✓",
    "N/A",
    "Done.",
    "Yes",
    "Hello!",
    "hi",
    "[1, 2, 3]",
    "(none)",
    "[link](a.md)",
    "<https://example.org/report>",
    '{"answer": 42}',
    "[report.md]",
    "Lorem ipsum is the filler text that printers have used since the 1500s, and "
    "comes from a text of Cicero.",
    "# Lisbon",
    "# Report\n\nAsyncio came with 3.4.",
    "# Report\n- one",
    "Let me know if you need more.",
    "Here is the report: asyncio came with Python 3.4.",
    "I'm sorry, but I can not access the internet, so I can not research this.",
    "I was unable to open docs/spec.md: it does not exist.",
    "I can't help with that.",
    "Sorry, I do not have access to that file.",
    "I will now explain it. Asyncio is a library that runs coroutines on an event loop.",
    "Sure! Asyncio arrived in Python 3.4 with PEP 3156.",
    "Asyncio.",
    "Generators, then asyncio.",
    "Testing is how we learn whether code works.",
    "Die Antwort ist ja.",
    "Tests pass.",
    "All tests pass; nothing to do.",
    "3.4",
    "PEP 3156",
    "v2",
    "=",
    "C++",
    "The report is in docs/report.md:\n\n- history\n- asyncio",
    "This is the way:\n\n1. one",
    "Your report is in docs/report.md.",
    "The answer is here: docs/a.md",
]
"""To RESEARCH too: short, or much like a placeholder, and none."""

ASKED_FOR = [
    ("42", "What is six times seven?"),
    ("Paris", "Name the capital of France."),
    ("No.", "Is the build green? Answer yes or no."),
    ("OK", "Reply with one word."),
    ("ok", "Say ok"),
    ("a", "Which letter comes first in the alphabet?"),
    ("a", "Which option is right: a, b or c? Answer with only the letter."),
    ("B.", "Pick the best one.\na) red\nb) green\nc) blue"),
    ("test", "Reply with the word test."),
    ("test", "Answer with exactly 'test'."),
    ("TODO", "Print TODO"),
    ("TODO: fix this", "List every TODO comment in main.py."),
    ("...", "Say '...'"),
    ("!", "Which operator negates? Answer with only the symbol."),
    ("👍", "Answer with an emoji that shows how you like the plan."),
    ("是", "Is this sentence correct Chinese?"),
    ("None.", "Which of the tests fail at the moment in this repository?"),
    ("null", "What does the function return for an empty list in this code base?"),
    ("0", "Count the files below docs which nobody links to."),
    ("Done.", "Write the report into docs/report.md and say nothing else of it."),
    ("x", "p"),
    ("a", "do a"),
    ("x", "say x"),
    ("<br>", "Which HTML tag makes a line break in a paragraph? Give the tag."),
    ("<div>", "Which element has no meaning of its own in HTML, please?"),
    ("{}", "Give the JSON of an empty object, nothing else but the value."),
    ("Lorem ipsum dolor sit amet.", "Write a line of lorem ipsum."),
    ("Repeat this sentence back to me please", "Repeat this sentence back to me please"),
    ("hello", "hello"),
    ("# Paris", "Name the capital of France."),
    ("# A\n\n# B\n\n# C", "Write an outline of a talk about asynchronous programming in Python."),
    ("## The title\n", "Give me a title for a report about asynchronous programming."),
    ("I will be there at five.", "Draft a reply that accepts the invitation to the party at five."),
    ("I'll review it today.", "Write a short message that promises a review of the change."),
    (
        "I will go with option B, because it is cheaper.",
        "Decide between the options A and B for our storage layer, and say why.",
    ),
    (
        "Here is a haiku: old pond, a frog leaps in, water's sound.",
        "Write a haiku about a pond and a frog please, as Basho did.",
    ),
    (
        "Here is the code:\n\n```py\nprint(1)\n```",
        "Write a program that prints 1 and nothing else at all.",
    ),
    (
        "TODO lists are a way to plan work.",
        "Explain in a sentence what a list of things to do is for, with its usual name.",
    ),
    ("foo()", "Which function calls bar in this module, and with what argument?"),
    ("$ 5", "How much does it cost?"),
    ("C", "Which language is CPython written in?"),
    ("-1", "What does find return when there is nothing to find in the text?"),
    ("Summary", "Which heading is missing from docs/spec.md? Name the heading."),
]
"""With what was asked for."""

CAUSES = "Find all errors in the logs and create a plan to fix their causes."


@pytest.mark.parametrize(
    ("why", "answer"), [(why, answer) for why, found in PLACEHOLDERS.items() for answer in found]
)
def test_what_is_only_a_placeholder(why: str, answer: str) -> None:
    assert placeholder_in(answer, RESEARCH) == why
    assert placeholder_in(f"\n {answer}\n\n", RESEARCH) == why


@pytest.mark.parametrize(
    "answer",
    [
        "Let me explore the codebase to understand the causes before creating the plan.",
        "I now have a clear picture of 7 distinct error categories. Let me explore the codebase "
        "to understand the root causes before creating the plan.",
    ],
)
def test_what_agents_say_last_when_they_stop_in_the_middle(answer: str) -> None:
    assert placeholder_in(answer, CAUSES, worked=True) == "only an announcement"


@pytest.mark.parametrize(
    ("answer", "asked"), [*((answer, RESEARCH) for answer in ANSWERS), *ASKED_FOR]
)
def test_what_is_an_answer(answer: str, asked: str) -> None:
    assert placeholder_in(answer, asked) is None


@pytest.mark.parametrize("answer", ["x", "test", "# Report", "Let me look into that."])
def test_where_nothing_is_known_of_the_prompt_a_short_answer_is_one(answer: str) -> None:
    assert placeholder_in(answer, "") is None


@pytest.mark.parametrize(
    ("answer", "passes"), [("x", True), ("# Report", True), ("TODO", False), ("...", False)]
)
def test_after_work_with_tools_a_short_text_is_enough(answer: str, passes: bool) -> None:
    """The answer is then in the files; what says that it is missing still says so."""
    assert placeholder_in(answer, RESEARCH) is not None
    assert (placeholder_in(answer, RESEARCH, worked=True) is None) == passes


def test_a_long_text_is_an_answer() -> None:
    assert placeholder_in("lorem ipsum dolor sit amet " * 100, RESEARCH) is not None
    assert placeholder_in("lorem ipsum dolor sit amet " * LONGEST, RESEARCH) is None


@given(answer=st.text(max_size=200), asked=st.text(max_size=200))
def test_whatever_comes_is_judged_and_always_in_the_same_way(answer: str, asked: str) -> None:
    assert placeholder_in(answer, asked) == placeholder_in(answer, asked)


def prose() -> list[str]:
    """The paragraphs of the project's own texts, and of the answers of its sample run."""
    files = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("artifacts/**/*.md")]
    paragraphs = [one for file in files for one in file.read_text("utf-8").split("\n\n")]
    return [one for one in paragraphs if not re.match(r"\s*(#|```|---|$)", one)]


@pytest.mark.parametrize("asked", [RESEARCH, "Write README.md for this project, from its code."])
def test_no_paragraph_of_the_projects_own_texts_is_taken_for_a_placeholder(asked: str) -> None:
    paragraphs = prose()
    assert len(paragraphs) > 200
    assert [one for one in paragraphs if placeholder_in(one, asked)] == []
