"""The end of the process: nothing that hangs may keep it from ending.

`asyncio.run` waits for every coroutine that it cancels and for every thread, for
as long as they like: a disk that does not answer would hold the process for
ever, long after the run is written. This module never cuts short what still has
time to end by itself.
"""

import os
import sys
import threading
import time
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

PATIENCE = 3.0
"""Seconds for what is left over when everything is done."""

_WORKERS = "orchtui-worker"

_T = TypeVar("_T")


def run(main: Coroutine[Any, Any, _T], patience: float = PATIENCE) -> _T:
    """`asyncio.run`, but that what is left over has so many seconds to end.

    Args:
        main: What to run.
        patience: For the coroutines that are left, and then again for the threads.
    """
    # Not above: most commands need neither, and the help is to come at once.
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    runner = asyncio.Runner()
    loop = runner.get_loop()
    workers = ThreadPoolExecutor(thread_name_prefix=_WORKERS)
    loop.set_default_executor(workers)
    try:
        return runner.run(main)
    finally:
        for task in (left := asyncio.all_tasks(loop)):
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=patience))
        workers.shutdown(wait=False, cancel_futures=True)
        if not (asyncio.all_tasks(loop) or _busy(patience)):
            runner.close()


def leave(code: int, patience: float = PATIENCE) -> NoReturn:
    """End the process with this code, also where a thread hangs.

    Args:
        code: The exit code.
        patience: Seconds for threads that still work.
    """
    if not _busy(patience):
        sys.exit(code)
    # Python would wait for the threads for ever.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue  # whoever read it has gone
    os._exit(code)


def _busy(patience: float) -> bool:
    """Whether a worker thread still works when that time is over."""
    end = time.monotonic() + patience
    for thread in threading.enumerate():
        if thread.name.startswith(_WORKERS):
            thread.join(max(0.0, end - time.monotonic()))
            if thread.is_alive():
                return True
    return False
