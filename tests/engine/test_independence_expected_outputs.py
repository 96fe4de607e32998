"""Expected outputs: words of theirs that name another task, and those that only say what form."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.independence import IndependenceReport, check, expected_outputs
from orchtui.engine.independence.fixes import apply
from orchtui.engine.plan_files.plan_file import parse_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.plans.plan_places import PlanText
from tests.engine.prose import assert_quotes, needs, of_kind


def plan_with(expected: str, **fields: object) -> Plan:
    """Three tasks that have nothing in common but what the second is to come to."""
    return Plan(
        tasks=(
            Task(id="first-draft", title="Market outline", prompt="Write an outline about sheep."),
            Task(id="b", expected_output=expected, **{"prompt": "Count goats.", **fields}),  # type: ignore[arg-type]
            Task(id="c", prompt="Describe cows."),
        )
    )


def told(expected: str, **fields: object) -> IndependenceReport:
    return check(plan_with(expected, **fields))


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ("A revision of the outline from task 1", "task 1"),
        ("One page, based on task 1.", "task 1"),
        ("A critique of task #1", "task #1"),
        ("Task 1's outline, revised", "Task 1"),
        ("The results of step 1, as a table", "step 1"),
        ("A table of the findings from steps 1 and 3", "steps 1 and 3"),
        ("Two pages made from the first task", "the first task"),
        ("A summary of the previous task", "the previous task"),
        ("A critique of first-draft", "first-draft"),
        ("A critique of the 'Market outline'", "Market outline"),
        ("Eine Fassung von Aufgabe 1", "Aufgabe 1"),
        ("任务1的修订版", "任务1"),
    ],
)
def test_it_names_another_task(expected: str, words: str) -> None:
    report = told(expected)

    assert ("first-draft", "b") in needs(report)
    for found in of_kind(report, "dependency"):
        [quoted] = found.evidence
        assert (quoted.task, quoted.field, quoted.text) == ("b", "expected_output", words)
        assert found.severity == "error"
        assert "expected to come to" in found.message
    assert_quotes(report, plan_with(expected))


@pytest.mark.parametrize(
    "expected",
    [
        "A report of the findings",
        "A list of tasks 1 to 5, with who does them",
        "A table with step 1, step 2 and step 3",
        "Steps 1-3 of the recipe",
        "Three steps, each in a sentence",
        "A numbered list of tasks",
        "The outline, in one page",
        "A file first-draft.md",
        "A market outline",
        "One page that is independent of task 1",
        "A page, not based on task 1",
        "One page without anything from task 1",
        "A page that goes with task 2",
        "A summary of task 9",
        "   ",
    ],
)
def test_it_speaks_of_the_answer_alone(expected: str) -> None:
    assert needs(told(expected)) == set()
    assert needs(check(plan_with(""))) == set()


def test_a_program_is_told_no_expected_output() -> None:
    assert needs(told("A revision of task 1", prompt="", command=("make",))) == set()


def test_both_texts_name_it_and_both_are_quoted() -> None:
    report = told("A revision of the outline from task 1", prompt="Revise the text of task 1.")

    [found] = of_kind(report, "dependency")
    assert [one.field for one in found.evidence] == ["prompt", "expected_output"]
    assert [one.text for one in found.evidence] == ["task 1", "task 1"]


def test_words_of_an_expected_output_cover_none_of_the_prompt() -> None:
    """What stands at the same place of the prompt may still not be self-contained."""
    prompt = "Improve it."
    report = check(
        Plan(
            tasks=(
                Task(id="b", prompt=prompt, expected_output="from task 2"),
                Task(id="c", prompt="Describe cows."),
            )
        )
    )

    [found] = of_kind(report, "not_self_contained")
    assert [one.text for one in found.evidence] == ["it"]


def test_its_place_in_a_plan_file() -> None:
    text = (
        "tasks:\n- prompt: Write an outline about sheep.\n- prompt: Count goats.\n"
        "  expected_output: >\n    One page. It is\n    a revision of task 1\n"
    )
    [found] = of_kind(check(parse_plan(text)), "dependency")
    [words] = found.evidence
    value = parse_plan(text).tasks[1].expected_output

    place = PlanText(text, "plan.yaml").place(1, words.field, value, words.start)

    assert place is not None
    assert (place.line, place.column) == (6, 19)


def test_every_fix_takes_it_away() -> None:
    plan = plan_with("A revision of the outline from task 1")
    [found] = of_kind(check(plan), "dependency")

    fixed = {fix.id: apply(plan, found, fix.id) for fix in found.fixes}

    assert set(fixed) == {"run_after", "pipeline"}
    assert all(not of_kind(check(one), "dependency") for one in fixed.values())
    one = fixed["pipeline"].task("first-draft")
    assert one.expected_output == "A revision of the outline from task 1"


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_text_is_read(before: str, after: str) -> None:
    expected = f"{before} task 1 {after}"

    assert_quotes(told(expected), plan_with(expected))


def test_a_long_list_of_mentions_is_not_read_anew_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that stands before each of 2,000 mentions took seconds to look through."""
    looked_through = 0

    class Counting:
        def search(self, text: str) -> re.Match[str] | None:
            nonlocal looked_through
            looked_through += len(text)
            return negation.search(text)

    negation = expected_outputs._NOT
    monkeypatch.setattr(expected_outputs, "_NOT", Counting())
    text = "see task 1 " * 2000

    told(text)

    assert 0 < looked_through <= 20 * len(text)
