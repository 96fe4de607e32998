"""The executor on a virtual clock: order, slots, limits, retries, failures, steering."""

import asyncio

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.backoff import backoff
from orchtui.engine.errors import BackendError
from orchtui.engine.execution.executor import Executor
from orchtui.engine.execution.lanes import Lanes
from orchtui.engine.execution.limiter import Ticket
from orchtui.engine.plans.plan import Limits, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp
from orchtui.engine.runs import verdict
from orchtui.engine.scheduling.schedule import Schedule, ScheduledTask
from orchtui.engine.workspace.site import BareWorkspaces
from tests.engine import virtual_time
from tests.engine.scripted import Scripted, Step, execute, fails, kinds, says, schedule_of, task


def run(schedule: Schedule, backend: Scripted, act=None, **options):  # type: ignore[no-untyped-def]
    return virtual_time.run(execute(schedule, backend, act, **options))


def starts(events: list[ev.RunEvent]) -> list[str]:
    return [event.task for event in events if isinstance(event, ev.TaskStarted)]


# Order and slots


@pytest.mark.parametrize(
    ("hours", "expected"),
    [((1.0, 1.0, 1.0), 3.0), ((0.5, 2.0, 1.0), 1.75)],
)
def test_the_tutorials_examples_take_as_long_as_the_longest_task(
    hours: tuple[float, ...], expected: float
) -> None:
    tasks = [task(f"t{n}", timeout=4 * 3600.0) for n in range(len(hours))]
    backend = Scripted({f"t{n}": [says("done", h * 3600)] for n, h in enumerate(hours)})

    _, folded = run(schedule_of(*tasks), backend)

    assert verdict.makespan(folded) == pytest.approx(max(hours) * 3600)
    assert verdict.speedup(folded) == pytest.approx(expected)


def test_a_task_starts_the_moment_its_own_predecessors_are_done() -> None:
    """No waves: `b` follows the quick `a` while the slow task of the same level still runs."""
    backend = Scripted({"a": [says("a", 1.0)], "slow": [says("slow", 100.0)]})
    schedule = schedule_of(task("a"), task("slow"), task("b", after=("a",)))

    _, folded = run(schedule, backend)

    assert folded.tasks["b"].started == pytest.approx(folded.tasks["a"].ended)


def test_no_more_run_at_once_than_the_concurrency_allows() -> None:
    backend = Scripted()
    schedule = schedule_of(*(task(f"t{n}") for n in range(10)), limits=Limits(concurrency=3))

    _, folded = run(schedule, backend)

    assert backend.most == 3
    assert verdict.makespan(folded) == pytest.approx(4.0)


def test_a_backends_own_slots_are_respected() -> None:
    backend = Scripted(slots=2)

    run(schedule_of(*(task(f"t{n}") for n in range(6))), backend)

    assert backend.most == 2


@pytest.mark.parametrize(
    ("tasks", "order"),
    [
        pytest.param(
            [
                task("nice", priority="nice-to-have"),
                task("normal"),
                task("crit", priority="critical"),
            ],
            ["crit", "normal", "nice"],
            id="critical first, nice-to-have last",
        ),
        pytest.param(
            [
                task("alone"),
                task("head"),
                task("mid", after=("head",)),
                task("end", after=("mid",)),
            ],
            ["head", "mid", "alone", "end"],
            id="the longest way to go first, counted in tasks",
        ),
        pytest.param(
            [task("short", estimate=10.0), task("long", estimate=60.0)],
            ["long", "short"],
            id="the longest way to go first, in estimates",
        ),
        pytest.param(
            [
                task("plain"),
                task("needed", priority="nice-to-have"),
                task("crit", priority="critical", after=("needed",)),
            ],
            ["needed", "crit", "plain"],
            id="what a critical task waits for is urgent too",
        ),
        pytest.param([task("b"), task("a")], ["b", "a"], id="else the plan's order"),
    ],
)
def test_when_slots_are_short(tasks: list[Task], order: list[str]) -> None:
    events, _ = run(schedule_of(*tasks, limits=Limits(concurrency=1)), Scripted())

    assert starts(events) == order


def test_a_dependent_task_is_handed_the_results_of_its_predecessors() -> None:
    backend = Scripted({"a": [says("the answer is 42")], "b": [says("or 43")]})

    run(schedule_of(task("a"), task("b"), task("sum", after=("a", "b"))), backend)

    prompt = backend.assignments[-1].whole_prompt
    assert prompt.startswith("do sum")
    assert prompt.index("the answer is 42") < prompt.index("or 43")


# Failures


def test_one_tasks_failure_never_touches_another() -> None:
    backend = Scripted({"bad": [fails("bad_request", retryable=False)]})

    _, folded = run(schedule_of(task("good"), task("bad"), task("fine")), backend)

    assert [t.status for t in folded.tasks.values()] == ["completed", "failed", "completed"]
    assert verdict.verdict(folded) == "PARTIAL"


def test_what_builds_on_a_failed_task_is_skipped_with_the_reason() -> None:
    backend = Scripted({"a": [fails("auth", retryable=False)]})
    schedule = schedule_of(task("a"), task("b", after=("a",)), task("c", after=("b",)), task("d"))

    events, folded = run(schedule, backend)

    assert folded.tasks["b"].why == "it needs 'a', which failed"
    assert folded.tasks["c"].why == "it needs 'b', which was skipped"
    assert folded.tasks["d"].status == "completed"
    assert kinds(events, "c") == ["task_skipped"]


def test_a_long_chain_behind_a_failure_is_skipped_whole() -> None:
    tasks = [task("t0"), *(task(f"t{n}", after=(f"t{n - 1}",)) for n in range(1, 1500))]

    _, folded = run(schedule_of(*tasks), Scripted({"t0": [fails("auth", retryable=False)]}))

    assert len(folded.with_status("skipped")) == 1499


@pytest.mark.parametrize(
    ("script", "error", "status"),
    [
        ([base.Finished("end_turn")], "empty", "failed"),
        ([" \n\t", base.Finished("end_turn")], "empty", "failed"),
        ([base.Finished("exit")], None, "completed"),
        (["half", base.Finished("max_tokens")], "truncated", "failed"),
        (["no", base.Finished("refusal")], "refusal", "failed"),
        (["x", base.Finished("tool_use")], "tool", "failed"),
        (["half an answer"], "connection", "failed"),
    ],
)
def test_an_answer_that_is_not_whole_is_not_a_success(
    script: list[Step], error: str | None, status: str
) -> None:
    _, folded = run(schedule_of(task("a", retries=0)), Scripted({"a": [script]}))

    assert (folded.tasks["a"].status, folded.tasks["a"].error) == (status, error)


def test_a_placeholder_is_tried_again_and_told() -> None:
    scripts = {"a": [says("TODO: write this"), says("A true answer, in a few words.")]}
    events, folded = run(schedule_of(task("a")), Scripted(scripts))

    [retrying] = [event for event in events if isinstance(event, ev.TaskRetrying)]
    assert retrying.error == "empty"
    assert "placeholder" in retrying.why and "'TODO: write this'" in retrying.why
    assert (folded.tasks["a"].status, len(folded.tasks["a"].attempts)) == ("completed", 2)


def test_a_cut_off_answer_is_accepted_where_the_plan_says_so() -> None:
    backend = Scripted({"a": [["half", base.Finished("max_tokens")]]})

    _, folded = run(schedule_of(task("a", accept_truncated=True)), backend)

    assert folded.tasks["a"].status == "completed"
    assert folded.tasks["a"].stop_reason == "max_tokens"


def test_a_bug_in_a_backend_fails_its_task_and_says_so() -> None:
    class Broken(Scripted):
        def stream(self, assignment, toolbox=None):  # type: ignore[no-untyped-def]
            if assignment.task == "a":
                raise ZeroDivisionError("oops")
            return super().stream(assignment)

    _, folded = run(schedule_of(task("a"), task("b")), Broken())

    assert folded.tasks["a"].error == "internal"
    assert folded.tasks["a"].why == "ZeroDivisionError: oops"
    assert folded.tasks["b"].status == "completed"


# Retries


def test_a_passing_error_is_retried_and_shown() -> None:
    backend = Scripted({"a": [fails(), fails("connection"), says("at last")]})

    events, folded = run(schedule_of(task("a")), backend)

    assert kinds(events, "a") == [
        *["task_queued", "task_started", "task_retrying"] * 2,
        *["task_queued", "task_started", "text_delta", "task_completed"],
    ]
    assert folded.tasks["a"].text == "at last"
    assert [attempt.error for attempt in folded.tasks["a"].attempts] == [
        "server",
        "connection",
        None,
    ]


@pytest.mark.parametrize(("retries", "attempts"), [(0, 1), (1, 2), (4, 5)])
def test_retries_are_attempts_after_the_first(retries: int, attempts: int) -> None:
    _, folded = run(schedule_of(task("a", retries=retries)), Scripted({"a": [fails()]}))

    assert len(folded.tasks["a"].attempts) == attempts
    assert folded.tasks["a"].status == "failed"


def test_an_error_that_stays_is_not_retried() -> None:
    _, folded = run(schedule_of(task("a")), Scripted({"a": [fails("auth", retryable=False)]}))

    assert len(folded.tasks["a"].attempts) == 1


def test_the_other_side_may_ask_for_a_longer_wait() -> None:
    events, _ = run(schedule_of(task("a")), Scripted({"a": [fails(after=30.0), says("x")]}))

    [retrying] = [event for event in events if isinstance(event, ev.TaskRetrying)]
    assert retrying.wait_s == 30.0


def test_a_waiting_retry_leaves_its_slot_to_others() -> None:
    backend = Scripted({"a": [fails(after=50.0), says("x", 1.0)]})
    schedule = schedule_of(task("a"), task("b"), limits=Limits(concurrency=1))

    events, _ = run(schedule, backend)

    assert starts(events) == ["a", "b", "a"]


def test_no_retry_when_no_time_is_left_for_it() -> None:
    backend = Scripted({"a": [fails("rate_limit", after=100.0)]})

    _, folded = run(schedule_of(task("a", timeout=60.0)), backend)

    assert folded.tasks["a"].error == "rate_limit"
    assert "no time is left" in folded.tasks["a"].why


def test_the_backoff_doubles_up_to_a_minute_with_jitter() -> None:
    for failures, most in [(1, 1), (2, 2), (3, 4), (7, 60), (50, 60)]:
        assert all(most / 2 <= backoff(failures) <= most for _ in range(50))


# Limits


def test_a_task_is_stopped_at_its_timeout_and_keeps_its_text() -> None:
    backend = Scripted({"a": [["part one", 10_000.0]]})

    events, folded = run(schedule_of(task("a", timeout=20.0), task("b")), backend)

    assert folded.tasks["a"].error == "timeout"
    assert folded.tasks["a"].text == "part one"
    assert folded.tasks["a"].seconds(0) == pytest.approx(20.0, abs=0.01)
    assert folded.tasks["b"].status == "completed"
    [failed] = [event for event in events if isinstance(event, ev.TaskFailed)]
    assert failed.kept == len("part one")


def test_the_timeout_holds_over_all_attempts_and_waits_but_not_for_slots() -> None:
    slow_failure: list[Step] = [5.0, BackendError("server", "no", retryable=True)]
    backend = Scripted({"a": [slow_failure, slow_failure, [100.0]], "b": [says("b", 50.0)]})
    schedule = schedule_of(
        task("b", priority="critical"), task("a", timeout=20.0), limits=Limits(concurrency=1)
    )

    _, folded = run(schedule, backend)

    attempts = folded.tasks["a"].attempts
    assert folded.tasks["a"].error == "timeout"
    # two waits of one second lie between the three attempts
    assert sum(attempt.seconds(0) for attempt in attempts) == pytest.approx(18.0, abs=0.01)


def test_silence_ends_an_attempt_and_signs_of_life_prolong_it() -> None:
    alive = [step for _ in range(10) for step in (8.0, base.Alive())]
    backend = Scripted(
        {"quiet": [["x", 100.0]], "pings": [[*alive, "done", base.Finished("end_turn")]]},
        idle_timeout=10.0,
    )

    _, folded = run(schedule_of(task("quiet", retries=0), task("pings")), backend)

    assert folded.tasks["quiet"].error == "idle"
    assert folded.tasks["quiet"].seconds(0) == pytest.approx(10.0, abs=0.01)
    assert folded.tasks["pings"].status == "completed"


def test_the_deadline_ends_the_run_with_what_is_there() -> None:
    backend = Scripted({"slow": [["begun", 1000.0]]})
    schedule = schedule_of(
        task("quick"),
        task("slow"),
        task("queued"),
        task("behind", after=("slow",)),
        limits=Limits(concurrency=2, deadline=30.0),
    )
    backend.scripts = {**backend.scripts, "queued": [[1000.0]]}

    _, folded = run(schedule, backend)

    assert {t.id: (t.status, t.error) for t in folded.tasks.values()} == {
        "quick": ("completed", None),
        "slow": ("failed", "deadline"),
        "queued": ("failed", "deadline"),
        "behind": ("skipped", None),
    }
    assert verdict.makespan(folded) == pytest.approx(30.0, abs=0.01)


def test_a_backend_that_ignores_being_stopped_is_left_behind() -> None:
    backend = Scripted({"a": [["x", 5000.0]]}, deaf=True)

    async def scenario() -> float:
        _, folded = await execute(schedule_of(task("a", timeout=10.0)), backend)
        return verdict.makespan(folded)

    assert virtual_time.run(scenario()) < 11.0


def test_the_token_budget_stops_new_starts_and_lets_running_tasks_end() -> None:
    used = base.UsageReported(ev.Usage(input=60, output=50))
    backend = Scripted({n: [[1.0, "x", used, base.Finished("end_turn")]] for n in "abc"})
    schedule = schedule_of(
        task("a"), task("b"), task("c"), limits=Limits(concurrency=1, budget_tokens=200)
    )

    _, folded = run(schedule, backend)

    assert [t.status for t in folded.tasks.values()] == ["completed", "completed", "failed"]
    assert folded.tasks["c"].error == "budget"
    assert folded.usage.total == 220


# Steering


def test_cancelling_one_task_leaves_the_others() -> None:
    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TextDelta) and event.task == "a":
            assert executor.steering.cancel("a")

    backend = Scripted({"a": [["some text", 500.0]]})
    _, folded = run(schedule_of(task("a"), task("b"), task("c", after=("a",))), backend, act)

    assert [t.status for t in folded.tasks.values()] == ["cancelled", "completed", "skipped"]
    assert folded.tasks["a"].text == "some text"
    assert verdict.verdict(folded) == "PARTIAL"


def test_cancelling_the_run_ends_everything_at_once() -> None:
    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and event.task == "b":
            executor.steering.cancel_all()

    tasks = [task("a"), task("b"), task("c"), task("d", after=("a",))]
    backend = Scripted({name: [[500.0]] for name in "abcd"})
    _, folded = run(schedule_of(*tasks, limits=Limits(concurrency=2)), backend, act)

    assert verdict.verdict(folded) == "CANCELLED"
    assert verdict.makespan(folded) < 1.0
    assert not folded.with_status("running", "queued", "waiting", "retrying")


def test_a_task_that_ended_can_not_be_cancelled() -> None:
    answers = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskCompleted) and event.task == "a":
            answers.extend(
                [executor.steering.cancel("a"), executor.steering.cancel("no such task")]
            )

    run(schedule_of(task("a")), Scripted(), act)

    assert answers == [False, False]


def test_retrying_failed_tasks_while_others_run_brings_back_what_was_skipped() -> None:
    backend = Scripted(
        {"a": [fails("auth", retryable=False), says("now")], "slow": [says("slow", 50.0)]}
    )

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskSkipped):
            assert executor.steering.retry(["a", "slow"]) == ["a", "b"]

    schedule = schedule_of(task("a"), task("b", after=("a",)), task("slow"))
    _, folded = run(schedule, backend, act)

    assert [t.status for t in folded.tasks.values()] == ["completed"] * 3
    assert len(folded.tasks["a"].attempts) == 2


def test_a_cancelled_retry_does_not_come_back() -> None:
    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskRetrying):
            assert executor.steering.cancel("a")

    _, folded = run(schedule_of(task("a"), task("b")), Scripted({"a": [fails()]}), act)

    assert folded.tasks["a"].status == "cancelled"
    assert len(folded.tasks["a"].attempts) == 1


# What comes in


def test_text_is_joined_cleaned_and_kept_whole() -> None:
    pieces = ["a", "\x1b[3", "1mred", "\x1b]0;title", "\x07 end", "\x1b"]
    backend = Scripted({"a": [[*pieces, base.Finished("end_turn")]]})

    events, folded = run(schedule_of(task("a")), backend)

    assert folded.tasks["a"].text == "ared end"
    assert kinds(events, "a").count("text_delta") == 1


def test_a_thousand_chunks_a_second_become_twenty_events_a_second() -> None:
    script = [step for n in range(1000) for step in (0.001, f"{n} ")]
    backend = Scripted({"a": [[*script, base.Finished("end_turn")]]})

    events, folded = run(schedule_of(task("a")), backend)

    assert folded.tasks["a"].text == "".join(f"{n} " for n in range(1000))
    assert 15 <= kinds(events, "a").count("text_delta") <= 25


def test_tools_stand_where_they_were_used() -> None:
    script: list[Step] = [
        "before ",
        base.ToolCalled("1", "Read", '{"path": "a"}'),
        base.ToolReturned("1", True, "text"),
        "after",
        base.Finished("end_turn"),
    ]

    _, folded = run(schedule_of(task("a")), Scripted({"a": [script]}))

    [tool] = folded.tasks["a"].attempts[0].tools
    assert (tool.name, tool.offset, tool.ok) == ("Read", len("before "), True)
    assert folded.tasks["a"].text == "before after"


def test_earlier_results_are_taken_as_they_are() -> None:
    backend = Scripted()
    schedule = schedule_of(task("a"), task("b", after=("a",)))

    async def scenario() -> list[str]:
        stamp = Stamp(asyncio.get_running_loop().time)
        executor = Executor(
            schedule,
            {"scripted": backend},
            stamp,
            workspaces=BareWorkspaces("/"),
            results={"a": "from before"},
            attempts={"b": 2},
        )
        return [ev.kind_of(event) async for batch in executor.batches() for event in batch]

    assert virtual_time.run(scenario())[0] == "task_queued"
    [assignment] = backend.assignments
    assert assignment.attempt == 3
    assert "from before" in assignment.whole_prompt


def test_events_are_numbered_without_gaps_and_never_go_back_in_time() -> None:
    events, _ = run(schedule_of(*(task(f"t{n}") for n in range(20))), Scripted())

    assert [event.seq for event in events] == list(range(2, len(events) + 2))
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_a_task_whose_predecessor_stays_lost_is_not_waited_for() -> None:
    """Asking for `b` alone can not work: `a` has failed and is not asked for."""
    backend = Scripted({"a": [fails("auth", retryable=False)], "slow": [says("slow", 50.0)]})
    answers = []

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted) and event.task == "a":
            executor.steering.cancel("b")
        if isinstance(event, ev.TaskFailed):
            answers.append(executor.steering.retry(["b"]))

    schedule = schedule_of(task("a"), task("b", after=("a",)), task("slow"))
    _, folded = run(schedule, backend, act)

    assert answers == [[]]
    assert [t.status for t in folded.tasks.values()] == ["failed", "skipped", "completed"]


def test_a_retry_after_the_budget_is_used_up_ends_too() -> None:
    used = base.UsageReported(ev.Usage(output=100))
    backend = Scripted({"a": [[used, *fails("auth", retryable=False)]], "slow": [says("x", 9.0)]})

    def act(executor: Executor, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskSkipped) and event.attempt == 0 and event.seq < 20:
            executor.steering.retry(["a"])

    schedule = schedule_of(
        task("a"), task("b", after=("a",)), task("slow"), limits=Limits(budget_tokens=50)
    )
    _, folded = run(schedule, backend, act)

    assert [t.status for t in folded.tasks.values()] == ["failed", "skipped", "completed"]
    assert folded.tasks["a"].error == "budget"


def test_a_failed_attempt_names_the_model_that_answered() -> None:
    script: list[Step] = [base.Started("model-1"), "x", *fails("auth", retryable=False)]

    _, folded = run(schedule_of(task("a", model="opus")), Scripted({"a": [script]}))

    assert folded.tasks["a"].attempts[0].model == "model-1"


@pytest.mark.parametrize("takes", [0, 1, 2])
def test_a_bug_where_tasks_are_started_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, takes: int
) -> None:
    """Tasks are started by the loop's own calls, in which an error would only be logged."""
    left, take = takes, Lanes.take

    def breaks(lanes: Lanes, now: float) -> tuple[ScheduledTask, Ticket] | None:
        nonlocal left
        taken = take(lanes, now)
        if taken is not None and (left := left - 1) < 0:
            raise RuntimeError("a bug")
        return taken

    monkeypatch.setattr(Lanes, "take", breaks)
    schedule = schedule_of(task("a"), task("b"), task("c"), limits=Limits(concurrency=1))
    with pytest.raises(RuntimeError, match="a bug"):
        run(schedule, Scripted())
