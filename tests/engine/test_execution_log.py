"""The execution log: its form, and the same figures as everywhere else."""

import re

import pytest
from hypothesis import given
from msgspec.structs import replace

from orchtui.engine.plans.plan import Limits
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.telling import execution_log
from orchtui.engine.texts.durations import show_duration
from tests.engine.scripted import conflict, dependency, task
from tests.engine.told import Scenario, Told, finished, play, scenarios


def log(run: Run) -> str:
    return execution_log.log(
        run,
        task_output=lambda number: f"artifacts/parallel-task-{number}.md",
        result_output="artifacts/parallel-result.md",
    )


def test_the_whole_log_of_a_small_run() -> None:
    told = Told(
        task("academic", title="Academic research", priority="critical", estimate=3600.0),
        task("tutorial", title="Tutorial research", estimate=5400.0),
        task("critique", title="Critique", specialist="critic", after=("tutorial",), estimate=60.0),
        task("extra", title="Extra", specialist="critic", priority="nice-to-have", estimate=60.0),
        request="Multi-source research:\n- one",
    )
    told.starts("academic", 0, "claude-opus").starts("tutorial", 0).starts("extra", 0)
    told.retries("tutorial", 5, "the server is busy").starts("tutorial", 7)
    told.fails("extra", 60, "the key is wrong", "auth")
    told.completes("tutorial", 2700, "done", input=100, output=20)
    told.starts("critique", 2700).completes("critique", 3000, "done")
    told.completes("academic", 4200, "done").ends(4201)

    assert log(told.run) == GOLDEN


GOLDEN = """\
# Parallel Execution: Multi-source research
Run: 20260115-100000-abcd
Start Time: 2026-01-15T10:00:00Z
Expected Completion: 2026-01-15T11:31:00Z

## Task Decomposition
**Independent Tasks**: 3
**Dependent Tasks**: 1
**Specialists Involved**: researcher (2 instances), critic (2 instances)
**Estimated Time**: 1h 31m
**Concurrency**: at most 8 at once

## Parallel Tasks

### Task 1: Academic research
- Specialist: researcher (researcher-A)
- Backend: scripted, model claude-opus
- Priority: critical
- Output: artifacts/parallel-task-1.md
- Status: DELEGATED at 10:00:00Z
- Dependencies: NONE
- Completion: 11:10:00Z ✓ (1h 10m)

### Task 2: Tutorial research
- Specialist: researcher (researcher-B)
- Backend: scripted
- Priority: normal
- Output: artifacts/parallel-task-2.md
- Status: DELEGATED at 10:00:00Z
- Dependencies: NONE
- Attempt 1: ended after 5.0s, the server is busy
- Completion: 10:45:00Z ✓ (44m 53s)

### Task 3: Critique
- Specialist: critic (critic-A)
- Backend: scripted
- Priority: normal
- Output: artifacts/parallel-task-3.md
- Status: DELEGATED at 10:45:00Z
- Dependencies: tutorial
- Completion: 10:50:00Z ✓ (5m 00s)

### Task 4: Extra
- Specialist: critic (critic-B)
- Backend: scripted
- Priority: nice-to-have
- Output: artifacts/parallel-task-4.md
- Status: DELEGATED at 10:00:00Z
- Dependencies: NONE
- Completion: 10:01:00Z FAILED ✗
- Reason: auth: the key is wrong

## Completion Status
- Task 1: COMPLETED at 11:10:00Z
- Task 2: COMPLETED at 10:45:00Z
- Task 3: COMPLETED at 10:50:00Z
- Task 4: FAILED at 10:01:00Z: the key is wrong

**Verdict**: PARTIAL
**Total Execution Time**: 1h 10m
**Sequential Time**: 2h 00m (the sum of the tasks that completed)
**Speedup**: 1.71× (of the tasks that completed)
**Bottleneck**: Task 1, Academic research (1h 10m)
**Tokens**: 100 in, 20 out, 0 from the cache, 0 into the cache
**Success Rate**: 75% (3/4)

## Time
- Time: 1h 10m for 2h 00m of work, speed-up 1.71×; no number of slots gives more
- What set the end: the longest task, Task 1, Academic research (1h 10m)
- Waited, all tasks together: 7.0s for attempts made again
- Would have helped: Task 1, Academic research in half its time: up to 20m 00s less

## Aggregated Result
**Integration Strategy**: Collected 3 of 4 results, one after the other
**Missing**: extra
**Output Location**: artifacts/parallel-result.md
"""


def test_the_log_says_who_waited_for_whom_and_why() -> None:
    told = Told(
        task("a"),
        task("b", accepted=("write_conflict:a:b",)),
        task("c", after=("a",)),
        task("d"),
        findings=[
            conflict("a", "b"),
            dependency("b", "c"),
            conflict("a", "d"),
            conflict("c", "d", certain=False),
        ],
    )

    text = log(told.run)

    assert (
        """\
**Independent Tasks**: 2
**Dependent Tasks**: 2
"""
        in text
    )
    assert (
        """\
**Accepted Findings**: 1
- 'a' and 'b' both write out.md (write\\_conflict:a:b)
"""
        in text
    )
    assert (
        """\
- Dependencies: a, b
- After b (guessed): 'c' speaks of what 'b' makes
"""
        in text
    )
    assert (
        """\
- Dependencies: a, c
- Not at the same time as a (certain): 'a' and 'd' both write out.md
- Not at the same time as c (guessed): 'c' and 'd' both write out.md
"""
        in text
    )
    assert text.count("- Dependencies: NONE\n") == 2


def test_the_log_of_a_run_that_goes_on_says_so() -> None:
    told = Told(task("a"), task("b"), task("c", after=("a",))).starts("a", 0).says("a", 1, "x")
    told.tell(ev.TaskQueued, 1, task="b", attempt=0)

    text = log(told.run)

    assert "**Verdict**: the run has not ended" in text
    assert "**Integration Strategy**: not yet" in text
    assert "- Task 1: RUNNING\n- Task 2: QUEUED\n- Task 3: WAITING" in text
    assert "Expected Completion: unknown" in text
    assert "Success Rate" not in text


def test_a_task_that_never_started_has_no_output_and_no_delegation() -> None:
    told = Told(task("a"), task("b", after=("a",))).starts("a", 0).fails("a", 1)
    told.skips("b", 1, "it needs 'a', which failed").ends(1)

    section = log(told.run).partition("### Task 2")[2]

    assert "- Output: none\n- Status: SKIPPED ⊘\n- Dependencies: a\n" in section
    assert "- Reason: it needs 'a', which failed" in section


def test_a_fallback_is_told() -> None:
    told = Told(task("a"), aggregate="synthesize").starts("a", 0).completes("a", 1, "x")

    text = log(told.ends(1, "collect", "its answer is only a placeholder").run)

    assert "**Asked For**: synthesize, but its answer is only a placeholder" in text


def test_a_rehearsal_is_told() -> None:
    told = Told(task("a"), backend="rehearsal").starts("a", 0).completes("a", 1, "x").ends(1)

    assert "**REHEARSAL**: no model was called" in log(told.run)


def test_parallel_work_that_did_not_help_is_told() -> None:
    told = Told(task("a"), task("b", after=("a",))).starts("a", 0).completes("a", 10, "x")
    told.starts("b", 10).completes("b", 20, "x").ends(20)

    assert "**Speedup**: 1.00× (running in parallel did not help)" in log(told.run)


def test_names_and_reasons_can_not_forge_lines() -> None:
    evil = "x\n\n**Verdict**: COMPLETED\n### Task 9: forged"
    found = replace(conflict("a", "b"), message=evil)
    accepted = replace(conflict("a", "b", certain=False), id="other", message=evil)
    tasks = (
        task("a", title=evil, specialist="s\n# t"),
        task("b", accepted=("other",)),
    )
    told = Told(*tasks, request=evil, findings=[found, accepted]).starts("a", 0)
    told.fails("a", 1, evil).starts("b", 1).fails("b", 2, evil)
    text = log(told.ends(2).run)

    assert [line for line in text.splitlines() if line.startswith("**Verdict**")] == [
        "**Verdict**: FAILED"
    ]
    assert len(re.findall(r"^### ", text, re.MULTILINE)) == 2
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1


@given(scenarios())
def test_the_log_agrees_with_the_verdict(scenario: Scenario) -> None:
    _, run = play(scenario)
    told = finished(run)
    text = log(told)
    count = verdict.census(told)

    assert f"**Verdict**: {verdict.verdict(told)}\n" in text
    assert f"({count.completed}/{count.total})" in text
    assert f"**Total Execution Time**: {show_duration(verdict.makespan(told))}\n" in text
    for word, number in (
        ("COMPLETED", count.completed),
        ("FAILED", count.failed),
        ("CANCELLED", count.cancelled),
        ("SKIPPED", count.skipped),
    ):
        assert len(re.findall(rf"^- Task \d+: {word} at ", text, re.MULTILINE)) == number


def test_attempts_that_were_told_to_come_back_later_are_one_line() -> None:
    told = Told(task("a"))
    for second in range(0, 9, 3):
        told.starts("a", second).retries("a", second + 1, "too fast", throttled=True)
    told.starts("a", 20).retries("a", 25, "no connection").starts("a", 30)
    told.completes("a", 40, "done").ends(41)

    lines = [line for line in log(told.run).splitlines() if line.startswith("- Attempt")]

    assert lines == [
        "- Attempts 1 to 3: told to come back later, over 7.0s; the last time: too fast",
        "- Attempt 4: ended after 5.0s, no connection",
    ]


@pytest.mark.parametrize(
    ("slots", "whole", "end"), [(1, "2h 00m", "12:00"), (4, "1h 00m", "11:00")]
)
def test_the_estimated_time_is_that_of_the_slots_there_are(
    slots: int, whole: str, end: str
) -> None:
    half_hours = [task(name, estimate=1800.0) for name in ("a", "b", "c")]
    last = task("d", after=("a",), estimate=1800.0)
    run = Told(*half_hours, last, limits=Limits(concurrency=slots)).run

    text = log(run)

    assert f"**Estimated Time**: {whole}\n" in text
    assert f"Expected Completion: 2026-01-15T{end}:00Z\n" in text


def test_servers_that_asked_for_less_are_told_and_what_was_changed_by_hand() -> None:
    told = Told(task("a"))
    told.starts("a", 0)
    for second, lower in ((1, True), (2, True), (3, False)):
        told.tell(
            ev.LimitChanged,
            second,
            backend="scripted",
            concurrency=2,
            rate=0.5,
            lower=lower,
            why="too fast",
        )
    told.tell(ev.Steered, 4, action="extend", task="a", value="600")
    told.tell(ev.Steered, 5, action="telepathy", task="a")
    told.completes("a", 40, "done").ends(41)

    text = log(told.run)

    assert "- scripted asked for less 2 times; last: takes more again: 2 at once, 30/min\n" in text
    assert "## Changes by Hand\n- 10:00:04Z: gave 'a' 10m 00s more\n\n" in text
