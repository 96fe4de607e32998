"""Joining text: many chunks become one event.

Text is collected for a moment over all tasks, so that journal, fold and screen
do no work for each chunk. This module never waits for anything.
"""

import asyncio
from collections.abc import Callable

from orchtui.engine.execution.work import Work

JOIN = 0.05
"""Seconds that text is collected before it becomes an event."""

JOIN_FOR_EACH = 0.0002
"""Seconds more of it for each task that speaks, beyond those that `JOIN` has time for: no more than
5,000 events of text a second are folded, written and drawn, and of 1,000 tasks text comes every
0.2 s."""


class Joiner:
    """Collects the text of running tasks.

    Args:
        say: Takes a task's cleaned text, at most once every `JOIN` seconds unless asked for.
    """

    def __init__(self, say: Callable[[Work, str], None]) -> None:
        self._say = say
        self._dirty: dict[str, Work] = {}
        self._speaking = 0

    def notice(self, work: Work) -> None:
        """Remember that text has come in; cheap enough for every chunk."""
        if not self._dirty:
            delay = max(JOIN, self._speaking * JOIN_FOR_EACH)
            asyncio.get_running_loop().call_later(delay, self._flush_all)
        self._dirty[work.task.id] = work

    def flush(self, work: Work, *, last: bool = False) -> None:
        """Say what has come in so far.

        Args:
            work: Whose text.
            last: Whether nothing more will come in this attempt.
        """
        intake = work.intake
        if intake is not None and not intake.closed and (text := intake.take(last=last)):
            work.pieces.append(text)
            self._say(work, text)

    def _flush_all(self) -> None:
        self._speaking = len(self._dirty)
        for work in self._dirty.values():
            self.flush(work)
        self._dirty.clear()
