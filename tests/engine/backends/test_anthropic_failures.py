"""AnthropicBackend against trouble: which kind it is, whether to retry, and what it says.

The last test asks llmock, a server written by somebody else.
"""

import traceback
from collections.abc import Mapping

import pytest
from llmock.scenarios import Fail, StreamFault
from llmock.testing import LLMockServer

from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.base import BackendEvent, Finished, Started
from orchtui.engine.errors import BackendError, ErrorKind
from tests.engine.backends.asking import KEY, assignment, events_of, failure_of, text_of
from tests.server import FAULTS, MessagesServer, Reply
from tests.server.replies import error, page

Expected = tuple[ErrorKind, bool, float | None, str]

TROUBLE: dict[str, Expected] = {
    "bad_request": ("bad_request", False, None, "max_tokens: too large"),
    "too_long": ("bad_request", False, None, "Shorten the prompt"),
    "unauthorized": ("auth", False, None, "ANTHROPIC_API_KEY"),
    "forbidden": ("auth", False, None, "ANTHROPIC_API_KEY"),
    "not_found": ("bad_request", False, None, "model's name (claude-sonnet-5-5)"),
    "too_large": ("bad_request", False, None, "Shorten the prompt"),
    "rate_limit": ("rate_limit", True, None, "slow down"),
    "rate_limit_wait": ("rate_limit", True, 1.0, "slow down"),
    "server_error": ("server", True, None, "Internal server error"),
    "bad_gateway": ("server", True, None, "failed (502)"),
    "overloaded": ("server", True, None, "overloaded"),
    "overloaded_midway": ("server", True, None, "overloaded"),
    "drop_first": ("connection", True, None, "No connection"),
    "drop": ("connection", True, None, "broke the answer off"),
    "reset": ("connection", True, None, "broke the answer off"),
    "ends_early": ("connection", True, None, "without message_stop"),
    "no_stop_event": ("connection", True, None, "without message_stop"),
    "no_stop_reason": ("connection", True, None, "without a stop_reason"),
    "half_event": ("connection", True, None, "without message_stop"),
    "garbage": ("server", True, None, "not JSON: {nonsense"),
    "not_utf8": ("server", True, None, "not JSON"),
    "empty": ("connection", True, None, "without message_stop"),
    "html": ("bad_request", False, None, "ANTHROPIC_BASE_URL"),
    "json": ("bad_request", False, None, "application/json"),
    "redirect": ("bad_request", False, None, "final address"),
}


@pytest.mark.parametrize("fault", TROUBLE)
async def test_failures(server: MessagesServer, backend: AnthropicBackend, fault: str) -> None:
    kind, retryable, retry_after, words = TROUBLE[fault]
    server.then(FAULTS[fault])
    failure = await failure_of(backend)
    assert (failure.kind, failure.retryable, failure.retry_after) == (kind, retryable, retry_after)
    assert words in failure.message
    assert server.url in failure.message
    assert "\n" not in failure.message and "<" not in failure.message
    assert len(server.requests) == 1
    assert text_of(await events_of(backend)) == "The quick brown fox.", "and the next one works"


def coded(status: int, body: bytes, **headers: str) -> Reply:
    return page(status, body, "application/json", headers)


@pytest.mark.parametrize(
    ("reply", "kind", "retryable"),
    [
        (error(500, kind="overloaded_error"), "server", True),
        (error(400, kind="rate_limit_error"), "rate_limit", True),
        (error(400, kind="authentication_error"), "auth", False),
        (error(401, kind="invalid_request_error"), "auth", False),
        (error(402), "auth", False),
        (error(422, kind="never_heard_of"), "bad_request", False),
        (error(408), "connection", True),
        (error(504), "server", True),
        (error(529, kind="api_error"), "server", True),
        (coded(429, b'{"error": "too many"}'), "rate_limit", True),
        (coded(400, b'{"detail": "too many"}'), "bad_request", False),
        (coded(400, b"[]"), "bad_request", False),
        (coded(503, b'{"error": {"message": 5, "type": ["x"]}}'), "server", True),
        (page(500, b"", "text/plain"), "server", True),
        (error(429, headers={"x-should-retry": "false"}), "rate_limit", False),
        (coded(200, b'event: error\ndata: {"error": "oops"}\n\n'), "bad_request", False),
        (page(200, b"event: error\ndata: oops\n\n", "text/event-stream"), "server", True),
        (page(200, b'data: {"error": "oops"}\n\n', "text/event-stream"), "server", True),
        (page(200, b'data: {"type": "message_delta", "delta": 5}\n\n', ""), "server", True),
    ],
)
async def test_type_before_status(
    server: MessagesServer,
    backend: AnthropicBackend,
    reply: Reply,
    kind: ErrorKind,
    retryable: bool,
) -> None:
    server.then(reply)
    failure = await failure_of(backend)
    assert (failure.kind, failure.retryable) == (kind, retryable)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 529])
async def test_retry_after(
    server: MessagesServer,
    backend: AnthropicBackend,
    status: int,
    headers: Mapping[str, str],
    seconds: float | None,
) -> None:
    server.then(error(status, headers=headers))
    assert (await failure_of(backend)).retry_after == seconds


async def test_partial_text_comes_before_the_failure(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(FAULTS["overloaded_midway"])
    seen: list[BackendEvent] = []
    with pytest.raises(BackendError):
        async for event in backend.stream(assignment()):
            seen.append(event)  # noqa: PERF401
    assert text_of(seen) == "The quick "


@pytest.mark.parametrize("fault", ["stall_first", "stall_headers", "stall"])
async def test_silence_ends_by_the_transport_at_last(server: MessagesServer, fault: str) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, read_timeout=0.1)
    server.then(FAULTS[fault])
    failure = await failure_of(backend)
    assert (failure.kind, failure.retryable) == ("connection", True)
    await server.wait_until(lambda s: s.disconnects == 1)
    await backend.close()


async def test_no_server_at_all(server: MessagesServer, free_tcp_port: int) -> None:
    for url in (f"http://127.0.0.1:{free_tcp_port}", server.url.replace("http:", "https:")):
        backend = AnthropicBackend(api_key=KEY, base_url=url)
        failure = await failure_of(backend)
        await backend.close()
        assert (failure.kind, failure.retryable) == ("connection", True)
        assert url in failure.message


@pytest.mark.parametrize(
    "url",
    [
        "localhost:8000",
        "ftp://127.0.0.1",
        "http://",
        "http://127.0.0.1:port",
        "http://[::1",
        "http://a\u2028b..c",
    ],
)
async def test_a_base_url_that_is_none(url: str) -> None:
    failure = await failure_of(AnthropicBackend(api_key=KEY, base_url=url))
    assert (failure.kind, failure.retryable) == ("bad_request", False)
    assert "ANTHROPIC_BASE_URL" in failure.message


async def test_a_prompt_that_is_no_text(server: MessagesServer, backend: AnthropicBackend) -> None:
    failure = await failure_of(backend, "half a pair: \ud83d")
    assert (failure.kind, failure.retryable) == ("bad_request", False)


@pytest.mark.parametrize("key", [None, "", "  ", "sk ant", "sk-ant-…", "sk\nant"])
async def test_no_key_or_a_broken_one(
    server: MessagesServer, monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "from-the-environment")
    failure = await failure_of(AnthropicBackend(api_key=key, base_url=server.url))
    assert (failure.kind, failure.retryable) == ("auth", False)
    assert "ANTHROPIC_API_KEY" in failure.message
    assert server.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        error(401, f"invalid x-api-key {KEY}, {KEY}"),
        error(400, f"{KEY[:8]}\x1b[31m{KEY[8:]}"),
        page(500, f"{KEY} p@ss-word".encode(), "text/plain"),
        page(200, f"data: {KEY}\n\n".encode(), "text/event-stream"),
        error(400, "x" * 480 + KEY),
        error(400, KEY * 400),
    ],
)
async def test_secrets_never_show(server: MessagesServer, reply: Reply) -> None:
    url = server.url.replace("http://", "http://me:p%40ss-word@")
    server.then(reply)
    backend = AnthropicBackend(api_key=KEY, base_url=url)
    failure = await failure_of(backend)
    await backend.close()
    shown = failure.message + "".join(traceback.format_exception(failure))
    for secret in (KEY[:12], KEY[-8:], "p%40ss-word", "p@ss-word"):
        assert secret not in shown
    assert "\x1b" not in failure.message


async def test_against_llmock() -> None:
    with LLMockServer() as other:
        backend = AnthropicBackend(api_key=KEY, base_url=other.base_url("anthropic"))
        try:
            events = await events_of(backend)
            assert isinstance(events[0], Started) and text_of(events)
            assert events[-1] == Finished("end_turn")
            for fault, kind, retry_after in (
                (Fail(429, retry_after=3), "rate_limit", 3.0),
                (Fail(529, retry_after=2), "server", 2.0),
                (Fail(401), "auth", None),
                (StreamFault("disconnect"), "connection", None),
                (StreamFault("truncate"), "connection", None),
                (StreamFault("malformed"), "server", None),
            ):
                other.state.scenarios.add(fault)
                failure = await failure_of(backend)
                assert (failure.kind, failure.retry_after) == (kind, retry_after), fault
        finally:
            await backend.close()
