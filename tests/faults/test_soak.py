"""A day in a minute: very many tasks with every fate, one run after the other, in one process.

The clock is compressed; files, journal and published results are real. Nothing may
pile up: no memory, no coroutine, no timer, no file, no thread. The first third is for
what is only ever loaded once.
"""

import asyncio
import gc
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from orchtui.engine.backends import base
from orchtui.engine.journals.disk import Disk
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from tests.engine import virtual_time
from tests.engine.schedules import build
from tests.engine.scripted import Scripted, Step, fails, report_of, says, task
from tests.faults.forms import form

TASKS = 100
"""In one run."""
CONCURRENCY = 8

_WELL = "completed"


def fates() -> dict[str, tuple[list[list[Step]], str]]:
    """What the backend does in each attempt, and how the task ends.

    New ones each time: an exception that is raised again and again remembers every time.
    """
    tools: list[Step] = [
        base.ToolCalled("c", "Read", '{"path": "a"}'),
        4.0,
        base.ToolReturned("c", True, "words"),
    ]
    return {
        "well": ([says("All is well.", 20.0)], _WELL),
        "well in the end": ([fails(), fails("connection"), says("At last.", 10.0)], _WELL),
        "throttled": ([*[fails("rate_limit", after=5.0)] * 3, says("Let in.", 5.0)], _WELL),
        "with tools": ([[*tools, *says("It says words.", 8.0)]], _WELL),
        "never": ([fails()], "failed"),
        "at once": ([fails("auth", retryable=False)], "failed"),
        "empty": ([["   ", base.Finished("end_turn")]], "failed"),
        "breaks off": ([["half", 6.0, *fails("connection")]], "failed"),
        "hangs": ([["some words", 1e6]], "failed"),
        "silent": ([["some words", 200.0, base.Finished("end_turn")]], "failed"),
        "cancelled": ([["some words", 1e6]], "cancelled"),
    }


@dataclass
class Held:
    """What a process holds when nothing goes on."""

    blocks: int
    """Small pieces of memory, as Python's own allocator counts them."""
    memory: int
    """Bytes of the whole process."""
    files: int
    threads: int


def held() -> Held:
    gc.collect()
    return Held(
        sys.getallocatedblocks(),
        psutil.Process().memory_info().rss,
        psutil.Process().num_fds(),
        threading.active_count(),
    )


def plan_of(number: int, names: list[str]) -> tuple[Plan, dict[str, str]]:
    """A run's plan, and each task's fate by its id."""
    tasks: list[Task] = []
    fate_of = {}
    for place in range(TASKS):
        one, fate = f"t{place}", names[(number + place) % len(names)]
        fate_of[one] = fate
        limits = {"timeout": 120.0} if fate == "hangs" else {"idle_timeout": 60.0}
        # Every eighth builds on the one before it, whatever becomes of that.
        after = (f"t{place - 1}",) if place % 8 == 7 else ()
        tasks.append(task(one, after=after, retries=2, **limits))
    return Plan(tasks=tuple(tasks), limits=Limits(concurrency=CONCURRENCY)), fate_of


async def live(number: int, folder: Path, ends: Counter[str]) -> None:
    """One run, to its end and forgotten."""
    known = fates()
    plan, fate_of = plan_of(number, list(known))
    scripts = {one: known[fate][0] for one, fate in fate_of.items()}
    orchestrator = Orchestrator(
        plan,
        build(plan, backend="scripted", report=report_of(*plan.tasks)),
        Crew(backends={"scripted": Scripted(scripts)}),
        folder=folder,
        out=folder / "artifacts",
    )
    loop = asyncio.get_running_loop()
    assert isinstance(loop, virtual_time.VirtualLoop)
    async with orchestrator:
        async for event in orchestrator:
            if isinstance(event, ev.TaskStarted) and fate_of[event.task] == "cancelled":
                loop.call_later(15.0, orchestrator.cancel, event.task)
            if isinstance(event, ev.TaskCompleted):
                assert len(asyncio.all_tasks()) < 4 * CONCURRENCY
                assert loop.timers < 6 * CONCURRENCY
    run = orchestrator.run
    for one in run.tasks.values():
        if one.status != "skipped":
            assert one.status == known[fate_of[one.id]][1], fate_of[one.id]
        ends[one.error or one.status] += 1
    assert run.finished is not None and run.finished.census.total == TASKS
    assert run.finished.verdict == "PARTIAL"


async def soak(tasks: int, folder: Path) -> tuple[list[Held], Counter[str], float]:
    """Many runs; what is held at each third, how tasks ended, and how long it took."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, virtual_time.VirtualLoop)
    loop.set_default_executor(ThreadPoolExecutor(2))  # else it grows to some number of its own
    runs = tasks // TASKS
    marks, ends = [], Counter[str]()
    for number in range(runs):
        await live(number, folder, ends)
        assert asyncio.all_tasks() == {asyncio.current_task()}, "coroutines are left behind"
        if (number + 1) % (runs // 3) == 0:
            await asyncio.sleep(60.0)  # what was to happen after a run's end has happened
            assert loop.timers == 0, "timers are left behind"
            marks.append(held())
    return marks, ends, loop.time()


@pytest.fixture
def counted_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work on the disk is done in a thread of its own: the virtual clock stands still for it."""
    do = Disk.do

    async def counted(self: Disk, work: Callable[[], Any]) -> Any:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, virtual_time.VirtualLoop)
        with loop.at_work():
            return await do(self, work)

    monkeypatch.setattr(Disk, "do", counted)


@pytest.mark.usefixtures("counted_disk")
@form("tasks", 600, 10_200)
def test_a_day_in_a_minute(tmp_path: Path, tasks: int) -> None:
    marks, ends, passed = virtual_time.run(soak(tasks, tmp_path))
    first, *_, last = marks
    more = tasks * 2 // 3
    assert ends.total() == tasks
    assert set(ends) >= {"completed", "cancelled", "skipped", "server", "auth", "empty", "idle"}
    assert passed > tasks / 10_000 * 86_400
    assert last.blocks - first.blocks < more * 2
    assert last.memory - first.memory < 8 * 2**20 + more * 1000
    assert (last.files, last.threads) == (first.files, first.threads)
