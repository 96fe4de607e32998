"""A machine of a cluster dies in the middle of a run: only its attempts are lost, and only once.

The workers and the scheduler are real processes that are killed; what the run wrote down is
what is looked at.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from orchtui.engine.backends.registry import Backends
from orchtui.engine.cluster.attached import AttachedCluster
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.dask_link import LEASE, SILENCE
from orchtui.engine.plan_files.plan_file import dump_plan
from orchtui.engine.plans.plan import Limits, Plan, Task
from orchtui.engine.run_events import events as ev
from orchtui.engine.runs import verdict
from orchtui.engine.runs.run import Run
from orchtui.engine.scheduling.resolve import Overrides
from orchtui.engine.sessions.project import Project
from tests.engine.cluster.dask_here import dask_here, needs_dask

pytestmark = needs_dask

TASKS = 40


def plan(words: int = 150) -> Plan:
    """Tasks that stream 50 pieces a second."""
    tasks = (
        Task(id=f"t{n}", prompt=f"Write about topic {n} [rehearse: {words} words, 20 ms]")
        for n in range(1, TASKS + 1)
    )
    return Plan(tasks=tuple(tasks), name="forty", aggregate="collect")


def project(folder: Path, cluster: str | None, retries: int = 3) -> Project:
    backends = Backends({}, chosen="rehearsal")
    if cluster is not None:
        backends.elsewhere = AttachedCluster(Cluster.of(cluster))
    limits = Limits(concurrency=TASKS, retries=retries)
    return Project(
        folder=folder,
        out=folder / "artifacts",
        backends=backends,
        overrides=Overrides(limits=limits),
    )


async def run(
    made: Project, of: Plan | str, act: Callable[[ev.RunEvent], None] = lambda event: None
) -> tuple[Run, list[ev.RunEvent]]:
    """Run a plan, or go on with a run, to the end."""
    orchestrator = made.start(of) if isinstance(of, Plan) else made.resume(of)
    events = []
    try:
        async with orchestrator:
            async for event in orchestrator:
                events.append(event)
                act(event)
    finally:
        await made.close()
    return orchestrator.run, events


def after(texts: int, do: Callable[[], None]) -> Callable[[ev.RunEvent], None]:
    """Do something once, when so many pieces of text have come."""
    seen = 0

    def act(event: ev.RunEvent) -> None:
        nonlocal seen
        if isinstance(event, ev.TextDelta):
            seen += 1
            if seen == texts:
                do()

    return act


def told_once(run: Run, events: list[ev.RunEvent]) -> None:
    """Every task completed once, with the very text that it has when nothing goes wrong."""
    completed = Counter(event.task for event in events if isinstance(event, ev.TaskCompleted))
    assert completed == Counter({f"t{n}": 1 for n in range(1, TASKS + 1)})
    assert verdict.verdict(run) == "COMPLETED"


async def test_one_of_two_workers_is_killed_and_all_tasks_complete(tmp_path: Path) -> None:
    alone, _ = await run(project(tmp_path / "alone", None), plan(words=150))
    with dask_here(tmp_path) as here:
        for name in ("first", "second"):
            here.worker(name)
        made = project(tmp_path / "far", here.address)
        done, events = await run(made, plan(), after(60, lambda: here.kill("first")))
    told_once(done, events)
    lost = [event for event in events if isinstance(event, ev.TaskRetrying)]
    assert 1 <= len(lost) <= TASKS // 2
    for event in lost:
        assert (event.error, event.why) == ("connection", "the worker first was lost")
    for task_id, task in done.tasks.items():
        # Nothing of the lost attempt is in the answer, and nothing is there twice.
        assert task.text == alone.tasks[task_id].text
        assert task.attempt is not None and task.attempt.worker is not None
        again = any(event.task == task_id for event in lost)
        assert task.attempt.worker == "second" or not again


@pytest.mark.faults
async def test_a_worker_that_falls_silent_is_lost_and_what_it_says_later_is_dropped(
    tmp_path: Path,
) -> None:
    with dask_here(tmp_path) as here:
        for name in ("first", "second"):
            here.worker(name)
        stopped = here.processes["first"]

        def act(event: ev.RunEvent) -> None:
            stop(event)
            if isinstance(event, ev.TaskRetrying):  # it is given up: now it comes back
                stopped.send_signal(signal.SIGCONT)

        stop = after(60, lambda: stopped.send_signal(signal.SIGSTOP))
        # Long enough that what is tried again still streams when the other one comes back.
        done, events = await run(project(tmp_path / "far", here.address), plan(words=400), act)
    told_once(done, events)
    lost = [event for event in events if isinstance(event, ev.TaskRetrying)]
    assert 1 <= len(lost) <= TASKS // 2
    assert {event.why for event in lost} == {
        f"the worker first was lost: nothing came for {SILENCE:.0f} s"
    }


async def test_the_scheduler_is_killed_and_the_run_can_be_resumed_here(tmp_path: Path) -> None:
    with dask_here(tmp_path) as here:
        for name in ("first", "second"):
            here.worker(name)
        quick = Task(id="quick", prompt="Be quick [rehearse: 3 words, 1 ms]")
        slow = plan()
        both = Plan(tasks=(quick, *slow.tasks), name="forty", aggregate="collect")

        def kill(event: ev.RunEvent) -> None:
            if isinstance(event, ev.TaskCompleted) and event.task == "quick":
                here.kill("scheduler")

        made = project(tmp_path / "far", here.address, retries=0)
        done, events = await run(made, both, kill)
    assert verdict.verdict(done) == "PARTIAL"
    failed = [event for event in events if isinstance(event, ev.TaskFailed)]
    assert len(failed) == TASKS
    assert {event.error for event in failed} == {"connection"}
    assert all("scheduler" in event.message or "was lost" in event.message for event in failed)
    resumed, later = await run(project(tmp_path / "far", None), done.id)
    told_once_more = [event.task for event in later if isinstance(event, ev.TaskCompleted)]
    assert sorted(told_once_more) == sorted(f"t{n}" for n in range(1, TASKS + 1))
    assert verdict.verdict(resumed) == "COMPLETED"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_programs_end_on_their_workers_with_their_time_and_with_the_run(
    tmp_path: Path, how: signal.Signals
) -> None:
    """A timeout ends its own program alone; ctrl+c ends them all, and so does `kill -9` of where
    the run was started, with the workers that were started there."""
    script = "echo $$ >{}; echo begun; sleep 600"
    tasks = (
        Task(id="late", command=("sh", "-c", script.format(tmp_path / "late")), timeout=2.0),
        Task(id="long", command=("sh", "-c", script.format(tmp_path / "long"))),
    )
    run_of = Plan(tasks=tasks, aggregate="none")
    with coordinator(tmp_path, run_of, "local:1") as process:
        late, long = (begun(tmp_path / name) for name in ("late", "long"))
        started = [child.pid for child in psutil.Process(process.pid).children()]
        assert started
        until(lambda: has_ended(late), 30)
        assert not has_ended(long)
        process.send_signal(how)
        until(lambda: has_ended(long), 30)
        code = process.wait(30)
        until(lambda: all(map(has_ended, started)), 30)
    assert code == (130 if how == signal.SIGINT else -signal.SIGKILL)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for marks in /proc")
def test_programs_of_a_worker_that_is_killed_end_too(tmp_path: Path) -> None:
    """Also one that has left its group; the worker itself can not do it any more. Nor can it remove
    the folder that they worked in."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    apart = f"setsid sh -c 'echo $$ >{tmp_path}/apart; sleep 600' &"
    task = Task(id="long", command=("sh", "-c", f"{apart} echo $$ >{tmp_path}/long; sleep 600"))
    with dask_here(tmp_path) as here:
        here.worker("first", environment={"TMPDIR": str(temporary)})
        with coordinator(tmp_path, Plan(tasks=(task,)), here.address):
            programs = [begun(tmp_path / name) for name in ("long", "apart")]
            assert not any(map(has_ended, programs))
            (left,) = temporary.glob("orchtui-*")
            here.kill("first")
            try:
                until(lambda: all(map(has_ended, programs)), 30)
                until(lambda: not left.exists(), 30)
            finally:
                for pid in programs:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)


@pytest.mark.faults
def test_the_coordinator_is_killed_and_its_programs_end_with_their_lease(
    tmp_path: Path,
) -> None:
    task = Task(id="long", command=("sh", "-c", f"echo $$ >{tmp_path}/long; sleep 600"))
    with dask_here(tmp_path) as here:
        here.worker("first")
        with coordinator(tmp_path, Plan(tasks=(task,)), here.address):
            program = begun(tmp_path / "long")
        assert not has_ended(program)
        until(lambda: has_ended(program), LEASE + 20)


@contextmanager
def coordinator(folder: Path, plan: Plan, cluster: str) -> Iterator["subprocess.Popen[bytes]"]:
    """The command line that runs a plan; killed at the end."""
    folder = folder / "far"
    folder.mkdir()
    (folder / "plan.yaml").write_text(dump_plan(plan))
    command = ("run", "plan.yaml", "--trust", "--cluster", cluster)
    process = subprocess.Popen(
        (sys.executable, "-m", "orchtui", *command),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def begun(file: Path) -> int:
    """The process id that a program has written, once it has."""
    until(lambda: file.exists() and file.read_text().endswith("\n"), 60)
    return int(file.read_text())


def has_ended(pid: int) -> bool:
    """Whether nothing of it runs; whoever has it as a child may not have collected it yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def until(there: Callable[[], bool], seconds: float) -> None:
    """Wait for something that other processes do."""
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end, f"it did not come about in {seconds:.0f} s"
        time.sleep(0.1)
