"""Tasks out of a model's answer: whatever stands there, they are tasks of a plan file, or words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.planning.surroundings import OnHand, Surroundings
from orchtui.engine.planning.task_entries import (
    MOST_PROBLEMS,
    is_empty_prompt,
    questions,
    read_tasks,
)
from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import is_clean

AROUND = Surroundings(specialists=(OnHand("writer", ""), OnHand("bee keeper", "")))


def one(**fields: Any) -> Task:
    read = read_tasks([{"id": "a", "prompt": "Count the bees", **fields}], AROUND)
    assert read.wrong == ()
    [task] = read.tasks
    return task


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ({"title": "Bees\nand more"}, "title", "Bees and more"),
        ({"agent": "Bee-Keeper"}, "specialist", "bee keeper"),
        ({"specialist": ""}, "specialist", None),
        ({"priority": "NICE_TO_HAVE"}, "priority", "nice-to-have"),
        ({"output": "A number"}, "expected_output", "A number"),
        ({"why": "It was asked"}, "rationale", "It was asked"),
        ({"writes": "out.md"}, "writes", ("out.md",)),
        ({"reads": ["a.md", "a.md", ""]}, "reads", ("a.md",)),
        ({"prompt": "Count 🐝 \x1b[31mbees\ufffe"}, "prompt", "Count 🐝 bees\ufffd"),
        ({"prompt": None, "description": "Count bees"}, "prompt", "Count bees"),
        ({"id": "Über uns"}, "id", "ber-uns"),
        ({"id": "!!"}, "id", "task-1"),
        ({"id": "x" * 90}, "id", "x" * 64),
        ({"timeout": 1, "retries": 100}, "timeout", None),
    ],
)
def test_a_field(said: dict[str, Any], field: str, value: object) -> None:
    assert getattr(one(**said), field) == value


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ({"a": 1}, "the tasks must be a list of objects"),
        ([None], "task 1 is not an object"),
        ([{"title": "Bees"}], "task 1 ('task-1'): a task needs a prompt"),
        ([{"prompt": True}], "task 1: prompt must be text"),
        ([{"id": "a", "prompt": "x y", "after": ["a"]}], "can not come after itself"),
        ([{"id": "a", "prompt": "x y", "after": ["b c"]}], "no task has the id 'b-c'"),
        ([{"id": "a", "prompt": "x y", "reads": ["../../etc"]}], "a path below the project folder"),
        ([{"id": "a", "prompt": "x y", "reads": ["x"] * 101}], "a list of 100 texts at most"),
        ([{"id": "old", "prompt": "x y"}], "duplicate id 'old'"),
    ],
)
def test_what_is_no_task_is_told_in_words(entries: Any, says: str) -> None:
    read = read_tasks(entries, AROUND, known=("old",))
    assert says in " ".join(read.wrong)


def test_a_new_task_may_come_after_one_that_is_there() -> None:
    read = read_tasks([{"id": "a", "prompt": "Count bees", "after": ["old"]}], AROUND, ("old",))
    assert [(task.id, task.after) for task in read.tasks] == [("a", ("old",))]


def test_problems_are_not_endless() -> None:
    read = read_tasks([{"prompt": "", "specialist": f"who{n}"} for n in range(90)], AROUND)
    assert len(read.wrong) == len(read.doubtful) == MOST_PROBLEMS
    assert read.wrong[-1] == "and 71 more like these"


@pytest.mark.parametrize(
    "prompt", ["", " ", "…", "[insert text here]", "All that its worker is told"]
)
def test_a_prompt_that_says_nothing(prompt: str) -> None:
    assert is_empty_prompt(prompt)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (["Which one?", "Which one?", " "], ("Which one?",)),
        ("Which one?", ("Which one?",)),
        ([1, None, {"a": "b"}], ()),
        (None, ()),
        ([f"{n}?" for n in range(500)], tuple(f"{n}?" for n in range(100))),
    ],
)
def test_what_is_missing(said: object, found: tuple[str, ...]) -> None:
    assert questions(said) == found


words = st.text(max_size=12) | st.sampled_from(
    ["a", "b", "old", "writer", "x/y.md", "../..", "\x1b["]
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=2),
    max_leaves=4,
)
keys = st.sampled_from(
    "id title prompt specialist priority expected_output rationale reads writes after command env "
    "name description agent depends_on".split()
)


@given(st.lists(st.dictionaries(keys, values | words) | values, max_size=5) | values)
def test_whatever_stands_there_is_a_plan_or_words(entries: Any) -> None:
    read = read_tasks(json.loads(json.dumps(entries)), AROUND, known=("old",))
    for said in (*read.wrong, *read.doubtful, *read.notes):
        assert said and is_clean(said) and "\n" not in said
    if read.wrong:
        return
    old = Task(id="old", prompt="There already")
    plan = Plan(tasks=(old, *read.tasks))
    assert parse_plan(dump_plan(plan)) == plan, "a plan file can hold it"
    for task in read.tasks:
        assert (task.command, task.env, task.backend, task.model) == ((), (), None, None)
        assert task.specialist in (None, "writer", "bee keeper")
