"""Program: one running program with its whole process group, for the command backend.

It has a session of its own, so that it has no hold on the terminal, and its
output is taken only as fast as it is read. A child that opens a session of its
own is found by the mark in its environment, see `strays`. This module never
judges what a program prints or how it ended.

It starts programs itself, see `spawning`, and not with asyncio: there each start holds up the
event loop, each program has a thread in Python 3.11 and a task for each pipe, and `wait()` does
not return while a child of the program holds a pipe open (python/cpython issue 119710).
"""

import asyncio
import contextlib
import errno
import os
import signal
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Self

from orchtui.engine.backends.program_exits import EXITS
from orchtui.engine.backends.program_pipes import InputPipe, OutputPipe
from orchtui.engine.backends.spawning import SPAWNER, Order, close
from orchtui.engine.backends.strays import HOUSEHOLD, collect_group, marked
from orchtui.engine.text import clean

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

_FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.ENOMEM})
"""No program can be started now, but later: no more files, processes or memory."""
_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 2.0
"""Between two tries to start a program for which there was no room."""


class Program:
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
        self._open = 2
        """Streams of output that have not come to their end."""
        self._errors = bytearray()
        self._errors_cut = False
        self._news = asyncio.Event()
        self._exited = asyncio.Event()
        self._code = 0
        self._exit_number = 0
        self._patience = linger
        self._aftermath = 0
        self._discarding = False
        self._ending: asyncio.Task[None] | None = None
        self._gone = False
        self._mark = ""
        """In its environment, and in that of all that it starts."""

    # What the loop tells

    def _started(self, pid: int, given: InputPipe | None, output: int, errors: int) -> None:
        self._pid = pid
        HOUSEHOLD.add(pid)
        self._input = given
        self._output = OutputPipe(output, self._printed, self._closed)
        self._error_output = OutputPipe(errors, self._complained, self._closed)
        EXITS.watch(pid, self._has_exited)

    def _complained(self, data: bytes) -> None:
        self._errors_cut |= len(self._errors) + len(data) > _TAIL_BYTES
        self._errors += data[-_TAIL_BYTES:]
        del self._errors[:-_TAIL_BYTES]

    def _printed(self, data: bytes) -> None:
        if self._discarding:
            return
        self._pieces.append(data)
        self._waiting += len(data)
        if self._waiting >= _PIECES_BYTES:
            self._output.pause()
        if self._exited.is_set():
            self._aftermath += len(data)
        self._news.set()

    def _closed(self) -> None:
        self._open -= 1
        self._news.set()

    def _has_exited(self, code: int) -> None:
        self._code = code
        self._exit_number = HOUSEHOLD.exited()
        self._exited.set()
        self._news.set()
        self._output.hurry()
        self._error_output.hurry()
        if self._input is not None:
            self._input.gone()

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
        pause = _PAUSE_S
        while True:
            program = cls(grace, linger)
            try:
                await program._begin(arguments, folder, environment, standard_input)
            except OSError as error:
                # Others that run will give back what there is too little of.
                if error.errno not in _FULL or not HOUSEHOLD.busy:
                    raise
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                return program

    async def _begin(
        self,
        arguments: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        standard_input: bytes | None,
    ) -> None:
        given, self._mark = marked(environment)
        starting = asyncio.ensure_future(self._start(arguments, folder, given, standard_input))
        with HOUSEHOLD.starting():
            try:
                await asyncio.shield(starting)
            except asyncio.CancelledError:
                # It may be there already, and may have started others.
                with contextlib.suppress(OSError, ValueError):
                    await starting
                    await self.end()
                raise

    async def _start(
        self,
        arguments: Sequence[str],
        folder: str,
        environment: Mapping[str, str],
        standard_input: bytes | None,
    ) -> None:
        ours: list[int] = []
        theirs: list[int] = []
        given: InputPipe | None = None
        try:
            if standard_input == b"":
                theirs.append(os.open(os.devnull, os.O_RDONLY))
            else:
                source, end = os.pipe()
                theirs.append(source)
                given = InputPipe(end)
            for _ in ("standard output", "standard error"):
                end, stream = os.pipe()
                ours.append(end)
                theirs.append(stream)
            if given is not None and standard_input:
                given.write(standard_input, last=True)
            order = Order(arguments, folder, environment, (theirs[0], theirs[1], theirs[2]))
            theirs.clear()  # they are the spawner's from here on
            pid = await SPAWNER.spawn(order)
        except BaseException:
            if given is not None:
                given.close()
            close((*ours, *theirs))
            raise
        output, errors = ours
        self._started(pid, given, output, errors)

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
            self._output.resume()
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
        return self._code

    async def end(self) -> None:
        """End the program and all of its group. Safe to call again, also at the same time."""
        if self._ending is None:
            if self._is_gone():
                return
            self._ending = asyncio.create_task(self._end())
        # Shielded: who is cancelled while waiting here leaves; the program ends all the same.
        await asyncio.shield(self._ending)

    def _is_gone(self) -> bool:
        """Whether nothing is left to end, as nearly always; then all is closed."""
        if not self._gone and self._exited.is_set() and not self._signal(signal.SIGTERM):
            self._gone = HOUSEHOLD.is_settled(self._exit_number)
            if self._gone:
                self._close()
                HOUSEHOLD.forget(self._pid)
        return self._gone

    async def _end(self) -> None:
        self._discarding = True  # a program that prints while it ends must not block
        self._output.resume()
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
        HOUSEHOLD.forget(self._pid)

    def _signal(self, number: int) -> bool:
        """Send a signal to the whole group; False when nothing of it is left.

        The group's number is the program's process id. The kernel does not give it away again
        while anything of the group lives; afterwards it could, but hands out all others first.
        """
        try:
            os.killpg(self._pid, number)
        except (ProcessLookupError, PermissionError):  # EPERM: only zombies left (macOS), or sudo
            return False
        return True

    async def _group_gone(self) -> None:
        """Wait for the end of the whole group, at most for the grace time."""
        # Asks again and again: the kernel tells of the end of a child, not of a grandchild's.
        for _ in range(max(1, round(self._grace / _STEP_S))):
            await asyncio.sleep(_STEP_S)
            if self._exited.is_set():
                collect_group(self._pid)
            if not self._signal(0):
                break

    def _close(self) -> None:
        self._discarding, self._open = True, 0
        self._output.close()
        self._error_output.close()
        if self._input is not None:
            self._input.close()
        self._news.set()


async def _within(seconds: float, event: asyncio.Event) -> None:
    if event.is_set():
        return
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
