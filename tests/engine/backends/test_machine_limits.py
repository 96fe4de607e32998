"""What this machine has room for, as proc(5), cgroups(7) and getrlimit(2) say it."""

import asyncio
import errno
import os
import resource
import sys
from pathlib import Path

import pytest

from orchtui.engine.backends import machine_limits, spawning, strays
from orchtui.engine.backends.base import Text
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.backends.machine_limits import (
    DESCRIPTORS_EACH,
    DESCRIPTORS_KEPT,
    PROCESSES_KEPT,
    FileLimit,
    Machine,
    Memory,
    Room,
)
from orchtui.engine.backends.spawning import Order
from orchtui.engine.errors import BackendError
from tests.engine.backends.program_helpers import assignment, run

MIB = 2**20
UNLIMITED = resource.RLIM_INFINITY


class Made:
    """A machine made of files and figures."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.limits = {resource.RLIMIT_NOFILE: (UNLIMITED, UNLIMITED)}
        self.limits[resource.RLIMIT_NPROC] = (UNLIMITED, UNLIMITED)
        monkeypatch.setattr(resource, "getrlimit", lambda which: self.limits[which])
        monkeypatch.setattr(resource, "setrlimit", self.limits.__setitem__)
        monkeypatch.setattr(machine_limits, "LIMIT", FileLimit())
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        self.write("proc/self/fd/0", "")

    def write(self, path: str, text: str) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    @property
    def machine(self) -> Machine:
        return Machine(self.folder / "proc", self.folder / "cgroups")

    def room(self, wanted: int = 300, each: int = 2) -> Room | None:
        return self.machine.room(wanted, each)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    return Made(tmp_path, monkeypatch)


def test_without_a_limit_there_is_room(made: Made) -> None:
    assert made.room(100_000) is None


def test_the_soft_limit_of_files_is_raised_as_far_as_it_must(made: Made) -> None:
    made.limits[resource.RLIMIT_NOFILE] = (256, 100_000)

    assert made.room(300) is None
    needed = 300 * DESCRIPTORS_EACH + DESCRIPTORS_KEPT + 1
    assert made.limits[resource.RLIMIT_NOFILE] == (needed, 100_000)


def test_and_no_further_than_the_hard_one(made: Made) -> None:
    made.limits[resource.RLIMIT_NOFILE] = (256, 1024)
    found = made.room(300)

    assert made.limits[resource.RLIMIT_NOFILE] == (1024, 1024)
    assert found is not None
    assert found.programs == (1024 - 1 - DESCRIPTORS_KEPT) // DESCRIPTORS_EACH == 127
    assert "1024 files" in found.why and "ulimit -n" in found.why


def test_nor_where_that_is_refused(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.limits[resource.RLIMIT_NOFILE] = (256, UNLIMITED)

    def refuse(which: int, limits: tuple[int, int]) -> None:
        raise ValueError("not allowed to raise maximum limit")

    monkeypatch.setattr(resource, "setrlimit", refuse)
    found = made.room(300)
    assert found is not None and found.programs == (256 - 1 - DESCRIPTORS_KEPT) // DESCRIPTORS_EACH


@pytest.mark.parametrize(("each", "programs"), [(2, 30), (16, 3), (1000, 1)])
def test_the_processes_of_a_user(made: Made, each: int, programs: int) -> None:
    """Threads count; others' do not; one program at a time is always tried."""
    made.limits[resource.RLIMIT_NPROC] = (100, 100)
    for number in range(5):
        made.write(f"proc/{number + 10}/task/{number + 10}/stat", "")
    made.write("proc/10/task/99/stat", "")
    made.write("proc/10/task/98/stat", "")
    found = made.room(300, each)

    assert found is not None
    assert found.programs == max(1, (100 - 7 - PROCESSES_KEPT) // each) == programs
    assert "ulimit -u" in found.why


def test_root_is_not_held_to_them(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    made.limits[resource.RLIMIT_NPROC] = (100, 100)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert made.room() is None


GROUPS = {
    "own": ("0::/a/b", {"a/b/pids": ("132", "0")}, 50),
    "one around it": ("0::/a/b", {"a/b/pids": ("max", "7"), "a/pids": ("132", "60")}, 20),
    "the root": ("0::/", {"pids": ("132", "60")}, 20),
    "version 1": ("4:cpu,pids:/a", {"pids/a/pids": ("132", "60")}, 20),
}


@pytest.mark.parametrize("name", GROUPS)
def test_the_processes_of_a_control_group(made: Made, name: str) -> None:
    line, files, programs = GROUPS[name]
    if name == "version 1":
        line = "4:pids:/a"
    made.write("proc/self/cgroup", f"{line}\n")
    for path, (most, now) in files.items():
        made.write(f"cgroups/{path}.max", most)
        made.write(f"cgroups/{path}.current", now)
    found = made.room(300)

    assert found is not None and found.programs == programs
    assert "control group" in found.why
    assert made.room(programs) is None


@pytest.mark.parametrize("text", ["", "nonsense", "0::/../../etc\n", "a:b", "\0", ":::\n"])
def test_odd_files_are_no_limit(made: Made, text: str) -> None:
    made.write("proc/self/cgroup", text)
    made.write("proc/meminfo", text)
    made.write("cgroups/pids.max", "many")
    assert made.room() is None
    assert made.machine.memory() is None


def test_the_memory_of_the_machine_and_of_the_group(made: Made) -> None:
    made.write("proc/meminfo", "MemTotal: 8388608 kB\nMemFree: 1 kB\nMemAvailable: 2097152 kB\n")
    assert made.machine.memory() == Memory(2048 * MIB, 8192 * MIB)

    made.write("proc/self/cgroup", "0::/a\n")
    made.write("cgroups/a/memory.max", str(1000 * MIB))
    made.write("cgroups/a/memory.current", str(900 * MIB))
    assert made.machine.memory() == Memory(100 * MIB, 1000 * MIB)
    made.write("cgroups/a/memory.stat", f"anon 1\ninactive_file {50 * MIB}\n")
    assert made.machine.memory() == Memory(150 * MIB, 1000 * MIB)
    made.write("cgroups/a/memory.max", "max")
    assert made.machine.memory() == Memory(2048 * MIB, 8192 * MIB)


@pytest.mark.parametrize(
    ("left", "total", "short"),
    [(600, 24_000, False), (500, 24_000, True), (150, 1_000, False), (99, 1_000, True)],
)
def test_when_memory_is_short(left: int, total: int, short: bool) -> None:
    memory = Memory(left * MIB, total * MIB)
    assert memory.short is short
    assert str(memory) == f"{left:,} of {total:,} MiB are left"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs prlimit(2)")
async def test_programs_get_the_limit_that_they_would_have_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = FileLimit()
    limit.remember(soft - 1, hard)
    limit.remember(soft - 5, hard)  # it was raised again
    monkeypatch.setattr(spawning, "LIMIT", limit)
    events = await run(CommandBackend(), assignment(tmp_path, "sh", "-c", "sleep 0.3; ulimit -n"))

    assert [e.text for e in events if isinstance(e, Text)] == [f"{soft - 1}\n"]


FULL = (errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM)


@pytest.mark.parametrize("number", FULL)
async def test_where_there_is_no_room_a_program_waits_for_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    backend = CommandBackend(grace=0.1)
    other = asyncio.create_task(
        run(backend, assignment(tmp_path, "sh", "-c", "touch up; while [ ! -e over ]; do :; done"))
    )
    async with asyncio.timeout(20):
        while not (tmp_path / "up").exists():  # noqa: ASYNC110 - another process makes it
            await asyncio.sleep(0.01)
    tries = []
    spawn_it = spawning.SPAWNER.spawn

    async def full(order: Order) -> int:
        tries.append(order)
        if len(tries) < 4:
            spawning.close(order.streams)
            raise OSError(number, os.strerror(number))
        return await spawn_it(order)

    monkeypatch.setattr(spawning.SPAWNER, "spawn", full)
    await run(backend, assignment(tmp_path, "touch", "over"))
    await other
    assert len(tries) == 4


@pytest.mark.parametrize("number", FULL)
async def test_but_not_for_ever_where_there_are_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    async def full(order: Order) -> int:
        spawning.close(order.streams)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(spawning.SPAWNER, "spawn", full)
    with pytest.raises(BackendError, match="can not run"):
        await run(CommandBackend(), assignment(tmp_path, "true"))


async def test_one_that_is_being_started_counts_among_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may run already, before its start is known."""
    with strays.HOUSEHOLD.starting():
        assert strays.HOUSEHOLD.busy
        tries = []
        spawn_it = spawning.SPAWNER.spawn

        async def full(order: Order) -> int:
            tries.append(order)
            if len(tries) == 1:
                spawning.close(order.streams)
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            return await spawn_it(order)

        monkeypatch.setattr(spawning.SPAWNER, "spawn", full)
        await run(CommandBackend(), assignment(tmp_path, "true"))
    assert len(tries) == 2
