"""Holding: while the bytes of a stream gather, its connection is not read.

The system keeps what comes meanwhile, and one read takes it all; else each chunk wakes the event
loop, whoever waits for it or not. aiohttp gives a response's connection out, but the SDK does not
give out aiohttp's response: it is looked for inside. Where another version keeps it elsewhere,
nothing is held, which costs time and nothing else. This module never reads anything.
"""

import contextlib
from asyncio import Transport
from collections.abc import Iterator
from typing import Any


class Holding:
    """The connection of one response, held now and then.

    Args:
        stream: The response's, as the SDK gives it out.
    """

    def __init__(self, stream: object) -> None:
        inner = getattr(stream, "_stream", stream)
        self._response: Any = getattr(inner, "_aiohttp_response", None)

    @property
    def connection(self) -> Transport | None:
        """What would be held; `None` where it is not known, or the response is over."""
        found = getattr(getattr(self._response, "connection", None), "transport", None)
        return found if isinstance(found, Transport) else None

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nothing is read meanwhile. However it ends, the connection is read again."""
        connection = self.connection
        if connection is None:
            yield
            return
        connection.pause_reading()
        try:
            yield
        finally:
            connection.resume_reading()
