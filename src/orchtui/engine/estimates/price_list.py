"""Where prices come from: the list that is part of orchtui, and what a person says.

`published` is Anthropic's own list, with its date; `PRICES` reads the same form
from a configuration, by backend. `for_run` puts together what holds for one
run. This module never guesses a price and never asks anybody for one.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from orchtui.engine.plans.backend_names import REPORTING
from orchtui.engine.scheduling.prices import PROVIDER, LongPrompt, Price, Prices, PriceTable, find
from orchtui.engine.texts.input_file import read_text
from orchtui.engine.yaml import yaml_values as values
from orchtui.engine.yaml.yaml_compose import Node, Problems, compose
from orchtui.engine.yaml.yaml_nodes import Record, mapping_of, read_whole, record

_LIST = Path(__file__).with_name("claude_prices.yaml")
_dollars = values.amount(1_000_000, or_zero=True)
_RATES = dict.fromkeys(("input", "output", "cache_read", "cache_write"), _dollars)
_long_prompt = record(
    {"over": values.whole(1, 100_000_000), **_RATES}, required=("over", "input", "output")
)


def _long(node: Node, problems: Problems, label: str) -> LongPrompt:
    said = _long_prompt(node, problems, label).values
    # What is missing was told, and then nobody uses the price.
    return LongPrompt(**{"over": 0, "input": 0.0, "output": 0.0} | said)


_price_record = record(
    {**_RATES, "web_search": _dollars, "long_prompt": _long}, required=("input", "output")
)


def _price(node: Node, problems: Problems, label: str) -> Price:
    said = _price_record(node, problems, label).values
    return Price(**{"input": 0.0, "output": 0.0} | said)


MODELS = mapping_of(_price)
"""Reads prices by the id of a model."""


class PublishedList(NamedTuple):
    """Anthropic's list prices as they stood on a day."""

    date: str
    source: str
    models: Mapping[str, Price]


@functools.cache
def published() -> PublishedList:
    """The list that is part of orchtui. Reads a file the first time.

    Raises:
        InputError: when the installed file is not what it should be.
    """
    problems = Problems(_LIST.name)
    node = compose(read_text(_LIST), problems)
    assert node is not None
    fields = {"date": values.name, "source": values.name, "web_search": _dollars, "models": MODELS}
    whole: Record = read_whole(node, record(fields, required=tuple(fields)), problems, "the list")
    problems.raise_any()
    said: dict[str, Any] = whole.values
    searches = said["web_search"]
    models = {name: replace(one, web_search=searches) for name, one in said["models"].items()}
    return PublishedList(said["date"], said["source"], models)


class Asked(NamedTuple):
    """A model that a run asks for."""

    backend: str
    word: str | None
    """As the schedule has it: an alias, an id, or `None` for the backend's own choice."""
    id: str | None
    """What the backend makes of it; `None` where that is not known."""


def for_run(
    asked: Iterable[Asked],
    *,
    said: PriceTable,
    files: Sequence[str] = (),
    free: Iterable[str] = (),
    at_provider: bool,
) -> Prices:
    """What holds for a run.

    Args:
        asked: The models that it asks for.
        said: The user's own prices, which win over the published list.
        files: Where those come from.
        free: Backends that cost nothing, unless a price is said.
        at_provider: Whether the `anthropic` backend really reaches Anthropic: what another server
            takes is not known.
    """
    wanted = list(asked)
    backends = dict.fromkeys(one.backend for one in wanted)
    listed = published() if PROVIDER in backends and at_provider else None
    models: dict[str, dict[str, Price]] = {}
    for backend in backends:
        base = listed.models if listed is not None and backend == PROVIDER else {}
        if table := {**base, **said.get(backend, {})}:
            models[backend] = table
    for one in wanted:
        # Whoever answers is known by the id, whoever is asked for by the word.
        table = models.get(one.backend, {})
        price = table.get(one.word or "") or find(table, one.id)
        if price is not None:
            table.setdefault(one.word or "", price)
            table.setdefault(one.id or "", price)
    return Prices(
        models=models,
        free=tuple(name for name in free if name not in said),
        reporting=tuple(name for name in backends if name in REPORTING),
        date=listed.date if listed is not None else "",
        files=tuple(files) if any(name in said for name in backends) else (),
    )
