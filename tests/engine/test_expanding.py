"""One task of a plan made into many, by the rules of plan files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.expanding import (
    GeneratorKey,
    expanded,
    read_items,
    short_entries_of,
)
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.text import clean

GUIDE = Task(
    id="guide",
    title="Guide",
    prompt="Write a guide to functions.\n\n  - in {language}, as a list\n\n",
    writes=("docs/guide.md",),
    accepted=("duplicate:guide:x",),
)
PLAN = Plan(
    request="Guides\ntasks:\n  - none",
    missing=("which\n  - one",),
    tasks=(
        Task(id="before", prompt="Look at {braces}."),
        GUIDE,
        Task(id="task-3", prompt="Sum up.", after=("guide",), reads=("docs/guide.md",)),
    ),
)


@pytest.mark.parametrize(
    ("key", "answer", "items"),
    [
        ("languages", " English,  Old  English ,", ["English", "Old English"]),
        ("approaches", "fast, rough; slow, with care;", ["fast, rough", "slow, with care"]),
        ("files", "a/*.log; b/**", ["a/*.log", "b/**"]),
        ("table", " params.csv ", "params.csv"),
        ("variants", "3", "3"),
        ("subjects", " ; ", []),
    ],
)
def test_what_is_written_in_a_line(key: GeneratorKey, answer: str, items: str | list[str]) -> None:
    assert read_items(key, answer) == items


def test_the_others_of_the_plan_know_of_all_of_them(tmp_path: Path) -> None:
    made = expanded(PLAN, "guide", "languages", ["English", "French"], tmp_path)
    assert [task.id for task in made.tasks] == [
        *("before", "guide-english", "guide-french", "task-3"),
    ]
    assert (made.request, made.missing, made.tasks[0]) == (
        *(PLAN.request, PLAN.missing, PLAN.tasks[0]),
    )
    french = made.task("guide-french")
    assert "in French, as a list" in french.prompt
    assert (french.writes, french.accepted) == (("docs/guide-french.md",), ())
    last = made.task("task-3")
    assert last.after == ("guide-english", "guide-french")
    assert last.reads == ("docs/guide-english.md", "docs/guide-french.md")


def test_files_and_tables_are_those_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for name in ("a.log", "b.log"):
        (tmp_path / "logs" / name).write_text("x")
    (tmp_path / "cities.csv").write_text("city,size\nOslo,7\nRome,28\n")
    plan = Plan(tasks=(Task(id="look", prompt="Look at it."),))
    made = expanded(plan, "look", "files", ["logs/*.log"], tmp_path)
    assert [task.reads for task in made.tasks] == [("logs/a.log",), ("logs/b.log",)]
    made = expanded(plan, "look", "table", "cities.csv", tmp_path)
    assert [task.id for task in made.tasks] == ["look-oslo", "look-rome"]
    assert "size: 28" in made.tasks[1].prompt


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("variants", "many", "variants must be a whole number from 1 to 20,000, not .many.$"),
        ("files", ["none/*.log"], "none/\\*.log"),
        ("files", ["../*.log"], "project"),
        ("table", "none.csv", "none.csv"),
        ("languages", [], "languages"),
        ("subjects", ["a"], "{language}|'language'|placeholder"),
    ],
)
def test_what_can_not_be_made_is_said(
    tmp_path: Path, key: GeneratorKey, value: str | list[str], why: str
) -> None:
    with pytest.raises(InputError, match=why):
        expanded(PLAN, "guide", key, value, tmp_path)


def test_max_tasks_of_the_plan_guards_it(tmp_path: Path) -> None:
    plan = Plan(tasks=(Task(id="a", prompt="x"),), limits=Limits(max_tasks=2))
    with pytest.raises(InputError, match="3 tasks"):
        expanded(plan, "a", "variants", "3", tmp_path)
    with pytest.raises(InputError, match="at most 200"):
        expanded(Plan(tasks=plan.tasks), "a", "variants", "201", tmp_path)
    many = tuple(Task(id=f"t{number}", prompt="x") for number in range(300))
    made = expanded(Plan(tasks=many), "t7", "variants", "2", tmp_path)
    assert (len(made.tasks), made.limits) == (301, Limits())
    with pytest.raises(KeyError):
        expanded(plan, "b", "variants", "2", tmp_path)


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn"))),
        max_size=3,
    ),
    st.integers(0, 2),
)
def test_whatever_prompts_say_the_other_tasks_stay(prompts: list[str], place: int) -> None:
    words = [f"{one}\n  - x\ntasks:\n" for one in [*prompts, "", "", ""][:3]]
    # As a plan holds it: what is invisible was taken out when it came in.
    tasks = tuple(Task(id=f"t{at}", prompt=clean(f"Do {one}")) for at, one in enumerate(words))
    try:
        made = expanded(Plan(tasks=tasks), f"t{place}", "variants", "2", Path())
    except InputError as error:  # a name in braces that nothing fills, and what YAML does not hold
        assert error.problems
        return
    ids = [task.id for task in made.tasks]
    assert ids == [
        name
        for at in range(3)
        for name in ([f"t{at}-1", f"t{at}-2"] if at == place else [f"t{at}"])
    ]
    assert [t for t in made.tasks if t.id in {"t0", "t1", "t2"}] == [
        task for at, task in enumerate(tasks) if at != place
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("tasks: [{prompt: x}]", 0),
        ("tasks: [{prompt: x, variants: 3}, {prompt: y}, {stages: [{prompt: z}]}]", 2),
        ("tasks: {", 0),
        ("", 0),
        ("[1, 2]", 0),
    ],
)
def test_files_in_short_form_are_known(tmp_path: Path, text: str, count: int) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    assert short_entries_of(path) == count
    assert short_entries_of(tmp_path / "none.yaml") == 0
