"""FarToolBox: on a worker, the tools of an attempt whose real ToolBox stays with the coordinator.

Every use is a letter there and its answer one back, without the worker's secrets. This module
never touches a file.
"""

import asyncio
from collections.abc import Sequence

from orchtui.engine.backends.base import ToolAnswer, ToolSpec, Wish
from orchtui.engine.cluster import wire
from orchtui.engine.cluster.far_redaction import FarRedaction

_OVER = ToolAnswer(False, "this attempt is over; nothing is read or written any more")


class FarToolBox:
    """A ToolBox whose work is done elsewhere.

    Args:
        specs: What the model is offered.
        redaction: Tells the coordinator.
    """

    def __init__(self, specs: Sequence[ToolSpec], redaction: FarRedaction) -> None:
        self.specs: Sequence[ToolSpec] = specs
        self._redaction = redaction
        self._number = 0
        self._calls: dict[int, asyncio.Future[ToolAnswer]] = {}
        self._wishes: dict[int, asyncio.Future[bool]] = {}

    async def call(self, name: str, arguments: str) -> ToolAnswer:
        """Use a tool; whatever is wrong is in the answer and never raised."""
        number = self._next()
        future: asyncio.Future[ToolAnswer] = asyncio.get_running_loop().create_future()
        self._calls[number] = future
        self._redaction.item(wire.Called(number, name, arguments))
        try:
            return await future
        finally:
            self._calls.pop(number, None)

    async def permit(self, wish: Wish) -> bool:
        """Whether a program may do what it asks for."""
        if any(map(self._redaction.changes, wish.paths)):
            return False  # what is decided about would not be the path that is meant
        number = self._next()
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._wishes[number] = future
        self._redaction.item(wire.Wished(number, wish))
        try:
            return await future
        finally:
            self._wishes.pop(number, None)

    def answered(self, order: wire.Answered | wire.Permitted) -> None:
        """The coordinator's answer has come; one that nobody waits for is dropped."""
        if isinstance(order, wire.Answered):
            if (call := self._calls.get(order.number)) is not None and not call.done():
                call.set_result(order.answer)
        elif (wish := self._wishes.get(order.number)) is not None and not wish.done():
            wish.set_result(order.allowed)

    def close(self) -> None:
        """Nobody will answer any more."""
        for call in self._calls.values():
            if not call.done():
                call.set_result(_OVER)
        for wish in self._wishes.values():
            if not wish.done():
                wish.set_result(False)

    def _next(self) -> int:
        self._number += 1
        return self._number
