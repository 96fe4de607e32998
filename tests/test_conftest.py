"""The suite's own walls: nothing of the caller's in reach, no network but loopback."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import platformdirs
import pytest

from tests.guard import sitecustomize as guard

ELSEWHERE = "192.0.2.1"
"""An address that is reserved for documentation (RFC 5737): nobody has it."""


@pytest.fixture
def refused() -> Iterator[list[str]]:
    """What the guard refused; emptied afterwards, because these tests mean it."""
    yield guard.attempts
    guard.attempts.clear()


def test_the_home_folder_is_the_tests_own(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert Path.home() == home
    assert home.is_relative_to(tmp_path_factory.getbasetemp())
    assert not list(home.iterdir())
    for folder in (
        platformdirs.user_config_path("orchtui"),
        platformdirs.user_data_path("orchtui"),
        platformdirs.user_state_path("orchtui"),
        platformdirs.user_cache_path("orchtui"),
    ):
        assert folder.is_relative_to(home)


def test_nothing_of_the_callers_is_in_the_environment() -> None:
    for name in os.environ:
        assert not name.startswith(("ANTHROPIC_", "ORCHTUI_"))
        assert not name.lower().endswith("_proxy")


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_socket_can_not_leave(kind: socket.SocketKind, refused: list[str]) -> None:
    with socket.socket(socket.AF_INET, kind) as connection:
        with pytest.raises(guard.NetworkRefused):
            connection.connect((ELSEWHERE, 80))
        with pytest.raises(guard.NetworkRefused):
            connection.connect_ex((ELSEWHERE, 80))
    assert len(refused) == 2


def test_no_other_machines_name_is_looked_up(refused: list[str]) -> None:
    with pytest.raises(guard.NetworkRefused):
        socket.getaddrinfo("example.org", 443)
    assert refused == ["socket.getaddrinfo 'example.org'"]


async def test_the_loops_own_connections_can_not_leave(refused: list[str]) -> None:
    with pytest.raises(guard.NetworkRefused):
        await asyncio.open_connection(ELSEWHERE, 80)
    assert refused


@pytest.mark.parametrize("host", [ELSEWHERE, "example.org"])
async def test_the_api_clients_transport_can_not_leave(host: str, refused: list[str]) -> None:
    async with aiohttp.ClientSession() as session:
        # aiohttp may wrap the refusal in an error of its own.
        with pytest.raises((guard.NetworkRefused, aiohttp.ClientError)):
            await session.get(f"http://{host}/")
    assert refused


def test_a_python_that_a_test_starts_can_not_leave_either() -> None:
    program = f"import socket; socket.create_connection(('{ELSEWHERE}', 80), 1)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "NetworkRefused" in done.stderr


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_loopback_is_open(host: str) -> None:
    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        reader, writer = await asyncio.open_connection(host, port, family=socket.AF_INET)
        assert await reader.read() == b"hello"
        writer.close()
        await writer.wait_closed()


def test_unix_sockets_are_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("s")
        server.listen()
        client.connect("s")
