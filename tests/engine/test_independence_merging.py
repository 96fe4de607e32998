"""Pipelines and duplicates: two tasks that become one, and who then waits for whom."""

import pytest

from orchtui.engine.independence import merging
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.scheduling.resolve import DEFAULTS
from tests.engine.made_findings import fixed, found, labels, plan_of
from tests.engine.scripted import task

NEEDS = found("dependency", "a", "b")


def test_a_pipeline_is_one_task_with_the_words_of_both() -> None:
    first = Task(id="a", prompt="Research caching", reads=("x.md",), priority="critical")
    second = Task(
        id="b", prompt="Write it up:\n- short\n\n- clear", after=("a", "z"), writes=("out.md",)
    )
    plan = Plan(tasks=(first, second, task("z"), task("c", after=("b",))))

    changed = fixed(plan, NEEDS, "pipeline")

    assert [one.id for one in changed.tasks] == ["a", "z", "c"]
    both = changed.task("a")
    assert both.prompt == (
        "Do these 2 steps in order:\n\n1. Research caching\n\n"
        "2. Write it up:\n   - short\n\n   - clear"
    )
    assert both.title == "Research caching, then Write it up: - short - clear"
    assert (both.reads, both.writes, both.after) == (("x.md",), ("out.md",), ("z",))
    assert both.priority == "critical"
    assert changed.task("c").after == ("a",)


def test_a_pipeline_that_grows_counts_on() -> None:
    plan = fixed(plan_of("Research", "Write", "Publish"), NEEDS, "pipeline")

    plan = fixed(plan, found("dependency", "a", "c"), "pipeline")

    assert plan.tasks[0].prompt == (
        "Do these 3 steps in order:\n\n1. Research\n\n2. Write\n\n3. Publish"
    )


@pytest.mark.parametrize(
    ("first", "second", "of_plan", "becomes"),
    [
        ({"specialist": "writer"}, {"specialist": "writer"}, {}, {"specialist": "writer"}),
        ({"specialist": "writer"}, {"specialist": "critic"}, {}, {"specialist": None}),
        ({"specialist": "writer"}, {}, {"specialist": "writer"}, {"specialist": None}),
        ({"backend": "local"}, {"backend": "local", "model": "m"}, {}, {"backend": "local"}),
        ({"backend": "local", "model": "m"}, {"backend": "claude", "model": "m"}, {}, {}),
        ({"backend": "x"}, {"backend": "y"}, {"backend": "command"}, {"backend": "y"}),
        ({"timeout": 60.0}, {"timeout": 30.0}, {}, {"timeout": 90.0}),
        ({"timeout": 60.0}, {}, {"limits": Limits(timeout=30.0)}, {"timeout": 90.0}),
        ({}, {"timeout": 60.0}, {}, {"timeout": 60.0 + merging.USUAL_TIME}),
        ({"estimate": 0.1}, {"estimate": 0.2}, {}, {"estimate": 0.3}),
        ({"estimate": 60.0}, {}, {}, {"estimate": None}),
        ({"idle_timeout": 0.0}, {"idle_timeout": 9.0}, {}, {"idle_timeout": 0.0}),
        ({"retries": 1, "max_tokens": 9}, {"retries": 3}, {}, {"retries": 3, "max_tokens": 9}),
    ],
)
def test_who_does_a_pipeline_and_how_long_it_may_take(
    first: dict[str, object],
    second: dict[str, object],
    of_plan: dict[str, object],
    becomes: dict[str, object],
) -> None:
    plan = Plan(tasks=(task("a", **first), task("b", **second)), **of_plan)  # type: ignore[arg-type]

    both = fixed(plan, NEEDS, "pipeline").task("a")

    fields = (*first, *second)
    wanted = dict.fromkeys(fields) | becomes
    assert {field: getattr(both, field) for field in fields} == wanted


def test_the_usual_time_is_the_schedules() -> None:
    assert merging.USUAL_TIME == DEFAULTS.timeout


@pytest.mark.parametrize(
    "tasks",
    [
        (task("a", command=("make",)), task("b")),
        (task("a"), task("b", command=("make",))),
        (task("a"), task("b"), task("c", after=("a",))),
        (task("a", after=("b",)), task("b")),
    ],
    ids=["a program first", "a program last", "another needs the first alone", "the other way"],
)
def test_two_tasks_that_can_not_be_a_pipeline(tasks: tuple[Task, ...]) -> None:
    assert "pipeline" not in labels(Plan(tasks=tasks), NEEDS)


def test_who_needs_both_needs_the_pipeline() -> None:
    plan = Plan(tasks=(task("a"), task("b"), task("c", after=("a", "b"))))

    assert fixed(plan, NEEDS, "pipeline").task("c").after == ("a",)


def test_duplicates_become_one() -> None:
    plan = Plan(
        tasks=(
            task("a", writes=("x.md",), priority="nice-to-have"),
            task("b", reads=("y.md",), after=("d",), accepted=("z",)),
            task("c", after=("b", "a")),
            task("d"),
        )
    )
    finding = found("duplicate", "a", "b")

    assert labels(plan, finding) == {"merge": "merge 'do a' and 'do b'", "drop:b": "drop 'do b'"}
    merged = fixed(plan, finding, "merge")
    assert [one.id for one in merged.tasks] == ["a", "c", "d"]
    assert merged.task("a") == task(
        "a", reads=("y.md",), writes=("x.md",), after=("d",), accepted=("z",)
    )
    assert merged.task("c").after == ("a",)
    dropped = fixed(plan, finding, "drop:b")
    assert [(one.id, one.after) for one in dropped.tasks] == [("a", ()), ("c", ("a",)), ("d", ())]


@pytest.mark.parametrize(
    "tasks",
    [
        (task("a", command=("make",)), task("b", command=("ninja",))),
        (task("a"), task("x", after=("a",)), task("b", after=("x",))),
    ],
    ids=["different programs", "another in between"],
)
def test_duplicates_that_can_only_be_dropped(tasks: tuple[Task, ...]) -> None:
    assert set(labels(Plan(tasks=tasks), found("duplicate", "a", "b"))) == {"drop:b"}
