"""Being told to slow down, in whole runs on a virtual clock."""

from itertools import pairwise
from typing import Any, cast

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.backoff import backoff
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.addition import Addition
from orchtui.engine.execution.executor import Executor
from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import verdict
from orchtui.engine.telling import steering_told
from tests.engine import virtual_time
from tests.engine.rate_servers import Bucket, Limited
from tests.engine.scripted import Scripted, Step, execute, fails, says, schedule_of, task
from tests.engine.told import Told

_DONE = base.Finished("end_turn")


def slow_down(after: float | None = None, kind: str = "rate_limit") -> list[Step]:
    error = BackendError(kind, "slow down", retryable=True, retry_after=after, throttled=True)  # type: ignore[arg-type]
    return [error]


def test_being_told_to_slow_down_uses_up_no_retry() -> None:
    backend = Scripted({"a": [*[slow_down()] * 9, fails(), says("at last")]})

    _, folded = virtual_time.run(execute(schedule_of(task("a", retries=1)), backend))

    assert folded.tasks["a"].status == "completed"
    assert len(folded.tasks["a"].attempts) == 11


@pytest.mark.parametrize("kind", ["rate_limit", "server"])
def test_what_the_server_asks_for_is_granted_and_told(kind: str) -> None:
    backend = Scripted({"a": [slow_down(30.0, kind), says("x")]})

    events, folded = virtual_time.run(execute(schedule_of(task("a", retries=0)), backend))

    [retrying] = [event for event in events if isinstance(event, ev.TaskRetrying)]
    assert (retrying.wait_s, retrying.throttled) == (30.0, True)
    first, second = folded.tasks["a"].attempts
    assert second.started - (first.ended or 0) >= 30.0
    [lower] = [event for event in events if isinstance(event, ev.LimitChanged) and event.lower]
    assert (lower.backend, lower.lower, lower.hold_s) == ("scripted", True, 30.0)
    assert lower.why == "slow down"


def test_a_task_that_only_hears_slow_down_ends_at_its_timeout() -> None:
    backend = Scripted({"a": [slow_down(20.0)]})

    _, folded = virtual_time.run(execute(schedule_of(task("a", timeout=90.0)), backend))

    failed = folded.tasks["a"]
    assert (failed.status, failed.error) == ("failed", "rate_limit")
    assert "no time is left" in failed.why
    assert folded.at - folded.started == pytest.approx(80.0, abs=1.0)


def test_the_wait_for_a_full_servers_slot_does_not_count_against_the_timeout() -> None:
    """`a` was told to come back; when it may, the urgent `b` takes the only slot for an hour."""
    backend = Scripted(
        {"a": [[1.0, *slow_down(5.0)], says("at last")], "b": [says("b", 3600.0)]}, slots=1
    )
    urgent = task("b", timeout=7200.0, priority="critical")

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskRetrying):
            assert executor.steering.add(
                Addition(scheduled=schedule_of(urgent).tasks[0], planned=urgent)
            )

    schedule = schedule_of(task("a", timeout=60.0))
    _, folded = virtual_time.run(execute(schedule, backend, act))

    assert folded.tasks["a"].text == "at last"
    assert verdict.makespan(folded) > 3600.0


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("rate", [2, 20, 200])
def test_every_task_completes_at_a_server_that_limits_its_rate(rate: int, told: bool) -> None:
    tasks = [task(f"t{n}", retries=0, timeout=3600.0) for n in range(rate * 20)]
    schedule = schedule_of(*tasks, limits=Limits(concurrency=100))
    backend = Limited(Bucket(rate), takes=0.2, says=told)

    events, folded = virtual_time.run(execute(schedule, cast(Scripted, backend), wait=backoff))

    assert verdict.verdict(folded) == "COMPLETED"
    warm = backend.served[rate * 8 : rate * 18]
    assert len(warm) / (warm[-1] - warm[0]) >= 0.95 * rate
    assert backend.refused < 250
    assert any(isinstance(event, ev.LimitChanged) and event.lower for event in events)


def test_a_configured_rate_is_kept_from_the_first_moment() -> None:
    tasks = [task(f"t{n}") for n in range(20)]
    schedule = schedule_of(*tasks, limits=Limits(concurrency=100, rate=2.0))
    backend = Limited(Bucket(1000), takes=0.1)

    virtual_time.run(execute(schedule, cast(Scripted, backend)))

    pauses = [later - first for first, later in pairwise(backend.served)]
    assert min(pauses) >= 0.499


def test_what_a_servers_headers_say_is_followed() -> None:
    class Telling(Limited):
        async def stream(self, assignment, toolbox=base.NO_TOOLS):  # type: ignore[no-untyped-def]
            left = max(0, 2 - len(self.served))
            yield base.Quota(requests=base.Meter(limit=3, left=left, full_in=3.0 - left))
            async for event in super().stream(assignment, toolbox):
                yield event

    tasks = [task(f"t{n}") for n in range(12)]
    schedule = schedule_of(*tasks, limits=Limits(concurrency=1))
    backend = Telling(Bucket(1000), takes=0.01)

    _, folded = virtual_time.run(execute(schedule, cast(Scripted, backend)))

    assert backend.refused == 0
    assert verdict.makespan(folded) == pytest.approx(10.0, abs=2.0)


def test_a_wait_in_the_middle_of_the_work_slows_others_down_and_loses_nothing() -> None:
    backend = Scripted(
        {"a": [["part one, ", base.Throttled("busy", 5.0), 5.0, "part two", _DONE]]}, pace=1.0
    )

    events, folded = virtual_time.run(execute(schedule_of(task("a", retries=0)), backend))

    assert folded.tasks["a"].text == "part one, part two"
    assert len(folded.tasks["a"].attempts) == 1
    [lower] = [event for event in events if isinstance(event, ev.LimitChanged) and event.lower]
    assert lower.why == "busy"


def test_another_backend_is_not_slowed_down() -> None:
    backend = Scripted({"a": [slow_down(100.0), says("x")]})
    schedule = schedule_of(task("a"), *(task(f"t{n}") for n in range(3)))

    _, folded = virtual_time.run(execute(schedule, backend))

    assert max(folded.tasks[f"t{n}"].ended or 0 for n in range(3)) - folded.started < 5.0


@pytest.mark.parametrize(
    ("limit", "after", "words"),
    [
        ({"concurrency": 3, "rate": 1.25, "hold_s": 30.0}, 1, "slowed to 3 at once, 1.2/s"),
        ({"concurrency": 1}, 1, "slowed to 1 at once"),
        ({"hold_s": 30.0}, 10, "waits 20.0s"),
        ({"hold_s": 30.0, "rate": 2.0}, 10, "slowed to 2.0/s"),
        ({"hold_s": 30.0, "rate": 2.0}, 31, ""),
        ({}, 0, ""),
    ],
)
def test_what_a_limit_still_says_is_never_half_a_sentence(
    limit: dict[str, Any], after: float, words: str
) -> None:
    told = Told(task("a")).tell(ev.LimitChanged, 0, backend="x", lower=True, why="429", **limit)
    [event] = told.run.server_limits.values()
    assert steering_told.slowed(event, told.run.at + after) == words
