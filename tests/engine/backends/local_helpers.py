"""What the tests of the local backend share: programs to run, and whether they still run."""

import asyncio
import fcntl
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.base import Assignment, BackendEvent
from orchtui.engine.backends.local import LocalBackend
from orchtui.engine.errors import BackendError

DOUBLE = (sys.executable, "-m", "tests.engine.backends.local_double")
"""Run as a program; needs the repository on the PYTHONPATH."""
SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
HOLDER = """
import fcntl, os, sys
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
os.set_inheritable(lock, True)
fcntl.flock(lock, fcntl.LOCK_EX)
os.execv(sys.argv[2], sys.argv[2:])
"""
APP = """
import asyncio, sys
from pathlib import Path
from orchtui.engine.backends.local import LocalBackend
from orchtui.engine.backends.base import Assignment

async def main():
    backend = LocalBackend(Path(sys.argv[1]), arguments=sys.argv[2:])
    assignment = Assignment(task="one", attempt=1, specialist="", prompt="Hello", max_tokens=20,
                            folder="/")
    async for event in backend.stream(assignment):
        pass
    print("ready", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def assignment(prompt: str, **fields: Any) -> Assignment:
    given = {"task": "one", "attempt": 1, "specialist": "researcher", "model": "opus"}
    return Assignment(**{**given, "prompt": prompt, "max_tokens": 20, "folder": "/", **fields})


async def ask(backend: LocalBackend, prompt: str = "Hello", **fields: Any) -> list[BackendEvent]:
    return [event async for event in backend.stream(assignment(prompt, **fields))]


async def failure(backend: LocalBackend, prompt: str = "Hello") -> BackendError:
    with pytest.raises(BackendError) as caught:
        await ask(backend, prompt)
    return caught.value


def holding(lock: Path, arguments: Sequence[str]) -> tuple[str, ...]:
    """The same program, which holds a lock for as long as it lives."""
    return (sys.executable, "-c", HOLDER, str(lock), *arguments)


def lives(lock: Path) -> bool:
    """Whether a `holding` program runs; a zombie does not count."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


async def begins(lock: Path) -> bool:
    """Whether a `holding` program begins within some seconds."""
    return await _becomes(lambda: lives(lock), True)


async def ends(lock: Path) -> bool:
    """Whether a `holding` program ends within some seconds."""
    return await _becomes(lambda: lives(lock), False)


async def _becomes(ask: Callable[[], bool], answer: bool) -> bool:
    for _ in range(500):
        if ask() is answer:
            return True
        await asyncio.sleep(0.02)
    return False


async def ends_with_the_app(
    weights: Path, lock: Path, arguments: Sequence[str], sign: Path | None = None
) -> bool:
    """Run an app with a local model, kill it with SIGKILL, and say whether the model ends too.

    Args:
        sign: Kill the app when this file is there, instead of after the first answer.
    """
    app = [sys.executable, "-c", APP, str(weights), *holding(lock, arguments)]
    parent = await asyncio.create_subprocess_exec(*app, stdout=subprocess.PIPE)
    assert parent.stdout
    if sign:
        assert await _becomes(sign.exists, True)
    else:
        assert await parent.stdout.readline() == b"ready\n"
    assert lives(lock)
    parent.kill()
    await parent.communicate()
    return await ends(lock)
