"""AgentProgramBackend: a well-known agent program as a specialist.

A preset says how the program is called and how its output is read; `program`
runs it and ends it. Such a program has tools, permissions and retries of its
own: the ToolBox is not used. This module never judges an answer, and never
changes what the program may do beyond what the agent file says.
"""

import asyncio
import contextlib
import os
import tempfile
from collections.abc import AsyncIterator, Mapping

from orchtui.engine.backends import program_trouble
from orchtui.engine.backends.agent_reading import LineReading, PlainReading, Reading
from orchtui.engine.backends.base import (
    NO_TOOLS,
    Alive,
    Assignment,
    BackendEvent,
    Started,
    ToolBox,
)
from orchtui.engine.backends.child_environment import ChildEnvironment
from orchtui.engine.backends.preset_calls import Call
from orchtui.engine.backends.presets import Preset
from orchtui.engine.backends.program import Program
from orchtui.engine.backends.program_keys import keys_of
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line


class AgentProgramBackend:
    """Runs a preset's program and turns what it prints into events.

    Where the assignment has a `command`, that takes the place of the program's name, and its
    arguments come before the preset's own.

    Args:
        preset: The program.
        environment: What of it is handed on to the program; its PATH is where that is looked for.
        grace: Seconds between SIGTERM and SIGKILL.
        linger: Seconds to wait for more output when the program has ended but a child that it
            left behind holds its output open.
        tick: Seconds of silence after which a program whose tool runs counts as alive, and one
            that has said its last word is ended.
    """

    slots: int | None = None
    processes_each = 16

    def __init__(
        self,
        preset: Preset,
        environment: Mapping[str, str] | ChildEnvironment,
        *,
        grace: float = 0.5,
        linger: float = 1.0,
        tick: float = 30.0,
    ) -> None:
        self.name = preset.name
        self.idle_timeout = preset.idle_timeout
        self._preset = preset
        self._environment = ChildEnvironment.of(environment)
        self._grace = grace
        self._linger = linger
        self._tick = tick
        self._programs: set[Program] = set()

    async def stream(
        self, assignment: Assignment, toolbox: ToolBox = NO_TOOLS
    ) -> AsyncIterator[BackendEvent]:
        """Run the program to its end.

        Raises:
            BackendError: when it can not be started, when it says that it failed, when it ends
                without saying that it finished, or prints more than an answer may be long.
        """
        call = self._preset.call(assignment)
        keys = keys_of(self._preset.program, self._environment)
        with program_trouble.missed_told(self._environment, keys, assignment.env):
            async with _text_file(call.file_text) as path:
                options = (f"{call.file_option}={path}",) if path else ()
                program = await self._start(assignment, call, options, keys)
                reading = self._reading(assignment)
                try:
                    yield Started()
                    while True:
                        piece = await self._next(program)
                        if piece is None and reading.finished:
                            break
                        elif piece is None:
                            if reading.busy:
                                yield Alive()
                        elif piece:
                            for event in reading.feed(piece):
                                yield event
                        else:
                            break
                    for event in reading.rest():
                        yield event
                    code = await self._exit_code(program, reading)
                finally:
                    await program.end()
                    self._programs.discard(program)
            finished = reading.finish(code, program.tail)
        yield finished

    async def close(self) -> None:
        """End every program that still runs."""
        await asyncio.gather(*(program.end() for program in list(self._programs)))

    async def _start(
        self,
        assignment: Assignment,
        call: Call,
        options: tuple[str, ...],
        keys: tuple[str, ...],
    ) -> Program:
        command = assignment.command or (self._preset.program,)
        environment = self._environment.for_child(keys, assignment.env)
        try:
            program = await Program.start(
                [*command, *call.arguments, *options],
                folder=assignment.folder,
                environment={**environment, **call.environment},
                standard_input=call.standard_input.encode(errors="replace"),
                grace=self._grace,
                linger=self._linger,
            )
        except (OSError, ValueError) as error:
            hint = "" if assignment.command else self._preset.install
            raise program_trouble.refusal(command[0], assignment.folder, error, hint) from error
        self._programs.add(program)
        return program

    def _reading(self, assignment: Assignment) -> Reading:
        command = assignment.command or (self._preset.program,)
        name = clean_line(command[0], 100)
        if self._preset.output is None:
            return PlainReading(name, self._preset.login)
        return LineReading(name, self._preset.output(name), self._preset.login)

    async def _next(self, program: Program) -> bytes | None:
        """The next piece of output; `None` when there was none for a while, nothing at the end."""
        try:
            async with asyncio.timeout(self._tick):
                return await program.read()
        except TimeoutError:
            return None

    async def _exit_code(self, program: Program, reading: Reading) -> int:
        """How the program ended; 0 when it said that it finished and then did not leave."""
        if not reading.finished:
            return await program.exit_code()
        try:
            async with asyncio.timeout(self._tick):
                return await program.exit_code()
        except TimeoutError:
            return 0


@contextlib.asynccontextmanager
async def _text_file(text: str) -> AsyncIterator[str | None]:
    """A file with this text that only this user can read; `None` where there is no text."""
    if not text:
        yield None
        return
    writing = asyncio.ensure_future(asyncio.to_thread(_write, text))
    try:
        path = await asyncio.shield(writing)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):
            _remove(await writing)
        raise
    except OSError as error:
        why = clean_line(error.strerror or str(error))
        raise BackendError(
            "command", f"the instructions could not be handed over in a file: {why}"
        ) from error
    try:
        yield path
    finally:
        _remove(path)


def _write(text: str) -> str:
    number, path = tempfile.mkstemp(prefix="orchtui-", suffix=".md")
    try:
        with open(number, "wb") as file:
            file.write(text.encode(errors="replace"))
    except OSError:
        _remove(path)
        raise
    return path


def _remove(path: str) -> None:
    # On the loop: a moment's work, and it must not be lost when the task is cancelled once more.
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)
