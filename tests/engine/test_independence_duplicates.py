"""Tasks that ask the same, and tasks that only look as if they did."""

import pytest

from tests.engine.prose import kinds_of, of_kind, ordering, told


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Research the history of chess", "Research the history of chess"),
        ("Research the history of chess", "research the history of chess."),
        ("Research the history of chess", "Please research the history of chess"),
        ("Research the history of chess", "Find out about the origins of chess"),
        ("Explain how vaccines work", "Describe how vaccines work"),
        (
            "List the pros and cons of remote work",
            "List advantages and disadvantages of remote work",
        ),
        ("Summarize the plot of Hamlet", "Summarise the plot of Hamlet"),
    ],
)
def test_two_tasks_that_ask_the_same(first: str, second: str) -> None:
    report = told(first, second, "List the moons of Jupiter")

    [found] = of_kind(report, "duplicate")
    assert found.tasks == ("a", "b")
    assert {one.task for one in found.evidence} == {"a", "b"}
    assert found.severity == "warning"
    assert found.fixes
    assert ordering(report) == []
    assert report.verdict == "independent"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Write the Spanish version", "Write the French version"),
        ("Translate the manual into Spanish", "Translate the manual into French"),
        ("Compare product A and product B on price", "Compare product A and product B on support"),
        ("Compare product A and product B", "Compare product A and product C"),
        ("Research asyncio in academic papers", "Research asyncio in forums"),
        ("Research the history of chess", "Research the history of go"),
        ("Research the history of chess", "Research the rules of chess"),
        ("Research chess openings for White", "Research chess openings for Black"),
        ("Write a poem about tea", "Write a story about tea"),
        ("Write a poem about tea with rhymes", "Write a poem about tea without rhymes"),
        ("List the arguments for a carbon tax", "List the arguments against a carbon tax"),
        ("List 3 birds of Norway", "List 5 birds of Norway"),
        ("Summarize chapter 1 of Emma", "Summarize chapter 2 of Emma"),
        ("Explain what happened before 1914", "Explain what happened after 1914"),
        ("Find flights from Oslo to Rome", "Find flights from Rome to Oslo"),
        ("Explain Python 2 strings", "Explain Python 3 strings"),
        ("Explain the C language", "Explain the C++ language"),
    ],
)
def test_variants_and_other_subjects_are_no_duplicates(first: str, second: str) -> None:
    assert "duplicate" not in kinds_of(told(first, second))
    assert "duplicate" not in kinds_of(told(second, first))


def test_the_same_three_times_is_told_for_every_pair() -> None:
    report = told(*["Research the history of chess"] * 3)

    pairs = {one.tasks for one in of_kind(report, "duplicate")}
    assert {("a", "b"), ("b", "c")} <= pairs
    assert pairs <= {("a", "b"), ("b", "c"), ("a", "c")}
