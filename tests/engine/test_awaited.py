"""An attempt that waits for a worker of a cluster has not begun: it is told as one that waits, and
no figure of its work counts that."""

import pytest

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError
from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold, verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.telling import execution_log
from orchtui.engine.timing.time_report import time_report
from orchtui.engine.timing.time_use import Clock
from orchtui.engine.timing.time_words import time_lines
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, Step, execute, says, schedule_of, task
from tests.engine.told import START, Told

WAITS = base.Queued(waits=True, before=0.5)


def waiting(seconds: float, *then: Step) -> list[Step]:
    """Half a second until it is known that it waits, and the rest of them."""
    signs: list[Step] = [0.5, WAITS, seconds - 0.5, base.Queued(waits=False)]
    return [*signs, base.Placed("one"), *then]


def play(
    scripts: dict[str, list[list[Step]]], limits: Limits | None = None
) -> tuple[list[ev.RunEvent], Run]:
    tasks = [task(name) for name in scripts]
    schedule = schedule_of(*tasks, limits=limits or Limits())
    return virtual_time.run(execute(schedule, Scripted(scripts)))


def log_of(run: Run) -> str:
    return execution_log.log(run, task_output=lambda number: "t.md", result_output="r.md")


def test_the_wait_is_told_once_and_is_no_time_of_the_attempt() -> None:
    events, done = play({"a": [waiting(6.0, 0.2, WAITS, base.Queued(False), *says("x", 1.0))]})
    (told,) = (event for event in events if isinstance(event, ev.WorkerAwaited))
    assert (told.task, told.attempt, told.waited_s) == ("a", 1, 0.5)
    (attempt,) = done.tasks["a"].attempts
    assert attempt.seconds(done.at) == pytest.approx(1.2, abs=0.01)
    assert attempt.awaited_s == pytest.approx(6.0, abs=0.01)
    assert done.tasks["a"].seconds(done.at) == done.tasks["a"].seconds_of_all(done.at)
    assert "- Waited: 6.0s for a worker with room\n" in log_of(done)


def test_what_was_made_ready_before_it_waited_is_its_own_time() -> None:
    _, done = play({"a": [[2.0, *waiting(6.0, *says("x", 1.0))]]})
    (attempt,) = done.tasks["a"].attempts
    assert attempt.seconds(done.at) == pytest.approx(3.0, abs=0.01)
    assert attempt.awaited_s == pytest.approx(6.0, abs=0.01)


def test_the_speed_up_does_not_count_it() -> None:
    _, done = play({"a": [says("x", 10.0)], "b": [waiting(10.0, *says("y", 10.0))]})
    assert verdict.sequential(done) == pytest.approx(20.0, abs=0.1)
    assert verdict.speedup(done) == pytest.approx(1.0, abs=0.01)
    clock = Clock(done, done.at)
    use = clock.use(done.tasks["b"])
    assert (round(use.work_s, 1), round(use.servers_s, 1), use.slots_s) == (10.0, 10.0, 0.0)


def test_a_slot_that_it_has_is_not_what_it_waits_for() -> None:
    limits = Limits(concurrency=1)
    _, done = play({"a": [says("x", 5.0)], "b": [waiting(7.0, *says("y", 1.0))]}, limits)
    use = Clock(done, done.at).use(done.tasks["b"])
    assert (round(use.slots_s), round(use.servers_s), round(use.work_s)) == (5, 7, 1)


def test_the_report_on_time_says_that_it_was_for_workers() -> None:
    scripts = {name: [waiting(wait, *says("x", 1.0))] for name, wait in (("a", 1.0), ("b", 20.0))}
    _, done = play(scripts)
    report = time_report(done)
    assert round(report.totals.workers_s) == round(report.totals.servers_s) == 21
    told = "\n".join(time_lines(report, str))
    assert "workers of the cluster that had no room meanwhile, for 20.0s" in told
    assert "Waited, all tasks together: 21.0s for workers of the cluster" in told
    assert "more workers that have what these tasks ask for: up to " in told
    assert "server" not in told


def test_while_it_waits_its_task_does() -> None:
    told = Told(task("a", runs_on=("gpu", "lab"))).starts("a", 0)
    told.tell(ev.WorkerAwaited, 0.5, task="a", attempt=1, waited_s=0.5)
    one = told.run.tasks["a"]
    assert (one.status, one.attempts, one.seconds(START + 9), one.last_number) == (
        "queued",
        [],
        None,
        1,
    )
    assert told.run.slots.taken == 1
    use = Clock(told.run, START + 9).use(one)
    assert (use.servers_s, use.work_s, use.slots_s) == (9.0, 0.0, 0.0)
    assert "- Waits: for a worker with gpu and lab\n" in log_of(told.run)
    told.tell(ev.TaskPlaced, 4, task="a", attempt=1, worker="w")
    assert one.status == "running" and one.attempts[-1].worker == "w"
    assert one.seconds(START + 9) == 5.0
    told.completes("a", 9, "done")
    assert told.run.slots.taken == 0


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (BackendError("connection", "no worker", retryable=False), "failed"),
        (BackendError("connection", "lost", retryable=True), "completed"),
    ],
)
def test_one_that_ends_while_it_waits_took_no_time(end: BackendError, status: str) -> None:
    _, done = play({"a": [[0.5, WAITS, 3.0, end], says("x", 1.0)]})
    one = done.tasks["a"]
    assert one.status == status and one.attempts[0].seconds(done.at) == 0.0
    assert one.attempts[0].awaited_s == pytest.approx(3.5, abs=0.01)
    if status == "completed":
        assert ", having waited 3.5s for a worker with room, lost" in log_of(done)


def test_one_that_is_stopped_or_broken_off_while_it_waits_is_kept_as_an_attempt() -> None:
    for stopped in (True, False):
        told = Told(task("a")).starts("a", 0)
        told.tell(ev.WorkerAwaited, 0.5, task="a", attempt=1, waited_s=0.5)
        if stopped:
            told.tell(ev.TaskCancelled, 3, task="a", attempt=1, why="by hand")
        else:
            told.tell(ev.RunResumed, 3, why="", reused=(), again=("a",))
        one = told.run.tasks["a"]
        assert one.status == ("cancelled" if stopped else "waiting")
        assert [attempt.number for attempt in one.attempts] == [1]
        assert one.seconds(START + 9) == 0.0 and one.awaiting is None


def test_a_journal_of_it_is_read_as_it_was_told() -> None:
    told = Told(task("a")).starts("a", 0)
    told.tell(ev.WorkerAwaited, 0.5, task="a", attempt=1, waited_s=0.5)
    told.tell(ev.TaskPlaced, 4, task="a", attempt=1, worker="w").completes("a", 9, "done")
    again = fold.replay(ev.decode(ev.encode(event)) for event in told.events)
    assert again is not None
    assert again.tasks["a"].attempts == told.run.tasks["a"].attempts
