"""What the server can answer: a Reply is a tuple of steps, played in order.

`answer` makes a whole, good one; faults are made from it by cutting it and
adding other steps, such as `cut(answer(), 3) + (Drop(),)`. A reply without a
`Head` before its first byte never sends headers. Replies are plain immutable
data and can be played any number of times.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.server import protocol

EVENT_STREAM = "text/event-stream; charset=utf-8"


@dataclass(frozen=True)
class Head:
    """Send status and headers."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": EVENT_STREAM})


@dataclass(frozen=True)
class Send:
    """Send bytes at once, in a write of their own."""

    data: bytes


@dataclass(frozen=True)
class Pause:
    """Wait. Pauses add up from the reply's start, so that a late one does not delay the rest."""

    seconds: float


@dataclass(frozen=True)
class Drop:
    """Break the connection off; with `reset` through a TCP reset, else through an early end."""

    reset: bool = False


@dataclass(frozen=True)
class Stall:
    """Send nothing more, and keep the connection open until the client leaves."""


Step = Head | Send | Pause | Drop | Stall
Reply = tuple[Step, ...]


def answer(
    text: str | Sequence[str] = "The quick brown fox.",
    *,
    model: str = "loopback-1",
    interval: float = 0.0,
    jitter: float = 0.0,
    stop_reason: str | None = "end_turn",
    thinking: str = "",
    pings: int = 0,
    tool: tuple[str, str] | None = None,
    usage: Mapping[str, int] | None = None,
    final_usage: Mapping[str, int] | None = None,
) -> Reply:
    """A whole answer.

    Args:
        text: The answer, or its chunks; a string is sent word by word.
        model: The model that the server says it is.
        interval: Seconds before each chunk.
        jitter: Seconds by which an interval may be longer or shorter, the same ones each time.
        stop_reason: Why it ended.
        thinking: A thinking block before the text.
        pings: How many pings before the first chunk.
        tool: Name and JSON arguments of a tool that the model wants to use at the end.
        usage: Token counts of `message_start`.
        final_usage: Token totals of `message_delta`; `output_tokens` is the number of chunks
            where they do not say it.
    """
    chunks = [text[m:n] for m, n in _words(text)] if isinstance(text, str) else list(text)
    random = Random(len(chunks))
    counted = {"output_tokens": len(chunks), **(final_usage or {})}
    start = {"input_tokens": 25, "output_tokens": 1, **(usage or {})}

    sends: list[Step] = [Head(), Send(protocol.message_start(model, start))]
    sends += [Send(protocol.PING)] * pings
    if thinking:
        deltas = [
            {"type": "thinking_delta", "thinking": thinking},
            {"type": "signature_delta", "signature": "c2lnbmVk"},
        ]
        sends += _block(0, {"type": "thinking", "thinking": "", "signature": ""}, deltas)
    index = 1 if thinking else 0
    sends.append(Send(protocol.block_start(index, {"type": "text", "text": ""})))
    for chunk in chunks:
        if interval:
            sends.append(Pause(max(0.0, interval + random.uniform(-jitter, jitter))))
        delta = {"type": "text_delta", "text": chunk}
        sends.append(Send(protocol.block_delta(index, delta)))
    sends.append(Send(protocol.block_stop(index)))
    if tool:
        block = {"type": "tool_use", "id": "toolu_01", "name": tool[0], "input": {}}
        pieces = [tool[1][:5], tool[1][5:]]
        sends += _block(
            index + 1, block, [{"type": "input_json_delta", "partial_json": p} for p in pieces]
        )
    sends.append(Send(protocol.message_delta(stop_reason, counted)))
    sends.append(Send(protocol.message_stop()))
    return tuple(sends)


def _words(text: str) -> list[tuple[int, int]]:
    starts = [0] + [i + 1 for i, c in enumerate(text[:-1]) if c == " "]
    return list(zip(starts, [*starts[1:], len(text)], strict=True)) if text else []


def _block(index: int, block: Mapping[str, object], deltas: Sequence[dict[str, str]]) -> list[Step]:
    middle = [Send(protocol.block_delta(index, delta)) for delta in deltas]
    return [Send(protocol.block_start(index, block)), *middle, Send(protocol.block_stop(index))]


def error(
    status: int,
    message: str = "Scripted failure",
    *,
    kind: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """An error before the stream, with Anthropic's JSON body and the request's id."""
    kind = kind or protocol.ERROR_TYPES.get(status, "api_error")
    body = json.dumps(protocol.error_body(kind, message)).encode()
    return page(status, body, "application/json", {"request-id": "req_01", **(headers or {})})


def page(
    status: int, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
) -> Reply:
    """Any other response, such as a web page."""
    return (Head(status, {"content-type": content_type, **(headers or {})}), Send(body))


def cut(reply: Reply, sends: int) -> Reply:
    """The reply up to and with its first `sends` writes."""
    count = 0
    for place, step in enumerate(reply):
        count += isinstance(step, Send)
        if count > sends:
            return reply[:place]
    return reply


def drip(reply: Reply, size: int = 1, pause: float = 0.0) -> Reply:
    """The same bytes, at most `size` in a write, with a pause after each."""
    steps: list[Step] = []
    for step in reply:
        if isinstance(step, Send):
            for start in range(0, len(step.data), size):
                steps += [Send(step.data[start : start + size]), Pause(pause)]
        else:
            steps.append(step)
    return tuple(steps)


def insert(reply: Reply, sends: int, *data: bytes) -> Reply:
    """The reply with more bytes after its first `sends` writes."""
    head = cut(reply, sends)
    return (*head, *map(Send, data), *reply[len(head) :])


_SHORT = answer()
_HTML = b"<!doctype html><title>Welcome</title><p>It works!</p>"

FAULTS: Mapping[str, Reply] = {
    "bad_request": error(400, "max_tokens: too large"),
    "too_long": error(400, "prompt is too long: 210000 tokens > 200000 maximum"),
    "unauthorized": error(401, "invalid x-api-key"),
    "forbidden": error(403, "this key may not use the model"),
    "not_found": error(404, "model: nobody-1"),
    "too_large": error(413, "Request exceeds the maximum size"),
    "rate_limit": error(429, "This request would exceed your rate limit"),
    "rate_limit_wait": error(429, "Rate limited", headers={"retry-after": "1"}),
    "server_error": error(500, "Internal server error"),
    "bad_gateway": page(502, _HTML, "text/html"),
    "overloaded": error(529, "Overloaded"),
    "overloaded_midway": (*cut(_SHORT, 4), Send(protocol.error_event("overloaded_error", "Over"))),
    "drop_first": (Drop(),),
    "drop": (*cut(_SHORT, 4), Drop()),
    "reset": (*cut(_SHORT, 4), Drop(reset=True)),
    "ends_early": cut(_SHORT, 4),
    "no_stop_event": _SHORT[:-1],
    "no_stop_reason": answer(stop_reason=None),
    "half_event": (*cut(_SHORT, 4), Send(protocol.block_stop(0)[:30])),
    "garbage": insert(_SHORT, 4, b"event: content_block_delta\ndata: {nonsense\n\n"),
    "not_utf8": insert(
        _SHORT, 4, b'data: {"type": "content_block_delta", "delta": {"text": "\xff\xfe"}}\n\n'
    ),
    "empty": (Head(),),
    "html": page(200, _HTML, "text/html; charset=utf-8"),
    "json": page(200, b'{"type": "message", "content": []}', "application/json"),
    "redirect": page(302, b"", "text/html", {"location": "https://example.invalid/"}),
    "stall_first": (Stall(),),
    "stall_headers": (Head(), Stall()),
    "stall": (*cut(_SHORT, 4), Stall()),
    "refusal": answer(stop_reason="refusal"),
    "truncated": answer(stop_reason="max_tokens"),
}
"""Ready-made trouble by name, for tables of tests and for the program's `--on`."""
