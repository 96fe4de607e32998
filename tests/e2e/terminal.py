"""A pseudo-terminal with orchtui in it, and what that terminal would show.

`Terminal` types keys and waits until the screen shows something; it never looks
inside the program.
"""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pyte

PATIENCE = 20.0
"""Seconds that a screen may take to show what is waited for."""


class Terminal:
    """One orchtui on one screen.

    Args:
        process: The program on its pseudo-terminal.
        columns: Width of the screen.
        rows: Height of the screen.
    """

    def __init__(self, process: "pexpect.spawn[bytes]", columns: int, rows: int) -> None:
        self.process = process
        self._inner: Any = process.ptyproc  # type: ignore[attr-defined]
        self.raw = b""
        """All that the program wrote."""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """Type keys, each as the bytes that a terminal sends."""
        for key in keys:
            self.process.send(key)
            # An escape with a key close behind it would be that key with alt.
            self._read(0.3 if key == "\x1b" else 0.05)

    def type(self, words: str) -> None:
        """Type words, faster than anybody can."""
        self.process.send(words)
        self._read(0.05)

    def wait(self, words: str) -> None:
        """Wait until the screen shows these words."""
        self.wait_until(lambda: words in self.text, words)

    def wait_gone(self, words: str) -> None:
        """Wait until the screen shows these words no more."""
        self.wait_until(lambda: words not in self.text, f"no {words}")

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait until something holds.

        Raises:
            AssertionError: with the screen, when it does not in time.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self._read(0.05)
            if holds():
                return
            if not self.process.isalive():
                break
        raise AssertionError(f"the screen never showed {what!r}:\n{self.text}")

    def wait_exit(self) -> int:
        """Wait for the program's end.

        Returns:
            Its exit code, or minus the signal that ended it.
        """
        end = time.monotonic() + PATIENCE
        while self.process.isalive() and time.monotonic() < end:
            self._read(0.05)
        self._read(0.1)
        if self.process.isalive():
            raise AssertionError(f"the program did not end:\n{self.text}")
        self.process.close()
        if self.process.signalstatus is not None:
            return -int(self.process.signalstatus)
        return int(self.process.exitstatus or 0)

    def close(self) -> None:
        """Close the terminal under the program, as closing its window does."""
        self._inner.fileobj.close()

    def wait_end(self) -> None:
        """Wait for the program's end, of which no terminal is left to tell.

        Raises:
            AssertionError: when it does not end in time.
        """
        end = time.monotonic() + PATIENCE
        while self._inner.isalive():
            if time.monotonic() > end:
                raise AssertionError("the program did not end")
            time.sleep(0.05)

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        self._screen.resize(rows, columns)
        self.process.setwinsize(rows, columns)

    def _read(self, seconds: float) -> None:
        with contextlib.suppress(pexpect.TIMEOUT, pexpect.EOF):
            while True:
                data = self.process.read_nonblocking(65536, timeout=seconds)
                self.raw += data
                self._stream.feed(data)


@contextlib.contextmanager
def orchtui(
    folder: Path, *arguments: str, columns: int = 120, rows: int = 36, **environment: str
) -> Iterator[Terminal]:
    """Start `orchtui` in a folder, in a terminal of this size."""
    with program(
        folder, "-m", "orchtui", *arguments, columns=columns, rows=rows, **environment
    ) as terminal:
        yield terminal


@contextlib.contextmanager
def program(
    folder: Path, *arguments: str, columns: int = 120, rows: int = 36, **environment: str
) -> Iterator[Terminal]:
    """Start Python with these arguments, in a terminal of this size."""
    process: pexpect.spawn[bytes] = pexpect.spawn(
        sys.executable,
        list(arguments),
        cwd=str(folder),
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
        dimensions=(rows, columns),
        timeout=5,
    )
    try:
        yield Terminal(process, columns, rows)
    finally:
        process.close(force=True)
