"""Machine: how many programs this machine has room for, and whether its memory gets short.

Limits on open files and processes are the system's own (getrlimit(2), cgroups(7));
each is asked before a run starts, so that no task fails because of one. What a
program will need of memory nobody knows, so memory is looked at while they run.
This module never starts a program and never ends one.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

DESCRIPTORS_EACH = 7
"""That orchtui needs for a program while it starts: three pipes, and one that tells of its end."""
DESCRIPTORS_KEPT = 128
"""For all else: journal, results, connections, threads, the screen."""
PROCESSES_KEPT = 32
"""For orchtui's own threads, git, and what a person does meanwhile."""
_MANY_PROCESSES = 32_768
"""A limit of so many is not looked into: counting all processes takes its time."""
_LITTLE_BYTES = 512 * 2**20
_LITTLE_PART = 10
"""Memory is short below 512 MiB, or below a tenth of it where that is less."""


class Room(NamedTuple):
    """Programs that there is room for."""

    programs: int
    why: str
    """Which limit, for a person, and what to do about it."""


class Memory(NamedTuple):
    """Bytes of memory: of the machine, or of the part of it that orchtui may use."""

    left: int
    total: int

    @property
    def short(self) -> bool:
        """Whether no more programs are to be started."""
        return self.left < min(_LITTLE_BYTES, self.total // _LITTLE_PART)

    def __str__(self) -> str:
        return f"{self.left // 2**20:,} of {self.total // 2**20:,} MiB are left"


class Machine:
    """What the system says of itself.

    Args:
        proc: Where proc(5) is.
        cgroups: Where cgroups(7) are.
    """

    def __init__(self, proc: Path = Path("/proc"), cgroups: Path = Path("/sys/fs/cgroup")) -> None:
        self._proc = proc
        self._cgroups = cgroups

    def room(self, wanted: int, processes_each: int) -> Room | None:
        """The room for programs, where it is not enough for as many as are wanted; else `None`.

        Raises the soft limit of open files where that helps. Quick, but for a user who may have
        few processes: then all are counted.

        Args:
            wanted: Programs that are to run at once.
            processes_each: Processes and threads that each of them takes, about.
        """
        found = [self._files(wanted), self._user(processes_each), *self._groups(processes_each)]
        least = min((one for one in found if one is not None), default=None)
        if least is None or least.programs >= wanted:
            return None
        return least._replace(programs=max(1, least.programs))

    def memory(self) -> Memory | None:
        """Memory that can still be had; `None` where the system does not say."""
        found = []
        with contextlib.suppress(OSError, ValueError, LookupError):
            lines = [line.split() for line in (self._proc / "meminfo").read_text().splitlines()]
            fields = {line[0]: int(line[1]) * 1024 for line in lines if line}
            found.append(Memory(fields["MemAvailable:"], fields["MemTotal:"]))
        for folder in self._group_folders("memory"):
            for most, now in (
                ("memory.max", "memory.current"),
                ("memory.limit_in_bytes", "memory.usage_in_bytes"),
            ):
                limit, used = _number(folder / most), _number(folder / now)
                if limit is not None and used is not None and found and limit < found[0].total:
                    found.append(Memory(limit - used + _cached(folder), limit))
        return min(found, default=None)

    def _files(self, wanted: int) -> Room | None:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        used = self._open_files()
        needed = wanted * DESCRIPTORS_EACH + used + DESCRIPTORS_KEPT
        if soft != resource.RLIM_INFINITY and soft < needed:
            more = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
            if more > soft:
                LIMIT.remember(soft, hard)
                with contextlib.suppress(OSError, ValueError):
                    resource.setrlimit(resource.RLIMIT_NOFILE, (more, hard))
                    soft = more
        if soft == resource.RLIM_INFINITY:
            return None
        left = (soft - used - DESCRIPTORS_KEPT) // DESCRIPTORS_EACH
        return Room(left, f"no more than {soft} files may be open at once (ulimit -n)")

    def _open_files(self) -> int:
        try:
            return len(os.listdir(self._proc / "self" / "fd"))
        except OSError:
            return 32

    def _user(self, each: int) -> Room | None:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_NPROC)[0]
        # The kernel does not hold root to it.
        if limit == resource.RLIM_INFINITY or limit >= _MANY_PROCESSES or os.geteuid() == 0:
            return None
        left = (limit - self._processes(os.getuid()) - PROCESSES_KEPT) // each
        return Room(left, f"this user may have no more than {limit} processes (ulimit -u)")

    def _processes(self, user: int) -> int:
        """Processes and their threads of one user."""
        count = 0
        for entry in self._proc.glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if entry.stat().st_uid == user:
                    count += len(os.listdir(entry / "task"))
        return count

    def _groups(self, each: int) -> Iterator[Room]:
        for folder in self._group_folders("pids"):
            limit, now = _number(folder / "pids.max"), _number(folder / "pids.current")
            if limit is not None and now is not None:
                left = (limit - now - PROCESSES_KEPT) // each
                yield Room(left, f"its control group may have no more than {limit} processes")

    def _group_folders(self, controller: str) -> Iterator[Path]:
        """The control group of this process and those around it, of both versions."""
        try:
            lines = (self._proc / "self" / "cgroup").read_text().splitlines()
        except OSError:
            return
        for line in lines:
            _, controllers, path = (line.split(":", 2) + ["", ""])[:3]
            if controllers and controller not in controllers.split(","):
                continue
            root = self._cgroups / controller if controllers else self._cgroups
            parts = [part for part in path.split("/") if part and part != ".."]
            for end in range(len(parts), -1, -1):
                yield root.joinpath(*parts[:end])


def _number(file: Path) -> int | None:
    """`None` for no such file, and for no limit."""
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _cached(folder: Path) -> int:
    """Bytes that the group holds and that the kernel gives away when they are needed."""
    with contextlib.suppress(OSError, ValueError):
        for line in (folder / "memory.stat").read_text().splitlines():
            name, _, number = line.partition(" ")
            if name in ("inactive_file", "total_inactive_file"):
                return int(number)
    return 0


class FileLimit:
    """The limit of open files that programs are given back, once orchtui has raised its own: some
    can not deal with numbers above 1023 (select(2))."""

    def __init__(self) -> None:
        self._first: tuple[int, int] | None = None

    def remember(self, soft: int, hard: int) -> None:
        """It was so before it was raised for the first time."""
        self._first = self._first or (soft, hard)

    def give_back(self, pid: int) -> None:
        """Let a program have the limit that it would have had. Only Linux can do that."""
        if self._first is not None and sys.platform.startswith("linux"):
            import resource

            with contextlib.suppress(OSError):  # it has ended, or runs as somebody else
                resource.prlimit(pid, resource.RLIMIT_NOFILE, self._first)


LIMIT = FileLimit()
MACHINE = Machine()
