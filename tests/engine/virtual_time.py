"""An event loop whose clock jumps to the next timer instead of waiting for it.

Hours of a run pass in milliseconds, and in the same order as they would. Work in
threads (files, mostly) takes no time by this clock: it stands still until the work
is done. Nothing here waits for sockets or processes, nor for threads that the loop
does not know of; `at_work` tells it of those.
"""

import asyncio
import contextlib
import selectors
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

_T = TypeVar("_T")

_LOST = 30.0
"""Real seconds after which work in a thread counts as lost."""


class _NoWait(selectors.DefaultSelector):
    """A selector that moves the loop's clock forward by what it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.at_work = 0
        """Pieces of work under way outside the loop."""

    def select(self, timeout: float | None = None) -> Any:
        if timeout is not None and timeout <= 0:
            return super().select(0)
        if self.at_work:
            if not (ready := super().select(_LOST)):
                raise AssertionError("work in a thread does not come to its end")
            return ready
        if timeout is None:
            raise AssertionError("everything waits and no timer is set: this would hang for ever")
        self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop that `run` uses."""

    def __init__(self) -> None:
        self._virtual = _NoWait()
        super().__init__(self._virtual)
        # The wall clock's is lost when it is added to months of virtual time, and no timer is due.
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self._virtual.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Any, *args: Any
    ) -> "asyncio.Future[Any]":
        self._virtual.at_work += 1
        try:
            future = super().run_in_executor(executor, func, *args)
        except BaseException:
            self._virtual.at_work -= 1
            raise
        future.add_done_callback(self._done)
        return future

    async def shutdown_default_executor(self, *patience: Any) -> None:
        with self.at_work():
            await super().shutdown_default_executor(*patience)

    def _done(self, _: "asyncio.Future[Any]") -> None:
        self._virtual.at_work -= 1

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """While somebody waits for a thread that this loop does not know of."""
        self._virtual.at_work += 1
        try:
            yield
        finally:
            self._virtual.at_work -= 1

    @property
    def timers(self) -> int:
        """Timers that are set."""
        scheduled: list[asyncio.TimerHandle] = self._scheduled  # type: ignore[attr-defined]
        return sum(not timer.cancelled() for timer in scheduled)


def run(main: Coroutine[Any, Any, _T]) -> _T:
    """`asyncio.run`, on a virtual clock."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
