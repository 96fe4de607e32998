"""Who may run twice at once, and from when on a task counts as a straggler."""

import pytest
from msgspec.structs import replace

from orchtui.engine.execution.hedge_rule import HedgeRule, may_run_twice
from orchtui.engine.execution.work import Work
from orchtui.engine.scheduling.schedule import ScheduledTask
from orchtui.engine.texts.hedge_setting import ON
from orchtui.engine.timing import stragglers
from tests.engine.scripted import schedule_of, task

READS = ("Read", "Grep", "WebSearch")


def of(backend: str = "anthropic", name: str = "a", **fields: object) -> ScheduledTask:
    [made] = schedule_of(task(name)).tasks
    return replace(made, backend=backend, **fields)


@pytest.mark.parametrize(
    ("one", "may"),
    [
        (of(tools=()), True),
        (of(tools=READS), True),
        (of(), False),  # all tools, as nobody says which
        (of(tools=("Read", "Write")), False),
        (of(tools=("Edit",)), False),
        (of(tools=("Read", "Write"), disallowed_tools=("Write",)), True),
        (of(tools=("Read", "Write"), permission_mode="plan"), True),
        (of("my-profile", tools=("Write",)), False),
        (of("my-profile", tools=READS), True),
        (of("local"), True),
        (of("llm"), True),
        (of("rehearsal"), True),
        (of("command", command=("wc", "-l")), True),
        (of("command", command=("wc", "-l"), writes=("out.txt",)), False),
        (of("command", command=("x",), tools=("Bash",)), False),
        (of("command", command=("x",), worktree=True), False),
        (of("claude"), False),
        (of("claude", tools=READS), True),
        (of("claude", tools=("Bash",)), False),
        (of("acp", command=("agent",)), False),
        (of("codex", tools=("Read",), worktree=True), False),
        (of("rehearsal", writes=("out.txt",)), False),
    ],
)
def test_who_may_run_twice_at_once(one: ScheduledTask, may: bool) -> None:
    assert may_run_twice(one) is may


def works(count: int, **fields: object) -> list[Work]:
    return [Work(of("local", f"t{n}", **fields), status="running") for n in range(count)]


def late(rule: HedgeRule) -> list[tuple[str, float]]:
    return [(work.task.id, after) for work, after, _ in rule.stragglers()]


@pytest.mark.parametrize(
    ("took", "running", "after"),
    [
        ([10.0, 20.0, 30.0], 1, 40.0),  # three of four
        ([10.0, 20.0], 1, None),  # too few to know anything
        ([10.0, 20.0, 30.0], 2, None),  # three of five
        ([30.0, 10.0, 20.0, 40.0, 10.0, 20.0], 2, 40.0),  # six of eight, in any order
        ([10.0] * 9, 3, 20.0),
        ([10.0] * 9, 4, None),
    ],
)
def test_from_when_on(took: list[float], running: int, after: float | None) -> None:
    rule = HedgeRule(2.0)
    every = works(len(took) + running)
    for work in every:
        rule.began(work)
    for work, seconds in zip(every, took, strict=False):
        work.status = "completed"
        rule.completed(work, seconds)
    found = late(rule)
    expected = [work.task.id for work in every[len(took) :]] if after is not None else []
    assert found == [(name, after) for name in expected]


def test_tasks_of_another_kind_say_nothing() -> None:
    rule = HedgeRule(2.0)
    for work in works(3, command=("quick", "1")):
        work.status = "completed"
        rule.completed(work, 1.0)
    [slow] = works(1, command=("other", "1"))
    rule.began(slow)
    assert late(rule) == []
    rule.began(works(1, command=("quick", "2"))[0])
    assert [name for name, _ in late(rule)] == ["t0"]


def test_who_failed_is_not_waited_for_and_who_is_tried_again_is() -> None:
    rule = HedgeRule(2.0)
    every = works(6)
    for work in every:
        rule.began(work)
    for work in every[:3]:
        work.status = "completed"
        rule.completed(work, 5.0)
    every[3].status, every[4].status = "failed", "retrying"
    assert late(rule) == []
    every[4].status = "cancelled"
    assert late(rule) == [("t5", 10.0)]
    every[5].hedged = True
    assert late(rule) == [], "it gets one only"


def test_the_report_on_time_goes_by_the_same_rule() -> None:
    assert stragglers.MULTIPLIER == ON
