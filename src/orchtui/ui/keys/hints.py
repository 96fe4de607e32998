"""The key of an action, for words on the screen: the one that a person has, and not the table's.

This module never reacts to a key.
"""

from typing import Any, Protocol, runtime_checkable

from textual.app import App
from textual.widget import Widget

from orchtui.ui.keys.key_help import Bound
from orchtui.ui.keys.key_names import show_keys
from orchtui.ui.keys.keymap import by_id

PALETTE = "the palette"
"""What leads to an action that has no key."""


@runtime_checkable
class OwnKeys(Protocol):
    """An app whose user has keys of their own."""

    bound_keys: Bound
    """By the id of a row of the keymap."""


def hint(where: Widget | App[Any], name: str) -> str:
    """The first key of an action, as people write it.

    Args:
        where: What is on the screen, or the app.
        name: The id of its row in the keymap.
    """
    return first_key(name, where.app.bound_keys if isinstance(where.app, OwnKeys) else {})


def first_key(name: str, bound: Bound) -> str:
    """The same, where the user's own keys are at hand."""
    row = by_id(name)
    assert row is not None, name
    keys = bound.get(name, row.keys)
    return show_keys(keys.partition(",")[0]) if keys else PALETTE
