"""The wire to an ACP agent: its process, and the messages between lines and objects.

The library's own connection starts a task for each message and logs what it can
not read, so nothing odd may reach it: `AgentWire` hands it well-formed requests
and answers only, and as few requests at once as the agent has a right to expect.
Updates go straight to whoever listens, in their order. While that one has no
room, nothing is read, and the agent itself is made to wait. This module never
knows what a message means.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from orchtui.engine.backends.program import Program

LINE_BYTES = 16 * 1024 * 1024
"""Longest message; agents send whole files in the differences that they show."""
STRAY_LINES = 50
"""Lines that are no message and are passed over: some programs greet on standard output."""
_REQUESTS = 16
"""The agent's requests that may be open at once; with more it is made to wait."""
_ID_CHARACTERS = 200


class WireError(Exception):
    """The agent sends what can not be read; the message says what, for a person."""


class AgentProgram(Program):
    """A Program whose standard input stays open."""

    @property
    def over(self) -> bool:
        """Whether the agent itself has ended."""
        return self._exited.is_set()

    async def write(self, data: bytes) -> bool:
        """Send to standard input, as fast as it is read; False when nobody can read it."""
        given = self._input
        if self.over or given is None or given.closed:
            return False
        given.write(data)
        await given.room()
        return True


class AgentWire:
    """A transport for the library's connection, over the agent's standard input and output.

    Args:
        program: The agent.
        room: Waits until whoever listens can take more.
        update: Takes what an update says, and the bytes that it came in.
        broken: Is told, once, what the agent sent that can not be read.
    """

    def __init__(
        self,
        program: AgentProgram,
        *,
        room: Callable[[], Awaitable[None]],
        update: Callable[[Any, int], None],
        broken: Callable[[WireError], None],
    ) -> None:
        self._program = program
        self._room = room
        self._update = update
        self._broken = broken
        self._buffer = bytearray()
        self._searched = 0
        self._strays = 0
        self._requests = 0
        self._answered = asyncio.Event()
        self._draining = False
        self.first_stray = b""
        """The beginning of the first line that was no message."""

    def drain(self) -> None:
        """From now on only answers to own requests count; all else is read and dropped."""
        self._draining = True
        self._answered.set()

    async def send(self, message: dict[str, Any]) -> None:
        """Send a message.

        Raises:
            ConnectionError: for a request when the agent is gone; its own get no answer then.
        """
        sent = await self._program.write(json.dumps(message).encode() + b"\n")
        if "method" not in message:
            self._requests -= 1
            self._answered.set()
        elif not sent:
            raise ConnectionError("the agent is gone")

    async def receive(self) -> dict[str, Any] | None:
        """The next request or answer; `None` when there will be no more."""
        try:
            while True:
                await self._patience()
                line = await self._line()
                if line is None:
                    return None
                if line.strip() and (message := self._read(line)) is not None:
                    return message
        except WireError as error:
            self._broken(error)
            return None

    async def close(self) -> None:
        """The program is its owner's to end."""

    async def _patience(self) -> None:
        """Wait until there is room for one more message of any kind."""
        while self._requests >= _REQUESTS and not self._draining:
            self._answered.clear()
            await self._answered.wait()
        if not self._draining:
            await self._room()

    async def _line(self) -> bytes | None:
        while True:
            end = self._buffer.find(b"\n", self._searched)
            if end >= 0:
                line = bytes(self._buffer[:end])
                del self._buffer[: end + 1]
                self._searched = 0
                return line
            self._searched = len(self._buffer)
            if self._searched > LINE_BYTES:
                raise WireError(f"it sent a line of more than {LINE_BYTES // 2**20} MiB")
            piece = await self._program.read()
            if not piece:
                rest, self._buffer, self._searched = bytes(self._buffer), bytearray(), 0
                return rest or None
            self._buffer += piece

    def _read(self, line: bytes) -> dict[str, Any] | None:
        """A message for the connection; `None` for one that is dealt with here."""
        message: dict[str, Any] = _decoded(line)
        if not _well_formed(message):
            self._stray(line)
            return None
        if "method" not in message:
            return message
        if self._draining:
            return None
        if "id" in message:
            self._requests += 1
            return message
        self._update(
            message.get("params") if message["method"] == "session/update" else None, len(line)
        )
        return None

    def _stray(self, line: bytes) -> None:
        self._strays += 1
        self.first_stray = self.first_stray or line[:400]
        if self._strays > STRAY_LINES:
            raise WireError(f"it sent more than {STRAY_LINES} lines that are no messages")


def _decoded(line: bytes) -> Any:
    """What stands in the line; `None` when that is no JSON."""
    try:
        return msgspec.json.decode(line)
    except (ValueError, RecursionError):
        pass
    try:
        # Half a character, as JavaScript cuts them, is no reason to lose a message.
        whole = json.dumps(json.loads(line), ensure_ascii=False).encode("utf-8", "replace")
        return msgspec.json.decode(whole)
    except (ValueError, RecursionError):
        return None


def _well_formed(message: Any) -> bool:
    """Whether the library's connection can take it without falling over."""
    if not isinstance(message, dict):
        return False
    number = message.get("id")
    if isinstance(number, bool) or not isinstance(number, int | str | None):
        return False
    if isinstance(number, str) and len(number) > _ID_CHARACTERS:
        return False
    if "method" in message:
        return isinstance(message["method"], str)
    if "id" not in message:
        return False
    return "result" in message or isinstance(message.get("error"), dict)
