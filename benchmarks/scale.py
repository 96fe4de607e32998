"""What a plan costs by the number of its tasks: each step from its file to what is told of its run.

    make bench; python -m benchmarks.scale [--sizes 10,100,1000,10000] [--profile STEP] [--no-check]
    python -m benchmarks.scale --commands     # the run also with the program `true` for each task

Seconds of the processor, of one round. Each task names one town of its own; every tenth is handed
the results of two others, every fifth is nice to have. The run is a whole one on the rehearsal
backend, which answers in a few words at once, 200 tasks at a time: with its journal, its files, its
result and its log; its *end* is what comes of that after the last task is told of. *Shedding* is
one look at a plan of which nothing has begun and for which there is half of the time: the dearest
look there is. This program never asserts anything.
"""

import argparse
import asyncio
import cProfile
import pstats
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from msgspec.structs import replace

from orchtui.engine.agents.specialists import BUILT_IN, AgentFolder, Agents
from orchtui.engine.aggregation import joining
from orchtui.engine.backends.base import Backend
from orchtui.engine.backends.registry import Backends
from orchtui.engine.backends.rehearsal import RehearsalBackend
from orchtui.engine.estimates.forecast import seconds_left
from orchtui.engine.execution.shedding import Pending, Use, to_shed
from orchtui.engine.history.run_history import History
from orchtui.engine.independence import check
from orchtui.engine.journals import journal
from orchtui.engine.journals.journal import RUNS
from orchtui.engine.plan_files import plan_file
from orchtui.engine.plans.plan import Limits, Plan, Priority, Task
from orchtui.engine.resumption.resuming import Prospect
from orchtui.engine.run_events.events import TaskCompleted
from orchtui.engine.run_folders import past_runs, summary
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from orchtui.engine.sessions.project import Project
from orchtui.engine.telling import execution_log, run_result
from orchtui.engine.timing.time_report import time_report

SIZES = (10, 100, 1_000, 10_000)
SLOTS = 200
_VERBS = ("Summarize", "Describe", "Review", "Explain", "Outline", "Translate", "Compare", "Check")
_T = TypeVar("_T")


def plan_of(count: int) -> Plan:
    """A plan as a table of parameters gives it."""

    def priority(number: int) -> Priority:
        return "nice-to-have" if number % 5 == 0 else "normal"

    tasks = (
        Task(
            id=f"t{number}",
            prompt=f"{_VERBS[number % 8]} the history of town number {number} in the region of "
            f"Lake {number // 7}.",
            after=(f"t{number - 1}", f"t{number - 5}") if number % 10 == 9 else (),
            priority=priority(number),
        )
        for number in range(count)
    )
    return Plan(
        backend="rehearsal",
        limits=Limits(concurrency=SLOTS, max_tasks=count),
        tasks=tuple(tasks),
    )


class Steps:
    """Takes the time of one step after the other.

    Args:
        profiled: The step that is looked into; empty for none.
    """

    def __init__(self, profiled: str = "") -> None:
        self.took: dict[str, float] = {}
        self._profiled = profiled

    def __call__(self, name: str, work: Callable[[], _T]) -> _T:
        profile = cProfile.Profile(time.process_time) if name == self._profiled else None
        began = time.process_time()
        if profile is not None:
            profile.enable()
        try:
            return work()
        finally:
            if profile is not None:
                profile.disable()
            self.took[name] = time.process_time() - began
            if profile is not None:
                pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def project_in(folder: Path) -> Project:
    """A project with the built-in specialists and nothing but the rehearsal."""
    agents = Agents([AgentFolder(BUILT_IN, "built-in")])
    specialists, diagnostics = agents.current()
    return Project(
        folder=folder,
        out=folder / "artifacts",
        backends=Backends({}, chosen="rehearsal"),
        specialists=specialists,
        diagnostics=diagnostics,
        agents=agents,
    )


async def _run(project: Project, prospect: Prospect, backend: Backend) -> float:
    """Run it; seconds of the processor from the last task's end, as it is told, to that of all."""
    session = Orchestrator(
        prospect.plan,
        prospect.schedule,
        Crew(backends={prospect.schedule.tasks[0].backend: backend}),
        folder=project.folder,
        out=project.out,
        terms=prospect.terms,
    )
    last = 0.0
    async with session:
        async for event in session:
            if isinstance(event, TaskCompleted):
                last = time.process_time()
    assert session.run.finished is not None and session.run.finished.verdict == "COMPLETED"
    return time.process_time() - last


def of_programs(steps: Steps, plan: Plan) -> None:
    """The same run, of programs that do nothing."""
    tasks = tuple(replace(one, command=("true",), after=()) for one in plan.tasks)
    with tempfile.TemporaryDirectory() as place:
        project = project_in(Path(place))
        prospect = project.prospect(replace(plan, backend="command", tasks=tasks), check(Plan()))

        async def run() -> float:
            (backend,) = project.backends.open(["command"]).values()
            return await _run(project, prospect, backend)

        steps("run of `true`", lambda: asyncio.run(run()))


def measure(
    count: int, profiled: str = "", *, checked: bool = True, commands: bool = False
) -> dict[str, float]:
    """Seconds of the processor, by step."""
    steps = Steps(profiled)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        path = folder / "plan.yaml"
        plan = plan_of(count)
        steps("plan file written", lambda: plan_file.save_plan(plan, path))
        plan = steps("plan file read", lambda: plan_file.load_plan(path))
        report = steps("check", lambda: check(plan)) if checked else check(Plan())
        project = project_in(folder)
        prospect = steps("schedule", lambda: project.prospect(plan, report))
        schedule = prospect.schedule
        steps("estimate", lambda: project.estimate(schedule))
        waiting = [Pending(task, Use(10.0, 100, 1.0)) for task in schedule.tasks]
        half = Use(seconds=5.0 * count / SLOTS)
        steps("shedding, a look", lambda: to_shed(waiting, half, SLOTS))
        rehearsal = RehearsalBackend(words=12, pace=0.0)
        end = steps("run", lambda: asyncio.run(_run(project, prospect, rehearsal)))
        steps.took["of it, its end"] = end
        out = project.out
        (where,) = (out / RUNS).iterdir()
        told(steps, where, out)
    if commands:
        of_programs(steps, plan)
    return steps.took


def told(steps: Steps, where: Path, out: Path) -> None:
    """What is told of a run that has ended."""
    events = steps("journal read", lambda: list(journal.read(where)))
    run = steps("fold", lambda: fold.replay(events))
    assert isinstance(run, Run)
    steps("forecast", lambda: seconds_left(run, run.at))
    steps("report on time", lambda: time_report(run))
    steps("results read across", lambda: joining.read_results(run, "collect"))
    steps("result", lambda: run_result.result(run, str))
    steps("log", lambda: execution_log.log(run, task_output=str, result_output="r.md"))
    steps("summary", lambda: summary.dump(run))
    steps("run opened", lambda: past_runs.open_run(out, where.name))

    def listed() -> Any:
        with History(out) as history:
            history.refresh()
            return history.listing(history.parse("")), history.search(history.parse("town"))

    steps("runs listed, searched", listed)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--profile", default="", metavar="STEP")
    parser.add_argument("--no-check", action="store_true", help="without what compares all pairs")
    parser.add_argument("--commands", action="store_true", help="also a run of programs")
    asked = parser.parse_args()
    sizes = [int(one) for one in asked.sizes.split(",")]
    measure(10)  # warms up
    ways = {"checked": not asked.no_check, "commands": asked.commands}
    found = {size: measure(size, asked.profile, **ways) for size in sizes}
    print("| ms | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    print("|---|" + "--:|" * len(sizes))
    for name in found[sizes[0]]:
        cells = (f"{1000 * found[size][name]:,.1f}" for size in sizes)
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
