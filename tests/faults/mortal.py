"""Runs that are killed: a process that forks one for each order, and the tests' side of it.

`python -m tests.faults.mortal` pays for the imports once. Each line on its standard
input is an Order: it forks, the child works at a run through the door that both
front ends use, and is killed with SIGKILL after so many seconds, or so many steps on
the disk. What the backend gave is noted by the child as it goes, in a file that
belongs to the test and not to orchtui. No child is used twice.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import AsyncIterator, Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import NoReturn

import msgspec

from orchtui.engine.backends import base
from orchtui.engine.backends.registry import Backends
from orchtui.engine.backends.rehearsal import RehearsalBackend
from orchtui.engine.errors import InputError
from orchtui.engine.plan_files.plan_file import load_plan
from orchtui.engine.sessions.project import Project
from tests.faults import ROOT

_STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.truncate", "fcntl.flock"})
"""What an audit hook sees of the disk."""
_LOOK = 0.002
"""Seconds between two looks at whether the child still lives."""


class Order(msgspec.Struct, frozen=True):
    """One life of a run."""

    folder: str
    """The project; its plan is `plan.yaml` there."""
    resume: str | None = None
    """The run to go on with; a new one where there is none."""
    seconds: float | None = None
    """When the child is killed; it may live where nothing is said."""
    step: int | None = None
    """Or: with which of its steps on the disk, such as opening or replacing a file."""


class Fate(msgspec.Struct, frozen=True):
    """How it ended."""

    code: int
    """Exit code; the negative number of a signal that killed it."""
    at: float
    """The system's monotonic clock, just before the kill."""
    seconds: float
    """From the fork to the end."""
    steps: int
    """On the disk, by a child that came to its end; else 0."""


class Given(msgspec.Struct, frozen=True):
    """A piece of text that the backend gave, or an attempt that began (without text)."""

    at: float
    """The system's monotonic clock."""
    task: str
    attempt: int
    text: str = ""


class Witnessed(Backends):
    """A rehearsal of which every piece is noted, in a file of its own."""

    def __init__(self, notes: Path) -> None:
        super().__init__({}, chosen="rehearsal")
        self._notes = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def open(
        self, names: Iterable[str], with_program: Collection[str] = ()
    ) -> dict[str, base.Backend]:
        return {name: _Witness(self._notes) for name in names}


class _Witness(RehearsalBackend):
    def __init__(self, notes: int) -> None:
        super().__init__()
        self._notes = notes

    async def stream(
        self, assignment: base.Assignment, toolbox: base.ToolBox = base.NO_TOOLS
    ) -> AsyncIterator[base.BackendEvent]:
        self._note(assignment)
        async for event in super().stream(assignment, toolbox):
            if isinstance(event, base.Text):
                self._note(assignment, event.text)
            yield event

    def _note(self, assignment: base.Assignment, text: str = "") -> None:
        given = Given(time.monotonic(), assignment.task, assignment.attempt, text)
        os.write(self._notes, msgspec.json.encode(given) + b"\n")


def project_of(folder: Path, backends: Backends | None = None) -> Project:
    """The project of an order."""
    return Project(
        folder=folder,
        out=folder / "artifacts",
        backends=backends or Backends({}, chosen="rehearsal"),
    )


def notes_of(folder: Path) -> list[Given]:
    """What the backend gave in all lives so far."""
    notes = folder / "notes.jsonl"
    lines = notes.read_bytes().splitlines(keepends=True) if notes.exists() else []
    return [msgspec.json.decode(line, type=Given) for line in lines if line.endswith(b"\n")]


class Mortals:
    """The tests' side: sends orders, one after the other."""

    def __init__(self) -> None:
        self._forker = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __enter__(self) -> "Mortals":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._forker.stdin is not None and self._forker.stdout is not None
        self._forker.stdin.close()
        self._forker.wait()
        self._forker.stdout.close()

    def live(self, order: Order) -> Fate:
        """Have one life lived to its end."""
        assert self._forker.stdin is not None and self._forker.stdout is not None
        self._forker.stdin.write(msgspec.json.encode(order) + b"\n")
        self._forker.stdin.flush()
        return msgspec.json.decode(self._forker.stdout.readline(), type=Fate)


# The other side


class _Steps:
    """An audit hook that counts a process's steps on the disk, and ends it at one of them."""

    def __init__(self, last: int | None) -> None:
        self.count = 0
        self._last = last
        sys.addaudithook(self._see)

    def _see(self, event: str, args: tuple[object, ...]) -> None:
        if event in _STEPS:
            self.count += 1
            if self.count == self._last:
                os.kill(os.getpid(), signal.SIGKILL)


async def _work(order: Order) -> None:
    folder = Path(order.folder)
    project = project_of(folder, Witnessed(folder / "notes.jsonl"))
    if order.resume is None:
        orchestrator = project.start(load_plan(folder / "plan.yaml"))
    else:
        try:
            orchestrator = project.resume(order.resume)
        except InputError:
            return  # nothing is left to do
    async with orchestrator:
        async for _ in orchestrator:
            pass
    await project.close()


def _live(order: Order, told: int) -> NoReturn:
    """The child."""
    code = 1
    try:
        steps = _Steps(order.step)
        asyncio.run(_work(order))
        os.write(told, str(steps.count).encode())
        code = 0
    except BaseException:
        traceback.print_exc()  # nobody above may see it: this process is not the forker
    finally:
        os._exit(code)


def _fork(order: Order) -> Fate:
    began = time.monotonic()
    end = None if order.seconds is None else began + order.seconds
    heard, told = os.pipe()
    child = os.fork()
    if child == 0:
        _live(order, told)
    os.close(told)
    killed, now = False, began
    while not (ended := os.waitpid(child, 0 if killed else os.WNOHANG))[0]:
        now = time.monotonic()
        if end is not None and now >= end:
            os.kill(child, signal.SIGKILL)
            killed = True
        else:
            time.sleep(_LOOK)
    with open(heard, "rb") as pipe:
        steps = int(pipe.read() or 0)
    return Fate(os.waitstatus_to_exitcode(ended[1]), now, now - began, steps)


def main() -> None:
    """Serve orders until standard input ends."""
    for line in sys.stdin.buffer:
        fate = _fork(msgspec.json.decode(line, type=Order))
        sys.stdout.buffer.write(msgspec.json.encode(fate) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
