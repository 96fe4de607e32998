"""Timeouts, waits and wishes that are counted wrongly, or lost."""

import asyncio
from typing import Any

import pytest

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.addition import Addition
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.lanes import Limiters
from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import verdict
from orchtui.engine.workspace.site import BareSite, BareWorkspaces, Seen
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, execute, fails, says, schedule_of, task


def slow_down(after: float | None = None) -> list[Any]:
    return [BackendError("rate_limit", "slow down", retryable=True, retry_after=after)]


def once(kind: type, wish: Any, task_id: str | None = None) -> Any:
    done: list[bool] = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, kind) and not done and task_id in (None, getattr(event, "task", None)):
            done.append(True)
            wish(executor)

    return act


def test_a_short_overload_at_the_start_kills_no_task() -> None:
    """Eight tasks of 25 minutes; the server says 529 once to each, then takes everything."""
    tasks = [task(f"t{n}") for n in range(8)]  # the default timeout: 30 minutes
    scripts = {f"t{n}": [slow_down(), [base.Started(), *says("x", 1500.0)]] for n in range(8)}

    _, run = virtual_time.run(execute(schedule_of(*tasks), Scripted(scripts)))

    assert {t.id: (t.status, t.error) for t in run.tasks.values() if t.status != "completed"} == {}


def test_what_a_server_takes_again_is_used_at_once() -> None:
    """The limiter grew from 1 to 2 when `a` was accepted: `b` must not wait for a's end."""
    scripts = {i: [slow_down(), [base.Started(), *says("x", 1000.0)]] for i in ("a", "b")}

    _, run = virtual_time.run(execute(schedule_of(task("a"), task("b")), Scripted(scripts)))

    first, second = sorted(t.attempts[-1].started for t in run.tasks.values())
    assert second - first < 60.0


def test_a_throttled_task_that_is_tried_again_by_hand_has_all_its_time() -> None:
    scripts = {"a": [slow_down(20.0), says("x", 1.0)], "b": [says("b", 200.0)]}
    schedule = schedule_of(task("a", timeout=60.0), task("b"))

    def act(executor: Executor, event: ev.RunEvent) -> None:
        loop = asyncio.get_running_loop()
        if isinstance(event, ev.TaskRetrying):
            executor.steering.cancel("a")
            loop.call_later(100.0, executor.steering.retry, ["a"])

    _, run = virtual_time.run(execute(schedule, Scripted(scripts), act))

    assert (run.tasks["a"].status, run.tasks["a"].why) == ("completed", "")


def test_more_time_for_a_throttled_task_that_waits_in_its_lane_counts() -> None:
    """`a` may start again at 5, but the only slot is taken until 100; it has 10 + 500 seconds."""
    scripts = {
        "a": [[base.Started(), 1.0, *slow_down(5.0)], says("a", 1.0)],
        "b": [says("b", 95.0)],
    }
    schedule = schedule_of(
        task("a", timeout=10.0), task("b", timeout=1000.0), limits=Limits(concurrency=1)
    )

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskQueued) and event.task == "a" and event.attempt == 1:
            executor.steering.extend("a", 500.0)

    _, run = virtual_time.run(execute(schedule, Scripted(scripts), act))

    assert run.tasks["a"].task.timeout == 510.0
    assert (run.tasks["a"].status, run.tasks["a"].why) == ("completed", "")


def test_a_pause_that_was_cut_short_is_not_charged() -> None:
    scripts = {"a": [fails(after=500.0), says("a", 200.0)]}

    _, run = virtual_time.run(
        execute(
            schedule_of(task("a", timeout=600.0)),
            Scripted(scripts),
            once(ev.TaskRetrying, lambda executor: executor.steering.retry_now("a")),
        )
    )

    assert (run.tasks["a"].status, run.tasks["a"].why) == ("completed", "")


def test_try_it_now_means_now_or_at_least_no_request_that_is_dead_on_arrival() -> None:
    backend = Scripted({"a": [slow_down(50.0), says("a", 1.0)], "b": [says("b", 5.0)]})
    schedule = schedule_of(task("a", timeout=60.0), task("b"))

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskRetrying):
            assert executor.steering.retry_now("a")

    events, run = virtual_time.run(execute(schedule, backend, act))

    again = [e for e in events if isinstance(e, ev.TaskStarted) and e.task == "a"][1]
    assert ev.seconds(again.at) - run.started < 5.0


def test_a_person_who_pauses_the_run_does_not_kill_throttled_tasks() -> None:
    scripts = {"a": [slow_down(5.0), says("a", 1.0)]}

    def pause(executor: Executor) -> None:
        executor.steering.pause()
        asyncio.get_running_loop().call_later(100.0, executor.steering.resume)

    _, run = virtual_time.run(
        execute(
            schedule_of(task("a", timeout=60.0)), Scripted(scripts), once(ev.TaskRetrying, pause)
        )
    )

    assert (run.tasks["a"].status, run.tasks["a"].why) == ("completed", "")


def test_waiting_for_a_slot_of_the_run_does_not_count_after_a_429_either() -> None:
    """The server would take it: only the run's own concurrency is in the way."""
    scripts = {"nice": [slow_down(), says("x", 1.0)]}
    tasks = [task("nice", priority="nice-to-have", timeout=60.0)]
    more = [task(f"t{n}", timeout=60.0) for n in range(4)]
    schedule = schedule_of(*tasks, *more, limits=Limits(concurrency=1))
    # `nice` begins first here: the others are added while it runs.
    alone = schedule_of(*tasks, limits=Limits(concurrency=1))

    def add(executor: Executor) -> None:
        for one, planned in zip(schedule.tasks[1:], more, strict=True):
            assert executor.steering.add(Addition(scheduled=one, planned=planned))

    _, run = virtual_time.run(
        execute(alone, Scripted(scripts, pace=30.0), once(ev.TaskStarted, add))
    )

    assert (run.tasks["nice"].status, run.tasks["nice"].why) == ("completed", "")


class Slow(BareWorkspaces):
    def site(self, task: Any, attempt: int, witness: Any) -> Any:
        class Site(BareSite):
            async def leave(self) -> Seen | None:
                await asyncio.sleep(6.0)
                return None

        return Site("/")


@pytest.mark.parametrize("everything", [False, True])
def test_a_wish_to_stop_while_an_attempt_is_being_left_is_not_lost(everything: bool) -> None:
    backend = Scripted({"a": [fails(), says("a", 30.0)]})

    def stop(executor: Executor) -> None:
        def act() -> None:
            wheel = executor.steering
            wheel.cancel_all() if everything else wheel.cancel("a")

        asyncio.get_running_loop().call_later(2.0, act)

    events, run = virtual_time.run(
        execute(
            schedule_of(task("a")),
            backend,
            once(ev.TaskStarted, stop),
            workspaces=Slow("/"),
        )
    )

    assert len(backend.assignments) == 1
    assert run.tasks["a"].status == "cancelled"


def test_an_old_rate_says_nothing_about_a_server_that_was_not_asked_for_hours() -> None:
    """Five requests went well two hours ago; now one 529: the pause is seconds."""
    limiters = Limiters()

    async def main() -> Any:
        first = schedule_of(*(task(f"t{n}") for n in range(5)))
        await execute(first, Scripted(), limiters=limiters)
        await asyncio.sleep(7200.0)
        backend = Scripted({"a": [slow_down(), says("x", 1.0)]})
        return await execute(schedule_of(task("a")), backend, limiters=limiters)

    _, run = virtual_time.run(main())

    assert (run.tasks["a"].status, run.tasks["a"].why) == ("completed", "")
    assert verdict.makespan(run) < 60.0


def test_long_tasks_one_after_the_other_do_not_teach_a_rate() -> None:
    """Concurrency 1, tasks of 20 minutes: one 529 must not be waited out for ten minutes."""
    scripts = {f"t{n}": [[base.Started(), *says("x", 1200.0)]] for n in range(3)}
    scripts["t3"] = [slow_down(), says("x", 1.0)]
    schedule = schedule_of(*(task(f"t{n}") for n in range(4)), limits=Limits(concurrency=1))

    _, run = virtual_time.run(execute(schedule, Scripted(scripts)))

    refused, second = run.tasks["t3"].attempts
    assert second.started - (refused.ended or 0) < 60.0


def test_tokens_of_a_whole_tool_loop_are_not_what_one_request_sends() -> None:
    """Each request sends some 5,000 tokens, 40 of them an attempt 200,000. The server has room."""
    turn: list[Any] = [
        base.Quota(tokens=base.Meter(100_000, 60_000, 24.0)),
        1.0,
    ]
    used: list[Any] = [base.UsageReported(ev.Usage(input=size)) for size in (5_000, 200_000)]
    scripts: dict[str, list[list[Any]]] = {
        f"t{n}": [[base.Started(), used[0], *turn * 40, used[1], *says("x")]] for n in range(40)
    }
    schedule = schedule_of(*(task(f"t{n}") for n in range(40)), limits=Limits(concurrency=8))

    _, run = virtual_time.run(execute(schedule, Scripted(scripts)))

    assert verdict.makespan(run) < 1.2 * 40 / 8 * 40.0


def test_no_attempt_begins_that_has_no_time_left() -> None:
    """Tried now by hand, it waits for the run's only slot: no timer ends that wait any more."""
    scripts = {
        "a": [[base.Started(), 1.0, *slow_down(20.0)], says("a", 1.0)],
        "b": [says("b", 95.0)],
    }
    backend = Scripted(scripts)
    schedule = schedule_of(
        task("a", timeout=60.0), task("b", timeout=1000.0), limits=Limits(concurrency=1)
    )

    def now(executor: Executor) -> None:
        asyncio.get_running_loop().call_later(5.0, executor.steering.retry_now, "a")

    _, run = virtual_time.run(execute(schedule, backend, once(ev.TaskRetrying, now)))

    # Either the wait for the slot does not count and it succeeds, or nothing is sent.
    sent = [one.task for one in backend.assignments]
    assert run.tasks["a"].status == "completed" or sent == ["a", "b"]


def test_a_server_that_says_come_back_tomorrow_does_not_hold_the_run_until_tomorrow() -> None:
    scripts = {f"t{n}": [slow_down(86_400.0)] for n in range(3)}
    schedule = schedule_of(
        *(task(f"t{n}", timeout=60.0) for n in range(3)), limits=Limits(concurrency=1)
    )

    _, run = virtual_time.run(execute(schedule, Scripted(scripts)))

    assert verdict.makespan(run) < 3600.0
