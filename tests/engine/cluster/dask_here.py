"""A Dask scheduler and workers as processes of their own, to be killed."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

needs_dask = [
    pytest.mark.skipif(
        importlib.util.find_spec("distributed") is None,
        reason="Dask is not installed: pip install 'orchtui[dask]'",
    ),
    pytest.mark.filterwarnings("ignore"),  # Dask's own, of its own parts
    pytest.mark.timeout(180),
]

_STARTED_S = 40.0


class DaskHere:
    """One scheduler, and its workers by name."""

    def __init__(self, folder: Path, more: Sequence[str] = ()) -> None:
        self._folder = folder
        self._more = more
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.address = ""

    def start(self) -> None:
        """The scheduler; at the same address where it was there before."""
        port = self.address.rpartition(":")[2] or "0"
        self._run("scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", port, *self._more)
        self.address = self._said("scheduler", r"(t(?:cp|ls)://127\.0\.0\.1:\d+)")

    def worker(self, name: str, *more: str, environment: dict[str, str] | None = None) -> None:
        """One more, without anybody who would start it again."""
        given = (
            "--host",
            "127.0.0.1",
            "--name",
            name,
            "--no-nanny",
            "--nthreads",
            "40",
            "--no-dashboard",
            *more,
        )
        self._run(name, "dask_worker", self.address, *given, environment=environment)
        self._said(name, r"Registered to:")

    def kill(self, name: str) -> None:
        """Without a chance to say anything."""
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def stop(self) -> None:
        """All of it."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _run(
        self, name: str, module: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> None:
        command: Sequence[str] = (sys.executable, "-m", f"distributed.cli.{module}", *arguments)
        with (self._folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                cwd=self._folder,
                env={**os.environ, **(environment or {})},
            )

    def _said(self, name: str, pattern: str) -> str:
        until = time.monotonic() + _STARTED_S
        while time.monotonic() < until:
            text = (self._folder / f"{name}.log").read_text(errors="replace")
            if found := re.search(pattern, text):
                return found[found.lastindex or 0]
            if self.processes[name].poll() is not None:
                break
            time.sleep(0.05)
        raise AssertionError(f"{name} did not start:\n{text}")


@contextmanager
def dask_here(folder: Path, *more: str) -> Iterator[DaskHere]:
    """A scheduler on loopback, without workers.

    Args:
        folder: Where it writes.
        more: What else it is told.
    """
    here = DaskHere(folder, more)
    try:
        here.start()
        yield here
    finally:
        here.stop()
