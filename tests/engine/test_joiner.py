"""Text of many tasks, joined: how many events it becomes, and that none of it is lost."""

import asyncio

import msgspec
import pytest

from orchtui.engine.execution.attempt import Intake
from orchtui.engine.execution.joiner import JOIN, Joiner
from orchtui.engine.execution.work import Work
from orchtui.engine.plans.plan import Plan, Task
from tests.engine import virtual_time
from tests.engine.schedules import build

SCHEDULED = build(Plan(tasks=(Task(id="a", prompt="Talk."),)), backend="rehearsal").tasks[0]


def speaker(number: int, joiner: Joiner) -> Work:
    work = Work(msgspec.structs.replace(SCHEDULED, id=f"t{number}"))
    work.intake = Intake(notice=lambda: joiner.notice(work), notice_tool=lambda tool: None)
    return work


@pytest.mark.parametrize(("tasks", "events"), [(1, 20), (10, 200), (250, 5000), (1000, 5500)])
def test_a_second_of_talk_becomes_some_events(tasks: int, events: int) -> None:
    """50 chunks a second from each task."""
    said: list[tuple[str, str]] = []
    joiner = Joiner(lambda work, text: said.append((work.task.id, text)))

    async def talk() -> None:
        works = [speaker(number, joiner) for number in range(tasks)]
        for _ in range(50):
            for work in works:
                assert work.intake is not None
                work.intake.pieces.append("x")
                work.intake.notice()
            await asyncio.sleep(0.02)
        await asyncio.sleep(1.0)

    virtual_time.run(talk())
    assert JOIN == 0.05
    assert sum(len(text) for _, text in said) == tasks * 50
    assert 0.5 * events <= len(said) <= 1.1 * events
