"""The stream server as a process of its own, on a core of its own where there are two.

A client that shares its core with the server is measured with it: so one core is the server's, and
the other is all that the client has. Where a system knows no affinity (macOS), or there is one
core, nothing is bound. This module never measures.
"""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator


def cores() -> tuple[int, int] | None:
    """The client's and the server's; `None` where nothing can be bound."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    found = sorted(os.sched_getaffinity(0))
    return (found[0], found[1]) if len(found) > 1 else None


@contextlib.contextmanager
def alone_on(core: int | None) -> Iterator[None]:
    """This process has one core meanwhile, and so have those that it starts."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def server(chunks: int, interval: float, core: int | None) -> Iterator[str]:
    """A server that answers everything with so many chunks, by its address.

    Args:
        chunks: Pieces of text in an answer.
        interval: Seconds between two; 0 for no delay.
        core: The one that it has for itself.
    """
    command = [sys.executable, "-m", "benchmarks.stream_server"]
    command += ["--chunks", str(chunks), "--interval", str(interval)]
    with alone_on(core):
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    with process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def load() -> str:
    """How busy the machine is, for beside the figures."""
    return " ".join(f"{one:.1f}" for one in os.getloadavg())
