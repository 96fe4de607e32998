"""What is told of the keymap: for the help, the palette and the docs.

The table's keys, or the user's own where there are some. This module never reacts to a key.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from orchtui.ui.keys.key_names import show_keys
from orchtui.ui.keys.keymap import TABLE, TITLES, Context, Key

Bound = Mapping[str, str]
"""The user's own keys, by the id of a row; the table's hold for all others."""


Wanted = Mapping[str, Sequence[str]]
"""Keys as a person wrote them, by the id of a row of the table; nothing is checked yet."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the help."""

    keys: str
    """As people write them."""
    what: str
    id: str


def sections(
    first: Context | None = None, bound: Bound | None = None
) -> Iterator[tuple[str, list[Row]]]:
    """For the help: a title and its rows for each context.

    Args:
        first: The context that stands before all others.
        bound: The user's own keys.
    """
    for context in ordered(first):
        rows = [Row(shown(key, bound), key.what, key.id) for key in TABLE[context]]
        yield TITLES[context], rows


def ordered(first: Context | None) -> list[Context]:
    """All contexts: the one that a person is in, what holds everywhere, the others."""
    rest = [context for context in TABLE if context != first]
    return rest if first is None else [first, *rest]


def shown(key: Key, bound: Bound | None = None) -> str:
    """The keys of a row as people write them."""
    keys = (bound or {}).get(key.id, key.keys)
    return show_keys(keys) if keys else "no key"


def context_of(binding_ids: Iterable[str | None]) -> Context | None:
    """The context that holds where these bindings do, besides `everywhere`."""
    ids = set(binding_ids)
    for context, keys in TABLE.items():
        if context not in ("everywhere", "zoomed") and any(key.id in ids for key in keys):
            return context
    return None
