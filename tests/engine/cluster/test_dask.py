"""On a real Dask cluster: two workers that are started here."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.backends.registry import Backends
from orchtui.engine.backends.rehearsal import RehearsalBackend
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.cluster.cluster_backend import ClusterBackend
from orchtui.engine.errors import BackendError, InputError
from tests.engine.cluster.dask_here import dask_here, needs_dask
from tests.engine.cluster.far_double import all_of, asked, text_of

pytestmark = needs_dask


def has_ended(pid: int) -> bool:
    """Whether nothing of it runs; it may not be collected yet."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def begun(events: Sequence[base.BackendEvent]) -> base.BackendEvent:
    """What comes first once there is a worker: on a busy machine it is waited for."""
    return next(event for event in events if not isinstance(event, base.Queued))


@asynccontextmanager
async def two_workers() -> AsyncIterator[ClusterBackend]:
    from orchtui.engine.cluster.dask_link import DaskLink

    link = DaskLink(Cluster.of("local:2"))
    backend = ClusterBackend(RehearsalBackend(), link, wire.BackendSettings())
    try:
        await link.ready()
        with pytest.raises(InputError, match="no worker .* has the label gpu"):
            await link.ready({"task 'a'": ["gpu"]})
        yield backend
    finally:
        await backend.close()
        await link.close()


async def test_texts_arrive_whole_and_in_order_from_both() -> None:
    assignments = [
        asked(task=f"t{number}", prompt=f"[rehearse: 120 words, 5 ms] of {number}")
        for number in range(12)
    ]
    async with two_workers() as backend:
        assert backend.slots and backend.slots >= 2
        found = await asyncio.gather(*(all_of(backend.stream(one)) for one in assignments))
        # What goes on is ended by its reader.
        stream = backend.stream(asked(task="stalled", prompt="[rehearse: stall, 3 words, 0 ms]"))
        assert isinstance(await anext(stream), base.Placed)
        await stream.aclose()  # type: ignore[attr-defined]
    workers = set()
    for assignment, (events, error) in zip(assignments, found, strict=True):
        assert error is None
        here, _ = await all_of(RehearsalBackend(pace=0).stream(assignment))
        assert text_of(events) == text_of(here)
        assert events[-1] == base.Finished("end_turn")
        workers |= {event.worker for event in events if isinstance(event, base.Placed)}
    assert workers == {"1", "2"}


async def test_a_label_chooses_the_worker_and_files_come_back_from_it(tmp_path: Path) -> None:
    from orchtui.engine.cluster import cluster_versions
    from orchtui.engine.cluster.dask_link import DaskLink

    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "in.txt").write_text("alpha")
    with dask_here(tmp_path) as here:
        here.worker("plain", environment={"WORKER": "plain"})
        here.worker("strong", "--resources", "gpu=1", environment={"WORKER": "strong"})
        link = DaskLink(Cluster.of(here.address))
        backend = ClusterBackend(CommandBackend(), link, wire.BackendSettings())
        try:
            await link.ready({"task 'a'": ["gpu"]})
            lacking = await link.prepare(wire.BackendSettings(), ["anthropic", "rehearsal"])
            assert lacking == "'anthropic': set ANTHROPIC_API_KEY"
            sent = wire.BackendSettings(environment={"ANTHROPIC_API_KEY": "k"})
            assert await link.prepare(sent, ["anthropic"]) == ""
            script = "cat in.txt; echo $WORKER >where.txt; head -c 20000000 /dev/zero >large.dat"
            assignments = [
                asked(
                    task=f"t{number}",
                    command=("sh", "-c", script),
                    runs_on=("gpu",),
                    folder=str(folder),
                    carried=True,
                )
                for number in range(3)  # one after the other: it has only one
            ]
            found = await asyncio.gather(*(all_of(backend.stream(one)) for one in assignments))
            anywhere = asked(command=("sh", "-c", "echo $WORKER"), folder=str(folder))
            spared, _ = await all_of(backend.stream(anywhere))
        finally:
            await backend.close()
            await link.close()
        sides = await cluster_versions.look(Cluster.of(here.address))
    for events, error in found:
        assert error is None and text_of(events) == "alpha"
        assert begun(events) == base.Placed("strong")
    assert (folder / "where.txt").read_text() == "strong\n"
    assert (folder / "large.dat").read_bytes() == bytes(20_000_000)
    assert text_of(spared) == "plain\n"
    assert [cluster_versions.different(side, sides[0]) for side in sides] == [""] * 4
    assert [side.labels for side in sides if side.name == "worker strong"] == [("gpu",)]


async def test_a_worker_that_dies_with_what_was_written_there_costs_a_new_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchtui.engine.cluster.dask_link import DaskLink

    folder = tmp_path / "work"
    folder.mkdir()
    with dask_here(tmp_path) as here:
        here.worker("first")
        link = DaskLink(Cluster.of(here.address))
        backend = ClusterBackend(CommandBackend(), link, wire.BackendSettings())
        fetch = link._sending.fetch

        async def too_late(key: str) -> bytes:
            await asyncio.to_thread(here.kill, "first")
            return await fetch(key)

        monkeypatch.setattr(link._sending, "fetch", too_late)
        command = ("sh", "-c", "echo x >f")
        try:
            await link.ready()
            attempt = asked(command=command, folder=str(folder), carried=True)
            _, error = await all_of(backend.stream(attempt))
        finally:
            await backend.close()
            await link.close()
    assert error is not None and (error.kind, error.retryable) == ("connection", True)
    assert error.message == "the worker first was lost" and not (folder / "f").exists()


async def test_a_scheduler_that_came_back_at_its_address_is_connected_to_anew(
    tmp_path: Path,
) -> None:
    from orchtui.engine.cluster.dask_link import DaskLink

    with dask_here(tmp_path) as here:
        here.worker("first")
        link = DaskLink(Cluster.of(here.address))
        backend = ClusterBackend(RehearsalBackend(pace=0), link, wire.BackendSettings())
        try:
            await link.ready()
            client, comm = link._connection.client, link._connection.client.scheduler_comm
            await asyncio.to_thread(here.kill, "scheduler")
            await asyncio.to_thread(here.start)
            await asyncio.to_thread(here.worker, "second")
            # Dask's client is there again by itself, and nobody has asked for anything meanwhile.
            while client.scheduler_comm in (None, comm) or client.status != "running":  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
            attempt = asked(prompt="[rehearse: 3 words, 0 ms]")
            events, error = await all_of(backend.stream(attempt))
        finally:
            await backend.close()
            await link.close()
    assert error is None and begun(events) == base.Placed("second")


async def test_a_letter_that_can_not_be_read_is_told_and_stands_in_no_log_of_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchtui.engine.cluster.dask_link import DaskLink

    encode = wire.encode

    def garbled(letter: wire.Letter) -> bytes:
        data = encode(letter)
        sent = isinstance(letter, wire.Dispatch | wire.Cancel | wire.BackendSettings)
        return data[:-1] if sent else data

    settings = wire.BackendSettings(environment={"TOKEN": "s3cret-of-the-coordinator"})
    with dask_here(tmp_path) as here:
        here.worker("first")
        link = DaskLink(Cluster.of(here.address))
        backend = ClusterBackend(RehearsalBackend(), link, settings)
        try:
            await link.ready()
            worker = next(iter(link.workers))
            monkeypatch.setattr(wire, "encode", garbled)
            _, error = await all_of(backend.stream(asked()))
            assert error is not None and (error.kind, error.retryable) == ("connection", True)
            assert "the worker first" in error.message and "same version" in error.message
            assert not link.workers, "the next one would be failed there as fast"
            assert ["first" in line for line in link.warnings()] == [True]
            assert not link.warnings()
            with pytest.raises(BackendError, match="same version"):
                await link.order(worker, wire.Cancel("k"))
            link._pool.add(worker)
            assert "same version" in await link.prepare(settings, ["rehearsal"])
            monkeypatch.undo()
        finally:
            await backend.close()
            await link.close()
        log = (tmp_path / "first.log").read_text() + (tmp_path / "scheduler.log").read_text()
    assert "s3cret" not in log and "Failed" not in log


async def test_what_goes_wrong_on_a_worker_is_told_and_never_raised_to_dask(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from orchtui.engine.cluster import worker_entry
    from orchtui.engine.cluster.worker_house import HOUSE

    secret = "worker-secret-0123456789"
    monkeypatch.setenv("ANTHROPIC_API_KEY", secret)

    def broken(*args: object) -> None:
        raise RuntimeError(f"oh {secret}")

    monkeypatch.setattr("distributed.get_worker", broken)
    monkeypatch.setattr(HOUSE, "obey", broken)
    monkeypatch.setattr(HOUSE, "prepare", broken)
    told = "RuntimeError: oh ***"
    refusal = wire.refusal_of(await worker_entry.run_attempt("t", b""))
    assert refusal == wire.Refusal(told)
    refused = await worker_entry.deliver(wire.encode(wire.Farewell("s")))
    assert wire.refusal_of(refused) == wire.Refusal(told)
    unread = wire.refusal_of(await worker_entry.deliver(b"no order"))
    assert unread is not None and unread.garbled
    settings = wire.encode(wire.BackendSettings())
    assert await worker_entry.prepare("s", 1.0, settings, ["a", "b"]) == {"a": told, "b": told}


@pytest.mark.parametrize("how", ["closed", "idle", "all kept"])
async def test_nothing_of_the_answers_stays_with_the_scheduler(
    tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from distributed import Client

    from orchtui.engine.cluster import dask_link
    from orchtui.engine.cluster.dask_link import DaskLink

    if how == "all kept":
        monkeypatch.setenv("DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH", "None")
    if how != "idle":
        monkeypatch.setattr(dask_link, "_TICK", 600.0)  # nothing is dropped before the end
    with dask_here(tmp_path) as here:
        here.worker("first")
        link = DaskLink(Cluster.of(here.address))
        backend = ClusterBackend(RehearsalBackend(pace=0), link, wire.BackendSettings())
        async with Client(here.address, asynchronous=True, set_as_default=False) as other:

            async def kept() -> list[bytes]:
                topics = (await other.get_events()).values()
                return [said for events in topics for _, said in events if isinstance(said, bytes)]

            try:
                await link.ready()
                topic = link._connection.topic
                stream = backend.stream(asked(prompt="[rehearse: 9 words, 0 ms]"))
                while not isinstance(await anext(stream), base.Text):
                    pass
                assert await kept()  # while it is read nothing is dropped
                assert (await all_of(stream))[1] is None
                if how == "idle":  # the next run may go on right away
                    while await kept():  # noqa: ASYNC110 - nobody is told
                        await asyncio.sleep(0.1)
                    found = [all_of(backend.stream(asked(task=f"t{n}"))) for n in range(3)]
                    assert [error for _, error in await asyncio.gather(*found)] == [None] * 3
                    # Dask itself forgets a client's an hour after it has gone.
                    assert topic == link._connection.client.id
            finally:
                await backend.close()
                await link.close()
            assert await kept() == []


async def test_what_is_not_there_is_told_before_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchtui.engine.cluster import dask_connection
    from orchtui.engine.cluster.dask_link import DaskLink

    monkeypatch.setattr(dask_connection, "CONNECT", 1.0)  # Dask tries for so long
    with dask_here(tmp_path) as here:
        here.kill("scheduler")
        link = DaskLink(Cluster.of(here.address))
        try:
            with pytest.raises(InputError, match="can not be reached: nothing listens there"):
                await link.ready()
        finally:
            await link.close()


async def test_workers_here_let_in_nobody_without_their_key_and_end_with_us(tmp_path: Path) -> None:
    from distributed import Client

    from orchtui.engine.cluster.workers_here import WorkersHere

    here = WorkersHere()
    await here.start(1)
    processes = [one.pid for one in here._processes]
    port = here.address.rpartition(":")[2]
    try:
        assert here.address.startswith("tls://127.0.0.1:")
        for address in (here.address, f"tcp://127.0.0.1:{port}"):
            client = Client(address, asynchronous=True, timeout=2, set_as_default=False)
            with pytest.raises((OSError, TypeError, RuntimeError)):
                await client
            await client.close()
        listening = [
            connection.laddr.ip
            for pid in processes
            for connection in psutil.Process(pid).net_connections("inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert listening and set(listening) == {"127.0.0.1"}
    finally:
        await here.close()
    assert not any(map(psutil.pid_exists, processes))


async def test_a_worker_here_that_dies_is_replaced_and_its_attempts_are_told_so() -> None:
    from orchtui.engine.cluster.dask_link import DaskLink

    link = DaskLink(Cluster.of("local:1"))
    backend = ClusterBackend(RehearsalBackend(), link, wire.BackendSettings())
    try:
        await link.ready()
        assert await link.prepare(wire.BackendSettings(), ["rehearsal"]) == ""
        stream = backend.stream(asked(task="long", prompt="[rehearse: stall, 3 words, 0 ms]"))
        assert await anext(stream) == base.Placed("1")
        programs = ClusterBackend(CommandBackend(), link, wire.BackendSettings())
        script = "setsid sh -c 'echo $$; exec sleep 600' & wait"
        running = programs.stream(asked(task="program", command=("sh", "-c", script)))
        _, started, said = [await anext(running) for _ in range(3)]
        assert isinstance(started, base.Started) and isinstance(said, base.Text)
        here = link._connection._here
        assert here is not None
        here._processes[1].kill()
        events, error = await all_of(stream)
        assert (await all_of(running))[1] is not None
        assert error is not None and error.retryable
        told = "the worker 1 was lost; another one is started in its place"
        assert (error.kind, error.message) == ("connection", told)
        # The next one waits for it.
        events, error = await all_of(backend.stream(asked(prompt="[rehearse: 3 words, 0 ms]")))
        assert error is None and begun(events) == base.Placed("1-2")
        assert [worker.name for worker in link.workers] == ["1-2"]
        # What it could not end itself has been ended before the next one was started.
        assert has_ended(int(said.text))
    finally:
        await backend.close()
        await link.close()


async def test_a_worker_here_that_hangs_has_ended_when_all_is_closed() -> None:
    from orchtui.engine.cluster.attached import AttachedCluster

    cluster = AttachedCluster(Cluster.of("local:1"))
    backends = Backends({}, elsewhere=cluster)
    await cluster.ready({}, ["rehearsal"])
    assert cluster._link is not None and cluster._link._connection._here is not None
    processes = list(cluster._link._connection._here._processes)
    processes[1].send_signal(signal.SIGSTOP)
    try:
        await backends.close()
        ended = [has_ended(process.pid) for process in processes]
        assert ended == [True, True]
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def test_workers_here_that_hang_are_killed_when_there_is_no_time_to_close_them() -> None:
    from orchtui.engine.cluster.workers_here import WorkersHere

    program = """if True:
        import json, sys, time
        sys.stdin.readline()
        print(json.dumps({"address": "tls://127.0.0.1:1"}), flush=True)
        time.sleep(600)
    """
    here = WorkersHere((sys.executable, "-c", program))
    await here.start(1)
    processes = list(here._processes)
    closing = asyncio.create_task(here.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait((closing,))
    codes = [await process.wait() for process in processes]
    assert closing.cancelled() and codes == [-signal.SIGKILL] * 2


async def test_workers_here_that_die_again_and_again_are_replaced_some_times_and_no_more() -> None:
    from orchtui.engine.cluster.workers_here import REPLACED, WorkersHere

    # Says that it is ready; the scheduler stays, a worker ends at once.
    program = """if True:
        import json, sys
        settings = json.loads(sys.stdin.readline())
        print(json.dumps({"address": "tls://127.0.0.1:1"}), flush=True)
        if "scheduler" not in settings:
            sys.stdin.read()
    """
    here = WorkersHere((sys.executable, "-c", program))
    await here.start(1)
    try:
        while here._watching:
            await asyncio.wait(set(here._watching))
        assert here.replaced == REPLACED
        names = ["1", *(f"1-{number}" for number in range(2, REPLACED + 2))]
        told = [here.after_loss(name) for name in names]
        assert told[:-1] == ["another one is started in its place"] * REPLACED
        assert told[-1] == f"none is started in its place any more: {REPLACED} were"
        assert len(here._processes) == 1  # the scheduler
    finally:
        await here.close()


async def test_workers_here_that_are_not_ready_yet_are_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from orchtui.engine.cluster import workers_here

    monkeypatch.setattr(workers_here, "END", 600.0)
    program = "import sys, time; sys.stdin.readline(); time.sleep(600)"
    here = workers_here.WorkersHere((sys.executable, "-c", program))
    starting = asyncio.create_task(here.start(1))
    while not here._processes:
        await asyncio.wait((starting,), timeout=0.01)
    (process,) = here._processes
    starting.cancel()
    async with asyncio.timeout(60):
        with pytest.raises(asyncio.CancelledError):
            await starting
    assert has_ended(process.pid) and not here._processes


async def test_workers_here_that_can_not_be_replaced_now_are_later_and_none_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from orchtui.engine.cluster import workers_here
    from orchtui.engine.cluster.workers_here import WorkersHere

    # The first in its place hangs before it is ready.
    program = """if True:
        import json, sys, time
        settings = json.loads(sys.stdin.readline())
        if settings.get("name") == "1-3":
            time.sleep(600)
        print(json.dumps({"address": "tls://127.0.0.1:1"}), flush=True)
        sys.stdin.read()
    """
    here = WorkersHere((sys.executable, "-c", program))
    await here.start(1)
    start, failures = asyncio.create_subprocess_exec, [OSError(24, "Too many open files")]

    async def scarce(*args: object, **options: object) -> asyncio.subprocess.Process:
        monkeypatch.setattr(workers_here, "START", 1.0 if failures else 60.0)  # for the next
        if failures:
            raise failures.pop()
        return await start(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(workers_here, "SHORT", 0.0)
    monkeypatch.setattr(asyncio, "create_subprocess_exec", scarce)
    try:
        (watching,) = here._watching
        here._processes[1].kill()
        await asyncio.wait((watching,))
        assert watching.exception() is None and here.replaced == 3
        _, hung, last = here._processes
        assert await asyncio.wait_for(hung.wait(), 30) == -signal.SIGKILL
        assert last.returncode is None and len(here._watching) == 1
    finally:
        await here.close()


async def test_workers_here_are_not_replaced_when_they_are_ended() -> None:
    from orchtui.engine.cluster.workers_here import WorkersHere

    program = """if True:
        import json, sys
        sys.stdin.readline()
        print(json.dumps({"address": "tls://127.0.0.1:1"}), flush=True)
        sys.stdin.read()
    """
    here = WorkersHere((sys.executable, "-c", program))
    await here.start(2)
    await here.close()
    await asyncio.sleep(0)
    assert here.replaced == 0 and not here._processes and not here._watching
