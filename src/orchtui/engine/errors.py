"""Every exception that orchtui raises on purpose.

    OrchtuiError
    ├── InputError              a plan, request or option is wrong; nothing was started
    ├── NoBackendError          no way to run a specialist is chosen, or it is not there
    ├── BackendError            one attempt at a task failed; says why and whether to retry
    ├── RunNotFoundError        no past run has this id, or several do
    ├── StorageError            a run folder can not be read or written
    │   └── RunAliveError       another process is writing the run; it can be watched
    └── IllegalTransitionError  an event does not fit the run; a bug, told with its story

This module never imports another module of orchtui.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

ErrorKind = Literal[
    "timeout",
    "idle",
    "deadline",
    "budget",
    "rate_limit",
    "auth",
    "bad_request",
    "refusal",
    "truncated",
    "empty",
    "connection",
    "server",
    "command",
    "tool",
    "internal",
]
"""Why a task failed. The same words stand in events, logs and results."""


class OrchtuiError(Exception):
    """The root: catch this to catch all that orchtui raises on purpose."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with an input, and where.

    `line` and `column` count from 1; 0 means that the place is not known.
    """

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place = f"{place}:{self.line}:{self.column}"
        return f"{place}: {self.message}" if place else self.message


class InputError(OrchtuiError):
    """Bad input, with all its problems at once, in the order of the text."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def lines(self, most: int) -> list[str]:
        """Its problems as somebody reads them who has the file before them: `line 3: …`.

        Args:
            most: Of them; how many more there are is a line of its own.
        """
        shown = [f"line {p.line}: {p.message}" if p.line else p.message for p in self.problems]
        more = len(shown) - most
        return [*shown[:most], f"and {more} more"] if more > 0 else shown

    @classmethod
    def of(cls, message: str, file: str = "") -> "InputError":
        """One problem without a place inside its file."""
        return cls([Problem(file, 0, 0, message)])


class NoBackendError(OrchtuiError):
    """No backend can run this; the message names the choices."""


class BackendError(OrchtuiError):
    """One attempt failed.

    Args:
        kind: What happened, in the words of the events.
        message: One or two sentences for a person, with what to do about it.
        retryable: Whether trying the same again can help.
        retry_after: Seconds that the other side asked to wait, if it did.
        throttled: Whether the other side only asks to come back later, being busy or asked too
            often: such an attempt uses up none of the task's retries. `None` goes by the kind.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        throttled: bool | None = None,
    ) -> None:
        super().__init__(message)
        self.kind: ErrorKind = kind
        self.message = message
        self.retryable = retryable
        self.retry_after = retry_after
        if throttled is None:
            throttled = kind == "rate_limit"
        self.throttled = throttled and retryable


class RunNotFoundError(OrchtuiError):
    """No run, or more than one, answers to the given id."""


class StorageError(OrchtuiError):
    """The run folder, the journal or an artifact can not be read or written."""


class RunAliveError(StorageError):
    """Another process is writing this run.

    Args:
        run_id: The run.
        pid: The process, as the run's journal names it; 0 where it does not.
    """

    def __init__(self, run_id: str, pid: int = 0) -> None:
        self.run_id = run_id
        self.pid = pid
        where = f"in process {pid}" if pid else "in another process"
        super().__init__(
            f"run {run_id} is still going on, {where}; "
            f"`orchtui runs watch {run_id}` shows it, and so does the app's list of runs"
        )


class IllegalTransitionError(OrchtuiError):
    """An event that can not follow what came before it."""
