"""Follower: the events of a journal that another process is writing, as they come.

It reads only what is new, leaves a line that is not whole for the next time, and
notices when the file was cut off, put aside or deleted, and when its writer is
gone. Watch folds what it reads into a Run. This module never writes a file, and
never holds up whoever writes.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

from orchtui.engine.errors import StorageError
from orchtui.engine.journals import journal
from orchtui.engine.journals.whole_lines import WholeLines
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders import past_runs
from orchtui.engine.runs import fold
from orchtui.engine.runs.run import Run

PAUSE = 0.15
"""Seconds between two looks at the journal: three of its writer's batches."""

_IN_ONE_GO = 500
"""Events that are folded before others get their turn in the loop."""

AnyEvent = ev.RunEvent | ev.UnknownEvent


class Follower:
    """Reads a growing journal from its beginning.

    Args:
        folder: The run folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / journal.FILE
        self._reading = WholeLines(self._path)
        self._lines = 0

    def new(self) -> list[AnyEvent]:
        """The events that came since the last call, a bounded number of them. Blocks.

        Raises:
            StorageError: when the journal is not the one it was, or a line is not an event.
        """
        events: list[AnyEvent] = []
        for line in self._reading.next().split(b"\n")[:-1]:
            self._lines += 1
            try:
                events.append(ev.decode(line))
            except ValueError as error:
                raise StorageError(f"{self._path}:{self._lines}: not an event: {error}") from error
        return events

    def alive(self) -> bool:
        """Whether somebody is writing the journal right now. Blocks, for an instant."""
        return journal.is_alive(self.folder)

    async def batches(self, pause: float = PAUSE) -> AsyncGenerator[list[AnyEvent], None]:
        """Events as they come, until nobody writes the journal any more and all of it is read.

        Args:
            pause: Seconds between two looks.

        Raises:
            StorageError: as `new`.
        """
        gone = False
        while True:
            batch = await asyncio.to_thread(self.new)
            if batch:
                yield batch
            elif gone:
                return
            # Asked before the next look: what a writer left behind is read after it went.
            gone = not await asyncio.to_thread(self.alive)
            if not batch and not gone:
                await asyncio.sleep(pause)


class Watch:
    """A run that another process writes, kept up to date. Iterate over it to the end.

    Args:
        folder: The run folder.
        pause: Seconds between two looks at the journal.
    """

    def __init__(self, folder: Path, pause: float = PAUSE) -> None:
        self._follower = Follower(folder)
        self._pause = pause
        self.run: Run | None = None
        """All that is known of it; there once `catch_up` or the first event has come."""

    async def catch_up(self) -> Run:
        """Fold what is there already, without telling it.

        Raises:
            StorageError: when the journal can not be read, is empty, or is another run's.
            IllegalTransitionError: when an event does not fit.
        """
        await asyncio.to_thread(self._catch_up)
        if self.run is None:
            folder = self._follower.folder
            raise StorageError(f"{folder}: the journal holds no whole event: this run never began")
        return self.run

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        """Tell every event once it is folded, until nobody writes the run any more.

        Raises:
            StorageError, IllegalTransitionError: as `catch_up`.
        """
        folded = 0
        async with aclosing(self._follower.batches(self._pause)) as batches:
            async for batch in batches:
                for event in batch:
                    self._fold(event)
                    yield event
                    folded += 1
                    if folded % _IN_ONE_GO == 0:
                        await asyncio.sleep(0)

    @property
    def interrupted(self) -> bool:
        """Whether the last session has no end: once nobody writes any more, it was broken off."""
        return self.run is None or self.run.finished is None

    def _catch_up(self) -> None:
        while batch := self._follower.new():
            for event in batch:
                self._fold(event)

    def _fold(self, event: AnyEvent) -> None:
        if self.run is not None:
            fold.apply(self.run, event)
            return
        self.run = past_runs.own(self._follower.folder, fold.begin(event))
