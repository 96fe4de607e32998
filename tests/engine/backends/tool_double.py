"""A ToolBox that does what a test says, and a way to ask a backend with it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import msgspec

from orchtui.engine.backends.base import (
    Assignment,
    Backend,
    BackendEvent,
    ToolAnswer,
    ToolSpec,
    Wish,
)
from tests.engine.backends.asking import assignment

Work = Callable[[str], Awaitable[ToolAnswer]]

PATH = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}


class ScriptedTools:
    """Tools by name; each is given its arguments as they came."""

    def __init__(self, **tools: str | Work) -> None:
        self._tools = tools
        self.calls: list[tuple[str, str]] = []
        self.running = 0
        self.most_running = 0
        self.cancelled = 0
        self.started = asyncio.Event()

    @property
    def specs(self) -> Sequence[ToolSpec]:
        return [ToolSpec(name, f"What {name} does.", PATH) for name in self._tools]

    async def call(self, name: str, arguments: str) -> ToolAnswer:
        self.calls.append((name, arguments))
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.started.set()
        try:
            return await self._answer(name, arguments)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1

    async def _answer(self, name: str, arguments: str) -> ToolAnswer:
        tool = self._tools.get(name)
        if tool is None:
            return ToolAnswer(False, f"there is no tool '{name}'")
        try:
            msgspec.json.decode(arguments, type=dict)
        except msgspec.DecodeError:
            return ToolAnswer(False, "the arguments are not a JSON object")
        return ToolAnswer(True, tool) if isinstance(tool, str) else await tool(arguments)

    async def permit(self, wish: Wish) -> bool:
        return False


def tool_named(name: str) -> dict[str, object]:
    """The tool as a request offers it."""
    return {"name": name, "description": f"What {name} does.", "input_schema": PATH}


def asked(prompt: str = "Hello", **fields: object) -> Assignment:
    """An assignment with some fields of its own."""
    return msgspec.structs.replace(assignment(prompt), **fields)


async def gathered(
    backend: Backend, work: Assignment, tools: ScriptedTools | None = None
) -> list[BackendEvent]:
    """All events of one attempt."""
    stream = backend.stream(work, tools) if tools is not None else backend.stream(work)
    return [event async for event in stream]
