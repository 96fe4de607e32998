"""The system's list of processes, read once, and which of them belong to which program.

A program has a session of its own (`spawning`), so what has its session is of it,
and what has opened another one is as long as its parents are there. Figures are
those of proc(5), which only Linux has. This module never keeps a reading.
"""

import os
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
_LINE_BYTES = 4096
"""Of `stat`: a name of 64 bytes at most, and 51 numbers."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Process(NamedTuple):
    """A process that has not ended."""

    pid: int
    parent: int
    session: int
    memory: int
    """Bytes in memory. What several processes share counts in each."""


class Looked(NamedTuple):
    """What processes together had at the moment in which they were looked at."""

    memory: int
    """Bytes in memory; what they share counts for each."""
    processes: int


def added(several: Iterable[Looked]) -> Looked:
    """All of them together."""
    memory = processes = 0
    for one in several:
        memory, processes = memory + one.memory, processes + one.processes
    return Looked(memory, processes)


def parsed(line: bytes) -> Process | None:
    """A process from its `stat`; `None` of one that has ended, and of what is none."""
    # The name is in parentheses, and may have some, spaces and line ends in it itself.
    head, _, rest = line.rpartition(b") ")
    fields = rest.split(None, 22)
    try:
        if fields[0] in (b"Z", b"X"):
            return None
        pid, parent, session = int(head.split(None, 1)[0]), int(fields[1]), int(fields[3])
        return Process(pid, parent, session, int(fields[21]) * _PAGE_BYTES)
    except (IndexError, ValueError):
        return None


def processes(proc: Path = PROC) -> list[Process]:
    """All of the machine that can be seen, some 10 µs each; nothing where there is no proc(5)."""
    found = []
    try:
        names = os.listdir(proc)
    except OSError:
        return []
    for name in names:
        if not name.isdigit():
            continue
        try:
            file = os.open(f"{proc}/{name}/stat", os.O_RDONLY)
        except OSError:
            continue  # it ended meanwhile
        try:
            line = os.read(file, _LINE_BYTES)
        except OSError:
            continue
        finally:
            os.close(file)
        if (one := parsed(line)) is not None:
            found.append(one)
    return found


def carrying(variable: str, proc: Path = PROC) -> Looked | None:
    """What all processes have whose environment names this variable; `None` where there are none.

    Those of other users can not be seen. Reads each process' environment: some 20 µs each.
    """
    name, found = f"{variable}=".encode(), []
    for one in processes(proc):
        try:
            environment = (proc / str(one.pid) / "environ").read_bytes()
        except OSError:
            continue  # another user's, or it ended meanwhile
        if any(entry.startswith(name) for entry in environment.split(b"\0")):
            found.append(Looked(one.memory, 1))
    return added(found) if found else None


def shares(
    table: Iterable[Process], programs: Collection[int], own: int
) -> tuple[dict[int, Looked], Looked]:
    """What each program has, and what this process has with all that is below it.

    Args:
        table: All processes.
        programs: Process ids of programs, each the leader of a session.
        own: This process' id.

    Returns:
        By program, those that have ended not among them; and the whole family.
    """
    known = {one.pid: one for one in table}
    owners: dict[int, int] = {own: own}
    """By process: the program that it is of, this process, or 0."""
    for one in known.values():
        way: list[int] = []
        at: Process | None = one
        owner = 0
        while at is not None:
            if at.pid in owners:
                owner = owners[at.pid]
                break
            way.append(at.pid)
            owners[at.pid] = 0  # a circle, which a list read over some time could have, ends here
            if at.session in programs:
                owner = at.session
                break
            at = known.get(at.parent)
        owners.update(dict.fromkeys(way, owner))
    sums: dict[int, list[int]] = {}
    for pid, one in known.items():
        if owner := owners[pid]:
            mine = sums.setdefault(owner, [0, 0])
            mine[0] += one.memory
            mine[1] += 1
    each = {owner: Looked(*sum_) for owner, sum_ in sums.items()}
    family = added(each.values())
    each.pop(own, None)
    return each, family
