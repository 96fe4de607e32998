"""Runs told event by event at fixed times, and random runs on the virtual clock."""

from collections.abc import Sequence
from typing import TypeVar

from hypothesis import strategies as st
from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.execution.executor import Executor
from orchtui.engine.independence.report import Finding
from orchtui.engine.plans.plan import AggregateStrategy, Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold, verdict
from orchtui.engine.runs import run as runs
from orchtui.engine.scheduling.prices import ANY, Price, Prices
from orchtui.engine.scheduling.schedule import Schedule
from tests.engine import virtual_time
from tests.engine.schedules import build
from tests.engine.scripted import (
    Scripted,
    Step,
    conflict,
    dependency,
    execute,
    fails,
    report_of,
    says,
    schedule_of,
    task,
)

START = ev.seconds("2026-01-15T10:00:00.000Z")

_E = TypeVar("_E", bound=ev.Event)


class Told:
    """A run that is told step by step; all times are seconds from its start."""

    def __init__(
        self,
        *tasks: Task,
        backend: str = "scripted",
        findings: Sequence[Finding] = (),
        **fields: object,
    ) -> None:
        plan = Plan(tasks=tasks, **fields)  # type: ignore[arg-type]
        self.events: list[ev.RunEvent] = []
        self._seq = 0
        self._make(
            ev.RunStarted,
            0.0,
            format=ev.FORMAT,
            run="20260115-100000-abcd",
            plan=plan,
            schedule=build(plan, backend=backend, report=report_of(*tasks, findings=findings)),
            rehearsal="rehearsal" in build(plan, backend=backend).backends,
        )
        first = self.events[0]
        assert isinstance(first, ev.RunStarted)
        self.run = fold.start(first)

    def _make(self, kind: type[_E], at: float, **fields: object) -> _E:
        self._seq += 1
        event = kind(seq=self._seq, at=ev.iso(START + at), **fields)
        self.events.append(event)  # type: ignore[arg-type]
        return event

    def tell(self, kind: type[_E], at: float, **fields: object) -> "Told":
        """Anything."""
        fold.apply(self.run, self._make(kind, at, **fields))  # type: ignore[arg-type]
        return self

    def starts(self, task_id: str, at: float, model: str | None = None) -> "Told":
        """Queued and started."""
        one = self.run.schedule.task(task_id)
        number = len(self.run.tasks[task_id].attempts)
        self.tell(ev.TaskQueued, at, task=task_id, attempt=number)
        return self.tell(
            ev.TaskStarted,
            at,
            task=task_id,
            attempt=number + 1,
            specialist=one.specialist,
            instance=one.instance,
            backend=one.backend,
            model=model,
        )

    def takes_over(
        self, task_id: str, at: float, text: str = "made before", **more: object
    ) -> "Told":
        """The result of an earlier run stands for it."""
        one = self.run.schedule.task(task_id)
        return self.tell(
            ev.TaskReused,
            at,
            task=task_id,
            attempt=0,
            run="20260114-090000-aaaa",
            text=text,
            specialist=one.specialist,
            instance=one.instance,
            backend=one.backend,
            output=ev.output_file(one.position),
            **{"stop_reason": "end_turn", "took_s": 7.0, **more},
        )

    def says(self, task_id: str, at: float, text: str) -> "Told":
        return self.tell(ev.TextDelta, at, **self._attempt(task_id), text=text)

    def completes(self, task_id: str, at: float, text: str = "", **usage: int) -> "Told":
        if text:
            self.says(task_id, at, text)
        return self.tell(
            ev.TaskCompleted,
            at,
            **self._attempt(task_id),
            usage=ev.Usage(**usage),
            output=self._file(task_id),
            stop_reason="end_turn",
        )

    def fails(
        self, task_id: str, at: float, message: str = "broken", error: str = "server"
    ) -> "Told":
        return self.tell(
            ev.TaskFailed,
            at,
            **self._attempt(task_id),
            error=error,
            message=message,
            kept=0,
            output=self._file(task_id),
        )

    def retries(
        self,
        task_id: str,
        at: float,
        why: str = "busy",
        wait: float = 1.0,
        *,
        throttled: bool = False,
    ) -> "Told":
        return self.tell(
            ev.TaskRetrying,
            at,
            **self._attempt(task_id),
            error="rate_limit" if throttled else "server",
            why=why,
            wait_s=wait,
            throttled=throttled,
        )

    def skips(self, task_id: str, at: float, why: str) -> "Told":
        return self.tell(ev.TaskSkipped, at, **self._attempt(task_id), why=why)

    def cancels(self, task_id: str, at: float, why: str = "cancelled by hand") -> "Told":
        return self.tell(ev.TaskCancelled, at, **self._attempt(task_id), why=why)

    def resumes(self, at: float) -> "Told":
        done = [one.id for one in self.run.with_status("completed")]
        again = [task_id for task_id in self.run.tasks if task_id not in done]
        return self.tell(ev.RunResumed, at, why="by hand", reused=tuple(done), again=tuple(again))

    def ends(
        self, at: float, strategy: AggregateStrategy = "collect", fallback: str | None = None
    ) -> "Told":
        """Aggregated and finished."""
        done = tuple(one.id for one in self.run.with_status("completed"))
        self.tell(
            ev.Aggregated,
            at,
            strategy=strategy,
            asked=self.run.plan.aggregate,
            fallback=fallback,
            included=done,
            absent=tuple(i for i in self.run.tasks if i not in done),
        )
        fold.apply(self.run, self._conclusion(at))
        return self

    def _conclusion(self, at: float) -> ev.RunFinished:
        return conclusion(self.run, seq=self._next(), at=ev.iso(START + at), into=self.events)

    def _next(self) -> int:
        self._seq += 1
        return self._seq

    def _attempt(self, task_id: str) -> dict[str, object]:
        return {"task": task_id, "attempt": len(self.run.tasks[task_id].attempts)}

    def _file(self, task_id: str) -> str:
        one = self.run.tasks[task_id]
        return ev.output_file(one.task.position) if one.attempts else ""


def conclusion(run: runs.Run, *, seq: int, at: str, into: list[ev.RunEvent]) -> ev.RunFinished:
    """`run_finished` with the figures of `verdict`."""
    slowest, cost = verdict.bottleneck(run), verdict.cost(run)
    event = ev.RunFinished(
        seq=seq,
        at=at,
        verdict=verdict.verdict(run),
        rehearsal=run.rehearsal,
        census=verdict.census(run),
        makespan_s=round(verdict.makespan(run), 3),
        sequential_s=round(verdict.sequential(run), 3),
        speedup=verdict.speedup(run),
        bottleneck=slowest.id if slowest else None,
        usage=run.usage,
        cost=cost.exact,
        cost_at_least=cost.at_least,
    )
    into.append(event)
    return event


def finished(run: runs.Run) -> runs.Run:
    """The run with its last event."""
    fold.apply(run, conclusion(run, seq=run.seq + 1, at=ev.iso(run.at), into=[]))
    return run


def begun(schedule: Schedule) -> ev.RunStarted:
    """The first event of a run of this schedule."""
    plan = Plan(tasks=tuple(Task(id=one.id, prompt=one.prompt) for one in schedule.tasks))
    return ev.RunStarted(
        seq=1, at=ev.iso(START), format=ev.FORMAT, run="test", plan=plan, schedule=schedule
    )


# Random runs

_USED = base.UsageReported(ev.Usage(input=3, output=3))
_PRICES = Prices(models={"scripted": {ANY: Price(input=1_000_000, output=2_000_000)}})
"""Nine dollars for what is used at a time."""

_scripts: st.SearchStrategy[list[Step]] = st.sampled_from(
    [
        says("fine", 3.0),
        says("slow", 40.0),
        fails(),
        fails("auth", retryable=False),
        ["some text", 2.0, *fails("connection")],
        [_USED, *says("counted", 3.0)],
        [2.0, _USED, "some text", 2.0, *fails("server")],
        ["half"],
        ["hangs", 10_000.0],
    ]
)
_ACTIONS = ("cancel", "cancel_all", "retry", "retry_all")


Scenario = tuple[Schedule, dict[str, list[list[Step]]], dict[int, str]]
"""What is asked for, what each attempt does, and what a person does at which event."""


@st.composite
def staged_scenarios(draw: st.DrawFn) -> tuple[Scenario, list[Finding]]:
    """A random graph of tasks, declared and found, random failures, a person who interferes."""
    count = draw(st.integers(1, 6))
    order = draw(st.permutations(range(count)))  # `after` does not follow the plan's order
    tasks = {}
    for place, number in enumerate(order):
        before = [f"t{n}" for n in order[:place]]
        after = draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
        tasks[number] = task(
            f"t{number}",
            after=tuple(after),
            priority=draw(st.sampled_from(["normal", "critical", "nice-to-have"])),
            retries=draw(st.integers(0, 2)),
            timeout=60.0,
        )
    limits = Limits(
        concurrency=draw(st.integers(1, 3)),
        deadline=draw(st.sampled_from([None, None, 25.0, 100.0])),
        budget_tokens=draw(st.sampled_from([None, None, 10])),
        budget_usd=draw(st.sampled_from([None, None, 10.0])),
        on_budget=draw(st.sampled_from([None, "finish", "cut"])),
        hedge=draw(st.sampled_from([None, 1.0, 1.5])),
    )
    pairs = [(f"t{one}", f"t{two}") for at, two in enumerate(order) for one in order[:at]]
    kinds = st.sampled_from((conflict, dependency))
    found = draw(st.lists(st.tuples(kinds, st.sampled_from(pairs)), max_size=6)) if pairs else []
    findings = list({one.id: one for one in (kind(*pair) for kind, pair in found)}.values())
    schedule = schedule_of(*(tasks[n] for n in range(count)), findings=findings, limits=limits)
    without_tools = tuple(replace(one, tools=()) for one in schedule.tasks)
    prices = draw(st.sampled_from([None, _PRICES]))
    schedule = replace(schedule, prices=prices, tasks=without_tools)
    scripts = {one.id: draw(st.lists(_scripts, min_size=1, max_size=4)) for one in schedule.tasks}
    actions = draw(st.dictionaries(st.integers(0, 40), st.sampled_from(_ACTIONS), max_size=4))
    return (schedule, scripts, actions), findings


def scenarios() -> st.SearchStrategy[Scenario]:
    """`staged_scenarios`, for whom it does not matter what was found."""
    return staged_scenarios().map(lambda drawn: drawn[0])


def play(scenario: Scenario, *, deaf: bool = False) -> tuple[list[ev.RunEvent], runs.Run]:
    """Run a scenario on the virtual clock; the fold raises when an event is out of order."""
    schedule, scripts, actions = scenario
    seen = 0

    def act(executor: Executor, event: ev.RunEvent) -> None:
        nonlocal seen
        wish = actions.get(seen)
        seen += 1
        ids = [one.id for one in schedule.tasks]
        if not executor.live:
            return
        if wish == "cancel":
            executor.steering.cancel(event.task if isinstance(event, ev.TaskEvent) else ids[0])
        elif wish == "cancel_all":
            executor.steering.cancel_all()
        elif wish == "retry":
            executor.steering.retry([event.task] if isinstance(event, ev.TaskEvent) else ids[:1])
        elif wish == "retry_all":
            executor.steering.retry(ids)

    return virtual_time.run(execute(schedule, Scripted(scripts, deaf=deaf), act))
