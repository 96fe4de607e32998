"""Program: one running program with its whole process group, for the command backend.

It has a session of its own, so that it has no hold on the terminal, and its
output is taken only as fast as it is read. A child that opens a session of its
own is found by the mark in its environment, see `strays`. This module never
judges what a program prints or how it ended.

It uses `loop.subprocess_exec` with a protocol of its own rather than
`asyncio.create_subprocess_exec`: the latter's `wait()` does not return while a
child of the program holds a pipe open (python/cpython issue 119710, still so
in Python 3.11), and it needs a task for each pipe.
"""

import asyncio
import contextlib
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from subprocess import DEVNULL, PIPE
from typing import Self

from orchtui.engine.backends.strays import HOUSEHOLD, collect_group, marked
from orchtui.engine.text import clean

STDIN, STDOUT, STDERR = 0, 1, 2

_PIECES_BYTES = 64 * 1024
"""Standard output that may wait to be read; with more the program itself is made to wait."""
_TAIL_BYTES = 8 * 1024
_TAIL_CHARACTERS = 2000
_TAIL_LINES = 10
_AFTERMATH_BYTES = 2 * 1024 * 1024
"""Output taken after the program's end: what can still be in a pipe (at most 1 MiB on Linux, by
default), but not the endless output of a child that it left behind."""
_REAP_S = 5.0
"""Longest wait for the kernel after SIGKILL; only a program of another user can take longer."""
_STEP_S = 0.01
"""Between two looks whether the group is gone."""


class Program(asyncio.SubprocessProtocol):
    """A program as the loop runs it; `start` gives one that runs.

    Args:
        grace: Seconds between SIGTERM and SIGKILL.
        linger: Seconds to wait for more output when the program has ended but a child that it
            left behind holds its output open.
    """

    def __init__(self, grace: float, linger: float) -> None:
        self._grace = grace
        self._linger = linger
        self._pieces: deque[bytes] = deque()
        self._waiting = 0
        self._open = {STDOUT, STDERR}
        self._errors = bytearray()
        self._errors_cut = False
        self._news = asyncio.Event()
        self._exited = asyncio.Event()
        self._closed = asyncio.Event()
        self._patience = linger
        self._aftermath = 0
        self._discarding = False
        self._ending: asyncio.Task[None] | None = None
        self._mark = ""
        """In its environment, and in that of all that it starts."""

    # What the loop tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport
        HOUSEHOLD.add(transport.get_pid())

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == STDERR:
            self._errors_cut |= len(self._errors) + len(data) > _TAIL_BYTES
            self._errors += data[-_TAIL_BYTES:]
            del self._errors[:-_TAIL_BYTES]
        elif not self._discarding:
            self._pieces.append(data)
            self._waiting += len(data)
            if self._waiting >= _PIECES_BYTES:
                self._output_pipe().pause_reading()
            if self._exited.is_set():
                self._aftermath += len(data)
            self._news.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        # A closed standard input is no failure: a program need not read what it is given.
        self._open.discard(fd)
        self._news.set()

    def process_exited(self) -> None:
        self._exited.set()
        self._news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed.set()

    # What the owner asks

    @classmethod
    async def start(
        cls,
        arguments: Sequence[str],
        *,
        folder: str,
        environment: Mapping[str, str],
        standard_input: bytes | None,
        grace: float,
        linger: float,
    ) -> Self:
        """Start a program in a session and process group of its own.

        Args:
            arguments: Program and arguments.
            folder: Where it runs.
            environment: All of it.
            standard_input: All that it is given; `None` leaves its standard input open.
            grace: As for the class.
            linger: As for the class.

        Raises:
            OSError, ValueError: when the system refuses to start it.
        """
        program = cls(grace, linger)
        given, program._mark = marked(environment)
        starting = asyncio.ensure_future(
            asyncio.get_running_loop().subprocess_exec(
                lambda: program,
                *arguments,
                stdin=DEVNULL if standard_input == b"" else PIPE,
                stdout=PIPE,
                stderr=PIPE,
                cwd=folder,
                env=given,
                start_new_session=True,
            )
        )
        with HOUSEHOLD.starting():
            try:
                await asyncio.shield(starting)
            except asyncio.CancelledError:
                # Cancelled half-way the loop would end the program alone, and not what it started.
                with contextlib.suppress(OSError, ValueError):
                    await starting
                    await program.end()
                raise
        if standard_input:
            pipe = program._input_pipe()
            pipe.write(standard_input)
            pipe.write_eof()
        return program

    @property
    def tail(self) -> str:
        """The last lines of standard error, cleaned."""
        text = self._errors.decode("utf-8", "replace")
        if self._errors_cut:
            text = text.partition("\n")[2] or text
        lines = [line.rstrip() for line in clean(text).strip().split("\n")]
        return "\n".join(lines[-_TAIL_LINES:])[-_TAIL_CHARACTERS:]

    async def read(self) -> bytes:
        """The next piece of standard output; nothing at its end."""
        while not self._pieces and self._open and self._aftermath <= _AFTERMATH_BYTES:
            self._news.clear()
            if not self._exited.is_set():
                await self._news.wait()
            elif not await self._more():
                break
        if not self._pieces:
            return b""
        piece = self._pieces.popleft()
        self._waiting -= len(piece)
        if self._waiting < _PIECES_BYTES:
            self._output_pipe().resume_reading()
        return piece

    async def _more(self) -> bool:
        """Wait for news after the program's end; False when there was enough waiting."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                await self._news.wait()
        self._patience -= loop.time() - started
        return self._patience > 0

    async def exit_code(self) -> int:
        """Wait for the program's end; a signal's number is negative."""
        await self._exited.wait()
        code = self._transport.get_returncode()
        assert code is not None
        return code

    async def end(self) -> None:
        """End the program and all of its group. Safe to call again, also at the same time."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())
        # Shielded: who is cancelled while waiting here leaves; the program ends all the same.
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        self._discarding = True  # a program that prints while it ends must not block
        self._output_pipe().resume_reading()
        try:
            if self._signal(signal.SIGTERM):
                await self._group_gone()
        finally:
            self._signal(signal.SIGKILL)
            try:
                await _within(_REAP_S, self._exited)
            finally:
                self._close()
        await HOUSEHOLD.end(self._mark, self._grace)
        HOUSEHOLD.forget(self._transport.get_pid())
        await _within(_REAP_S, self._closed)

    def _signal(self, number: int) -> bool:
        """Send a signal to the whole group; False when nothing of it is left.

        The group's number is the program's process id. The kernel does not give it away again
        while anything of the group lives; afterwards it could, but hands out all others first.
        """
        try:
            os.killpg(self._transport.get_pid(), number)
        except (ProcessLookupError, PermissionError):  # EPERM: only zombies left (macOS), or sudo
            return False
        return True

    async def _group_gone(self) -> None:
        """Wait for the end of the whole group, at most for the grace time."""
        # Asks again and again: the kernel tells of the end of a child, not of a grandchild's.
        for _ in range(max(1, round(self._grace / _STEP_S))):
            await asyncio.sleep(_STEP_S)
            if self._exited.is_set():
                collect_group(self._transport.get_pid())
            if not self._signal(0):
                break

    def _close(self) -> None:
        if self._transport.get_pipe_transport(STDIN) is not None:
            pipe = self._input_pipe()
            if pipe.get_write_buffer_size():
                pipe.abort()  # a plain close would wait until somebody reads the rest
        with contextlib.suppress(PermissionError):
            self._transport.close()

    def _input_pipe(self) -> asyncio.WriteTransport:
        pipe = self._transport.get_pipe_transport(STDIN)
        assert isinstance(pipe, asyncio.WriteTransport)
        return pipe

    def _output_pipe(self) -> asyncio.ReadTransport:
        pipe = self._transport.get_pipe_transport(STDOUT)
        assert isinstance(pipe, asyncio.ReadTransport)
        return pipe


async def _within(seconds: float, event: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
