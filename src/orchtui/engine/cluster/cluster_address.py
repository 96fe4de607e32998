"""What `--cluster` and the configuration say of a cluster. This module never connects."""

import re
from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

import msgspec

from orchtui.engine.text import clean_line

LOCAL = re.compile(r"local:([1-9]\d{0,2})")
ALLOWED = (
    "tcp://HOST:PORT or tls://HOST:PORT of a Dask scheduler, "
    "or local:N for N workers here (1 to 999)"
)
WORKER_MEMORY = 70 * 2**20
"""Bytes that a worker here takes, before it works; the scheduler takes as much."""
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]+")


class Cluster(msgspec.Struct, frozen=True, kw_only=True):
    """One cluster, as somebody names it."""

    address: str
    """In one of the forms of `ALLOWED`."""
    env: tuple[str, ...] = ()
    """Names of variables with secrets whose values are sent to the workers."""
    ca: str | None = None
    """File with the certificates that are trusted; of TLS, like the next two."""
    cert: str | None = None
    key: str | None = None

    @classmethod
    def of(cls, address: str) -> Self:
        """One that is named by its address alone.

        Raises:
            ValueError: when this is none.
        """
        return cls(address=checked(address))

    @property
    def local(self) -> int:
        """How many workers are started here; 0 where they run elsewhere."""
        found = LOCAL.fullmatch(self.address)
        return int(found[1]) if found else 0

    @property
    def memory(self) -> int:
        """Bytes that all that is started here for it takes, about; 0 for one that is elsewhere."""
        return (self.local + 1) * WORKER_MEMORY if self.local else 0

    @property
    def approach(self) -> str:
        """What is done first where attempts run on it, in words: it takes a while."""
        if self.local:
            return f"starting {self.local} worker{'s' * (self.local > 1)} on this machine"
        return f"connecting to the cluster {clean_line(self.address)}, on which attempts run"

    @property
    def in_the_clear(self) -> bool:
        """Whether everybody on the way can read what is sent.

        A scheduler on loopback says nothing of the way from there to its workers.
        """
        return self.address.startswith("tcp:")

    @property
    def encrypted(self) -> bool:
        """Whether certificates say who is let in."""
        return self.address.startswith("tls:")

    @property
    def base_url(self) -> str:
        """Where it is, for who asks whether a server may be used."""
        return self.address

    @property
    def key_env(self) -> str | None:
        """The secrets that it is sent, for who asks whether it may be."""
        return ", ".join(self.env) or None

    def secrets(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The variables that are sent, of those that are set.

        Raises:
            ValueError: when they would be sent unencrypted.
        """
        sent = {name: environment[name] for name in self.env if environment.get(name)}
        if sent and self.in_the_clear:
            names = ", ".join(sent)
            raise ValueError(f"{names} would be sent to {self.address} unencrypted: use tls://")
        return sent


def checked(address: str) -> str:
    """An address.

    Raises:
        ValueError: when this is none; says what is allowed.
    """
    if LOCAL.fullmatch(address):
        return address
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("tcp", "tls") and bool(parts.hostname) and bool(parts.port)
        plain = not (parts.path or parts.query or parts.fragment or parts.username)
    except ValueError:
        good = plain = False
    if not (good and plain and _HOST.fullmatch(parts.netloc)):
        raise ValueError(f"a cluster is {ALLOWED}, not '{_shown(address)}'")
    return address


def _shown(address: str) -> str:
    """What was given, without a password in it."""
    return clean_line(re.sub(r"//[^/]*@", "//…@", address), 60)
