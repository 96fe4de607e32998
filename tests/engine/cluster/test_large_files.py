"""What does not fit into a letter comes piece by piece, all of it or none."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.cluster import large_files, scratch, wire
from orchtui.engine.cluster.cluster_backend import ClusterBackend
from orchtui.engine.cluster.link import FarWorker
from orchtui.engine.errors import BackendError
from orchtui.engine.paths import piecewise
from orchtui.engine.run_events.redaction import Redactor
from tests.engine.cluster.far_double import WORKER, NearLink, all_of, asked

SECRET = "worker-secret-0123456789"
DATA = bytes(range(251))
WRITES = "import sys; open('large', 'wb').write(bytes(range(251))); open('small', 'w').write('s')"


@dataclass
class Watched(NearLink):
    """Notes what comes in pieces, and does something before one of them."""

    meanwhile: Callable[[], None] = lambda: None
    answer: Callable[[bytes], bytes] = lambda data: data
    lengths: list[int] = field(default_factory=list)

    async def piece(self, worker: FarWorker, piece: wire.Piece) -> bytes:
        data = await super().piece(worker, piece)
        self.lengths.append(len(data))
        if len(self.lengths) == 2:
            self.meanwhile()
            await asyncio.sleep(0.05)
        return self.answer(data)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an attempt, where letters and pieces are small."""
    monkeypatch.setattr(scratch, "LETTER", 10)
    monkeypatch.setattr(piecewise, "PIECE", 100)
    monkeypatch.setattr(large_files, "PIECE", 100)
    (tmp_path / "place").mkdir()
    return tmp_path / "place"


def linked(link: NearLink) -> ClusterBackend:
    return ClusterBackend(link.backend, link, wire.BackendSettings())


def command() -> CommandBackend:
    return CommandBackend({"PATH": "/usr/bin:/bin"})


def program(folder: Path, code: str = WRITES) -> base.Assignment:
    return asked(command=("python3", "-c", code), folder=str(folder), carried=True)


def names(folder: Path) -> list[str]:
    """What stands in it, and what stands beside it."""
    return sorted([*os.listdir(folder), *(f"../{name}" for name in os.listdir(folder.parent))])


async def test_it_comes_in_pieces_and_what_fits_in_a_letter(folder: Path) -> None:
    link = Watched(command())
    code = f"{WRITES}; import os; os.chmod('large', 0o755)"
    _, error = await all_of(linked(link).stream(program(folder, code)))
    assert error is None and link.lengths == [100, 100, 51]
    assert (folder / "large").read_bytes() == DATA and (folder / "small").read_text() == "s"
    assert os.access(folder / "large", os.X_OK) and not os.access(folder / "small", os.X_OK)
    assert names(folder) == ["../place", "large", "small"]
    (work,) = [await one for one in link.running.values()]
    assert [file.path for file in wire.files_of(work)] == ["small"]


async def test_it_comes_where_nothing_else_does_and_the_program_has_failed(folder: Path) -> None:
    link = Watched(command())
    code = "import sys; open('large', 'wb').write(bytes(range(251))); sys.exit(3)"
    _, error = await all_of(linked(link).stream(program(folder, code)))
    assert error is not None and "exit code 3" in error.message
    assert (folder / "large").read_bytes() == DATA and names(folder) == ["../place", "large"]


async def test_a_worker_that_is_lost_meanwhile_leaves_nothing(folder: Path) -> None:
    link = Watched(command())
    link.meanwhile = lambda: link.exchange.lost_worker("tcp://far:1")
    _, error = await all_of(linked(link).stream(program(folder)))
    assert error is not None and error.message == "the worker far was lost"
    assert (error.kind, error.retryable, link.lengths) == ("connection", True, [100, 100])
    assert names(folder) == ["../place"]
    await asyncio.gather(*link.running.values())  # told to end: it does not wait any longer


async def test_who_is_stopped_meanwhile_has_none_and_ends_it_there(folder: Path) -> None:
    link, reached = Watched(command()), asyncio.Event()
    link.meanwhile = reached.set
    reader = asyncio.ensure_future(all_of(linked(link).stream(program(folder))))
    await reached.wait()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert await asyncio.gather(*link.running.values()) == [b""]
    assert names(folder) == ["../place"]
    (work,) = link.running
    assert not link.works.get(work)


@pytest.mark.parametrize("answer", [lambda data: b"", lambda data: bytes(101)])
async def test_a_piece_that_is_none_fails_the_attempt(
    folder: Path, answer: Callable[[bytes], bytes]
) -> None:
    link = Watched(command(), answer=answer)
    _, error = await all_of(linked(link).stream(program(folder)))
    assert isinstance(error, BackendError) and "a piece of" in error.message
    assert error.retryable and names(folder) == ["../place"]


async def test_more_than_may_come_is_refused_on_both_sides(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "MOST_BACK", 200)
    events, error = await all_of(linked(Watched(command())).stream(program(folder)))
    why = "it has 251 bytes, and at most 2,000 files with 0 MiB together come back from a worker"
    (left,) = (event for event in events if isinstance(event, base.FileLeft))
    assert error is None and left.path == "large" and left.why.startswith(why)
    assert (folder / "small").read_text() == "s"
    with pytest.raises(scratch.ParcelError, match="are offered"):
        scratch.refuse_too_much([wire.LargeFile("a", 201)])


async def test_a_secret_is_found_where_it_comes_in_two_pieces(folder: Path) -> None:
    link = Watched(command(), redactor=Redactor({"TOKEN": SECRET}))
    code = f"open('large', 'w').write('x' * 95 + '{SECRET}' + 'x' * 200)"
    events, error = await all_of(linked(link).stream(program(folder, code)))
    why = "the value of TOKEN is a secret and is not written to a file"
    assert error is None and base.FileLeft("large", why) in events and link.lengths == []


async def test_what_was_not_offered_is_not_given(folder: Path) -> None:
    link = Watched(command())
    reached = asyncio.Event()
    link.meanwhile = reached.set
    reader = asyncio.ensure_future(all_of(linked(link).stream(program(folder))))
    await reached.wait()
    ((key, work),) = link.works.items()
    for number in (-1, 1):
        with pytest.raises(LookupError):
            await work.piece(wire.Piece(key, number, 0))
    assert (await reader)[1] is None
    with pytest.raises(OSError):
        await work.piece(wire.Piece(key, 0, 0))  # over: its folder is gone


async def test_files_are_offered_once(folder: Path) -> None:
    class Deaf(Watched):
        async def order(self, worker: FarWorker, order: wire.Order) -> None:
            self.orders.append(order)

    link = Deaf(command())
    large = large_files.LargeFiles(link, WORKER, "k", link.exchange.open("k", "w", "far"))
    async for _ in large.fetch((), folder):
        pass
    with pytest.raises(wire.Garbled, match="offered twice"):
        async for _ in large.fetch((), folder):
            pass
    assert link.orders == [wire.Taken("k")]
    await large.close()
    assert names(folder) == ["../place"]
