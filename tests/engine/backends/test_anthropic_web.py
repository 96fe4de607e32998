"""The provider's own web tools: when they are offered, and what of their work is shown."""

from typing import get_args, get_type_hints

import pytest
from anthropic.types import WebFetchTool20250910Param, WebSearchTool20250305Param

from orchtui.engine.agents.specialists import WebTool
from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.anthropic_blocks import SHOWN_RESULTS, result_of
from orchtui.engine.backends.anthropic_request import WEB_TOOLS
from orchtui.engine.backends.base import Finished, ToolCalled, ToolReturned, UsageReported
from orchtui.engine.run_events.events import Usage
from tests.engine.backends.asking import KEY, text_of
from tests.engine.backends.tool_double import ScriptedTools, asked, gathered, tool_named
from tests.server import MessagesServer
from tests.server.turns import Block, call, fetched, found, search, text, turn, unfound

SEARCH = {"type": "web_search_20250305", "name": "web_search"}
FETCH = {"type": "web_fetch_20250910", "name": "web_fetch"}
BOTH = ("web_search", "web_fetch")


def test_the_types_are_the_installed_sdks() -> None:
    known: dict[WebTool, object] = {
        "web_search": WebSearchTool20250305Param,
        "web_fetch": WebFetchTool20250910Param,
    }
    for name, kind in known.items():
        hints = get_type_hints(kind)
        assert (name,) == get_args(hints["name"])
        assert (WEB_TOOLS[name],) == get_args(hints["type"])


@pytest.mark.parametrize("url", ["https://api.anthropic.com", "https://api.anthropic.com/"])
def test_only_the_providers_own_address_has_them_unasked(url: str) -> None:
    assert AnthropicBackend(api_key=KEY)._can.web
    assert AnthropicBackend(api_key=KEY, base_url=url)._can.web
    assert not AnthropicBackend(api_key=KEY, base_url="https://example.invalid")._can.web


async def test_other_servers_are_not_offered_them(
    server: MessagesServer, backend: AnthropicBackend
) -> None:
    await gathered(backend, asked(web=BOTH))
    await gathered(backend, asked(web=BOTH), ScriptedTools(Read="x"))
    assert "tools" not in server.requests[0].body
    assert server.requests[1].body["tools"] == [tool_named("Read")]


async def test_they_are_offered_beside_our_own(server: MessagesServer) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, web=True)
    await gathered(backend, asked(web=BOTH), ScriptedTools(Read="x"))
    await gathered(backend, asked(web=("web_fetch",)))
    await gathered(backend, asked(web=("web_fetch",)), ScriptedTools(web_fetch="ours"))
    await gathered(backend, asked())
    await backend.close()
    offered = [received.body.get("tools") for received in server.requests]
    assert offered == [
        [tool_named("Read"), SEARCH, FETCH],
        [FETCH],
        [tool_named("web_fetch")],
        None,
    ]


async def test_their_work_is_shown_and_not_done_again(server: MessagesServer) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, web=True)
    page = ("Coroutines", "https://example.org/a")
    ours = call("Read", {"path": "a.md"})
    cited = {
        **text("It is so."),
        "citations": [{"type": "web_search_result_location", "url": page[1], "cited_text": "so"}],
    }
    blocks: list[Block] = [text("I search."), search("async"), found(page), cited, ours]
    server.then(turn(*blocks), turn(text("End."), stop_reason="end_turn"))
    tools = ScriptedTools(Read="x")
    events = await gathered(backend, asked(web=("web_search",)), tools)
    await backend.close()
    assert [event for event in events if isinstance(event, ToolCalled | ToolReturned)] == [
        ToolCalled("srvtoolu_01", "web_search", '{"query": "async"}'),
        ToolReturned("srvtoolu_01", True, "Coroutines https://example.org/a"),
        ToolCalled("toolu_01", "Read", '{"path": "a.md"}'),
        ToolReturned("toolu_01", True, "x"),
    ]
    assert tools.calls == [("Read", '{"path": "a.md"}')]
    assert text_of(events) == "I search.\n\nIt is so.\n\nEnd."
    assert server.requests[1].body["messages"][1] == {"role": "assistant", "content": blocks}


async def test_a_paused_turn_goes_on(server: MessagesServer) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, web=True)
    first = [search("one"), found()]
    server.then(
        turn(*first, stop_reason="pause_turn"),
        turn(text("Here."), stop_reason="end_turn"),
    )
    events = await gathered(backend, asked(web=("web_search",)))
    await backend.close()
    assert server.requests[1].body["messages"] == [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": first},
    ]
    assert text_of(events) == "Here." and events[-1] == Finished("end_turn")
    totals = [event.usage for event in events if isinstance(event, UsageReported)]
    assert totals[-1] == Usage(input=200, output=20)


async def test_a_pause_without_content_is_the_end(server: MessagesServer) -> None:
    backend = AnthropicBackend(api_key=KEY, base_url=server.url, web=True)
    server.then(turn(stop_reason="pause_turn"))
    events = await gathered(backend, asked(web=("web_search",)))
    await backend.close()
    assert events[-1] == Finished("pause_turn")


@pytest.mark.parametrize(
    ("block", "ok", "words"),
    [
        (unfound("max_uses_exceeded"), False, "max_uses_exceeded"),
        (fetched("A page", "https://example.org/b"), True, "A page https://example.org/b"),
        (found(), True, "nothing found"),
        (found(("A\x1b[31m\nB", "https://example.org")), True, "A B https://example.org"),
        ({"type": "web_search_tool_result", "tool_use_id": 5, "content": "?"}, True, ""),
        ({"type": "web_search_tool_result"}, True, ""),
    ],
)
def test_results_in_short(block: Block, ok: bool, words: str) -> None:
    shown = result_of(block)
    assert (shown.ok, shown.text) == (ok, words)


def test_many_results_are_not_all_shown() -> None:
    shown = result_of(found(*[(f"Page {n}", "https://example.org") for n in range(100)])).text
    assert len(shown.splitlines()) == SHOWN_RESULTS + 1
    assert shown.endswith(f"… and {100 - SHOWN_RESULTS} more")
