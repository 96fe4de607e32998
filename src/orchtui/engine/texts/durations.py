"""Lengths of time, as people write them and as programs count them.

Everywhere inside orchtui a duration is a number of seconds. This module turns
text into that number and back; it never looks at a clock.
"""

import re

_PART = re.compile(r"([0-9]+)(ms|h|m|s)")
_MILLISECONDS = {"h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1}
_ORDER = ("h", "m", "s", "ms")

LONGEST = 10 * 365 * 86400
"""Seconds; nobody means more."""

ALLOWED = "a duration such as 90s, 20m, 1h30m or 500ms, or a whole number of seconds"


def parse_duration(text: str) -> float:
    """Read `90s`, `20m`, `1h30m`, `500ms` or a whole number of seconds.

    Returns:
        Seconds, greater than zero.

    Raises:
        ValueError: with a message that says what is allowed.
    """
    text = text.strip()
    seconds: float
    if re.fullmatch(r"[0-9]{1,9}", text):
        seconds = int(text)
    else:
        parts = _PART.findall(text)
        units = [unit for _, unit in parts]
        ordered = sorted(set(units), key=_ORDER.index)
        if not parts or "".join(n + u for n, u in parts) != text or units != ordered:
            raise ValueError(f"'{text[:40]}' is not {ALLOWED}")
        # Whole milliseconds, so that the sum is as exact as a float can be.
        seconds = sum(int(number[:12]) * _MILLISECONDS[unit] for number, unit in parts) / 1000
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"'{text[:40]}' is out of range: more than 0, at most ten years")
    return float(seconds)


def format_duration(seconds: float) -> str:
    """Write seconds so that `parse_duration` gives the same number again.

    Exact to the millisecond: `5400` gives `1h30m`, `0.25` gives `250ms`.
    """
    rest = round(seconds * 1000)
    parts = []
    for unit in _ORDER:
        count, rest = divmod(rest, _MILLISECONDS[unit])
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def show_duration(seconds: float | None) -> str:
    """Write seconds for a reader: `0.4s`, `12.3s`, `1m 05s`, `1h 20m`; `-` when unknown."""
    if seconds is None:
        return "-"
    if seconds < 59.95:
        return f"{seconds:.1f}s"
    minutes, second = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {second:02d}s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}h {minutes:02d}m"
