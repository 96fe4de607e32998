"""Prices: found by exact words, never by likeness; the published list, and what a person says."""

import ast
import importlib.util
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.estimates import price_list
from orchtui.engine.estimates.price_list import Asked, for_run, published
from orchtui.engine.scheduling.prices import ANY, Price, Prices, PriceTable, find, undated

ONE = Price(input=1, output=5)
OTHER = Price(input=2, output=10)

WITHOUT_A_PRICE = {"claude-fable-5-2", "claude-mythos-5-2", "claude-mythos-preview"}
"""Models of the SDK for which no published price was found."""


def models_of_the_sdk() -> set[str]:
    """The ids in `anthropic/types/model_param.py`; read, not imported: that takes a second."""
    spec = importlib.util.find_spec("anthropic")
    assert spec is not None and spec.origin is not None
    source = Path(spec.origin).with_name("types") / "model_param.py"
    constants = (
        node.value
        for node in ast.walk(ast.parse(source.read_text()))
        if isinstance(node, ast.Constant)
    )
    return {one for one in constants if isinstance(one, str) and re.match(r"claude-[a-z]", one)}


def test_every_model_of_the_sdk_has_a_price_or_is_said_to_have_none() -> None:
    known, priced = models_of_the_sdk(), published().models

    assert {model for model in known if find(priced, model) is None} == WITHOUT_A_PRICE
    assert len(known) > 15


def test_the_list_says_of_what_day_it_is_and_where_it_is_from() -> None:
    listed = published()

    assert date(2026, 10, 1) < date.fromisoformat(listed.date) < date(2030, 1, 1)
    assert listed.source.startswith("https://platform.claude.com/")


@pytest.mark.parametrize(
    ("model", "rates"),
    [
        ("claude-opus-5-5", (4, 20, 0.2, 5)),
        ("claude-opus-4-5-20251101", (5, 25, 0.5, 6.25)),
        ("claude-sonnet-5-5", (2, 10, 0.1, 2.5)),
        ("claude-haiku-4-5", (1, 5, 0.1, 1.25)),
        ("claude-fable-5-1", (10, 50, 0.25, 12.5)),
    ],
)
def test_listed_prices(model: str, rates: tuple[float, ...]) -> None:
    price = find(published().models, model)

    assert price is not None
    assert (price.input, price.output, price.cache_read, price.cache_write) == rates
    assert price.web_search == 10


def test_writing_into_the_cache_costs_a_quarter_more_and_reading_less() -> None:
    for name, price in published().models.items():
        assert price.cache_write == pytest.approx(1.25 * price.input), name
        assert price.cache_read is not None and price.cache_read <= 0.1 * price.input, name
        assert price.output == 5 * price.input, name


def test_a_model_may_have_a_price_of_its_own_for_long_prompts() -> None:
    long = published().models["claude-haiku-5-5"].long_prompt

    assert long is not None
    assert (long.over, long.input, long.output) == (100_000, 0.5, 2.5)
    assert (long.cache_read, long.cache_write) == (0.05, 0.625)


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("m-1", ONE),
        ("m-1-20260101", ONE),
        ("m-2-20260101", OTHER),  # it has an entry of its own
        ("m-1-2026", None),
        ("m-1-202601011", None),
        ("m-1-20260101-x", None),
        ("m-1[1m]", None),
        ("m-10", None),
        ("M-1", None),
        ("m", None),
        ("vendor/m-1", None),
        ("", None),
        (None, None),
    ],
)
def test_a_price_is_found_by_exact_words(model: str | None, found: Price | None) -> None:
    table = {"m-1": ONE, "m-2": ONE, "m-2-20260101": OTHER}

    assert find(table, model) == found
    assert find({**table, ANY: OTHER}, model) == (found or OTHER)


@given(st.text(), st.dictionaries(st.text(), st.just(ONE)))
def test_nothing_is_found_that_was_not_said(model: str, table: dict[str, Price]) -> None:
    found = find(table, model)

    assert (found is not None) == bool({model, undated(model), ANY} & table.keys())


# What holds for a run


def prices(
    *asked: Asked, said: PriceTable | None = None, free: tuple[str, ...] = (), own: bool = True
) -> Prices:
    return for_run(asked, said=said or {}, files=("f.yaml",), free=free, at_provider=own)


def test_the_list_holds_for_anthropic_at_its_own_address_only() -> None:
    asked = Asked("anthropic", "opus", "claude-opus-5-5")

    here, elsewhere = prices(asked), prices(asked, own=False)

    assert here.price("anthropic", "claude-opus-5-5") == published().models["claude-opus-5-5"]
    assert here.date == published().date
    assert elsewhere.price("anthropic", "claude-opus-5-5") is None
    assert (elsewhere.date, elsewhere.files) == ("", ())
    assert prices(Asked("proxy", None, "claude-opus-5-5")).price("proxy", "claude-opus-5-5") is None


def test_what_is_said_wins_and_adds() -> None:
    said = {"anthropic": {"claude-opus-5-5": ONE, "claude-fable-5-2": OTHER}}
    found = prices(Asked("anthropic", None, "claude-sonnet-5-5"), said=said)

    assert found.price("anthropic", "claude-opus-5-5") == ONE
    assert found.price("anthropic", "claude-fable-5-2") == OTHER
    assert found.price("anthropic", "claude-sonnet-5-5") is not None
    assert found.files == ("f.yaml",)
    assert prices(Asked("anthropic", None, None), said={"codex": {ANY: ONE}}).files == ()


@pytest.mark.parametrize("where", ["opus", "big-1"])
def test_the_word_and_the_id_cost_the_same_whichever_is_said(where: str) -> None:
    found = prices(Asked("proxy", "opus", "big-1"), said={"proxy": {where: ONE}})

    assert found.price("proxy", "opus") == found.price("proxy", "big-1") == ONE
    assert found.price("proxy", "big-1-20260101") == ONE
    assert found.price("proxy", "small-1") is None


def test_the_model_that_nobody_named() -> None:
    said = {"proxy": {"big-1": ONE}, "codex": {ANY: OTHER}}
    found = prices(Asked("proxy", None, "big-1"), Asked("codex", None, None), said=said)

    assert found.price("proxy", None) == ONE
    assert found.price("codex", None) == found.price("codex", "whatever") == OTHER


def test_what_costs_nothing_and_who_says_it_himself() -> None:
    found = prices(Asked("local", None, None), Asked("claude", None, None), free=("local",))

    price = found.price("local", "any model")
    assert price is not None and price.free
    assert found.price("claude", None) is None
    assert found.knows("claude", None) and found.knows("local", None)
    assert not found.knows("codex", None)
    # A price that is said holds, also for what would else cost nothing.
    assert prices(Asked("near", None, None), said={"near": {ANY: ONE}}, free=("near",)).free == ()


def test_the_list_is_read_once() -> None:
    assert price_list.published() is price_list.published()
