"""Reads an agent program's output to its end and says whether it was a good one.

`LineReading` is for programs that print a JSON object a line, `PlainReading`
for those whose output is the answer. Both keep within bounds whatever comes.
This module never runs a program.
"""

import codecs
from collections.abc import Iterator
from typing import Protocol

from orchtui.engine.backends import program_trouble
from orchtui.engine.backends.agent_output import Output, parse
from orchtui.engine.backends.base import Alive, BackendEvent, Finished, Text
from orchtui.engine.backends.program_lines import Lines
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean

_STRAY_BYTES = 2000
"""Kept of what a program prints that is not in its format."""


class Reading(Protocol):
    """One run's output."""

    @property
    def busy(self) -> bool:
        """Whether a tool runs, so that silence is normal."""

    @property
    def finished(self) -> bool:
        """Whether the program has said its last word."""

    def feed(self, piece: bytes) -> Iterator[BackendEvent]:
        """What a piece of the output says; at least a sign of life.

        Raises:
            BackendError: when it says that the work failed, or is too much.
        """

    def rest(self) -> Iterator[BackendEvent]:
        """What was held back until the end.

        Raises:
            BackendError: as `feed` does.
        """

    def finish(self, code: int, tail: str) -> Finished:
        """Judge the end.

        Args:
            code: The exit code; a signal's number is negative.
            tail: The end of standard error, cleaned.

        Raises:
            BackendError: when it was not a good one.
        """


class LineReading:
    """A JSON object a line.

    Args:
        program: The program's name, for messages.
        output: What reads its lines.
        login: What to do when it can not log in.
    """

    def __init__(self, program: str, output: Output, login: str) -> None:
        self._program = program
        self._output = output
        self._login = login
        self._lines = Lines()
        self._stray = bytearray()
        self._said = 0

    @property
    def busy(self) -> bool:
        return bool(self._output.tools)

    @property
    def finished(self) -> bool:
        return self._output.finished is not None

    def feed(self, piece: bytes) -> Iterator[BackendEvent]:
        yield from self._read(self._lines.feed(piece))
        yield Alive()

    def rest(self) -> Iterator[BackendEvent]:
        yield from self._read(self._lines.rest())

    def finish(self, code: int, tail: str) -> Finished:
        stray = clean(self._stray.decode("utf-8", "replace")).strip()
        said = tail or stray
        if code:
            raise _ended(self._program, code, said, self._login)
        if self._output.finished is None:
            left_out = self._lines.left_out
            why = f"; {left_out} of its lines were too long to read" if left_out else ""
            words = f"; it said:\n{said}" if said else ""
            raise BackendError(
                "command",
                f"'{self._program}' ended without saying that it finished{why}{words}",
            )
        return self._output.finished

    def _read(self, lines: list[bytes]) -> Iterator[BackendEvent]:
        for line in lines:
            value = parse(line)
            if value is None:
                self._stray += line[-_STRAY_BYTES:] + b"\n"
                del self._stray[:-_STRAY_BYTES]
                continue
            for event in self._output.read(value):
                if isinstance(event, Text):
                    self._said += len(event.text)
                    if self._said > program_trouble.TEXT_LIMIT:
                        raise program_trouble.too_much(self._program)
                yield event


class PlainReading:
    """All that the program prints is the answer.

    Args:
        program: The program's name, for messages.
        login: What to do when it can not log in.
    """

    busy = False
    finished = False

    def __init__(self, program: str, login: str) -> None:
        self._program = program
        self._login = login
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._said = 0

    def feed(self, piece: bytes) -> Iterator[BackendEvent]:
        self._said += len(piece)
        if self._said > program_trouble.TEXT_LIMIT:
            raise program_trouble.too_much(self._program)
        if text := self._decoder.decode(piece):
            yield Text(text)

    def rest(self) -> Iterator[BackendEvent]:
        if text := self._decoder.decode(b"", final=True):
            yield Text(text)

    def finish(self, code: int, tail: str) -> Finished:
        if code:
            raise _ended(self._program, code, tail, self._login)
        return Finished("end_turn")


def _ended(program: str, code: int, said: str, login: str) -> BackendError:
    message = program_trouble.ended_badly(program, code, said)
    kind = program_trouble.of_words(said) if code > 0 else None
    if kind == "auth":
        message = f"{message}\n{login}"
    return BackendError(kind or "command", message, retryable=kind in program_trouble.RETRYABLE)
