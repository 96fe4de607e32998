"""Exchange: where reports of all workers come in, and go to the attempts that they are about.

A report of an attempt that nobody waits for is dropped: what ended once is never told
again. A gap in an attempt's numbers, a lost worker, silence, a lost scheduler: each is
that attempt's failure, at once. This module does not know Dask.
"""

import asyncio
from dataclasses import dataclass, field

from orchtui.engine.cluster import wire
from orchtui.engine.errors import BackendError
from orchtui.engine.text import clean_line


@dataclass(slots=True)
class Mailbox:
    """What has come from one attempt."""

    key: str
    worker: str
    """The address of its worker."""
    name: str
    """What to call that worker."""
    heard: float | None = None
    """The loop's time of the last report."""
    ended: bool = False
    """Whether the worker has said that nothing runs there any more."""
    owing: bool = False
    """Whether it said so of files that are to be fetched: until then it can be lost with them."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when something has come, or nothing can come any more."""
    _next: int = 1
    _items: "asyncio.Queue[wire.Item | BackendError]" = field(default_factory=asyncio.Queue)
    _failed: bool = False

    @property
    def settled(self) -> bool:
        """Whether nothing more is needed of its worker."""
        return self.ended and not self.owing

    async def get(self) -> wire.Item:
        """The next item, in order.

        Raises:
            BackendError: when none can come any more.
        """
        item = await self._items.get()
        if isinstance(item, BackendError):
            self._items.put_nowait(item)  # whoever asks again is told again
            raise item
        return item

    def put(self, report: wire.Report) -> None:
        """A report has come."""
        if self._failed or report.number < self._next:
            return  # told before
        if report.number > self._next:
            self.fail(
                f"a part of what the worker {self.name} said is missing "
                f"({self._next} of {report.number}); if that happens again, {wire.SAME_VERSION}"
            )
            return
        self._next += 1
        self.begun.set()
        self.heard = asyncio.get_running_loop().time()
        for item in report.items:
            if isinstance(item, wire.Ended):
                self.ended, self.owing = True, item.files
            self._items.put_nowait(item)

    def fail(self, why: str, *, retryable: bool = True) -> None:
        """Nothing more can come."""
        if self._failed:
            return
        self._failed = True
        self.begun.set()
        self._items.put_nowait(BackendError("connection", why, retryable=retryable))


class Exchange:
    """The mailboxes of all attempts that go on."""

    def __init__(self) -> None:
        self._boxes: dict[str, Mailbox] = {}

    def open(self, key: str, worker: str, name: str) -> Mailbox:
        """A mailbox for a new attempt.

        Args:
            key: The attempt's.
            worker: The address of its worker.
            name: What to call that worker.
        """
        box = self._boxes[key] = Mailbox(key, worker, clean_line(name, 100))
        return box

    def close(self, key: str) -> None:
        """The attempt is over here: what still comes of it is dropped."""
        self._boxes.pop(key, None)

    @property
    def keys(self) -> tuple[str, ...]:
        """The attempts that go on."""
        return tuple(self._boxes)

    def find(self, key: str) -> Mailbox | None:
        """The mailbox of an attempt that goes on."""
        return self._boxes.get(key)

    def take(self, data: bytes) -> bool:
        """Sort in a report; what is none is dropped: anybody in the cluster can send here.

        Returns:
            Whether it is one of an attempt that goes on.
        """
        try:
            report = wire.report_of(data)
        except wire.Garbled:
            return False
        if (box := self._boxes.get(report.key)) is None:
            return False
        box.put(report)
        return True

    def lost_worker(self, worker: str, then: str = "") -> None:
        """A worker is gone.

        Args:
            worker: Its address.
            then: What becomes of it, where somebody knows.
        """
        for box in self._boxes.values():
            # One that has said its last word was not lost in the middle of it.
            if box.worker == worker and not box.settled:
                box.fail(f"the worker {box.name} was lost" + (f"; {then}" if then else ""))

    def unanswered(self, worker: str) -> None:
        """A worker does not answer: what has not begun there will not, and files do not come.

        What has begun is found out by its silence.
        """
        for box in self._boxes.values():
            if box.worker == worker and (box.heard is None or box.owing):
                box.fail(f"the worker {box.name} was lost: it does not answer")

    def not_begun(self, worker: str, why: str) -> None:
        """Nothing begins on a worker, for now; what has begun there goes on.

        Args:
            worker: Its address.
            why: In words.
        """
        for box in self._boxes.values():
            if box.worker == worker and box.heard is None:
                box.fail(f"the worker {box.name} begins nothing now: {why}")

    def lost_all(self, why: str) -> None:
        """Nothing can come from anybody."""
        for box in self._boxes.values():
            if not box.settled:
                box.fail(why)

    def silent(self, patience: float) -> None:
        """Give up those that began and from which nothing came for so many seconds."""
        now = asyncio.get_running_loop().time()
        for box in self._boxes.values():
            if not box.ended and box.heard is not None and now - box.heard > patience:
                box.fail(f"the worker {box.name} was lost: nothing came for {patience:.0f} s")

    def forgive(self) -> None:
        """Nobody's silence so far counts: it was this side that did not listen."""
        now = asyncio.get_running_loop().time()
        for box in self._boxes.values():
            if box.heard is not None:
                box.heard = now
