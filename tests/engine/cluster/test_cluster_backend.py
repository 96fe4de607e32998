"""A backend on a cluster does what it does here, and its attempts end with their reader."""

import asyncio
import os
import weakref
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import psutil
import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.backends.rehearsal import RehearsalBackend
from orchtui.engine.cluster import scratch, wire
from orchtui.engine.cluster.cluster_backend import HELD, ClusterBackend
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.redaction import Redactor
from tests.engine import virtual_time
from tests.engine.cluster.far_double import WORKER, NearLink, all_of, asked, far, text_of
from tests.engine.scripted import Scripted, Step


async def test_the_same_is_told_as_here_and_where_it_was_done() -> None:
    assignment = asked(prompt="[rehearse: 200 words, 0 ms] of ships")
    here, _ = await all_of(RehearsalBackend().stream(assignment))
    backend, link = far(RehearsalBackend())
    there, error = await all_of(backend.stream(assignment))
    assert error is None
    assert there == [base.Placed("far"), *here]
    assert link.released == 1 and not link.works
    assert (backend.name, backend.idle_timeout) == ("rehearsal", 120.0)


async def test_failures_are_raised_as_they_were() -> None:
    failure = BackendError("rate_limit", "later", retryable=True, retry_after=2.0)
    backend, _ = far(Scripted({"t": [["a", failure]]}))
    events, error = await all_of(backend.stream(asked()))
    assert events == [base.Placed("far"), base.Text("a")]
    assert error is not None and vars(error) == vars(failure)


async def test_a_bug_of_the_backend_there_is_told_as_that() -> None:
    class Broken(Scripted):
        async def stream(
            self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
        ) -> AsyncIterator[base.BackendEvent]:
            raise ValueError("oh")
            yield base.Alive()

    _, error = await all_of(far(Broken())[0].stream(asked()))
    assert error is not None and (error.kind, error.message) == ("internal", "ValueError: oh")


async def test_a_stream_without_an_end_stays_one() -> None:
    backend, _ = far(Scripted({"t": [["half"]]}))
    events, error = await all_of(backend.stream(asked()))
    assert text_of(events) == "half" and error is None
    assert not any(isinstance(event, base.Finished) for event in events)


class Hanging(Scripted):
    """Says one word, and then nothing until it is closed."""

    ended: asyncio.Event
    spoke = False

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        self.ended = asyncio.Event()
        try:
            yield base.Text("one")
            self.spoke = True
            await asyncio.Event().wait()
        finally:
            self.ended.set()


async def test_closing_the_iterator_ends_the_work_there() -> None:
    inner = Hanging()
    backend, link = far(inner)
    stream = backend.stream(asked())
    assert [await anext(stream), await anext(stream)] == [base.Placed("far"), base.Text("one")]
    await stream.aclose()  # type: ignore[attr-defined]
    assert inner.ended.is_set() and link.released == 1
    await asyncio.gather(*link.running.values())


async def test_cancelling_the_reader_ends_the_work_there() -> None:
    inner = Hanging()
    backend, link = far(inner)
    reader = asyncio.ensure_future(all_of(backend.stream(asked())))
    while not inner.spoke:
        await asyncio.wait((reader,), timeout=0.001)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    await asyncio.gather(*link.running.values())
    assert inner.ended.is_set() and link.released == 1


async def test_a_report_that_does_not_come_fails_the_attempt() -> None:
    def carry(before: list[bytes], now: bytes) -> list[bytes]:
        return [] if len(before) == 2 else [now]

    pieces = [part for number in range(6) for part in (f"{number} ", 0.03)]
    backend, _ = far(Scripted({"t": [[*pieces, base.Finished("x")]]}), carry=carry)
    events, error = await all_of(backend.stream(asked()))
    assert error is not None and error.retryable and "missing" in error.message
    assert "0 1 2 3 4 5 ".startswith(text_of(events)) and text_of(events) != "0 1 2 3 4 5 "


async def test_repeated_reports_are_told_once() -> None:
    pieces = [part for number in range(6) for part in (f"{number} ", 0.02)]
    backend, _ = far(
        Scripted({"t": [[*pieces, base.Finished("x")]]}), carry=lambda before, now: [now, *before]
    )
    events, error = await all_of(backend.stream(asked()))
    assert error is None and text_of(events) == "0 1 2 3 4 5 "


async def test_a_lost_worker_is_told_at_once_and_may_be_tried_again() -> None:
    backend, link = far(Hanging())
    stream = backend.stream(asked())
    await anext(stream)
    link.exchange.lost_worker("tcp://far:1")
    _, error = await all_of(stream)
    assert error is not None and error.kind == "connection" and error.retryable
    assert error.message == "the worker far was lost"
    for running in link.running.values():
        await running


# Tools and permits


class Box:
    """A ToolBox that notes what it is asked."""

    specs = (base.ToolSpec("Read", "reads", {"type": "object"}),)

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.wishes: list[base.Wish] = []

    async def call(self, name: str, arguments: str) -> base.ToolAnswer:
        self.calls.append((name, arguments))
        return base.ToolAnswer(name == "Read", f"{name} says {arguments}")

    async def permit(self, wish: base.Wish) -> bool:
        self.wishes.append(wish)
        return wish.kind == "read"


KINDS: tuple[base.WishKind, ...] = ("read", "write")


class Asks(Scripted):
    """Uses the tools that it is given, several at once."""

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        yield base.Text(",".join(spec.name for spec in toolbox.specs))
        answers = await asyncio.gather(toolbox.call("Read", "1"), toolbox.call("Bash", "2"))
        for answer in answers:
            yield base.Text(f" {answer.ok} {answer.text}")
        for kind in KINDS:
            wish = base.Wish(kind=kind, paths=("a",), what="a")
            yield base.Text(f" {await toolbox.permit(wish)}")
        yield base.Finished("end_turn")


async def test_tools_and_permits_are_asked_of_the_tool_box_here() -> None:
    box = Box()
    backend, _ = far(Asks())
    events, error = await all_of(backend.stream(asked(), box))
    assert error is None
    assert text_of(events) == "Read True Read says 1 False Bash says 2 True False"
    assert sorted(box.calls) == [("Bash", "2"), ("Read", "1")]
    assert [wish.kind for wish in box.wishes] == ["read", "write"]


async def test_an_answer_that_does_not_arrive_fails_the_attempt() -> None:
    class Deaf(NearLink):
        async def order(self, worker: FarWorker, order: object) -> None:
            raise BackendError("connection", "gone")

    link = Deaf(Asks())
    backend = ClusterBackend(link.backend, link, wire.BackendSettings())
    _, error = await all_of(backend.stream(asked(), Box()))
    assert error is not None and "did not reach the worker far: gone" in error.message
    for running in link.running.values():
        running.cancel()
    await asyncio.gather(*link.running.values(), return_exceptions=True)


# Secrets, files


async def test_secrets_of_the_worker_are_hidden_there() -> None:
    secret = "worker-secret-0123456789"
    script: list[Step] = [
        "it is worker-sec",
        "ret-0123456789",
        " yes worker",
        base.ToolCalled("1", "Bash", f'"{secret}"'),
        base.ToolReturned("1", True, secret),
        base.Thinking(secret),
        BackendError("command", f"it said {secret}"),
    ]
    backend, link = far(Scripted({"t": [script]}), redactor=Redactor({"TOKEN": secret}))
    events, error = await all_of(backend.stream(asked()))
    assert text_of(events) == "it is *** yes worker"
    assert error is not None and error.message == "it said ***"
    assert not any(secret.encode() in data for data in link.sent)


def is_there(path: str) -> bool:
    return os.path.exists(path)


def program(folder: Path, script: str) -> base.Assignment:
    return asked(command=("sh", "-c", script), folder=str(folder), carried=True)


async def test_a_program_gets_the_files_of_its_folder_and_what_it_writes_comes_back(
    tmp_path: Path,
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text("alpha")
    (tmp_path / "old.txt").write_text("old")
    script = "cat in/a.txt; pwd >where; mkdir out; echo beta >out/b.txt; rm old.txt; ln -s / root"
    backend, _ = far(CommandBackend({"PATH": "/usr/bin:/bin"}))
    events, error = await all_of(backend.stream(program(tmp_path, script)))
    assert error is None and text_of(events) == "alpha"
    assert (tmp_path / "out/b.txt").read_text() == "beta\n"
    assert not (tmp_path / "old.txt").exists() and not (tmp_path / "root").is_symlink()
    there = (tmp_path / "where").read_text().strip()
    # A place of its own, gone afterwards.
    assert there != str(tmp_path) and not is_there(there)


async def test_what_a_program_wrote_that_failed_comes_back_too(tmp_path: Path) -> None:
    backend, _ = far(CommandBackend({"PATH": "/usr/bin:/bin"}))
    events, error = await all_of(backend.stream(program(tmp_path, "echo x >half; exit 3")))
    assert error is not None and "exit code 3" in error.message
    assert (tmp_path / "half").read_text() == "x\n"


async def test_why_a_program_failed_is_told_also_where_its_files_do_not_arrive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend, link = far(CommandBackend())

    async def lost(key: str) -> bytes:
        raise BackendError("connection", "the files did not arrive", retryable=True)

    monkeypatch.setattr(link, "fetch", lost)
    _, error = await all_of(backend.stream(program(tmp_path, "echo x >f; exit 3")))
    assert error is not None and error.kind == "command" and "exit code 3" in error.message
    _, error = await all_of(backend.stream(program(tmp_path, "echo x >f")))
    assert error is not None and error.message == "the files did not arrive"


async def test_a_file_with_a_secret_of_the_worker_does_not_leave_it(tmp_path: Path) -> None:
    secret = "worker-secret-0123456789"
    backend, _ = far(
        CommandBackend({"PATH": "/usr/bin:/bin"}), redactor=Redactor({"TOKEN": secret})
    )
    events, error = await all_of(backend.stream(program(tmp_path, f"echo {secret} >f")))
    why = "the value of TOKEN is a secret and is not written to a file"
    assert error is None and base.FileLeft("f", why) in events
    assert not (tmp_path / "f").exists()


@pytest.mark.parametrize("how", ["lost", "deaf", "gone", "empty"])
async def test_a_worker_that_is_lost_before_its_files_are_here_costs_a_new_attempt(
    tmp_path: Path, how: str
) -> None:
    class Losing(NearLink):
        async def fetch(self, key: str) -> bytes:
            await super().fetch(key)
            match how:
                case "lost":
                    self.exchange.lost_worker("tcp://far:1")
                case "deaf":
                    self.exchange.unanswered("tcp://far:1")
                case "gone":
                    self.exchange.lost_all("the scheduler is gone")
                case _:
                    return b""  # another process at its address knows nothing of them
            await asyncio.Event().wait()
            raise AssertionError

    link = Losing(CommandBackend({"PATH": "/usr/bin:/bin"}))
    backend = ClusterBackend(link.backend, link, wire.BackendSettings())
    _, error = await all_of(backend.stream(program(tmp_path, "echo x >f")))
    assert error is not None and (error.kind, error.retryable) == ("connection", True)
    told = {
        "lost": "the worker far was lost",
        "deaf": "the worker far was lost: it does not answer",
        "gone": "the scheduler is gone",
        "empty": "the worker far was lost with what was written there",
    }
    assert error.message == told[how] and not (tmp_path / "f").exists()
    assert link.released == 1
    # What has failed by itself has not failed for that.
    _, error = await all_of(backend.stream(program(tmp_path, "echo x >f; exit 3")))
    assert error is not None and (error.kind, error.retryable) == ("command", False)
    assert "exit code 3" in error.message and link.released == 2


async def test_a_cancelled_program_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    mark = tmp_path / "pids"
    script = f"echo $$ >{mark}; sleep 300 & echo $! >>{mark}; echo ready; wait"
    backend, link = far(CommandBackend({"PATH": "/usr/bin:/bin"}))
    stream = backend.stream(program(tmp_path, script))
    while not isinstance(await anext(stream), base.Text):
        pass
    await stream.aclose()  # type: ignore[attr-defined]
    await asyncio.gather(*link.running.values())
    assert not [pid for pid in mark.read_text().split() if psutil.pid_exists(int(pid))]


async def test_what_was_sent_does_not_stay_in_memory_while_the_attempt_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class File(wire.SentFile, frozen=True, weakref=True):
        """One whose end is seen."""

    class Sending(NearLink):
        def dispatch(
            self, worker: FarWorker, letter: wire.Dispatch, needs: Collection[str]
        ) -> None:
            (file,) = letter.files or ()
            seen.append(weakref.ref(file))
            self.exchange.take(wire.encode(wire.Report(letter.key, 1, (wire.Beat(),))))

    seen = list[weakref.ref[wire.SentFile]]()
    monkeypatch.setattr(scratch, "pack", lambda _: (File("a", b"x"),))
    link = Sending(RehearsalBackend())
    stream = ClusterBackend(link.backend, link, wire.BackendSettings()).stream(
        program(tmp_path, "true")
    )
    assert await anext(stream) == base.Placed("far")
    assert [file() for file in seen] == [None]
    link.exchange.lost_all("it is enough")
    await all_of(stream)


# Room


async def test_files_are_put_together_when_there_is_a_worker_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attempts that wait, perhaps for hours, would all hold theirs in memory."""
    chosen = list[bool]()

    class Choosing(NearLink):
        async def choose(self, needs: Collection[str]) -> FarWorker:
            chosen.append(True)
            return WORKER

    def pack(folder: Path) -> tuple[wire.SentFile, ...]:
        assert chosen
        raise scratch.ParcelError("too many")

    monkeypatch.setattr(scratch, "pack", pack)
    link = Choosing(RehearsalBackend())
    backend = ClusterBackend(link.backend, link, wire.BackendSettings())
    _, error = await all_of(backend.stream(program(tmp_path, "true")))
    assert error is not None and error.message == "too many"
    assert link.released == 1


@pytest.mark.parametrize("where", ["room_after", "begun_after"])
def test_while_there_is_no_room_it_is_said_that_it_waits(where: str) -> None:
    async def scene() -> None:
        clock = asyncio.get_running_loop().time
        backend, _ = far(RehearsalBackend(), **{where: 100.0})
        events, moments = list[base.BackendEvent](), list[float]()
        async for event in backend.stream(asked(prompt="[rehearse: 3 words, 0 ms]")):
            events.append(event)
            moments.append(clock())
        begun = events.index(base.Placed("far"))
        first, *more, last = events[:begun]
        assert (first, last) == (base.Queued(True, before=HELD), base.Queued(False))
        assert more == [base.Queued(True)] * len(more)
        assert moments[begun] == pytest.approx(100.0)
        assert max(b - a for a, b in zip([0.0, *moments], moments, strict=False)) <= 1.0
        assert not any(isinstance(event, base.Queued) for event in events[begun:])

    virtual_time.run(scene())


@pytest.mark.parametrize("after", [1.0, 4.5])
def test_who_waits_for_room_and_is_stopped_takes_none(after: float) -> None:
    async def scene() -> None:
        backend, link = far(RehearsalBackend(), room_after=5.0)
        stream = backend.stream(asked())
        while (now := asyncio.get_running_loop().time()) < after:
            assert isinstance(await anext(stream), base.Queued), now
        await stream.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(10)
        assert not link.letters and not link.released

    virtual_time.run(scene())


async def test_without_a_wait_nothing_is_said_of_one() -> None:
    backend, _ = far(RehearsalBackend(pace=0))
    events, _ = await all_of(backend.stream(asked()))
    assert not any(isinstance(event, base.Queued) for event in events)
