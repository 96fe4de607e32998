"""Answers made of any content blocks: calls, thinking, what the provider's own tools found.

`turn` plays whole blocks as the protocol streams them; the other functions make
the blocks as they stand in the history afterwards.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.server import protocol
from tests.server.replies import Head, Reply, Send, Step

Block = dict[str, Any]


def turn(
    *blocks: Block,
    stop_reason: str = "tool_use",
    model: str = "loopback-1",
    usage: Mapping[str, int] | None = None,
    output: int = 10,
) -> Reply:
    """A whole answer of these blocks.

    Args:
        blocks: In the form that the history has. An `input` that is a string is sent as it is.
        stop_reason: Why it ended.
        model: The model that the server says it is.
        usage: Token counts of `message_start`.
        output: Output tokens of the whole turn.
    """
    start = {"input_tokens": 100, "output_tokens": 1, **(usage or {})}
    steps: list[Step] = [Head(), Send(protocol.message_start(model, start))]
    for index, block in enumerate(blocks):
        begun, deltas = _streamed(block)
        steps.append(Send(protocol.block_start(index, begun)))
        steps += [Send(protocol.block_delta(index, delta)) for delta in deltas]
        steps.append(Send(protocol.block_stop(index)))
    steps.append(Send(protocol.message_delta(stop_reason, {"output_tokens": output})))
    return (*steps, Send(protocol.message_stop()))


def text(words: str) -> Block:
    return {"type": "text", "text": words}


def thinking(words: str, signature: str) -> Block:
    return {"type": "thinking", "thinking": words, "signature": signature}


def call(name: str, arguments: object, id: str = "toolu_01", kind: str = "tool_use") -> Block:
    """A call of a tool; `arguments` is an object, or a string that is sent as it is."""
    return {"type": kind, "id": id, "name": name, "input": arguments}


def search(query: str, id: str = "srvtoolu_01") -> Block:
    """The provider searches the web by itself."""
    return call("web_search", {"query": query}, id, "server_tool_use")


def found(*results: tuple[str, str], id: str = "srvtoolu_01") -> Block:
    """Titles and addresses that a search brought."""
    content = [
        {"type": "web_search_result", "title": title, "url": url, "encrypted_content": "b3BhcXVl"}
        for title, url in results
    ]
    return {"type": "web_search_tool_result", "tool_use_id": id, "content": content}


def fetched(title: str, url: str, id: str = "srvtoolu_01") -> Block:
    """A page that the provider fetched."""
    source = {"type": "text", "media_type": "text/plain", "data": "words " * 100}
    document = {"type": "document", "title": title, "source": source}
    content = {"type": "web_fetch_result", "url": url, "content": document}
    return {"type": "web_fetch_tool_result", "tool_use_id": id, "content": content}


def unfound(code: str, id: str = "srvtoolu_01") -> Block:
    """A search that failed."""
    content = {"type": "web_search_tool_result_error", "error_code": code}
    return {"type": "web_search_tool_result", "tool_use_id": id, "content": content}


def _streamed(block: Block) -> tuple[Block, Iterator[Block]]:
    """A block's empty form, and the deltas that fill it."""
    kind = block["type"]
    if kind == "text":
        empty = {"type": "text", "text": ""}
        deltas = [{"type": "text_delta", "text": half} for half in _halves(block["text"])]
        cited = block.get("citations", ())
        deltas += [{"type": "citations_delta", "citation": one} for one in cited]
        return empty, iter(deltas)
    if kind == "thinking":
        halves = _halves(block["thinking"])
        deltas = [{"type": "thinking_delta", "thinking": half} for half in halves]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
        return {"type": "thinking", "thinking": "", "signature": ""}, iter(deltas)
    if kind.endswith("tool_use"):
        given = block["input"] if isinstance(block["input"], str) else json.dumps(block["input"])
        return {**block, "input": {}}, (
            {"type": "input_json_delta", "partial_json": half} for half in _halves(given)
        )
    return block, iter(())


def _halves(words: str) -> list[str]:
    middle = len(words) // 2
    return [half for half in (words[:middle], words[middle:]) if half]
