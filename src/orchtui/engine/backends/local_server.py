"""LocalServer: the local model's process, as seen from the app: start, readiness, end.

The child is held by its standard input: closing that ends it, and the system
closes it when the app dies, however it dies. The key goes the same way, so
that it is never in an argument list or an environment. This module never
speaks to the model, and never starts a process a second time.
"""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from orchtui.engine.backends.program_trouble import how_it_ended
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean

_TAIL_BYTES = 8 * 1024
_TAIL_LINES = 8
_GRACE_S = 2.0
"""From the closing of its standard input until the child is killed."""


class LocalSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is told, in one line of JSON."""

    model: str
    """Path of the GGUF file."""
    name: str
    """What the server calls the model in its answers."""
    key: str
    """Only who knows it may ask."""
    slots: int
    """Answers at the same time."""
    context: int
    """Tokens of all slots together."""
    threads: int
    temperature: float | None = None
    """`None` leaves it to the server and the model's file."""


class _Ready(msgspec.Struct):
    url: str


def program() -> tuple[str, ...]:
    """The argument list that runs `local_process` with this Python.

    By its path and with `-P`, so that no file in the working folder can stand in for a module.
    """
    return (sys.executable, "-P", str(Path(__file__).with_name("local_process.py")))


class LocalServer:
    """One process that serves a model.

    Args:
        arguments: The program, as `program` gives it.
        settings: What it is told.
        environment: All that its process gets.
        start_timeout: Seconds until it must serve.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        settings: LocalSettings,
        *,
        environment: Mapping[str, str],
        start_timeout: float,
    ) -> None:
        self.settings = settings
        self.url = ""
        """Where it serves; empty until `start` has returned."""
        self._arguments = tuple(arguments)
        self._environment = dict(environment)
        self._start_timeout = start_timeout
        self._process: Process | None = None
        self._listening: asyncio.Task[None] | None = None
        self._errors = bytearray()

    @property
    def pid(self) -> int | None:
        """The process id; `None` before the start."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start the process and wait until it serves.

        Raises:
            BackendError: of kind `server`, when it ends instead (not retryable: it would do so
                again) or is not ready in time (retryable: the machine may be busy).
        """
        try:
            # A session of its own: Ctrl-C in the terminal is the app's to handle.
            process = await asyncio.create_subprocess_exec(
                *self._arguments,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=self._environment,
                start_new_session=True,
            )
        except OSError as error:
            raise BackendError("server", f"the local model can not start: {error}") from error
        self._process = process
        assert process.stdin and process.stdout and process.stderr
        self._listening = asyncio.create_task(self._listen(process.stderr))
        process.stdin.write(msgspec.json.encode(self.settings) + b"\n")
        try:
            async with asyncio.timeout(self._start_timeout):
                line = await process.stdout.readline()
            self.url = msgspec.json.decode(line, type=_Ready).url
        except TimeoutError:
            await self.stop(grace=0)
            seconds = f"{self._start_timeout:g}"
            message = f"the local model did not start within {seconds} s{self._last_words()}"
            raise BackendError("server", message, retryable=True) from None
        except (msgspec.DecodeError, ValueError):  # nothing, or not a line of ours
            await self.stop()
            message = f"the local model did not start: {self.how_it_ended()}"
            raise BackendError("server", message) from None
        except BaseException:  # cancelled: nobody else knows of this process
            await self.stop(grace=0)
            raise

    async def has_ended(self, within: float) -> bool:
        """Whether the process has ended, or does so within some seconds."""
        if self.alive:
            assert self._process
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._process.wait()
        return not self.alive

    def how_it_ended(self) -> str:
        """Exit code or signal, with the process's last words."""
        code = self._process.returncode if self._process else None
        if code is None:
            return f"its process runs on{self._last_words()}"
        return f"its process {how_it_ended(code)}{self._last_words()}"

    async def stop(self, grace: float = _GRACE_S) -> None:
        """End the process and wait for it. Safe to call again, also at the same time.

        Args:
            grace: Seconds until it is killed.
        """
        process = self._process
        if process is None:
            return
        assert process.stdin
        process.stdin.close()
        try:
            await self.has_ended(grace)
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):  # it ended just now
                    process.kill()
        await process.wait()
        if self._listening:
            await asyncio.shield(self._listening)

    async def _listen(self, stream: asyncio.StreamReader) -> None:
        """Keep the end of standard error, and only that."""
        while piece := await stream.read(4096):
            self._errors += piece
            del self._errors[:-_TAIL_BYTES]

    def _last_words(self) -> str:
        text = clean(self._errors.decode("utf-8", "replace")).strip()
        if not text:
            return "; it said nothing about why"
        return "; its last words:\n" + "\n".join(text.split("\n")[-_TAIL_LINES:])
