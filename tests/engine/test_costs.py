"""Costs: two bounds that are one where all is known, and never a guess between them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.errors import ErrorKind
from orchtui.engine.run_events.event_parts import Usage
from orchtui.engine.runs.costs import (
    NOTHING,
    UNKNOWN,
    Cost,
    of_attempt,
    of_usage,
    show_dollars,
)
from orchtui.engine.scheduling.prices import FREE, LongPrompt, Price, Prices

M = 1_000_000
PRICE = Price(input=2, output=10, cache_read=0.1, cache_write=2.5, web_search=10)
HAIKU = Price(
    input=0.1,
    output=0.5,
    cache_read=0.01,
    cache_write=0.125,
    long_prompt=LongPrompt(over=100_000, input=0.5, output=2.5, cache_read=0.05, cache_write=0.625),
)
PRICES = Prices(models={"api": {"m": PRICE}}, free=("local",), reporting=("claude",))


@pytest.mark.parametrize(
    ("usage", "cost"),
    [
        (Usage(), 0),
        (Usage(input=M), 2),
        (Usage(output=M), 10),
        (Usage(cache_read=M), 0.1),
        (Usage(cache_write=M), 2.5),
        (Usage(web_searches=1000), 10),
        (Usage(input=M, output=M, cache_read=M, cache_write=M, web_searches=1), 14.61),
    ],
)
def test_every_piece_has_its_price(usage: Usage, cost: float) -> None:
    assert of_usage(PRICE, usage).exact == cost


@pytest.mark.parametrize(
    ("usage", "least"),
    [
        (Usage(input=M, cache_read=1), 2),
        (Usage(output=M, cache_write=1), 10),
        (Usage(input=M, web_searches=1), 2),
    ],
)
def test_a_piece_without_a_price_leaves_the_upper_bound_open(usage: Usage, least: float) -> None:
    cost = of_usage(Price(input=2, output=10), usage)

    assert (cost.exact, cost.at_least, str(cost)) == (None, least, f"at least ${least}.00")


def test_no_price_at_all_is_unknown() -> None:
    assert of_usage(None, Usage(input=M)) == UNKNOWN
    assert str(UNKNOWN) == "unknown"


@pytest.mark.parametrize(
    ("usage", "least", "most"),
    [
        (Usage(input=100_000, output=M), 0.51, 0.51),
        (Usage(input=100_001, output=0), 0.0100001, 0.0500005),
        # Several requests whose prompts are long only together may each have been short.
        (Usage(input=50_000, cache_read=50_001, output=M), 0.50550001, 2.52750005),
    ],
)
def test_long_prompts_have_a_price_of_their_own(usage: Usage, least: float, most: float) -> None:
    cost = of_usage(HAIKU, usage)

    assert cost.least == pytest.approx(least)
    assert cost.most == pytest.approx(most)
    assert (cost.exact is None) == (least != most)


# What ended how


@pytest.mark.parametrize(
    ("error", "stopped", "length", "expected"),
    [
        (None, False, 9, "whole"),
        ("truncated", False, 9, "whole"),
        ("refusal", False, 0, "whole"),
        ("empty", False, 0, "whole"),
        ("tool", False, 9, "whole"),
        ("timeout", False, 9, "at least"),
        ("idle", False, 0, "at least"),
        ("deadline", False, 9, "at least"),
        ("budget", False, 9, "at least"),
        ("connection", False, 9, "at least"),
        ("server", False, 9, "at least"),
        ("internal", False, 9, "at least"),
        (None, True, 9, "at least"),
    ],
)
def test_what_was_cut_off_is_known_from_below_only(
    error: ErrorKind | None, stopped: bool, length: int, expected: str
) -> None:
    cost = of_attempt(
        PRICES, "api", "m", Usage(input=M), error=error, stopped=stopped, length=length
    )

    assert cost == (Cost(2, 2) if expected == "whole" else Cost(2, None))


@pytest.mark.parametrize(
    ("error", "stopped", "length", "expected"),
    [
        ("auth", False, 0, NOTHING),
        ("rate_limit", False, 0, NOTHING),
        ("bad_request", False, 0, NOTHING),
        ("server", False, 0, NOTHING),
        ("connection", False, 0, NOTHING),
        ("server", False, 1, UNKNOWN),  # something had arrived
        ("timeout", False, 0, UNKNOWN),  # it may have been at work
        (None, True, 0, UNKNOWN),
        (None, False, 5, UNKNOWN),  # an answer of which nothing was counted
    ],
)
def test_an_attempt_of_which_nothing_was_counted(
    error: ErrorKind | None, stopped: bool, length: int, expected: Cost
) -> None:
    found = of_attempt(PRICES, "api", "m", Usage(), error=error, stopped=stopped, length=length)

    assert found == expected


def test_what_a_backend_says_counts_before_the_table() -> None:
    said = Usage(input=M, cost=0.25)

    for backend in ("api", "claude", "nobody"):
        assert of_attempt(PRICES, backend, "m", said, error="tool").exact == 0.25
    assert of_attempt(None, "claude", None, said).exact == 0.25


def test_free_is_free_and_unknown_is_unknown() -> None:
    assert of_attempt(PRICES, "local", "x", Usage(input=M), stopped=True) == NOTHING
    assert of_attempt(PRICES, "api", "another", Usage(input=M)) == UNKNOWN
    assert of_attempt(PRICES, "claude", None, Usage(input=M)) == UNKNOWN
    assert of_attempt(None, "api", "m", Usage(input=M)) == UNKNOWN
    assert of_usage(FREE, Usage(cache_read=M)).at_least == 0


# Sums and words

_costs = st.builds(
    lambda least, more: Cost(least, None if more is None else least + more),
    st.integers(0, 10**6).map(float),
    st.none() | st.sampled_from([0.0, 0.0, 1.0]),
)


@given(st.lists(_costs))
def test_a_sum_is_never_more_certain_than_its_parts(costs: list[Cost]) -> None:
    total = sum(costs, NOTHING)

    assert total.least == sum(cost.least for cost in costs)
    assert (total.most is None) == any(cost.most is None for cost in costs)
    assert (total.exact is None) == any(cost.exact is None for cost in costs)


def test_a_sum_of_usages_says_nothing_of_the_cost_of_one() -> None:
    both = Usage(input=1, web_searches=1, cost=3.0) + Usage(output=2, web_searches=1)

    assert both == Usage(input=1, output=2, web_searches=2)
    assert both.times(2) == Usage(input=2, output=4, web_searches=4)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "$0.00"),
        (0.0000001, "$0.00"),
        (0.000001, "$0.000001"),
        (0.00123456, "$0.00123"),
        (0.02, "$0.02"),
        (0.0999, "$0.0999"),
        (0.09999, "$0.10"),
        (0.1, "$0.10"),
        (5, "$5.00"),
        (1234.5, "$1,234.50"),
    ],
)
def test_dollars_are_shown_so_that_they_say_something(amount: float, words: str) -> None:
    assert show_dollars(amount) == words


@pytest.mark.parametrize(
    ("cost", "words"),
    [
        (Cost(0.5, 0.5), "$0.50"),
        (Cost(0.5, None), "at least $0.50"),
        (Cost(0.5, 2.5), "$0.50 to $2.50"),
        (Cost(0.0, None), "unknown"),
        (Cost(0.0, 2.0), "$0.00 to $2.00"),
    ],
)
def test_a_cost_in_words(cost: Cost, words: str) -> None:
    assert str(cost) == words
