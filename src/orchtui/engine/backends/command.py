"""CommandBackend: any program as a specialist, its standard output as the answer.

The program is an argument list, never a shell line, and runs in the project
folder; `program` runs it and ends it. This module never judges what a program
prints, only how much, and never limits how long it runs.
"""

import asyncio
import codecs
import os
import re
from collections.abc import AsyncIterator, Mapping

from orchtui.engine.backends import program_trouble
from orchtui.engine.backends.base import (
    NO_TOOLS,
    Assignment,
    BackendEvent,
    Finished,
    Started,
    Text,
    ToolBox,
)
from orchtui.engine.backends.child_environment import ChildEnvironment
from orchtui.engine.backends.program import Program
from orchtui.engine.backends.program_keys import keys_of
from orchtui.engine.errors import BackendError

_PLACEHOLDER = re.compile(r"\{(prompt|system)\}")


class CommandBackend:
    """Runs `assignment.command` and streams what it prints.

    `{prompt}` and `{system}` in an argument after the program's name are replaced. Without
    `{prompt}` the prompt comes on standard input, which is then closed.

    Args:
        environment: What of it is handed on to programs; the parent's own when not given.
        grace: Seconds between SIGTERM and SIGKILL.
        linger: Seconds to wait for more output when the program has ended but a child that it
            left behind holds its output open.
    """

    name = "command"
    slots: int | None = None
    processes_each = 2
    idle_timeout: float | None = None

    def __init__(
        self,
        environment: Mapping[str, str] | ChildEnvironment | None = None,
        *,
        grace: float = 0.5,
        linger: float = 1.0,
    ) -> None:
        given = os.environ if environment is None else environment
        self._environment = ChildEnvironment.of(given)
        self._grace = grace
        self._linger = linger
        self._programs: set[Program] = set()

    async def stream(
        self, assignment: Assignment, toolbox: ToolBox = NO_TOOLS
    ) -> AsyncIterator[BackendEvent]:
        """Run the program to its end.

        Raises:
            BackendError: of kind `command`, when it can not be started, does not end with 0, or
                prints more than an answer may be long.
        """
        program = await self._start(assignment)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        try:
            yield Started()
            printed = 0
            while piece := await program.read():
                printed += len(piece)
                if printed > program_trouble.TEXT_LIMIT:
                    raise program_trouble.too_much(assignment.command[0])
                if text := decoder.decode(piece):
                    yield Text(text)
            if text := decoder.decode(b"", final=True):
                yield Text(text)
            code = await program.exit_code()
        finally:
            await program.end()
            self._programs.discard(program)
        if code:
            told = program_trouble.ended_badly(assignment.command[0], code, program.tail)
            kept = self._environment.kept_from(self._keys(assignment), assignment.env)
            raise BackendError("command", told + program_trouble.missed(kept, program.tail))
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
                environment=self._environment.for_child(self._keys(assignment), assignment.env),
                standard_input=standard_input,
                grace=self._grace,
                linger=self._linger,
            )
        except (OSError, ValueError) as error:
            raise program_trouble.refusal(
                assignment.command[0], assignment.folder, error
            ) from error
        self._programs.add(program)
        return program

    def _keys(self, assignment: Assignment) -> tuple[str, ...]:
        return keys_of(assignment.command[0], self._environment)


def _arguments(assignment: Assignment) -> tuple[list[str], bytes]:
    """The argument list, and what goes to standard input."""
    values = {"prompt": assignment.whole_prompt, "system": assignment.system}
    program, *templates = assignment.command
    filled = [_PLACEHOLDER.sub(lambda m: values[m.group(1)], text) for text in templates]
    in_arguments = any("{prompt}" in text for text in templates)
    return [program, *filled], b"" if in_arguments else assignment.whole_prompt.encode(
        errors="replace"
    )
