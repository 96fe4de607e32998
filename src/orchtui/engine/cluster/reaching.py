"""Why a cluster is not reached, and what to do about it: in words for a person.

Dask calls nearly everything a timeout, and names no file. So the host's name and the files of tls://
are looked at before it connects; and after it has failed, who is there at the address. This module
never uses Dask.
"""

import asyncio
import contextlib
import socket
import ssl
from typing import NamedTuple
from urllib.parse import urlsplit

from orchtui.engine.cluster.cluster_address import Cluster
from orchtui.engine.text import clean_line

LOOK = 3.0
"""Seconds to see who is there, once it is known that it is not reached."""
NAME = 10.0
"""Seconds to find a host's address."""

_FILES = "files under `cluster:` in orchtui.yaml, beside its address; docs/cluster.md shows them"


def tls_lacking(cluster: Cluster) -> str:
    """What is wrong with the files that tls:// needs, and what to do; empty where all is well.

    Reads them: not for the event loop. Whether the cluster takes them is seen by connecting.
    """
    if not cluster.encrypted:
        return ""
    given = {"ca": cluster.ca, "cert": cluster.cert, "key": cluster.key}
    if not (cluster.ca and cluster.cert):
        lacking = " and ".join(name for name in ("ca", "cert") if not given[name])
        return f"tls:// needs {lacking}, and key where cert does not hold it: {_FILES}"
    for name, path in given.items():
        try:
            if path:
                with open(path, "rb") as file:
                    file.read(1)
        except OSError as error:
            return clean_line(f"{name} under `cluster:` can not be read: {path}: {error.strerror}")
    try:
        _context(cluster)
    except ValueError as error:
        return clean_line(str(error))
    return ""


async def unknown_host(cluster: Cluster) -> str:
    """That nobody knows the host, and what to do; empty where somebody does."""
    host, port = _place(cluster)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(NAME):
            await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as error:
        return clean_line(f"there is no host {host} ({error.strerror}); look at its name")
    except TimeoutError:
        return clean_line(f"nobody said within {NAME:.0f} s where the host {host} is")
    return ""


class Sight(NamedTuple):
    """Who was seen at an address."""

    why: str = ""
    """Why no scheduler was, and what to do; empty where somebody answers as one does."""
    passing: bool = False
    """Whether that may be otherwise in a moment."""


async def look(cluster: Cluster) -> Sight:
    """See who is there.

    Args:
        cluster: Neither `tls_lacking` nor an `unknown_host`, nor one that is started here.
    """
    host, port = _place(cluster)
    start = f"dask scheduler, then orchtui cluster worker {clean_line(cluster.address)}"
    try:
        context = await asyncio.to_thread(_context, cluster) if cluster.encrypted else None
        async with asyncio.timeout(LOOK):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
    except ssl.SSLError as error:
        return Sight(_refused(error))
    except ConnectionRefusedError:
        return Sight(f"nothing listens there; start it: {start}", passing=True)
    except TimeoutError:
        return Sight(
            "no answer; is a scheduler running there, and is it let through?", passing=True
        )
    except (OSError, ValueError) as error:
        return Sight(clean_line(f"{error}; is a scheduler running there? {start}"), passing=True)
    try:
        # A scheduler says something first. What it thinks of our certificate it says only now.
        async with asyncio.timeout(LOOK):
            said = await reader.read(1)
    except ssl.SSLError as error:
        return Sight(_refused(error))
    except (OSError, TimeoutError):
        said = None
    finally:
        writer.transport.abort()
    if said:
        return Sight()
    if said is not None and cluster.encrypted:
        return Sight(_not_taken("it hangs up"))
    how, other = ("tls", "tcp") if cluster.encrypted else ("tcp", "tls")
    return Sight(
        f"who listens there does not speak as a scheduler does over {how}://; is it one of "
        f"{other}://, or another program, or does it hang?",
        passing=True,
    )


def no_answer(where: str, error: BaseException | None) -> str:
    """What somebody of the cluster failed with, and what to do about it.

    Args:
        where: What to call who was asked.
        error: What Dask raised, or handed on.
    """
    why = clean_line(str(error)) or type(error).__name__
    # Of what could not be found there Dask hands on the text alone.
    if isinstance(error, ModuleNotFoundError) or "No module named" in why:
        todo = "start it where the same version as here is installed: pip install 'orchtui[dask]'"
        return clean_line(f"{where} has no orchtui, or another version of it ({why}); {todo}")
    return clean_line(f"{where} does not answer: {why}")


def _refused(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not of those in ca ({clean_line(error.verify_message)})"
    reason = clean_line(error.reason or str(error))
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE"):
        return "who listens there speaks no TLS; is it tcp://, or another program?"
    return _not_taken(reason)


def _not_taken(how: str) -> str:
    return f"it does not take the certificate in cert ({how}); is it one of this cluster?"


def _place(cluster: Cluster) -> tuple[str, int]:
    parts = urlsplit(cluster.address)
    return parts.hostname or "", parts.port or 0


def _context(cluster: Cluster) -> ssl.SSLContext:
    """As Dask makes it: by certificates of the cluster's own, whatever its hosts are called.

    Raises:
        ValueError: where the files are not what they should be; says which.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    try:
        context.load_verify_locations(cluster.ca)
    except (OSError, ssl.SSLError):
        raise ValueError(f"ca under `cluster:` holds no certificates: {cluster.ca}") from None
    files = cluster.cert or "", cluster.key
    try:
        # Nobody is to be asked for a passphrase in the middle of a screen.
        context.load_cert_chain(*files, password=lambda: "")
    except (OSError, ssl.SSLError):
        raise ValueError(
            f"cert and key under `cluster:` do not go together, or the key has a passphrase, which "
            f"nobody is asked for: {', '.join(filter(None, files))}"
        ) from None
    with contextlib.suppress(AttributeError):  # before Python 3.13 nobody is so strict
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context
