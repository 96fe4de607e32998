"""The lines of `opencode run --format json`.

It prints parts of a message when they are whole, and has no line for the end:
a last step that did not end for a tool is one. This module never runs the
program.
"""

from collections.abc import Iterator

from orchtui.engine.backends import program_trouble
from orchtui.engine.backends.agent_output import Line, as_json, number, part, text
from orchtui.engine.backends.base import (
    BackendEvent,
    Finished,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
    UsageReported,
)
from orchtui.engine.backends.stop_reasons import in_our_words
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage

LOGIN = "run `opencode auth login`, or set the provider's key"

_GOES_ON = frozenset({"tool-calls", "unknown"})
"""Reasons of a step after which the program takes another one by itself."""


class OpencodeOutput:
    """Reads one run of `opencode run`."""

    def __init__(self, program: str) -> None:
        self.tools: set[str] = set()
        self.finished: Finished | None = None
        self._program = program
        self._spoken = False
        self._used = Usage()

    def read(self, line: Line) -> Iterator[BackendEvent]:
        """What one line says.

        Raises:
            BackendError: when the line says that the work failed.
        """
        piece = part(line, "part")
        said = text(piece, "text")
        match line.get("type"):
            case "step_start":
                self.finished = None
            case "text" if said:
                yield Text(f"\n\n{said}" if self._spoken else said)
                self._spoken = True
            case "reasoning" if said:
                yield Thinking(said)
            case "tool_use":
                yield from self._tool(piece)
            case "step_finish":
                self._used += _usage(part(piece, "tokens"))
                yield UsageReported(self._used)
                reason = text(piece, "reason")
                if reason == "error":
                    raise program_trouble.provider_error(
                        self._program, "its provider broke the answer off", kind="server"
                    )
                if reason not in _GOES_ON:
                    # Older versions give no reason.
                    self.finished = Finished(in_our_words(reason) or "end_turn")
            case "error":
                raise self._failure(part(line, "error"))

    def _tool(self, piece: Line) -> Iterator[BackendEvent]:
        state = part(piece, "state")
        call, status = text(piece, "callID", "id"), text(state, "status")
        if call not in self.tools:
            yield ToolCalled(call, text(piece, "tool"), as_json(state.get("input")))
            self.tools.add(call)
        if status in ("completed", "error"):
            self.tools.discard(call)
            yield ToolReturned(call, status == "completed", text(state, "output", "error"))

    def _failure(self, error: Line) -> BackendError:
        data = part(error, "data")
        said = text(data, "message") or text(error, "message", "name")
        return program_trouble.provider_error(
            self._program, said, status=number(data, "statusCode"), login=LOGIN
        )


def _usage(tokens: Line) -> Usage:
    cache = part(tokens, "cache")
    return Usage(
        number(tokens, "input"),
        number(tokens, "output") + number(tokens, "reasoning"),
        number(cache, "read"),
        number(cache, "write"),
    )
