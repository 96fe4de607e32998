"""What an Anthropic server is asked: model, tools, system prompt, messages, cache marks.

Plain data in, the body of a request out. What several tasks have in common
stands first and is marked, so that the provider's cache can serve it: a mark
covers all before it, in the order tools, system, messages, and at most four are
allowed. Servers that are not said to know marks get plain strings. This module
never sends anything and never imports the SDK.

Sources: https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching and
the SDK's `types/web_search_tool_20250305_param.py`, `types/output_config_param.py`,
`types/json_output_format_param.py`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from orchtui.engine.agents.specialists import WebTool
from orchtui.engine.backends.base import Assignment, ToolBox

EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})
"""The words for effort that the SDK 2.12.0 knows; others are not sent."""

WEB_TOOLS: Mapping[WebTool, str] = {
    "web_search": "web_search_20250305",
    "web_fetch": "web_fetch_20250910",
}
"""Stable, without a beta header. Later ones run code on the provider's side to filter results,
which fewer models can do."""

MARK: Mapping[str, str] = {"type": "ephemeral"}

Json = dict[str, Any]


class Abilities(NamedTuple):
    """What a server understands beyond plain messages."""

    tools: bool = True
    web: bool = False
    """The provider's own web tools."""
    cache: bool = False
    """Cache marks."""
    structured: bool = False
    """A JSON schema that an answer has to follow."""


def tools_for(assignment: Assignment, toolbox: ToolBox, can: Abilities) -> list[Json]:
    """The tools that are offered: those of the ToolBox, then the provider's own."""
    offered: list[Json] = []
    if can.tools:
        offered += [
            {"name": s.name, "description": s.description, "input_schema": dict(s.schema)}
            for s in toolbox.specs
        ]
    names = {tool["name"] for tool in offered}
    if can.web:
        wanted = dict.fromkeys(assignment.web)
        offered += [{"type": WEB_TOOLS[w], "name": w} for w in wanted if w not in names]
    return offered


def settings(assignment: Assignment, tools: Sequence[Json], can: Abilities) -> Json:
    """All of the request that is the same in each turn, and in many tasks."""
    body: Json = {}
    if tools:
        body["tools"] = list(tools)
    if assignment.system:
        plain = assignment.system
        marked = can.cache and plain.strip()
        body["system"] = [_text(plain, mark=True)] if marked else plain
    elif tools and can.cache:
        body["tools"][-1] = {**tools[-1], "cache_control": dict(MARK)}
    output: Json = {}
    if assignment.effort in EFFORTS:
        output["effort"] = assignment.effort
    if assignment.schema is not None and can.structured:
        output["format"] = {"type": "json_schema", "schema": dict(assignment.schema)}
    if output:
        body["output_config"] = output
    return body


def opening(assignment: Assignment, can: Abilities, *, blocks: bool) -> Json:
    """The first message.

    Args:
        assignment: What is to be done.
        can: What the server understands.
        blocks: Whether a conversation follows, whose marks move along; one string else.
    """
    context, prompt = assignment.context, assignment.prompt.rstrip()
    if not can.cache or not (blocks or (context.strip() and prompt)):
        return {"role": "user", "content": assignment.whole_prompt}
    content = [_text(context, mark=True)] if context.strip() else []
    if prompt or not content:
        content.append(_text(prompt, mark=False))
    return {"role": "user", "content": content}


def with_moving_mark(messages: Sequence[Json]) -> list[Json]:
    """The messages, with a mark at the end of the last one of the user's that has blocks."""
    marked = list(messages)
    for place in range(len(marked) - 1, -1, -1):
        content = marked[place]["content"]
        if marked[place]["role"] == "user" and isinstance(content, list):
            last = {**content[-1], "cache_control": dict(MARK)}
            marked[place] = {"role": "user", "content": [*content[:-1], last]}
            break
    return marked


def _text(text: str, *, mark: bool) -> Json:
    block: Json = {"type": "text", "text": text}
    if mark:
        block["cache_control"] = dict(MARK)
    return block
