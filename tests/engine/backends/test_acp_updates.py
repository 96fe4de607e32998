"""What an ACP agent tells of its work, as events; how its turn ends."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.base import (
    Alive,
    BackendEvent,
    Finished,
    Started,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
)
from tests.engine.backends.acp_helpers import (
    failure,
    nothing_leaks,
    prompt_steps,
    run,
    scripted,
)


@pytest.fixture(autouse=True)
async def no_leaks() -> AsyncIterator[None]:
    async with nothing_leaks():
        yield


def chunk(text: str, kind: str = "agent_message_chunk", **fields: Any) -> dict[str, Any]:
    content = {"type": "text", "text": text}
    return {"update": {"sessionUpdate": kind, "content": content, **fields}}


def tool(call: str = "c1", kind: str = "tool_call_update", **fields: Any) -> dict[str, Any]:
    return {"update": {"sessionUpdate": kind, "toolCallId": call, **fields}}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([chunk("a"), chunk("b")], [Text("a"), Text("b")], id="text"),
        pytest.param([chunk("hm", "agent_thought_chunk")], [Thinking("hm")], id="thought"),
        pytest.param([chunk("")], [Alive()], id="no text"),
        pytest.param([chunk("me", "user_message_chunk")], [Alive()], id="its own prompt again"),
        pytest.param(
            [chunk("a", messageId="1"), chunk("b", messageId="1"), chunk("c", messageId="2")],
            [Text("a"), Text("b"), Text("\n\nc")],
            id="messages stand apart",
        ),
        pytest.param(
            [chunk("a"), tool(status="completed", title="Look"), chunk("b")],
            [
                Text("a"),
                ToolCalled("c1", "other", "Look"),
                ToolReturned("c1", True, ""),
                Text("\n\nb"),
            ],
            id="text before and after a tool stands apart",
        ),
        pytest.param([{"update": {"sessionUpdate": "wink"}}], [Alive()], id="unknown kind"),
        pytest.param([{"update": 5}], [Alive()], id="no object"),
        pytest.param([{"update": {"sessionUpdate": "plan", "entries": []}}], [Alive()], id="plan"),
        pytest.param(
            [{"update": {"sessionUpdate": "usage_update", "used": 5, "size": 9}}],
            [Alive()],
            id="the size of the context is no usage",
        ),
        pytest.param(
            [{"print": '{"jsonrpc": "2.0", "method": "$/other", "params": [1]}'}],
            [Alive()],
            id="unknown notification",
        ),
        pytest.param(
            [
                {
                    "update": {
                        "sessionUpdate": "agent_message_chunk",
                        "content": {"type": "image", "data": "", "mimeType": "image/png"},
                    }
                }
            ],
            [Alive()],
            id="a picture",
        ),
        pytest.param(
            [
                {
                    "print": '{"method": "session/update", "params": {"sessionId": "s1", "update":'
                    ' {"sessionUpdate": "agent_message_chunk", "content": {"type": "text",'
                    ' "text": "half \\ud83d"}}}}'
                }
            ],
            [Text("half ?")],
            id="half a character",
        ),
    ],
)
async def test_updates(
    tmp_path: Path, steps: list[dict[str, Any]], expected: list[BackendEvent]
) -> None:
    events = await run(scripted(tmp_path, prompt_steps(*steps)))
    assert events == [Started(None), *expected, Finished("end_turn")]


EDIT = {"type": "diff", "path": "/w/a.py", "oldText": "a", "newText": "b"}
SAID = {"type": "content", "content": {"type": "text", "text": "3 \x1b[31mlines"}}


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param(
            [
                tool(kind="tool_call", title="Read", status="pending"),
                tool(title="Read a.py", locations=[{"path": "a.py"}], kind_="read"),
                tool(status="in_progress"),
                tool(status="completed", content=[SAID]),
                tool(status="completed", content=[SAID]),
            ],
            [ToolCalled("c1", "read", "Read a.py"), ToolReturned("c1", True, "3 lines")],
            id="once, when it is known what it is about",
        ),
        pytest.param(
            [tool(kind="tool_call", title="Edit", kind_="edit", status="failed", content=[EDIT])],
            [
                ToolCalled("c1", "edit", "Edit /w/a.py"),
                ToolReturned("c1", False, "changed /w/a.py"),
            ],
            id="a call that is over at once",
        ),
        pytest.param(
            [
                tool(
                    kind="tool_call",
                    title="Run tests",
                    kind_="execute",
                    rawInput={"command": "make test"},
                )
            ],
            [ToolCalled("c1", "execute", "Run tests make test")],
            id="the command is told",
        ),
        pytest.param(
            [tool(kind="tool_call", title="T", kind_="juggle", status="flying", locations=7)],
            [Alive()],
            id="what does not fit is as if it were not there",
        ),
    ],
)
async def test_tools(
    tmp_path: Path, steps: list[dict[str, Any]], expected: list[BackendEvent]
) -> None:
    for step in steps:
        if "kind_" in step["update"]:
            step["update"]["kind"] = step["update"].pop("kind_")
    events = await run(scripted(tmp_path, prompt_steps(*steps)))
    assert [event for event in events[1:-1] if event != Alive()] == [
        event for event in expected if event != Alive()
    ]


@pytest.mark.parametrize("reason", ["end_turn", "max_tokens", "refusal"])
async def test_ways_to_end(tmp_path: Path, reason: str) -> None:
    script = {"session/prompt": [{"answer": {"stopReason": reason}}]}
    assert (await run(scripted(tmp_path, script)))[-1] == Finished(reason)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ({"stopReason": "max_turn_requests"}, "tool", "used up the turns"),
        ({"stopReason": "cancelled"}, "command", "cancelled"),
        ({"stopReason": "tired"}, "command", "something that is no answer"),
        ({}, "command", "something that is no answer"),
        ([1], "command", "something that is no answer"),
        (None, "command", "something that is no answer"),
    ],
)
async def test_ways_to_end_badly(tmp_path: Path, answer: Any, kind: str, words: str) -> None:
    error = await failure(scripted(tmp_path, {"session/prompt": [{"answer": answer}]}))
    assert error.kind == kind
    assert words in error.message
