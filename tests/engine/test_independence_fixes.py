"""Fixes: what is offered for a finding, and the plan that comes out."""

import pytest
from msgspec.structs import replace

from orchtui.engine.independence.fixes import STALE, accept, apply, withdraw
from orchtui.engine.plans.plan import Plan, Task
from tests.engine.made_findings import fixed, found, labels, plan_of, pointer, quote
from tests.engine.scripted import task

TWO = plan_of("Research caching", "Write the tutorial")
NEEDS = found("dependency", "a", "b")


def test_a_guessed_order_is_declared_or_made_one_task() -> None:
    assert labels(TWO, NEEDS) == {
        "run_after": "run 'Write the tutorial' after 'Research caching'",
        "pipeline": "make 'Research caching' and 'Write the tutorial' one task, in this order",
    }
    assert fixed(TWO, NEEDS, "run_after").task("b").after == ("a",)


def test_tasks_that_are_called_the_same_are_told_apart() -> None:
    plan = plan_of("Write a poem", "Write a poem")

    assert labels(plan, found("duplicate", "a", "b"))["drop:b"] == "drop 'Write a poem' (b)"


def test_a_declared_order_is_taken_back() -> None:
    plan = Plan(tasks=(task("a"), task("x"), task("b", after=("x", "a"))))
    finding = found("declared", "a", "b")

    assert labels(plan, finding)["undeclare"] == "let 'do b' start without 'do a'"
    assert fixed(plan, finding, "undeclare").task("b").after == ("x",)


@pytest.mark.parametrize("kind", ["write_conflict", "read_write", "shared_resource"])
def test_what_only_conflicts_runs_in_the_plans_order(kind: str) -> None:
    plan = fixed(TWO, found(kind, "b", "a"), "run_after")  # type: ignore[arg-type]

    assert [one.after for one in plan.tasks] == [(), ("a",)]


def test_no_order_is_offered_against_one_that_is_declared() -> None:
    plan = Plan(tasks=(task("a", after=("x",)), task("x", after=("b",)), task("b")))

    assert labels(plan, NEEDS) == {}
    assert "run_after" not in labels(plan, found("read_write", "a", "b"))


def test_an_order_that_closes_a_circle_through_a_task_that_is_off_is_refused() -> None:
    off = task("x", after=("b",), enabled=False)
    plan = Plan(tasks=(task("a", after=("x",)), off, task("b")))

    with pytest.raises(ValueError, match="wait for each other: "):
        apply(plan, NEEDS, "run_after")


def test_a_task_that_points_gets_a_result_or_says_what_it_means() -> None:
    plan = plan_of("Plan a trip", "Research caching", "Write code", "Draw a map", "Review it.")
    plan = replace(
        plan, tasks=(*plan.tasks[:3], replace(plan.tasks[3], after=("e",)), plan.tasks[4])
    )
    finding = pointer(plan, "e", "it")

    assert labels(plan, finding) == {
        "attach:c": "hand the result of 'Write code' to 'Review it.'",
        "attach:b": "hand the result of 'Research caching' to 'Review it.'",
        "self_contained": "say 'the map' instead of 'it'",
        "drop:e": "drop 'Review it.'",
    }
    assert fixed(plan, finding, "attach:b").task("e").after == ("b",)
    assert fixed(plan, finding, "self_contained").task("e").prompt == "Review the map."
    dropped = fixed(plan, finding, "drop:e")
    assert dropped.tasks[-1].after == ()


def test_the_request_says_what_no_task_says() -> None:
    plan = plan_of("Look around", "Review it", request="Build a parser in Rust:\n- …")

    changed = fixed(plan, pointer(plan, "b", "it"), "self_contained")

    assert changed.task("b").prompt == "Review the parser"


def test_the_only_task_is_not_dropped() -> None:
    plan = plan_of("Write a report as discussed")

    assert set(labels(plan, pointer(plan, "a", "as discussed"))) == {"self_contained"}


WRITERS = Plan(
    tasks=(
        Task(id="a", prompt="Sum up x", writes=("out/s.md", "b.md")),
        Task(
            id="b",
            title="Make out/s.md",
            prompt="Write `./out/s.md`, not out/s.md.bak. Then show out/s.md.",
            writes=("./out/s.md", "b.md"),
        ),
        Task(id="c", prompt="Read out/s-b.md"),
    )
)


def test_each_task_gets_an_output_of_its_own() -> None:
    first, later = WRITERS.tasks[0], WRITERS.tasks[1]
    words = (quote(first, "out/s.md", "writes[0]"), quote(later, "./out/s.md", "writes[0]"))
    finding = found("write_conflict", "a", "b", evidence=words)

    assert labels(WRITERS, finding) == {
        "own_output": "give 'Make out/s.md' an output of its own",
        "run_after": "run 'Make out/s.md' after 'Sum up x'",
    }
    changed = fixed(WRITERS, finding, "own_output")
    assert changed.tasks[0] == first
    assert changed.task("b") == Task(
        id="b",
        title="Make out/s-b-2.md",
        prompt="Write `out/s-b-2.md`, not out/s.md.bak. Then show out/s-b-2.md.",
        writes=("out/s-b-2.md", "b-b.md"),
    )


def test_an_output_that_only_the_words_name_is_renamed_in_them() -> None:
    plan = plan_of("Save it to x.md", "Write x.md.")
    words = tuple(quote(one, "x.md") for one in plan.tasks)

    changed = fixed(plan, found("write_conflict", "a", "b", evidence=words), "own_output")

    assert [one.prompt for one in changed.tasks] == ["Save it to x.md", "Write x-b.md."]


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ({"writes": ("out",)}, {"writes": ("out",)}),
        ({"writes": ("out/",)}, {"writes": ("out/x.md",)}),
        ({"writes": ("out/*.md",)}, {"writes": ("out/x.md",)}),
        ({"writes": ("out/*.md",)}, {"writes": ("out/*.md",)}),
        ({"writes": ("x.md",)}, {"writes": ("x.md",), "reads": ("x.md",)}),
        ({"writes": ("x.md",)}, {"writes": ("x.md",), "command": ("make",)}),
        ({"writes": ("x.md", "out")}, {"writes": ("x.md", "out/y.md")}),
        ({"writes": ("out/x.md", "out")}, {"writes": ("out/x.md",)}),
        ({"writes": ("x.md", "b")}, {"writes": ("x.md",)}),
    ],
)
def test_outputs_that_no_other_name_keeps_apart(
    first: dict[str, object], later: dict[str, object]
) -> None:
    plan = Plan(tasks=(task("a", **first), task("b", **later)))
    words = tuple(quote(one, one.writes[0].rstrip("/"), "writes[0]") for one in plan.tasks)

    assert set(labels(plan, found("write_conflict", "a", "b", evidence=words))) == {"run_after"}


@pytest.mark.parametrize(
    ("prompt", "writes", "label", "becomes"),
    [
        ("Write y.md", ("x.md", "z.md"), "declare y.md instead of x.md", ("y.md", "z.md")),
        ("Write y.md", ("x.md", "y.md"), "declare y.md instead of x.md", ("y.md",)),
        ("Write y.md and x.md", ("x.md",), "declare y.md too", ("x.md", "y.md")),
        ("Write /etc/y.md", ("x.md",), None, None),
        ("Write ../y.md", ("x.md",), None, None),
    ],
)
def test_what_the_words_say_is_declared(
    prompt: str, writes: tuple[str, ...], label: str | None, becomes: tuple[str, ...] | None
) -> None:
    plan = Plan(tasks=(Task(id="a", prompt=prompt, writes=writes), task("b")))
    one = plan.tasks[0]
    finding = found(
        "not_self_contained",
        "a",
        evidence=(quote(one, prompt.split()[1]), quote(one, "x.md", "writes[0]")),
        rule="contradicts_declaration",
    )

    assert labels(plan, finding) == ({"declare": label} if label else {})
    if label:
        assert fixed(plan, finding, "declare").task("a").writes == becomes


def test_a_fix_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'merge' is no fix for this; there are run_after, pipel"):
        apply(TWO, NEEDS, "merge")
    with pytest.raises(ValueError, match="there is none"):
        apply(TWO, found("pattern", "a", "b"), "drop:a")


@pytest.mark.parametrize(
    "later",
    [
        plan_of("Research caching"),
        plan_of("Research caching", "Review this"),
        plan_of("Research caching", "Please review it"),
        replace(TWO, tasks=(TWO.tasks[0], replace(TWO.tasks[1], enabled=False))),
    ],
    ids=["the task is gone", "other words", "the words moved", "switched off"],
)
def test_a_finding_about_an_older_plan_changes_nothing(later: Plan) -> None:
    finding = pointer(plan_of("Research caching", "Review it"), "b", "it")

    assert labels(later, finding) == {}
    with pytest.raises(ValueError, match=STALE):
        apply(later, finding, "self_contained")


@pytest.mark.parametrize("field", ["prompt[0]", "writes[x]", "writes[7]", "retries", "nothing"])
def test_words_of_a_field_that_there_is_not_are_not_there(field: str) -> None:
    words = replace(quote(TWO.tasks[1], "Write"), field=field)

    assert labels(TWO, found("dependency", "a", "b", evidence=(words,))) == {}


def test_accepting_is_written_down_once_and_taken_back() -> None:
    accepted = accept(TWO, NEEDS)

    assert [one.accepted for one in accepted.tasks] == [(), (NEEDS.id,)]
    assert accept(accepted, NEEDS) == accepted
    assert withdraw(accepted, NEEDS) == TWO


def test_a_finding_about_the_whole_plan_is_accepted_by_its_last_task() -> None:
    plan = replace(TWO, tasks=(*TWO.tasks, task("c", enabled=False)))

    accepted = accept(plan, found("pattern"))

    assert [one.accepted for one in accepted.tasks] == [(), ("pattern",), ()]


def test_what_is_gone_is_not_accepted() -> None:
    with pytest.raises(ValueError, match=STALE):
        accept(plan_of("Research caching"), NEEDS)
    with pytest.raises(ValueError, match=STALE):
        accept(Plan(), found("pattern"))
