"""LiveRun: the one run that is going on, from its start to its last event.

At most one at a time. It pulls the orchestrator's events, so that the Run stays
up to date, and passes on what a person wants of it. This module never draws and
never asks a person anything.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from orchtui.engine.run_events.events import BudgetWarning, PermissionAsked, StorageEvent
from orchtui.engine.runs.run import Run

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.backends.process_table import Looked
    from orchtui.engine.execution.addition import Addition
    from orchtui.engine.execution.steering import Steering
    from orchtui.engine.sessions.orchestrator import Orchestrator


NeedsPerson = PermissionAsked | BudgetWarning | StorageEvent
"""What a person must not miss: a program that asks to be allowed something, most of a budget is
used, or the disk refuses."""


class LiveRun:
    """The run that is going on, if there is one."""

    def __init__(self) -> None:
        self._orchestrator: Orchestrator | None = None
        self._following: asyncio.Task[None] | None = None
        self._taken = False
        self._stopping = False
        self.out: Path | None = None
        """The artifacts folder that the last run is in."""
        self.parting: list[str] = []
        """What must not be missed of the runs so far: what is not on the disk, or elsewhere."""

    @property
    def run(self) -> Run | None:
        """The run; `None` when nothing is going on, or not yet."""
        return self._orchestrator.run if self._orchestrator else None

    @property
    def taken(self) -> bool:
        """Whether a run goes on, or is about to."""
        return self._taken

    @property
    def following(self) -> bool:
        """Whether the run has begun to be written."""
        return self._following is not None

    def take(self) -> bool:
        """Take the place of the one run, at once; False when it is taken already."""
        if self._taken:
            return False
        self._taken = True
        return True

    def free(self) -> None:
        """Give the place back: the run has ended, or none came of it."""
        self._taken = False

    def writing(self) -> str:
        """What of the run's files is being written that takes long: `writing 3,400 of 10,000
        files`; empty where nothing does."""
        writing = self._orchestrator.writing if self._orchestrator else None
        return writing.words if writing is not None else ""

    @property
    def only_writes(self) -> bool:
        """Whether all tasks have ended, and what is left is to write it down."""
        return self._orchestrator is not None and self._orchestrator.only_writes

    def now(self) -> float:
        """Seconds since 1970 by the clock of the run that is going on; else by the wall clock."""
        return self._orchestrator.now() if self._orchestrator else time.time()

    async def follow(
        self,
        orchestrator: "Orchestrator",
        begun: Callable[[Run, Path], None],
        told: Callable[[NeedsPerson], None],
    ) -> None:
        """Pull a session's events to the end, in a task of its own.

        Whoever is cancelled while waiting here ends the session early; it is still left in order,
        see `let_go`.

        Args:
            begun: Told once the run and its folder are there.
            told: Told what a person must not miss.

        Raises:
            StorageError: when the run can not be written; it is then no longer going on.
        """
        self._following = asyncio.create_task(self._pull(orchestrator, begun, told), name="follow")
        try:
            await asyncio.shield(self._following)
        except asyncio.CancelledError:
            if self._following is not None:
                self._following.cancel()
            raise

    async def _pull(
        self,
        orchestrator: "Orchestrator",
        begun: Callable[[Run, Path], None],
        told: Callable[[NeedsPerson], None],
    ) -> None:
        try:
            async with orchestrator:
                self._orchestrator = orchestrator
                begun(orchestrator.run, orchestrator.run_folder)
                if self._stopping:  # since before there was anything to stop
                    orchestrator.cancel_all()
                async for event in orchestrator:
                    if isinstance(event, NeedsPerson):
                        told(event)
        finally:
            self._orchestrator = self._following = None
            self.parting += orchestrator.last_words()
            self.out = orchestrator.out

    async def let_go(self, within: float) -> None:
        """At the end of the app: wait until a session that was ended early is left in order.

        Args:
            within: Seconds.
        """
        if (following := self._following) is not None:
            if not following.cancelling():  # a second time it would leave before all is saved
                following.cancel()
            following.add_done_callback(lambda done: done.cancelled() or done.exception())
            await asyncio.wait((following,), timeout=within)

    def cancel(self, task_id: str) -> bool:
        """Stop one task; False when it is not going on."""
        return self._orchestrator is not None and self._orchestrator.cancel(task_id)

    def cancel_all(self) -> None:
        """Stop all tasks; the run then ends by itself."""
        if self._orchestrator is not None:
            self._orchestrator.cancel_all()

    @property
    def steering(self) -> "Steering | None":
        """What a person may change while tasks run; `None` when nothing is going on."""
        return self._orchestrator.steering if self._orchestrator is not None else None

    def looked_at(self, task_id: str) -> "Looked | None":
        """What a running task's programs have of memory; `None` where nothing is known of it."""
        return self._orchestrator.looked_at(task_id) if self._orchestrator is not None else None

    def programs(self) -> "Looked | None":
        """The same of all programs that run, together."""
        return self._orchestrator.programs if self._orchestrator is not None else None

    def add(self, more: "Addition") -> bool:
        """Let one more task take part; False when the run has ended meanwhile."""
        return self._orchestrator is not None and self._orchestrator.add(more)

    def answer(self, question: str, allowed: bool) -> None:
        """Answer what a task's program wants to be allowed."""
        if self._orchestrator is not None:
            self._orchestrator.answer(question, allowed)

    def retry_failed(self) -> list[str]:
        """Try what failed, was stopped or was left out again; the ids that will run."""
        if self._orchestrator is None:
            return []
        lost = self._orchestrator.run.to_try_again
        return self._orchestrator.retry(task.id for task in lost)

    def _stand(self) -> tuple[object, ...]:
        """Another value whenever the end of the run gets on."""
        going = self._orchestrator
        return (going.run.seq, going.writing) if going is not None else ()

    async def stop(self, within: float) -> None:
        """Stop all tasks and wait until the end of the run is written, for good.

        Args:
            within: Seconds in which nothing gets on: then what is not written is given up, and the
                run stays interrupted. What thousands of tasks left may take longer than that.
        """
        self._stopping = True
        following = self._following
        if following is None:
            return
        self.cancel_all()
        before: object = None
        while not following.done() and (stand := self._stand()) != before:
            before = stand
            await asyncio.wait((following,), timeout=within)
        if not following.done():
            following.cancel()
            await asyncio.wait((following,), timeout=within)
