"""Cost: what an attempt has cost, as far as that is known.

Two bounds, so that nothing has to be guessed: they are one where all is known,
and the upper one is missing where a price or a count is not. Whoever adds costs
adds bounds, so a sum is never more certain than its parts. This module never
looks a price up by itself and never rounds.
"""

from dataclasses import dataclass

from msgspec import UNSET

from orchtui.engine.errors import ErrorKind
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.scheduling.prices import Price, Prices, Rates

_MILLION = 1e6
_THOUSAND = 1e3

_COUNTED: frozenset[ErrorKind | None] = frozenset({None, "refusal", "truncated", "empty", "tool"})
"""Ends with which the answer had come to its own end, and its count with it."""

_TURNED_AWAY: frozenset[ErrorKind | None] = frozenset(
    {"auth", "bad_request", "rate_limit", "server", "connection", "command"}
)
"""Ends that cost nothing when nothing had arrived: providers charge for answers only."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Dollars."""

    least: float = 0.0
    most: float | None = 0.0
    """`None` where it may be anything above."""

    def __add__(self, other: "Cost") -> "Cost":
        most = None
        if self.most is not None and other.most is not None:
            most = self.most + other.most
        return Cost(self.least + other.least, most)

    def times(self, count: float) -> "Cost":
        """What several of the kind cost."""
        return Cost(self.least * count, None if self.most is None else self.most * count)

    @property
    def exact(self) -> float | None:
        """The one figure, to a millionth of a dollar; `None` where there is none."""
        if self.most is None or round(self.most - self.least, 6):
            return None
        return round(self.least, 6)

    @property
    def at_least(self) -> float:
        """What is known of it, to a millionth of a dollar."""
        return round(self.least, 6)

    def __str__(self) -> str:
        """`$0.12`, `at least $0.12`, `$0.10 to $0.50` or `unknown`."""
        if self.exact is not None:
            return show_dollars(self.exact)
        if self.most is not None:
            return f"{show_dollars(self.least)} to {show_dollars(self.most)}"
        return f"at least {show_dollars(self.least)}" if self.at_least else "unknown"


NOTHING = Cost()
UNKNOWN = Cost(0.0, None)


def show_dollars(amount: float) -> str:
    """`$1,234.50`; below ten cents with three digits that say something: `$0.00123`."""
    if amount >= 0.09995 or round(amount, 6) <= 0:
        return f"${amount:,.2f}"
    return f"${float(f'{amount:.3g}'):.6f}".rstrip("0")


def of_usage(price: Price | None, usage: Usage) -> Cost:
    """What so many tokens cost.

    Where a model has a price of its own for long prompts, only the sum over all requests of an
    attempt is known here: above the bound the cost lies between the two.
    """
    if price is None:
        return UNKNOWN
    cost = _at(price, usage)
    prompt = usage.input + usage.cache_read + usage.cache_write
    if price.long_prompt is not None and prompt > price.long_prompt.over:
        cost = Cost(cost.least, _at(price.long_prompt, usage).most)
    return cost + _part(usage.web_searches, price.web_search, _THOUSAND)


def _at(rates: Rates, usage: Usage) -> Cost:
    return (
        _part(usage.input, rates.input)
        + _part(usage.output, rates.output)
        + _part(usage.cache_read, rates.cache_read)
        + _part(usage.cache_write, rates.cache_write)
    )


def _part(count: int, price: float | None, unit: float = _MILLION) -> Cost:
    if not count:
        return NOTHING
    if price is None:
        return UNKNOWN
    return Cost(count * price / unit, count * price / unit)


def of_attempt(
    prices: Prices | None,
    backend: str,
    model: str | None,
    usage: Usage,
    *,
    error: ErrorKind | None = None,
    stopped: bool = False,
    length: int = 0,
) -> Cost:
    """What an attempt that is over has cost.

    What was cut off told only a part of its tokens, so its cost is known from below only.

    Args:
        prices: Of the run; `None` for runs of before there were any.
        backend: The attempt's.
        model: The one that answered, or was asked for.
        usage: As the backend told it last.
        error: How it failed; `None` when it did not.
        stopped: Whether a person, or the end of orchtui, ended it.
        length: Characters that had arrived.
    """
    price = prices.price(backend, model) if prices is not None else None
    if price is not None and price.free:
        return NOTHING
    if usage.cost is not UNSET:
        return Cost(usage.cost, usage.cost)
    if price is None:
        return UNKNOWN
    told = bool(usage.total or usage.web_searches)
    if not told and not length and not stopped and error in _TURNED_AWAY:
        return NOTHING
    cost = of_usage(price, usage)
    return cost if told and not stopped and error in _COUNTED else Cost(cost.least, None)
