"""Specialists through Anthropic's Messages API, or another server that speaks it.

One client of the real SDK serves all tasks: streamed, on its aiohttp transport,
without retries of its own; where tools are offered, one request for each turn.
The SDK takes about a second to import, so this is
done in a thread, at the first use. This module never reads the environment:
keys and addresses are arguments.
"""

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

from orchtui.engine.backends.anthropic_address import DEFAULT_URL, Address
from orchtui.engine.backends.anthropic_errors import Failures
from orchtui.engine.backends.anthropic_holding import Holding
from orchtui.engine.backends.anthropic_quota import quota
from orchtui.engine.backends.anthropic_request import Abilities, tools_for
from orchtui.engine.backends.anthropic_turns import SIGN_OF_LIFE_S, Conversation
from orchtui.engine.backends.anthropic_warming import SHORTEST, Warming
from orchtui.engine.backends.backoff import backoff
from orchtui.engine.backends.base import (
    NO_TOOLS,
    Alive,
    Assignment,
    BackendEvent,
    Finished,
    Quota,
    Throttled,
    ToolBox,
)
from orchtui.engine.backends.reading_pace import Pace
from orchtui.engine.errors import BackendError

if TYPE_CHECKING:
    import anthropic

DEFAULT_MODEL = "sonnet"

ALIASES: Mapping[str, str] = {
    "opus": "claude-opus-5-5",
    "sonnet": "claude-sonnet-5-5",
    "haiku": "claude-haiku-5-5",
}
"""The newest id of each family in `anthropic/types/model_param.py` of the SDK 2.12.0."""

MAX_CONNECTIONS = 10_000
"""More than anybody needs: how much runs at once is the executor's business."""

DRAIN_SECONDS = 0.25
"""How long to wait for the response's end after the last event, to use the connection again."""

_STREAM_TYPES = ("", "text/event-stream", "text/plain", "application/octet-stream")
"""Content types that may be an event stream: some servers name it carelessly."""


class _Sdk(NamedTuple):
    client: "anthropic.AsyncAnthropic"
    omit: "anthropic.Omit"
    """Stands for an argument that is not sent."""
    errors: tuple[type[Exception], ...]
    """What the SDK and its transport raise for trouble from outside."""


class AnthropicBackend:
    """Runs a specialist as a streamed request, or as one for each turn where it has tools.

    Args:
        api_key: Key of the API; counts before `auth_token`.
        auth_token: Bearer token, where a gateway wants one instead.
        base_url: Address of another server; user name and password in it are sent as basic
            authentication.
        models: More aliases, or other ids for the known ones.
        default_model: Alias or id for assignments that name no model.
        name: The backend's word in plans and events.
        slots: How many requests the server can serve at once, if it says so.
        idle_timeout: Seconds of silence after which the executor gives an attempt up.
        connect_timeout: Seconds for a connection to be made.
        read_timeout: Seconds of silence on the connection that end an attempt in any case.
        reuse_connections: Whether a connection serves one request after the other.
        tools: Whether the server understands tools.
        web: Whether it has the provider's own web tools; `None` for only the provider's address.
        cache: Whether it understands cache marks; `None` for only the provider's address.
        structured: Whether it takes a JSON schema for its answer; `None` for only the provider's
            address.
        warm_cache: Whether the first of several assignments with the same beginning goes ahead
            until its first token.
        profile: Name of the configuration's profile that all this comes from, for messages.
        key_variable: The environment variable with the key, for messages; empty where the server
            wants none.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        auth_token: str | None = None,
        base_url: str | None = None,
        models: Mapping[str, str] | None = None,
        default_model: str | None = None,
        name: str = "anthropic",
        slots: int | None = None,
        idle_timeout: float | None = 120.0,
        connect_timeout: float = 30.0,
        read_timeout: float | None = 600.0,
        reuse_connections: bool = True,
        tools: bool = True,
        web: bool | None = None,
        cache: bool | None = None,
        structured: bool | None = None,
        warm_cache: bool = False,
        profile: str | None = None,
        key_variable: str | None = None,
    ) -> None:
        self.name = name
        self.slots = slots
        self.idle_timeout = idle_timeout
        self._api_key = (api_key or "").strip()
        self._auth_token = "" if self._api_key else (auth_token or "").strip()
        self._address = Address.of(base_url or DEFAULT_URL)
        self._models = {**ALIASES, **(models or {})}
        self._default_model = default_model or DEFAULT_MODEL
        self._connect_timeout = connect_timeout
        self._read_timeout = read_timeout
        self._reuse_connections = reuse_connections
        own = self._address.at_provider
        self._can = Abilities(
            tools=tools,
            web=own if web is None else web,
            cache=own if cache is None else cache,
            structured=own if structured is None else structured,
        )
        self._warming = Warming() if warm_cache else None
        self._pace = Pace()
        variable = "ANTHROPIC_AUTH_TOKEN" if self._auth_token else "ANTHROPIC_API_KEY"
        if key_variable is not None:
            variable = key_variable
        password = self._address.login[1] if self._address.login else ""
        secrets = (self._api_key, self._auth_token, password)
        self._failures = Failures(self._address.url, variable, secrets, profile)
        self._sdk: _Sdk | None = None
        self._loading = asyncio.Lock()

    @property
    def structured(self) -> bool:
        """Whether the schema of an answer is sent to the server."""
        return self._can.structured

    def model_id(self, model: str | None) -> str:
        """The full id of an alias, the default model's for `None`; other ids as they are."""
        model = model or self._default_model
        return self._models.get(model, model)

    def stream(
        self, assignment: Assignment, toolbox: ToolBox = NO_TOOLS
    ) -> AsyncIterator[BackendEvent]:
        """Work on the assignment.

        Raises:
            BackendError: from the iterator, when the attempt failed: `tool` when the model never
                stops calling tools; else what the server or the connection did.
        """
        events = self._stream(assignment, toolbox)
        if self._warming is None:
            return events
        tools = repr(tools_for(assignment, toolbox, self._can))
        start = (self.model_id(assignment.model), tools, assignment.system, assignment.context)
        if sum(map(len, start[1:])) < SHORTEST:
            return events
        return self._warming.through(start, events)

    async def _stream(
        self, assignment: Assignment, toolbox: ToolBox
    ) -> AsyncIterator[BackendEvent]:
        sdk = await self._connect()
        model = self.model_id(assignment.model)
        talk = Conversation(assignment, toolbox, model, self._can, self._failures)
        throttles = 0
        while talk.stop_reason is None:
            answer = talk.answer()
            try:
                # Not `with_streaming_response`: it keeps the request while the answer comes.
                made = await sdk.client.messages.with_raw_response.create(
                    **talk.body(), stream=True
                )
                response = made.http_response
                del made
                async with aclosing(response):
                    if (told := quota(response.headers)) is not None:
                        yield told
                    content_type = response.headers.get("content-type", "").partition(";")[0]
                    if content_type.strip().lower() not in _STREAM_TYPES:
                        raise self._failures.not_a_stream(content_type.strip())
                    pieces = response.aiter_bytes()
                    holding = Holding(response.stream)
                    with self._pace.stream():
                        async for piece in pieces:
                            for event in answer.feed(piece):
                                yield event
                            if answer.complete:
                                await _drain(pieces, sdk.errors)
                                break
                            if answer.spoke and (pause := self._pace.pause(len(piece))):
                                with holding.held():
                                    await asyncio.sleep(pause)
            except sdk.errors as error:
                if (told := _told_with(error)) is not None:
                    yield told
                failure = self._failure(error, model)
                if not (failure.throttled and talk.asked_again()):
                    raise failure from None
                throttles += 1
                async for event in _waiting(failure, throttles):
                    yield event
                continue
            throttles = 0
            async with aclosing(talk.follow(answer)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield event
        yield Finished(talk.stop_reason)

    async def close(self) -> None:
        """Close all connections. Safe to call twice."""
        async with self._loading:
            sdk, self._sdk = self._sdk, None
            if sdk is not None:
                await sdk.client.close()

    async def _connect(self) -> _Sdk:
        if not self._address.valid:
            raise self._failures.bad_url()
        credential = self._api_key or self._auth_token
        if not credential:
            raise self._failures.no_key()
        if not (credential.isascii() and credential.isprintable() and " " not in credential):
            raise self._failures.bad_key()
        async with self._loading:
            if self._sdk is None:
                self._sdk = await asyncio.to_thread(self._load)
            return self._sdk

    def _load(self) -> _Sdk:
        """Import the SDK and make the client. Takes about a second; runs in a thread."""
        loaded = "anthropic" in sys.modules
        import aiohttp
        import anthropic
        import httpx2

        if not loaded:  # its types live for ever: a full collection over them takes 130 ms
            gc.freeze()
        headers = {}
        if self._api_key and self._address.url != DEFAULT_URL:
            # The SDK sends the key as `authorization`; many other servers look for it here.
            headers["x-api-key"] = self._api_key
        if not self._reuse_connections:
            headers["connection"] = "close"
        timeout = httpx2.Timeout(None, connect=self._connect_timeout, read=self._read_timeout)
        try:
            base_url = httpx2.URL(self._address.url)
        except httpx2.InvalidURL:
            raise self._failures.bad_url() from None
        client = anthropic.AsyncAnthropic(
            api_key=self._api_key or None,
            auth_token=self._auth_token or None,
            base_url=base_url,
            max_retries=0,
            timeout=timeout,
            default_headers=headers,
            http_client=anthropic.DefaultAioHttpClient(
                limits=httpx2.Limits(max_connections=MAX_CONNECTIONS),
                timeout=timeout,
                auth=self._address.login,
                # A redirect to another host would take the key along.
                follow_redirects=False,
                # A proxy in the environment never leads back to this machine.
                trust_env=not self._address.loopback,
            ),
        )
        transport = (httpx2.HTTPError, aiohttp.ClientError, OSError)
        errors = (anthropic.AnthropicError, UnicodeEncodeError, *transport)
        return _Sdk(client, anthropic.omit, errors)

    def _failure(self, error: Exception, model: str) -> BackendError:
        import anthropic
        import httpx2

        if isinstance(error, anthropic.APIStatusError):
            said = _said(error.body)
            headers = error.response.headers
            return self._failures.answered(error.status_code, error.type, said, headers, model)
        if isinstance(error, anthropic.APIConnectionError):
            cause = error.__cause__ or error
            if isinstance(cause, httpx2.TimeoutException):
                return self._failures.unreachable(f"no answer in time ({_words(cause)})")
            return self._failures.unreachable(_words(cause))
        if isinstance(error, UnicodeEncodeError):
            return self._failures.not_text()
        if isinstance(error, httpx2.TimeoutException):
            return self._failures.broke_off("it fell silent")
        return self._failures.broke_off(f"the connection was lost ({type(error).__name__})")


async def _waiting(failure: BackendError, times: int) -> AsyncIterator[BackendEvent]:
    """Come back as late as the server asked for, with signs of life meanwhile."""
    yield Throttled(failure.message, failure.retry_after)
    left = max(backoff(times), failure.retry_after or 0.0)
    while left > 0:
        await asyncio.sleep(min(SIGN_OF_LIFE_S, left))
        left -= SIGN_OF_LIFE_S
        yield Alive()


def _told_with(error: Exception) -> Quota | None:
    """What the server said of its limits beside an error."""
    response = getattr(error, "response", None)
    return quota(response.headers) if response is not None else None


def _words(error: BaseException) -> str:
    return str(error) or type(error).__name__


def _said(body: object) -> str:
    """The server's own words in an error's body, whatever form it has."""
    if isinstance(body, Mapping):
        for key in ("error", "message", "detail"):
            if words := _said(body.get(key)):
                return words
    if isinstance(body, str) and not body.lstrip().startswith("<"):
        return body
    return ""


async def _drain(pieces: AsyncIterator[bytes], errors: tuple[type[Exception], ...]) -> None:
    """Read the response's end. The answer is whole: what goes wrong here does not matter to it."""
    with contextlib.suppress(TimeoutError, *errors):
        async with asyncio.timeout(DRAIN_SECONDS):
            async for _ in pieces:
                pass
