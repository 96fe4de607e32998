"""MachineRoom: no more programs than this machine has room for, whatever a plan asks for.

The limits on open files and processes are kept from the start on; while programs
run their memory is looked at, and where it gets short no more are started until
some of it is free again. Both are told as limits of a backend are. This module never ends a
program: what runs goes on.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping

from orchtui.engine.backends.base import Backend, RunsPrograms
from orchtui.engine.backends.footprints import FOOTPRINTS
from orchtui.engine.backends.machine_limits import MACHINE, Machine, Memory
from orchtui.engine.execution.announce import Announcer
from orchtui.engine.execution.limiter import Change, Limiter
from orchtui.engine.scheduling.schedule import ScheduledTask

LOOK_S = 1.0
"""Seconds between two looks at the memory."""


class MachineRoom:
    """The room for the programs of one run.

    Args:
        backends: Of the run, by name.
        limiters: Theirs.
        say: Tells what is limited.
        machine: What is asked.
    """

    def __init__(
        self,
        backends: Mapping[str, Backend],
        limiters: Mapping[str, Limiter],
        say: Announcer,
        machine: Machine | None = None,
    ) -> None:
        self._each = {
            name: backend.processes_each
            for name, backend in backends.items()
            if isinstance(backend, RunsPrograms)
        }
        self._limiters = {name: limiters[name] for name in self._each}
        self._say = say
        self._machine = MACHINE if machine is None else machine
        self._room: dict[str, int | None] = dict.fromkeys(self._each)
        self._slots: dict[str, int | None] = dict.fromkeys(self._each)
        self._next = -math.inf
        self._short = False

    def begin(self, tasks: Iterable[ScheduledTask], concurrency: int) -> None:
        """Keep to the system's limits, and tell where less than the run's concurrency is possible.

        Args:
            tasks: Of the run.
            concurrency: Tasks that are to run at once; may be raised later.
        """
        counts = Counter(task.backend for task in tasks if task.backend in self._each)
        if not counts:
            return
        room = self._machine.room(sum(counts.values()), max(self._each[name] for name in counts))
        for name in counts:
            limiter = self._limiters[name]
            if room is None:
                limiter.set_slots(None)
                continue
            most = max(1, room.programs // len(counts))
            self._slots[name] = limiter.running + most
            limiter.set_slots(self._slots[name])
            if most < min(concurrency, counts[name]):
                self._room[name] = most
                self._tell(name, most, room.why)

    def look(self, now: float) -> None:
        """Hold new programs back while memory is short and others run.

        Args:
            now: By the loop's clock. Looks at most once a second.
        """
        if now < self._next or not self._limiters:
            return
        running = sum(limiter.running for limiter in self._limiters.values())
        self._next = now + LOOK_S
        memory = self._machine.memory()
        short = memory is not None and memory.short
        for name, limiter in self._limiters.items():
            # One that runs alone may always start.
            limiter.set_slots(max(1, limiter.running) if short else self._slots[name])
            if short and running:
                limiter.hold(now + LOOK_S)
        if short != self._short:
            self._short = short
            self._tell_memory(memory if short else None)

    def _tell_memory(self, memory: Memory | None) -> None:
        programs = FOOTPRINTS.together
        taken = f"; programs have {programs.memory // 2**20:,} MiB" if programs else ""
        for name, limiter in self._limiters.items():
            if memory is not None:
                self._tell(name, max(1, limiter.running), f"memory is short, {memory}{taken}")
            else:
                change = Change(self._room[name], None, 0.0, lower=False)
                self._say.limit(name, change, "there is memory again", machine=True)

    def _tell(self, name: str, most: int, why: str) -> None:
        self._say.limit(name, Change(most, None, 0.0, lower=True), why, machine=True)
