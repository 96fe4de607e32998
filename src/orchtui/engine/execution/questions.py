"""Questions that a running task has for the person at the screen, and what else it reports.

A question is asked and answered as events, so every front end sees it in the
Run. Nobody there, or no answer within a minute, is a no. This module never
decides what is allowed.
"""

import asyncio
from collections.abc import Callable
from itertools import count

from orchtui.engine.execution.announce import Announcer
from orchtui.engine.execution.attempt import Cancel
from orchtui.engine.execution.work import Work
from orchtui.engine.text import clean_line
from orchtui.engine.workspace.site import Race, Refusable

PATIENCE = 60.0
"""Seconds that a question waits for its answer."""

_SIGN_S = 1.0
"""A task that waits for a person is not silent, and its timeout stands still: how often the first
is noted, in seconds."""


class Questions:
    """The open questions of a session.

    Args:
        say: Tells of them.
        attended: Whether a person is at the screen.
    """

    def __init__(self, say: Announcer, *, attended: bool) -> None:
        self._say = say
        self.attended = attended
        self._open: dict[str, asyncio.Future[bool]] = {}
        self._numbers = count(1)

    def answer(self, question: str, allowed: bool) -> bool:
        """Answer a question; False when it is not open any more."""
        future = self._open.get(question)
        if future is None or future.done():
            return False
        future.set_result(allowed)
        return True

    async def ask(self, work: Work, what: str) -> bool:
        """Ask, and wait for the answer."""
        loop = asyncio.get_running_loop()
        question = f"{work.task.id}-{work.attempt}-{next(self._numbers)}"
        self._say.asked(work, question, what)
        if not self.attended:
            self._say.answered(work, question, False, "nobody is at the screen")
            return False
        future = self._open[question] = loop.create_future()
        end = loop.time() + PATIENCE
        intake = work.intake
        if intake is not None:
            intake.waiting.begin(loop.time())
        try:
            while not future.done() and loop.time() < end:
                if intake is not None:
                    intake.sign = loop.time()
                await asyncio.wait((future,), timeout=min(_SIGN_S, end - loop.time()))
        except asyncio.CancelledError:
            if work.status == "running":
                self._say.answered(work, question, False, "its task was stopped")
            raise
        finally:
            del self._open[question]
            if intake is not None:
                intake.waiting.end(loop.time())
        if future.done():
            allowed: bool = future.result()
            self._say.answered(work, question, allowed, "by hand")
            return allowed
        self._say.answered(work, question, False, f"no answer within {PATIENCE:.0f} s")
        return False


class QuestionsBeside(Questions):
    """Those of second attempts, which run beside a first one.

    Where a person is at the screen, such an attempt is stopped when it asks: what it would come to
    without what only the first one may ask for must not overtake that. Once it has taken the first
    one's place it asks as any attempt does.

    Args:
        say: Tells what they say.
        first: The questions of the first attempts.
        stands: Whether one has taken the first one's place.
    """

    def __init__(self, say: Announcer, first: Questions, stands: Callable[[Work], bool]) -> None:
        super().__init__(say, attended=False)
        self._first = first
        self._stands = stands

    async def ask(self, work: Work, what: str) -> bool:
        """Ask, where that is for it to do."""
        if self._stands(work):
            return await self._first.ask(work, what)
        if not self._first.attended:
            return await super().ask(work, what)
        if work.stop is not None and not work.stop.done():
            why = "it asked to be allowed what a person is asked about only by the first attempt"
            work.stop.set_result(Cancel(why))
        return False


class Witness:
    """Tells what happens to files in one attempt; after its end it tells nothing more.

    Args:
        work: The task.
        say: Makes the events.
        questions: Where to ask.
    """

    def __init__(self, work: Work, say: Announcer, questions: Questions) -> None:
        self._work = work
        self._attempt = work.attempt
        self._say = say
        self._questions = questions

    @property
    def _over(self) -> bool:
        return self._work.status != "running" or self._work.attempt != self._attempt

    def refused(self, path: str, why: str, access: Refusable = "write") -> None:
        """Something was refused."""
        if not self._over:
            self._say.refused(self._work, clean_line(path), clean_line(why), access)

    def race(self, race: Race) -> None:
        """Two tasks met at a file."""
        self._say.race(race)

    async def ask(self, what: str) -> bool:
        """Ask the person at the screen."""
        return not self._over and await self._questions.ask(self._work, clean_line(what))
