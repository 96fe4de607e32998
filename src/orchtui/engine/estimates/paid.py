"""What costs money: a model behind a key, and agent programs, which use an account of the user's.

A server that is reached without a key is taken to cost nothing; one that gets a
key costs money, also on this machine, where it may hand everything on. This
module never says how much, never asks and never limits anything.
"""

from collections.abc import Mapping
from typing import Protocol

from orchtui.engine.plans.backend_names import PRESETS

SPENDING_PROGRAMS = frozenset({"acp", *PRESETS})
"""Agent programs, which count and limit their requests themselves."""


class Keyed(Protocol):
    """A server, as a profile names it."""

    @property
    def key_env(self) -> str | None: ...


def spending(profiles: Mapping[str, Keyed]) -> frozenset[str]:
    """Names of the backends that cost money.

    Args:
        profiles: Servers by name; these names are theirs.
    """
    keyed = {name for name, profile in profiles.items() if profile.key_env}
    free = profiles.keys() - keyed
    return (SPENDING_PROGRAMS | {"anthropic"} | keyed) - free
