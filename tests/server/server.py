"""MessagesServer: chooses a reply for each request, plays it, and remembers what it saw."""

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from aiohttp import web

from tests.server.output_config import why_not
from tests.server.replies import Drop, Head, Pause, Reply, Send, Stall, answer, error


@dataclass(frozen=True)
class Received:
    """One request to `/v1/messages`."""

    headers: dict[str, str]
    """By lower-case name."""
    body: dict[str, Any]

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return str(self.body.get("model", ""))

    @property
    def prompt(self) -> str:
        """The text of the last message."""
        content = self.body["messages"][-1]["content"]
        if isinstance(content, str):
            return content
        return "".join(part.get("text", "") for part in content)


Script = Callable[[Received], Reply]


def echo_model(received: Received) -> Reply:
    """A short good answer by the model that was asked for."""
    return answer(model=received.model)


class MessagesServer:
    """The server, as an async context manager.

    A request is answered by the first of: the replies set with `on` for a part of its prompt,
    the replies queued with `then`, the script.

    Args:
        script: A reply for all other requests, or a function that makes it.
        port: The TCP port; 0 takes a free one.
    """

    def __init__(self, script: Reply | Script = echo_model, *, port: int = 0) -> None:
        self._script = script
        self._port = port
        self._by_prompt: dict[str, list[Reply]] = {}
        self._queue: list[Reply] = []
        self._changed = asyncio.Condition()
        self.requests: list[Received] = []
        """In the order in which they came."""
        self.open = 0
        """Replies that are being played now."""
        self.most_open = 0
        """The most that ever were at the same time."""
        self.disconnects = 0
        """Clients that left before their reply's end."""
        self.connections: set[tuple[str, int]] = set()
        """The clients' addresses, one for each TCP connection."""

    def on(self, part: str, *replies: Reply) -> None:
        """Answer prompts that contain `part` with these, in order; the last one again and again."""
        self._by_prompt[part] = list(replies)

    def then(self, *replies: Reply) -> None:
        """Answer the next requests with these, one each."""
        self._queue += replies

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    @property
    def url(self) -> str:
        """The base URL, as the SDK wants it."""
        return f"http://127.0.0.1:{self._port}"

    async def wait_until(self, condition: Callable[["MessagesServer"], bool]) -> None:
        """Return when the condition holds; looked at whenever a reply begins or ends."""
        async with self._changed:
            await self._changed.wait_for(lambda: condition(self))

    async def __aenter__(self) -> "MessagesServer":
        app = web.Application(client_max_size=256 * 2**20)
        app.router.add_post("/v1/messages", self._messages)
        app.router.add_route("*", "/{path:.*}", self._elsewhere)
        self._runner = web.AppRunner(
            app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, backlog=2048)
        await site.start()
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    async def _elsewhere(self, request: web.Request) -> web.StreamResponse:
        return await _Player(request).play(error(404, f"no such path: {request.path}"))

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        try:
            body = json.loads(await request.read())
        except ValueError as wrong:
            return await _Player(request).play(error(400, f"not JSON: {wrong}"))
        received = Received({name.lower(): value for name, value in request.headers.items()}, body)
        if peer := request.transport and request.transport.get_extra_info("peername"):
            self.connections.add(peer)
        self.requests.append(received)
        await self._count(1)
        try:
            if why := why_not(body):
                return await _Player(request).play(error(400, why))
            return await _Player(request).play(self._choose(received))
        except (ConnectionError, asyncio.CancelledError):
            self.disconnects += 1
            raise
        finally:
            await asyncio.shield(self._count(-1))

    async def _count(self, change: int) -> None:
        self.open += change
        self.most_open = max(self.most_open, self.open)
        async with self._changed:
            self._changed.notify_all()

    def _choose(self, received: Received) -> Reply:
        for part, replies in self._by_prompt.items():
            if part in received.prompt:
                return replies.pop(0) if len(replies) > 1 else replies[0]
        if self._queue:
            return self._queue.pop(0)
        return self._script(received) if callable(self._script) else self._script


class _Player:
    """Plays one reply on one connection."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response = web.StreamResponse()

    async def play(self, reply: Reply) -> web.StreamResponse:
        """Play all steps.

        Raises:
            ConnectionError: when the client has left.
        """
        clock = asyncio.get_running_loop().time
        due = clock()
        for step in reply:
            match step:
                case Head(status, headers):
                    self._response = web.StreamResponse(status=status, headers=headers)
                    await self._response.prepare(self._request)
                case Send(data):
                    await self._response.write(data)
                case Pause(seconds):
                    due += seconds
                    await asyncio.sleep(max(0.0, due - clock()))
                case Stall():
                    await asyncio.Event().wait()
                case Drop(reset):
                    self._drop(reset)
                    return self._response
        await self._response.write_eof()
        return self._response

    def _drop(self, reset: bool) -> None:
        transport = self._request.transport
        if transport is None:
            return
        if reset and (connection := transport.get_extra_info("socket")):
            # Closing with a linger time of 0 sends RST instead of FIN.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.close()
