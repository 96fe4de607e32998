"""Who gets a worktree, and which tasks would be in each other's way without git."""

from pathlib import Path

import pytest

from orchtui.engine.agents.specialists import Specialist
from orchtui.engine.independence.task_index import is_quoted
from orchtui.engine.independence.verdicts import found_by_rules, judge
from orchtui.engine.plans.plan import Task
from orchtui.engine.scheduling.isolation import findings, isolate, may_write, wants_worktree
from orchtui.engine.scheduling.schedule import ScheduledTask


def card(
    tools: tuple[str, ...] | None = None, isolation: str | None = None, mode: str | None = None
) -> Specialist:
    return Specialist(
        name="s",
        description="d",
        system="",
        path=Path("s.md"),
        tools=tools,
        isolation=isolation,
        permission_mode=mode,
    )


def scheduled(
    task_id: str,
    backend: str = "claude",
    after: tuple[str, ...] = (),
    behind: tuple[str, ...] = (),
) -> ScheduledTask:
    return ScheduledTask(
        id=task_id,
        label=task_id,
        position=1,
        prompt="p",
        specialist="s",
        instance="s",
        backend=backend,
        after=after,
        behind=behind,
        timeout=60.0,
        retries=0,
        max_tokens=100,
    )


READS = card(("Read", "Grep"))
WRITES = card(("Read", "Write"))


@pytest.mark.parametrize(
    ("backend", "agent", "may"),
    [
        ("claude", None, True),
        ("codex", card(), True),
        ("gemini", WRITES, True),
        ("opencode", READS, False),
        ("acp", None, True),
        ("acp", card(("Read", "Bash")), True),
        ("claude", card(mode="plan"), False),
        ("llm", None, False),
        ("llm", WRITES, False),
        ("command", None, False),
        ("command", card(), False),
        ("command", READS, False),
        ("command", WRITES, True),
        ("command", card(isolation="worktree"), True),
        ("anthropic", WRITES, False),
        ("rehearsal", None, False),
        ("local", None, False),
    ],
)
def test_who_may_write(backend: str, agent: Specialist | None, may: bool) -> None:
    assert may_write(backend, agent) is may


def test_an_agent_file_asks_only_for_a_program() -> None:
    asks = card(isolation="worktree")

    assert wants_worktree("command", asks)
    assert wants_worktree("claude", asks)
    assert not wants_worktree("anthropic", asks)
    assert not wants_worktree("claude", card(isolation="container"))
    assert not wants_worktree("claude", None)


def apart(tasks: list[ScheduledTask], repository: bool = True, **cards: Specialist) -> str:
    return "".join(task.id for task in isolate(tasks, cards, repository=repository) if
                   task.worktree)  # fmt: skip


def test_those_that_could_run_at_once_get_worktrees() -> None:
    one, two = scheduled("a"), scheduled("b")

    assert apart([one, two]) == "ab"
    assert apart([one]) == ""
    assert apart([one, two], repository=False) == ""
    assert apart([one, two], a=READS) == ""
    assert apart([one, scheduled("b", "command"), scheduled("c", "anthropic")]) == ""
    assert apart([one, scheduled("b", after=("a",))]) == ""
    assert apart([one, scheduled("b", behind=("a",))]) == ""


def test_an_order_through_others_counts() -> None:
    chain = [
        scheduled("a"),
        scheduled("m", "command", after=("a",)),
        scheduled("b", behind=("m",)),
    ]

    assert apart(chain) == ""
    assert apart([*chain, scheduled("c", after=("m",))]) == "bc"


def test_who_asks_gets_one_also_alone_and_without_git() -> None:
    asks = card(isolation="worktree")

    assert apart([scheduled("a")], a=asks) == "a"
    assert apart([scheduled("a", "command")], repository=False, a=asks) == "a"


def plan_tasks(count: int, **after: tuple[str, ...]) -> list[Task]:
    return [
        Task(
            id=f"t{number}",
            prompt=f"\n  Write chapter {number} of the long book about everything else there is\nx",
            after=after.get(f"t{number}", ()),
        )
        for number in range(count)
    ]


def test_without_git_they_wait_for_each_other() -> None:
    tasks = plan_tasks(3, t2=("t1",))
    backends = {task.id: "claude" for task in tasks}

    found = findings(tasks, backends, {})
    report = judge(tasks, [*found_by_rules(tasks), *found])

    assert [one.tasks for one in found] == [("t0", "t1"), ("t0", "t2")]
    for one in found:
        assert (one.kind, one.severity) == ("shared_resource", "warning")
        assert len(one.evidence) == 2
        for words in one.evidence:
            assert is_quoted(words, next(task for task in tasks if task.id == words.task))
    ours = report.finding(found[0].id)
    assert ours is not None
    assert [fix.id for fix in ours.fixes] == ["run_after"]
    assert {(edge.before, edge.after) for edge in report.edges} >= {("t0", "t1")}
    assert judge(tasks[:2], found[:1]).verdict == "unsure"


def test_nothing_is_found_without_two_programs_that_write() -> None:
    tasks = plan_tasks(2)
    claude = {"t0": "claude", "t1": "claude"}

    assert findings(tasks, claude, {"t0": READS}) == []
    assert findings(tasks, {"t0": "claude", "t1": "anthropic"}, {}) == []
    asks = card(isolation="worktree")
    assert findings(tasks, claude, {"t0": asks}) == []


def test_of_very_many_only_neighbours_are_told() -> None:
    tasks = plan_tasks(40)
    found = findings(tasks, {task.id: "acp" for task in tasks}, {})

    assert len(found) == 39
    stages = judge(tasks, found).stages
    assert len(stages) == 40
