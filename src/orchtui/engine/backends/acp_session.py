"""One attempt at a task with an ACP agent: from its start to the end of its whole group.

The agent has a process of its own for each attempt, so that nothing is shared
and everything can be ended. This module never decides what an agent may do, and
never limits how long it works; it only limits how long it may take to greet.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from orchtui import __version__
from orchtui.engine.backends import acp_failures as failures
from orchtui.engine.backends.acp_choices import Aspect, choice_of, match
from orchtui.engine.backends.acp_permission import Permissions
from orchtui.engine.backends.acp_queue import EventQueue
from orchtui.engine.backends.acp_request import meta_of, prompt_of
from orchtui.engine.backends.acp_updates import Updates
from orchtui.engine.backends.acp_wire import AgentProgram, AgentWire, WireError
from orchtui.engine.backends.base import (
    Alive,
    Assignment,
    BackendEvent,
    Finished,
    Started,
    Text,
    ToolBox,
    UsageReported,
)
from orchtui.engine.backends.program_trouble import TEXT_LIMIT, refusal, too_much
from orchtui.engine.errors import BackendError
from orchtui.engine.run_events.events import Usage
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from acp.schema import InitializeResponse, NewSessionResponse
    from pydantic import BaseModel

    Answer = TypeVar("Answer", bound=BaseModel)

_MODES = ("default", "plan", "dontAsk")
"""Modes that leave it to the workspace what is allowed, or allow less; the others would make an
agent stop asking."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an agent may take, in seconds."""

    grace: float = 1.0
    """Between SIGTERM and SIGKILL."""
    linger: float = 1.0
    """For more output when it has ended but a child that it left behind holds its output open."""
    greeting: float = 30.0
    """For each step before the work: to answer at all, to begin a session."""
    farewell: float = 1.0
    """To end its turn by itself when it is cancelled."""


class AgentSession:
    """An agent at work on one assignment; `open` gives one.

    Args:
        program: The agent.
        command: What it was started with.
        assignment: What it works on.
        toolbox: Decides what it may do.
        patience: How long it may take.
    """

    def __init__(
        self,
        program: AgentProgram,
        command: Sequence[str],
        assignment: Assignment,
        toolbox: ToolBox,
        patience: Patience,
    ) -> None:
        from acp.core import Connection

        self._program = program
        self._command = command
        self._assignment = assignment
        self._patience = patience
        self._updates = Updates()
        self._said = 0
        self._events = EventQueue()
        self._permissions = Permissions(
            failures.program_name(command), toolbox, self._updates, self._events
        )
        self._id: str | None = None
        """The session that is at work."""
        self._hello: InitializeResponse | None = None
        self._ending: asyncio.Task[None] | None = None
        self._wire = AgentWire(
            program, room=self._events.room, update=self._update, broken=self._broken
        )
        self._connection = Connection(self._permissions.serve, self._wire)
        self._work = asyncio.create_task(self._converse())
        self._work.add_done_callback(lambda _: self._events.close())

    @classmethod
    async def open(
        cls,
        command: Sequence[str],
        assignment: Assignment,
        toolbox: ToolBox,
        *,
        environment: Mapping[str, str],
        patience: Patience,
    ) -> "AgentSession":
        """Start the agent and its work.

        Raises:
            BackendError: when it can not be started.
        """
        try:
            program = await AgentProgram.start(
                command,
                folder=assignment.folder,
                environment=environment,
                standard_input=None,
                grace=patience.grace,
                linger=patience.linger,
            )
        except (OSError, ValueError) as error:
            raise refusal(command[0], assignment.folder, error) from error
        return cls(program, command, assignment, toolbox, patience)

    # What the backend asks

    async def next(self) -> BackendEvent | None:
        """The next event but the last; `None` when the work is over.

        Raises:
            BackendError: when it failed.
        """
        return await self._events.take()

    def outcome(self) -> Finished:
        """How the work ended.

        Raises:
            BackendError: when it failed.
        """
        if self._work.cancelled():
            program = failures.program_name(self._command)
            raise BackendError("command", f"the agent '{program}' was ended")
        return self._work.result()

    async def end(self) -> None:
        """End the agent and all of its group. Safe to call again, also at the same time."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())
        # Shielded: who is cancelled while waiting here leaves; the agent ends all the same.
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        self._wire.drain()
        self._events.unbound()
        try:
            if self._id is not None and not self._work.done() and not self._program.over:
                await self._say_cancel(self._id)
        finally:
            await self._program.end()
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
            await self._connection.close()

    async def _say_cancel(self, session: str) -> None:
        """Ask the agent to end its turn, and give it a moment for that."""
        self._permissions.cancel()
        with contextlib.suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(self._patience.farewell):
                await self._connection.send_notification("session/cancel", {"sessionId": session})
                await asyncio.wait([self._work])

    # The conversation

    async def _converse(self) -> Finished:
        from acp.schema import (
            ClientCapabilities,
            Implementation,
            InitializeRequest,
            InitializeResponse,
            NewSessionRequest,
            NewSessionResponse,
        )

        greeting = InitializeRequest(
            protocol_version=1,
            client_capabilities=ClientCapabilities(),
            client_info=Implementation(name="orchtui", version=__version__),
        )
        raw = await self._ask("initialize", _dump(greeting), self._patience.greeting)
        self._hello = self._as(InitializeResponse, raw, "initialize")
        if self._hello.protocol_version != 1:
            raise BackendError(
                "command",
                f"the agent '{failures.program_name(self._command)}' speaks version "
                f"{self._hello.protocol_version} of the Agent Client Protocol; orchtui speaks 1",
            )
        request = NewSessionRequest(
            cwd=self._assignment.folder, mcp_servers=[], field_meta=meta_of(self._assignment)
        )
        raw = await self._ask("session/new", _dump(request), self._patience.greeting)
        answer = self._as(NewSessionResponse, raw, "session/new")
        model = await self._choose_all(answer, raw)
        self._events.put(Started(model))
        return await self._prompt(answer.session_id)

    async def _choose_all(self, answer: "NewSessionResponse", raw: Any) -> str | None:
        """Set what the assignment names and the agent offers; the model that will answer."""
        wanted = self._assignment
        if wanted.effort:
            await self._choose("thought_level", wanted.effort, answer, raw)
        # Always: an agent's own settings may begin in a mode that asks for nothing.
        mode = wanted.permission_mode or ""
        await self._choose("mode", mode if mode in _MODES else "default", answer, raw)
        models = choice_of("model", answer, raw)
        if models is None:
            return None
        if wanted.model is None:
            return clean_line(models.current, 100) if models.current else None
        if chosen := await self._choose("model", wanted.model, answer, raw):
            return clean_line(chosen, 100)
        offered = ", ".join(clean_line(value, 60) for value, _ in models.offered[:20])
        raise BackendError(
            "bad_request",
            f"the agent '{failures.program_name(self._command)}' has no model "
            f"'{clean_line(wanted.model, 100)}'; it offers {offered or 'none'}",
        )

    async def _choose(
        self, aspect: Aspect, wanted: str, answer: "NewSessionResponse", raw: Any
    ) -> str | None:
        choice = choice_of(aspect, answer, raw)
        value = match(wanted, choice.offered, exactly=aspect == "mode") if choice else None
        if choice is not None and value is not None and value != choice.current:
            said = choice.parameters(answer.session_id, value)
            await self._ask(choice.method, said, self._patience.greeting)
        return value

    async def _prompt(self, session: str) -> Finished:
        from acp.schema import PromptRequest, PromptResponse, TextContentBlock

        text = TextContentBlock(type="text", text=prompt_of(self._assignment))
        self._id = session
        request = PromptRequest(session_id=session, prompt=[text])
        raw = await self._ask("session/prompt", _dump(request), None)
        program = failures.program_name(self._command)
        reason = raw.get("stopReason") if isinstance(raw, dict) else None
        if reason == "max_turn_requests":
            raise BackendError("tool", f"the agent '{program}' used up the turns that it allows")
        if reason == "cancelled":
            raise BackendError("command", f"the agent '{program}' says that its work was cancelled")
        answer = self._as(PromptResponse, raw, "session/prompt")
        if used := answer.usage:
            cached = (used.cached_read_tokens or 0, used.cached_write_tokens or 0)
            self._events.put(UsageReported(Usage(used.input_tokens, used.output_tokens, *cached)))
        return Finished(answer.stop_reason)

    async def _ask(self, method: str, said: dict[str, Any], within: float | None) -> Any:
        """The answer to a request, as it came.

        Raises:
            BackendError: when there is none.
        """
        from acp.core import RequestError

        try:
            async with asyncio.timeout(within):
                return await self._connection.send_request(method, said)
        except RequestError as error:
            raise failures.refused(self._command, method, error, self._hello) from error
        except TimeoutError as error:
            message = (
                f"the agent '{failures.program_name(self._command)}' did not answer {method} "
                f"within {within:g} s; does it speak the Agent Client Protocol?"
            )
            raise self._failed(message) from error
        except ConnectionError as error:
            raise await self._gone(method) from error

    def _as(self, kind: "type[Answer]", raw: Any, method: str) -> "Answer":
        from pydantic import ValidationError

        try:
            return kind.model_validate(raw)
        except (ValidationError, RecursionError) as error:
            program = failures.program_name(self._command)
            message = f"the agent '{program}' answered {method} with something that is no answer"
            raise self._failed(message) from error

    async def _gone(self, method: str) -> BackendError:
        """Why the connection ended."""
        if self._events.failure is not None:
            return self._events.failure
        code: int | None = None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                code = await self._program.exit_code()
        during = "in the middle of its work" if self._id else f"before it answered {method}"
        return self._failed(failures.gone(self._command, code, during))

    def _failed(self, message: str) -> BackendError:
        return failures.with_last_words(message, self._wire.first_stray, self._program.tail)

    def _update(self, parameters: Any, size: int) -> None:
        events = [Alive()] if parameters is None else self._updates.events(parameters)
        for event in events:
            if isinstance(event, Text):
                self._said += len(event.text)
            self._events.put(event, size // len(events))
        if self._said > TEXT_LIMIT:
            self._events.fail(too_much(self._command[0]))

    def _broken(self, error: WireError) -> None:
        program = failures.program_name(self._command)
        message = f"the agent '{program}' does not keep to the Agent Client Protocol: {error}"
        self._events.fail(self._failed(message))


def _dump(request: "BaseModel") -> dict[str, Any]:
    return request.model_dump(mode="json", by_alias=True, exclude_none=True)
