"""What every step costs by the number of tasks: counted, and no worse than n log n.

Only the check for independence may look at pairs of tasks; `benchmarks/scale.py` has the times. Of
four times as many tasks, each may cost a little more than of few: a quadratic step, in which each
looks at all others even once, costs more than twice as much and is found.
"""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from msgspec.structs import replace

from orchtui.engine.aggregation import joining
from orchtui.engine.estimates.estimates import estimate
from orchtui.engine.estimates.forecast import seconds_left
from orchtui.engine.estimates.past_work import PastWork
from orchtui.engine.execution.shedding import Pending, Use, to_shed
from orchtui.engine.exports.run_document import document
from orchtui.engine.exports.run_object import run_object
from orchtui.engine.plan_files.plan_file import dump_plan, parse_plan
from orchtui.engine.plans.graph import Order
from orchtui.engine.plans.plan import Limits, Plan, Priority, Task
from orchtui.engine.run_folders import summary
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.isolation import isolate
from orchtui.engine.telling import execution_log, run_result
from orchtui.engine.timing.time_report import time_report
from tests.engine import virtual_time
from tests.engine.counted import growth, lines_run
from tests.engine.exports import subjects
from tests.engine.schedules import build
from tests.engine.scripted import Scripted, execute
from tests.engine.told import Told

FEW, MANY = 60, 240
NEARLY_LINEAR = 1.6
"""log 240 over log 60 is 1.34; a look of each task at all others comes to well over 2."""

Work = Callable[[], object]


def tasks_of(count: int) -> Iterator[Task]:
    """As they are in the benchmark: some wait for two others, some are nice to have."""
    for number in range(count):
        priority: Priority = "nice-to-have" if number % 5 == 0 else "normal"
        after = (f"t{number - 1}", f"t{number - 5}") if number % 10 == 9 else ()
        prompt = f"Describe town number {number}."
        yield Task(id=f"t{number}", prompt=prompt, priority=priority, after=after)


def plan_of(count: int) -> Plan:
    return Plan(tasks=tuple(tasks_of(count)), limits=Limits(concurrency=8))


def told(count: int, backend: str) -> Told:
    """A run of which every tenth task failed, and all others completed."""
    story = Told(*tasks_of(count), backend=backend)
    for number in range(count):
        story.starts(f"t{number}", number * 0.125)
        if number % 10 == 3:
            story.fails(f"t{number}", number * 0.125 + 0.1)
        else:
            story.completes(f"t{number}", number * 0.125 + 0.1, "An answer.\n", output=3)
    return story.ends(count * 0.125 + 2)


def run_of(count: int, backend: str) -> Run:
    run = fold.replay(told(count, backend).events)
    assert run is not None
    return run


OF_PLANS: dict[str, Callable[[int], Work]] = {
    "plan file written": lambda count: partial(dump_plan, plan_of(count)),
    "plan file read": lambda count: partial(parse_plan, dump_plan(plan_of(count))),
    "schedule": lambda count: partial(build, plan_of(count), backend="scripted"),
    "estimate": lambda count: partial(
        estimate,
        build(plan_of(count), backend="anthropic"),
        {},
        spending={"anthropic"},
        resolve=lambda backend, model: model,
        past=PastWork([]),
    ),
}


@pytest.mark.parametrize("step", OF_PLANS)
def test_a_step_of_a_plan(step: str) -> None:
    assert growth(OF_PLANS[step], FEW, MANY) < NEARLY_LINEAR


def programs_of(count: int) -> Work:
    """Of programs that may write, each looked at for a worktree."""
    tasks = build(plan_of(count), backend="claude-code").tasks
    chain = [replace(one, after=(tasks[at - 1].id,)) for at, one in enumerate(tasks) if at % 9]
    return partial(isolate, [tasks[0], *chain], {}, repository=True)


@pytest.mark.parametrize(
    "work_of",
    [
        programs_of,
        lambda count: partial(
            Order.of, {f"t{at}": [f"t{at - 1}"] if at else [] for at in range(count)}
        ),
    ],
    ids=["worktrees", "order of a chain"],
)
def test_who_is_at_work_at_once(work_of: Callable[[int], Work]) -> None:
    assert growth(work_of, FEW, MANY) < NEARLY_LINEAR


OF_RUNS: dict[str, Callable[[Run], object]] = {
    "forecast": lambda run: seconds_left(run, run.at),
    "report on time": time_report,
    "results read across": lambda run: joining.read_results(run, "none"),
    "result": lambda run: run_result.result(run, str),
    "log": lambda run: execution_log.log(run, task_output=str, result_output="result.md"),
    "summary": summary.dump,
    "document": lambda run: list(document(subjects.of(run))),
    "object": lambda run: run_object(subjects.of(run)),
}


@pytest.mark.parametrize("backend", ["anthropic", "rehearsal"])
@pytest.mark.parametrize("step", OF_RUNS)
def test_a_step_after_a_run(step: str, backend: str) -> None:
    def work_of(count: int) -> Work:
        return partial(OF_RUNS[step], run_of(count, backend))

    assert growth(work_of, FEW, MANY) < NEARLY_LINEAR


def test_folding() -> None:
    def work_of(count: int) -> Work:
        return partial(fold.replay, told(count, "rehearsal").events)

    assert growth(work_of, FEW, MANY) < NEARLY_LINEAR


@pytest.mark.parametrize("room", [None, 1.0, 0.5], ids=["no deadline", "enough time", "too short"])
def test_the_executor(room: float | None) -> None:
    """With a deadline it is looked, again and again, who is to be left out."""

    def work_of(count: int) -> Work:
        seconds = None if room is None else 10.0 + room * count / 8
        limits = Limits(concurrency=8, deadline=seconds, timeout=10**6)
        tasks = tuple(replace(one, estimate=1.0) for one in tasks_of(count))
        schedule = build(Plan(tasks=tasks, limits=limits), backend="scripted")
        return lambda: virtual_time.run(execute(schedule, Scripted()))

    # From some 50 tasks on there is a look whenever a fiftieth of those that are left has ended.
    assert growth(work_of, 2 * FEW, 2 * MANY) < NEARLY_LINEAR


@pytest.mark.parametrize("seconds", [1.0, 0.5, 0.1])
def test_a_look_who_is_to_be_left_out(seconds: float) -> None:
    def work_of(count: int) -> Work:
        tasks = build(plan_of(count), backend="scripted").tasks
        pending = [Pending(one, Use(8.0, 100, 1.0)) for one in tasks]
        return partial(to_shed, pending, Use(seconds=seconds * count), 8)

    assert growth(work_of, FEW, MANY) < NEARLY_LINEAR


def test_the_count_finds_a_look_at_all_others() -> None:
    def pairs(count: int) -> Work:
        return lambda: [one for one in range(count) if any(one < 0 for _ in range(count))]

    assert lines_run(pairs(20)) > 300
    assert growth(pairs, FEW, MANY) > NEARLY_LINEAR
