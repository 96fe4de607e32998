"""Once an attempt is told as ended nothing of it is written any more; no result is half there."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchtui.engine.backends import base
from orchtui.engine.backends.command import CommandBackend
from orchtui.engine.cluster import wire
from orchtui.engine.errors import BackendError
from tests.engine.cluster.far_double import all_of, asked, far

COMMAND = CommandBackend({"PATH": "/usr/bin:/bin"})


class SlowDisk:
    """Holds the second file up that is written."""

    def __init__(self) -> None:
        self.reached, self.gate = threading.Event(), threading.Event()
        self.told: list[str] = []
        self._write = Path.write_bytes
        self._written = 0

    def write(self, path: Path, data: bytes) -> int:
        self._written += 1
        if self._written == 2:
            self.reached.set()
            assert self.gate.wait(30)
        count = self._write(path, data)
        self.told.append("written")
        return count


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    slow = SlowDisk()
    monkeypatch.setattr(Path, "write_bytes", lambda path, data: slow.write(path, data))
    yield slow
    slow.gate.set()


def program(folder: Path, script: str) -> base.Assignment:
    return asked(command=("sh", "-c", script), folder=str(folder), carried=True)


def is_there(path: Path) -> bool:
    return path.exists()


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_worker_tells_the_end_when_nothing_is_written_there_any_more(
    tmp_path: Path, disk: SlowDisk
) -> None:
    for name in "abc":
        with (tmp_path / name).open("wb") as file:
            file.write(name.encode())

    def noted(before: list[bytes], now: bytes) -> list[bytes]:
        if any(isinstance(item, wire.Ended) for item in wire.report_of(now).items):
            disk.told.append("ended")
        return [now]

    backend, link = far(COMMAND, carry=noted)
    reader = asyncio.ensure_future(all_of(backend.stream(program(tmp_path, "cat a"))))
    assert await asyncio.to_thread(disk.reached.wait, 30)
    (work,) = link.works.values()
    work.cancel()
    await turns()
    assert disk.told == ["written"]
    disk.gate.set()
    await reader
    await asyncio.gather(*link.running.values())
    assert disk.told == ["written", "written", "ended"]
    assert work._folder is not None and not is_there(work._folder)


async def test_who_is_cancelled_while_files_come_back_has_none_of_them(
    tmp_path: Path, disk: SlowDisk
) -> None:
    backend, link = far(COMMAND)
    write = "for name in a b c; do echo $name >$name; done"
    reader = asyncio.ensure_future(all_of(backend.stream(program(tmp_path, write))))
    assert await asyncio.to_thread(disk.reached.wait, 30)
    reader.cancel()
    await turns()
    assert not reader.done()
    disk.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await reader
    await asyncio.gather(*link.running.values())
    assert os.listdir(tmp_path) == []
    assert disk.told == ["written"] * 2


async def test_a_disk_that_refuses_in_the_middle_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()
    whole = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if data == b"b\n":
            raise OSError(28, "No space left on device")
        return whole(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    write = "for name in a b c; do echo $name >$name; done"
    backend, _ = far(COMMAND)
    _, error = await all_of(backend.stream(program(tmp_path / "run", write)))
    assert isinstance(error, BackendError) and "No space left" in error.message
    assert [*os.listdir(tmp_path), *os.listdir(tmp_path / "run")] == ["run"]
