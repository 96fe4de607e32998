"""What an ACP agent is asked: the text of its turn, and what its session is begun with.

The protocol has no place for a system prompt, a choice of tools or a limit of
turns. The first goes in front of the task. The others are told to those agents
that have a word for them; the protocol has the others leave it unread. This
module never sends anything.
"""

from typing import Any

from orchtui.engine.backends.base import Assignment


def prompt_of(assignment: Assignment) -> str:
    """Instructions and task as one text."""
    task = assignment.whole_prompt
    # Agents take a text that begins with a stroke for one of their own commands.
    if not assignment.system.strip() and not task.lstrip().startswith("/"):
        return task
    parts = [f"<task>\n{task}\n</task>"]
    if assignment.system.strip():
        parts.insert(0, f"<instructions>\n{assignment.system.strip()}\n</instructions>")
    return "\n\n".join(parts)


def meta_of(assignment: Assignment) -> dict[str, Any] | None:
    """The `_meta` of a new session: in the words of Claude's adapter, the only ones there are."""
    options: dict[str, Any] = {}
    if assignment.tools is not None and "*" not in assignment.tools:
        # A pattern such as `Bash(git:*)` gives the tool; each use of it is then asked for.
        names = (name.partition("(")[0].strip() for name in assignment.tools)
        built_in = (name for name in names if name and not name.startswith("mcp__"))
        options["tools"] = list(dict.fromkeys(built_in))
    if assignment.disallowed_tools:
        options["disallowedTools"] = list(assignment.disallowed_tools)
    if assignment.max_turns is not None:
        options["maxTurns"] = assignment.max_turns
    return {"claudeCode": {"options": options}} if options else None
