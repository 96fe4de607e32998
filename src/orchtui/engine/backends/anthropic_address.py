"""The base URL of an Anthropic server: whether it can be used, and what it says about secrets.

This module never opens a connection.
"""

import ipaddress
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

DEFAULT_URL = "https://api.anthropic.com"


class Address(NamedTuple):
    """A base URL, split so that its credentials never appear in a message."""

    url: str
    valid: bool
    loopback: bool = False
    login: tuple[str, str] | None = None

    @classmethod
    def of(cls, base_url: str) -> "Address":
        """The address that a base URL names; `valid` is false where it names none."""
        try:
            parts = urlsplit(base_url.strip())
            host = parts.hostname or ""
            valid = parts.scheme in ("http", "https") and bool(host) and parts.port != 0
        except ValueError:
            return cls("", False)
        url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
        login = None
        if parts.username is not None:
            login = (unquote(parts.username), unquote(parts.password or ""))
        return cls(url, valid, _is_loopback(host), login)

    @property
    def at_provider(self) -> bool:
        """Whether it is Anthropic itself, and not a server before it."""
        return self.url.rstrip("/") == DEFAULT_URL

    @property
    def in_the_clear(self) -> bool:
        """Whether others on the way can read what is sent, keys too."""
        return self.valid and not self.loopback and self.url.lower().startswith("http:")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
