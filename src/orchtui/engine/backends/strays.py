"""Strays: what a program has started and left behind in a session of its own.

Ending a program's group does not reach a child that opened a session (`setsid`,
a daemon). So every program is started with a mark in its environment, which its
children inherit, and when its attempt ends whatever carries the mark is ended
too. On Linux this process adopts the orphans of its programs (it becomes their
subreaper), so that there is nothing to look for when it has no unknown child.
Elsewhere the user's orphans are looked through, for all attempts that end at
one moment together.

Out of reach is what has no such environment: a program that clears it, that runs
as somebody else (sudo), or that some other service starts (a container, systemd,
at). This module never starts a program.
"""

import asyncio
import contextlib
import itertools
import os
import secrets
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import psutil

MARK = "ORCHTUI_ATTEMPT"
"""The variable that a program and all that it starts carry. An orchtui inside of an attempt adds
its own marks behind those of the outer one, with a colon."""

SURELY_S = 1.0
"""Seconds after which an ended child that nobody has collected is an adopted one: whoever waits for
a child of his own collects it at once."""

_SET_CHILD_SUBREAPER = 36
"""Of prctl(2)."""
_ROUNDS = 20
"""Looks at what is left, for each generation of children that had sessions of their own."""
_STEP_S = 0.01


_PROCESS = secrets.token_hex(8)
_COUNT = itertools.count(1)


def marked(environment: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """An environment with a new mark, and the mark."""
    given = dict(environment)
    own = f"{own_beginning()}{next(_COUNT)}"
    outer = given.get(MARK, "")
    given[MARK] = f"{outer}:{own}" if outer else own
    return given, own


def own_beginning() -> str:
    """What all marks of this process begin with, and those of no other."""
    return f"{os.getpid()}-{_PROCESS}-"


def of_beginning(beginning: str) -> "Iterator[psutil.Process]":
    """All processes of this user with a mark that begins like this, wherever they are. Blocks."""
    import psutil

    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            marks = process.environ().get(MARK, "").split(":")
            if any(mark.startswith(beginning) for mark in marks):
                yield process


class Household:
    """The children of this process, as far as they are programs of attempts."""

    def __init__(self) -> None:
        self._own: set[int] = set()
        """Programs that the event loop waits for."""
        self._helpers: set[int] = set()
        """Processes of orchtui's own that are no programs of attempts."""
        self._starting: dict[int, float] = {}
        """When each start began whose process id is not known yet."""
        self._ended: dict[int, float] = {}
        """When a child was first seen that has ended and that nobody collects."""
        self._exits = 0
        """Programs that have ended."""
        self._settled = 0
        """Of how many of them, the earliest, surely nothing is left."""
        self._looking: asyncio.Task[list[tuple[str, psutil.Process]]] | None = None

    @contextlib.contextmanager
    def starting(self) -> Iterator[None]:
        """While a program is started. From the first on orphans come to this process."""
        _adopts()
        begun = object()
        self._starting[id(begun)] = time.monotonic()
        try:
            yield
        finally:
            del self._starting[id(begun)]

    def add(self, pid: int) -> None:
        """A program was started."""
        self._own.add(pid)

    def add_helper(self, pid: int) -> None:
        """A process of orchtui's own was started: no stray, and no program that ends some time."""
        self._helpers.add(pid)

    def forget_helper(self, pid: int) -> None:
        """It has ended and was collected: its number may be that of any other process now."""
        self._helpers.discard(pid)

    @property
    def busy(self) -> bool:
        """Whether any program runs, or is being started."""
        return bool(self._own or self._starting)

    def forget(self, pid: int) -> None:
        """It has ended, and nothing of it is left."""
        self._own.discard(pid)

    def exited(self) -> int:
        """A program has ended and was collected: its number among all that have."""
        self._exits += 1
        return self._exits

    def is_settled(self, exit_number: int) -> bool:
        """Whether surely nothing is left of an attempt whose program has exited with this number.

        It would have come to this process. One read of the list of children serves all that had
        exited before it.
        """
        if self._settled >= exit_number:
            return True
        if not _adopts() or self._unknown():
            return False
        self._settled = self._exits
        self._ended.clear()
        return True

    async def end(self, mark: str, grace: float) -> None:
        """End all that carries a mark. Costs a look at the list of children where there is none.

        Args:
            mark: Of an attempt whose own group is gone.
            grace: Seconds between SIGTERM and SIGKILL.
        """
        until: float | None = None
        for _ in range(_ROUNDS + round(grace / _STEP_S)):
            found = await self._carrying(mark)
            if not found:
                return
            now = time.monotonic()
            until = now + grace if until is None else until
            await asyncio.to_thread(signal_all, found, now >= until)
            await asyncio.sleep(_STEP_S)

    async def _carrying(self, mark: str) -> "list[psutil.Process]":
        if not _adopts():
            return [process for marks, process in await self._scan() if mark in marks.split(":")]
        unknown = self._unknown()
        if not unknown:
            self._ended.clear()
            return []
        found, ended = await asyncio.to_thread(_look_at, unknown, mark)
        self._collect(ended)
        return found

    def _unknown(self) -> list[int]:
        return [pid for pid in _children() if pid not in self._own and pid not in self._helpers]

    def _collect(self, ended: Iterable[int]) -> None:
        """Collect those that have ended for a while, as nobody else will."""
        now = time.monotonic()
        self._ended = {pid: self._ended.get(pid, now) for pid in ended if pid not in self._own}
        oldest = min(self._starting.values(), default=now)
        for pid, since in list(self._ended.items()):
            # One that is being started could be among them as long as its number is not known.
            if now - since >= SURELY_S and since <= oldest:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
                del self._ended[pid]

    async def _scan(self) -> "list[tuple[str, psutil.Process]]":
        """All orphans with a mark. One look serves all that ask before it begins."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        elif self._looking.get_name() == "under way":
            await asyncio.wait((self._looking,))
            return await self._scan()
        return await asyncio.shield(self._looking)

    async def _look(self) -> "list[tuple[str, psutil.Process]]":
        await asyncio.sleep(0)  # let those in that ask at the same moment
        current = asyncio.current_task()
        assert current is not None
        current.set_name("under way")
        return await asyncio.to_thread(lambda: list(_orphans()))


@lru_cache(maxsize=1)
def _adopts() -> bool:
    """Whether orphans of this process' programs become its children, and it can list them."""
    if not sys.platform.startswith("linux"):
        return False
    if not os.path.exists(_list_of_children()):
        return False
    import ctypes

    try:
        return bool(ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0)
    except (OSError, AttributeError):
        return False


def _list_of_children() -> str:
    # The main thread's: the kernel gives it the orphans, whichever thread started their parents.
    pid = os.getpid()
    return f"/proc/{pid}/task/{pid}/children"


def _children() -> list[int]:
    with open(_list_of_children(), "rb", buffering=0) as listing:
        return [int(pid) for pid in listing.readall().split()]


def _look_at(pids: Iterable[int], mark: str) -> "tuple[list[psutil.Process], list[int]]":
    """Those of these children that carry the mark, and those that were adopted and have ended."""
    import psutil

    found, ended = [], []
    for pid in pids:
        with contextlib.suppress(psutil.Error, OSError):
            process = psutil.Process(pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                # Programs have sessions of their own: what is of ours was started by ourselves.
                if os.getsid(pid) != os.getsid(0):
                    ended.append(pid)
            elif mark in process.environ().get(MARK, "").split(":"):
                found.append(process)
    return found, ended


def _orphans() -> "Iterator[tuple[str, psutil.Process]]":
    """Processes without a parent of their own, and their marks."""
    import psutil

    begun = psutil.Process().create_time()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            is_orphan = process.ppid() in (0, 1, os.getpid())
            if not is_orphan or process.create_time() < begun - 1:
                continue
            if process.status() != psutil.STATUS_ZOMBIE and (marks := process.environ().get(MARK)):
                yield marks, process


def signal_all(processes: "Iterable[psutil.Process]", kill: bool) -> None:
    """SIGTERM to all of them, or SIGKILL. Blocks."""
    import psutil

    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            # psutil makes sure that the number is still this process'.
            (process.kill if kill else process.terminate)()


def collect_group(number: int) -> None:
    """Collect what has ended of a group whose leader was collected already: adopted ones would stay
    there as if they lived."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-number, os.WNOHANG)[0]:
            pass


HOUSEHOLD = Household()
"""Of this process: whose children there are is a fact of the process."""
