"""The content blocks of one turn, collected while they stream.

A conversation with tools sends each turn back as it came: thinking with its
signature, calls, results of the provider's own tools. Only a stream that offers
tools is read through this; the plain one pays nothing for it. This module never
runs a tool and never imports the SDK.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from orchtui.engine.backends.anthropic_errors import Failures
from orchtui.engine.backends.anthropic_stream import MessageStream
from orchtui.engine.backends.base import (
    BackendEvent,
    Text,
    ToolCalled,
    ToolReturned,
    UsageReported,
)
from orchtui.engine.run_events.events import Usage
from orchtui.engine.text import clean_line

UNREADABLE = "INVALID_JSON"
"""Key under which arguments that are no JSON object go back to the model."""

SHOWN_RESULTS = 20
"""How many results of a web search are shown; the model sees all."""

_GROWING = {
    "text_delta": "text",
    "thinking_delta": "thinking",
    "signature_delta": "signature",
    "input_json_delta": "partial_json",
}
_UNSAID = {"text": "text_delta", "thinking": "thinking_delta"}
"""For servers that leave a delta's type away."""


class Collector:
    """Content blocks, from the events of a stream."""

    def __init__(self) -> None:
        self._blocks: dict[object, dict[str, Any]] = {}
        self._grown: dict[object, dict[str, list[str]]] = {}
        self._cited: dict[object, list[Any]] = {}

    def add(self, event: Mapping[str, Any]) -> None:
        """Take in a `content_block_start` or `content_block_delta`; others mean nothing here."""
        index = event.get("index")
        block = event.get("content_block")
        if isinstance(block, dict):
            self._blocks[index] = dict(block)
            self._grown[index], self._cited[index] = {}, []
        delta = event.get("delta")
        if isinstance(delta, dict) and event.get("type") == "content_block_delta":
            self._grow(index, delta)

    def say(self, index: object, text: str) -> bool:
        """Take in a piece of text, quickly; false where no text block of that index is open."""
        grown = self._grown.get(index)
        if grown is None or self._blocks[index].get("type") != "text":
            return False
        grown.setdefault("text", []).append(text)
        return True

    def _grow(self, index: object, delta: dict[str, Any]) -> None:
        kind = delta.get("type") or next((_UNSAID[k] for k in _UNSAID if delta.get(k)), "")
        field = _GROWING.get(str(kind))
        if index not in self._blocks:
            # Some servers leave the start away: then only text and thinking can be meant.
            if field not in _UNSAID:
                return
            self._blocks[index] = {"type": field, field: ""}
            self._grown[index], self._cited[index] = {}, []
        if field is not None:
            if isinstance(piece := delta.get(field), str):
                self._grown[index].setdefault(field, []).append(piece)
        elif kind == "citations_delta" and delta.get("citation"):
            self._cited[index].append(delta["citation"])

    def blocks(self) -> list[dict[str, Any]]:
        """The turn's content, as it can be sent back."""
        whole = []
        for index, block in self._blocks.items():
            block = dict(block)
            for field, pieces in self._grown[index].items():
                if field != "partial_json":
                    begun = block.get(field)
                    block[field] = (begun if isinstance(begun, str) else "") + "".join(pieces)
            if cited := self._cited[index]:
                before = block.get("citations")
                block["citations"] = [*(before if isinstance(before, list) else ()), *cited]
            if str(block.get("type")).endswith("tool_use"):
                given = "".join(self._grown[index].get("partial_json", ()))
                block["input"] = _object(given) if given else _mapping(block.get("input"))
            # The provider refuses texts without a word.
            if block.get("type") != "text" or str(block.get("text") or "").strip():
                whole.append(block)
        return whole


class TurnStream(MessageStream):
    """One turn of a conversation with tools.

    Args:
        failures: Makes the errors.
        model: The model that was asked for.
        before: What the turns before this one used.
        turn: Counts from 1.
        said: Whether an earlier turn said something: what is said now is set apart from it.
    """

    def __init__(
        self, failures: Failures, model: str, *, before: Usage, turn: int, said: bool
    ) -> None:
        super().__init__(failures, model)
        self.calls: list[ToolCalled] = []
        """Calls of our own tools, in order; the provider runs its own ones."""
        self.said = said
        self._gap = said
        self._before = before
        self._turn = turn
        self._started = turn > 1
        self._collector = Collector()
        self._foreign: set[str] = set()

    @property
    def usage(self) -> Usage:
        """Of this turn alone."""
        return self._usage

    def content(self) -> list[dict[str, Any]]:
        """What the model said, as it is sent back."""
        return self._collector.blocks()

    def _read(self, name: str, data: bytes) -> list[BackendEvent]:
        found: list[BackendEvent] = []
        if b"content_block" in data or name.startswith("content_block"):
            data, found = self._collect(name, data)
        events = super()._read(name, data)
        if found or any(isinstance(e, Text | ToolCalled | UsageReported) for e in events):
            return [shown for event in events for shown in self._shown(event)] + found
        return events

    def _more_text(self, index: int, text: str) -> list[BackendEvent] | None:
        return self._shown(Text(self._weighed(text))) if self._collector.say(index, text) else None

    def _collect(self, name: str, data: bytes) -> tuple[bytes, list[BackendEvent]]:
        """Keep what belongs to the history; a call without an id is given one."""
        try:
            event = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return data, []  # reported by whoever reads it next
        if not isinstance(event, dict) or not isinstance(event.get("index"), int | None):
            return data, []
        event.setdefault("type", name)
        found: list[BackendEvent] = []
        block = event.get("content_block")
        if event["type"] == "content_block_start" and isinstance(block, dict):
            kind = str(block.get("type"))
            if kind.endswith("tool_use"):
                if not block.get("id"):
                    block["id"] = f"toolu_{self._turn}_{len(self.calls)}"
                    data = msgspec.json.encode(event)
                if kind != "tool_use":
                    self._foreign.add(str(block["id"]))
            elif kind.endswith("_tool_result"):
                found.append(result_of(block))
        self._collector.add(event)
        return data, found

    def _shown(self, event: BackendEvent) -> list[BackendEvent]:
        if isinstance(event, UsageReported):
            return [UsageReported(self._before + event.usage)]
        if isinstance(event, Text):
            apart = self._gap
            self._gap, self.said = False, True
            return [Text("\n\n"), event] if apart else [event]
        if isinstance(event, ToolCalled):
            self._gap = self.said
            if event.call not in self._foreign:
                self.calls.append(event)
        return [event]


def result_of(block: Mapping[str, Any]) -> ToolReturned:
    """What one of the provider's own tools found, in short."""
    call = str(block.get("tool_use_id") or "")
    content = block.get("content")
    if isinstance(content, list):
        results = [one for one in content if isinstance(one, dict)]
        lines = [_line(one) for one in results[:SHOWN_RESULTS]]
        if len(results) > SHOWN_RESULTS:
            lines.append(f"… and {len(results) - SHOWN_RESULTS} more")
        return ToolReturned(call, True, "\n".join(lines) or "nothing found")
    if isinstance(content, dict):
        if code := content.get("error_code"):
            return ToolReturned(call, False, clean_line(str(code), 200))
        return ToolReturned(call, True, _line(content))
    return ToolReturned(call, True, "")


def _line(result: Mapping[str, Any]) -> str:
    document = result.get("content")
    title = result.get("title")
    if not title and isinstance(document, dict):
        title = document.get("title")
    words = (str(word) for word in (title, result.get("url")) if word)
    return clean_line(" ".join(words), 500)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {UNREADABLE: str(value)} if value else {}


def _object(text: str) -> dict[str, Any]:
    """Arguments as an object, whatever the model wrote."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return {UNREADABLE: text}
    return value if isinstance(value, dict) else {UNREADABLE: text}
