"""What the tests of AcpBackend share: assignments for scripted agents, toolboxes, ways to look."""

import asyncio
import gc
import json
import os
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.acp import AcpBackend
from orchtui.engine.backends.acp_session import Patience
from orchtui.engine.backends.base import (
    NO_TOOLS,
    Assignment,
    BackendEvent,
    Finished,
    Text,
    ToolAnswer,
    ToolBox,
    ToolSpec,
    Wish,
)
from orchtui.engine.errors import BackendError

Steps = list[dict[str, Any]]
Script = dict[str, Steps]
"""What a scripted agent does for each method."""
AGENTS = Path(__file__).parent / "acp_agents"
DESCRIPTORS = Path("/proc/self/fd")


def assignment(folder: Path, *command: str, **fields: Any) -> Assignment:
    return Assignment(
        task="t",
        attempt=1,
        specialist="analyst",
        max_tokens=100,
        command=command,
        folder=str(folder),
        **{"prompt": "the prompt", **fields},
    )


def scripted(folder: Path, script: Script | None = None, **fields: Any) -> Assignment:
    """An assignment for an agent that does what the script says."""
    arguments = (sys.executable, str(AGENTS / "scripted.py"), json.dumps(script or {}))
    return assignment(folder, *arguments, **fields)


def prompt_steps(*steps: dict[str, Any]) -> Script:
    """A script whose turn does this and then ends well."""
    return {"session/prompt": [*steps, {"answer": {"stopReason": "end_turn"}}]}


def backend(**limits: float) -> AcpBackend:
    return AcpBackend(dict(os.environ), Patience(**{"grace": 0.3, "farewell": 0.3, **limits}))


async def run(
    given: Assignment, toolbox: ToolBox = NO_TOOLS, made: AcpBackend | None = None
) -> list[BackendEvent]:
    return [event async for event in (made or backend()).stream(given, toolbox)]


async def told(given: Assignment, toolbox: ToolBox = NO_TOOLS) -> str:
    """The whole text of a run that ends well."""
    events = await run(given, toolbox)
    assert events[-1] == Finished("end_turn")
    return "".join(event.text for event in events if isinstance(event, Text))


async def failure(
    given: Assignment, toolbox: ToolBox = NO_TOOLS, made: AcpBackend | None = None
) -> BackendError:
    with pytest.raises(BackendError) as caught:
        await run(given, toolbox, made)
    return caught.value


class Rules:
    """A ToolBox that gives prepared answers and remembers the wishes."""

    specs: Sequence[ToolSpec] = ()

    def __init__(self, decide: Callable[[Wish], bool] = lambda wish: True) -> None:
        self.wishes: list[Wish] = []
        self._decide = decide

    async def call(self, name: str, arguments: str) -> ToolAnswer:
        raise AssertionError("an ACP agent has tools of its own")

    async def permit(self, wish: Wish) -> bool:
        self.wishes.append(wish)
        return self._decide(wish)


class NobodyAnswers(Rules):
    """A ToolBox whose answer never comes."""

    async def permit(self, wish: Wish) -> bool:
        self.wishes.append(wish)
        await asyncio.Event().wait()
        return True


def descriptors() -> int:
    """How many files this process has open; 0 where the system does not tell."""
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.exists() else 0


@asynccontextmanager
async def nothing_leaks() -> AsyncIterator[None]:
    """All file descriptors that were opened are given back, and no task is left."""
    gc.collect()
    tasks = asyncio.all_tasks()
    before = descriptors()
    yield
    left = asyncio.all_tasks() - tasks
    # The runner of the tests has a task of its own for each step.
    assert [task for task in left if "TestRunner." not in str(task.get_coro())] == []
    gc.collect()
    after = descriptors()
    # Fewer is possible: the anyio runner's own descriptors may close in between.
    assert after <= before


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie that nobody has collected yet has."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return True
    return state in "ZX"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.005)
