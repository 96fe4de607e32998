"""The terminal under the app, which may go away while the app runs.

Textual writes to it in a thread that ends at the first error; the queue in front
of it then fills, and the app would wait for room in it for ever. This module
never draws.
"""

import contextlib
import select
import signal
from io import TextIOWrapper
from typing import Any, TextIO, cast

from textual.drivers.linux_driver import LinuxDriver

from orchtui.ui.terminal.attention import Attention

_END_WITHIN = 40
"""Seconds from the loss of the terminal to the end of the process, whatever the app is doing.

More than quitting may take: `app.LEAVE_WITHIN` twice, `app.LET_GO_WITHIN`, backends that close,
and what is left of coroutines and threads.
"""


class TerminalDriver(LinuxDriver):
    """Textual's own driver; what a lost terminal refuses is dropped, and its title is put back."""

    attention: Attention | None = None
    """Whose title the window has, once the app has begun."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        assert self._file is not None
        self._file = cast(TextIOWrapper, _Lossy(self._file))

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]  # it has no types
        if self.attention is not None:  # not the first time: back from another program
            self.attention.open()

    def stop_application_mode(self) -> None:
        if self.attention is not None:
            self.attention.close()
        super().stop_application_mode()


class _Lossy:
    """A text file that never fails."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()

    def fileno(self) -> int:
        return self._file.fileno()


def expect_hangup() -> None:
    """From now on the loss of the terminal ends the process in time, whatever it is doing.

    To be called after the loop has its own handler of SIGHUP, which goes on to be told.
    """
    # The loop's handler is told through its wake-up descriptor; this one runs at once, also
    # while the loop is blocked. Nobody handles the alarm: the system then ends the process.
    signal.signal(signal.SIGHUP, lambda *_: signal.alarm(_END_WITHIN))


def is_gone(descriptor: int) -> bool:
    """Whether the terminal at this descriptor has been hung up.

    Who started the app without making that terminal its controlling one gets no SIGHUP, and
    reading from it then gives nothing, at once and for ever.
    """
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(seen & (select.POLLHUP | select.POLLNVAL) for _, seen in poll.poll(0))
