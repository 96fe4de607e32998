"""What an ACP agent tells of its work, as the events of a backend.

Each use of a tool becomes one call and one answer, however many updates it
takes; kinds of update that are not known here are signs of life. This module
never decides what an agent may do.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orchtui.engine.backends.base import (
    Alive,
    BackendEvent,
    Text,
    Thinking,
    ToolCalled,
    ToolReturned,
)
from orchtui.engine.text import clean, clean_line

if TYPE_CHECKING:
    from acp.schema import ToolCall, ToolCallUpdate

_CALLS = 1000
"""Uses of tools that are remembered; an agent has a handful at once."""
_PATHS = 200
"""Files of one call; with more of them, or longer ones, it is unknown what it is about."""
_PATH_CHARACTERS = 4096
_TITLE = 300
_RESULT = 2000
_PATH_KEYS = ("file_path", "filePath", "path", "abs_path", "notebook_path")
"""Where agents' own tools keep the file that they are about, in what they are given."""


@dataclass(slots=True)
class Call:
    """One use of a tool, as far as it is known."""

    id: str
    title: str = ""
    kind: str = "other"
    paths: tuple[str, ...] = ()
    command: str = ""
    """What is executed, where the agent says it."""
    status: str = "pending"
    countless: bool = False
    """Whether it is about files that are not kept in `paths`."""
    result: str = ""
    called: bool = False
    returned: bool = False

    def take(self, update: "ToolCall | ToolCallUpdate") -> None:
        """Keep what an update says; what it leaves out stays as it was."""
        self.title = clean_line(update.title or "", _TITLE) or self.title
        self.kind = update.kind or self.kind
        self.status = update.status or self.status
        self.command = _command(update.raw_input) or self.command
        paths = tuple(dict.fromkeys((*self.paths, *_paths(update))))
        known = tuple(path for path in paths[:_PATHS] if len(path) <= _PATH_CHARACTERS)
        self.countless |= len(known) < len(paths)
        self.paths = known
        self.result = _result(update) or self.result

    @property
    def words(self) -> str:
        """The call in a few words: title, command and files, each said once."""
        parts = [self.title]
        if self.command and self.command not in self.title:
            parts.append(self.command)
        parts += [path for path in map(clean_line, self.paths) if path not in self.title]
        return clean_line(" ".join(part for part in parts if part))


class Updates:
    """Turns the updates of one session into events."""

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._message: str | None = None
        self._said = False
        self._interrupted = False

    def events(self, parameters: Any) -> list[BackendEvent]:
        """What an update means; never empty."""
        from acp.schema import (
            AgentMessageChunk,
            AgentThoughtChunk,
            SessionNotification,
            TextContentBlock,
            ToolCallProgress,
            ToolCallStart,
        )
        from pydantic import ValidationError

        try:
            update = SessionNotification.model_validate(parameters).update
        except (ValidationError, RecursionError):
            return [Alive()]
        if isinstance(update, ToolCallStart | ToolCallProgress):
            return self._tool(self.call(update)) or [Alive()]
        if not isinstance(update, AgentMessageChunk | AgentThoughtChunk):
            return [Alive()]
        if not isinstance(update.content, TextContentBlock) or not update.content.text:
            return [Alive()]
        if isinstance(update, AgentThoughtChunk):
            return [Thinking(update.content.text)]
        return [Text(self._apart(update.message_id) + update.content.text)]

    def call(self, update: "ToolCall | ToolCallUpdate") -> Call:
        """The use of a tool that an update, or a request for permission, is about."""
        number = clean_line(update.tool_call_id, 100)
        call = self._calls.setdefault(number, Call(number))
        if len(self._calls) > _CALLS:
            del self._calls[next(iter(self._calls))]
        call.take(update)
        return call

    def announce(self, call: Call) -> list[BackendEvent]:
        """The event of a call, the first time that it is asked for."""
        if call.called:
            return []
        call.called = True
        self._interrupted = True
        return [ToolCalled(call.id, call.kind, call.words)]

    def _tool(self, call: Call) -> list[BackendEvent]:
        if call.returned:
            return []
        over = call.status in ("completed", "failed")
        if call.status == "pending" and not call.paths and not call.command:
            return []  # agents often name a call first and say what it is about a little later
        events = self.announce(call)
        if over:
            call.returned = True
            events.append(ToolReturned(call.id, call.status == "completed", call.result))
            call.result = ""
        return events

    def _apart(self, message: str | None) -> str:
        """What goes between two messages of one answer, or between text and text after a tool."""
        another = self._interrupted or message != self._message
        apart = "\n\n" if another and self._said else ""
        self._message, self._interrupted, self._said = message, False, True
        return apart


def _paths(update: "ToolCall | ToolCallUpdate") -> list[str]:
    """Every file that an update names, wherever it names it."""
    from acp.schema import FileEditToolCallContent

    paths = [location.path for location in (update.locations or [])]
    paths += [
        part.path for part in (update.content or []) if isinstance(part, FileEditToolCallContent)
    ]
    if isinstance(update.raw_input, dict):
        named = (update.raw_input.get(key) for key in _PATH_KEYS)
        paths += [path for path in named if isinstance(path, str)]
    return [path for path in paths if path]


def _command(raw_input: Any) -> str:
    """The command line in what a tool is given."""
    command = raw_input.get("command") if isinstance(raw_input, dict) else None
    if isinstance(command, list):
        command = " ".join(str(word) for word in command[:100])
    return clean_line(command) if isinstance(command, str) else ""


def _result(update: "ToolCall | ToolCallUpdate") -> str:
    """What a tool answered, in short."""
    from acp.schema import ContentToolCallContent, FileEditToolCallContent, TextContentBlock

    parts: list[str] = []
    for part in (update.content or [])[:_PATHS]:
        if isinstance(part, FileEditToolCallContent):
            parts.append(f"changed {clean_line(part.path)}")
        elif isinstance(part, ContentToolCallContent) and isinstance(
            part.content, TextContentBlock
        ):
            parts.append(part.content.text[: _RESULT * 2])
    if not parts and isinstance(update.raw_output, str):
        parts.append(update.raw_output[: _RESULT * 2])
    text = clean("\n".join(parts)).strip()
    return text if len(text) <= _RESULT else text[: _RESULT - 1] + "…"
