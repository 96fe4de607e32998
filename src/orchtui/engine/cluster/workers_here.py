"""WorkersHere: a scheduler and workers as processes on this machine, for `local:N`.

Nobody else reaches them: they listen on loopback, and only who has the key that is made
for this one session is let in. They end with this process, also when it is killed. This
module never runs an attempt.
"""

import asyncio
import contextlib
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line

if TYPE_CHECKING:
    from distributed import Security

START = 60.0
"""Seconds for all processes to be ready; a busy machine takes its time."""
END = 4.0
ROOM = 32
"""Attempts that each worker takes: most of them only wait."""

_SAID = 2000


class WorkersHere:
    """One cluster on this machine."""

    def __init__(self) -> None:
        self._processes: list[asyncio.subprocess.Process] = []
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
                self.address = await self._process(let_in)
                workers = [
                    {**let_in, "scheduler": self.address, "name": str(number), "room": ROOM}
                    for number in range(1, count + 1)
                ]
                await asyncio.gather(*map(self._process, workers))
        except TimeoutError:
            await self.close()
            why = f"{count} workers did not start within {START:.0f} s"
            raise BackendError("connection", why, retryable=True) from None
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """End it. Safe to call twice."""
        processes, self._processes = self._processes, []
        for process in processes:
            if process.stdin is not None:
                process.stdin.close()  # which they take for the end
        ending = [asyncio.ensure_future(process.wait()) for process in processes]
        if not ending:
            return
        await asyncio.wait(ending, timeout=END)
        for process in processes:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        await asyncio.wait(ending, timeout=1.0)
        for reading in self._reading:
            reading.cancel()

    async def _process(self, settings: dict[str, Any]) -> str:
        """Start one process; gives its address."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "orchtui.engine.cluster.here_process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(os.environ),
            # What is typed at the terminal is not for them.
            start_new_session=True,
        )
        self._processes.append(process)
        assert process.stdin and process.stdout and process.stderr
        process.stdin.write(json.dumps(settings).encode() + b"\n")
        reading = asyncio.create_task(_last_words(process.stderr))
        self._reading.append(reading)
        line = await process.stdout.readline()
        if line:
            return str(json.loads(line)["address"])
        said = (await reading).decode("utf-8", "replace").strip().rpartition("\n")[2]
        why = clean_line(said) or "it said nothing about why"
        raise BackendError("connection", f"a process of {sys.executable} did not start: {why}")


async def _last_words(stream: asyncio.StreamReader) -> bytes:
    """The end of what a process says; read for as long as it lives, so that it never waits."""
    end = b""
    while piece := await stream.read(65_536):
        end = (end + piece)[-_SAID:]
    return end
