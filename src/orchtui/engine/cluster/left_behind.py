"""What a worker that was killed leaves: a process of its own ends its programs, and removes its
folders, as it can not itself.

A worker that runs programs starts this file and keeps the other end of its standard input, which
so ends when the worker does, however that comes about. What carries the worker's marks then is
ended: nothing where the worker has ended as it should. This module never starts a program.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping

from orchtui.engine.backends import strays
from orchtui.engine.paths.temporary_folders import sweep

_PROGRAM = (sys.executable, "-m", "orchtui.engine.cluster.left_behind")

GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL."""
_PATIENCE = 10.0
"""Seconds after which what can not be ended is left."""
_STEP = 0.05
_AGAIN = 0.3


class Guard:
    """Sees to the programs of this process, should it be killed.

    Args:
        environment: This process' own. One with a mark in it was started by an orchtui that ends
            what it leaves; there is nothing to do then.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._needed = strays.MARK not in environment
        self._process: subprocess.Popen[bytes] | None = None
        self._one = threading.Lock()

    def start(self) -> None:
        """Start it, where it does not run. Blocks; from any thread.

        Raises:
            OSError: when the system refuses.
        """
        if not self._needed:
            return
        with self._one:
            if (old := self._process) is not None:
                if old.poll() is None:
                    return
                strays.HOUSEHOLD.forget_helper(old.pid)
            self._process = _started()


def _started() -> "subprocess.Popen[bytes]":
    with strays.HOUSEHOLD.starting():
        process = subprocess.Popen(
            (*_PROGRAM, strays.own_beginning()),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            # Neither what is typed at the worker's terminal nor what ends its group is for it.
            start_new_session=True,
        )
        strays.HOUSEHOLD.add_helper(process.pid)
    return process


def end_all(beginning: str) -> None:
    """End all that carries marks which begin like this. Blocks."""
    clock = time.monotonic
    begun, nothing = clock(), 0
    while clock() - begun < _PATIENCE and nothing < 2:
        found = list(strays.of_beginning(beginning))
        # One that was just being started shows its mark a moment later.
        nothing = 0 if found else nothing + 1
        strays.signal_all(found, clock() - begun >= GRACE)
        time.sleep(_STEP if found else _AGAIN)


def main() -> None:
    """Wait for the end of whoever started this, and end and remove what it has left."""
    while os.read(0, 4096):
        pass
    end_all(sys.argv[1])
    sweep()


if __name__ == "__main__":
    main()
