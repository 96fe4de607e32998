"""Ages, dates and sizes as people write them in queries and options.

This module never looks at a clock: whoever asks says what time it is.
"""

import re
from datetime import datetime, timedelta

_AGE = re.compile(r"(\d{1,6})\s*(min|mo|h|d|w|m|y)")
_AGE_SECONDS = {
    "min": 60,
    "h": 3600,
    "d": 86400,
    "w": 604800,
    "m": 2_592_000,
    "mo": 2_592_000,
    "y": 31_536_000,
}
AGE_ALLOWED = "an age such as 12h, 90d, 6w, 3mo or 1y"

_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)
SIZE_ALLOWED = "a size such as 500MB, 2GB or 1.5GiB"
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
DATE_ALLOWED = "a date such as 2026-01-31, 2026-01 or 2026, an age such as 7d, today or yesterday"


def parse_age(text: str) -> float:
    """Seconds. A month is 30 days and a year 365; `m` is a month.

    Raises:
        ValueError: with what is allowed.
    """
    match = _AGE.fullmatch(text.strip().casefold())
    if match is None:
        raise ValueError(f"'{text[:40]}' is not {AGE_ALLOWED}")
    return float(int(match[1]) * _AGE_SECONDS[match[2]])


def parse_size(text: str) -> int:
    """Bytes. kB, MB, GB and TB are powers of 1000, KiB and so on of 1024; `b` may be left out.

    Raises:
        ValueError: with what is allowed.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text[:40]}' is not {SIZE_ALLOWED}")
    return int(float(match[1]) * (1024 if match[3] else 1000) ** _POWERS[match[2].casefold()])


def show_size(count: int) -> str:
    """Bytes for a reader: `820 B`, `1.2 kB`, `34 MB`, `2.1 GB`."""
    amount, unit = float(count), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if amount < 999.5 or unit == "TB":
            break
        amount /= 1000
    return f"{amount:.1f} {unit}" if unit != "B" and amount < 9.95 else f"{amount:.0f} {unit}"


def parse_span(text: str, now: float) -> tuple[float, float]:
    """The stretch of time that a date names, from its first instant to the first after it.

    Args:
        text: A day, a month, a year, `today`, `yesterday`, or an age: then both are that instant.
        now: Seconds since 1970. Dates are those of this machine's time zone.

    Returns:
        Seconds since 1970.

    Raises:
        ValueError: with what is allowed.
    """
    word = text.strip().casefold()
    if _AGE.fullmatch(word):
        instant = now - parse_age(word)
        return instant, instant
    midnight = datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0)
    if word in ("today", "yesterday"):
        day = midnight - timedelta(days=word == "yesterday")
        return day.timestamp(), (day + timedelta(days=1)).timestamp()
    match = _DATE.fullmatch(word)
    try:
        if match is None:
            raise ValueError
        year, month, day_number = (int(part) if part else None for part in match.groups())
        assert year is not None
        first = datetime(
            year, 1 if month is None else month, 1 if day_number is None else day_number
        )
        if day_number is not None:
            after = first + timedelta(days=1)
        elif month is not None:
            after = datetime(year + month // 12, month % 12 + 1, 1)
        else:
            after = datetime(year + 1, 1, 1)
        return first.timestamp(), after.timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"'{text[:40]}' is not {DATE_ALLOWED}") from None
