"""What the programs of two attempts beside each other use: each its own, the task both."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.footprints import Footprints
from orchtui.engine.backends.process_table import Looked
from orchtui.engine.execution.executor import Executor
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs.run import Run
from tests.engine import virtual_time
from tests.engine.hedging.hedged import USUAL, Act, schedule
from tests.engine.scripted import Scripted, Step, execute, fails, says


def nobody_looks() -> Footprints:
    made = Footprints()
    made._thread = threading.current_thread()
    return made


@dataclass
class Programs(Scripted):
    """Each attempt is a program that uses as many seconds of the processor as its number says."""

    processes_each: int = 1
    footprints: Footprints = field(default_factory=nobody_looks)
    pids: dict[tuple[str, int], int] = field(default_factory=dict)

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        pid = self.pids[assignment.task, assignment.attempt] = len(self.pids) + 1
        self.footprints.began(pid)
        cpu = float(assignment.attempt)
        try:
            async with aclosing(super().stream(assignment, toolbox)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event
        finally:
            self.footprints.ended(pid, SimpleNamespace(ru_maxrss=0, ru_utime=cpu, ru_stime=0.0))  # type: ignore[arg-type]

    def see(self, task: str, attempt: int, looked: Looked) -> None:
        self.footprints._running[self.pids[task, attempt]].seen(looked)


def play(*slow: list[Step], act: Act | None = None) -> tuple[list[ev.RunEvent], Run, Programs]:
    backend = Programs({"slow": list(slow)}, pace=USUAL)
    return *virtual_time.run(execute(schedule(), backend, act)), backend


def told(events: list[ev.RunEvent]) -> Iterator[tuple[str, int, Any]]:
    """What each end of an attempt of the slow task says of its program."""
    for event in events:
        if isinstance(event, ev.TaskEvent) and event.task == "slow" and hasattr(event, "program"):
            use = getattr(event.program, "cpu_s", None)
            yield ev.kind_of(event), event.attempt, use


@pytest.mark.parametrize(
    ("scripts", "ends", "seconds"),
    [
        (  # the second one wins
            (["first ", 100.0, *says("late")], [5.0, *says("second")]),
            [("hedge_ended", 2, None), ("task_retrying", 1, 1.0), ("task_completed", 2, 2.0)],
            3.0,
        ),
        (  # the first one wins
            (["first ", 25.0, *says("first")], [100.0, *says("late")]),
            [("task_completed", 1, 1.0), ("hedge_ended", 2, 2.0)],
            3.0,
        ),
        (  # the first one fails meanwhile, and the second goes on
            (["first ", 25.0, *fails()], [20.0, *says("second")]),
            [("hedge_ended", 2, None), ("task_retrying", 1, 1.0), ("task_completed", 2, 2.0)],
            3.0,
        ),
        (  # the second one fails
            (["first ", 40.0, *says("first")], [5.0, *fails()]),
            [("hedge_ended", 2, 2.0), ("task_completed", 1, 1.0)],
            3.0,
        ),
    ],
)
def test_each_is_told_once(
    scripts: tuple[list[Step], ...], ends: list[tuple[str, int, Any]], seconds: float
) -> None:
    events, run, _ = play(*scripts)
    use = run.tasks["slow"].program

    assert list(told(events)) == ends
    assert use is not None and use.cpu_s == seconds


def test_while_both_run_the_task_has_both() -> None:
    seen: list[Looked | None] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        def look() -> None:
            backend = next(iter(executor._supervisor._backends.values()))
            assert isinstance(backend, Programs)
            seen.append(executor.looked_at("slow"))
            backend.see("slow", 1, Looked(100, 2))
            seen.append(executor.looked_at("slow"))
            backend.see("slow", 2, Looked(30, 1))
            seen.append(executor.looked_at("slow"))

        if isinstance(event, ev.TaskHedged):
            asyncio.get_running_loop().call_later(1.0, look)
        if isinstance(event, ev.TaskCompleted) and event.task == "slow":
            seen.append(executor.looked_at("slow"))

    _, run, backend = play(["first ", 100.0, *says("late")], [5.0, *says("second")], act=act)
    first, second = run.tasks["slow"].attempts

    assert seen == [None, Looked(100, 2), Looked(130, 3), None]
    assert (first.program, second.program) == (
        ev.ProgramUse(memory=100, processes=2, cpu_s=1.0),
        ev.ProgramUse(memory=30, processes=1, cpu_s=2.0),
    )
    assert backend.footprints._running == {}
