"""What the tests of backends that run programs share."""

import asyncio
import contextlib
import gc
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from orchtui.engine.backends.agent_program import AgentProgramBackend
from orchtui.engine.backends.base import Alive, Assignment, Backend, BackendEvent
from orchtui.engine.backends.presets import PRESETS
from orchtui.engine.errors import BackendError

PLAY = Path(__file__).parent / "programs" / "play.py"
DESCRIPTORS = Path("/proc/self/fd")
PROCESSES = Path("/proc")


def assignment(folder: Path, *command: str, **fields: Any) -> Assignment:
    """An assignment with what a test does not care about filled in."""
    given = {
        "task": "t",
        "attempt": 1,
        "specialist": "analyst",
        "prompt": "the prompt",
        "max_tokens": 100,
        "folder": str(folder),
        "command": command,
    }
    return Assignment(**{**given, **fields})


def play(folder: Path, *steps: list[Any], **script: Any) -> tuple[str, ...]:
    """A command that plays these steps; see `programs/play.py`."""
    file = folder / "script.json"
    file.write_text(json.dumps({"steps": steps, **script}))
    return (sys.executable, str(PLAY), str(file))


def lines(*objects: dict[str, Any]) -> list[Any]:
    """A step that prints these, one a line."""
    return ["out", "".join(json.dumps(each) + "\n" for each in objects)]


def preset(
    name: str, variables: Mapping[str, str] | None = None, **options: Any
) -> AgentProgramBackend:
    """A preset's backend that does not wait long, with these variables beside the test's own."""
    environment = {**os.environ, **(variables or {})}
    return AgentProgramBackend(
        PRESETS[name], environment, **{"grace": 0.1, "linger": 0.1, **options}
    )


async def run(backend: Backend, given: Assignment) -> list[BackendEvent]:
    """All events but the signs of life."""
    return [event async for event in backend.stream(given) if not isinstance(event, Alive)]


async def failure(backend: Backend, given: Assignment) -> BackendError:
    """How the attempt failed."""
    with pytest.raises(BackendError) as caught:
        await run(backend, given)
    return caught.value


def gone(pid: int) -> bool:
    """Whether a process has ended; a zombie that nobody has collected yet has."""
    try:
        os.kill(pid, 0)
        state = (PROCESSES / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return True
    return state in "ZX"


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another process makes true."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.01)


@contextlib.contextmanager
def nothing_left(folder: Path) -> Iterator[None]:
    """Fail when a descriptor, a process below this one, or a temporary file is left.

    Args:
        folder: Where temporary files go meanwhile.
    """
    folder.mkdir()
    before = _descriptors()
    children = _children()
    default, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = default
    assert list(folder.iterdir()) == []
    assert _descriptors() <= before
    assert _children() <= children


def _descriptors() -> int:
    gc.collect()
    return len(list(DESCRIPTORS.iterdir())) if DESCRIPTORS.exists() else 0


def _children() -> set[int]:
    """The processes that this one started and that have not been collected."""
    found = set()
    for entry in PROCESSES.glob("[0-9]*") if DESCRIPTORS.exists() else ():
        with contextlib.suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            # What was adopted and has ended is collected at the end of a later attempt: it is no
            # process any more. Programs and what they start have sessions of their own.
            is_adopted = fields[0] == "Z" and int(fields[3]) != os.getsid(0)
            if int(fields[1]) == os.getpid() and not is_adopted:
                found.add(int(entry.name))
    return found


@contextlib.contextmanager
def ended_at_last(file: Path) -> Iterator[None]:
    """End the process whose number is in the file, where the code under test can not reach it."""
    try:
        yield
    finally:
        if file.exists() and file.read_text().strip():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(file.read_text()), signal.SIGKILL)
