"""What holds for every text: no error but InputError, nothing lost, nothing slow."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Plan
from orchtui.engine.request import parse_request

NOWHERE = Path(__file__).parent / "no such folder"

WORDS = st.sampled_from(
    "Research Write Test Compare Translate Summarize Synthesize research write then and & , ; : . "
    "- * 1. 2. 3) a) b) (CRITICAL) (nice-to-have) [topic] <topic> in parallel max 30 minutes each "
    "two at a time retry twice stop after 2 hours from perspectives academic these the following "
    "5 3-5 topics sources log files app.log *.md logs/*.log into German French each of for X Y Z "
    "Redis “ ” \" ' ` ( ) { } combine into one report as many needed First Second Third Task 1: # "
    "🚀 • — 研究 über it \n \n\n \t".split(" ")
)
SENTENCES = st.lists(WORDS, max_size=40).map(" ".join)
NOUNS = st.sampled_from("caching sharding Redis Kafka PEPs queues GitHub tutorials papers".split())
ITEMS = st.lists(
    st.lists(NOUNS, min_size=1, max_size=4).map(" and ".join), min_size=2, max_size=8, unique=True
)
HEADS = st.sampled_from(
    [
        "",
        "Research Python:",
        "Research these topics in parallel:",
        "Write about the following, max 5 minutes each:",
        "Generate three different approaches:",
        "We run a shop. Please look into",
        "From these perspectives, review the plan:",
    ]
)


def parsed(text: str) -> Plan | None:
    try:
        return parse_request(text, NOWHERE)
    except InputError:
        return None


def check(plan: Plan) -> None:
    ids = [task.id for task in plan.tasks]
    assert ids == [f"task-{number}" for number in range(1, len(ids) + 1)]
    assert ids
    for at, task in enumerate(plan.tasks):
        assert any(char.isalnum() for char in task.prompt)
        assert task.title.strip()
        assert "\x00" not in task.prompt and "\x01" not in task.prompt
        assert set(task.after) <= set(ids[:at])
        assert task.timeout is None or task.timeout > 0
    assert all(sentence.strip() for sentence in plan.missing)


@given(st.text() | SENTENCES)
def test_any_text_gives_a_plan_or_an_input_error(text: str) -> None:
    plan = parsed(text)
    if plan is not None:
        check(plan)
        assert parsed(text) == plan


@given(st.binary(max_size=200).map(lambda data: data.decode("utf-8", "surrogateescape")))
def test_any_bytes_give_a_plan_or_an_input_error(text: str) -> None:
    plan = parsed(text)
    if plan is not None:
        check(plan)


@given(HEADS, ITEMS, st.sampled_from(["- {}", "{n}. {}", "* {}", "{n}) {}", "• {}"]))
def test_every_prompt_of_a_list_has_the_words_of_its_item(
    head: str, items: list[str], mark: str
) -> None:
    lines = [mark.format(item, n=number) for number, item in enumerate(items, 1)]
    plan = parse_request("\n".join([head, *lines]), NOWHERE)
    assert len(plan.tasks) == len(items)
    for item, task in zip(items, plan.tasks, strict=True):
        said = set(re.findall(r"\w+", task.prompt.casefold()))
        assert set(re.findall(r"\w+", item.casefold())) <= said


@given(ITEMS, st.sampled_from(["Keep each under 200 words.", "Cite sources.", "Answer in German."]))
def test_what_stands_after_a_list_holds_for_all(items: list[str], remark: str) -> None:
    text = "\n".join(["Research Python:", *(f"- {item}" for item in items), "", remark])
    plan = parse_request(text, NOWHERE)
    of_one = remark.replace("each", "it")
    assert all(task.prompt.endswith(of_one) for task in plan.tasks)
    assert len(plan.tasks) == len(items)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(SENTENCES, SENTENCES)
def test_a_list_keeps_its_number_of_items_whatever_they_say(one: str, two: str) -> None:
    items = [" ".join(words.split()) for words in (one, two)]
    if any(not re.search(r"[A-Za-z]{3}", item) for item in items):
        return
    plan = parsed(
        "Do this:\n" + "\n".join(f"{at}. It is {item}" for at, item in enumerate(items, 1))
    )
    assert plan is not None
    assert len(plan.tasks) == 2


FRAGMENTS = (
    "a, |1 |(|[a] |a and b |- a\n|1. a\n|1) a |a) b |a; b; |a: b: |A. |a.b|a/b.md |*.md |**/|*a* |"
    "these 3 topics |from a, b |for each of |Research A, write B, |then |first second third |"
    "max 30 minutes each |30 minutes |retry 2 |at once |(CRITICAL) |[critical|in parallel |"
    "and synthesize into single report |Task 1: a\n|## a\nb\n|• a |研究|\t|<topic> |{topic} |___|"
    "a |the |a perspective |German, French |each of a, |as many a |save a to |write a |a:\n|\n|"
    '" |` |… |spend a |is critical, |log files in a/ |- - |one |under '
).split("|")


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=repr)
def test_no_text_takes_long(fragment: str) -> None:
    """The timeout of every test is the guard; tests/faults/test_bounded.py has longer ones."""
    repeated = (fragment * (2_900 // len(fragment) + 1))[:2_900]
    for text in (repeated, f"Research {repeated} x"):
        plan = parsed(text)
        if plan is not None:
            check(plan)


def test_a_list_of_any_length_stays_within_bounds() -> None:
    plan = parse_request("Research these:\n" + "- a thing\n" * 3000, NOWHERE)
    assert len(plan.tasks) == 500
    assert plan.missing == ("The request lists 3000 tasks, and at most 500 are taken: split it.",)
