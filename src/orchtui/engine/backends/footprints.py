"""Footprints: what running programs use of memory and of the processor.

While any program runs one thread looks at all processes, for all programs
together, about once a second; at a program's end the kernel says what it used,
with the word that collects it (wait4(2)). Nothing is done at its start but a note,
and nothing for what it prints. What is not known is not there. This module
never starts, ends or collects a program.
"""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from orchtui.engine.backends.process_table import Looked, added, processes, shares
from orchtui.engine.run_events.event_parts import ProgramUse

if TYPE_CHECKING:
    import resource

LOOK_S = 1.0
"""Seconds between two looks, at least."""
_MOST_OF_A_CORE = 0.01
"""Of a core that looks may take: with many thousand processes they are made less often."""
_FRESH_S = 2 * LOOK_S
"""Seconds for which what was seen of this process and all below it is taken for now."""
_SURELY = 17 / 16
"""How much more than orchtui's own peak a program's must be. The kernel counts pages with a delay
on each processor, so that two readings of the same are not equal."""
_MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024
"""The unit of `ru_maxrss` (getrusage(2))."""


def own_peak() -> int:
    """The most memory that this process ever had, in the unit of `ru_maxrss`.

    Not getrusage(2) where there is something better: that counts what the process had that started
    this one, a shell or an editor, and exec does not pass it on to programs a second time.
    """
    try:
        with open("/proc/self/status", "rb") as status:
            for line in status:
                if line.startswith(b"VmHWM:"):
                    return int(line.split()[1])  # KiB (proc(5))
    except (OSError, ValueError, IndexError):
        pass  # no Linux, or no /proc
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Footprint:
    """What the program of one attempt uses, with all that it starts."""

    __slots__ = ("_cpu", "_memory", "_processes", "now")

    def __init__(self) -> None:
        self.now: Looked | None = None
        """What was seen last of it; `None` before the first look and after its end."""
        self._memory = self._processes = 0
        self._cpu: float | None = None

    @property
    def use(self) -> ProgramUse | None:
        """What it has used so far; `None` where nothing is known."""
        if not self._memory and self._cpu is None:
            return None
        return ProgramUse(
            memory=self._memory or None,
            processes=self._processes or None,
            cpu_s=None if self._cpu is None else round(self._cpu, 3),
        )

    def seen(self, looked: Looked) -> None:
        """It has this much now."""
        self.now = looked
        self._memory = max(self._memory, looked.memory)
        self._processes = max(self._processes, looked.processes)

    def ended(self, memory: int | None, cpu: float) -> None:
        """A program of it is over.

        Args:
            memory: Bytes that one of its processes had, the most; `None` where that is not known.
            cpu: Seconds of the processor, of the program and all that it waited for.
        """
        self.now = None
        self._memory = max(self._memory, memory or 0)
        self._cpu = (self._cpu or 0.0) + cpu


_TAKES: ContextVar[Footprint | None] = ContextVar("footprint", default=None)


@contextmanager
def taken_by(footprint: Footprint) -> Iterator[None]:
    """Programs that are started in here, also by tasks begun in here, are this footprint's."""
    before = _TAKES.set(footprint)
    try:
        yield
    finally:
        _TAKES.reset(before)


class Footprints:
    """Those of the programs that run.

    Args:
        clock: Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._running: dict[int, Footprint] = {}
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._own_peak = 0
        """Of this process, in the unit of `ru_maxrss`, when it was asked last."""
        self._family: tuple[float, Looked] | None = None
        self._together: Looked | None = None

    def began(self, pid: int) -> None:
        """A program runs."""
        with self._lock:
            self._running[pid] = _TAKES.get() or Footprint()
            if self._thread is None:
                self._begin_to_look()

    def ended(self, pid: int, used: "resource.struct_rusage") -> None:
        """It was collected, and the kernel said what it used."""
        footprint = self._running.pop(pid, None)
        if footprint is not None:
            cpu = used.ru_utime + used.ru_stime
            footprint.ended(self._peak(used.ru_maxrss), cpu)

    def lost(self, pid: int) -> None:
        """It has ended, and somebody else has collected it."""
        footprint = self._running.pop(pid, None)
        if footprint is not None:
            footprint.now = None

    @property
    def together(self) -> Looked | None:
        """What programs had together when they were looked at last; `None` where none runs, or
        none was looked at. Asked for with every repaint, so it is not added up here."""
        return self._together if self._running else None

    def family(self) -> Looked | None:
        """What this process has with all below it, as the latest look saw it, else by a look of its
        own: then a matter for a thread. `None` where the system has no list of processes."""
        if self._family is None or self._clock() - self._family[0] > _FRESH_S:
            self.look()
        return self._family[1] if self._family is not None else None

    def look(self) -> None:
        """Look at all of them once. Takes some milliseconds; called in a thread."""
        running = self._running.copy()
        table = processes()
        if not table:
            return
        found, family = shares(table, running.keys(), os.getpid())
        self._family = self._clock(), family
        self._together = added(found.values()) if found else None
        parts: dict[Footprint, list[Looked]] = {}
        for pid, looked in found.items():
            parts.setdefault(running[pid], []).append(looked)
        for footprint, several in parts.items():
            footprint.seen(added(several))

    def _peak(self, most: int) -> int | None:
        """Bytes, of a program's `ru_maxrss`.

        A program begins as a copy of this process, whose peak counts as its own until it has more
        (exec_mmap() of Linux passes it on). So what is not more says nothing.
        """
        if most <= self._own_peak * _SURELY:
            return None
        self._own_peak = own_peak()
        return None if most <= self._own_peak * _SURELY else most * _MAXRSS_BYTES

    def _begin_to_look(self) -> None:
        # A daemon: it only reads. Not of the event loop: it is not to be woken for this.
        thread = threading.Thread(target=self._work, name="footprints", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # this process may have no more of them; the next program tries again
            return
        self._thread = thread

    def _work(self) -> None:
        pause = LOOK_S
        try:
            while True:
                time.sleep(pause)
                with self._lock:
                    if not self._running:
                        self._thread = None
                        return
                began = time.thread_time()
                self.look()
                pause = max(LOOK_S, (time.thread_time() - began) / _MOST_OF_A_CORE)
        except BaseException:  # a bug; the next program has another thread begin
            self._thread = None
            raise


FOOTPRINTS = Footprints()
"""Of this process."""
