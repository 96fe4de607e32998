"""A program in a pseudo-terminal, and the moment at which what it shows has changed.

A thread reads all the time, so that the program never waits for its reader. The
time of a change is when its bytes arrived. This module never looks inside the
program.
"""

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import psutil
import pyte

COLUMNS, ROWS = 120, 36
PATIENCE = 60.0
"""Seconds; only something broken needs them."""

_TOKEN = re.compile(rb"\x1b\[(?:(\d+);(\d+)H|([0-9;:]*)m)")


class Watched:
    """One program on one terminal.

    Args:
        process: The program.
        master: The other end of its terminal.
    """

    def __init__(self, process: "subprocess.Popen[bytes]", master: int) -> None:
        self.process = process
        self.began = time.perf_counter()
        self._master = master
        self._chunks: list[tuple[float, bytes]] = []
        self._changed = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        while not self._ended:
            if not select.select([self._master], [], [], 0.2)[0]:
                continue
            try:
                data = os.read(self._master, 262_144)
            except OSError:  # the program has closed it
                return
            with self._changed:
                self._chunks.append((time.perf_counter(), data))
                self._changed.notify_all()

    def press(self, keys: bytes) -> tuple[float, int]:
        """Type; when, and how much had been read by then."""
        with self._changed:
            place = len(self._chunks)
        moment = time.perf_counter()
        os.write(self._master, keys)
        return moment, place

    @property
    def place(self) -> int:
        """How much has been read."""
        with self._changed:
            return len(self._chunks)

    def raw(self, place: int = 0) -> bytes:
        """What was read from a place on."""
        with self._changed:
            return b"".join(data for _, data in self._chunks[place:])

    def forget(self) -> None:
        """Let go of what was read; places begin anew."""
        with self._changed:
            self._chunks.clear()

    def when(self, *words: bytes, place: int = 0) -> float:
        """When all these words had been written, from a place on."""
        end = time.perf_counter() + PATIENCE
        seen, at = b"", place
        with self._changed:
            while True:
                while at < len(self._chunks):
                    moment, data = self._chunks[at]
                    seen, at = seen + data, at + 1
                    if all(word in seen for word in words):
                        return moment
                if not self._changed.wait(max(0.0, end - time.perf_counter())):
                    raise TimeoutError(f"never {words!r}: {seen[-2000:]!r}")

    def first(self, place: int) -> float:
        """When anything was written, from a place on."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._chunks) > place, PATIENCE):
                raise TimeoutError("nothing was written")
            return self._chunks[place][0]

    def still(self, seconds: float = 0.4) -> None:
        """Wait until nothing has been written for so long."""
        place, end = -1, time.perf_counter() + PATIENCE
        while place != self.place and time.perf_counter() < end:
            place = self.place
            time.sleep(seconds)

    def marked(self, colour: bytes, row: int, place: int) -> tuple[float, int]:
        """When another row than this one was painted in the colour of the picked row, and which."""
        end = time.perf_counter() + PATIENCE
        scanner, at = Scanner(colour), place
        with self._changed:
            while True:
                while at < len(self._chunks):
                    moment, data = self._chunks[at]
                    at += 1
                    for found in scanner.feed(data):
                        if found != row:
                            return moment, found
                if not self._changed.wait(max(0.0, end - time.perf_counter())):
                    raise TimeoutError("the picked row never moved")

    def screen(self) -> pyte.Screen:
        """What stands there now. Slow: only while nothing is measured."""
        screen = pyte.Screen(COLUMNS, ROWS)
        pyte.ByteStream(screen).feed(self.raw())
        return screen

    @property
    def text(self) -> str:
        """The rows that stand there now."""
        return "\n".join(self.screen().display)

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far, of the program itself."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def memory(self) -> int:
        """Bytes in memory."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def close(self) -> None:
        """End it."""
        self._ended = True
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._thread.join()
        os.close(self._master)


class Scanner:
    """Finds the rows that are painted with a background, in a stream of bytes."""

    def __init__(self, colour: bytes) -> None:
        self._colour = colour
        self._row = 0
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[int]:
        """The rows that this piece paints so."""
        data = self._rest + data
        end = 0
        for match in _TOKEN.finditer(data):
            end = match.end()
            if match[1]:
                self._row = int(match[1])
            elif self._colour in match[3]:
                yield self._row
        self._rest = data[max(end, len(data) - 32) :]


def picked_colour(program: Watched, down: bytes, up: bytes) -> bytes:
    """The background of the picked row: what moves with it, as it stands in a sequence."""

    def rows() -> list[str]:
        buffer = program.screen().buffer
        return [_most([buffer[y][x].bg for x in range(2, COLUMNS // 3)]) for y in range(ROWS)]

    before = rows()
    program.press(down)
    program.still()
    after = rows()
    program.press(up)
    program.still()
    gone = {before[y] for y in range(ROWS) if before[y] != after[y]}
    come = {after[y] for y in range(ROWS) if before[y] != after[y]}
    both = [colour for colour in gone & come if re.fullmatch(r"[0-9a-f]{6}", colour)]
    plain = _most(before)
    [colour] = [colour for colour in both if colour != plain] or both
    red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    return b"48;2;%d;%d;%d" % (red, green, blue)


def _most(values: Sequence[str]) -> str:
    return max(set(values), key=list(values).count)


@contextlib.contextmanager
def watched(
    command: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> Iterator[Watched]:
    """Start a program on a terminal of its own."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
    finally:
        os.close(slave)
    program = Watched(process, master)
    try:
        yield program
    finally:
        program.close()
