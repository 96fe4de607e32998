"""The Backend protocol: the seam between the executor and the ways to run a specialist.

A backend is given plain data (an Assignment) and a ToolBox, and yields
BackendEvents until `Finished`. A stream that ends without `Finished` is a
failure. Closing the iterator, or cancelling the task that reads it, must end
the work. What went wrong is raised as `BackendError`. A backend turns the loop
of a model that uses tools; what a tool does, and what is allowed, is the
ToolBox's. This module never knows a concrete backend.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from orchtui.engine.agents.specialists import WebTool
from orchtui.engine.run_events.events import Usage

WishKind = Literal["read", "write", "run", "fetch", "other"]


class ToolSpec(msgspec.Struct, frozen=True):
    """A tool as a model is told of it."""

    name: str
    description: str
    schema: Mapping[str, Any]
    """JSON schema of its arguments: an object."""


class ToolAnswer(msgspec.Struct, frozen=True):
    """What a tool answered; where `ok` is false the text is an error that the model can act on."""

    ok: bool
    text: str


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a program with tools of its own asks to be allowed."""

    kind: WishKind
    paths: tuple[str, ...] = ()
    """The files that it is about, as the program names them."""
    what: str
    """In a few words, for a person."""


class ToolBox(Protocol):
    """The tools of one attempt, and the rules of its workspace."""

    @property
    def specs(self) -> Sequence[ToolSpec]:
        """The tools that the model is offered."""

    async def call(self, name: str, arguments: str) -> ToolAnswer:
        """Use a tool; whatever is wrong is in the answer and never raised.

        Args:
            name: As the model says it, known or not.
            arguments: JSON, or what the model made of it.
        """

    async def permit(self, wish: Wish) -> bool:
        """Whether a program may do what it asks for.

        The workspace's rules decide. What they leave open is asked when a person is at the screen;
        nobody there, or no answer within a minute, is a no.
        """


class NoTools:
    """A ToolBox without tools that allows nothing."""

    specs: Sequence[ToolSpec] = ()

    async def call(self, name: str, arguments: str) -> ToolAnswer:
        return ToolAnswer(False, f"there is no tool '{name}' here")

    async def permit(self, wish: Wish) -> bool:
        return False


NO_TOOLS = NoTools()


class Assignment(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt at one task, as plain data that could be sent to another machine."""

    task: str
    attempt: int
    """Counts from 1."""
    specialist: str
    system: str = ""
    """The specialist's own instructions."""
    prompt: str
    """The task's own words."""
    context: str = ""
    """The results that it builds on: often the same for several tasks, so that a provider's cache
    can serve it."""
    model: str | None = None
    """Alias or full id; `None` leaves the choice to the backend."""
    max_tokens: int
    """Of all turns together."""
    command: tuple[str, ...] = ()
    """Program and arguments, for the backends that run one."""
    env: tuple[str, ...] = ()
    """Names of variables that its program gets although they hold secrets."""
    folder: str
    """Absolute path of the folder to work in: the project's, or a worktree of it."""
    carried: bool = False
    """Whether what stands in that folder goes along to the machine where the work is done, and
    comes back. Only who has filled it for that says so."""
    writes: tuple[str, ...] = ()
    """What the task declares that it writes, where that folder is carried."""
    tools: tuple[str, ...] | None = None
    """As the agent file names them, for programs that have tools of their own; `None` where it
    says nothing."""
    disallowed_tools: tuple[str, ...] = ()
    """As the agent file names them."""
    web: tuple[WebTool, ...] = ()
    """The provider's own tools that this specialist may use."""
    permission_mode: str | None = None
    max_turns: int | None = None
    """Requests to the model in one attempt."""
    effort: str | None = None
    """How hard the model is to think: the provider's word."""
    runs_on: tuple[str, ...] = ()
    """Labels that the worker of a cluster has to have that does it."""
    schema: Mapping[str, Any] | None = None
    """JSON schema that the answer is to follow, where the server takes one; the answer of all
    others is text like any other."""

    @property
    def whole_prompt(self) -> str:
        """Prompt and context as one text, for those who take only one."""
        return "\n\n".join(part for part in (self.prompt.rstrip(), self.context) if part)


class Started(msgspec.Struct, frozen=True):
    """The other side has taken the work on; `model` is the one that really answers."""

    model: str | None = None


class Placed(msgspec.Struct, frozen=True):
    """The work has begun on a worker of a cluster, which is no answer of anybody yet."""

    worker: str
    """What it is called."""


class Queued(msgspec.Struct, frozen=True):
    """The work waits for room where it is to run, or no longer does: time that is not its own.

    Told again and again while it waits, as a sign of life.
    """

    waits: bool
    before: float = 0.0
    """Seconds for which it has waited when that is told first."""


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


class FileLeft(msgspec.Struct, frozen=True):
    """A file that a program wrote on another machine, and that does not come back from there."""

    path: str
    """From its folder; in a form that can be shown, where it is none that can be sent."""
    why: str
    """And what to do about it."""


class Finished(msgspec.Struct, frozen=True):
    """The answer is whole.

    `stop_reason` is the provider's word (`end_turn`, `max_tokens`, `refusal`, …), or `exit` for a
    program that ended with code 0.
    """

    stop_reason: str


class Meter(msgspec.Struct, frozen=True):
    """How much of something a server still gives, as it says itself."""

    limit: float
    """The most there can be."""
    left: float
    full_in: float
    """Seconds until all of it is there again."""


class Quota(msgspec.Struct, frozen=True):
    """What a server says of its limits, beside an answer; `None` where it says nothing."""

    requests: Meter | None = None
    tokens: Meter | None = None
    """Of those that requests send, or of all, whichever is nearer to its end."""


class Throttled(msgspec.Struct, frozen=True):
    """The server asked to come back later in the middle of the work, which is not lost by it."""

    message: str
    retry_after: float | None = None
    """Seconds that it asked for."""


BackendEvent = (
    Started
    | Placed
    | Queued
    | Alive
    | Text
    | Thinking
    | ToolCalled
    | ToolReturned
    | UsageReported
    | Quota
    | Throttled
    | FileLeft
    | Finished
)


@runtime_checkable
class Structured(Protocol):
    """A backend that says whether it sends the schema of an answer to its server."""

    @property
    def structured(self) -> bool:
        """Whether it does."""


@runtime_checkable
class RunsPrograms(Protocol):
    """A backend that starts a program for each attempt."""

    @property
    def processes_each(self) -> int:
        """Processes and threads that one of them takes, about."""


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

    def stream(
        self, assignment: Assignment, toolbox: ToolBox = NO_TOOLS
    ) -> AsyncIterator[BackendEvent]:
        """Work on the assignment.

        Args:
            assignment: What is to be done.
            toolbox: The tools that the model may use meanwhile.

        Raises:
            BackendError: from the iterator, when the attempt failed.
        """

    async def close(self) -> None:
        """Give back what is held (connections, processes). Safe to call twice."""
