"""Keeps the test-suite off every network but loopback.

Importing it installs an audit hook, which sees every connection and every name
look-up, whichever library starts it. tests/conftest.py imports it for the tests
themselves and puts this folder on PYTHONPATH, so that a Python that a test starts
imports it too, under the name that the interpreter looks for. Unix sockets and
serving are no business of it. A hook can not be taken out again.
"""

import ipaddress
import socket
import sys

attempts: list[str] = []
"""What was refused in this process: code under test may swallow the error, the suite looks here."""


class NetworkRefused(RuntimeError):
    """Something tried to leave this machine."""


def is_here(host: object) -> bool:
    """Tell whether a host, as a socket call was given it, is this machine."""
    if isinstance(host, bytes):
        host = host.decode()
    if host is None or host in ("", "localhost", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_strangers(event: str, args: tuple[object, ...]) -> None:
    """The audit hook. Raises NetworkRefused for a host that is not this machine."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        # Unix sockets have text or bytes here, a connected socket has None.
        if not isinstance(address, tuple) or not isinstance(address[0], str | bytes):
            return
        host: object = address[0]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = args[0]
    else:
        return
    if not is_here(host):
        attempts.append(f"{event} {host!r}")
        raise NetworkRefused(f"the test-suite reaches loopback only, not {host!r} ({event})")


sys.addaudithook(refuse_strangers)
