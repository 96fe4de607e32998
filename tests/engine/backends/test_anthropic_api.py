"""AnthropicBackend: the real SDK against the loopback server, when all is well or is left early."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping
from typing import get_args

import pytest
from anthropic.types import ModelParam

from orchtui.engine.backends.anthropic_api import ALIASES, AnthropicBackend
from orchtui.engine.backends.base import (
    Alive,
    Backend,
    Finished,
    Started,
    Text,
    Thinking,
    ToolCalled,
    UsageReported,
)
from orchtui.engine.run_events.events import Usage
from tests.engine.backends.asking import KEY, assignment, events_of, text_of
from tests.server import FAULTS, MessagesServer, Pause, Send
from tests.server.protocol import COMMENT, PING
from tests.server.replies import answer, cut, drip, page


async def test_a_whole_answer(server: MessagesServer, backend: AnthropicBackend) -> None:
    server.then(
        answer(
            ["Grüße ", "🌲"],
            model="loopback-9",
            thinking="Let me see.",
            pings=1,
            usage={
                "input_tokens": 7,
                "cache_read_input_tokens": 100,
                "cache_creation_input_tokens": 40,
            },
            final_usage={"input_tokens": 0, "output_tokens": 55},
        )
    )
    events = await events_of(backend)
    assert events[0] == Started("loopback-9")
    assert events[1] == UsageReported(Usage(input=7, output=1, cache_read=100, cache_write=40))
    assert Alive() in events
    # Texts that come together may be one.
    assert "".join(e.text for e in events if isinstance(e, Text)) == "Grüße 🌲"
    assert [e.text for e in events if isinstance(e, Thinking)] == ["Let me see."]
    totals = [e.usage for e in events if isinstance(e, UsageReported)]
    assert totals[-1] == Usage(input=7, output=55, cache_read=100, cache_write=40)
    assert events[-1] == Finished("end_turn")


@pytest.mark.parametrize("reason", ["end_turn", "max_tokens", "refusal", "tool_use", "new_reason"])
async def test_stop_reasons_are_passed_on(
    server: MessagesServer, backend: AnthropicBackend, reason: str
) -> None:
    server.then(answer(stop_reason=reason))
    assert (await events_of(backend))[-1] == Finished(reason)


async def test_tool_calls_are_shown(server: MessagesServer, backend: AnthropicBackend) -> None:
    server.then(answer("I look.", tool=("read", '{"path": "a.md"}'), stop_reason="tool_use"))
    events = await events_of(backend)
    assert ToolCalled("toolu_01", "read", '{"path": "a.md"}') in events
    assert events[-1] == Finished("tool_use")


async def test_what_is_asked(server: MessagesServer, backend: AnthropicBackend) -> None:
    async for _ in backend.stream(assignment("Why?", "claude-future-7", system="Be brief.")):
        pass
    await events_of(backend, "And?")
    first, second = server.requests
    assert first.body == {
        "model": "claude-future-7",
        "max_tokens": 321,
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Why?"}],
        "stream": True,
    }
    assert "system" not in second.body
    assert first.headers["x-api-key"] == KEY
    assert first.headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("asked", "models", "default", "sent"),
    [
        ("opus", {}, None, "claude-opus-5-5"),
        ("haiku", {}, None, "claude-haiku-5-5"),
        (None, {}, None, "claude-sonnet-5-5"),
        (None, {}, "opus", "claude-opus-5-5"),
        (None, {}, "my-model", "my-model"),
        ("opus", {"opus": "my-large"}, None, "my-large"),
        ("claude-opus-4-5-20251101", {}, None, "claude-opus-4-5-20251101"),
        ("somebody-elses-model:7b", {}, None, "somebody-elses-model:7b"),
    ],
)
async def test_models(
    server: MessagesServer,
    asked: str | None,
    models: Mapping[str, str],
    default: str | None,
    sent: str,
) -> None:
    backend = AnthropicBackend(
        api_key=KEY, base_url=server.url, models=models, default_model=default
    )
    events = [event async for event in backend.stream(assignment(model=asked))]
    await backend.close()
    assert server.requests[0].model == sent
    assert events[0] == Started(sent)


def test_the_aliases_are_ids_of_the_installed_sdk() -> None:
    known = get_args(get_args(ModelParam)[0])
    assert set(ALIASES.values()) <= set(known)


async def test_ways_to_identify(server: MessagesServer) -> None:
    address = server.url.replace("http://", "http://me:p%40ss-word@")
    for backend in (
        AnthropicBackend(auth_token="token-0123456789", base_url=server.url),
        AnthropicBackend(api_key=f" {KEY}\n", auth_token="unused", base_url=server.url + "/"),
        AnthropicBackend(api_key=KEY, base_url=address),
    ):
        assert text_of(await events_of(backend)) == "The quick brown fox."
        await backend.close()
    token, key, basic = (received.headers for received in server.requests)
    assert token["authorization"] == "Bearer token-0123456789" and "x-api-key" not in token
    assert key["x-api-key"] == KEY
    assert basic["authorization"] == "Basic bWU6cEBzcy13b3Jk" and basic["x-api-key"] == KEY


# Servers that deviate

BARE = (
    b'data: {"type": "message_start", "message": {}}\n\n'
    b'data: {"type": "content_block_delta", "delta": {"text": "Hi"}}\n\n'
    b'data: {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}\n\n'
    b'data: {"type": "message_stop"}\n\n'
)
STARTLESS = BARE.partition(b"\n\n")[2]
DONE = BARE.replace(
    b'data: {"type": "message_stop"}', b'data: {"type": "message_stop"}\n\ndata: [DONE]'
)
STRANGE_USAGE = BARE.replace(b'"message": {}', b'"message": {"usage": {"input_tokens": "many"}}')
FULL_START = BARE.replace(
    b'"message": {}', b'"message": {"id": 5, "model": null, "usage": null, "content": "?"}'
)
UNKNOWN = b'event: news\ndata: {"type": "news", "message": "hi", "delta": 3}\n\n' + BARE


@pytest.mark.parametrize(
    "body",
    [BARE, STARTLESS, DONE, STRANGE_USAGE, FULL_START, UNKNOWN, BARE.replace(b"\n", b"\r\n")],
    ids=["bare", "no start", "[DONE]", "strange usage", "odd start", "unknown event", "CRLF"],
)
@pytest.mark.parametrize("content_type", ["text/event-stream", "Text/Event-Stream;charset=UTF-8"])
async def test_servers_that_deviate(
    server: MessagesServer, backend: AnthropicBackend, body: bytes, content_type: str
) -> None:
    server.then(page(200, body, content_type))
    events = await events_of(backend)
    assert [event for event in events if not isinstance(event, Alive)] == [
        Started(None),
        Text("Hi"),
        Finished("end_turn"),
    ]


@pytest.mark.parametrize("noise", [PING, COMMENT], ids=["ping", "comment"])
async def test_signs_of_life_are_shown(
    server: MessagesServer, backend: AnthropicBackend, noise: bytes
) -> None:
    whole = answer()
    begun = cut(whole, 3)
    server.then((*begun, *(Pause(0.05), Send(noise)) * 5, Pause(0.05), *whole[len(begun) :]))
    server.then(whole)
    lively, plain = [await events_of(backend) for _ in range(2)]
    assert lively.count(Alive()) == plain.count(Alive()) + 5
    assert text_of(lively) == text_of(plain)


@pytest.mark.parametrize("size", [1, 3])
async def test_split_characters(
    server: MessagesServer, backend: AnthropicBackend, size: int
) -> None:
    server.then(drip(answer("Grüße 🌲 ende"), size=size, pause=0.0001))
    assert text_of(await events_of(backend)) == "Grüße 🌲 ende"


# Many at once, and leaving early


async def test_fifty_streams_at_once(server: MessagesServer, backend: AnthropicBackend) -> None:
    chunks = {f"<{n}>": [f"{n}.{m} " for m in range(20)] for n in range(50)}
    for prompt, texts in chunks.items():
        server.on(prompt, answer(texts, interval=0.1, jitter=0.02))
    answers = await asyncio.gather(*(events_of(backend, prompt) for prompt in chunks))
    assert [text_of(events) for events in answers] == ["".join(texts) for texts in chunks.values()]
    assert server.most_open > 40


async def test_connections_are_used_again(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    for _ in range(5):
        await events_of(backend)
    assert len(server.connections) == 1


async def test_an_end_that_does_not_come_is_not_waited_for(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then((*answer(), *FAULTS["stall_first"]))
    assert (await events_of(backend))[-1] == Finished("end_turn")
    await server.wait_until(lambda s: s.disconnects == 1)


@pytest.mark.parametrize("fault", ["stall_first", "stall_headers", "stall"])
async def test_cancelling_frees_the_connection(
    server: MessagesServer, backend: AnthropicBackend, fault: str
) -> None:
    server.then(FAULTS[fault])
    work = asyncio.create_task(events_of(backend))
    await server.wait_until(lambda s: s.open == 1)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await server.wait_until(lambda s: s.open == 0 and s.disconnects == 1)


async def test_closing_the_iterator_frees_the_connection(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    server.then(FAULTS["stall"])
    stream = backend.stream(assignment())
    assert isinstance(stream, AsyncGenerator)
    assert isinstance(await anext(stream), Started)
    await stream.aclose()
    await server.wait_until(lambda s: s.open == 0 and s.disconnects == 1)


async def test_close_is_safe_twice_and_before_use(server: MessagesServer) -> None:
    backend: Backend = AnthropicBackend(api_key=KEY, base_url=server.url)
    await backend.close()
    await events_of(backend)
    await backend.close()
    await backend.close()


def test_the_sdk_is_not_imported_before_its_use() -> None:
    code = (
        "import sys, orchtui.engine.backends.anthropic_api as module\n"
        "module.AnthropicBackend(api_key='k')\n"
        "print({'anthropic', 'aiohttp', 'httpx2', 'pydantic'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
