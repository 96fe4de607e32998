"""Streams that lie: what a server, a program or an agent sends, cut anywhere and spoilt.

Only a BackendError may come of it (a WireError of an agent's wire), the same however the
bytes are split, and nothing that could act on a terminal once it is cleaned.
"""

import asyncio
import json
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import strategies as st

from orchtui.engine.backends.acp_permission import wish_of
from orchtui.engine.backends.acp_updates import Updates
from orchtui.engine.backends.agent_output import Output
from orchtui.engine.backends.agent_reading import LineReading, PlainReading, Reading
from orchtui.engine.backends.anthropic_blocks import TurnStream
from orchtui.engine.backends.anthropic_errors import Failures
from orchtui.engine.backends.anthropic_stream import MessageStream
from orchtui.engine.backends.base import Alive, BackendEvent, Text
from orchtui.engine.backends.claude_output import ClaudeOutput
from orchtui.engine.backends.codex_output import CodexOutput
from orchtui.engine.backends.gemini_output import GeminiOutput
from orchtui.engine.backends.opencode_output import OpencodeOutput
from orchtui.engine.backends.server_events import EventDecoder
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage
from orchtui.engine.text import Cleaner, clean, clean_line, is_clean
from tests.engine.backends.test_acp_wire import Reading as WireReading
from tests.faults.forms import fuzz
from tests.faults.made_input import cuts, in_pieces, json_values, spoilt, spoilt_lines, texts
from tests.server import FAULTS, Send
from tests.server.replies import answer
from tests.server.turns import call, fetched, found, search, text, thinking, turn

Came = tuple[list[BackendEvent], str | None]
"""What came of some bytes: events with their texts joined, and the error's kind."""


def joined(events: Iterable[BackendEvent]) -> list[BackendEvent]:
    """Without signs of life, neighbouring texts as one: how they are cut says nothing."""
    whole: list[BackendEvent] = []
    for event in events:
        if isinstance(event, Alive):
            continue
        if isinstance(event, Text) and whole and isinstance(whole[-1], Text):
            whole[-1] = Text(whole[-1].text + event.text)
        else:
            whole.append(event)
    return whole


# What a server sends

REPLIES = [
    b"".join(step.data for step in reply if isinstance(step, Send))
    for reply in (
        answer("Grüße 漢字 🌲 and words", thinking="hm", pings=2, tool=("Read", '{"path": "a"}')),
        answer("cut off", stop_reason="max_tokens", usage={"cache_read_input_tokens": 100}),
        turn(
            thinking("I think", "c2lnbmVk"),
            search("tea"),
            found(("Tea", "https://tea.example")),
            fetched("Tea", "https://tea.example"),
            {**text("It is so."), "citations": [{"type": "char_location", "cited_text": "so"}]},
            call("Read", {"path": "a.md"}),
        ),
        *(FAULTS[name] for name in ("overloaded_midway", "garbage", "not_utf8", "half_event")),
    )
]
_SSE = "type index delta content_block message usage error text thinking partial_json stop_reason"
_events = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["content_block_start", "content_block_delta", "message_delta"])},
        optional={key: json_values(*_SSE.split(), leaves=6) for key in _SSE.split()[1:6]},
    ),
    max_size=6,
).map(lambda events: b"".join(b"data: %s\n\n" % json.dumps(e).encode() for e in events))
streams = spoilt(REPLIES) | _events | st.binary(max_size=200)
FAILURES = Failures("http://here", "KEY", ())


def played(stream: MessageStream, pieces: list[bytes]) -> Came:
    events: list[BackendEvent] = []
    try:
        for piece in pieces:
            for event in stream.feed(piece):
                events.append(event)  # noqa: PERF402  what came before an error counts
        stream.finish()
    except BackendError as error:
        assert is_clean(error.message) and "\n" not in error.message
        return joined(events), error.kind
    finally:
        if isinstance(stream, TurnStream):
            json.dumps(stream.content())  # it is sent back as it is
    return joined(events), None


def message() -> MessageStream:
    return MessageStream(FAILURES, "some-model")


def turn_stream() -> MessageStream:
    return TurnStream(FAILURES, "some-model", before=Usage(), turn=1, said=False)


@fuzz(
    streams,
    cuts,
    short=60,
    long=10_000,
    known=(
        (b'data: {"type": "content_block_start", "index": [], "content_block": {}}\n\n', []),
        (b'data: {"delta": 5, "type": "\xff"}\n\n', []),
        (b'data: {"x": ' + b"[" * 5000 + b"]" * 5000 + b"}\n\n", [7]),
        (
            b'data: {"type": "content_block_start", "content_block": {"citations": 5}}\n\n'
            b'data: {"type": "content_block_delta", "delta": {"type": "citations_delta",'
            b' "citation": {}}}\n\n',
            [],
        ),
        (
            b'data: {"type": "content_block_start", "content_block": {"signature": 5}}\n\n'
            b'data: {"type": "content_block_delta", "delta": {"type": "signature_delta",'
            b' "signature": "x"}}\n\n',
            [],
        ),
    ),
)
def test_what_a_server_sends(data: bytes, places: list[int]) -> None:
    for make in (message, turn_stream):
        assert played(make(), in_pieces(data, places)) == played(make(), [data])


@fuzz(st.binary(max_size=200) | spoilt(REPLIES), cuts, short=60, long=10_000)
def test_events_are_the_same_however_they_are_cut(data: bytes, places: list[int]) -> None:
    decoder = EventDecoder()
    pieces = [event for piece in in_pieces(data, places) for event in decoder.feed(piece)]
    assert pieces == EventDecoder().feed(data)


# What a terminal would obey


@fuzz(texts, cuts, short=100, long=20_000)
def test_terminal_text(raw: str, places: list[int]) -> None:
    edges = sorted({0, len(raw), *(place % (len(raw) + 1) for place in places)})
    cleaner = Cleaner()
    shown = "".join(cleaner.feed(raw[a:b]) for a, b in zip(edges, edges[1:], strict=False))
    shown += cleaner.finish()
    assert shown == clean(raw)
    assert is_clean(shown) and is_clean(clean_line(raw))
    acting = {char for char in shown if unicodedata.category(char) in ("Cc", "Cs")} - {"\t", "\n"}
    assert not acting and not set(shown) & set("\u202d\u202e\u2066\u2067\u2068")


# What programs print

LINES: dict[Callable[[str], Output], list[bytes]] = {
    ClaudeOutput: [
        b'{"type":"system","subtype":"init","model":"m"}\n',
        b'{"type":"system","subtype":"api_retry","attempt":1,"error_status":529}\n',
        b'{"type":"stream_event","event":{"type":"message_start","message":{"usage":'
        b'{"input_tokens":3}}}}\n',
        b'{"type":"stream_event","event":{"type":"content_block_start","content_block":'
        b'{"type":"text"}}}\n',
        b'{"type":"stream_event","event":{"type":"content_block_delta","delta":{"text":"Hi"}}}\n',
        b'{"type":"assistant","message":{"content":[{"type":"text","text":"Hi"},'
        b'{"type":"tool_use","id":"c","name":"Read","input":{"path":"a"}}]}}\n',
        b'{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"c",'
        b'"content":[{"type":"text","text":"x"}]}]}}\n',
        b'{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":99}}\n',
        b'{"type":"result","subtype":"success","is_error":false,"result":"Hi","modelUsage":'
        b'{"m":{"inputTokens":3,"outputTokens":1}}}\n',
    ],
    CodexOutput: [
        b'{"type":"item.started","item":{"id":"1","type":"command_execution","command":"ls"}}\n',
        b'{"type":"item.completed","item":{"id":"1","type":"command_execution","exit_code":0}}\n',
        b'{"type":"item.completed","item":{"id":"2","type":"mcp_tool_call","tool":"f","result":'
        b'{"content":[{"text":"x"}]}}}\n',
        b'{"type":"item.completed","item":{"id":"3","type":"agent_message","text":"Done"}}\n',
        b'{"type":"error","message":"Reconnecting"}\n',
        b'{"type":"turn.failed","error":{"message":"401"}}\n',
        b'{"type":"turn.completed","usage":{"input_tokens":30,"cached_input_tokens":10}}\n',
    ],
    GeminiOutput: [
        b'{"type":"init","model":"g"}\n',
        b'{"type":"message","role":"assistant","content":"Hi","delta":true}\n',
        b'{"type":"tool_use","tool_name":"ls","tool_id":"1","parameters":{"path":"."}}\n',
        b'{"type":"tool_result","tool_id":"1","status":"error","error":{"message":"gone"}}\n',
        b'{"type":"result","status":"success","stats":{"input_tokens":3,"cached":1}}\n',
        b'{"type":"result","status":"error","error":{"type":"x","message":"429"}}\n',
    ],
    OpencodeOutput: [
        b'{"type":"step_start","part":{}}\n',
        b'{"type":"text","part":{"text":"Hi"}}\n',
        b'{"type":"tool_use","part":{"callID":"1","tool":"ls","state":{"status":"completed",'
        b'"input":{"path":"."},"output":"x"}}}\n',
        b'{"type":"step_finish","part":{"reason":"stop","tokens":{"input":3,"cache":{"read":1}}}}\n',
        b'{"type":"error","error":{"name":"x","data":{"message":"401","statusCode":401}}}\n',
    ],
}


def printed(reading: Reading, pieces: list[bytes], code: int) -> Came:
    events: list[BackendEvent] = []
    try:
        for piece in pieces:
            for event in reading.feed(piece):
                events.append(event)  # noqa: PERF402  as above
        events += reading.rest()
        events.append(reading.finish(code, ""))
    except BackendError as error:
        return joined(events), error.kind
    return joined(events), None


@fuzz(
    st.sampled_from(list(LINES)).flatmap(
        lambda make: st.tuples(
            st.just(make), spoilt_lines(LINES[make]) | spoilt([b"".join(LINES[make])])
        )
    ),
    cuts,
    st.sampled_from([0, 0, 1, -15]),
    short=80,
    long=10_000,
)
def test_what_programs_print(
    given: tuple[Callable[[str], Output], bytes], places: list[int], code: int
) -> None:
    make, data = given

    def reading() -> Reading:
        return LineReading("program", make("program"), "log in")

    assert printed(reading(), in_pieces(data, places), code) == printed(reading(), [data], code)


@fuzz(st.binary(max_size=300), cuts, short=40)
def test_what_plain_programs_print(data: bytes, places: list[int]) -> None:
    whole = printed(PlainReading("program", "log in"), [data], 0)
    assert printed(PlainReading("program", "log in"), in_pieces(data, places), 0) == whole


# What an agent sends

WIRE = [
    json.dumps(line).encode() + b"\n"
    for line in (
        {"jsonrpc": "2.0", "id": 1, "result": {"protocolVersion": 1}},
        {"jsonrpc": "2.0", "id": 2, "error": {"code": -32000, "message": "no"}},
        {"jsonrpc": "2.0", "id": 3, "method": "session/request_permission", "params": {}},
        *(
            {"jsonrpc": "2.0", "method": "session/update", "params": {"sessionId": "s", **update}}
            for update in (
                {
                    "update": {
                        "sessionUpdate": "agent_message_chunk",
                        "content": {"type": "text", "text": "Hi"},
                    }
                },
                {
                    "update": {
                        "sessionUpdate": "tool_call",
                        "toolCallId": "c",
                        "title": "Look",
                        "kind": "execute",
                        "status": "pending",
                        "rawInput": {"command": ["ls", "-l"], "path": "a.md"},
                        "locations": [{"path": "/a/b.md", "line": 3}],
                    }
                },
                {
                    "update": {
                        "sessionUpdate": "tool_call_update",
                        "toolCallId": "c",
                        "status": "completed",
                        "content": [
                            {"type": "diff", "path": "/a", "newText": "x"},
                            {"type": "content", "content": {"type": "text", "text": "words"}},
                        ],
                    }
                },
                {"update": {"sessionUpdate": "plan", "entries": []}},
            )
        ),
    )
]


async def wired(pieces: list[bytes]) -> WireReading:
    reading = await WireReading().of(pieces)
    updates = Updates()
    for said in reading.updates:
        for event in updates.events(said):
            assert event
    for call_ in updates._calls.values():
        assert is_clean(wish_of(call_).what)
    return reading


@fuzz(
    spoilt_lines(WIRE) | spoilt([b"".join(WIRE)]) | st.binary(max_size=200),
    cuts,
    short=60,
    long=5000,
    known=(
        (b'{"id": ' + b"[" * 5000 + b"]" * 5000 + b"}\n", [3]),
        (b'{"\x80id": 1, "result": {}}\n', []),
    ),
)
def test_what_an_agent_sends(data: bytes, places: list[int]) -> None:
    whole = asyncio.run(wired([data]))
    cut = asyncio.run(wired(in_pieces(data, places)))
    assert cut.messages == whole.messages and cut.updates == whole.updates
    assert list(map(str, cut.broken)) == list(map(str, whole.broken))


@pytest.mark.parametrize("make", LINES)
def test_the_examples_are_understood(make: Callable[[str], Output]) -> None:
    """Else spoiling them would try nothing."""
    good: list[Any] = [event for event in printed_well(make) if isinstance(event, Text)]
    assert good


def printed_well(make: Callable[[str], Output]) -> list[BackendEvent]:
    events, _ = printed(LineReading("program", make("program"), ""), LINES[make], 0)
    return events
