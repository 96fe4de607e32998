"""The events of Anthropic's Messages streaming protocol, as bytes.

Source: https://docs.anthropic.com/en/docs/build-with-claude/streaming (events)
and https://docs.anthropic.com/en/api/errors (error types and their status).
This module never decides when an event is sent.
"""

import json
from collections.abc import Mapping
from typing import Any

ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""The error's `type` for each status."""

PING = b'event: ping\ndata: {"type": "ping"}\n\n'
COMMENT = b": still here\n\n"
"""What some servers send instead of a ping."""


def event(kind: str, **fields: Any) -> bytes:
    """One server-sent event; its name is repeated in the data, as the protocol wants it."""
    data = json.dumps({"type": kind, **fields}, ensure_ascii=False)
    return f"event: {kind}\ndata: {data}\n\n".encode()


def message_start(model: str, usage: dict[str, int]) -> bytes:
    """The first event; `usage` counts the input, and cached tokens apart from it."""
    message: dict[str, Any] = {
        "id": "msg_01loopback",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    return event("message_start", message=message)


def block_start(index: int, block: Mapping[str, object]) -> bytes:
    """A content block begins: `block` is its empty form."""
    return event("content_block_start", index=index, content_block=block)


def block_delta(index: int, delta: dict[str, Any]) -> bytes:
    """A piece of a content block."""
    return event("content_block_delta", index=index, delta=delta)


def block_stop(index: int) -> bytes:
    """A content block is whole."""
    return event("content_block_stop", index=index)


def message_delta(stop_reason: str | None, usage: dict[str, int] | None) -> bytes:
    """Why the answer ended; `usage` holds totals so far, `None` leaves it away."""
    delta = {"stop_reason": stop_reason, "stop_sequence": None}
    if usage is None:
        return event("message_delta", delta=delta)
    return event("message_delta", delta=delta, usage=usage)


def message_stop() -> bytes:
    """The last event."""
    return event("message_stop")


def error_body(kind: str, message: str) -> dict[str, Any]:
    """The JSON of an error, before the stream and in the middle of it."""
    return {"type": "error", "error": {"type": kind, "message": message}}


def error_event(kind: str, message: str) -> bytes:
    """An error in the middle of a stream."""
    return f"event: error\ndata: {json.dumps(error_body(kind, message))}\n\n".encode()
