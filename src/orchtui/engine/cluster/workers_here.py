"""WorkersHere: a scheduler and workers as processes on this machine, for `local:N`.

Nobody else reaches them: they listen on loopback, and only who has the key that is made
for this one session is let in. They end with this process, also when it is killed. A worker
that dies is replaced, some times; what it had started is ended. This module never runs an
attempt.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from orchtui.engine.backends.strays import HOUSEHOLD, marked
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from distributed import Security

START = 60.0
"""Seconds for all processes to be ready; a busy machine takes its time."""
END = 2.5
"""Seconds for them to end by themselves. All that is done at the end has to fit into the registry's
`CLOSE_WITHIN`."""
KILLED = 0.5
"""Seconds until one that is killed has ended."""
STRAYS = 2.0
"""Seconds that a lost worker's programs get to end."""
LAST = 0.5
"""Seconds that they get when all of it ends."""
ROOM = 32
"""Attempts that each worker takes: most of them only wait."""

REPLACED = 5
"""Workers that are started in place of others, in all: what kills more will kill the next too."""

SHORT = 1.0
"""Seconds until it is tried again where this machine had no process or file to spare."""

_SAID = 2000
_PROGRAM = (sys.executable, "-m", "orchtui.engine.cluster.here_process")


class WorkersHere:
    """One cluster on this machine.

    Args:
        program: What is started for each process of it.
    """

    def __init__(self, program: Sequence[str] = _PROGRAM) -> None:
        self._program = program
        self.replaced = 0
        """How many workers were started in place of others."""
        self._followed: set[str] = set()
        """Names of workers in whose place others are started."""
        self._watching: set[asyncio.Task[None]] = set()
        self._processes: list[asyncio.subprocess.Process] = []
        self._marks: dict[int, str] = {}
        """What each process and all that it starts carry, by process id."""
        self._ready: set[int] = set()
        """Ids of those that have said that they are."""
        self._reading: list[asyncio.Task[bytes]] = []
        self.address = ""
        self.security: Security | None = None
        """Lets its owner in."""

    async def start(self, count: int) -> None:
        """Start it.

        Args:
            count: How many workers.

        Raises:
            BackendError: when one does not start; nothing is left of it then.
        """
        from distributed import Security

        try:
            security = await asyncio.to_thread(Security.temporary)
        except ImportError as error:
            todo = "workers here need cryptography: pip install 'orchtui[dask]'"
            raise BackendError("bad_request", todo) from error
        self.security = security
        let_in = {"key": security.tls_client_key, "cert": security.tls_client_cert}
        try:
            async with asyncio.timeout(START):
                await self._process(let_in)
                workers = [
                    {**let_in, "scheduler": self.address, "name": str(number), "room": ROOM}
                    for number in range(1, count + 1)
                ]
                await asyncio.gather(*map(self._worker, workers))
        except TimeoutError:
            await self.close()
            why = f"{count} workers did not start within {START:.0f} s"
            raise BackendError("connection", why, retryable=True) from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End it. Safe to call twice."""
        for watching in self._watching:
            watching.cancel()
        processes, self._processes = self._processes, []
        for process in processes:
            if process.stdin is not None:
                process.stdin.close()  # which they take for the end
            if process.pid not in self._ready and process.returncode is None:
                # It would see that only when it has started, and has nothing to end.
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        ending = [asyncio.ensure_future(process.wait()) for process in processes]
        if not ending:
            return
        try:
            await asyncio.wait(ending, timeout=END)
        finally:
            # Also where whoever closes has no more time for it.
            for process in processes:
                if process.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        process.kill()
        await asyncio.wait(ending, timeout=KILLED)
        await asyncio.gather(*(self._end_strays(process, LAST) for process in processes))
        for reading in self._reading:
            reading.cancel()

    def after_loss(self, name: str) -> str:
        """What becomes of a worker that is lost.

        Args:
            name: The worker's.
        """
        if name in self._followed or self.replaced < REPLACED:
            return "another one is started in its place"
        return f"none is started in its place any more: {REPLACED} were"

    async def _worker(self, settings: dict[str, Any]) -> None:
        """Start a worker, and watch it."""
        process = await self._process(settings)
        watching = asyncio.create_task(self._watch(process, settings))
        self._watching.add(watching)
        watching.add_done_callback(self._watching.discard)

    async def _watch(self, process: "asyncio.subprocess.Process", settings: dict[str, Any]) -> None:
        """Start another one in its place when it ends, for as long as this cluster is open."""
        await process.wait()
        await self._end_strays(process)
        self._processes.remove(process)
        await self._replace(settings)
        await self._end_strays(process)  # collects them: one is surely adopted a second later
        self._marks.pop(process.pid, None)

    async def _replace(self, settings: dict[str, Any]) -> None:
        name = str(settings["name"])
        while self.replaced < REPLACED:
            self.replaced += 1
            self._followed.add(name)
            # Another name: Dask refuses one that it still knows.
            again = {**settings, "name": f"{name.partition('-')[0]}-{self.replaced + 1}"}
            try:
                async with asyncio.timeout(START):
                    await self._worker(again)
                    return
            except (BackendError, TimeoutError):
                continue  # the next one may start
            except OSError:  # no process or file is to be had; perhaps in a moment
                await asyncio.sleep(SHORT)

    async def _process(self, settings: dict[str, Any]) -> "asyncio.subprocess.Process":
        """Start one process, and wait until it is ready."""
        environment, mark = marked(os.environ)
        with HOUSEHOLD.starting():
            process = await asyncio.create_subprocess_exec(
                *self._program,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment,
                # What is typed at the terminal is not for them.
                start_new_session=True,
            )
        self._processes.append(process)
        self._marks[process.pid] = mark
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(json.dumps(settings).encode() + b"\n")
        reading = asyncio.create_task(_last_words(process.stderr))
        self._reading.append(reading)
        try:
            line = await process.stdout.readline()
        except BaseException:
            # Nobody waits for it any more, and nobody would see its end.
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise
        if line:
            self._ready.add(process.pid)
            if "scheduler" not in settings:
                self.address = str(json.loads(line)["address"])
            return process
        said = (await reading).decode("utf-8", "replace").strip().rpartition("\n")[2]
        why = clean_line(said) or "it said nothing about why"
        raise BackendError("connection", f"a process of {sys.executable} did not start: {why}")

    async def _end_strays(
        self, process: "asyncio.subprocess.Process", grace: float = STRAYS
    ) -> None:
        """End the programs of one that was killed: it could not do that itself."""
        if (mark := self._marks.get(process.pid)) is not None:
            await HOUSEHOLD.end(mark, grace)


async def _last_words(stream: asyncio.StreamReader) -> bytes:
    """The end of what a process says; read for as long as it lives, so that it never waits."""
    end = b""
    while piece := await stream.read(65_536):
        end = (end + piece)[-_SAID:]
    return end
