"""What programs used: in the events of a run, in its fold, and in words."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from orchtui.engine.backends import footprints
from orchtui.engine.backends.process_table import Looked
from orchtui.engine.exports.page_tasks import _facts
from orchtui.engine.exports.run_object import run_object
from orchtui.engine.exports.trace_events import trace
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run
from orchtui.engine.telling.execution_log import log
from orchtui.engine.telling.program_told import largest, now_words, peak_words, use_words
from orchtui.engine.telling.report import provenance
from orchtui.engine.texts.memory_sizes import show_memory
from tests.engine.exports import subjects
from tests.engine.scripted import task
from tests.engine.told import Told
from tests.engine.whole_runs import Ended, closing, plan_for, project_in, run, task_named

KIB, MIB, GIB = 2**10, 2**20, 2**30
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="proc(5)")


# In events


async def ran(
    folder: Path, *tasks: Any, act: Any = lambda one, event: None, **fields: Any
) -> Ended:
    async with closing(project_in(folder, environment={"PATH": "/usr/bin:/bin"})) as project:
        plan = plan_for(*tasks, aggregate="none")
        return await run(project, plan, act)


def shell(task_id: str, script: str, **fields: Any) -> Any:
    return task_named(task_id, command=("sh", "-c", script), **fields)


async def test_every_end_of_an_attempt_says_it(tmp_path: Path) -> None:
    ended = await ran(
        tmp_path,
        shell("fine", "echo fine"),
        shell("bad", "exit 3"),
        shell("slow", "sleep 60", timeout=0.3),
    )
    ends: list[ev.TaskCompleted | ev.TaskFailed] = []
    ends += [*ended.of(ev.TaskCompleted), *ended.of(ev.TaskFailed)]
    assert sorted(event.task for event in ends) == ["bad", "fine", "slow"]
    for event in ends:
        assert isinstance(event.program, ev.ProgramUse) and event.program.cpu_s is not None
        assert ended.run.tasks[event.task].program == event.program
    lines = {line["task"]: line for line in ended.journal if "program" in line}
    assert set(lines) == {"bad", "fine", "slow"}
    assert set(lines["fine"]["program"]) == {"cpu_s"}  # what is not known is not there


async def test_one_that_is_stopped_says_it_too(tmp_path: Path) -> None:
    def act(orchestrator: Any, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted):
            asyncio.get_running_loop().call_later(0.2, orchestrator.cancel, "a")

    ended = await ran(tmp_path, shell("a", "sleep 60"), act=act)
    (event,) = ended.of(ev.TaskCancelled)
    assert isinstance(event.program, ev.ProgramUse) and event.program.cpu_s is not None


async def test_a_task_without_a_program_has_nothing_of_it(tmp_path: Path) -> None:
    async with closing(project_in(tmp_path)) as project:
        plan = plan_for(task_named("a", backend="rehearsal"), aggregate="none")
        ended = await run(project, plan)
    assert not [line for line in ended.journal if "program" in line]
    assert ended.run.tasks["a"].program is None
    assert largest(ended.run) is None
    assert "Program" not in ended.log


@linux
async def test_a_running_one_can_be_asked_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run itself looks, about once a second; its peak is at least what was seen."""
    monkeypatch.setattr(footprints, "LOOK_S", 0.05)
    monkeypatch.delattr(footprints.FOOTPRINTS, "_begin_to_look")  # somebody looks, see conftest
    seen: list[Looked] = []
    all_: list[Looked | None] = []

    async def ask(orchestrator: Any) -> None:
        while not seen:
            await asyncio.sleep(0.02)
            if (found := orchestrator.looked_at("a")) is not None:
                seen.append(found)
                all_.append(orchestrator.programs)
        assert orchestrator.looked_at("no such task") is None
        assert orchestrator.looked_at("b") is None
        orchestrator.cancel_all()

    asking: list[asyncio.Task[None]] = []

    def act(orchestrator: Any, event: ev.RunEvent) -> None:
        if isinstance(event, ev.TaskStarted):
            asking.append(asyncio.create_task(ask(orchestrator)))
        if isinstance(event, ev.TaskCancelled) and event.task == "a":
            assert orchestrator.looked_at("a") is None

    ended = await ran(
        tmp_path, shell("a", "sleep 60 & sleep 60"), shell("b", "true", after=("a",)), act=act
    )
    await asyncio.gather(*asking)
    use = ended.run.tasks["a"].program
    assert use is not None and use.processes == 3
    assert use.memory is not None and use.memory >= seen[0].memory > 100 * KIB
    assert seen[0].processes <= 3 and all_ == seen
    shown = show_memory(use.memory)
    assert f"- Program: peak {shown}, 3 processes" in ended.log
    assert f"**Largest Program**: Task 1, Do work a now. (peak {shown})" in ended.log


async def test_attempts_are_told_apart_and_a_task_has_them_all(tmp_path: Path) -> None:
    ended = await ran(tmp_path, shell("a", "sleep 60", retries=1, idle_timeout=0.1))
    (retried,), (failed,) = ended.of(ev.TaskRetrying), ended.of(ev.TaskFailed)
    uses = [one for one in (retried.program, failed.program) if isinstance(one, ev.ProgramUse)]
    task = ended.run.tasks["a"]

    assert len(uses) == 2
    assert [attempt.program for attempt in task.attempts] == uses
    assert task.program is not None and task.program == uses[0] + uses[1]


# In the fold


def use(memory: int | None = None, processes: int | None = None, cpu: float | None = None) -> Any:
    return ev.ProgramUse(memory=memory, processes=processes, cpu_s=cpu)


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (use(), use(), use()),
        (use(5, 1, 0.5), use(), use(5, 1, 0.5)),
        (use(5, 4, 0.5), use(9, 2, 0.25), use(9, 4, 0.75)),
        (use(cpu=0.5), use(memory=3), use(3, None, 0.5)),
    ],
)
def test_two_attempts_together(one: Any, other: Any, both: Any) -> None:
    assert one + other == both
    assert other + one == both


def told() -> Told:
    """A task that was tried twice, with another beside it; one without a program."""
    made = Told(task("a", title="Big"), task("b", title="Small"), task("c", title="Model"))
    for name in "abc":
        made.starts(name, 0.0)
    made.tell(
        ev.TaskRetrying,
        5.0,
        task="a",
        attempt=1,
        error="command",
        why="no",
        wait_s=1.0,
        program=use(400 * MIB, 7, 1.5),
    )
    made.starts("a", 6.0)
    made.tell(
        ev.TaskHedged, 7.0, task="a", attempt=3, specialist="s", instance="s", backend="scripted"
    )
    made.tell(ev.HedgeEnded, 8.0, task="a", attempt=3, how="lost", program=use(100 * MIB, 9, 0.25))
    ends = {"usage": ev.Usage(), "output": "", "stop_reason": "exit"}
    made.tell(ev.TaskCompleted, 9.0, task="a", attempt=2, program=use(300 * MIB, 2, 1.0), **ends)
    made.tell(ev.TaskCompleted, 9.0, task="b", attempt=1, program=use(2 * MIB, 1, 0.004), **ends)
    made.completes("c", 9.0, "x", output=5)
    return made.ends(9.0)


def test_a_task_has_the_largest_peak_and_all_seconds() -> None:
    run = told().run
    assert run.tasks["a"].program == use(400 * MIB, 9, 2.75)
    assert [one.program for one in run.tasks["a"].attempts] == [
        use(400 * MIB, 7, 1.5),
        use(300 * MIB, 2, 1.0),
    ]
    assert run.tasks["c"].program is None
    large = largest(run)
    assert large is not None and large.id == "a"


def test_the_log_says_it_of_each_task_and_of_the_run() -> None:
    text = log(told().run, task_output=str, result_output="r")

    assert [line for line in text.splitlines() if "rogram" in line] == [
        "- Program: peak 400 MB, 9 processes, CPU 2.8s",
        "- Program: peak 2.0 MB, 1 process, CPU 4ms",
        "**Largest Program**: Task 1, Big (peak 400 MB)",
    ]


def test_the_line_about_who_made_a_text_has_the_peak() -> None:
    run = told().run
    assert " · peak 400 MB · " in provenance(run, run.tasks["a"])
    assert "peak" not in provenance(run, run.tasks["c"])


def test_exports_have_it_and_null_where_it_is_not_known() -> None:
    made = told()
    subject = subjects.of(made.run)
    built = run_object(subject)
    by_id = {one["id"]: one for one in built["tasks"]}

    assert built["figures"]["largest_program"] == "a"
    assert by_id["a"]["program"] == {"memory": 400 * MIB, "processes": 9, "cpu_s": 2.75}
    assert by_id["a"]["attempts"][1]["program"]["memory"] == 300 * MIB
    assert by_id["a"]["hedges"][0]["program"]["cpu_s"] == 0.25
    assert by_id["c"]["program"] is None
    assert "peak 400 MB" in _facts(subject, made.run.tasks["a"])
    assert "peak" not in _facts(subject, made.run.tasks["c"])
    slices = [one for one in trace(subject, made.events) if one.get("cat") == "attempt"]
    assert {one["args"]["task"]: one["args"]["program"] for one in slices}["c"] is None
    assert use(2 * MIB, 1, 0.004) in [
        msgspec.convert(one["args"]["program"], ev.ProgramUse)
        for one in slices
        if one["args"]["program"]
    ]


# Journals of other versions, and of strangers


def folded(made: Told, change: Any) -> Run:
    """What a journal says whose lines were changed."""
    lines = []
    for event in made.events:
        line = json.loads(ev.encode(event))
        change(line)
        lines.append(json.dumps(line))
    run = fold.replay(ev.decode(line) for line in lines)
    assert run is not None
    return run


def test_a_journal_of_before_says_nothing_of_it() -> None:
    run = folded(told(), lambda line: line.pop("program", None))

    assert run.finished is not None and largest(run) is None
    assert all(one.program is None for one in run.tasks.values())
    text = log(run, task_output=str, result_output="r")
    assert "rogram" not in text and "peak" not in text


def test_it_is_written_and_read_again() -> None:
    run = folded(told(), lambda line: None)
    assert run.tasks["a"].program == use(400 * MIB, 9, 2.75)


def test_a_later_versions_figures_are_passed_over() -> None:
    def more(line: dict[str, Any]) -> None:
        if "program" in line:
            line["program"]["disk"] = 7

    assert folded(told(), more).tasks["b"].program == use(2 * MIB, 1, 0.004)


@pytest.mark.parametrize(
    ("strange", "words"),
    [
        (use(), ""),
        (use(0, 0, 0.0), ""),
        (use(-5, -5, -5.0), ""),
        (use(10**300, 10**300, 1e300), ""),
        (use(2**61, 2**23, 1e12), ""),
        (use(10**300, 2, 1.0), "2 processes, CPU 1.0s"),
        (use(5 * MIB, 0, float("inf")), "peak 5.0 MB"),
        (use(5 * MIB, 1, float("nan")), "peak 5.0 MB, 1 process"),
    ],
)
def test_figures_that_no_machine_has_are_not_told(strange: Any, words: str) -> None:
    assert use_words(strange) == words
    made = Told(task("a", title="A")).starts("a", 0.0)
    ends = {"usage": ev.Usage(), "output": "", "stop_reason": "exit"}
    made.tell(ev.TaskCompleted, 9.0, task="a", attempt=1, program=strange, **ends).ends(9.0)
    text = log(made.run, task_output=str, result_output="r")
    assert ("- Program: " in text) == bool(words)
    assert ("Largest" in text) == ("peak" in words)


# In words


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "0.1 MB"),
        (MIB // 2, "0.5 MB"),
        (2 * MIB, "2.0 MB"),
        (int(9.94 * MIB), "9.9 MB"),
        (int(9.96 * MIB), "10 MB"),
        (412 * MIB, "412 MB"),
        (999 * MIB, "999 MB"),
        (1000 * MIB, "1.0 GB"),
        (int(1.44 * GIB), "1.4 GB"),
        (int(9.96 * GIB), "10 GB"),
        (1536 * GIB, "1,536 GB"),
    ],
)
def test_sizes_of_memory(size: int, words: str) -> None:
    assert show_memory(size) == words


@pytest.mark.parametrize(
    ("used", "words", "peak"),
    [
        (None, "", ""),
        (use(412 * MIB, 3, 1.2), "peak 412 MB, 3 processes, CPU 1.2s", "peak 412 MB"),
        (use(412 * MIB, 1), "peak 412 MB, 1 process", "peak 412 MB"),
        (use(cpu=0.0004), "", ""),
        (use(cpu=0.0006), "CPU 1ms", ""),
        (use(cpu=0.049), "CPU 49ms", ""),
        (use(cpu=0.05), "CPU 0.1s", ""),
        (use(cpu=75.0), "CPU 1m 15s", ""),
    ],
)
def test_what_was_used(used: Any, words: str, peak: str) -> None:
    assert use_words(used) == words
    assert peak_words(used) == peak


def test_what_is_seen_now() -> None:
    assert now_words(Looked(412 * MIB, 3)) == "412 MB, 3 processes"
    assert now_words(Looked(MIB, 1)) == "1.0 MB, 1 process"
    assert now_words(Looked(3 * GIB, 1200)) == "3.0 GB, 1,200 processes"
