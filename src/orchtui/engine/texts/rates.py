"""Rates, as people write them and as programs count them: `60/m`, `5/s`, `1000/h`.

Everywhere inside orchtui a rate is a number of requests a second. This module
turns text into that number and back; it never looks at a clock.
"""

import re

_PER = {"s": 1.0, "m": 60.0, "h": 3600.0}
_RATE = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?) ?/ ?([smh])")

ALLOWED = "a rate such as 60/m, 5/s or 1000/h"


def parse_rate(text: str) -> float:
    """Read `60/m`, `5/s` or `1000/h`.

    Returns:
        Requests a second, greater than zero.

    Raises:
        ValueError: with a message that says what is allowed.
    """
    found = _RATE.fullmatch(text.strip())
    if found is None or not float(found[1]):
        raise ValueError(f"'{text[:40]}' is not {ALLOWED}")
    return float(found[1]) / _PER[found[2]]


def format_rate(rate: float) -> str:
    """Write a rate so that `parse_rate` gives the same number again, as far as it is written with
    three decimals at most."""
    for unit, seconds in _PER.items():
        many = round(rate * seconds, 3)
        if many >= 1 and many == int(many):
            return f"{int(many)}/{unit}"
    return f"{max(0.001, round(rate * 3600, 3)):g}/h"


def show_rate(rate: float) -> str:
    """Write a rate for a reader: `4.2/s`, `31/min`, `5/h`."""
    for unit, seconds in (("s", 1.0), ("min", 60.0), ("h", 3600.0)):
        if (many := rate * seconds) >= 1 or unit == "h":
            return f"{many:.1f}/{unit}" if many < 10 else f"{many:.0f}/{unit}"
    raise AssertionError
