"""Whatever happens in a staged run: the order holds, and every task ends."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.execution.executor import Executor
from orchtui.engine.independence.report import Finding
from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs.run import LIVE
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.workspace.site import BareWorkspaces
from tests.engine import virtual_time
from tests.engine.scripted import (
    Scripted,
    conflict,
    schedule_of,
    task,
)
from tests.engine.staged import overlaps, run, starts
from tests.engine.told import Scenario, play, staged_scenarios


def apart(findings: Sequence[Finding]) -> list[tuple[str, ...]]:
    return [one.tasks for one in findings if one.kind == "write_conflict"]


def check_order(
    schedule: Schedule, events: Sequence[ev.RunEvent], done: frozenset[str] = frozenset()
) -> None:
    """Every task starts only when all that it is handed is there."""
    completed = set(done)
    for event in events:
        if isinstance(event, ev.TaskStarted):
            assert completed.issuperset(schedule.task(event.task).after)
        elif isinstance(event, ev.TaskCompleted):
            completed.add(event.task)


@pytest.mark.parametrize("deaf", [False, True])
@given(drawn=staged_scenarios())
def test_whatever_happens_the_order_holds_and_every_task_ends(
    drawn: tuple[Scenario, list[Finding]], deaf: bool
) -> None:
    scenario, findings = drawn

    events, folded = play(scenario, deaf=deaf)

    assert not folded.with_status(*LIVE)
    assert overlaps(events, apart(findings)) == []
    check_order(scenario[0], events)


@given(drawn=staged_scenarios(), data=st.data())
def test_whatever_was_done_before_a_resumed_run_keeps_the_order(
    drawn: tuple[Scenario, list[Finding]], data: st.DataObject
) -> None:
    (schedule, scripts, _), findings = drawn
    done = data.draw(st.sets(st.sampled_from([one.id for one in schedule.tasks])))
    backend = Scripted(scripts)
    seen: list[ev.RunEvent] = []

    async def scenario() -> None:
        executor = Executor(
            schedule,
            {"scripted": backend},
            Stamp(asyncio.get_running_loop().time),
            workspaces=BareWorkspaces("/"),
            results=dict.fromkeys(done, "from before"),
            wait=lambda failures: 1.0,
        )
        async for batch in executor.batches():
            seen.extend(batch)
        assert not executor.live

    virtual_time.run(scenario())

    assert overlaps(seen, apart(findings)) == []
    check_order(schedule, seen, frozenset(done))
    assert done.isdisjoint(starts(seen))


@given(st.permutations(["a", "b", "c", "d"]), st.integers(1, 3))
def test_tasks_that_are_all_in_conflict_run_one_after_the_other_in_the_plans_order(
    order: list[str], concurrency: int
) -> None:
    tasks: list[Task] = [task(task_id) for task_id in order]
    pairs = [(one, two) for at, one in enumerate(order) for two in order[at + 1 :]]
    schedule = schedule_of(
        *tasks,
        findings=[conflict(*pair) for pair in pairs],
        limits=Limits(concurrency=concurrency),
    )
    backend = Scripted()

    events, _ = run(schedule, backend)

    assert starts(events) == order
    assert backend.most == 1
