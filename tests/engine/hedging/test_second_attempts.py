"""Second attempts in runs: who wins, what is told of it, and that nothing is left running."""

import asyncio
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from orchtui.engine.backends import base
from orchtui.engine.execution.attempt import GRACE
from orchtui.engine.execution.executor import Executor
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold, verdict
from orchtui.engine.runs.run import Run
from tests.engine.hedging.hedged import FIRST_WINS, Act, Hedged, play, schedule, used
from tests.engine.scripted import Step, fails, says


def spends(tokens: int, seconds: float, then: list[Step]) -> list[Step]:
    return [base.UsageReported(used(tokens)), seconds, *then]


def at(seconds: float, wish: Callable[[Executor, ev.RunEvent], object]) -> Act:
    """Do something so many seconds after the second attempt began."""

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskHedged):
            asyncio.get_running_loop().call_later(seconds, wish, executor, event)

    return act


def test_the_second_attempt_wins() -> None:
    """It begins at twice the usual 10 s, and is done at 25 s; the first would have taken 100 s."""
    ended = play(
        ["first ", *spends(7, 100.0, says("too late"))],
        spends(5, 5.0, says("second")),
    )
    assert ended.story == [
        "task_queued 0",
        "task_started 1",
        "task_hedged 2",
        "hedge_ended 2 won",
        "task_retrying 1",
        "task_queued 1",
        "task_started 2",
        "task_completed 2",
    ]
    slow = ended.run.tasks["slow"]
    first, second = slow.attempts
    assert slow.status == "completed" and slow.text == "second"
    assert first.text == "first " and first.overtaken and first.error is None
    assert first.message == "overtaken by attempt 2, begun beside it after 20.0s"
    assert second.completed and not second.overtaken
    assert verdict.makespan(ended.run) == pytest.approx(25.0, abs=0.1)
    assert second.seconds(0.0) == pytest.approx(5.0, abs=0.1)
    assert slow.usage == used(12)
    assert ended.run.slots.taken == 0


WAITS = base.Queued(waits=True, before=0.5)


@pytest.mark.parametrize(
    ("first", "second", "work", "waited"),
    [
        # It waits for a worker for 6 s, works for 5, and wins.
        (100.0, 5.0, 5.0, 6.0),
        # The first one fails while it works, and then while it still waits: it goes on.
        (28.0, 5.0, 5.0, 6.0),
        (23.0, 5.0, 5.0, 6.0),
    ],
)
def test_what_a_second_attempt_waits_for_a_worker_is_no_time_of_it(
    first: float, second: float, work: float, waited: float
) -> None:
    ended = play(
        [first, *fails()],
        [0.5, WAITS, waited - 0.5, base.Queued(False), base.Placed("w"), *says("second", second)],
    )
    slow = ended.run.tasks["slow"]
    assert slow.status == "completed" and slow.text == "second"
    assert slow.attempts[-1].seconds(0.0) == pytest.approx(work, abs=0.1)
    assert slow.attempts[-1].awaited_s == pytest.approx(waited, abs=0.1)
    assert ended.run.slots.taken == 0


def test_none_is_begun_beside_one_that_waits_for_a_worker() -> None:
    ended = play([0.5, WAITS, 60.0, base.Queued(False), base.Placed("w"), *says("x", 5.0)])
    assert not any(isinstance(event, ev.TaskHedged) for event in ended.events)
    assert ended.run.tasks["slow"].attempts[-1].seconds(0.0) == pytest.approx(5.0, abs=0.1)


def test_the_first_attempt_wins() -> None:
    ended = play(["a", 22.0, "b", base.Finished("end_turn")], spends(5, 50.0, says("second")))
    assert ended.story == [*FIRST_WINS, "hedge_ended 2 lost"]
    slow = ended.run.tasks["slow"]
    assert slow.text == "ab" and len(slow.attempts) == 1
    assert slow.usage == used(5), "what was spent on the second one counts"
    assert ended.ends[0].why == "the first attempt was done before it"
    assert ended.run.slots.taken == 0


def test_the_second_attempt_fails_and_the_first_goes_on() -> None:
    ended = play([30.0, *says("late")], [1.0, *fails("server")])
    assert ended.story == [*FIRST_WINS[:3], "hedge_ended 2 failed", "task_completed 1"]
    assert ended.ends[0].error == "server"
    assert ended.run.tasks["slow"].text == "late"
    assert [one.attempt for one in ended.backend.assignments if one.task == "slow"] == [1, 2]


def test_the_first_attempt_fails_and_the_second_goes_on_in_its_place() -> None:
    """No time is lost, and what had come from it already is told at once."""
    ended = play([22.0, *fails("server")], ["se", 5.0, "cond", base.Finished("end_turn")])
    assert ended.story[3:] == [
        "hedge_ended 2 won",
        "task_retrying 1",
        "task_queued 1",
        "task_started 2",
        "task_completed 2",
    ]
    first, second = ended.run.tasks["slow"].attempts
    assert first.error == "server" and not first.overtaken
    assert second.text == "second"
    texts = [one.at for one in ended.events if isinstance(one, ev.TextDelta) and one.attempt == 2]
    assert len(texts) == 2


def test_both_fail_and_the_task_is_tried_again_as_often_as_it_may_be() -> None:
    """With two retries: attempts 1 and 2 at once, then 3, and no second one beside that."""
    ended = play(
        [22.0, *fails("server")],
        [5.0, *fails("server")],
        [50.0, *fails("server")],
        of=schedule(retries=2),
    )
    assert ended.story[-3:] == ["task_queued 2", "task_started 3", "task_failed 3"]
    assert sum(story.startswith("task_hedged") for story in ended.story) == 1
    assert ended.run.tasks["slow"].error == "server"
    assert len(ended.run.tasks["slow"].attempts) == 3


def test_a_retry_after_a_lost_second_attempt_has_a_number_of_its_own() -> None:
    ended = play(
        [30.0, *fails("server")], [1.0, *fails("server")], says("third"), of=schedule(retries=1)
    )
    assert ended.story[3:] == [
        "hedge_ended 2 failed",
        "task_retrying 1",
        "task_queued 1",
        "task_started 3",
        "task_completed 3",
    ]
    assert ended.run.tasks["slow"].last_number == 3


def test_a_backend_that_ignores_being_stopped_holds_nothing_up() -> None:
    ended = play([100.0, *says("x")], [5.0, *says("second")], deaf=True)
    assert ended.run.tasks["slow"].text == "second"
    assert verdict.makespan(ended.run) == pytest.approx(25.0 + GRACE, abs=0.1)


@pytest.mark.parametrize("second", [[50.0, *says("b")], [5.0, *says("b")]])
def test_a_cancelled_task_has_no_result_of_either(second: list[Step]) -> None:
    ended = play(
        ["a", 100.0, *says("x")],
        second,
        act=at(1.0, lambda executor, event: executor.steering.cancel("slow")),
    )
    assert sorted(ended.story[3:]) == ["hedge_ended 2 lost", "task_cancelled 1"]
    assert ended.run.tasks["slow"].status == "cancelled"
    assert ended.backend._now == 0 and ended.run.slots.taken == 0


def test_everything_is_cancelled() -> None:
    ended = play(
        [100.0, *says("x")],
        [50.0, *says("b")],
        act=at(1.0, lambda executor, event: executor.steering.cancel_all()),
    )
    assert ended.run.tasks["slow"].status == "cancelled"
    assert ended.backend._now == 0 and ended.run.slots.taken == 0


def test_the_deadline_ends_both() -> None:
    ended = play([100.0, *says("x")], [50.0, *says("b")], of=schedule(deadline=40.0))
    slow = ended.run.tasks["slow"]
    assert (slow.status, slow.error) == ("failed", "deadline")
    assert ended.ends[0].how == "lost" and slow.hedge is None
    assert ended.backend._now == 0


def test_the_timeout_is_the_tasks_and_not_the_attempts() -> None:
    ended = play([100.0, *says("x")], [90.0, *says("b")], of=schedule(timeout=60.0))
    slow = ended.run.tasks["slow"]
    assert (slow.status, slow.error) == ("failed", "timeout")
    assert ended.ends[0].how in ("lost", "failed")
    assert verdict.makespan(ended.run) == pytest.approx(60.0, abs=0.1)


def test_more_time_is_for_both() -> None:
    ended = play(
        [100.0, *says("x")],
        [70.0, *says("b")],
        of=schedule(timeout=60.0),
        act=at(1.0, lambda executor, event: executor.steering.extend("slow", 60.0)),
    )
    assert ended.run.tasks["slow"].text == "b"


def test_a_paused_run_begins_none_and_lets_one_go_on() -> None:
    def pause(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskCompleted):
            executor.steering.pause()

    assert "task_hedged 2" not in play([60.0, *says("x")], says("b"), act=pause).story
    going = play(
        [100.0, *says("x")],
        [9.0, *says("b")],
        act=at(1.0, lambda executor, event: executor.steering.pause()),
    )
    assert going.run.tasks["slow"].text == "b"


def test_never_before_a_task_that_waits() -> None:
    """Two slots: while anything waits for one, nobody gets a second attempt."""
    slow = schedule(concurrency=2, likes=9)
    tasks = sorted(slow.tasks, key=lambda one: one.id != "slow")
    tasks = [replace(one, position=number) for number, one in enumerate(tasks, 1)]
    ended = play([200.0, *says("x")], says("b"), of=replace(slow, tasks=tuple(tasks)))
    kinds = [
        (ev.kind_of(event), event.task)
        for event in ended.events
        if isinstance(event, ev.TaskStarted | ev.TaskHedged)
    ]
    assert kinds[-2:] == [("task_hedged", "slow"), ("task_started", "slow")]
    assert ended.run.tasks["slow"].text == "b"
    assert ended.backend.most <= 2


def test_no_slot_no_second_attempt() -> None:
    ended = play([100.0, *says("x")], says("b"), of=schedule(concurrency=1))
    assert "task_hedged 2" not in ended.story


def test_nothing_is_begun_for_what_may_write() -> None:
    made = schedule()
    tasks = tuple(replace(one, tools=("Write",)) for one in made.tasks)
    ended = play([100.0, *says("x")], says("b"), of=replace(made, tasks=tasks))
    assert "task_hedged 2" not in ended.story
    assert ended.run.tasks["slow"].text == "x"


@pytest.mark.parametrize(("tokens", "begun"), [(1_000, True), (300, False)])
def test_a_budget_that_does_not_hold_it(tokens: int, begun: bool) -> None:
    """The tasks take 100 tokens each: 350 do not hold four of them and one more."""
    costly = [[base.UsageReported(used(100)), 10.0, *says("q")]]
    scripts = {f"quick{number}": costly for number in range(3)}
    ended = play(
        [100.0, *says("x")],
        [5.0, base.UsageReported(used(100)), *says("b")],
        of=schedule(budget_tokens=tokens + 50, on_budget="finish"),
        scripts=scripts,
    )
    assert ("task_hedged 2" in ended.story) is begun


def test_what_a_lost_one_spent_counts_in_the_budget() -> None:
    ended = play(
        [22.0, base.UsageReported(used(10)), *says("x")],
        spends(480, 50.0, says("b")),
        of=schedule(budget_tokens=500),
        scripts={f"quick{n}": [spends(1, 10.0, says("q"))] for n in range(3)},
    )
    assert [one.budget for one in ended.run.budget_warnings] == ["tokens"]
    assert ended.run.usage.total == 493


def test_off_by_default() -> None:
    ended = play([100.0, *says("x")], says("b"), of=schedule(hedge=0.0))
    assert ended.story == ["task_queued 0", "task_started 1", "task_completed 1"]


def test_one_that_is_interrupted_is_as_if_it_had_not_been() -> None:
    """Cut behind every event of the run: each beginning folds, and goes on."""
    ended = play(["first ", 100.0, *says("x")], ["se", 5.0, *says("cond")])
    run = _begun(ended)
    for cut in range(len(ended.events)):
        told = fold.start(run)
        for event in ended.events[:cut]:
            fold.apply(told, event)
        open_before = told.tasks["slow"].hedge is not None
        again = tuple(one.id for one in told.tasks.values() if one.status != "completed")
        fold.apply(
            told,
            ev.RunResumed(seq=10**6, at=run.at, why="test", reused=(), again=again),
        )
        slow = told.tasks["slow"]
        assert slow.hedge is None and told.slots.taken == 0
        assert not open_before or slow.last_number == 2
        assert slow.status in ("waiting", "completed")


def _begun(ended: Hedged) -> ev.RunStarted:
    run: Run = ended.run
    return ev.RunStarted(
        seq=1,
        at=ended.events[0].at,
        format=ev.FORMAT,
        run=run.id,
        plan=run.plan,
        schedule=run.schedule,
    )


def test_events_survive_json_and_an_older_reader_sees_a_whole_story() -> None:
    ended = play(["first ", 100.0, *says("x")], ["second", 5.0, base.Finished("end_turn")])
    told = fold.start(_begun(ended))
    for event in ended.events:
        if isinstance(event, ev.TaskHedged | ev.HedgeEnded):
            continue  # as an older reader does with kinds that it does not know
        fold.apply(told, ev.decode(ev.encode(event)))
    slow = told.tasks["slow"]
    assert slow.status == "completed" and slow.text == "second"
    assert [one.text for one in slow.attempts] == ["first ", "second"]
    assert verdict.census(told) == verdict.census(ended.run)
