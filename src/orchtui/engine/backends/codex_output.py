"""The lines of `codex exec --json`.

It prints items when they are whole: a message, a command that was run, a file
that was changed. A line of type `error` before the end only says that it tries
again. This module never runs the program.
"""

from collections.abc import Iterator

from orchtui.engine.backends import program_trouble
from orchtui.engine.backends.agent_output import Line, as_json, number, part, parts, text
from orchtui.engine.backends.base import (
    BackendEvent,
    Finished,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
    UsageReported,
)
from orchtui.engine.run_events.events import Usage

LOGIN = "run `codex login`, or set CODEX_API_KEY"

_NOT_TOOLS = frozenset({"agent_message", "reasoning", "error", "todo_list", ""})
_FAILED = frozenset({"failed", "declined"})


class CodexOutput:
    """Reads one run of `codex exec`."""

    def __init__(self, program: str) -> None:
        self.tools: set[str] = set()
        self.finished: Finished | None = None
        self._program = program
        self._spoken = False
        self._called: set[str] = set()

    def read(self, line: Line) -> Iterator[BackendEvent]:
        """What one line says.

        Raises:
            BackendError: when the line says that the work failed.
        """
        match line.get("type"):
            case "item.started" | "item.updated":
                yield from self._tool(part(line, "item"))
            case "item.completed":
                yield from self._item(part(line, "item"))
            case "turn.started":
                self.finished = None
            case "turn.completed":
                yield UsageReported(_usage(part(line, "usage")))
                self.finished = Finished("end_turn")
            case "turn.failed":
                said = text(part(line, "error"), "message")
                raise program_trouble.provider_error(self._program, said, login=LOGIN)

    def _item(self, item: Line) -> Iterator[BackendEvent]:
        said = text(item, "text")
        match text(item, "type"):
            case "agent_message" if said:
                yield Text(f"\n\n{said}" if self._spoken else said)
                self._spoken = True
            case "reasoning" if said:
                yield Thinking(said)
            case kind if kind not in _NOT_TOOLS:
                yield from self._tool(item)
                call = text(item, "id")
                self.tools.discard(call)
                failed = text(item, "status") in _FAILED or number(item, "exit_code") != 0
                yield ToolReturned(call, not failed, _answer(item))

    def _tool(self, item: Line) -> Iterator[BackendEvent]:
        kind, call = text(item, "type"), text(item, "id")
        if kind in _NOT_TOOLS or call in self._called:
            return
        self._called.add(call)
        self.tools.add(call)
        asked = item.get("arguments")
        if asked is None:
            asked = text(item, "command", "query") or item.get("changes")
        yield ToolCalled(call, text(item, "tool") or kind, as_json(asked))


def _answer(item: Line) -> str:
    error = text(part(item, "error"), "message")
    output = text(item, "aggregated_output")
    content = "\n".join(text(block, "text") for block in parts(part(item, "result"), "content"))
    return error or output or content or text(item, "status")


def _usage(fields: Line) -> Usage:
    cached = number(fields, "cached_input_tokens")
    return Usage(
        max(0, number(fields, "input_tokens") - cached),
        number(fields, "output_tokens"),
        cached,
        number(fields, "cache_write_input_tokens"),
    )
