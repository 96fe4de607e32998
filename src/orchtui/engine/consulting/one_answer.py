"""One question to a model and its whole answer, outside of any run.

The text is cleaned and without secrets; whatever goes wrong becomes words.
Nothing is asked twice. This module never knows what was asked.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from orchtui.engine.backends import base
from orchtui.engine.errors import BackendError, ErrorKind, NoBackendError
from orchtui.engine.execution import attempt
from orchtui.engine.run_events.events import Usage
from orchtui.engine.run_events.redaction import Redactor
from orchtui.engine.text import clean_line

_WORDS: Mapping[ErrorKind, str] = {
    "refusal": "the model refused to answer",
    "truncated": "the answer was cut off at {most:,} tokens",
    "empty": "the answer is empty",
    "tool": "the model called a tool instead of answering",
}
"""Where the executor's words would tell what to change in a task."""


_WITHOUT_MODEL: Mapping[str, str] = {
    "rehearsal": "it has no model, and its text is made up",
    "command": "it runs programs that tasks name",
}


def require_model(backend: str, what: str) -> None:
    """Refuse a backend that has no model to ask.

    Args:
        backend: Its name.
        what: What needs one: `a judge`.

    Raises:
        NoBackendError: when it has none.
    """
    if backend in _WITHOUT_MODEL:
        raise NoBackendError(
            f"{what} needs a model, and '{backend}' can not give one: "
            f"{_WITHOUT_MODEL[backend]}; choose anthropic or local with --backend"
        )


class Answer(NamedTuple):
    """What came of asking."""

    text: str
    """The whole answer; what there was of it where it failed."""
    problem: str
    """Why it can not be used, safe to show; empty where it can."""
    model: str | None
    """The one that answered, as the server named it."""
    usage: Usage
    kind: ErrorKind | None = None
    """The kind of the problem; `None` where there is none."""


async def ask_once(
    backend: base.Backend,
    assignment: base.Assignment,
    *,
    limit: float,
    longest: int,
    redactor: Redactor,
    noticed: Callable[[int], object] = lambda characters: None,
) -> Answer:
    """Ask, and wait for the end of the answer. Leaves nothing behind when cancelled.

    Args:
        backend: One that has a model.
        assignment: The question.
        limit: Seconds for the whole answer.
        longest: Characters after which an answer is given up.
        redactor: Hides secrets in what it says.
        noticed: Called with the characters that there are of the answer, as they come; must be
            cheap.
    """
    reading = _Reading(redactor, longest, noticed)
    failure = await reading.read(backend, assignment, limit)
    problem = ""
    if failure is not None:
        words = _WORDS.get(failure.kind, clean_line(redactor.text(failure.message)))
        problem = words.format(most=assignment.max_tokens) if failure.kind in _WORDS else words
    named = reading.intake.model
    return Answer(
        text=reading.text,
        problem=problem,
        model=clean_line(named, 100) if named else None,
        usage=reading.intake.usage,
        kind=failure.kind if failure is not None else None,
    )


class _Reading:
    """One answer while it arrives."""

    def __init__(self, redactor: Redactor, longest: int, noticed: Callable[[int], object]) -> None:
        self._stop: asyncio.Future[attempt.Stop] = asyncio.get_running_loop().create_future()
        self._pieces: list[str] = []
        self._longest = longest
        self._noticed = noticed
        self.intake = attempt.Intake(
            notice=self._notice, notice_tool=lambda event: None, cleaner=redactor.cleaner()
        )

    @property
    def text(self) -> str:
        """What has come, without what could act on a terminal."""
        return "".join(self._pieces)

    async def read(
        self, backend: base.Backend, assignment: base.Assignment, limit: float
    ) -> BackendError | None:
        """Read it to its end; why it failed, if it did."""
        reader = asyncio.create_task(attempt.read(backend, assignment, base.NO_TOOLS, self.intake))
        try:
            patience = attempt.Patience(left=limit, limit=limit, idle=backend.idle_timeout)
            failure = await attempt.watch(reader, self._stop, self.intake, lambda: patience)
        finally:
            self.intake.closed = True
            if not reader.done():
                reader.cancel()
                # What it still raises is no news and must not reach the terminal.
                reader.add_done_callback(lambda late: late.cancelled() or late.exception())
                await asyncio.wait((reader,), timeout=attempt.GRACE)
        if failure is None:
            self._pieces.append(self.intake.take(last=True))
            failure = attempt.judge(
                self.intake, accept_truncated=False, max_tokens=assignment.max_tokens
            )
        assert not isinstance(failure, attempt.Cancel)  # only `_notice` stops it
        return failure

    def _notice(self) -> None:
        self._pieces.append(self.intake.take())
        self._noticed(self.intake.length)
        if self.intake.length > self._longest and not self._stop.done():
            words = f"the answer is longer than {self._longest:,} characters"
            self._stop.set_result(BackendError("bad_request", words))
