"""How much a server is asked: what is learned from it, what is allowed, what it says itself."""

import heapq
import math
import random
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends.base import Meter, Quota
from orchtui.engine.execution.limiter import LONGEST, Limiter, Ticket
from tests.engine.rate_servers import Bucket, Window


def simulate(
    limiter: Limiter,
    server: Bucket | Window,
    *,
    seconds: float,
    warm_up: float,
    takes: float = 0.2,
    says: str = "exactly",
    concurrency: int = 60,
) -> tuple[float, int]:
    """Ask without end; requests a second that were served after the warm-up, and refusals."""
    chance, numbers = random.Random(7), count()
    happens: list[tuple[float, int, str, Ticket, float | None]] = []
    now, running, refused, served = 0.0, 0, 0, 0

    def later(when: float, what: str, ticket: Ticket, after: float | None = None) -> None:
        heapq.heappush(happens, (when, next(numbers), what, ticket, after))

    while now < seconds:
        pause = math.inf
        while running < concurrency and (pause := limiter.wait(now)) <= 0:
            running += 1
            later(now + 0.005, "arrives", limiter.start(now))
        now = min(happens[0][0] if happens else math.inf, now + pause)
        while happens and happens[0][0] <= now:
            _, _, what, ticket, after = heapq.heappop(happens)
            if what == "arrives":
                wait = server.ask(now)
                if wait is None:
                    later(now + 0.005, "accepted", ticket)
                    later(now + takes * chance.uniform(0.8, 1.2), "done", ticket)
                else:
                    told = {"exactly": wait, "in seconds": math.ceil(wait), "nothing": None}[says]
                    later(now + 0.005, "refused", ticket, told)
                continue
            if what == "accepted":
                limiter.accept(ticket, now, concurrency)
                served += now >= warm_up
                continue
            if what == "refused":
                refused += 1
                limiter.throttle(ticket, now, after)
            limiter.end(ticket)
            running -= 1
    return served / (seconds - warm_up), refused


@pytest.mark.parametrize("says", ["exactly", "in seconds", "nothing"])
@pytest.mark.parametrize("rate", [2, 10, 30, 100, 200])
def test_a_server_that_limits_its_rate_is_used_to_the_full(rate: int, says: str) -> None:
    served, refused = simulate(Limiter(), Bucket(rate), seconds=120, warm_up=20, says=says)

    assert served >= 0.95 * rate
    assert refused < 250


@pytest.mark.parametrize("says", ["exactly", "nothing"])
@pytest.mark.parametrize("rate", [2, 10, 30])
def test_also_one_that_counts_by_the_clocks_second(rate: int, says: str) -> None:
    served, refused = simulate(Limiter(), Window(rate), seconds=120, warm_up=20, says=says)

    assert served >= 0.95 * rate
    assert refused < 250


@given(st.sampled_from([0.5, 3.0, 40.0]), st.sampled_from([0.01, 1.0]))
def test_a_configured_rate_is_never_exceeded(rate: float, takes: float) -> None:
    limiter, now, starts = Limiter(rate=rate), 0.0, []
    while now < 30:
        if (pause := limiter.wait(now)) <= 0:
            starts.append(now)
            ticket = limiter.start(now)
            limiter.accept(ticket, now, 100)
            limiter.end(ticket)
        else:
            now += pause

    assert len(starts) >= rate * 30 * 0.99
    for first in starts:
        assert sum(first <= other < first + 1 for other in starts) <= math.ceil(rate)


def test_being_told_to_slow_down_halves_what_runs_but_keeps_what_was_accepted() -> None:
    limiter = Limiter()
    tickets = [limiter.start(0.0) for _ in range(20)]
    for ticket in tickets[:4]:
        limiter.accept(ticket, 0.1, 100)

    change = limiter.throttle(tickets[4], 0.2, None)

    assert change is not None and change.lower
    assert change.concurrency == limiter.concurrency == 10
    assert limiter.wait(100.0) == math.inf


def test_a_server_that_accepts_most_is_lowered_by_one_only() -> None:
    limiter = Limiter()
    tickets = [limiter.start(0.0) for _ in range(10)]
    for ticket in tickets[:9]:
        limiter.accept(ticket, 0.1, 100)

    limiter.throttle(tickets[9], 0.2, None)

    assert limiter.concurrency == 9


def test_many_refusals_of_one_burst_lower_it_once() -> None:
    limiter = Limiter()
    tickets = [limiter.start(0.0) for _ in range(16)]

    changes = [limiter.throttle(ticket, 0.1, None) for ticket in tickets]

    assert [change is not None for change in changes] == [True, *[False] * 15]
    assert limiter.concurrency == 8


def test_accepted_requests_let_it_grow_by_one_each_round_until_it_is_no_limit() -> None:
    limiter = Limiter()
    tickets = [limiter.start(0.0) for _ in range(8)]
    limiter.throttle(tickets[0], 0.1, None)
    for ticket in tickets:
        limiter.end(ticket)
    now, changes = 10.0, []
    for _ in range(400):
        now += 5.0
        ticket = limiter.start(now)
        if change := limiter.accept(ticket, now, 8):
            changes.append(change.concurrency)
        limiter.end(ticket)

    assert changes == [5, 6, 7, None]


def test_a_server_that_takes_nothing_is_left_alone_as_long_as_it_says() -> None:
    limiter = Limiter()
    ticket = limiter.start(0.0)

    change = limiter.throttle(ticket, 0.5, 30.0)
    limiter.end(ticket)

    assert change is not None and change.hold == 30.0
    assert limiter.wait(1.0) == pytest.approx(29.5)
    assert limiter.wait(30.5) == 0


def test_one_that_does_not_say_how_long_is_left_alone_longer_each_time() -> None:
    limiter, now, holds = Limiter(), 0.0, []
    for _ in range(12):
        ticket = limiter.start(now)
        change = limiter.throttle(ticket, now, None)
        limiter.end(ticket)
        assert change is not None
        holds.append(change.hold)
        now += change.hold

    assert holds[:4] == [0.5, 1.0, 2.0, 4.0]
    assert holds[-1] == LONGEST


def test_the_figures_in_the_headers_are_followed() -> None:
    limiter = Limiter()
    ticket = limiter.start(0.0)
    limiter.heed(ticket, Quota(requests=Meter(limit=60, left=2, full_in=58.0)), 0.0)
    limiter.accept(ticket, 0.0, 100)

    starts = []
    for tenth in range(100):
        now = tenth / 10
        while limiter.wait(now) <= 0:
            limiter.start(now)
            starts.append(now)

    # First what is left, then one each second.
    assert starts[:2] == [0.0, 0.0]
    assert len(starts) == pytest.approx(11, abs=1)


def test_tokens_that_are_used_up_are_waited_for() -> None:
    limiter = Limiter()
    for _ in range(40):
        ticket = limiter.start(0.0)
        limiter.sent(ticket, 1000)
        limiter.end(ticket)

    limiter.heed(ticket, Quota(tokens=Meter(limit=60_000, left=0, full_in=60.0)), 0.0)

    assert limiter.wait(0.0) == pytest.approx(1.0, rel=0.05)
    assert limiter.wait(1.1) == 0


def test_slots_of_a_server_hold_from_the_start() -> None:
    limiter = Limiter(slots=2)
    first = limiter.start(0.0)
    limiter.start(0.0)

    assert limiter.wait(0.0) == math.inf

    limiter.end(first)

    assert limiter.wait(0.0) == 0
