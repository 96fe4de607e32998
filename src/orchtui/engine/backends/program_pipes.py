"""Pipes: the streams of a program on the event loop, without a task or a thread for each.

Output is read when the loop says that there is some. Of hundreds of programs each
is read some times a second only, see `Pace`; what it prints meanwhile stays in the
pipe, which makes the program wait when it is full, so that nothing is lost. A
prompt that fits into a pipe is there before its program starts. This module never
starts a program and never looks at what goes through.
"""

import asyncio
import os
from collections.abc import Callable

from orchtui.engine.backends.reading_pace import Pace

_READ_BYTES = 64 * 1024
"""Of one read; a pipe on Linux holds as much (pipe(7))."""
_ROOM_BYTES = 64 * 1024
"""Input that may wait to be taken; who has more is made to wait."""

PACE = Pace()
"""Of all programs: they share one event loop."""


class OutputPipe:
    """The reading end of a program's output.

    Args:
        descriptor: Closed by this object.
        received: Takes what was read.
        ended: Called once at the end of the output, or when it can not be read.
    """

    def __init__(
        self, descriptor: int, received: Callable[[bytes], None], ended: Callable[[], None]
    ) -> None:
        os.set_blocking(descriptor, False)
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._received = received
        self._ended = ended
        self._gathering: asyncio.TimerHandle | None = None
        self._listening = False
        self._paused = self._hurried = self._closed = False
        self._counted = PACE.stream()
        self._counted.__enter__()
        self._listen()

    def pause(self) -> None:
        """Read nothing until `resume`."""
        self._paused = True
        self._quiet()

    def resume(self) -> None:
        """Read on."""
        if self._paused and not self._closed:
            self._paused = False
            self._listen()

    def hurry(self) -> None:
        """Let nothing gather from now on, as the program has ended."""
        self._hurried = True
        if self._gathering is not None:
            self._quiet()
            self._listen()

    def close(self) -> None:
        """Read no more. Safe to call twice."""
        if not self._closed:
            self._closed = True
            self._quiet()
            self._counted.__exit__(None, None, None)
            os.close(self._descriptor)

    def _listen(self) -> None:
        if not self._listening:
            self._listening = True
            self._loop.add_reader(self._descriptor, self._read)

    def _quiet(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if self._listening:
            self._listening = False
            self._loop.remove_reader(self._descriptor)

    def _gathered(self) -> None:
        self._gathering = None
        self._read()

    def _read(self) -> None:
        try:
            data = os.read(self._descriptor, _READ_BYTES)
        except (BlockingIOError, InterruptedError):
            self._listen()
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            self._ended()
            return
        self._received(data)
        if self._paused or self._closed:
            return
        pause = 0.0 if self._hurried else PACE.pause(len(data))
        if pause:
            self._quiet()
            self._gathering = self._loop.call_later(pause, self._gathered)
        else:
            self._listen()


class InputPipe:
    """The writing end of a program's input. That nobody reads it is no failure.

    Args:
        descriptor: Closed by this object.
    """

    def __init__(self, descriptor: int) -> None:
        os.set_blocking(descriptor, False)
        self._loop = asyncio.get_running_loop()
        self._descriptor = descriptor
        self._left = bytearray()
        self._last = self._listening = False
        self._room = asyncio.Event()
        self._room.set()
        self.closed = False

    def write(self, data: bytes, *, last: bool = False) -> None:
        """Give data, which waits here until there is room for it.

        Args:
            data: What comes next.
            last: Whether the input ends with it.
        """
        if self.closed:
            return
        waits = bool(self._left)
        self._left += data
        self._last |= last
        if waits:
            self._look_at_room()
            return
        self._send()
        if self._left and not self.closed:
            self._listening = True
            self._loop.add_writer(self._descriptor, self._go_on)

    async def room(self) -> None:
        """Wait until not much waits to be taken, or nobody can take it any more."""
        await self._room.wait()

    def gone(self) -> None:
        """Nobody reads any more: whoever waits for room need not."""
        self._room.set()

    def close(self) -> None:
        """Give no more, also what waits. Safe to call twice."""
        if not self.closed:
            self.closed = True
            self._quiet()
            os.close(self._descriptor)
            self._left.clear()
            self._room.set()

    def _go_on(self) -> None:
        self._send()
        if not self._left:
            self._quiet()

    def _quiet(self) -> None:
        if self._listening:
            self._listening = False
            self._loop.remove_writer(self._descriptor)

    def _send(self) -> None:
        try:
            if self._left:
                del self._left[: os.write(self._descriptor, self._left)]
        except (BlockingIOError, InterruptedError):
            pass
        except OSError:
            self.close()
            return
        if self._last and not self._left:
            self.close()
        else:
            self._look_at_room()

    def _look_at_room(self) -> None:
        if len(self._left) > _ROOM_BYTES:
            self._room.clear()
        else:
            self._room.set()
