"""The form's words: what may stand in a field, and what is said when it may not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from orchtui.engine.plans.plan import Plan, Task
from orchtui.engine.text import clean
from orchtui.ui.compose.task_fields import FIELDS, read_form, written

FULL = Task(
    id="b",
    title="A title: with [/] and “quotes”",
    prompt="First line\n  second: {line} 🙂\n",
    expected_output="A table:\n- name\n- why\n",
    rationale="Nobody else: looks at it",
    specialist="writer",
    model="opus",
    priority="critical",
    after=("a",),
    timeout=90.0,
    max_tokens=500,
    accept_truncated=True,
    reads=("docs/a b.md",),
    writes=("out.md",),
    estimate=60.0,
    accepted=("f1",),
    enabled=False,
)
PLAN = Plan(tasks=(Task(id="a", prompt="x"), FULL, Task(id="c", prompt="y", after=("b",))))


def values_of(task: Task) -> dict[str, str]:
    return {field.key: written(task, field) for field in FIELDS}


@pytest.mark.parametrize(
    "task",
    [
        FULL,
        Task(id="b", prompt="x"),
        Task(id="b", command=("grep", "-c", "an error", "{prompt}")),
        Task(id="new", prompt="not in the plan yet"),
    ],
)
def test_a_form_left_as_it_was_gives_the_same_task(task: Task) -> None:
    assert read_form(PLAN, task, values_of(task)) == (task, {})


@pytest.mark.parametrize(
    ("key", "typed", "complaint"),
    [
        ("timeout", "soon", "a duration such as 90s"),
        ("timeout", "{", "duration"),
        ("priority", "urgent", "critical"),
        ("max_tokens", "many", "max_tokens"),
        ("max_tokens", "-1", "max_tokens"),
        ("after", "nobody", "nobody"),
        ("after", "c", "b"),
        ("reads", "/etc/passwd", "below the project folder"),
        ("id", "no spaces here", "letters, digits"),
        ("id", "a", "duplicate id 'a'"),
        ("prompt", "", "a prompt or a command"),
        ("command", 'grep "open', "No closing quotation"),
        ("accept_truncated", "perhaps", "true or false"),
    ],
)
def test_a_mistake_is_told_at_its_field(key: str, typed: str, complaint: str) -> None:
    task, problems = read_form(PLAN, FULL, values_of(FULL) | {key: typed})
    assert task is None
    assert complaint in "\n".join(problems[key])


def test_all_mistakes_are_told_at_once() -> None:
    typed = values_of(FULL) | {"timeout": "soon", "priority": "urgent", "command": "'"}
    _, problems = read_form(PLAN, FULL, typed)
    assert {"timeout", "priority", "command"} <= problems.keys()


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn"))))
@example("\U000e0001")
def test_any_title_comes_through_or_is_refused_at_its_field(title: str) -> None:
    task, problems = read_form(PLAN, FULL, values_of(FULL) | {"title": title})
    if task is None:
        assert problems.keys() == {"title"}
    else:
        assert task.title.split() == clean(title).split()


def test_the_form_shows_nothing_that_acts_on_a_terminal() -> None:
    task = Task(
        id="a", title="\x1b[31mA", prompt="do\x1b]0;t\x07 it \u202enow", writes=("\x07x", "y")
    )
    shown = {field.key: written(task, field) for field in FIELDS}
    assert (shown["title"], shown["prompt"], shown["writes"]) == ("A", "do it now", "x, y")
