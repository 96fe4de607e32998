"""Exits: tells when a child of this process has ended, and how, without a thread for each.

Linux gives a descriptor for a process (pidfd_open(2)), and the event loop waits
for it as for any other. Elsewhere, and where there are no more descriptors, all
children are looked at some hundred times a second together. This module never
ends a process.
"""

import asyncio
import os
from collections.abc import Callable

from orchtui.engine.backends.footprints import FOOTPRINTS

Told = Callable[[int], None]
"""Takes an exit code; a signal's number is negative."""

UNKNOWN = 255
"""The code of one that somebody else has collected; asyncio says the same."""

_STEP_S = 0.01


class Exits:
    """The children of one event loop that are waited for."""

    def __init__(self) -> None:
        self._looked_at: dict[int, Told] = {}

    def watch(self, pid: int, told: Told) -> None:
        """Tell once, from the event loop, when this child has ended; it is collected then."""
        loop = asyncio.get_running_loop()
        FOOTPRINTS.began(pid)
        try:
            descriptor = os.pidfd_open(pid)
        except (AttributeError, OSError):
            if not self._looked_at:
                loop.call_later(_STEP_S, self._look, loop)
            self._looked_at[pid] = told
            return

        def ended() -> None:
            loop.remove_reader(descriptor)
            os.close(descriptor)
            code = _collected(pid, 0)
            told(UNKNOWN if code is None else code)

        loop.add_reader(descriptor, ended)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        for pid, told in list(self._looked_at.items()):
            if (code := _collected(pid, os.WNOHANG)) is not None:
                del self._looked_at[pid]
                told(code)
        if self._looked_at:
            loop.call_later(_STEP_S, self._look, loop)


def _collected(pid: int, options: int) -> int | None:
    try:
        found, status, used = os.wait4(pid, options)
    except ChildProcessError:
        FOOTPRINTS.lost(pid)
        return UNKNOWN
    if found:
        FOOTPRINTS.ended(pid, used)
    return os.waitstatus_to_exitcode(status) if found else None


EXITS = Exits()
"""Of this process."""
