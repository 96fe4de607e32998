"""Random runs with random steering: they end, add up, and are the same when they are read again."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.addition import Addition
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.lanes import Limiters
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import fold, verdict
from orchtui.engine.runs.run import ENDED
from orchtui.engine.scheduling.schedule import Schedule
from orchtui.engine.workspace.site import BareSite, BareWorkspaces, Seen
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, conflict, dependency, fails, says, schedule_of, task


def slow_down(after: float | None = None) -> list[Any]:
    return [BackendError("rate_limit", "slow down", retryable=True, retry_after=after)]


USED = base.UsageReported(ev.Usage(input=300, output=3))

SCRIPTS = st.sampled_from(
    [
        says("fine", 3.0),
        says("slow", 40.0),
        says("now", 0.0),
        fails(),
        fails(after=7.0),
        fails("auth", retryable=False),
        slow_down(),
        slow_down(),
        slow_down(5.0),
        slow_down(30.0),
        [1.0, base.Started(), *slow_down(2.0)],
        [base.Quota(requests=base.Meter(10, 0, 20.0)), *says("quota", 2.0)],
        [base.Quota(tokens=base.Meter(1000, 10, 60.0)), USED, *says("tokens", 2.0)],
        [base.Started(), "half", base.Throttled("busy", 4.0), 4.0, *says("rest", 1.0)],
        ["some text", 2.0, *fails("connection")],
        [USED, *says("counted", 3.0)],
        ["half"],
        ["hangs", 10_000.0],
        [10_000.0],
    ]
)


class SlowSite(BareSite):
    def __init__(self, folder: str, takes: float) -> None:
        super().__init__(folder)
        self._takes = takes

    async def leave(self) -> Seen | None:
        if self._takes:
            await asyncio.sleep(self._takes)
        return Seen(sight="tools")


class SlowPlaces(BareWorkspaces):
    def __init__(self, takes: list[float]) -> None:
        super().__init__("/")
        self._takes = takes
        self._count = 0

    def site(self, task: Any, attempt: int, witness: Any) -> Any:
        self._count += 1
        return SlowSite("/", self._takes[self._count % len(self._takes)])


KINDS = st.sampled_from((conflict, dependency))
MOMENTS = st.sampled_from([0.0, 0.5, 1.0, 2.5, 3.0, 5.0, 11.0, 30.0, 61.0, 90.0])
WISHES = (
    "cancel",
    "retry",
    "retry_now",
    "extend",
    "critical",
    "nice",
    "pause",
    "resume",
    "more",
    "fewer",
    "add",
    "cancel_all",
    "retry_all",
)
ENDS = ("task_completed", "task_failed", "task_cancelled", "task_skipped")

Wish = tuple[str, int]
"""A word, and a number that says which task or how much."""


class Scenario(NamedTuple):
    """What a run is made of, and what is wished for while it goes on."""

    schedule: Schedule
    scripts: dict[str, list[Any]]
    at_events: dict[int, Wish]
    at_times: list[tuple[float, Wish]]
    takes: list[float]
    """Seconds that leaving a place takes, in turn."""
    slots: int | None
    deaf: bool


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    count = draw(st.integers(1, 8))
    tasks = []
    for n in range(count):
        before = [f"t{m}" for m in range(n)]
        after = draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
        tasks.append(
            task(
                f"t{n}",
                after=tuple(after),
                priority=draw(st.sampled_from(["normal", "critical", "nice-to-have"])),
                retries=draw(st.integers(0, 2)),
                timeout=draw(st.sampled_from([20.0, 60.0, 200.0])),
            )
        )
    limits = Limits(
        concurrency=draw(st.integers(1, 4)),
        deadline=draw(st.sampled_from([None, None, None, 25.0, 100.0])),
        budget_tokens=draw(st.sampled_from([None, None, None, 700])),
        on_budget=draw(st.sampled_from([None, "cut"])),
        rate=draw(st.sampled_from([None, None, 0.5])),
        hedge=draw(st.sampled_from([None, 1.0, 1.5])),
    )
    pairs = [(f"t{a}", f"t{b}") for b in range(count) for a in range(b)]
    drawn = st.lists(st.tuples(KINDS, st.sampled_from(pairs)), max_size=4) if pairs else st.just([])
    findings = list({one.id: one for one in (kind(*pair) for kind, pair in draw(drawn))}.values())
    made = schedule_of(*tasks, findings=findings, limits=limits)
    # Without tools, so that stragglers may get second attempts.
    tools = tuple(msgspec.structs.replace(one, tools=()) for one in made.tasks)
    return msgspec.structs.replace(made, tasks=tools)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    schedule = draw(schedules())
    ids = [t.id for t in schedule.tasks] + ["x0", "x1"]
    wish = st.tuples(st.sampled_from(WISHES), st.integers(0, 7))
    return Scenario(
        schedule,
        scripts={i: draw(st.lists(SCRIPTS, min_size=1, max_size=4)) for i in ids},
        at_events=draw(st.dictionaries(st.integers(0, 40), wish, max_size=6)),
        at_times=draw(st.lists(st.tuples(MOMENTS, wish), max_size=5)),
        takes=draw(st.sampled_from([[0.0], [0.0], [0.0, 0.1], [2.0], [8.0, 0.0]])),
        slots=draw(st.sampled_from([None, None, 1, 2])),
        deaf=draw(st.booleans()),
    )


class Drive:
    """A scenario that runs, with its wishes, to its end; afterwards what became of it."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.seen: list[ev.RunEvent] = []
        self._added, self._calm = 0, False

    async def to_the_end(self) -> "Drive":
        loop = asyncio.get_running_loop()
        schedule = self.scenario.schedule
        stamp = Stamp(loop.time)
        plan = Plan(tasks=tuple(Task(id=t.id, prompt=t.prompt) for t in schedule.tasks))
        self.first = stamp(
            ev.RunStarted, format=ev.FORMAT, run="test", plan=plan, schedule=schedule
        )
        self.run = fold.start(self.first)
        self.limiters = Limiters()
        backend = Scripted(
            self.scenario.scripts, slots=self.scenario.slots, deaf=self.scenario.deaf
        )
        self.executor = Executor(
            schedule,
            {"scripted": backend},
            stamp,
            workspaces=SlowPlaces(self.scenario.takes),
            wait=lambda n: 1.0,
            limiters=self.limiters,
        )
        for when, wish in self.scenario.at_times:
            loop.call_later(when, self._do, wish)
        loop.call_later(5_000.0, self._calm_down)
        try:
            async for batch in self.executor.batches():
                for event in batch:
                    self._see(event)
                # Nothing that may start waits for somebody else's end, but for those that end in
                # this very moment.
                asked_soon = self.executor._closed or self.executor._pump.asked
                assert asked_soon or self.executor._lanes.wait(loop.time()) > 0
        finally:
            await self.executor.close()
        return self

    def _see(self, event: ev.RunEvent) -> None:
        fold.apply(self.run, event)
        self.seen.append(event)
        if len(self.seen) > 4000:
            raise AssertionError("it spins")
        if (wish := self.scenario.at_events.get(len(self.seen) - 1)) is not None:
            self._do(wish)

    def _calm_down(self) -> None:
        self._calm = True
        self._do(("resume", 0))

    def _do(self, wish: Wish) -> None:
        word, number = wish
        if not self.executor.live or (self._calm and word == "pause"):
            return
        wheel = self.executor.steering
        ids = list(self.executor._board.work)
        one = ids[number % len(ids)]
        does: dict[str, Callable[[], object]] = {
            "cancel": lambda: wheel.cancel(one),
            "retry": lambda: wheel.retry([one]),
            "retry_all": lambda: wheel.retry(ids),
            "retry_now": lambda: wheel.retry_now(one),
            "extend": lambda: wheel.extend(one, 10.0 * number + 0.5),
            "critical": lambda: wheel.set_priority(one, "critical"),
            "nice": lambda: wheel.set_priority(one, "nice-to-have"),
            "pause": wheel.pause,
            "resume": wheel.resume,
            "more": lambda: wheel.set_concurrency(wheel.concurrency + 1),
            "fewer": lambda: wheel.set_concurrency(wheel.concurrency - 1),
            "cancel_all": wheel.cancel_all,
            "add": lambda: self._add(one, waits=bool(number % 2)),
        }
        does[word]()

    def _add(self, one: str, *, waits: bool) -> None:
        """Two tasks at most; each waits for another one, or only has it before itself."""
        if self._added == 2:
            return
        name = f"x{self._added}"
        scheduled = msgspec.structs.replace(
            schedule_of(task(name, timeout=60.0)).tasks[0],
            after=(one,) if waits else (),
            behind=() if waits else (one,),
            position=50 + self._added,
        )
        planned = task(name, after=(one,), timeout=60.0)
        self._added += self.executor.steering.add(Addition(scheduled=scheduled, planned=planned))

    def steered(self, action: str, task_id: str) -> int:
        """How often that was wished for a task."""
        return sum(
            isinstance(e, ev.Steered) and e.action == action and e.task == task_id
            for e in self.seen
        )


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios())
def test_whatever_happens_a_run_ends_and_adds_up(scenario: Scenario) -> None:
    it = virtual_time.run(Drive(scenario).to_the_end())
    each_task_ends_once(it)
    no_more_run_than_allowed(it)
    what_was_cancelled_does_not_begin_again(it)
    # Numbers without gaps.
    assert [e.seq for e in it.seen] == list(range(2, len(it.seen) + 2))
    # A past run is the same.
    told = [ev.decode(ev.encode(e)) for e in (it.first, *it.seen)]
    assert fold.replay(told) == it.run
    nothing_is_left_behind(it)


def each_task_ends_once(it: Drive) -> None:
    """Once for each time it was begun."""
    assert all(one.status in ENDED for one in it.run.tasks.values()), "not ended"
    census = verdict.census(it.run)
    assert census.total == census.completed + census.failed + census.cancelled + census.skipped
    for task_id in it.run.tasks:
        ended = sum(
            ev.kind_of(e) in ENDS
            for e in it.seen
            if isinstance(e, ev.TaskEvent) and e.task == task_id
        )
        assert ended == 1 + it.steered("retry", task_id)


def no_more_run_than_allowed(it: Drive) -> None:
    allowed = it.scenario.schedule.concurrency
    running: set[tuple[str, int]] = set()
    won: set[tuple[str, int]] = set()
    """Second attempts that ran already when they took the first one's place."""
    for event in it.seen:
        if isinstance(event, ev.Steered) and event.action == "concurrency":
            allowed = int(event.value or "")
        if isinstance(event, ev.TaskStarted | ev.TaskHedged):
            assert (event.task, event.attempt) not in running
            running.add((event.task, event.attempt))
            assert len(running) <= allowed or (event.task, event.attempt) in won
        if isinstance(
            event,
            ev.TaskRetrying | ev.TaskCompleted | ev.TaskFailed | ev.TaskCancelled | ev.HedgeEnded,
        ):
            running.discard((event.task, event.attempt))
        if isinstance(event, ev.HedgeEnded) and event.how == "won":
            won.add((event.task, event.attempt))


def what_was_cancelled_does_not_begin_again(it: Drive) -> None:
    """Not by itself: a person may try it again."""
    wished: set[str] = set()
    over: set[str] = set()
    known = {t.id for t in it.scenario.schedule.tasks}
    for event in it.seen:
        if isinstance(event, ev.TaskAdded):
            known.add(event.scheduled.id)
        if isinstance(event, ev.Steered) and event.action == "cancel":
            wished.add(event.task or "")
        if isinstance(event, ev.Steered) and event.action == "cancel_run":
            wished |= {t for t in known if t not in over}
        if isinstance(event, ev.Steered) and event.action == "retry":
            wished.discard(event.task or "")
            over.discard(event.task or "")
        if isinstance(event, ev.TaskEvent) and ev.kind_of(event) in ENDS:
            over.add(event.task)
            wished.discard(event.task)
        if isinstance(event, ev.TaskStarted):
            assert event.task not in wished, f"{event.task} was cancelled and begins again"


def nothing_is_left_behind(it: Drive) -> None:
    assert it.executor._board.live == 0
    limiter = it.limiters._by_name["scripted"]
    assert limiter.running == 0
    assert limiter._accepted == 0
    assert it.executor._lanes._running == 0
