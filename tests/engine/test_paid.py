"""Which backends cost money."""

from dataclasses import dataclass

import pytest

from orchtui.engine.estimates.paid import SPENDING_PROGRAMS, spending
from orchtui.engine.plans.backend_names import NAMES


@dataclass(frozen=True)
class Server:
    key_env: str | None


PROFILES = {"proxy": Server("PROXY_KEY"), "ollama": Server(None), "claude": Server(None)}


@pytest.mark.parametrize(
    ("backend", "paid"),
    [
        ("anthropic", True),
        ("proxy", True),
        ("codex", True),
        ("gemini", True),
        ("acp", True),
        ("ollama", False),
        ("claude", False),  # here the name of a profile without a key
        ("local", False),
        ("command", False),
        ("rehearsal", False),
    ],
)
def test_what_costs_money(backend: str, paid: bool) -> None:
    assert (backend in spending(PROFILES)) == paid


def test_without_profiles_it_is_the_api_and_the_agent_programs() -> None:
    assert spending({}) == SPENDING_PROGRAMS | {"anthropic"}
    assert spending({}) < set(NAMES)
