"""A server that streams as fast as it is told to and costs little, to measure clients against.

It speaks the Messages protocol over plain HTTP/1.1: every POST is answered with the same
stream, in chunks at a steady interval, or all at once without one. The connections are spread
over the interval, so that their chunks do not come in step. All bytes are made before the first
request. It knows no faults: those are `tests/server`'s.

    python -m benchmarks.stream_server --chunks 500 --interval 0.02
"""

import argparse
import asyncio
import gc
import itertools
from collections import deque

from tests.server import protocol

PHASES = 20
"""How many moments of an interval chunks are sent at."""

_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"transfer-encoding: chunked\r\n\r\n"
)


def _framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Stream:
    """The bytes of one answer, framed as they are sent.

    Args:
        chunks: Pieces of text in it.
    """

    def __init__(self, chunks: int) -> None:
        words = ["It ", "is ", "a ", "letter ", "like ", "any ", "other, ", "and "]
        start = protocol.message_start("loopback-1", {"input_tokens": 25, "output_tokens": 1})
        block = protocol.block_start(0, {"type": "text", "text": ""})
        self.first = _HEAD + _framed(start + block)
        texts = itertools.islice(itertools.cycle(words), chunks - 1)
        self.pieces = [
            _framed(protocol.block_delta(0, {"type": "text_delta", "text": text}))
            for text in (*texts, "done.")
        ]
        end = protocol.block_stop(0) + protocol.message_delta("end_turn", {"output_tokens": chunks})
        self.last = _framed(end + protocol.message_stop()) + b"0\r\n\r\n"


class Playing:
    """Sends what is due, a phase of the interval after the other.

    Args:
        stream: What each connection gets.
        interval: Seconds between two chunks; 0 sends everything at once.
    """

    def __init__(self, stream: Stream, interval: float) -> None:
        self._stream = stream
        self._interval = interval
        self._phases: list[deque[tuple[Connection, int]]] = [deque() for _ in range(PHASES)]
        self._phase = 0
        self._next = 0
        self._due: float | None = None

    def begin(self, connection: "Connection") -> None:
        """Answer a request."""
        if not self._interval:
            connection.write(
                b"".join((self._stream.first, *self._stream.pieces, self._stream.last))
            )
            connection.ended()
            return
        connection.write(self._stream.first)
        self._next = (self._next + 7) % PHASES  # spread, also where few come at once
        self._phases[self._next].append((connection, 0))
        if self._due is None:
            loop = asyncio.get_running_loop()
            self._due = loop.time() + self._interval / PHASES
            loop.call_at(self._due, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        assert self._due is not None
        pieces = self._stream.pieces
        waiting = self._phases[self._phase]
        for _ in range(len(waiting)):
            connection, number = waiting.popleft()
            if connection.gone:
                continue
            if number == len(pieces) - 1:
                connection.write(pieces[number] + self._stream.last)
                connection.ended()
            else:
                connection.write(pieces[number])
                waiting.append((connection, number + 1))
        self._phase = (self._phase + 1) % PHASES
        if any(self._phases):
            self._due += self._interval / PHASES
            loop.call_at(self._due, self._tick)
        else:
            self._due = None


class Connection(asyncio.Protocol):
    """One connection of a client: requests one after the other.

    Args:
        playing: Answers them.
    """

    def __init__(self, playing: Playing) -> None:
        self._playing = playing
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self.gone = False
        self._busy = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True

    def data_received(self, data: bytes) -> None:
        self._received += data
        self._look()

    def write(self, data: bytes) -> None:
        """Send a piece of the answer."""
        if self._transport is not None:
            self._transport.write(data)

    def ended(self) -> None:
        """The answer is whole; the next request may be looked at."""
        self._busy = False
        self._look()

    def _look(self) -> None:
        head, found, rest = self._received.partition(b"\r\n\r\n")
        if self._busy or not found:
            return
        length = 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if len(rest) < length:
            return
        self._received = rest[length:]
        self._busy = True
        self._playing.begin(self)


async def serve(chunks: int, interval: float) -> None:
    """Listen on a free port of this machine, print the address, and go on until the end."""
    playing = Playing(Stream(chunks), interval)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(playing), "127.0.0.1", 0, backlog=4096)
    host, port = server.sockets[0].getsockname()
    print(f"http://{host}:{port}", flush=True)
    gc.freeze()
    await server.serve_forever()


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--chunks", type=int, default=500)
    parser.add_argument("--interval", type=float, default=0.02, help="seconds; 0 for no delay")
    options = parser.parse_args()
    asyncio.run(serve(options.chunks, options.interval))


if __name__ == "__main__":
    main()
