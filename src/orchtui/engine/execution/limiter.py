"""Limiter: how many requests one server is asked at once, and how fast.

It learns from what the server says. A request that is told to slow down lowers
how many may be under way at once, by half, but not below what the server has
accepted; every accepted one lets it grow a little. The pace is set to what the
server took lately, and grows the faster the longer nobody is told to slow down.
A rate that a person configured is never exceeded, and the figures in a server's
headers are followed. One Limiter serves all runs that ask one server. It is told
the time, never waits and never starts anything.

Sources of the form: additive increase and multiplicative decrease as in Chiu and
Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance"
(1989); growth with the cube of the time as in Ha, Rhee and Xu, "CUBIC" (2008);
headers as in https://docs.anthropic.com/en/api/rate-limits#response-headers .
"""

import math
from bisect import bisect_left
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from orchtui.engine.backends.base import Meter, Quota

# Chosen by simulating servers that let 1 to 100 requests a second through, by token bucket and by
# the clock's second; tests/engine/test_limiter.py holds what must come out.
BELOW = 0.98
"""The pace after a request was told to slow down, of what the server took lately."""
LEAST = 0.95
"""One such request does not lower the pace below this part of it, as long as others pass."""
CUBE = 0.0002
"""The pace grows by this, times the cube of the seconds since then."""
SURE = 10
"""Accepted requests from which their rate says something; before that the pace doubles each
second."""
SAMPLE = 20
"""Accepted requests that are looked at, or those of the last second where they are more."""
BURST = 0.25
"""Seconds of the pace that may be saved up."""

AGE = 120.0
"""Seconds after which an accepted request says nothing any more of what a server takes."""
SLOWEST = 0.1
"""Requests a second: below that nothing is learned; a server that takes less is held instead."""

SOON = 2.0
"""Seconds: a longer wish to wait is granted by all, also where the server took others lately."""
UNANSWERED = 0.5
"""Seconds of the first hold where a server takes nothing and does not say how long; it doubles."""
LONGEST = 300.0
"""Seconds of the longest hold; then it is looked whether the server takes something after all."""

_ALMOST = 1e-6


@dataclass(slots=True)
class Ticket:
    """One request that was started."""

    epoch: int
    owner: object = None
    """Who started it."""
    accepted: bool = False
    sent: int = 0
    """Tokens of its first request."""
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """What is different now."""

    concurrency: int | None
    """Requests at once; `None` for no limit of its own."""
    rate: float | None
    """Requests a second, as far as it was learned; `None` where it was not."""
    hold: float
    """Seconds until the next request may start."""
    lower: bool
    """Whether less is allowed than before."""


@dataclass(slots=True)
class _Bucket:
    """Fills with `rate` a second up to `size`; whoever starts takes something out."""

    rate: float
    size: float
    level: float
    at: float

    def wait(self, now: float, need: float = 1.0) -> float:
        """Seconds until `need` can be taken."""
        self._fill(now)
        # More than fits can never be waited for: a full bucket has to do.
        missing = min(need, self.size) - self.level
        return 0.0 if missing <= _ALMOST else missing / self.rate

    def take(self, now: float, amount: float = 1.0) -> None:
        """One starts."""
        self._fill(now)
        self.level -= amount

    def _fill(self, now: float) -> None:
        self.level = min(self.size, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now


class _Pace:
    """How fast a server that says so itself lets requests through.

    Args:
        rate: Requests a second.
        sure: Whether that is more than a first guess.
        first: Seconds until the next one may start.
        now: When.
    """

    def __init__(self, rate: float, *, sure: bool, first: float, now: float) -> None:
        self._base = rate
        self._sure = sure
        self._clean = 0.0
        self._grown = now
        level = max(0.0, 1.0 - first * rate)
        self.bucket = _Bucket(rate, max(1.0, rate * BURST), level, now)

    @property
    def rate(self) -> float:
        return self.bucket.rate

    def grow(self, now: float) -> None:
        """One more was accepted. Time in which none was asked for counts for little."""
        passed = min(max(1.0, 2 / self.rate), max(0.0, now - self._grown))
        self._clean, self._grown = self._clean + passed, now
        growth = 1 + CUBE * self._clean**3 if self._sure else 2.0 ** min(60.0, self._clean)
        self.bucket.rate = self._base * growth
        self.bucket.size = max(1.0, self.bucket.rate * BURST)


class Limiter:
    """The limits of one server.

    Args:
        rate: Requests a second that a person allows; `None` for any number.
        slots: Requests at once that the server is known to serve; `None` for any number.
    """

    def __init__(self, rate: float | None = None, slots: int | None = None) -> None:
        self._slots = math.inf if slots is None else slots
        self._configured: _Bucket | None = None
        self.set_rate(rate)
        self._pace: _Pace | None = None
        self._requests: _Bucket | None = None
        self._tokens: _Bucket | None = None
        self._tokens_each = 1.0
        """Tokens that a request sends, on a moving average."""
        self._allowed = math.inf
        self._running = 0
        self._accepted = 0
        """Of those that run: how many the server has accepted."""
        self._epoch = 0
        """Counts how often less was allowed. What began before that is no reason to do it again."""
        self._taken = 0
        """Requests accepted in this epoch."""
        self._refusals = 0
        """Epochs in a row in which nothing was accepted."""
        self._peak = 0
        """How many were under way when it was last told to slow down."""
        self._listeners: dict[object, Callable[[], None]] = {}
        self._held_until = -math.inf
        self._times: deque[float] = deque(maxlen=1000)
        """When the latest requests were accepted."""

    def set_slots(self, slots: int | None) -> None:
        """Let no more than so many be under way at once; `None` for any number."""
        self._slots = math.inf if slots is None else slots

    def hold(self, until: float) -> None:
        """Let nothing start before then."""
        self._held_until = max(self._held_until, until)

    def set_rate(self, rate: float | None) -> None:
        """Keep below so many requests a second."""
        if rate is None:
            self._configured = None
        elif self._configured is None or self._configured.rate != rate:
            # No more than one is saved up: within any second there are never more than the rate.
            self._configured = _Bucket(rate, 1.0, 1.0, -math.inf)

    @property
    def running(self) -> int:
        """Requests under way."""
        return self._running

    @property
    def concurrency(self) -> int | None:
        """Requests that may be under way at once; `None` where nothing was learned of it."""
        return None if math.isinf(self._allowed) else int(self._allowed)

    @property
    def rate(self) -> float | None:
        """Requests a second, as learned; `None` where nothing was."""
        return self._pace.rate if self._pace is not None else None

    def wait(self, now: float) -> float:
        """Seconds until one more may start: 0 for now, `inf` when another has to end first."""
        if self._running >= min(self._slots, int(self._allowed) if self.concurrency else math.inf):
            return math.inf
        waits = [self._held_until - now, 0.0]
        waits += [bucket.wait(now) for bucket in self._buckets()]
        if self._tokens is not None:
            waits.append(self._tokens.wait(now, self._tokens_each))
        return max(waits)

    def start(self, now: float, owner: object = None) -> Ticket:
        """One begins.

        Args:
            now: When.
            owner: Who started it, and need not be told of its end.
        """
        self._running += 1
        for bucket in self._buckets():
            bucket.take(now)
        if self._tokens is not None:
            self._tokens.take(now, self._tokens_each)
        return Ticket(self._epoch, owner)

    def listen(self, owner: object, woken: Callable[[], None] | None) -> None:
        """Have somebody told when a request of another one has ended; `None` ends that."""
        if woken is None:
            self._listeners.pop(owner, None)
        else:
            self._listeners[owner] = woken

    def let_one_through(self) -> None:
        """A person wants the next one to be tried now, whatever the server has asked for."""
        self._held_until = -math.inf
        self._allowed = max(self._allowed, self._running + 1.0)
        if self._pace is not None:
            self._pace.bucket.level = max(1.0, self._pace.bucket.level)

    def accept(self, ticket: Ticket, now: float, ceiling: int) -> Change | None:
        """The server has taken a request on; only the first word of it counts.

        Args:
            ticket: Which.
            now: When.
            ceiling: Requests at once that nobody goes above anyway.
        """
        if ticket.accepted:
            return None
        ticket.accepted = True
        self._accepted += 1
        self._taken += 1
        self._refusals = 0
        self._times.append(now)
        if self._pace is not None:
            self._pace.grow(now)
        if math.isinf(self._allowed):
            return None
        before = int(self._allowed)
        self._allowed += 1 / self._allowed
        if self._allowed >= max(ceiling, self._peak):
            self._allowed = math.inf
        elif int(self._allowed) == before:
            return None
        return self._change(now, lower=False)

    def sent(self, ticket: Ticket, tokens: int) -> None:
        """What a request has sent; of several in one attempt the first one counts."""
        if tokens and not ticket.sent:
            ticket.sent = tokens
            self._tokens_each += (tokens - self._tokens_each) / 8

    def end(self, ticket: Ticket) -> None:
        """A request is over, however it went."""
        ticket.ended = True
        self._running -= 1
        self._accepted -= ticket.accepted
        for owner, woken in list(self._listeners.items()):
            if owner is not ticket.owner:
                woken()

    def throttle(self, ticket: Ticket, now: float, retry_after: float | None) -> Change | None:
        """A request was told to slow down. Say this before its `end`.

        Returns:
            What is different; `None` where what was changed since it began is enough.
        """
        # What was accepted and hears it now has asked again since.
        if ticket.epoch != self._epoch and not ticket.accepted:
            return None
        if not self._taken or (retry_after or 0.0) > SOON:
            self._hold(now, retry_after)
        self._slow_down(now, retry_after)
        self._peak = self._running
        others = self._accepted - ticket.accepted
        self._allowed = float(max(1, self._running // 2, min(others, self._running - 1)))
        self._epoch += 1
        self._taken = 0
        return self._change(now, lower=True)

    def heed(self, ticket: Ticket, quota: Quota, now: float) -> None:
        """Follow what the server says of its limits in its answer to a request."""
        # What is under way and not answered yet is not in its figures.
        unanswered = self._running - self._accepted - (not ticket.accepted)
        self._requests = _as_told(quota.requests, now, unanswered)
        self._tokens = _as_told(quota.tokens, now, 0)

    def _hold(self, now: float, retry_after: float | None) -> None:
        """It took nothing at all since it last said so: wait before anything is asked again."""
        hold = retry_after
        if hold is None:
            hold = UNANSWERED * 2.0 ** min(60, self._refusals)
        self._refusals += 1
        self._held_until = max(self._held_until, now + min(LONGEST, hold))

    def _slow_down(self, now: float, retry_after: float | None) -> None:
        """Go on a little slower than the server took requests lately."""
        while self._times and self._times[0] < now - AGE:
            self._times.popleft()
        if not self._times:
            return
        lately = len(self._times) - bisect_left(self._times, now - 1.0)
        count = max(lately, min(SAMPLE, len(self._times)))
        rate = count / max(1.0, now - self._times[-count])
        if self._pace is not None:
            least = LEAST * self._pace.rate
            rate = max(least, min(rate, self._pace.rate)) if self._taken else min(rate, least)
        rate = max(rate, SLOWEST)
        first = retry_after if retry_after is not None else 0.5 / rate
        self._pace = _Pace(rate * BELOW, sure=count >= SURE, first=first, now=now)

    def _buckets(self) -> list[_Bucket]:
        found = [self._configured, self._pace.bucket if self._pace else None, self._requests]
        return [bucket for bucket in found if bucket is not None]

    def _change(self, now: float, *, lower: bool) -> Change:
        return Change(self.concurrency, self.rate, max(0.0, self._held_until - now), lower)


def _as_told(meter: Meter | None, now: float, unanswered: int) -> _Bucket | None:
    """A server's own figures as a bucket; `None` where it is full, or nothing was said."""
    if meter is None or meter.left >= meter.limit or meter.full_in <= 0:
        return None
    rate = (meter.limit - meter.left) / meter.full_in
    return _Bucket(rate, meter.limit, meter.left - unanswered, now)
