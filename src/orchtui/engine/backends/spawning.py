"""Spawner: programs are started in a few threads, so that the event loop goes on meanwhile.

Starting one takes as long as the kernel needs to lay the new program out, and a
thread waits for that; the loop starts hundreds at once otherwise, and moves
nothing else. A few threads serve all; there is never one for each program. This
module never reads what a program prints and never waits for its end.
"""

import asyncio
import errno
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchtui.engine.backends import system_spawn
from orchtui.engine.backends.machine_limits import LIMIT

THREADS = 4
"""More than there are processors, on a small machine: a thread waits for most of the time until the
kernel has a turn for the new program. Above four the kernel's own locks are in the way."""


@dataclass(frozen=True, slots=True)
class Order:
    """A program to start, in a session and process group of its own."""

    arguments: Sequence[str]
    folder: str
    environment: Mapping[str, str]
    """All of it."""
    streams: tuple[int, int, int]
    """Descriptors for its standard input, output and error."""


_Asked = tuple[Order, asyncio.AbstractEventLoop, "asyncio.Future[int]"]
_Found = tuple["asyncio.Future[int]", int | BaseException]


class Spawner:
    """Takes orders from event loops.

    Args:
        threads: The most that are started; the first with the first order.
    """

    def __init__(self, threads: int = THREADS) -> None:
        self._most = threads
        self._asked: queue.SimpleQueue[_Asked] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._answers = Answers()
        self._open = 0
        """Orders that are not answered yet; touched by event loops alone."""

    @property
    def threads(self) -> int:
        """How many there are."""
        return len(self._threads)

    async def spawn(self, order: Order) -> int:
        """Start a program and give its process id.

        The order's streams are closed here, once the program has them or there will be none. Who
        is cancelled meanwhile need do nothing: the program is ended, if it is started at all.

        Raises:
            OSError, ValueError: when the system refuses to start it.
        """
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[int] = loop.create_future()
        self._open += 1
        try:
            try:
                if self.threads < min(self._open, self._most):
                    self._one_more()
            except OSError:
                close(order.streams)
                raise
            self._asked.put((order, loop, answer))
            return await answer
        finally:
            self._open -= 1

    def _one_more(self) -> None:
        # A daemon: nothing that it could lose at the end of orchtui is in its hands alone.
        thread = threading.Thread(target=self._work, name="spawner", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # this process may have no more of them
            if not self._threads:
                raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error
        else:
            self._threads.append(thread)

    def _work(self) -> None:
        while True:
            order, loop, answer = self._asked.get()
            try:
                try:
                    pid = spawn(order)
                finally:
                    # Not sooner: the number could be another file's by then.
                    close(order.streams)
                LIMIT.give_back(pid)
            except BaseException as error:  # whatever it is, who asked must hear of it
                self._answers.tell(loop, answer, error)
            else:
                self._answers.tell(loop, answer, pid)


def close(descriptors: Iterable[int]) -> None:
    """Close all of them: pipes and the like, where that takes no time."""
    library = system_spawn.c_library()
    shut = os.close if library is None else library.at_once.close
    for descriptor in descriptors:
        if shut(descriptor):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))


class Answers:
    """Brings to event loops what the threads have found: all of one moment in one trip."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[asyncio.AbstractEventLoop, list[_Found]] = {}
        """Under way to each loop."""

    def tell(
        self,
        loop: asyncio.AbstractEventLoop,
        answer: "asyncio.Future[int]",
        found: int | BaseException,
    ) -> None:
        """Answer from any thread. A program for a loop that is closed is ended."""
        with self._lock:
            under_way = self._found.setdefault(loop, [])
            under_way.append((answer, found))
            is_first = len(under_way) == 1
        try:
            if is_first:
                loop.call_soon_threadsafe(self._arrive, loop)
            elif loop.is_closed():
                raise RuntimeError("the trip was not made")
        except RuntimeError:
            for _, each in self._taken(loop):
                _unwanted(each)

    def _arrive(self, loop: asyncio.AbstractEventLoop) -> None:
        for answer, found in self._taken(loop):
            _answer(answer, found)

    def _taken(self, loop: asyncio.AbstractEventLoop) -> "list[_Found]":
        with self._lock:
            return self._found.pop(loop, [])


def _answer(answer: "asyncio.Future[int]", found: int | BaseException) -> None:
    if answer.done():
        _unwanted(found)
    elif isinstance(found, int):
        answer.set_result(found)
    else:
        answer.set_exception(found)


def _unwanted(found: int | BaseException) -> None:
    """End a program that nobody waits for any more."""
    if isinstance(found, int):
        os.killpg(found, signal.SIGKILL)
        os.waitpid(found, 0)


def spawn(order: Order) -> int:
    """Start a program and give its process id. Blocks until it runs.

    Raises:
        OSError, ValueError: when the system refuses to start it; of `subprocess`, whose errors
            tell a missing folder from a missing program.
    """
    if system_spawn.c_library() is not None and min(order.streams) > 2:
        try:
            return system_spawn.spawn(
                _found(order), order.arguments, order.folder, order.environment, order.streams
            )
        except (OSError, ValueError):
            pass  # what it is, `subprocess` tells best; what the library alone can not do, it does
    given, out, errors = order.streams
    started = subprocess.Popen(
        order.arguments,
        stdin=given,
        stdout=out,
        stderr=errors,
        cwd=order.folder,
        env=order.environment,
        start_new_session=True,
    )
    started.returncode = 0  # whoever gave the order waits for its end
    return started.pid


def _found(order: Order) -> str:
    """The program's file. Where nothing fits it is the name itself, which then is not found."""
    program = os.fspath(order.arguments[0])
    if "/" in program:
        return program
    return PLACES.find(program, order.folder, tuple(os.get_exec_path(order.environment)))


class Places:
    """Where programs were found on a PATH, for a moment: many of one name start together.

    One that is put before it in this moment is not seen, as if it had come a moment later. One that
    is gone can not be started, and then `subprocess` looks again.
    """

    def __init__(self, keep_s: float = 1.0) -> None:
        self._keep_s = keep_s
        self._found: dict[tuple[str, str, tuple[str, ...]], str] = {}
        self._until = 0.0

    def find(self, program: str, folder: str, path: tuple[str, ...]) -> str:
        """The file of a program.

        Args:
            program: Its name.
            folder: Where it will run; what is relative on the path begins there.
            path: Folders to look in.

        Raises:
            FileNotFoundError: when none of them has it.
        """
        now = time.monotonic()
        if now > self._until:
            self._found, self._until = {}, now + self._keep_s
        asked = (program, folder, path)
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = _looked_for(program, folder, path)
        return found


def _looked_for(program: str, folder: str, path: Iterable[str]) -> str:
    for each in path:
        file = os.path.join(each, program)
        if os.access(os.path.join(folder, file), os.X_OK):
            return file
    raise FileNotFoundError(program)


PLACES = Places()
SPAWNER = Spawner()
"""Of this process: as with its children, there is one set of them."""
