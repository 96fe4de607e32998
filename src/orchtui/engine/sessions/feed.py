"""Feed: the events of a session in one order, news of the disk among them.

An event is numbered when it happens, and executors keep theirs until they are asked
for. What happens to the disk meanwhile is put where its number belongs. This module
never commits an event.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from orchtui.engine.execution.executor import Executor
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_events.stamp import Stamp


class Feed:
    """Where the events of one session come together.

    Args:
        stamp: Numbers them; the executors' too.
    """

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._active: Executor | None = None
        self._late: list[ev.RunEvent] = []
        """What was told while no executor was asked for events."""

    def tell(self, kind: type[ev.StorageEvent], **fields: object) -> None:
        """Something happened to the disk."""
        event = self._stamp(kind, **fields)
        if self._active is not None:
            self._active.add(event)
        else:
            self._late.append(event)

    async def of(self, executor: Executor) -> AsyncGenerator[list[ev.RunEvent], None]:
        """Run everything of an executor; see `Executor.batches`."""
        self._active = executor
        async with aclosing(executor.batches()) as batches:
            async for batch in batches:
                yield batch
        self._active = None

    def take(self) -> list[ev.RunEvent]:
        """What was told between executors, and after the last one."""
        late, self._late = self._late, []
        return late
