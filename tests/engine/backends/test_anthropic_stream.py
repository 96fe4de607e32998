"""Server-sent events from bytes: against the SDK's own decoder, however the bytes are cut."""

import itertools
from collections.abc import Generator
from typing import Any

import pytest
from anthropic._streaming import SSEDecoder
from hypothesis import given
from hypothesis import strategies as st

from orchtui.engine.backends.anthropic_blocks import TurnStream
from orchtui.engine.backends.anthropic_errors import Failures
from orchtui.engine.backends.anthropic_stream import MessageStream
from orchtui.engine.backends.base import Alive, BackendEvent, Text, UsageReported
from orchtui.engine.backends.server_events import EVENT_LIMIT, EventDecoder
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage
from tests.server.protocol import block_delta, block_start, event

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


@pytest.mark.parametrize("with_tools", [False, True])
@given(
    texts=st.lists(st.sampled_from(["a", "grün 🌲 ", "text_delta", "content_block", '"', "\n"])),
    cuts=st.lists(st.integers(min_value=0)),
)
def test_texts_that_come_together_are_one(
    texts: list[str], cuts: list[int], with_tools: bool
) -> None:
    failures = Failures("http://here", "KEY", ())
    stream = (
        TurnStream(failures, "some-model", before=Usage(), turn=1, said=False)
        if with_tools
        else MessageStream(failures, "some-model")
    )
    body = block_start(0, {"type": "text", "text": ""})
    body += b"".join(block_delta(0, {"type": "text_delta", "text": text}) for text in texts)
    said = ""
    for piece in pieces_of(body, cuts):
        events = list(stream.feed(piece))
        found = [one.text for one in events if isinstance(one, Text)]
        assert len(found) <= 1
        said += "".join(found)
    assert said == "".join(texts)
    if isinstance(stream, TurnStream):
        content = [block["text"] for block in stream.content()]
        assert content == ([said] if said.strip() else [])


def text_event(text: str, index: int = 0) -> bytes:
    return block_delta(index, {"type": "text_delta", "text": text})


def a_stream(with_tools: bool) -> MessageStream:
    failures = Failures("http://here", "KEY", ())
    if with_tools:
        return TurnStream(failures, "some-model", before=Usage(), turn=1, said=False)
    return MessageStream(failures, "some-model")


UNUSUAL = [
    b": a comment\n\n",
    event("ping"),
    b"\n",
    text_event(""),
    text_event("other", 1),
    block_delta(0, {"type": "thinking_delta", "thinking": "hm"}),
    text_event("cr").replace(b"\n", b"\r\n"),
    text_event("no name").partition(b"\n")[2],
    # Two in one line are none, as they would be by themselves.
    text_event("one").replace(b"}}\n\n", b"}},") + text_event("two").partition(b"data: ")[2],
    text_event("bad").replace(b"}}\n\n", b"}\n\n"),
    text_event("what").replace(b"text_delta", b"news_delta"),
    event("content_block_delta", index=0, error={"message": "Overloaded"}),
]


@pytest.mark.parametrize("with_tools", [False, True])
@given(
    parts=st.lists(st.one_of(st.sampled_from(UNUSUAL), st.text().map(text_event)), max_size=8),
    cuts=st.lists(st.integers(min_value=0), max_size=4),
)
def test_what_is_decoded_in_one_go_means_the_same(
    parts: list[bytes], cuts: list[int], with_tools: bool
) -> None:
    """Line by line nothing is: no line is whole events."""
    body = block_start(0, {"type": "text", "text": ""}) + b"".join(parts)

    def read(pieces: list[bytes]) -> tuple[str, str, object]:
        stream = a_stream(with_tools)
        said: list[BackendEvent] = []
        error = ""
        try:
            for piece in pieces:
                said.extend(stream.feed(piece))
        except BackendError as wrong:
            error = f"{wrong.kind}: {wrong}"
        text = "".join(found.text for found in said if isinstance(found, Text))
        return text, error, stream.content() if isinstance(stream, TurnStream) else None

    assert read(pieces_of(body, cuts)) == read(body.splitlines(keepends=True))


@pytest.mark.parametrize("with_tools", [False, True])
def test_a_hundred_texts_that_come_together_are_decoded_once(
    monkeypatch: pytest.MonkeyPatch, with_tools: bool
) -> None:
    stream = a_stream(with_tools)
    list(stream.feed(event("message_start", message={"usage": {}})))
    list(stream.feed(block_start(0, {"type": "text", "text": ""})))

    def never(*_: object) -> None:
        raise AssertionError("read event by event")

    monkeypatch.setattr(stream, "_read", never)
    body = b"".join(text_event(f"{number} ") for number in range(100))
    assert list(stream.feed(body)) == [Text("".join(f"{number} " for number in range(100)))]


@pytest.mark.parametrize("with_tools", [False, True])
def test_of_texts_that_are_cut_anywhere_only_those_at_the_cuts_are_read_alone(
    monkeypatch: pytest.MonkeyPatch, with_tools: bool
) -> None:
    """A server that is quicker than its reader: each read takes what fits into the buffer."""
    stream = a_stream(with_tools)
    list(stream.feed(event("message_start", message={"usage": {}})))
    list(stream.feed(block_start(0, {"type": "text", "text": ""})))
    alone: list[bytes] = []
    read = stream._read

    def counted(name: str, data: bytes) -> list[BackendEvent]:
        alone.append(data)
        return read(name, data)

    monkeypatch.setattr(stream, "_read", counted)
    texts = [f"{number} " for number in range(1000)]
    body = b"".join(map(text_event, texts))
    pieces = [body[start : start + 10_001] for start in range(0, len(body), 10_001)]
    said = [found.text for piece in pieces for found in stream.feed(piece) if type(found) is Text]
    assert "".join(said) == "".join(texts)
    assert len(said) <= len(pieces)
    assert len(alone) <= len(pieces)


@pytest.mark.parametrize("with_tools", [False, True])
def test_what_came_before_an_error_in_the_same_bytes_is_not_lost(with_tools: bool) -> None:
    failures = Failures("http://here", "KEY", ())
    kind = TurnStream if with_tools else MessageStream
    stream = kind(failures, "some-model", **(TURN if with_tools else {}))  # type: ignore[arg-type]
    body = b"".join(
        block_delta(0, {"type": "text_delta", "text": text}) for text in ("one ", "two")
    )
    events = stream.feed(body + event("error", error={"message": "Overloaded"}))
    assert Text("one two") in itertools.islice(events, 2)
    with pytest.raises(BackendError, match="Overloaded"):
        list(events)


def test_who_has_heard_enough_may_leave_in_the_middle_of_a_piece() -> None:
    """A reader that gives an answer up takes one event of several, and closes the rest."""
    stream = MessageStream(Failures("http://here", "KEY", ()), "some-model")
    body = block_start(0, {"type": "text", "text": ""})
    body += block_delta(0, {"type": "text_delta", "text": "too long"})
    body += event("content_block_stop", index=0)
    events = stream.feed(body)
    assert Text("too long") in itertools.islice(events, 3)
    assert isinstance(events, Generator)
    events.close()  # a RuntimeError where another text came now


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


DEEP = b"[" * 5000 + b"]" * 5000
TURN = {"before": Usage(), "turn": 1, "said": False}


@pytest.mark.parametrize("with_tools", [False, True])
@pytest.mark.parametrize(
    "event",
    [
        b'{"type": "ping", "x": ' + DEEP + b"}",
        b'{"type": "content_block_start", "content_block": {"input": ' + DEEP + b"}}",
        b'{"type": "content_block_start", "index": [], "content_block": {"type": "text"}}',
        b'{"delta": 5, "type": "content_block_delta"}',
    ],
)
def test_what_can_not_be_read_is_garbled(event: bytes, with_tools: bool) -> None:
    failures = Failures("http://here", "KEY", ())
    kind = TurnStream if with_tools else MessageStream
    stream = kind(failures, "some-model", **(TURN if with_tools else {}))  # type: ignore[arg-type]
    with pytest.raises(BackendError) as caught:
        list(stream.feed(b"data: " + event + b"\n\n"))
    assert (caught.value.kind, caught.value.retryable) == ("server", True)


def test_a_type_that_is_no_text_is_of_no_interest() -> None:
    stream = MessageStream(Failures("http://here", "KEY", ()), "some-model")
    assert list(stream.feed(b'data: {"delta": 5, "type": "\xff"}\n\n')) == [Alive()]


def test_what_goes_back_to_the_server_has_the_form_it_wants() -> None:
    stream = TurnStream(Failures("http://here", "KEY", ()), "some-model", **TURN)  # type: ignore[arg-type]
    start = {"type": "thinking", "signature": 5, "citations": "none"}
    deltas: list[dict[str, Any]] = [
        {"type": "signature_delta", "signature": "x"},
        *({"type": "citations_delta", "citation": {"n": n}} for n in range(3)),
        {"type": "input_json_delta", "partial_json": DEEP.decode()},
    ]
    for sent in (block_start(0, start), *(block_delta(0, delta) for delta in deltas)):
        list(stream.feed(sent))
    [block] = stream.content()
    assert block["signature"] == "x"
    assert block["citations"] == [{"n": 0}, {"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    "delta",
    [
        {"type": "text_delta", "text": "x" * 2**20},
        {"type": "thinking_delta", "thinking": "x" * 2**20},
        {"type": "input_json_delta", "partial_json": "x" * 2**20},
    ],
)
def test_an_answer_without_an_end_is_cut_off(delta: dict[str, str]) -> None:
    stream = MessageStream(Failures("http://here", "KEY", ()), "some-model")
    list(stream.feed(block_start(0, {"type": "tool_use", "id": "a", "name": "Read"})))
    with pytest.raises(BackendError, match="more than 20 million characters") as caught:
        for _ in range(20):
            list(stream.feed(block_delta(0, delta)))
    assert (caught.value.kind, caught.value.retryable) == ("server", False)


def test_many_events_are_not_one() -> None:
    decoder = EventDecoder()
    body = b"data: x\n\n" * 2**14
    count = sum(len(decoder.feed(body)) for _ in range(EVENT_LIMIT // len(body) + 2))
    assert count == 2**14 * (EVENT_LIMIT // len(body) + 2)
