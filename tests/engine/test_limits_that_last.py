"""Limits that hold over several runs and attempts: of servers, of places, of what a person gave."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.backends.anthropic_warming import Warming
from orchtui.engine.execution.addition import Addition
from orchtui.engine.execution.attempt import Intake, read
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.lanes import Limiters
from orchtui.engine.execution.limiter import Limiter
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import verdict
from orchtui.engine.sessions.orchestrator import Crew, Orchestrator
from orchtui.engine.workspace.site import BareSite, BareWorkspaces, Seen
from tests.engine import virtual_time
from tests.engine.schedules import build
from tests.engine.scripted import Scripted, execute, fails, schedule_of, task
from tests.engine.test_waits_and_wishes import once
from tests.engine.whole_runs import project_in

# Limiters


def test_one_busy_wish_of_another_runs_concurrency_does_not_forget_what_was_learned() -> None:
    """The synthesis runs with a concurrency of 1: its first word wipes a limit of 4 out."""
    limiter = Limiter()
    tickets = [limiter.start(0.0) for _ in range(8)]
    limiter.throttle(tickets[0], 0.1, None)
    for ticket in tickets:
        limiter.end(ticket)
    assert limiter.concurrency == 4

    limiter.accept(limiter.start(10.0), 10.0, 1)

    assert limiter.concurrency in (4, 5)


def test_another_run_at_the_same_server_is_woken_when_a_slot_becomes_free() -> None:
    """A run that broke off still holds the only slot for a moment; the next one never hears."""

    class Stubborn(BareWorkspaces):
        def site(self, task: Any, attempt: int, witness: Any) -> Any:
            class Site(BareSite):
                async def leave(self) -> Seen | None:
                    await asyncio.sleep(8.0)
                    return None

            return Site("/")

    async def main() -> Any:
        limiters = Limiters()
        stamp = Stamp(asyncio.get_running_loop().time)
        schedule = schedule_of(task("a"))
        backend = Scripted({"a": [[0.5, *fails("auth", retryable=False)]]}, slots=1)
        broken = Executor(
            schedule, {"scripted": backend}, stamp, workspaces=Stubborn("/"), limiters=limiters
        )
        async for _ in broken.batches():
            break  # the disk is full, say
        await asyncio.sleep(1.0)
        await broken.close()
        return await execute(schedule_of(task("b")), Scripted(slots=1), limiters=limiters)

    _, run = virtual_time.run(main())

    assert run.tasks["b"].status == "completed"


def test_a_crash_gives_its_slot_back() -> None:
    """For a backend with one slot, such as a local one, every later run in the app hangs."""

    class Broken(BareWorkspaces):
        def site(self, task: Any, attempt: int, witness: Any) -> Any:
            class Site(BareSite):
                async def leave(self) -> Seen | None:
                    raise ValueError("a bug")

            return Site("/")

    async def main() -> int:
        limiters = Limiters()
        with pytest.raises(ValueError, match="a bug"):
            await execute(
                schedule_of(task("a")), Scripted(slots=1), workspaces=Broken("/"), limiters=limiters
            )
        await asyncio.sleep(60.0)
        return limiters._by_name["scripted"].running

    assert virtual_time.run(main()) == 0


def test_what_a_server_asks_for_is_honoured_also_where_it_took_others() -> None:
    limiter = Limiter()
    for n in range(20):
        ticket = limiter.start(n / 10)
        limiter.accept(ticket, n / 10, 100)
        limiter.end(ticket)

    refused = limiter.start(2.0)
    limiter.throttle(refused, 2.0, 30.0)
    limiter.end(refused)

    assert limiter.wait(2.1) > 25.0


def test_many_starts_at_once_share_the_tokens_that_are_left() -> None:
    limiter = Limiter()
    for _ in range(80):
        ticket = limiter.start(0.0)
        limiter.sent(ticket, 1000)
        limiter.end(ticket)
    limiter.heed(limiter.start(0.0), base.Quota(tokens=base.Meter(60_000, 1_100, 58.9)), 0.0)

    limiter.start(0.0)

    assert limiter.wait(0.0) > 0


def test_waiting_for_a_warm_cache_is_no_word_of_the_server() -> None:
    """Nothing has been sent, and yet the limiter hears that the server has accepted it."""
    begun: list[str] = []

    async def main() -> None:
        warming = Warming()
        never = asyncio.Event()

        async def silent() -> Any:
            await never.wait()
            yield base.Finished("end_turn")

        class Warm:
            def stream(self, assignment: Any, toolbox: Any) -> Any:
                return warming.through("same", silent())

        def intake(name: str) -> Intake:
            return Intake(lambda: None, lambda _: None, notice_begun=lambda: begun.append(name))

        readers = [
            asyncio.create_task(read(Warm(), None, None, intake(name)))  # type: ignore[arg-type]
            for name in ("first", "second", "third")
        ]
        await asyncio.sleep(3.0)
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)

    virtual_time.run(main())

    assert begun == []


# Places


def test_the_time_before_anything_is_asked_is_not_the_connections() -> None:
    """Making a worktree takes 8 s; a connect_timeout of 5 s is reached before a request is made."""

    class Heavy(BareWorkspaces):
        def site(self, task: Any, attempt: int, witness: Any) -> Any:
            class Site(BareSite):
                async def open(self) -> None:
                    await asyncio.sleep(8.0)

            return Site("/")

    one = task("a", retries=0, connect_timeout=5.0)
    _, run = virtual_time.run(execute(schedule_of(one), Scripted(), workspaces=Heavy("/")))

    assert (run.tasks["a"].status, run.tasks["a"].why) == ("completed", "")


# Adding and resuming


def test_an_urgent_task_that_is_added_lifts_what_it_waits_for() -> None:
    names = [f"t{n}" for n in range(3)]
    planned = [task(name) for name in names] + [task("needed", priority="nice-to-have")]
    schedule = schedule_of(*planned, limits=Limits(concurrency=1))
    crit = task("crit", priority="critical", after=("needed",))
    whole = schedule_of(*planned, crit, limits=Limits(concurrency=1))
    more = Addition(scheduled=whole.task("crit"), planned=crit)

    events, _ = virtual_time.run(
        execute(schedule, Scripted(), once(ev.TaskStarted, lambda e: e.steering.add(more)))
    )

    starts = [event.task for event in events if isinstance(event, ev.TaskStarted)]
    assert starts.index("crit") < starts.index("t1")


def test_what_a_person_gave_a_task_holds_in_the_next_session() -> None:
    """The Run says timeout 530 s and critical; a resumed run is scheduled by the old ones."""
    schedule = schedule_of(task("a", timeout=30.0), task("b"))

    def steer(executor: Executor) -> None:
        executor.steering.extend("a", 500.0)
        executor.steering.set_priority("a", "critical")

    _, run = virtual_time.run(execute(schedule, Scripted(), once(ev.TaskStarted, steer, "a")))

    # `Project.resume` takes `past.schedule`.
    assert run.tasks["a"].task.timeout == run.schedule.task("a").timeout
    assert run.tasks["a"].task.priority == run.schedule.task("a").priority


def test_nothing_joins_a_run_that_a_person_has_stopped() -> None:
    schedule = schedule_of(task("a"))
    late = task("late")
    answers: list[bool] = []

    def stop(executor: Executor) -> None:
        executor.steering.cancel_all()
        answers.append(
            executor.steering.add(
                Addition(scheduled=replace(schedule_of(late).tasks[0], position=2), planned=late)
            )
        )

    _, run = virtual_time.run(execute(schedule, Scripted(), once(ev.TaskStarted, stop)))

    assert answers == [False]
    assert verdict.verdict(run) == "CANCELLED"


# The synthesis


async def test_the_synthesis_keeps_the_runs_rate(tmp_path: Path) -> None:
    plan = Plan(
        backend="rehearsal",
        aggregate="synthesize",
        limits=Limits(rate=0.5),
        tasks=(Task(id="a", prompt="Write about cats [rehearse: 5 words, 1 ms]"),),
    )
    schedule = replace(build(plan, backend="scripted"), backend="scripted")
    tasks = tuple(replace(one, backend="scripted") for one in schedule.tasks)
    schedule = replace(schedule, tasks=tasks)
    assert schedule.rate == 0.5
    limiters = Limiters()
    crew = Crew(backends={"scripted": Scripted(pace=0.0)}, limiters=limiters)
    project_in(tmp_path)
    async with Orchestrator(plan, schedule, crew, folder=tmp_path, out=tmp_path / "out") as session:
        async for _ in session:
            pass
    first = session.run.tasks["a"].attempts[0].started
    assert session.run.aggregate is not None
    assert session.run.aggregate.attempts[0].started - first >= 1.9


def test_a_busy_server_in_the_middle_of_a_long_loop_is_news() -> None:
    """The loop began before an earlier refusal: what it hears ten minutes later is ignored."""
    limiter = Limiter()
    loop, other = limiter.start(0.0), limiter.start(0.0)
    limiter.accept(loop, 0.1, 100)
    limiter.throttle(other, 0.2, None)
    limiter.end(other)
    for n in range(100):
        ticket = limiter.start(10.0 + n)
        limiter.accept(ticket, 10.0 + n, 100)
        limiter.end(ticket)

    assert limiter.throttle(loop, 600.0, 30.0) is not None
