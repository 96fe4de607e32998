"""What a model said, put into a plan: references stay right, and nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.planning.refining import extend, rewrite, split, strange_writes
from orchtui.engine.plans.graph import find_cycle
from orchtui.engine.plans.plan import Plan, Task

PLAN = Plan(
    tasks=(
        Task(id="find", prompt="Find it"),
        Task(
            id="write",
            prompt="Write it",
            specialist="writer",
            backend="local",
            priority="critical",
            timeout=60.0,
            estimate=9.0,
            reads=("a.md",),
            writes=("out/", "b.md"),
            after=("find",),
            accepted=("vague:write",),
            rationale="It was asked for",
        ),
        Task(id="print", prompt="Print it", after=("find", "write")),
        Task(id="write-one", prompt="Something else"),
    )
)
PARTS = (
    Task(id="one", title="One", prompt="Write one", writes=("out/one.md",)),
    Task(id="two", prompt="Write two", writes=("b.md",), after=("one",), specialist="poet",
         priority="nice-to-have", expected_output="A poem", rationale="It rhymes"),
)  # fmt: skip


def test_parts_stand_in_the_tasks_place_and_are_run_as_it_was() -> None:
    made = split(PLAN, "write", PARTS)

    assert [task.id for task in made.tasks] == [
        "find", "write-one-2", "write-two", "print", "write-one",
    ]  # fmt: skip
    one, two = made.tasks[1:3]
    assert one == replace(
        PLAN.task("write"),
        id="write-one-2",
        title="One",
        prompt="Write one",
        writes=("out/one.md",),
        estimate=None,
        accepted=(),
    )
    assert (two.after, two.specialist, two.priority) == (
        ("find", "write-one-2"), "poet", "critical",
    )  # fmt: skip
    assert (two.expected_output, two.rationale) == ("A poem", "It rhymes")
    assert made.tasks[3].after == ("find", "write-one-2", "write-two")
    assert made.tasks[4] == PLAN.tasks[3]


@pytest.mark.parametrize(
    ("writes", "problems"),
    [
        ([("out/a.md",), ("b.md",)], []),
        ([("out/a.md", "out/b/c.md"), ("./b.md",)], []),
        ([("out",), ("b.md",)], []),
        ([("out/a.md",), ()], ["no part writes b.md, which the task does"]),
        ([("out/a.md", "b.md"), ("c.md",)], ["part '1' writes c.md, which the task does not"]),
        (
            [("outside.md", "b.md"), ("out/",)],
            ["part '0' writes outside.md, which the task does not"],
        ),
    ],
)
def test_parts_write_what_the_task_wrote(
    writes: list[tuple[str, ...]], problems: list[str]
) -> None:
    parts = [Task(id=str(n), prompt="x", writes=paths) for n, paths in enumerate(writes)]
    assert strange_writes(PLAN.task("write"), parts) == problems


def test_other_words_change_the_words_and_what_is_open() -> None:
    plan = replace(PLAN, missing=("When?",))
    words = Task(id="write", prompt="Write a report on bees")

    made = rewrite(plan, "write", words, ("Which bees?", "When?"))

    assert made.task("write") == replace(PLAN.task("write"), prompt="Write a report on bees")
    assert made.missing == ("When?", "Which bees?")
    assert [task for task in made.tasks if task.id != "write"] == [
        task for task in PLAN.tasks if task.id != "write"
    ]


@pytest.mark.parametrize("act", [split, rewrite])
def test_a_task_that_is_not_there(act: object) -> None:
    with pytest.raises(KeyError):
        act(PLAN, "nobody", PARTS if act is split else PARTS[0])  # type: ignore[operator]


IDS = st.sampled_from(["a", "b", "c", "a-b", "a-b-2", "x" * 64])


@st.composite
def tasks(draw: st.DrawFn, known: tuple[str, ...] = (), least: int = 0) -> tuple[Task, ...]:
    """Tasks that come only after earlier ones."""
    ids = draw(st.lists(IDS, unique=True, min_size=least, max_size=4))
    made: list[Task] = []
    for name in ids:
        earlier = [*known, *(task.id for task in made)]
        after = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if earlier else []
        made.append(Task(id=name, prompt=f"do {name}", after=tuple(after)))
    return tuple(made)


def whole(plan: Plan) -> bool:
    """Whether every reference is right."""
    ids = [task.id for task in plan.tasks]
    assert len(set(ids)) == len(ids)
    assert all(set(task.after) <= set(ids) for task in plan.tasks)
    assert all(len(set(task.after)) == len(task.after) for task in plan.tasks)
    assert not find_cycle({task.id: task.after for task in plan.tasks})
    assert parse_plan(dump_plan(plan)) == plan
    return True


@given(tasks(least=1), tasks(least=1), st.data())
def test_after_a_split_every_reference_is_right(
    there: tuple[Task, ...], parts: tuple[Task, ...], data: st.DataObject
) -> None:
    plan = Plan(tasks=there)
    task = data.draw(st.sampled_from(there))

    made = split(plan, task.id, parts)

    assert whole(made)
    assert len(made.tasks) == len(there) - 1 + len(parts)
    place = there.index(task)
    new = made.tasks[place : place + len(parts)]
    assert [one.prompt for one in new] == [one.prompt for one in parts]
    for one in new:
        assert set(task.after) <= set(one.after)
    for before, after in zip(
        (*there[:place], *there[place + 1 :]),
        (*made.tasks[:place], *made.tasks[place + len(parts) :]),
        strict=True,
    ):
        assert replace(after, after=()) == replace(before, after=())
        waits = {one.id for one in new} if task.id in before.after else set()
        assert set(after.after) == set(before.after) - {task.id} | waits


@given(tasks(), st.data())
def test_with_more_tasks_those_that_are_there_stay(
    there: tuple[Task, ...], data: st.DataObject
) -> None:
    plan = Plan(tasks=there, missing=("What?",))
    known = tuple(task.id for task in there if task.id not in ("a", "b", "c"))
    more = data.draw(
        tasks(known=known).filter(lambda all_of: not {t.id for t in all_of} & set(known))
    )

    made = extend(plan, more, ("Who?", "What?"))

    assert made.tasks[: len(there)] == there
    assert [task.prompt for task in made.tasks[len(there) :]] == [task.prompt for task in more]
    assert made.missing == ("What?", "Who?")
    assert whole(made)
