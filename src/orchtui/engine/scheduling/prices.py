"""Prices: what the models of a run cost, as data that is part of the run.

A price is found by exact words and never by likeness: the entry with the
model's id; else, for an id that ends in a date (`claude-haiku-4-5-20251001`),
the entry without it; else the backend's entry for any model, where somebody
made one. Whatever is not found has no known price. This module never reads a
file and never computes a cost.
"""

import re
from collections.abc import Callable, Mapping

import msgspec

ANY = "any"
"""The key of a price that holds for every model of a backend without one of its own."""

PROVIDER = "anthropic"
"""The backend for which the published list holds, at the provider's own address."""

Resolve = Callable[[str, str | None], str | None]
"""What a backend makes of a model's name; `None` where only it knows."""

_DATED = re.compile(r"-[0-9]{8}\Z")
"""The end of a pinned model's id: the day it was made."""


class Rates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Dollars per million tokens; `None` is not known."""

    input: float
    output: float
    cache_read: float | None = None
    cache_write: float | None = None


class LongPrompt(Rates, frozen=True, kw_only=True, omit_defaults=True):
    """What a request costs whose prompt is long: all of its tokens."""

    over: int
    """Tokens of a prompt, cached ones included, above which this holds."""


class Price(Rates, frozen=True, kw_only=True, omit_defaults=True):
    """What one model costs."""

    web_search: float | None = None
    """Dollars per thousand of the provider's own web searches."""
    long_prompt: LongPrompt | None = None

    @property
    def free(self) -> bool:
        """Whether it costs nothing."""
        return not (self.input or self.output or self.web_search)


FREE = Price(input=0.0, output=0.0)

PriceTable = Mapping[str, Mapping[str, Price]]
"""Backend → the id of a model, or `ANY` → its price."""


class Prices(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What holds for one run, from its start on."""

    models: Mapping[str, Mapping[str, Price]] = {}
    """A PriceTable. A model also stands under the word by which the run asks for it; '' is the one
    that a backend takes where nobody names one."""
    free: tuple[str, ...] = ()
    """Backends that cost nothing."""
    reporting: tuple[str, ...] = ()
    """Backends that say themselves what an attempt has cost, once it is over."""
    date: str = ""
    """Of the list that is part of orchtui, as `2026-10-24`; empty where it plays no part."""
    files: tuple[str, ...] = ()
    """Configuration files that prices come from."""

    def price(self, backend: str, model: str | None) -> Price | None:
        """What a model costs on a backend; `None` where that is not known.

        Args:
            backend: Its name.
            model: The id, or the word by which the run asks for it.
        """
        if backend in self.free:
            return FREE
        return find(self.models.get(backend, {}), model)

    def knows(self, backend: str, model: str | None) -> bool:
        """Whether the cost of an answer can be told once it is there."""
        return backend in self.reporting or self.price(backend, model) is not None


def find(models: Mapping[str, Price], model: str | None) -> Price | None:
    """The entry for a model; see the top of this module for the rule."""
    name = model or ""
    return models.get(name) or models.get(undated(name)) or models.get(ANY)


def undated(model: str) -> str:
    """A model's id without the day at its end."""
    return _DATED.sub("", model)
