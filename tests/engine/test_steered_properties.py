"""Random runs with random steering: they end, add up, and are the same when they are read again."""

import asyncio
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orchtui.engine import events as ev
from orchtui.engine import fold, verdict
from orchtui.engine.addition import Addition
from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.executor import Executor
from orchtui.engine.lanes import Limiters
from orchtui.engine.plan import Limits, Plan, Task
from orchtui.engine.run import ENDED
from orchtui.engine.stamp import Stamp
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


@st.composite
def scenarios(draw: st.DrawFn) -> Any:
    count = draw(st.integers(1, 6))
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
    )
    pairs = [(f"t{a}", f"t{b}") for b in range(count) for a in range(b)]
    found = (
        draw(
            st.lists(
                st.tuples(st.sampled_from((conflict, dependency)), st.sampled_from(pairs)),
                max_size=4,
            )
        )
        if pairs
        else []
    )
    findings = list({one.id: one for one in (kind(*pair) for kind, pair in found)}.values())
    schedule = schedule_of(*tasks, findings=findings, limits=limits)
    ids = [t.id for t in schedule.tasks] + ["x0", "x1"]
    scripts = {i: draw(st.lists(SCRIPTS, min_size=1, max_size=4)) for i in ids}
    wish = st.tuples(st.sampled_from(WISHES), st.integers(0, 7))
    at_events = draw(st.dictionaries(st.integers(0, 40), wish, max_size=6))
    at_times = draw(
        st.lists(
            st.tuples(
                st.sampled_from([0.0, 0.5, 1.0, 2.5, 3.0, 5.0, 11.0, 30.0, 61.0, 90.0]), wish
            ),
            max_size=5,
        )
    )
    takes = draw(st.sampled_from([[0.0], [0.0], [0.0, 0.1], [2.0], [8.0, 0.0]]))
    slots = draw(st.sampled_from([None, None, 1, 2]))
    return schedule, scripts, at_events, at_times, takes, slots, draw(st.booleans())


async def drive(scenario: Any) -> tuple[list[ev.RunEvent], ev.RunStarted, Any, Any, Any]:
    schedule, scripts, at_events, at_times, takes, slots, deaf = scenario
    loop = asyncio.get_running_loop()
    stamp = Stamp(loop.time)
    plan = Plan(tasks=tuple(Task(id=t.id, prompt=t.prompt) for t in schedule.tasks))
    first = stamp(ev.RunStarted, format=ev.FORMAT, run="test", plan=plan, schedule=schedule)
    run = fold.start(first)
    limiters = Limiters()
    backend = Scripted(scripts, slots=slots, deaf=deaf)
    executor = Executor(
        schedule,
        {"scripted": backend},
        stamp,
        workspaces=SlowPlaces(takes),
        wait=lambda n: 1.0,
        limiters=limiters,
    )
    added, calm = 0, False

    def do(wish: tuple[str, int]) -> None:
        nonlocal added
        word, number = wish
        if not executor.live or (calm and word == "pause"):
            return
        wheel = executor.steering
        ids = list(executor._board.work)
        one = ids[number % len(ids)]
        match word:
            case "cancel":
                wheel.cancel(one)
            case "retry":
                wheel.retry([one])
            case "retry_all":
                wheel.retry(ids)
            case "retry_now":
                wheel.retry_now(one)
            case "extend":
                wheel.extend(one, 10.0 * number + 0.5)
            case "critical":
                wheel.set_priority(one, "critical")
            case "nice":
                wheel.set_priority(one, "nice-to-have")
            case "pause":
                wheel.pause()
            case "resume":
                wheel.resume()
            case "more":
                wheel.set_concurrency(wheel.concurrency + 1)
            case "fewer":
                wheel.set_concurrency(wheel.concurrency - 1)
            case "cancel_all":
                wheel.cancel_all()
            case "add" if added < 2:
                new = task(f"x{added}", after=(one,), timeout=60.0)
                plain = schedule_of(task(f"x{added}", timeout=60.0)).tasks[0]
                scheduled = msgspec.structs.replace(
                    plain,
                    after=(one,) if number % 2 else (),
                    behind=() if number % 2 else (one,),
                    position=50 + added,
                )
                added += wheel.add(Addition(scheduled=scheduled, planned=new))

    def calm_down() -> None:
        nonlocal calm
        calm = True
        do(("resume", 0))

    for when, wish in at_times:
        loop.call_later(when, do, wish)
    loop.call_later(5_000.0, calm_down)
    seen: list[ev.RunEvent] = []
    try:
        async for batch in executor.batches():
            for event in batch:
                fold.apply(run, event)
                seen.append(event)
                if len(seen) > 4000:
                    raise AssertionError("it spins")
                if (wish := at_events.get(len(seen) - 1)) is not None:
                    do(wish)
            # Nothing that may start waits for somebody else's end.
            assert executor._closed or executor._lanes.wait(loop.time()) > 0
    finally:
        await executor.close()
    return seen, first, run, limiters, executor


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios())
def test_whatever_happens_a_run_ends_and_adds_up(scenario: Any) -> None:
    seen, first, run, limiters, executor = virtual_time.run(drive(scenario))

    assert all(one.status in ENDED for one in run.tasks.values()), "not ended"
    census = verdict.census(run)
    assert census.total == census.completed + census.failed + census.cancelled + census.skipped
    assert executor._board.live == 0
    # Once for each time it was begun.
    ends = ("task_completed", "task_failed", "task_cancelled", "task_skipped")
    for task_id in run.tasks:
        ended = sum(
            ev.kind_of(e) in ends for e in seen if isinstance(e, ev.TaskEvent) and e.task == task_id
        )
        again = sum(
            isinstance(e, ev.Steered) and e.action == "retry" and e.task == task_id for e in seen
        )
        assert ended == 1 + again
    # No more than allowed.
    allowed, running = scenario[0].concurrency, set()
    for event in seen:
        if isinstance(event, ev.Steered) and event.action == "concurrency":
            allowed = int(event.value or "")
        if isinstance(event, ev.TaskStarted):
            assert event.task not in running
            running.add(event.task)
            assert len(running) <= allowed
        if isinstance(event, ev.TaskRetrying | ev.TaskCompleted | ev.TaskFailed | ev.TaskCancelled):
            running.discard(event.task)
    # Numbers without gaps.
    assert [e.seq for e in seen] == list(range(2, len(seen) + 2))
    # A past run is the same.
    told = [ev.decode(ev.encode(e)) for e in (first, *seen)]
    again_run = fold.replay(told)
    assert again_run == run
    # Nothing is left behind.
    limiter = limiters._by_name["scripted"]
    assert limiter.running == 0
    assert limiter._accepted == 0
    assert executor._lanes._running == 0
    # What a person cancelled is never begun again by itself.
    wished: set[str] = set()
    over: set[str] = set()
    known = {t.id for t in scenario[0].tasks}
    for event in seen:
        if isinstance(event, ev.TaskAdded):
            known.add(event.scheduled.id)
        if isinstance(event, ev.Steered) and event.action == "cancel":
            wished.add(event.task or "")
        if isinstance(event, ev.Steered) and event.action == "cancel_run":
            wished |= {t for t in known if t not in over}
        if isinstance(event, ev.Steered) and event.action == "retry":
            wished.discard(event.task or "")
            over.discard(event.task or "")
        if isinstance(event, ev.TaskEvent) and ev.kind_of(event) in ends:
            over.add(event.task)
            wished.discard(event.task)
        if isinstance(event, ev.TaskStarted):
            assert event.task not in wished, f"{event.task} was cancelled and begins again"
