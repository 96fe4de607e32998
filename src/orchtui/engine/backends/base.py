"""The Backend protocol: the seam between the executor and the ways to run a specialist.

A backend is given plain data (an Assignment) and yields BackendEvents until
`Finished`. A stream that ends without `Finished` is a failure. Closing the
iterator, or cancelling the task that reads it, must end the work. What went
wrong is raised as `BackendError`. This module never knows a concrete backend.
"""

from collections.abc import AsyncIterator
from typing import Protocol

import msgspec

from orchtui.engine.events import Usage


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at one task, as plain data that could be sent to another machine."""

    task: str
    attempt: int
    """Counts from 1."""
    specialist: str
    system: str = ""
    """The specialist's own instructions."""
    prompt: str
    """The task's prompt, with the results that it builds on."""
    model: str | None = None
    """Alias or full id; `None` leaves the choice to the backend."""
    max_tokens: int
    command: tuple[str, ...] = ()
    """Program and arguments, for the `command` backend."""
    folder: str
    """Absolute path of the project folder."""


class Started(msgspec.Struct, frozen=True):
    """The other side has taken the work on; `model` is the one that really answers."""

    model: str | None = None


class Alive(msgspec.Struct, frozen=True):
    """A sign of life without content, such as a ping."""


class Text(msgspec.Struct, frozen=True):
    """A piece of the answer, as it came: not yet cleaned."""

    text: str


class Thinking(msgspec.Struct, frozen=True):
    """A piece of the model's reasoning: counts as a sign of life, is not part of the answer."""

    text: str


class ToolCalled(msgspec.Struct, frozen=True):
    """The specialist uses a tool."""

    call: str
    name: str
    arguments: str
    """JSON, or plain words where the program gives no JSON."""


class ToolReturned(msgspec.Struct, frozen=True):
    """What a tool answered."""

    call: str
    ok: bool
    text: str


class UsageReported(msgspec.Struct, frozen=True):
    """What this attempt has used so far: a total, not an increment."""

    usage: Usage


class Finished(msgspec.Struct, frozen=True):
    """The answer is whole.

    `stop_reason` is the provider's word (`end_turn`, `max_tokens`, `refusal`, …), or `exit` for a
    program that ended with code 0.
    """

    stop_reason: str


BackendEvent = (
    Started | Alive | Text | Thinking | ToolCalled | ToolReturned | UsageReported | Finished
)


class Backend(Protocol):
    """One way to run a specialist."""

    @property
    def name(self) -> str:
        """The word that plans, flags and events use."""

    @property
    def slots(self) -> int | None:
        """How many assignments it can serve at once; `None` for no limit of its own."""

    @property
    def idle_timeout(self) -> float | None:
        """Seconds of silence after which it counts as dead; `None` where silence is normal."""

    def stream(self, assignment: Assignment) -> AsyncIterator[BackendEvent]:
        """Work on the assignment.

        Raises:
            BackendError: from the iterator, when the attempt failed.
        """

    async def close(self) -> None:
        """Give back what is held (connections, processes). Safe to call twice."""
