"""What a server's response headers say of its rate limits.

Two forms are known: Anthropic's own, and the one that many gateways share. What
is missing or can not be read is passed over. This module never opens a
connection.

Sources: https://docs.anthropic.com/en/api/rate-limits#response-headers and
https://platform.openai.com/docs/guides/rate-limits#rate-limits-in-headers .
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from orchtui.engine.backends.base import Meter, Quota

_TOKENS = ("tokens", "input-tokens")
_SPAN = re.compile(
    r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?", re.ASCII
)
_UNITS = (86400.0, 3600.0, 60.0, 1.0, 0.001)


def quota(headers: Mapping[str, str], now: datetime | None = None) -> Quota | None:
    """The limits, as the server tells them; `None` where it tells none.

    Args:
        headers: Of a response; names in any case, if the mapping takes them so.
        now: With its time zone, where the headers have no date; else the wall clock.
    """
    # A moment is one by the server's clock, which need not be ours.
    now = moment_of(headers.get("date")) or now or datetime.now(UTC)
    tokens = [meter for kind in _TOKENS if (meter := _meter(headers, kind, now))]
    nearest = min(tokens, key=lambda meter: meter.left / meter.limit, default=None)
    found = Quota(_meter(headers, "requests", now), nearest)
    return found if found != Quota() else None


def moment_of(text: str | None) -> datetime | None:
    """A date as headers have it; `None` for what is none."""
    try:
        found = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def _meter(headers: Mapping[str, str], kind: str, now: datetime) -> Meter | None:
    for limit, left, reset in (
        tuple(f"anthropic-ratelimit-{kind}-{word}" for word in ("limit", "remaining", "reset")),
        tuple(f"x-ratelimit-{word}-{kind}" for word in ("limit", "remaining", "reset")),
    ):
        most, rest = _number(headers.get(limit)), _number(headers.get(left))
        full_in = _seconds(headers.get(reset) or "", now)
        if most and rest is not None and full_in is not None:
            return Meter(most, min(rest, most), full_in)
    return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds(text: str, now: datetime) -> float | None:
    """Seconds until a moment (RFC 3339), or a length of time such as `6m0s`, `20ms` or `1.5`."""
    if (number := _number(text)) is not None:
        return number
    if text and (span := _SPAN.fullmatch(text)):
        return sum(
            float(part or 0) * unit for part, unit in zip(span.groups(), _UNITS, strict=True)
        )
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
