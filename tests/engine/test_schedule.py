"""From Plan to Schedule: what holds where several say something, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from orchtui.engine.agents.specialists import Specialist
from orchtui.engine.errors import InputError
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.scheduling.resolve import DEFAULTS, Overrides
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from tests.engine.schedules import build
from tests.engine.scripted import schedule_of, task
from tests.engine.told import Scenario, scenarios


def only(schedule: Schedule) -> ScheduledTask:
    [one] = schedule.tasks
    return one


def card(**fields: Any) -> Specialist:
    return Specialist("Writer", "", "", Path("writer.md"), **fields)


@pytest.mark.parametrize(
    ("prompt", "expected", "told"),
    [
        ("Count the apples.\n", "One number\n", "Count the apples.\n\nExpected output: One number"),
        ("Count the apples.\n", " ", "Count the apples.\n"),
        ("", "One number", ""),
    ],
)
def test_a_specialist_is_told_what_is_expected_and_not_why(
    prompt: str, expected: str, told: str
) -> None:
    fields: dict[str, Any] = {"prompt": prompt, "command": () if prompt else ("date",)}
    one = Task(id="a", expected_output=expected, rationale="It was asked for", **fields)
    assert only(schedule_of(one)).prompt == told


# Who wins


@pytest.mark.parametrize(
    ("flag", "own", "plan", "user", "wins"),
    [
        (1.0, 2.0, 3.0, 4.0, 1.0),
        (None, 2.0, 3.0, 4.0, 2.0),
        (None, None, 3.0, 4.0, 3.0),
        (None, None, None, 4.0, 4.0),
        (None, None, None, None, DEFAULTS.timeout),
    ],
)
def test_flag_over_task_over_plan_over_user_over_default(
    flag: float | None, own: float | None, plan: float | None, user: float | None, wins: float
) -> None:
    schedule = build(
        Plan(tasks=(task("a", timeout=own),), limits=Limits(timeout=plan)),
        backend="x",
        overrides=Overrides(limits=Limits(timeout=flag)),
        defaults=Limits(timeout=user),
    )

    assert only(schedule).timeout == wins


def test_zero_is_a_word_and_not_silence() -> None:
    plan = Plan(tasks=(task("a", retries=0, idle_timeout=0.0),), limits=Limits(retries=5))

    one = only(build(plan, backend="x", defaults=Limits(idle_timeout=9.0)))

    assert (one.retries, one.idle_timeout) == (0, 0.0)


@pytest.mark.parametrize(
    ("flag", "own", "plan", "backend"),
    [
        ("f", "t", "p", "f"),
        (None, "t", "p", "t"),
        (None, None, "p", "p"),
        (None, None, None, "chosen"),
        ("rehearsal", "t", "p", "rehearsal"),
    ],
)
def test_the_backend_of_a_task(
    flag: str | None, own: str | None, plan: str | None, backend: str
) -> None:
    schedule = build(
        Plan(tasks=(task("a", backend=own),), backend=plan),
        backend="chosen",
        overrides=Overrides(backend=flag),
    )

    assert only(schedule).backend == backend


@pytest.mark.parametrize(
    ("flag", "backend"), [("anthropic", "command"), ("rehearsal", "rehearsal")]
)
def test_only_a_rehearsal_stands_in_for_a_program(flag: str, backend: str) -> None:
    plan = Plan(tasks=(Task(id="a", command=("date",)),), model="sonnet")

    one = only(build(plan, backend="", overrides=Overrides(backend=flag, model="opus")))

    assert one.backend == backend
    assert one.model is None, "no model answers for a program"


@pytest.mark.parametrize(
    ("flag", "own", "agent", "plan", "model"),
    [
        ("f", "t", "a", "p", "f"),
        (None, "t", "a", "p", "t"),
        (None, None, "a", "p", "a"),
        (None, None, None, "p", "p"),
        (None, None, None, None, None),
    ],
)
def test_the_model_of_a_task(
    flag: str | None, own: str | None, agent: str | None, plan: str | None, model: str | None
) -> None:
    schedule = build(
        Plan(tasks=(task("a", model=own, specialist="writer"),), model=plan),
        backend="x",
        overrides=Overrides(model=flag),
        specialists={"writer": card(model=agent)},
    )

    assert only(schedule).model == model


@pytest.mark.parametrize(
    ("flag", "own", "file", "backend", "command"),
    [
        (None, {}, {}, "p", ()),
        (None, {}, {"backend": "acp", "command": ("agent",)}, "acp", ("agent",)),
        (None, {}, {"command": ("agent",)}, "command", ("agent",)),
        (None, {}, {"backend": "lan"}, "lan", ()),
        (None, {"backend": "anthropic"}, {"command": ("agent",)}, "anthropic", ()),
        (None, {"backend": "claude"}, {"backend": "acp", "command": ("agent",)}, "claude", ()),
        (
            None,
            {"command": ("own",)},
            {"backend": "acp", "command": ("agent",)},
            "command",
            ("own",),
        ),
        (None, {"backend": "acp", "command": ("own",)}, {}, "acp", ("own",)),
        ("anthropic", {}, {"command": ("agent",)}, "anthropic", ()),
        ("acp", {}, {"backend": "acp", "command": ("agent",)}, "acp", ("agent",)),
        ("rehearsal", {}, {"backend": "acp", "command": ("agent",)}, "rehearsal", ()),
    ],
)
def test_an_agent_file_says_how_it_is_run(
    flag: str | None,
    own: dict[str, Any],
    file: dict[str, Any],
    backend: str,
    command: tuple[str, ...],
) -> None:
    schedule = build(
        Plan(tasks=(task("a", specialist="writer", **own),), backend="p"),
        backend="chosen",
        overrides=Overrides(backend=flag),
        specialists={"writer": card(**file)},
    )

    assert (only(schedule).backend, only(schedule).command) == (backend, command)


def test_what_an_agent_file_says_is_in_the_schedule() -> None:
    file = card(
        tools=("Read", "WebSearch"),
        disallowed_tools=("Bash",),
        permission_mode="plan",
        max_turns=7,
        effort="high",
        limits=Limits(timeout=5.0, retries=0),
    )

    one = only(
        build(
            Plan(tasks=(task("a", specialist="WRITER"),), limits=Limits(timeout=9.0)),
            backend="x",
            specialists={"writer": file},
        )
    )

    assert one.specialist == "Writer"
    assert (one.tools, one.disallowed_tools) == (("Read", "WebSearch"), ("Bash",))
    assert (one.web, one.max_turns, one.effort) == (("web_search",), 7, "high")
    assert (one.permission_mode, one.timeout, one.retries) == ("plan", 5.0, 0)


def test_a_task_that_names_nobody_gets_the_one_that_fits() -> None:
    schedule = build(
        Plan(tasks=(task("a"), task("b", specialist="critic"))),
        backend="x",
        fit=lambda task: ("translator", f"“{task.id}”"),
    )

    assert [(one.specialist, one.fits) for one in schedule.tasks] == [
        ("translator", "“a”"),
        ("critic", ""),
    ]


def test_specialists_of_one_kind_get_letters() -> None:
    many = [task(f"t{n}", specialist="researcher") for n in range(28)]

    names = [one.instance for one in schedule_of(*many, task("w", specialist="writer")).tasks]

    assert names[:2] == ["researcher-A", "researcher-B"]
    assert names[25:] == ["researcher-Z", "researcher-AA", "researcher-AB", "writer"]


def test_tasks_that_are_switched_off_keep_their_number() -> None:
    schedule = schedule_of(task("a"), task("off", enabled=False), task("c"))

    assert [(one.id, one.position) for one in schedule.tasks] == [("a", 1), ("c", 3)]


# What is refused


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (Plan(), "the plan has no tasks"),
        (Plan(tasks=(task("a", enabled=False),)), "every task is switched off"),
        (Plan(tasks=(Task(id="a", prompt="  "),)), "'a' has no prompt and no command"),
        (Plan(tasks=(task("a", after=("x",)),)), "'x', which is not in the plan"),
        (
            Plan(tasks=(task("a", after=("b",)), task("b", enabled=False))),
            "'b', which is switched off",
        ),
        (Plan(tasks=(task("a", after=("a",)),)), "in a circle: a → a"),
        (
            Plan(tasks=(task("a", after=("b",)), task("b", after=("a",)))),
            "wait for each other in a circle",
        ),
        (
            Plan(tasks=(task("a"),), missing=("which topics",)),
            "leaves something open: which topics",
        ),
    ],
)
def test_a_plan_that_can_not_start_says_why(plan: Plan, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        build(plan, backend="x")


def test_all_reasons_are_told_at_once() -> None:
    plan = Plan(tasks=(Task(id="a"), Task(id="b", after=("x",))), missing=("topics",))

    with pytest.raises(InputError) as caught:
        build(plan, backend="x")

    assert len(caught.value.problems) == 4


# The graph


@given(scenarios())
def test_what_others_wait_for_is_as_urgent_and_longer(scenario: Scenario) -> None:
    schedule = scenario[0]
    for one in schedule.tasks:
        for needed in map(schedule.task, one.waits_for):
            assert needed.urgency <= one.urgency
            assert needed.tail > one.tail
