"""Which synthesis may stand for the results that it was made from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.aggregation.synthesis_check import problems_of, silent_about, why_not
from orchtui.engine.aggregation.synthesis_prompt import synthesis_prompt
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from tests.engine.scripted import task
from tests.engine.told import Told

PARSER = """\
# The parser

It reads every line twice, because the lexer keeps no state between two calls. Caching the tokens
of a line would halve the time that large inputs take; 3400 lines now need 12 seconds."""
CACHE = """\
The cache never forgets. After 48 hours of load it holds 2.3 gigabytes, most of them answers that
nobody has asked for again. An upper bound with eviction of the oldest would do."""


def run_with(synthesis: str, *, ended: bool = True) -> Run:
    told = Told(
        task("parser", title="Parser"), task("cache", title="Cache"), aggregate="synthesize"
    )
    told.starts("parser", 0).starts("cache", 0)
    told.completes("parser", 5, PARSER).completes("cache", 6, CACHE)
    own = {"task": ev.AGGREGATE, "attempt": 1}
    told.tell(ev.TaskQueued, 7, task=ev.AGGREGATE, attempt=0)
    told.tell(
        ev.TaskStarted, 7, **own, specialist="s", instance="s", backend="scripted", model=None
    )
    if synthesis:
        told.tell(ev.TextDelta, 8, **own, text=synthesis)
    if ended:
        told.tell(ev.TaskCompleted, 9, **own, usage=ev.Usage(), output="x", stop_reason="end_turn")
    else:
        told.tell(ev.TaskFailed, 9, **own, error="server", message="it broke", kept=0, output="x")
    return told.run


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Both lose time: the parser reads its lines twice, the cache never forgets.", None),
        ("# Report\n\nParsing is slow and caching is unbounded, in a few words.", None),
        ("Les deux modules (parser, cache) perdent du temps et de la mémoire vive.", None),
        ("两个模块都有问题：解析器把每一行读了两遍，缓存从不清理旧的条目。 一 二 三 四 五", None),
        ("ok", "its answer is only a placeholder"),
        ("Here is the report:", "its answer is only a placeholder"),
        ("[insert the report on all results here]", "its answer is only a placeholder"),
        ("# Report\n\n## Summary\n\n## Results\n", "its answer is only a placeholder"),
        ("I will now write the report from these results.", "its answer is only a placeholder"),
        (
            "Bananas grow on giant herbs in warm and humid countries, often beside great rivers.",
            "its answer says nothing of what the tasks found",
        ),
        (
            "A short and empty kind of nothing, no more.",
            "its answer says nothing of what the tasks found",
        ),
        (
            "I have written the report and saved it for you.",
            "its answer says nothing of what the tasks found",
        ),
        ("Nothing but the cache is worth a word here.", None),
        ("Task 1 is all that is worth a word.", None),
        ("Два модуля теряют время и память на сервере.", None),
    ],
)
def test_a_synthesis_stands_only_when_it_says_something_of_the_results(
    text: str, why: str | None
) -> None:
    run = run_with(text)

    assert why_not(run.aggregate, run.with_status("completed")) == why


def test_a_synthesis_that_failed_or_never_ran_says_why() -> None:
    assert why_not(None, []) == "it did not run"
    assert why_not(run_with("half", ended=False).aggregate, []) == "it broke"


def test_every_result_is_found_in_what_was_made_from_it() -> None:
    """The results themselves, put one after the other, always stand."""
    run = run_with(f"{PARSER}\n\n{CACHE}")
    done = run.with_status("completed")

    assert why_not(run.aggregate, done) is None
    assert all(one.text in synthesis_prompt(run) for one in done)


# What of a synthesis that stands is told


def lost(*titles: str) -> Run:
    """A run with two results, and tasks of these titles that failed."""
    others = [task(f"x{number}", title=title) for number, title in enumerate(titles)]
    told = Told(
        task("parser", title="Parser"),
        task("cache", title="Cache"),
        *others,
        aggregate="synthesize",
    )
    told.starts("parser", 0).starts("cache", 0)
    told.completes("parser", 5, PARSER).completes("cache", 6, CACHE)
    for one in others:
        told.starts(one.id, 6).fails(one.id, 7)
    return told.run


LONG = "It takes a good deal of time, and nobody has looked into why that might be so far."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"# Report\n\n{LONG} Tasks: 1, 2", []),
        (f"# Report\n\nTasks 1 and 2. {LONG}", []),
        (f"# Report (task 2)\n\n{LONG}", []),
        (f"# Report\n\nFrom the *Cache*: {LONG}", []),
        ("# Report\n\n## Parser\n\nA short line.", []),
        (f"{LONG}\n\n# Report\n\nShort.", []),  # an opening is no section
        (f"# Report\n\n{LONG} Task 7", ["Report"]),
        (f"# One\n\n{LONG} Task 1\n\n## Two\n\n{LONG}", ["Two"]),
        (f"# Two\n\n{LONG}\n\n# Three\n\n```\nTask 1\n```\n\n{LONG}", ["Two", "Three"]),
    ],
)
def test_sections_that_name_no_task_are_told(text: str, told: list[str]) -> None:
    run = lost()
    found = problems_of(text, run.with_status("completed"), [])
    assert found == tuple(
        f"the section '{title}' does not name the tasks that it is made from" for title in told
    )


@pytest.mark.parametrize(
    ("title", "text", "where"),
    [
        ("Network stack", f"# Network stack\n\n{LONG} Tasks: 1", "under the heading"),
        ("Network stack", f"# All (task 1)\n\nThe network stack is slow. {LONG}", "“The network"),
        ("Security", f"# Security\n\n{LONG} Tasks: 1", "under the heading"),
        ("Network stack", "# Network stack\n\nThis part is missing: it failed.", None),
        ("Network stack", f"# All (task 1)\n\nOf the network stack no result came. {LONG}", None),
        ("Network stack", "# Network stack\n\nNone.", None),
        # A title of one word is a word like any other.
        ("Security", f"# All (task 1)\n\nThe security of it is weak. {LONG}", None),
        # Another task's title holds it.
        ("Parser", f"# Parser\n\n{LONG}", None),
        # A short one has to be the whole heading.
        ("Law", f"# Law\n\n{LONG} Tasks: 1", "under the heading"),
        ("Law", "# Law\n\nOf the law no result came.", None),
        ("Law", f"# The Law of Bees\n\n{LONG} Tasks: 1", None),
        ("Law", f"# All (task 1)\n\nThe law of it is weak. {LONG}", None),
        ("是", f"# 是\n\n{LONG} Tasks: 1", "under the heading"),
    ],
)
def test_what_is_written_about_missing_tasks_is_told(
    title: str, text: str, where: str | None
) -> None:
    run = lost(title)
    found = problems_of(text, run.with_status("completed"), run.with_status("failed"))
    found = tuple(one for one in found if "which is missing" in one)
    assert len(found) == (where is not None)
    assert where is None or where in found[0]


def test_there_is_an_end_to_what_is_told() -> None:
    run = lost()
    text = "\n\n".join(f"# Number {number}\n\n{LONG}" for number in range(40))
    found = problems_of(text, run.with_status("completed"), [])
    assert len(found) == 12 and found[-1] == "and 29 more like these"


@pytest.mark.parametrize("named", ["Cache", "the CACHE", "Tasks: 1, 2", "task 2"])
def test_who_is_named_is_not_passed_over(named: str) -> None:
    text = f"The lexer reads every line twice and keeps no state between its calls. {named}"
    run = run_with(text)
    assert why_not(run.aggregate, run.with_status("completed")) is None


def test_who_is_passed_over_is_named() -> None:
    run = run_with("The lexer reads every line of the inputs twice, and takes 12 seconds for it.")
    why = why_not(run.aggregate, run.with_status("completed"))
    assert why == "its answer says nothing of what Task 2 found"


@given(st.text(max_size=400))
def test_whatever_it_says_it_is_judged(text: str) -> None:
    run = lost("Network stack")
    found = problems_of(text, run.with_status("completed"), run.with_status("failed"))
    assert len(found) <= 12 and all("\x1b" not in one and "\n" not in one for one in found)
    silent_about(text, run.with_status("completed"))
