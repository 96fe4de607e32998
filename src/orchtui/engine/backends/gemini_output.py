"""The lines of `gemini -o stream-json`. This module never runs the program."""

from collections.abc import Iterator

from orchtui.engine.backends import program_trouble
from orchtui.engine.backends.agent_output import Line, as_json, number, part, text
from orchtui.engine.backends.base import (
    BackendEvent,
    Finished,
    Started,
    Text,
    ToolCalled,
    ToolReturned,
    UsageReported,
)
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage
from orchtui.engine.text import clean_line

LOGIN = "run `gemini` once and log in, or set GEMINI_API_KEY"


class GeminiOutput:
    """Reads one run of `gemini`."""

    def __init__(self, program: str) -> None:
        self.tools: set[str] = set()
        self.finished: Finished | None = None
        self._program = program
        self._spoken = False
        self._apart = False
        """Whether something stood between the last text and the next one."""
        self._gave_up = ""
        """Why it stopped in the middle, in its own words: its result calls that a success."""

    def read(self, line: Line) -> Iterator[BackendEvent]:
        """What one line says.

        Raises:
            BackendError: when the line says that the work failed.
        """
        call = text(line, "tool_id")
        match line.get("type"):
            case "init":
                yield Started(text(line, "model") or None)
            case "message" if line.get("role") == "assistant":
                yield from self._say(text(line, "content"), line.get("delta") is True)
            case "tool_use":
                self._apart = True
                self.tools.add(call)
                yield ToolCalled(call, text(line, "tool_name"), as_json(line.get("parameters")))
            case "tool_result":
                self.tools.discard(call)
                said = text(line, "output") or text(part(line, "error"), "message")
                yield ToolReturned(call, text(line, "status") != "error", said)
            case "error":
                said = text(line, "message")
                if line.get("severity") == "error" or "stopping" in said.lower():
                    self._gave_up = said or "no reason given"
            case "result":
                yield from self._result(line)

    def _say(self, piece: str, delta: bool) -> Iterator[BackendEvent]:
        if not piece:
            return
        if self._spoken and (self._apart or not delta):
            yield Text("\n\n")
        self._spoken, self._apart = True, not delta
        yield Text(piece)

    def _result(self, line: Line) -> Iterator[BackendEvent]:
        stats = part(line, "stats")
        cached = number(stats, "cached")
        fresh = max(0, number(stats, "input_tokens") - cached)
        yield UsageReported(Usage(fresh, number(stats, "output_tokens"), cached))
        if text(line, "status") == "success":
            if self._gave_up:
                why = clean_line(self._gave_up, 300)
                raise BackendError("tool", f"'{self._program}' stopped in the middle: {why}")
            self.finished = Finished("end_turn")
            return
        error = part(line, "error")
        said = text(error, "message") or text(error, "type")
        if "MaxSessionTurns" in text(error, "type"):
            raise BackendError(
                "tool",
                f"'{self._program}' used all its turns without coming to an end; raise "
                f"maxSessionTurns in its settings, or make the task smaller",
            )
        raise program_trouble.provider_error(self._program, said, login=LOGIN)
