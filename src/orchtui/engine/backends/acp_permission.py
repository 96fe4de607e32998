"""What an ACP agent asks to be allowed, in the words of the workspace, and the answer in its own.

An agent offers the answers from which one is chosen. What is allowed is allowed
once: no answer outlives the call that it was given to. This module never
decides what is allowed.
"""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orchtui.engine.backends.acp_queue import EventQueue
from orchtui.engine.backends.acp_updates import Call, Updates
from orchtui.engine.backends.base import Alive, ToolBox, Wish, WishKind
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from acp.schema import (
        PermissionOption,
        RequestPermissionRequest,
        RequestPermissionResponse,
    )

_REFUSALS = 100
"""An agent that was refused this often will not find another way."""

_KINDS: dict[str, WishKind] = {
    "read": "read",
    "search": "read",
    "edit": "write",
    "delete": "write",
    "move": "write",
    "execute": "run",
    "fetch": "fetch",
}
_VERBS: dict[WishKind, str] = {
    "read": "read",
    "write": "write",
    "run": "run",
    "fetch": "fetch",
    "other": "do",
}


def wish_of(call: Call) -> Wish:
    """What the workspace is asked; the paths are all that the agent has named for this call."""
    kind = "other" if call.countless else _KINDS.get(call.kind, "other")
    return Wish(kind=kind, paths=call.paths, what=f"{_VERBS[kind]}: {call.words or 'not said'}")


def chosen(
    options: "Sequence[PermissionOption]", allowed: bool | None
) -> "RequestPermissionResponse":
    """The answer; `None` is that there was no decision, because the attempt ends.

    Where an agent offers nothing that says it, the answer is that it was cancelled: a yes is never
    made of a no, nor the other way round.
    """
    from acp.schema import AllowedOutcome, DeniedOutcome, RequestPermissionResponse

    # "Always" only where there is no other yes or no: it ends with the session, which is this
    # attempt's alone, but within it the agent would not ask again.
    verb = {True: "allow", False: "reject", None: ""}[allowed]
    for kind in (f"{verb}_once", f"{verb}_always"):
        for option in options:
            if option.kind == kind:
                return RequestPermissionResponse(
                    outcome=AllowedOutcome(outcome="selected", option_id=option.option_id)
                )
    return RequestPermissionResponse(outcome=DeniedOutcome(outcome="cancelled"))


class Permissions:
    """Answers the requests of one agent.

    Args:
        program: The agent, as messages call it.
        toolbox: Decides.
        updates: Knows what the agent told of its calls before.
        events: Where calls and failures go.
    """

    def __init__(
        self, program: str, toolbox: ToolBox, updates: Updates, events: EventQueue
    ) -> None:
        self._program = program
        self._toolbox = toolbox
        self._updates = updates
        self._events = events
        self._asking: set[asyncio.Future[bool]] = set()
        self._refusals = 0

    async def serve(self, method: str, said: Any, notification: bool) -> Any:
        """Answer a request of the agent's, for the library's connection.

        Raises:
            RequestError: when it is no request that is answered here; never anything else, which
                the library would print.
        """
        from acp.core import RequestError
        from acp.schema import RequestPermissionRequest
        from pydantic import ValidationError

        if method != "session/request_permission":
            raise RequestError.method_not_found(clean_line(method, 100))
        try:
            request = RequestPermissionRequest.model_validate(said)
        except (ValidationError, RecursionError):
            raise RequestError.invalid_params() from None
        return chosen(request.options, await self._decide(request))

    def cancel(self) -> None:
        """Take back what is still being asked; the agent is told that it was cancelled."""
        for asking in self._asking:
            asking.cancel()

    async def _decide(self, request: "RequestPermissionRequest") -> bool | None:
        """Whether it is allowed; `None` where that was not decided."""
        call = self._updates.call(request.tool_call)
        for event in self._updates.announce(call) or [Alive()]:
            self._events.put(event)
        asking = asyncio.ensure_future(self._toolbox.permit(wish_of(call)))
        self._asking.add(asking)
        try:
            allowed = await asking
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():
                raise
            return None
        except Exception as error:  # whatever it is, the agent gets an answer, the task a story
            story = f"permission could not be asked for: {clean_line(repr(error))}"
            self._events.fail(BackendError("internal", story))
            return None
        finally:
            self._asking.discard(asking)
        self._events.put(Alive())  # the person's time is not the agent's silence
        self._refusals += not allowed
        if self._refusals >= _REFUSALS:
            story = f"the agent '{self._program}' asked {_REFUSALS} times for what it may not do"
            self._events.fail(BackendError("tool", story))
        return allowed
