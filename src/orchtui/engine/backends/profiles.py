"""Named servers that speak Anthropic's protocol: Ollama, llama.cpp, vLLM, LiteLLM, a gateway.

A profile stands in the configuration and says where a server is, which variable
holds its key, which models it has and what it understands. What it does not say
it can do is not asked of it. This module never reads the process environment:
it is handed in.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from orchtui.engine.backends.anthropic_address import Address
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from orchtui.engine.backends.anthropic_api import AnthropicBackend

PLACEHOLDER = "none"
"""Sent as the key where a profile names no variable: many servers want any word there."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One server, as the configuration describes it."""

    base_url: str
    key_env: str | None = None
    """Name of the environment variable with its key; `None` where it asks for none, and then no
    key of anybody's is sent."""
    models: Mapping[str, str] = {}
    """Alias → the server's id, beyond the built-in ones."""
    model: str | None = None
    """Alias or id for specialists that name no model."""
    concurrency: int | None = None
    """How many requests it serves at once; `None` for no limit of its own."""
    idle_timeout: float | None = 120.0
    """Seconds of silence after which an attempt counts as dead."""
    rate: float | None = None
    """Attempts that may start in a second; `None` for any number."""
    tools: bool = True
    web: bool = False
    """Whether it has the provider's own web search and web fetch."""
    cache: bool = False
    """Whether it understands cache marks."""
    structured: bool = False
    """Whether it takes a JSON schema that an answer has to follow."""
    warm_cache: bool = False
    """Whether one of several tasks that start together goes ahead until its first token."""
    runs_on: tuple[str, ...] = ()
    """Labels of the workers of a cluster from which it is reached."""


def lacking(profile: Profile, environment: Mapping[str, str]) -> str | None:
    """What is missing to use it, and what to do about it; `None` when it can be used now.

    Args:
        profile: The server.
        environment: The process environment, or what stands for it.
    """
    if not Address.of(profile.base_url).valid:
        return "set its base_url to an address such as http://127.0.0.1:11434"
    if profile.key_env is not None and not environment.get(profile.key_env, "").strip():
        return f"set {clean_line(profile.key_env, 80)}"
    return None


def exposed(profile: Profile) -> str | None:
    """Why its key could be read on the way; `None` when it can not, or there is none."""
    address = Address.of(profile.base_url)
    if not address.in_the_clear or (profile.key_env is None and address.login is None):
        return None
    secret = "its password" if profile.key_env is None else f"the key in {profile.key_env}"
    return clean_line(f"{secret} is sent to {address.url} unencrypted: use https, or a tunnel")


def open_profile(name: str, profile: Profile, environment: Mapping[str, str]) -> "AnthropicBackend":
    """The backend that works through a profile's server.

    Args:
        name: The profile's name in the configuration; becomes the backend's.
        profile: The server.
        environment: Where its key is looked up, and nothing else.
    """
    from orchtui.engine.backends.anthropic_api import AnthropicBackend

    named = profile.key_env
    return AnthropicBackend(
        api_key=PLACEHOLDER if named is None else environment.get(named),
        # An empty address must not become the provider's: the key is not meant for it.
        base_url=profile.base_url or "-",
        models=profile.models,
        default_model=profile.model,
        name=name,
        slots=profile.concurrency,
        idle_timeout=profile.idle_timeout,
        tools=profile.tools,
        web=profile.web,
        cache=profile.cache,
        structured=profile.structured,
        warm_cache=profile.warm_cache,
        profile=name,
        key_variable=named or "",
    )
