"""What programs use: real ones, the kernel's word at their end, and the thread that looks."""

import asyncio
import os
import resource
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchtui.engine.backends import footprints, program_exits
from orchtui.engine.backends.base import Text
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.backends.footprints import FOOTPRINTS, Footprint, Footprints, taken_by
from orchtui.engine.backends.process_table import Looked
from orchtui.engine.run_events.event_parts import ProgramUse
from tests.engine.backends.program_helpers import assignment, run, until

MIB = 2**20
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="proc(5)")


def python(text: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-S", "-c", text)


def nobody_looks() -> Footprints:
    """Without the thread that looks."""
    made = Footprints()
    made._thread = threading.current_thread()
    return made


TOUCH = "x = bytearray({0} << 20)\nfor at in range(0, len(x), 4096): x[at] = 1\n"


async def used(folder: Path, *command: str) -> ProgramUse | None:
    footprint = Footprint()
    with taken_by(footprint):
        await run(CommandBackend(), assignment(folder, *command))
    return footprint.use


# At a program's end


async def test_a_short_program_that_takes_much_is_known_by_its_end(tmp_path: Path) -> None:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * footprints._MAXRSS_BYTES // MIB
    more = own + 200
    use = await used(tmp_path, *python(TOUCH.format(more)))

    assert use is not None and use.memory is not None and use.cpu_s is not None
    assert more <= use.memory / MIB <= more + 200
    assert use.cpu_s > 0


async def test_and_so_is_what_it_has_started_and_waited_for(tmp_path: Path) -> None:
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * footprints._MAXRSS_BYTES // MIB
    more = own + 200
    inner = " ".join(f"'{part}'" for part in python(TOUCH.format(more)))
    use = await used(tmp_path, "sh", "-c", f"{inner}; true")

    assert use is not None and use.memory is not None
    assert more <= use.memory / MIB <= more + 200


async def test_what_is_orchtuis_own_peak_is_not_taken_for_the_programs(tmp_path: Path) -> None:
    """A program begins as a copy of this process, and the kernel counts that."""
    use = await used(tmp_path, "true")

    assert use is not None and use.memory is None and use.processes is None


async def test_time_of_the_processor_is_the_programs_and_its_childrens(tmp_path: Path) -> None:
    work = "import time\nwhile time.process_time() < 0.12: pass\n"
    inner = " ".join(f"'{part}'" for part in python(work))
    use = await used(tmp_path, "sh", "-c", f"{inner}; {inner}")

    assert use is not None and use.cpu_s is not None and 0.2 <= use.cpu_s < 20


def usage(most: int, cpu: float = 0.5) -> Any:
    return SimpleNamespace(ru_maxrss=most, ru_utime=cpu / 2, ru_stime=cpu / 2)


@pytest.mark.parametrize(
    ("own", "program", "memory"),
    [
        (1000, 0, None),
        (1000, 999, None),
        (1000, 1000, None),
        (1000, 1050, None),  # two readings of the same may differ by so much
        (1000, 1100, 1100),
        (1000, 50_000, 50_000),
        (0, 0, None),
    ],
)
def test_only_what_is_more_than_this_process_ever_had_is_known(
    own: int, program: int, memory: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(footprints, "own_peak", lambda: own)
    made = nobody_looks()
    footprint = Footprint()
    with taken_by(footprint):
        made.began(1 << 30)
    made.ended(1 << 30, usage(program))
    times = footprints._MAXRSS_BYTES
    expected = ProgramUse(memory=None if memory is None else memory * times, cpu_s=0.5)

    assert footprint.use == expected
    made.ended(1 << 30, usage(10**6))  # of one that is not there any more
    assert footprint.use == expected


def test_this_process_may_have_grown_since_it_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [1000, 5000]
    monkeypatch.setattr(footprints, "own_peak", lambda: own.pop(0))
    made, footprint = nobody_looks(), Footprint()
    for pid, most in ((1, 3000), (2, 4500), (3, 900), (4, 5200)):
        with taken_by(footprint):
            made.began(pid << 30)
        made.ended(pid << 30, usage(most))

    assert footprint.use == ProgramUse(memory=3000 * footprints._MAXRSS_BYTES, cpu_s=2.0)
    assert own == []  # asked only where it could make a difference


async def test_one_that_somebody_else_has_collected_leaves_nothing(tmp_path: Path) -> None:
    before = len(FOOTPRINTS._running)
    footprint = Footprint()
    process = await asyncio.create_subprocess_exec("true")
    await process.wait()
    told: list[int] = []
    with taken_by(footprint):
        program_exits.EXITS.watch(process.pid, told.append)
    await until(lambda: bool(told))

    assert told == [program_exits.UNKNOWN]
    assert footprint.use is None
    assert len(FOOTPRINTS._running) == before


# While it runs


@linux
async def test_a_running_program_with_all_its_processes_is_seen(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = tmp_path / "sleeper.py"
    script.write_text(
        f"import time\n{TOUCH.format(40)}open({str(ready)!r}, 'w').close()\ntime.sleep(60)\n"
    )
    shell = f"setsid {sys.executable} -I -S {script} & sleep 60; true"
    footprint = Footprint()

    async def work() -> None:
        with taken_by(footprint):
            await run(CommandBackend(grace=0.1), assignment(tmp_path, "sh", "-c", shell))

    working = asyncio.create_task(work())
    await until(ready.exists)
    await asyncio.to_thread(FOOTPRINTS.look)
    seen, together, family = footprint.now, FOOTPRINTS.together, FOOTPRINTS.family()
    working.cancel()
    await asyncio.wait((working,))

    assert seen is not None and seen.processes == 3
    assert 40 * MIB <= seen.memory <= 200 * MIB
    assert together == seen
    assert family is not None and family.memory > seen.memory and family.processes >= 4
    assert footprint.now is None and FOOTPRINTS.together is None
    use = footprint.use
    assert use is not None and use.processes == 3
    assert use.memory is not None and use.memory >= seen.memory


def seen_at(*looks: Looked | None) -> Footprint:
    made = Footprint()
    for look in looks:
        made.seen(look) if look is not None else made.ended(None, 0.25)
    return made


@pytest.mark.parametrize(
    ("looks", "use"),
    [
        ([], None),
        ([Looked(5, 1)], ProgramUse(memory=5, processes=1)),
        ([Looked(5, 1), Looked(9, 2), Looked(3, 4)], ProgramUse(memory=9, processes=4)),
        ([Looked(5, 1), None], ProgramUse(memory=5, processes=1, cpu_s=0.25)),
        ([None], ProgramUse(cpu_s=0.25)),
        ([None, None], ProgramUse(cpu_s=0.5)),
        ([Looked(0, 0), None], ProgramUse(cpu_s=0.25)),  # never a 0
    ],
)
def test_the_most_of_all_looks_stands(looks: list[Looked | None], use: ProgramUse | None) -> None:
    assert seen_at(*looks).use == use


def test_of_an_attempt_with_two_programs_both_count(monkeypatch: pytest.MonkeyPatch) -> None:
    made, both, other = nobody_looks(), Footprint(), Footprint()
    monkeypatch.setattr(footprints, "processes", lambda: [object()])
    shares = ({1: Looked(10, 1), 2: Looked(20, 2), 3: Looked(5, 1)}, Looked(99, 9))
    monkeypatch.setattr(footprints, "shares", lambda table, programs, own: shares)
    with taken_by(both):
        made.began(1)
        made.began(2)
    with taken_by(other):
        made.began(3)
    made.began(4)  # of nobody's attempt, and not seen
    made.look()

    assert (both.now, other.now) == (Looked(30, 3), Looked(5, 1))
    assert made.together == Looked(35, 4)
    assert made.family() == Looked(99, 9)


async def test_a_task_begun_inside_belongs_to_it_and_one_outside_does_not() -> None:
    made, first, second = nobody_looks(), Footprint(), Footprint()

    async def begin(pid: int) -> None:
        await asyncio.sleep(0)
        made.began(pid)

    async def attempt(footprint: Footprint, pid: int) -> None:
        with taken_by(footprint):
            await asyncio.create_task(begin(pid))

    await asyncio.gather(attempt(first, 1), attempt(second, 2), begin(3))

    assert made._running[1] is first and made._running[2] is second
    assert made._running[3] not in (first, second)


def test_where_there_is_no_list_of_processes_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, footprint = nobody_looks(), Footprint()
    monkeypatch.setattr(footprints, "processes", lambda: [])
    with taken_by(footprint):
        made.began(1)
    made.look()

    assert footprint.now is None and footprint.use is None
    assert made.together is None and made.family() is None


# The thread that looks


def look_on(monkeypatch: pytest.MonkeyPatch, made: Footprints) -> "list[threading.Thread]":
    """Keeps who looks, and lets it look at once."""
    by: list[threading.Thread] = []
    monkeypatch.setattr(footprints, "LOOK_S", 0.001)
    monkeypatch.setattr(made, "look", lambda: by.append(threading.current_thread()))
    return by


def wait_for(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_one_thread_looks_for_all_and_only_while_any_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Footprints()
    by = look_on(monkeypatch, made)
    for pid in range(300):
        made.began(pid)
    wait_for(lambda: len(by) >= 3)
    assert len(set(by)) == 1 and by[0].daemon
    for pid in range(300):
        made.ended(pid, usage(0))
    wait_for(lambda: made._thread is None)
    wait_for(lambda: not by[0].is_alive())

    made.began(1)
    wait_for(lambda: len(set(by)) == 2)
    made.lost(1)
    wait_for(lambda: made._thread is None)


def test_looks_that_take_long_are_made_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred times as long as one of them took, of the processor."""
    made, pauses = Footprints(), []
    took = iter([0.0, 0.002, 0.002, 0.302, 0.302, 0.302])

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            made._running.clear()

    monkeypatch.setattr(made, "look", lambda: None)
    fake = SimpleNamespace(sleep=sleep, thread_time=lambda: next(took))
    monkeypatch.setattr(footprints, "time", fake)
    made._running[1] = Footprint()
    made._work()

    assert pauses == pytest.approx([1.0, 1.0, 30.0, 1.0])


def test_where_no_thread_can_be_had_the_next_program_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = Footprints()
    by = look_on(monkeypatch, made)
    refused = [True]
    start = threading.Thread.start

    def starting(thread: threading.Thread) -> None:
        if refused.pop() if refused else False:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", starting)
    made.began(1)
    assert made._thread is None
    made.began(2)
    wait_for(lambda: bool(by))
    made.lost(1)
    made.lost(2)
    wait_for(lambda: made._thread is None)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_look_that_goes_wrong_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Footprints()
    monkeypatch.setattr(footprints, "LOOK_S", 0.001)
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 1:
            raise ValueError("a bug")

    monkeypatch.setattr(made, "look", look)
    made.began(1)
    wait_for(lambda: made._thread is None)
    made.began(2)
    wait_for(lambda: len(looks) >= 2)
    made.lost(1)
    made.lost(2)
    wait_for(lambda: made._thread is None)


async def test_programs_leave_no_note_behind(tmp_path: Path) -> None:
    before = len(FOOTPRINTS._running)
    for _ in range(3):
        events = await run(CommandBackend(), assignment(tmp_path, "echo", "x"))
        assert Text("x\n") in events

    assert len(FOOTPRINTS._running) == before
    assert os.getpid() not in FOOTPRINTS._running


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux passes it on")
def test_what_the_process_had_that_started_orchtui_is_not_its_own() -> None:
    """A test-suite or an editor of 500 MB starts it: a program of 300 MB is still seen."""
    asks = "from orchtui.engine.backends.footprints import own_peak; print(own_peak())"
    large = (
        "import subprocess, sys; x = b'1' * (500 << 20); "
        f"subprocess.run([sys.executable, '-c', {asks!r}], check=True)"
    )
    done = subprocess.run([sys.executable, "-c", large], check=True, capture_output=True, text=True)
    assert 1 << 10 < int(done.stdout) < 300 << 10
