"""The bytes of a Messages stream, turned into BackendEvents.

Reads server-sent events itself instead of through the SDK: comments are signs
of life too (llama.cpp's server sends nothing else while it reads a long
prompt) and the SDK does not show them, and every event is parsed only once.
Tolerates what other servers leave away or add. This module never opens a
connection and never imports the SDK.

Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming .
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from orchtui.engine.backends.anthropic_errors import Failures
from orchtui.engine.backends.base import (
    Alive,
    BackendEvent,
    Started,
    Text,
    Thinking,
    ToolCalled,
    UsageReported,
)
from orchtui.engine.backends.server_events import EVENT_LIMIT, EventDecoder, EventTooLargeError
from orchtui.engine.backends.stop_reasons import in_our_words
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage

ANSWER_LIMIT = 20_000_000
"""Characters of one answer, thinking and arguments too. A run holds its answers in memory."""


class _Message(msgspec.Struct):
    model: Any = None
    usage: Any = None


class _Block(msgspec.Struct):
    type: str = ""
    id: str | None = None
    name: str | None = None
    text: str | None = None
    thinking: str | None = None
    input: msgspec.Raw = msgspec.Raw(b"{}")


class _Delta(msgspec.Struct):
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class _Event(msgspec.Struct):
    type: str = ""
    index: int | None = None
    delta: _Delta | None = None
    content_block: _Block | None = None
    message: _Message | None = None
    usage: Any = None
    error: Any = None


class _Head(msgspec.Struct):
    type: str = ""


class _TextDelta(msgspec.Struct, tag_field="type", tag="text_delta", forbid_unknown_fields=True):
    text: str


class _TextEvent(
    msgspec.Struct, tag_field="type", tag="content_block_delta", forbid_unknown_fields=True
):
    index: int
    delta: _TextDelta


_TEXT_HEAD = b"event: content_block_delta\ndata: "
_END = b"\n\n"

_texts_decoder = msgspec.json.Decoder(list[_TextEvent])
_decoder = msgspec.json.Decoder(_Event)
_head_decoder = msgspec.json.Decoder(_Head)
_KNOWN = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
        "error",
    }
)
_ALIVE: list[BackendEvent] = [Alive()]


def _joined(texts: list[str]) -> Text:
    """All of them in one, which leaves none behind."""
    text = Text("".join(texts))
    texts.clear()
    return text


class MessageStream:
    """One answer, read piece by piece.

    Args:
        failures: Makes the errors.
        model: The model that was asked for.
    """

    def __init__(self, failures: Failures, model: str) -> None:
        self._failures = failures
        self._model = model
        self._events = EventDecoder()
        self._started = False
        self._usage = Usage()
        self._tools: dict[int | None, tuple[str, str, list[str], str]] = {}
        self._stop_reason: str | None = None
        self._size = 0
        self.complete = False
        """Whether the last event has come."""

    @property
    def spoke(self) -> bool:
        """Whether any content has come: text, thinking, or arguments."""
        return self._size > 0

    def feed(self, piece: bytes) -> Iterator[BackendEvent]:
        """What the next bytes mean; `Alive` where they have no content. Texts in a row are one.

        An iterator, so that what came before an error in the same bytes is not lost.

        Raises:
            BackendError: when they can not be read, or are an error.
        """
        if (quick := self._texts_alone(piece)) is not None:
            yield from quick
            return
        texts: list[str] = []
        heard = False
        try:
            for event in self._by_parts(piece):
                heard = True
                if type(event) is Text:
                    texts.append(event.text)
                    continue
                if texts:
                    yield _joined(texts)
                yield event
        except BackendError:
            if texts:
                yield _joined(texts)
            raise
        if texts:
            yield _joined(texts)
        elif not heard:
            yield Alive()

    def _by_parts(self, piece: bytes) -> Iterator[BackendEvent]:
        """Cut where events end: the rest of one that has begun, whole ones, the beginning of one.

        So a server that is quicker than we are is read in one go too, whatever fits into a buffer.
        """
        start = 0 if self._events.between else piece.find(_END) + len(_END)
        end = piece.rfind(_END) + len(_END)
        if end <= start or end < len(_END):  # nothing whole in it
            yield from self._one_by_one(piece)
            return
        for part in (piece[:start], piece[start:end], piece[end:]):
            if part:
                quick = self._texts_alone(part)
                yield from self._one_by_one(part) if quick is None else quick

    def _one_by_one(self, piece: bytes) -> Iterator[BackendEvent]:
        try:
            decoded = self._events.feed(piece)
        except EventTooLargeError:
            limit = EVENT_LIMIT // 2**20
            raise self._failures.garbled(f"an event of more than {limit} MiB") from None
        for name, data in decoded:
            yield from self._read(name, data)

    def _texts_alone(self, piece: bytes) -> list[BackendEvent] | None:
        """Bytes that are whole pieces of one text and nothing else, all decoded in one go.

        Nearly all of a stream is; `None` for everything else, which is read event by event.
        """
        if not (piece.startswith(_TEXT_HEAD) and piece.endswith(_END)):
            return None
        if not (self._started and self._events.between) or len(piece) > EVENT_LIMIT:
            return None
        array = piece[len(_TEXT_HEAD) : -len(_END)].replace(_END + _TEXT_HEAD, b",")
        if b"\n" in array or b"\r" in array:
            return None
        try:
            events = _texts_decoder.decode(b"[%b]" % array)
        except (ValueError, RecursionError):
            return None
        index, count = events[0].index, piece.count(_TEXT_HEAD)
        if len(events) != count or any(event.index != index for event in events):
            return None
        text = "".join([event.delta.text for event in events])
        return self._more_text(index, text) if text else None

    def _more_text(self, index: int, text: str) -> list[BackendEvent] | None:
        """One more piece of the text of a block; `None` where it is not known how to take it."""
        return [Text(self._weighed(text))]

    def finish(self) -> str:
        """The reason why the answer ended, when the stream is over.

        Raises:
            BackendError: when the answer is not whole.
        """
        if not self.complete:
            raise self._failures.broke_off("the stream ended without message_stop")
        if not self._stop_reason:
            raise self._failures.broke_off("the stream ended without a stop_reason")
        return in_our_words(self._stop_reason)

    def _read(self, name: str, data: bytes) -> list[BackendEvent]:
        event = self._decode(name, data)
        if event is None:
            return _ALIVE
        kind = event.type or name
        if event.error is not None or kind == "error":
            error = event.error if isinstance(event.error, dict) else {"message": event.error}
            raise self._error(error.get("type"), error.get("message"))
        if kind == "content_block_delta":
            return self._begun(self._block_delta(event))
        if kind == "message_start":
            return self._message_start(event.message or _Message())
        if kind == "content_block_start":
            return self._begun(self._block_start(event))
        if kind == "content_block_stop":
            return self._begun(self._block_stop(event.index))
        if kind == "message_delta":
            if event.delta and event.delta.stop_reason:
                self._stop_reason = event.delta.stop_reason
            return self._begun(self._count(event.usage))
        if kind == "message_stop":
            self.complete = True
            return self._begun(self._unfinished_tools())
        return _ALIVE

    def _decode(self, name: str, data: bytes) -> _Event | None:
        """The event; `None` when it is of no interest."""
        if name == "ping" or not data or data == b"[DONE]":
            return None
        try:
            return _decoder.decode(data)
        except msgspec.ValidationError as wrong:
            if self._kind(name, data) not in _KNOWN:
                return None
            raise self._failures.garbled(f"an event of an unknown form: {wrong}") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            text = data[:200].decode("utf-8", "replace")
            if name == "error":
                raise self._error(None, text) from None
            raise self._failures.garbled(f"an event that is not JSON: {text}") from None
        except RecursionError:
            raise self._failures.garbled("an event that is nested too deeply") from None

    def _kind(self, name: str, data: bytes) -> str:
        try:
            return _head_decoder.decode(data).type or name
        except (ValueError, RecursionError):
            return name

    def _error(self, kind: object, said: object) -> Exception:
        words = said if isinstance(said, str) else ""
        return self._failures.answered(200, kind, words, {}, self._model)

    def _begun(self, events: list[BackendEvent]) -> list[BackendEvent]:
        """Servers that leave message_start away still get a `Started`."""
        if self._started:
            return events or _ALIVE
        self._started = True
        return [Started(), *events]

    def _message_start(self, message: _Message) -> list[BackendEvent]:
        events: list[BackendEvent] = []
        if not self._started:
            self._started = True
            events.append(Started(message.model if isinstance(message.model, str) else None))
        return events + self._count(message.usage) or _ALIVE

    def _block_start(self, event: _Event) -> list[BackendEvent]:
        block = event.content_block or _Block()
        if block.type.endswith("tool_use"):
            given = bytes(block.input).decode("utf-8", "replace")
            self._tools[event.index] = (block.id or "", block.name or "", [], given)
        return self._content(block.text, block.thinking)

    def _block_delta(self, event: _Event) -> list[BackendEvent]:
        delta = event.delta or _Delta()
        if delta.partial_json and event.index in self._tools:
            self._tools[event.index][2].append(self._weighed(delta.partial_json))
        return self._content(delta.text, delta.thinking)

    def _content(self, text: str | None, thinking: str | None) -> list[BackendEvent]:
        if text:
            return [Text(self._weighed(text))]
        return [Thinking(self._weighed(thinking))] if thinking else []

    def _weighed(self, piece: str) -> str:
        self._size += len(piece)
        if self._size > ANSWER_LIMIT:
            raise self._failures.too_much(f"{ANSWER_LIMIT // 1_000_000} million characters")
        return piece

    def _block_stop(self, index: int | None) -> list[BackendEvent]:
        if index not in self._tools:
            return []
        call, name, pieces, given = self._tools.pop(index)
        return [ToolCalled(call, name, "".join(pieces) or given)]

    def _unfinished_tools(self) -> list[BackendEvent]:
        return [event for index in list(self._tools) for event in self._block_stop(index)]

    def _count(self, usage: object) -> list[BackendEvent]:
        """Totals only ever grow: servers repeat the early ones as 0 in the last event."""
        if not isinstance(usage, dict):
            return []
        own = usage.get("server_tool_use")

        def count(name: str, so_far: int, among: Any = usage) -> int:
            value = among.get(name) if isinstance(among, dict) else None
            return max(so_far, value) if isinstance(value, int) else so_far

        known = self._usage
        self._usage = Usage(
            input=count("input_tokens", known.input),
            output=count("output_tokens", known.output),
            cache_read=count("cache_read_input_tokens", known.cache_read),
            cache_write=count("cache_creation_input_tokens", known.cache_write),
            web_searches=count("web_search_requests", known.web_searches, own),
        )
        return [UsageReported(self._usage)] if self._usage != known else []
