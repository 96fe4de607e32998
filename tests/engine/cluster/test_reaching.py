"""Why a cluster is not reached: told before Dask is asked, or behind its `timed out`."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from orchtui.engine.cluster import reaching
from orchtui.engine.cluster.cluster_address import Cluster
from tests.engine.cluster.certificates import Authority


def at(port: int, ca: str, files: tuple[str, str | None]) -> Cluster:
    return Cluster(address=f"tls://127.0.0.1:{port}", ca=ca, cert=files[0], key=files[1])


def test_the_files_of_tls_are_looked_at_and_named(tmp_path: Path) -> None:
    own = Authority(tmp_path)
    files, other = own.issue("me"), own.issue("other")
    good = at(1, own.ca, files)
    assert reaching.tls_lacking(good) == ""
    assert reaching.tls_lacking(Cluster.of("tcp://127.0.0.1:1")) == ""
    assert reaching.tls_lacking(Cluster.of("local:1")) == ""
    without = reaching.tls_lacking(Cluster.of("tls://127.0.0.1:1"))
    assert without.startswith("tls:// needs ca and cert, and key where cert does not hold it")
    lost = str(tmp_path / "lost.pem")
    told = reaching.tls_lacking(at(1, lost, files))
    assert told == f"ca under `cluster:` can not be read: {lost}: No such file or directory"
    assert "key under `cluster:` can not be read" in reaching.tls_lacking(
        at(1, own.ca, (files[0], lost))
    )
    told = reaching.tls_lacking(at(1, files[1], files))
    assert told == f"ca under `cluster:` holds no certificates: {files[1]}"
    for wrong in (other[1], own.issue("locked", b"passphrase")[1], None):
        told = reaching.tls_lacking(at(1, own.ca, (files[0], wrong)))
        assert "do not go together, or the key has a passphrase" in told and files[0] in told


def test_a_key_may_stand_in_the_file_of_its_certificate(tmp_path: Path) -> None:
    own = Authority(tmp_path)
    cert, key = own.issue("me")
    both = tmp_path / "both.pem"
    both.write_text(Path(cert).read_text() + Path(key).read_text())
    assert reaching.tls_lacking(at(1, own.ca, (str(both), None))) == ""


async def test_a_host_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def look(host: str, port: int, **_: object) -> None:
        if host != "known":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", look)
    assert await reaching.unknown_host(Cluster.of("tcp://known:1")) == ""
    told = await reaching.unknown_host(Cluster.of("tls://wrong:1"))
    assert told == "there is no host wrong (Name or service not known); look at its name"


async def test_that_nothing_listens_there_is_told_with_what_to_start() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        cluster = Cluster.of(f"tcp://127.0.0.1:{free.getsockname()[1]}")
        told, passing = await reaching.look(cluster)
    assert passing and told.startswith("nothing listens there; start it: dask scheduler")
    assert told.endswith(f"orchtui cluster worker {cluster.address}")


@asynccontextmanager
async def listening(context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Somebody who takes connections and says nothing."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        except (OSError, ssl.SSLError):
            pass  # the other one has gone
        finally:
            writer.transport.abort()

    async with await asyncio.start_server(silent, "127.0.0.1", 0, ssl=context) as server:
        yield server.sockets[0].getsockname()[1]


def of_scheduler(own: Authority) -> ssl.SSLContext:
    """As a scheduler lets in who has a certificate of its cluster."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_verify_locations(own.ca)
    context.load_cert_chain(*own.issue("head"))
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def test_whose_certificate_is_not_taken_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "LOOK", 0.5)
    own, other = Authority(tmp_path), Authority(tmp_path, "other")
    async with listening(of_scheduler(own)) as port:
        told, passing = await reaching.look(at(port, other.ca, own.issue("me")))
        assert not passing and told.startswith("its certificate is not of those in ca")
        told, passing = await reaching.look(at(port, own.ca, other.issue("me")))
        assert not passing and told.startswith("it does not take the certificate in cert")
        # With all that is right it is something else.
        told, passing = await reaching.look(at(port, own.ca, own.issue("me")))
        assert passing and "over tls://; is it one of tcp://" in told
        told, _ = await reaching.look(Cluster.of(f"tcp://127.0.0.1:{port}"))
        assert "over tcp://; is it one of tls://" in told


async def test_who_speaks_no_tls_is_told(tmp_path: Path) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"good day\n")
        await writer.drain()
        writer.close()

    own = Authority(tmp_path)
    async with await asyncio.start_server(plain, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        told, _ = await reaching.look(at(port, own.ca, own.issue("me")))
        assert "speaks no TLS" in told
        assert await reaching.look(Cluster.of(f"tcp://127.0.0.1:{port}")) == reaching.Sight()


def test_who_has_no_orchtui_is_told_with_what_to_do() -> None:
    for error in (
        ModuleNotFoundError("No module named 'orchtui'"),
        Exception("ModuleNotFoundError(\"No module named 'orchtui'\")"),
    ):
        told = reaching.no_answer("the worker bare", error)
        assert told.startswith("the worker bare has no orchtui") and "pip install" in told
        assert "does not answer" not in told
    assert reaching.no_answer("the worker w", OSError()) == "the worker w does not answer: OSError"
