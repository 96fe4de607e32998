"""The measurements of a run do the work that they measure. No time is asserted."""

import asyncio
import sys
from pathlib import Path

import pytest

from benchmarks import peers, serving, stream_server
from benchmarks.fanout import WAYS
from benchmarks.peer_ways import WAYS as PEER_WAYS
from benchmarks.stream_server import Playing, Stream

CHUNKS = 3


def left_in(folder: Path) -> bool:
    return any(folder.iterdir())


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("interval", [0.0, 0.001])
async def test_each_way_asks_once_for_each_task_and_reads_to_the_end(
    name: str, interval: float, tmp_path: Path
) -> None:
    begun = []

    class Counted(Playing):
        def begin(self, connection: stream_server.Connection) -> None:
            begun.append(connection)
            super().begin(connection)

    playing = Counted(Stream(CHUNKS), interval)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: stream_server.Connection(playing), "127.0.0.1", 0, backlog=100
    )
    async with server:
        host, port = server.sockets[0].getsockname()
        await WAYS[name](f"http://{host}:{port}", 5, tmp_path)
        assert len(begun) == 5
    assert (name == "orchtui") == left_in(tmp_path), "only a run leaves files"


def test_every_peer_has_a_way_and_what_it_needs() -> None:
    assert PEER_WAYS.keys() == peers.PEERS.keys()


def test_a_peer_that_can_not_be_installed_is_told_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(peers, "ENVIRONMENTS", tmp_path / "peers")
    monkeypatch.setattr(sys, "executable", sys.executable + "-that-is-not-there")
    assert str(peers.environment("langgraph")).startswith("can not be installed: ")
    assert not (tmp_path / "peers" / "langgraph" / "installed").exists()


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "ENVIRONMENTS", tmp_path)
    (tmp_path / "crewai").mkdir()
    (tmp_path / "crewai" / "installed").touch()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("made again")

    monkeypatch.setattr("subprocess.run", never)
    assert peers.environment("crewai") == tmp_path / "crewai" / "bin" / "python"


def test_without_affinity_nothing_is_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    assert serving.cores() is None
    with serving.alone_on(None):
        pass
