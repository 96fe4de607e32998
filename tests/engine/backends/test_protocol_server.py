"""The loopback server itself, seen by the real SDK as it comes (typed events, plain transport)."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import anthropic
import httpx2
import pytest

from tests.server import FAULTS, MessagesServer, Reply
from tests.server.protocol import COMMENT
from tests.server.replies import answer, cut, drip, insert
from tests.server.turns import call, fetched, found, search, text, thinking, turn, unfound


@pytest.fixture
async def server() -> AsyncIterator[MessagesServer]:
    async with MessagesServer() as running:
        yield running


def client_of(url: str) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(api_key="test", base_url=url, max_retries=0)


async def ask(url: str, prompt: str = "Hello") -> anthropic.types.Message:
    async with (
        client_of(url) as client,
        client.messages.stream(
            model="some-model", max_tokens=50, messages=[{"role": "user", "content": prompt}]
        ) as stream,
    ):
        return await stream.get_final_message()


async def test_a_whole_answer(server: MessagesServer) -> None:
    server.then(
        answer(
            "Grüße aus dem Wald 🌲.",
            model="loopback-9",
            thinking="Let me see.",
            pings=2,
            tool=("read", '{"path": "a"}'),
            stop_reason="tool_use",
            usage={"input_tokens": 7, "cache_read_input_tokens": 100},
        )
    )
    message = await ask(server.url)
    thinking, text, tool = message.content
    assert thinking.type == "thinking" and thinking.thinking == "Let me see."
    assert text.type == "text" and text.text == "Grüße aus dem Wald 🌲."
    assert tool.type == "tool_use" and tool.input == {"path": "a"}
    assert message.model == "loopback-9"
    assert message.stop_reason == "tool_use"
    assert message.usage.input_tokens == 7
    assert message.usage.cache_read_input_tokens == 100
    assert message.usage.output_tokens == 5


@pytest.mark.parametrize(
    "reply",
    [
        drip(answer("Grüße 🌲"), size=1),
        drip(answer("Grüße 🌲"), size=7, pause=0.0002),
        insert(answer("Grüße 🌲"), 2, COMMENT, b"event: later_idea\ndata: {}\n\n"),
        answer("Grüße 🌲", interval=0.002, jitter=0.001),
    ],
    ids=["byte by byte", "slow drip", "comments and unknown events", "with intervals"],
)
async def test_odd_but_whole_answers(server: MessagesServer, reply: Reply) -> None:
    server.then(reply)
    message = await ask(server.url)
    assert message.content[0].type == "text" and message.content[0].text == "Grüße 🌲"


async def test_replies_by_prompt_then_by_order_then_by_script(server: MessagesServer) -> None:
    server.on("alpha", answer("first alpha"), answer("more alpha"))
    server.then(answer("queued"))

    async def text(prompt: str) -> str:
        message = await ask(server.url, prompt)
        assert message.content[0].type == "text"
        return message.content[0].text

    prompts = ["beta", "alpha", "alpha", "alpha", "beta"]
    answers = [await text(prompt) for prompt in prompts]
    assert answers == ["queued", "first alpha", "more alpha", "more alpha", "The quick brown fox."]
    assert [received.prompt for received in server.requests] == prompts
    keys = {received.headers["authorization"] for received in server.requests}
    assert keys == {"Bearer test"}
    assert server.open == 0 and server.disconnects == 0


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("bad_request", anthropic.BadRequestError),
        ("unauthorized", anthropic.AuthenticationError),
        ("forbidden", anthropic.PermissionDeniedError),
        ("not_found", anthropic.NotFoundError),
        ("too_large", anthropic.ContentTooLargeError),
        ("rate_limit_wait", anthropic.RateLimitError),
        ("server_error", anthropic.InternalServerError),
        ("overloaded", anthropic.OverloadedError),
        ("overloaded_midway", anthropic.APIStatusError),
        ("drop_first", anthropic.APIConnectionError),
        ("drop", httpx2.RemoteProtocolError),
        ("reset", httpx2.ReadError),
        ("garbage", ValueError),
    ],
)
async def test_faults_as_the_sdk_sees_them(
    server: MessagesServer, fault: str, error: type[Exception]
) -> None:
    server.then(FAULTS[fault])
    with pytest.raises(error):
        await ask(server.url)


async def test_errors_carry_type_and_headers(server: MessagesServer) -> None:
    server.then(FAULTS["rate_limit_wait"])
    with pytest.raises(anthropic.RateLimitError) as caught:
        await ask(server.url)
    assert caught.value.type == "rate_limit_error"
    assert caught.value.response.headers["retry-after"] == "1"


@pytest.mark.parametrize("fault", ["stall_first", "stall_headers", "stall"])
async def test_a_stalled_client_that_leaves_is_seen(server: MessagesServer, fault: str) -> None:
    server.then(FAULTS[fault])
    asking = asyncio.create_task(ask(server.url))
    await server.wait_until(lambda s: s.open == 1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    await server.wait_until(lambda s: s.open == 0 and s.disconnects == 1)


def test_cut_keeps_the_first_writes() -> None:
    reply = answer("a b c")
    assert cut(reply, 0) == reply[:1]
    assert cut(reply, 4) == reply[:5]
    assert cut(reply, 99) == reply


async def test_as_a_program() -> None:
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.server", "--chunks", "3", "--interval", "0",
        "--text", "la ", "--on", "second=overloaded",
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    try:
        assert program.stdout is not None
        url = (await program.stdout.readline()).decode().strip()
        message = await ask(url, "the first")
        assert message.content[0].type == "text" and message.content[0].text == "la la la "
        with pytest.raises(anthropic.OverloadedError):
            await ask(url, "the second")
    finally:
        program.send_signal(signal.SIGTERM)
        code = await program.wait()
    assert code == 0


async def test_a_turn_of_any_blocks(server: MessagesServer) -> None:
    blocks = [
        thinking("Let me see.", "c2lnbmVk"),
        text("I look."),
        search("async", "srv-1"),
        found(("A page", "https://example.org"), id="srv-1"),
        call("web_fetch", {"url": "https://example.org"}, "srv-2", "server_tool_use"),
        fetched("A page", "https://example.org", "srv-2"),
        search("more", "srv-3"),
        unfound("max_uses_exceeded", "srv-3"),
        call("Read", {"path": "a"}, "toolu_1"),
        call("Read", {}, "toolu_2"),
    ]
    usage = {"cache_read_input_tokens": 3, "cache_creation_input_tokens": 4}
    server.then(turn(*blocks, usage=usage, output=12))
    message = await ask(server.url)
    assert [block.to_dict(exclude_unset=True) for block in message.content] == blocks
    assert message.stop_reason == "tool_use"
    assert message.usage.cache_read_input_tokens == 3
    assert message.usage.cache_creation_input_tokens == 4
    assert message.usage.output_tokens == 12
