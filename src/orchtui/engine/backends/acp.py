"""AcpBackend: an agent that speaks the Agent Client Protocol, as a specialist.

Each attempt has an agent process of its own in the folder of its assignment.
What the agent asks to be allowed, the workspace decides. The library and what
it needs are imported when the first attempt starts. This module never offers an
agent files or a terminal: it uses its own, in its folder.
"""

import asyncio
import importlib
import importlib.util
import shutil
from collections.abc import AsyncIterator, Mapping

from orchtui.engine.backends import acp_failures as failures
from orchtui.engine.backends.acp_session import AgentSession, Patience
from orchtui.engine.backends.base import NO_TOOLS, Assignment, BackendEvent, ToolBox
from orchtui.engine.backends.child_environment import ChildEnvironment
from orchtui.engine.backends.program_keys import keys_of
from orchtui.engine.backends.program_trouble import missed_told
from orchtui.engine.errors import BackendError

PATIENCE = Patience()


def acp_lacking(environment: Mapping[str, str]) -> str | None:
    """What is missing for any agent to be run, and what to do about it; `None` for nothing.

    The agent's own program is not looked for: agent files and tasks name it.
    """
    return None if importlib.util.find_spec("acp") else failures.INSTALL


def default_agent(path: str | None) -> str | None:
    """The program that is run where no command is named, when it is on this PATH."""
    return shutil.which(failures.ADAPTER, path=path)


class AcpBackend:
    """Runs `assignment.command`, or Claude's adapter where it names none, and talks with it.

    Args:
        environment: What of it is handed on to agents.
        patience: How long they may take.
    """

    name = "acp"
    slots: int | None = None
    processes_each = 16
    idle_timeout: float | None = 120.0

    def __init__(
        self, environment: Mapping[str, str] | ChildEnvironment, patience: Patience = PATIENCE
    ) -> None:
        self._environment = ChildEnvironment.of(environment)
        self._patience = patience
        self._sessions: set[AgentSession] = set()

    async def stream(
        self, assignment: Assignment, toolbox: ToolBox = NO_TOOLS
    ) -> AsyncIterator[BackendEvent]:
        """Have the agent do the work.

        Raises:
            BackendError: of kind `command` when the agent can not be started, ends too early or
                does not keep to the protocol; `auth` when nobody is signed in to it;
                `bad_request` when it has not the model; `server` when it refuses; `tool` when it
                used up its turns, or asks again and again for what it may not do.
        """
        program = assignment.command[0] if assignment.command else failures.ADAPTER
        keys = keys_of(program, self._environment)
        with missed_told(self._environment, keys, assignment.env):
            session = await self._open(assignment, toolbox, keys)
            try:
                while (event := await session.next()) is not None:
                    yield event
                finished = session.outcome()
            finally:
                await session.end()
                self._sessions.discard(session)
        yield finished

    async def close(self) -> None:
        """End every agent that still runs."""
        await asyncio.gather(*(session.end() for session in list(self._sessions)))

    async def _open(
        self, assignment: Assignment, toolbox: ToolBox, keys: tuple[str, ...]
    ) -> AgentSession:
        command, own = assignment.command, self._environment
        if not command:
            program = default_agent(own.get("PATH"))
            if program is None:
                raise failures.no_program()
            command = (program,)
        try:
            # A third of a second, most of it for data types: too long for the loop.
            await asyncio.to_thread(importlib.import_module, "acp.core")
        except ImportError as error:
            message = f"the Agent Client Protocol's library is not here: {failures.INSTALL}"
            raise BackendError("command", message) from error
        session = await AgentSession.open(
            command,
            assignment,
            toolbox,
            environment=own.for_child(keys, assignment.env),
            patience=self._patience,
        )
        self._sessions.add(session)
        return session
