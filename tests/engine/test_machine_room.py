"""Programs of a run and the room that this machine has for them."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchtui.engine.backends.machine_limits import Machine, Memory, Room
from orchtui.engine.backends.process_table import Looked
from orchtui.engine.backends.registry import Backends
from orchtui.engine.execution import machine_room
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.sessions.project import Project
from orchtui.engine.telling.steering_told import limit, slowed

MIB = 2**20
ENOUGH = Memory(8000 * MIB, 16_000 * MIB)
LITTLE = Memory(100 * MIB, 16_000 * MIB)


class Small(Machine):
    """A machine with room for some programs, and memory that changes."""

    def __init__(self, programs: int | None = None, memory: Sequence[Memory] = ()) -> None:
        super().__init__()
        self.programs = programs
        self.left = list(memory)
        self.wanted: list[tuple[int, int]] = []
        self.looks = 0

    def room(self, wanted: int, processes_each: int) -> Room | None:
        self.wanted.append((wanted, processes_each))
        if self.programs is None or self.programs >= wanted:
            return None
        return Room(self.programs, "too few of something (ulimit -x)")

    def memory(self) -> Memory | None:
        self.looks += 1
        return self.left.pop(0) if self.left else ENOUGH


def plan_of(tasks: int, concurrency: int, script: str = "true") -> Plan:
    return Plan(
        limits=Limits(concurrency=concurrency),
        aggregate="none",
        tasks=tuple(
            Task(id=f"t{n}", prompt=f"Part {n}", command=("sh", "-c", script)) for n in range(tasks)
        ),
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(machine_room, "LOOK_S", 0.01)
    yield


async def events_of(
    plan: Plan, folder: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[ev.RunEvent], Project]:
    monkeypatch.setattr(machine_room, "MACHINE", machine)
    project = Project(
        folder=folder, out=folder / "out", backends=Backends({"PATH": "/usr/bin:/bin"})
    )
    async with project.start(plan) as session:
        found = [event async for event in session]
    await project.close()
    assert session.run.finished is not None and session.run.finished.verdict == "COMPLETED"
    return found, project


def most_at_once(events: Sequence[ev.RunEvent]) -> int:
    running = most = 0
    for event in events:
        running += isinstance(event, ev.TaskStarted)
        running -= isinstance(event, ev.TaskCompleted)
        most = max(most, running)
    return most


def limits(events: Sequence[ev.RunEvent]) -> list[ev.LimitChanged]:
    return [event for event in events if isinstance(event, ev.LimitChanged)]


async def test_fewer_run_at_once_and_that_is_told_before_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Small(3)
    events, _ = await events_of(plan_of(12, 8, "sleep 0.02"), tmp_path, machine, monkeypatch)

    assert machine.wanted == [(12, 2)]
    assert most_at_once(events) == 3
    (told,) = limits(events)
    assert (told.backend, told.concurrency, told.lower, told.machine) == ("command", 3, True, True)
    assert limit(told) == "runs 3 at once and no more: too few of something (ulimit -x)"
    assert slowed(told, ev.seconds(told.at) + 99) == "room for 3 at once"
    first = next(i for i, event in enumerate(events) if isinstance(event, ev.TaskStarted))
    assert events.index(told) < first


async def test_nothing_is_told_where_the_run_asks_for_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit holds all the same, if a person should ask for more."""
    events, _ = await events_of(plan_of(6, 2), tmp_path, Small(4), monkeypatch)

    assert limits(events) == []
    assert most_at_once(events) == 2


async def test_while_memory_is_short_nothing_more_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Small(memory=[ENOUGH, *[LITTLE] * 3, ENOUGH])
    script = "sleep 0.05"
    events, _ = await events_of(plan_of(8, 2, script), tmp_path, machine, monkeypatch)

    short, over = limits(events)
    assert short.machine and short.lower and 1 <= (short.concurrency or 0) <= 2
    assert "memory is short, 100 of 16,000 MiB are left" in limit(short)
    assert (over.lower, over.concurrency) == (False, None)
    assert slowed(over, ev.seconds(over.at)) == ""
    running = 0
    for event in events[: events.index(over)]:
        if isinstance(event, ev.TaskStarted):
            # One that runs alone may start all the same.
            assert not running or event.seq < short.seq
        running += isinstance(event, ev.TaskStarted) - isinstance(event, ev.TaskCompleted)


@pytest.mark.parametrize(
    ("programs", "words"), [(None, ""), (Looked(2100 * MIB, 9), "; programs have 2,100 MiB")]
)
async def test_it_is_told_how_much_of_it_programs_have(
    programs: Looked | None, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_room, "FOOTPRINTS", SimpleNamespace(together=programs))
    machine = Small(memory=[ENOUGH, LITTLE, ENOUGH])
    events, _ = await events_of(plan_of(6, 2, "sleep 0.05"), tmp_path, machine, monkeypatch)

    assert limits(events)[0].why == f"memory is short, 100 of 16,000 MiB are left{words}"


async def test_one_that_runs_alone_may_always_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short memory is: waiting for oneself would be for ever."""
    machine = Small(1, memory=[LITTLE] * 1000)
    async with asyncio.timeout(60):
        events, _ = await events_of(plan_of(3, 1), tmp_path, machine, monkeypatch)
    assert most_at_once(events) == 1


async def test_after_that_the_room_of_the_start_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Small(2, memory=[ENOUGH, LITTLE, ENOUGH])
    events, _ = await events_of(plan_of(8, 4, "sleep 0.05"), tmp_path, machine, monkeypatch)

    assert [(told.lower, told.concurrency) for told in limits(events)][-1] == (False, 2)


async def test_memory_is_looked_at_once_a_second_not_for_each_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_room, "LOOK_S", 3600.0)
    machine = Small()
    await events_of(plan_of(30, 5), tmp_path, machine, monkeypatch)
    assert machine.looks == 1
