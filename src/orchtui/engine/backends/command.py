"""CommandBackend: any program as a specialist, its standard output as the answer.

The program is an argument list, never a shell line, and runs in the project
folder; `program` runs it and ends it. This module never judges what a program
prints, and never limits how long it runs.
"""

import asyncio
import codecs
import errno
import os
import re
import signal
from collections.abc import AsyncIterator, Mapping

from orchtui.engine.backends.base import (
    NO_TOOLS,
    Assignment,
    BackendEvent,
    Finished,
    Started,
    Text,
    ToolBox,
)
from orchtui.engine.backends.program import Program
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

_PLACEHOLDER = re.compile(r"\{(prompt|system)\}")


class CommandBackend:
    """Runs `assignment.command` and streams what it prints.

    `{prompt}` and `{system}` in an argument after the program's name are replaced. Without
    `{prompt}` the prompt comes on standard input, which is then closed.

    Args:
        environment: The program's environment; the parent's own when not given.
        grace: Seconds between SIGTERM and SIGKILL.
        linger: Seconds to wait for more output when the program has ended but a child that it
            left behind holds its output open.
    """

    name = "command"
    slots: int | None = None
    idle_timeout: float | None = None

    def __init__(
        self,
        environment: Mapping[str, str] | None = None,
        *,
        grace: float = 0.5,
        linger: float = 1.0,
    ) -> None:
        self._environment = None if environment is None else dict(environment)
        self._grace = grace
        self._linger = linger
        self._programs: set[Program] = set()

    async def stream(
        self, assignment: Assignment, toolbox: ToolBox = NO_TOOLS
    ) -> AsyncIterator[BackendEvent]:
        """Run the program to its end.

        Raises:
            BackendError: of kind `command`, when it can not be started or does not end with 0.
        """
        program = await self._start(assignment)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        try:
            yield Started()
            while piece := await program.read():
                if text := decoder.decode(piece):
                    yield Text(text)
            if text := decoder.decode(b"", final=True):
                yield Text(text)
            code = await program.exit_code()
        finally:
            await program.end()
            self._programs.discard(program)
        if code:
            raise BackendError("command", _failure(assignment.command[0], code, program.tail))
        yield Finished("exit")

    async def close(self) -> None:
        """End every program that still runs."""
        await asyncio.gather(*(program.end() for program in list(self._programs)))

    async def _start(self, assignment: Assignment) -> Program:
        if not assignment.command:
            raise BackendError("command", f"task '{assignment.task}' names no program to run")
        arguments, standard_input = _arguments(assignment)
        try:
            program = await Program.start(
                arguments,
                folder=assignment.folder,
                environment=self._environment,
                standard_input=standard_input,
                grace=self._grace,
                linger=self._linger,
            )
        except (OSError, ValueError) as error:
            raise BackendError("command", _refusal(assignment, error)) from error
        self._programs.add(program)
        return program


def _arguments(assignment: Assignment) -> tuple[list[str], bytes]:
    """The argument list, and what goes to standard input."""
    values = {"prompt": assignment.whole_prompt, "system": assignment.system}
    program, *templates = assignment.command
    filled = [_PLACEHOLDER.sub(lambda m: values[m.group(1)], text) for text in templates]
    in_arguments = any("{prompt}" in text for text in templates)
    return [program, *filled], b"" if in_arguments else assignment.whole_prompt.encode(
        errors="replace"
    )


def _refusal(assignment: Assignment, error: OSError | ValueError) -> str:
    """Why the program could not be started, and what to do about it."""
    program = clean_line(assignment.command[0], 100)
    if isinstance(error, OSError) and error.filename == assignment.folder:
        folder = clean_line(assignment.folder)
        return f"'{program}' can not run in the folder '{folder}': {error.strerror}"
    if isinstance(error, FileNotFoundError):
        if os.path.isfile(os.path.join(assignment.folder, assignment.command[0])):
            return f"'{program}' can not run: the interpreter in its first line was not found"
        return f"the program '{program}' was not found; is it installed and on the PATH?"
    if isinstance(error, PermissionError):
        return f"'{program}' may not be executed; is it a program (chmod +x)?"
    if isinstance(error, OSError) and error.errno == errno.E2BIG:
        return (
            f"the arguments of '{program}' are too long for this system; leave {{prompt}} out of "
            f"the command, and the prompt comes on standard input"
        )
    why = error.strerror if isinstance(error, OSError) else str(error)
    return f"'{program}' can not run: {clean_line(why or str(error))}"


def _failure(command: str, code: int, tail: str) -> str:
    """How the program ended, with its last words."""
    program = clean_line(command, 100)
    ended = f"ended with exit code {code}" if code > 0 else f"was ended by {_signal_name(-code)}"
    said = f"; the end of its standard error:\n{tail}" if tail else "; it said nothing about why"
    return f"'{program}' {ended}{said}"


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time signals have no names
        return f"signal {number}"
