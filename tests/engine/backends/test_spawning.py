"""How programs are started and waited for: the same on each way, and never a thread for each."""

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends import program_pipes, spawning, system_spawn
from orchtui.engine.backends.base import Text
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.backends.program import Program
from orchtui.engine.backends.program_exits import UNKNOWN, Exits
from orchtui.engine.backends.spawning import THREADS, Order, Spawner, spawn
from tests.engine.backends.program_helpers import assignment, failure, gone, nothing_left, until
from tests.engine.backends.program_helpers import run as run_all

LOOKS = """
import json, os, signal
print(json.dumps({
    "descriptors": sorted(map(int, os.listdir("/proc/self/fd")))[:-1],
    "session": os.getsid(0) == os.getpid() == os.getpgid(0),
    "folder": os.getcwd(),
    "variables": {name: os.environ.get(name) for name in ("ONE", "TWO")},
    "ignored": [int(line.split()[1], 16) for line in open("/proc/self/status")
                if line.startswith("SigIgn")],
    "blocked": [int(line.split()[1], 16) for line in open("/proc/self/status")
                if line.startswith("SigBlk")],
}))
"""


@pytest.fixture(params=["by the library", "by subprocess"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """As on Linux with a new C library, and as anywhere else."""
    if request.param == "by subprocess":
        monkeypatch.setattr(system_spawn, "c_library", lambda: None)
    elif system_spawn.c_library() is None:
        pytest.skip("this system's library can not start programs so")
    return str(request.param)


@pytest.fixture
def streams(tmp_path: Path) -> Iterator[tuple[int, int, int]]:
    """Descriptors for a program: nothing to read, and two files."""
    names = os.devnull, tmp_path / "out", tmp_path / "errors"
    opened = [os.open(name, os.O_RDWR | os.O_CREAT, 0o600) for name in names]
    yield (opened[0], opened[1], opened[2])
    for each in opened:
        os.close(each)


def ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def ignored_here() -> set[int]:
    """Signals that this process ignores."""
    known = signal.valid_signals()
    return {int(number) for number in known if signal.getsignal(number) is signal.SIG_IGN}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
def test_what_a_program_gets(tmp_path: Path, way: str, streams: tuple[int, int, int]) -> None:
    environment = {"ONE": "1", "TWO": "a=b\u00e4\n"}
    inherited = os.dup(streams[0])
    os.set_inheritable(inherited, True)
    arguments = [sys.executable, "-I", "-c", LOOKS]
    pid = spawn(Order(arguments, str(tmp_path), environment, streams))
    os.close(inherited)

    assert ended(pid) == 0
    told = json.loads((tmp_path / "out").read_text())
    ignored = told.pop("ignored")[0]
    # By Python's own start, two that the C library keeps for itself, and what whoever started
    # the tests wanted ignored.
    expected = {signal.SIGPIPE, signal.SIGXFSZ, 32, 33, *ignored_here()}
    assert {number for number in range(1, 65) if ignored >> number - 1 & 1} <= expected
    assert told == {
        "descriptors": [0, 1, 2],
        "session": True,
        "folder": str(tmp_path),
        "variables": environment,
        "blocked": [0],
    }


def test_signals_that_python_ignores_are_not_ignored(
    tmp_path: Path, way: str, streams: tuple[int, int, int]
) -> None:
    order = Order(
        ["sh", "-c", "kill -PIPE $$; echo lives"], str(tmp_path), dict(os.environ), streams
    )
    assert ended(spawn(order)) == -signal.SIGPIPE


@pytest.mark.parametrize("place", ["path", "folder", "relative entry"])
def test_where_a_program_is_looked_for(
    tmp_path: Path, way: str, streams: tuple[int, int, int], place: str
) -> None:
    """In the PATH that it is given, and from the folder that it runs in."""
    tools = tmp_path / "tools"
    for folder in (tools, tmp_path / "before" / "it"):
        folder.mkdir(parents=True)
    file = tools / "it"
    file.write_text("#!/bin/sh\necho found\n")
    file.chmod(0o755)
    path, name = {
        "path": (f"{tmp_path / 'before'}:{tmp_path / 'none'}:{tools}", "it"),
        "folder": ("/nowhere", "tools/it"),
        "relative entry": ("tools", "it"),
    }[place]

    assert ended(spawn(Order([name], str(tmp_path), {"PATH": path}, streams))) == 0
    assert (tmp_path / "out").read_text() == "found\n"


def refused(tmp_path: Path, what: str, streams: tuple[int, int, int]) -> Exception:
    (tmp_path / "plain").write_text("no program")
    (tmp_path / "odd").write_bytes(b"\x7fELF no program either")
    (tmp_path / "odd").chmod(0o755)
    (tmp_path / "lost").write_text("#!/no/such/interpreter\n")
    (tmp_path / "lost").chmod(0o755)
    arguments, folder, environment = {
        "no such program": (["no-such-program"], tmp_path, dict(os.environ)),
        "no such folder": (["true"], tmp_path / "none", dict(os.environ)),
        "not executable": (["./plain"], tmp_path, {}),
        "not of this machine": (["./odd"], tmp_path, {}),
        "no interpreter": (["./lost"], tmp_path, {}),
        "a NUL in an argument": (["true", "a\0b"], tmp_path, dict(os.environ)),
        "a NUL in a variable": (["true"], tmp_path, {**os.environ, "X": "a\0b"}),
        "an odd name of a variable": (["true"], tmp_path, {**os.environ, "A=B": "c"}),
        "no text": (["true", "\ud800"], tmp_path, dict(os.environ)),
        "too long": (["true", "x" * 10_000_000], tmp_path, dict(os.environ)),
    }[what]
    with pytest.raises((OSError, ValueError)) as caught:
        spawn(Order(arguments, str(folder), environment, streams))
    return caught.value


REFUSALS = (
    *("no such program", "no such folder", "not executable", "not of this machine"),
    *("no interpreter", "a NUL in an argument", "a NUL in a variable"),
    *("an odd name of a variable", "no text", "too long"),
)


@pytest.mark.parametrize("what", REFUSALS)
def test_what_is_refused_is_told_as_subprocess_tells_it(
    tmp_path: Path,
    streams: tuple[int, int, int],
    what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = refused(tmp_path, what, streams)
    monkeypatch.setattr(system_spawn, "c_library", lambda: None)
    other = refused(tmp_path, what, streams)

    assert type(one) is type(other)
    assert str(one) == str(other)
    assert getattr(one, "filename", None) == getattr(other, "filename", None)


async def test_no_thread_for_each(tmp_path: Path, way: str) -> None:
    """Sixty programs that run at once, and the threads that there are meanwhile."""
    before = threading.active_count()
    with nothing_left(tmp_path / "temporary"):
        backend = CommandBackend(grace=0.1, linger=0.1)
        script = f"echo > {tmp_path}/$$.up; while [ ! -e {tmp_path}/over ]; do sleep 0.05; done"
        given = assignment(tmp_path, "sh", "-c", script)
        running = [asyncio.create_task(run_all(backend, given)) for _ in range(60)]
        await until(lambda: len(list(tmp_path.glob("*.up"))) == 60)

        assert threading.active_count() <= before + THREADS
        assert spawning.SPAWNER.threads <= THREADS
        (tmp_path / "over").touch()
        await asyncio.gather(*running)


async def test_threads_are_as_many_as_there_are_orders_at_once(
    tmp_path: Path, streams: tuple[int, int, int]
) -> None:
    spawner = Spawner(threads=3)
    for _ in range(5):
        ended(await spawner.spawn(order_of(streams, tmp_path, "true")))
    assert spawner.threads == 1

    orders = [order_of(streams, tmp_path, "true") for _ in range(20)]
    for pid in await asyncio.gather(*map(spawner.spawn, orders)):
        ended(pid)
    assert spawner.threads == 3


def order_of(streams: tuple[int, int, int], folder: Path, *arguments: str) -> Order:
    """With copies of the streams: who carries it out closes them."""
    given, out, errors = map(os.dup, streams)
    return Order(arguments, str(folder), dict(os.environ), (given, out, errors))


async def test_who_is_cancelled_gets_no_program_and_no_stream_of_others(
    tmp_path: Path, streams: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The streams are not closed before a thread has done with them, whoever waits no longer."""
    spawner, may, found = Spawner(threads=1), threading.Event(), []
    spawn_it = spawning.spawn

    def late(order: Order) -> int:
        may.wait(20)
        open_still = [
            os.fstat(each).st_ino == os.fstat(own).st_ino
            for each, own in zip(order.streams, streams, strict=True)
        ]
        found.append((spawn_it(order), open_still))
        return found[-1][0]

    monkeypatch.setattr(spawning, "spawn", late)
    orders = [order_of(streams, tmp_path, "sleep", "600") for _ in range(2)]
    asking = [asyncio.create_task(spawner.spawn(order)) for order in orders]
    await asyncio.sleep(0)
    for one in asking:
        one.cancel()
    await asyncio.wait(asking)
    may.set()
    await until(lambda: len(found) == 2 and all(gone(pid) for pid, _ in found))

    assert [open_still for _, open_still in found] == [[True] * 3] * 2
    for order in orders:
        for descriptor in order.streams:
            with pytest.raises(OSError, match="Bad file descriptor"):
                os.fstat(descriptor)


async def test_without_any_thread_it_is_a_refusal_of_the_system(
    tmp_path: Path, streams: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    order = order_of(streams, tmp_path, "true")
    with pytest.raises(BlockingIOError):
        await Spawner().spawn(order)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(order.streams[0])


async def test_each_start_is_one_spawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program is found before: no process is made for each folder of the PATH."""
    if system_spawn.c_library() is None:
        pytest.skip("this system's library can not start programs so")
    paths: list[str] = []
    spawn_it = system_spawn.spawn

    def counted(path: str, *others: object) -> int:
        paths.append(path)
        return spawn_it(path, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(system_spawn, "spawn", counted)
    backend = CommandBackend()
    for _ in range(5):
        await run_all(backend, assignment(tmp_path, "true"))

    assert len(paths) == 5
    assert {os.path.basename(path) for path in paths} == {"true"}


def test_a_loop_that_is_closed_meanwhile(tmp_path: Path, streams: tuple[int, int, int]) -> None:
    """Nobody can be told of the program any more: it is ended at once."""
    told = threading.Event()
    pids: list[int] = []

    async def leave() -> None:
        order = Order(["sleep", "600"], str(tmp_path), dict(os.environ), streams)
        pid = spawn(order)
        pids.append(pid)
        answer = asyncio.get_running_loop().create_future()
        answer.cancel()
        spawning._answer(answer, pid)  # as when the loop is being left
        pids.append(spawn(order))

    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave())
    answer = loop.create_future()
    loop.close()
    spawning.Answers().tell(loop, answer, pids[1])
    told.set()
    assert all(gone(pid) for pid in pids)


async def test_what_is_found_in_one_moment_comes_in_one_trip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop = asyncio.get_running_loop()
    trips: list[object] = []
    call = loop.call_soon_threadsafe

    def counted(*args: Any) -> asyncio.Handle:
        trips.append(args)
        return call(*args)

    monkeypatch.setattr(loop, "call_soon_threadsafe", counted)
    answers = spawning.Answers()
    futures = [loop.create_future() for _ in range(5)]
    for number, future in enumerate(futures[:-1]):
        answers.tell(loop, future, number)
    answers.tell(loop, futures[-1], OSError("no"))
    assert await asyncio.gather(*futures[:-1]) == [0, 1, 2, 3]
    with pytest.raises(OSError, match="no"):
        await futures[-1]
    assert len(trips) == 1
    later = loop.create_future()
    answers.tell(loop, later, 7)
    assert await later == 7
    assert len(trips) == 2


def test_a_trip_that_a_loop_never_made(tmp_path: Path, streams: tuple[int, int, int]) -> None:
    """The loop was closed with answers under way: all of these programs are ended."""
    order = Order(["sleep", "600"], str(tmp_path), dict(os.environ), streams)
    loop = asyncio.new_event_loop()
    answers = spawning.Answers()
    pids = [spawn(order), spawn(order)]
    answers.tell(loop, loop.create_future(), pids[0])
    answer = loop.create_future()
    loop.close()
    answers.tell(loop, answer, pids[1])
    assert all(gone(pid) for pid in pids)


# Where programs are


def program_in(folder: Path, name: str = "tool") -> str:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\nexit 0\n")
    file.chmod(0o700)
    return str(file)


def test_a_path_is_gone_through_once_for_programs_that_start_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[object] = []
    access = os.access

    def counted(path: str, mode: int) -> bool:
        looks.append(path)
        return access(path, mode)

    monkeypatch.setattr(os, "access", counted)
    found = program_in(tmp_path / "b")
    path = (str(tmp_path / "a"), str(tmp_path / "b"))
    places = spawning.Places(keep_s=1e6)
    assert {places.find("tool", "/", path) for _ in range(100)} == {found}
    assert len(looks) == 2


def test_later_it_is_gone_through_again(tmp_path: Path) -> None:
    path = (str(tmp_path / "a"), str(tmp_path / "b"))
    places = spawning.Places(keep_s=0.0)
    with pytest.raises(FileNotFoundError):
        places.find("tool", "/", path)
    second = program_in(tmp_path / "b")
    assert places.find("tool", "/", path) == second
    first = program_in(tmp_path / "a")
    assert places.find("tool", "/", path) == first


def test_what_is_not_there_is_not_kept(tmp_path: Path) -> None:
    places = spawning.Places(keep_s=1e6)
    with pytest.raises(FileNotFoundError):
        places.find("tool", "/", (str(tmp_path),))
    file = program_in(tmp_path)
    assert places.find("tool", "/", (str(tmp_path),)) == file


def test_each_path_and_folder_has_its_own(tmp_path: Path) -> None:
    places = spawning.Places(keep_s=1e6)
    for name in ("a", "b"):
        program_in(tmp_path / name)
        (tmp_path / f"{name} has").mkdir()
        program_in(tmp_path / f"{name} has" / "bin")
    for name in ("a", "b"):
        absolute = (str(tmp_path / name),)
        assert places.find("tool", "/", absolute) == str(tmp_path / name / "tool")
        assert places.find("tool", str(tmp_path / f"{name} has"), ("bin",)) == "bin/tool"
    with pytest.raises(FileNotFoundError):
        places.find("tool", str(tmp_path), ("bin",))


def test_one_that_has_moved_meanwhile_is_started_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, streams: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(spawning, "PLACES", spawning.Places(keep_s=1e6))
    first, second = tmp_path / "a", tmp_path / "b"
    environment = {"PATH": f"{first}:{second}:{os.environ['PATH']}"}
    order = Order(["tool"], str(tmp_path), environment, streams)
    file = program_in(first)
    assert ended(spawn(order)) == 0
    os.remove(file)
    program_in(second)
    assert ended(spawn(order)) == 0


@pytest.mark.parametrize("code", [0, 7, -9])
@pytest.mark.parametrize("with_descriptor", [True, False])
async def test_how_a_child_ended(
    tmp_path: Path,
    streams: tuple[int, int, int],
    code: int,
    with_descriptor: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not with_descriptor:
        monkeypatch.setattr(os, "pidfd_open", refuses, raising=False)
    script = f"exit {code}" if code >= 0 else f"kill {code} $$"
    found: list[int] = []
    exits = Exits()
    pids = [
        spawn(Order(["sh", "-c", script], str(tmp_path), dict(os.environ), streams))
        for _ in range(3)
    ]
    for pid in pids:
        exits.watch(pid, found.append)
    await until(lambda: len(found) == 3)

    assert found == [code] * 3
    for pid in pids:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # noqa: ASYNC222 - returns at once


def refuses(pid: int) -> int:
    raise OSError(24, "Too many open files")


@pytest.mark.parametrize("with_descriptor", [True, False])
async def test_one_that_somebody_else_has_collected(
    tmp_path: Path,
    streams: tuple[int, int, int],
    with_descriptor: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not with_descriptor:
        monkeypatch.setattr(os, "pidfd_open", refuses, raising=False)
    found: list[int] = []
    exits = Exits()
    pid = spawn(Order(["true"], str(tmp_path), dict(os.environ), streams))
    exits.watch(pid, found.append)
    os.waitpid(pid, 0)  # noqa: ASYNC222 - ends by itself
    await until(lambda: bool(found))

    assert found == [UNKNOWN]


async def test_of_many_that_talk_each_is_read_some_times_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With as many as 100 the lines gather, and nothing of them is lost."""
    monkeypatch.setattr(program_pipes.PACE, "_open", 500)
    script = "i=0; while [ $i -lt 40 ]; do echo $i; i=$((i+1)); sleep 0.005; done; echo last"
    events = await run_all(CommandBackend(), assignment(tmp_path, "sh", "-c", script))

    texts = [event.text for event in events if isinstance(event, Text)]
    assert "".join(texts).split() == [*map(str, range(40)), "last"]
    assert len(texts) <= 12  # a read for each line would be 41
    assert program_pipes.PACE._open == 500


async def test_the_end_of_one_is_seen_at_once_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it printed last is read when it has ended, not when the pace says so."""
    monkeypatch.setattr(program_pipes.PACE, "pause", lambda read: 3600.0)
    script = "echo first; sleep 0.05; echo second"
    events = await run_all(CommandBackend(), assignment(tmp_path, "sh", "-c", script))

    assert "".join(event.text for event in events if isinstance(event, Text)) == "first\nsecond\n"


async def test_a_prompt_is_there_before_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no descriptor stays open for it."""
    closed: list[bool] = []
    spawn_it = spawning.SPAWNER.spawn

    async def watched(order: Order) -> int:
        held = os.dup(order.streams[0])
        closed.append(os.read(held, 100) == b"the prompt" and os.read(held, 1) == b"")
        os.close(held)
        return await spawn_it(order)

    monkeypatch.setattr(spawning.SPAWNER, "spawn", watched)
    await run_all(CommandBackend(), assignment(tmp_path, "true"))

    assert closed == [True]


async def test_a_start_that_fails_leaves_no_descriptor(tmp_path: Path) -> None:
    with nothing_left(tmp_path / "temporary"):
        for prompt in ("", "x", "x" * 1_000_000):
            await failure(CommandBackend(), assignment(tmp_path, "no-such", prompt=prompt))


async def test_nothing_is_looked_for_where_nothing_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that has ended and left nothing costs no task and no walk through processes."""
    from orchtui.engine.backends import strays

    monkeypatch.setattr(strays, "_look_at", None)
    program = await Program.start(
        ["true"],
        folder=str(tmp_path),
        environment=dict(os.environ),
        standard_input=b"",
        grace=0.1,
        linger=0.1,
    )
    assert await program.exit_code() == 0
    if not strays.HOUSEHOLD.is_settled(strays.HOUSEHOLD.exited()):
        pytest.skip("another test has left an orphan, or this system does not tell of them")
    await program.end()
    assert program._ending is None
