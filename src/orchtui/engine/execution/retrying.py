"""What follows from an attempt that failed: another one, and when, or the task's end.

Errors that trying again can help are retried, with a pause that grows, as often
as the task's `retries` say. Being told to slow down is no failure: it is waited
for as long as the task's timeout lasts, and uses up no retry. This module never
waits and never starts anything.
"""

from collections.abc import Callable

from orchtui.engine.errors import BackendError
from orchtui.engine.execution.work import Work


def next_step(
    work: Work, error: BackendError, wait: Callable[[int], float]
) -> float | BackendError:
    """What follows; counts the failure.

    Args:
        work: The task, its attempt ended.
        error: Why the attempt failed.
        wait: Seconds to wait, by the number of failures.

    Returns:
        The seconds until it is tried again, or the error with which it fails for good.
    """
    if error.throttled:
        work.throttles += 1
        turn = work.throttles
    else:
        work.failures, work.throttles = work.failures + 1, 0
        turn = work.failures
        if not error.retryable or work.failures > work.task.retries:
            return error
    pause = max(wait(turn), error.retry_after or 0.0)
    if pause >= work.task.timeout - work.spent:
        note = f"{error.message}; no time is left for another attempt"
        return BackendError(error.kind, note)
    return pause
