"""`stages` in a task of a plan file: a short form of `after`, also nested, and for each of many."""

import pytest

from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.plan import Plan, Task
from orchtui.ui.timeline.timeline_groups import groups, possible
from tests.engine.schedules import build


def planned(entry: str) -> Plan:
    """A plan with one entry; the one that is written gives the same again."""
    plan = parse_plan(f"tasks:\n- {entry}\n")
    assert parse_plan(dump_plan(plan)) == plan
    return plan


def order(plan: Plan) -> dict[str, tuple[str, ...]]:
    return {task.id: task.after for task in plan.tasks}


def problems(text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        parse_plan(text, "p")
    return [str(problem) for problem in caught.value.problems]


def test_one_stage_after_the_other() -> None:
    plan = planned("{id: a, stages: [{prompt: x}, {id: write, prompt: y}, {prompt: z}]}")
    assert order(plan) == {"a.1": (), "a.write": ("a.1",), "a.3": ("a.write",)}


def test_a_stage_may_be_several_tasks() -> None:
    plan = planned("{id: a, stages: [[{prompt: x}, {id: y, prompt: y}], {prompt: z}]}")
    assert order(plan) == {"a.1-1": (), "a.y": (), "a.2": ("a.1-1", "a.y")}


def test_a_pipeline_for_each_item() -> None:
    plan = planned("{id: a, subjects: [b, c], stages: [{prompt: x}, {prompt: 'On {subject}'}]}")
    assert order(plan) == {
        "a-b.1": (),
        "a-b.2": ("a-b.1",),
        "a-c.1": (),
        "a-c.2": ("a-c.1",),
    }
    assert [task.prompt for task in plan.tasks] == [
        "x\n\nSubject: b", "On b", "x\n\nSubject: c", "On c"
    ]  # fmt: skip


def test_many_in_one_stage() -> None:
    plan = planned("{id: a, stages: [{prompt: x}, {variants: 2, prompt: y}, {prompt: z}]}")
    assert order(plan) == {
        "a.1": (),
        "a.2-1": ("a.1",),
        "a.2-2": ("a.1",),
        "a.3": ("a.2-1", "a.2-2"),
    }


def test_pipelines_inside_pipelines_of_many() -> None:
    plan = planned(
        "{id: a, languages: [en, fr], stages: [{prompt: x}, {id: s, subjects: [p, q], stages: "
        "[{prompt: '{subject} {language} {n}'}, {prompt: y}]}, {prompt: z}]}"
    )
    assert len(plan.tasks) == 2 * (1 + 2 * 2 + 1)
    after = order(plan)
    assert after["a-fr.s-p.1"] == ("a-fr.1",)
    assert after["a-fr.s-p.2"] == ("a-fr.s-p.1",)
    assert after["a-fr.3"] == ("a-fr.s-p.2", "a-fr.s-q.2")
    assert plan.task("a-fr.s-q.1").prompt == "q fr 2"


def test_stages_take_over_what_the_task_says() -> None:
    plan = planned(
        "{id: a, title: Page, specialist: writer, backend: local, model: haiku, timeout: 5m,"
        " priority: critical, env: [TOKEN], reads: [r], retries: 1, stages: ["
        "{prompt: x}, {title: Own, prompt: x, specialist: critic, model: ~, reads: []},"
        " {command: [prog]}]}"
    )
    first, second, third = plan.tasks
    assert first == Task(
        id="a.1", title="Page: x", prompt="x", specialist="writer", backend="local", model="haiku",
        timeout=300, priority="critical", env=("TOKEN",), reads=("r",), retries=1,
    )  # fmt: skip
    assert (second.title, second.specialist, second.model) == ("Page: Own", "critic", None)
    assert (second.reads, second.backend) == ((), "local")
    # A backend and a model say nothing about a program.
    assert (third.title, third.backend, third.model) == ("Page: prog", None, None)
    assert third.specialist == "writer"


def test_what_the_task_waits_for_its_first_stage_waits_for() -> None:
    plan = parse_plan(
        "tasks: [{id: b, prompt: x}, {id: a, after: b, stages: [[{prompt: x}, {prompt: y}],"
        " {prompt: z}]}]"
    )
    assert order(plan) == {
        "b": (), "a.1-1": ("b",), "a.1-2": ("b",), "a.2": ("a.1-1", "a.1-2")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("a", ("a-b.last", "a-c.last")),
        ("a-b", ("a-b.last",)),
        ("a.first", ("a-b.first", "a-c.first")),
        ("a-b.first", ("a-b.first",)),
        ("a.many", ("a-b.many-1", "a-b.many-2", "a-c.many-1", "a-c.many-2")),
        ("a-c.many", ("a-c.many-1", "a-c.many-2")),
        ("a-c.many-2", ("a-c.many-2",)),
    ],
)
def test_what_other_tasks_may_wait_for(name: str, ids: tuple[str, ...]) -> None:
    plan = parse_plan(
        "tasks: [{id: a, subjects: [b, c], stages: [{id: first, prompt: x},"
        " {id: many, variants: 2, prompt: y}, {id: last, prompt: z}]},"
        f" {{id: other, prompt: w, after: {name}}}]"
    )
    assert plan.task("other").after == ids


def test_a_stage_names_those_beside_it_by_their_own_ids() -> None:
    plan = parse_plan(
        "tasks: [{id: out, prompt: x}, {id: a, subjects: [b, c], stages: [{id: in, prompt: x},"
        " {prompt: y}, {prompt: z, after: [in, out]}, {stages: [{prompt: z, after: in}]}]}]"
    )
    assert plan.task("a-b.3").after == ("a-b.2", "a-b.in", "out")
    assert plan.task("a-c.4.1").after == ("a-c.3", "a-c.in")


def test_files_of_stages_are_those_of_their_item() -> None:
    plan = planned(
        "{id: a, subjects: [b, c], stages: [{prompt: Save it to n.md, writes: n.md},"
        " {variants: 2, prompt: Read n.md, reads: n.md, writes: m.md},"
        " {prompt: Join, reads: [m.md, n.md]}]}"
    )
    assert plan.task("a-c.1").writes == ("n-c.md",)
    assert plan.task("a-c.2-1").reads == ("n-c.md",)
    assert plan.task("a-c.2-1").prompt.startswith("Read n-c.md")
    assert plan.task("a-c.2-2").writes == ("m-c-2.md",)
    assert plan.task("a-c.3").reads == ("m-c-1.md", "m-c-2.md", "n-c.md")


def test_the_timeline_shows_them_as_groups() -> None:
    plan = planned("{id: a, subjects: [b, c, d], stages: [{prompt: x}, {prompt: y}]}")
    schedule = build(plan, backend="rehearsal")
    assert possible(schedule)[0] == "pipelines"
    assert [group.tasks for group in groups(schedule, "pipelines")] == [
        ("a-b.1", "a-b.2"),
        ("a-c.1", "a-c.2"),
        ("a-d.1", "a-d.2"),
    ]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{stages: x}",
         ["18: stages must be a list of tasks, one after the other, not text"]),
        ("{stages: []}",
         ["18: stages must be a list of tasks, one after the other, not an empty list"]),
        ("{stages: [{prompt: x}, y, []]}",
         ["32: stage 2 must be a task, or a list of tasks side by side, not text",
          "35: stage 3 is empty; it needs a task, or several in a list"]),
        ("{stages: [[{prompt: x}, [y]]]}",
         ["33: stage 1-2 must be a task, not a list"]),
        ("{stages: [{prompt: x}, {id: 1, prompt: y}]}",
         ["37: duplicate id '1' of a stage, first on line 1"]),
        ("{prompt: x, writes: [a], stages: [{prompt: x}]}",
         ["10: 'prompt' belongs into the stages of this task",
          "21: 'writes' belongs into the stages of this task"]),
        ("{variants: 2, stages: [{variants: 2, prompt: x}]}",
         ["33: variants is said for all stages of this task already"]),
        ("{subjects: [a, b], stages: [{prompt: '{subjct}'}]}",
         ["47: unknown placeholder '{subjct}'; did you mean 'subject'?; there are {n}, {subject}; "
          "write {{ for a brace"]),
        ("{subjects: [a, b], stages: [{title: x}]}",
         ["37: a task needs a prompt or a command"]),
        ("{stages: [{prompt: x, after: [2]}, {prompt: y}]}",
         ["38: tasks wait for each other in a circle: task-1.1 → task-1.2 → task-1.1; "
          "remove one of these from 'after'"]),
        ("{id: a, stages: [{prompt: x, after: a}]}",
         ["45: a task can not come after itself"]),
    ],
)  # fmt: skip
def test_errors(entry: str, told: list[str]) -> None:
    assert problems(f"tasks: [{entry}]") == [f"p:1:{one}" for one in told]


def test_an_unknown_key_of_a_task_with_stages_is_told_once() -> None:
    (told,) = problems("tasks: [{zz: 1, variants: 3, stages: [{prompt: x}, {prompt: y}]}]")
    assert told.startswith("p:1:10: unknown key 'zz' in item 1 of tasks")


@pytest.mark.parametrize(
    "tasks",
    [
        "{stages: [{variants: 300, prompt: x}, {variants: 300, prompt: y}]}",
        "{id: a, variants: 300, prompt: x}, {variants: 300, prompt: y, after: a}",
        "{id: a, variants: 1000, prompt: x}" + ", {prompt: y, after: a}" * 51,
    ],
)
def test_very_many_waits_are_refused(tasks: str) -> None:
    text = f"limits: {{max_tasks: 20000}}\ntasks: [{tasks}]"
    assert "would wait for each other more than 50,000 times" in problems(text)[0]
