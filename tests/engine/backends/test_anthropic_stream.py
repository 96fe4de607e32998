"""Server-sent events from bytes: against the SDK's own decoder, however the bytes are cut."""

import pytest
from anthropic._streaming import SSEDecoder
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends.anthropic_errors import Failures
from orchtui.engine.backends.anthropic_stream import EVENT_LIMIT, EventDecoder, MessageStream
from orchtui.engine.backends.base import Alive, BackendEvent, Text, UsageReported
from orchtui.engine.errors import BackendError
from tests.server.protocol import block_delta, event

LINES = st.sampled_from(
    [
        "data: one",
        "data:two",
        "data:  three",
        "data: grün 🌲",
        "event: ping",
        "event:message_stop",
        ": comment",
        "id",
        "unknown: field",
        "",
        "",
        "",
    ]
)


def pieces_of(body: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    return [body[m:n] for m, n in zip(places, places[1:], strict=False)]


@given(
    lines=st.lists(LINES),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(min_value=0)),
)
def test_the_same_events_as_the_sdk(lines: list[str], end: str, cuts: list[int]) -> None:
    body = "".join(line + end for line in lines).encode()
    theirs = list(SSEDecoder().iter_bytes(iter([body])))
    decoder = EventDecoder()
    ours = [event for piece in pieces_of(body, cuts) for event in decoder.feed(piece)]
    assert ours == [(sse.event or "", sse.data.encode()) for sse in theirs]


@given(text=st.text(min_size=1), cuts=st.lists(st.integers(min_value=0)))
def test_any_text_however_it_is_cut(text: str, cuts: list[int]) -> None:
    stream = MessageStream(Failures("http://here", "KEY", ()), "some-model")
    body = block_delta(0, {"type": "text_delta", "text": text})
    events = [event for piece in pieces_of(body, cuts) for event in stream.feed(piece)]
    assert [event.text for event in events if isinstance(event, Text)] == [text]


def test_a_piece_without_an_event_is_a_sign_of_life() -> None:
    stream = MessageStream(Failures("http://here", "KEY", ()), "some-model")
    assert list(stream.feed(b": still here\n\n")) == [Alive()]
    assert list(stream.feed(b"data: {")) == [Alive()]


def test_searches_of_the_provider_are_counted_apart_from_tokens() -> None:
    stream = MessageStream(Failures("http://here", "KEY", ()), "some-model")
    counts = [3, None, 5, 4]
    events: list[BackendEvent] = []
    for count in counts:
        used = {"output_tokens": 7, "server_tool_use": count and {"web_search_requests": count}}
        events += stream.feed(event("message_delta", delta={}, usage=used))

    found = [one.usage.web_searches for one in events if isinstance(one, UsageReported)]
    assert found == [3, 5], "totals only ever grow"


@pytest.mark.parametrize("piece", [b"x" * 2**20, b"data: x\n" * 2**17])
def test_memory_stays_bounded(piece: bytes) -> None:
    stream = MessageStream(Failures("http://here", "KEY", ()), "some-model")
    with pytest.raises(BackendError, match="more than 16 MiB") as caught:
        for _ in range(EVENT_LIMIT // len(piece) + 1):
            list(stream.feed(piece))
    assert caught.value.kind == "server"


def test_many_events_are_not_one() -> None:
    decoder = EventDecoder()
    body = b"data: x\n\n" * 2**14
    count = sum(len(decoder.feed(body)) for _ in range(EVENT_LIMIT // len(body) + 2))
    assert count == 2**14 * (EVENT_LIMIT // len(body) + 2)
