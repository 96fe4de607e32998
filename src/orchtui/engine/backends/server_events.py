"""Server-sent events, from bytes in pieces of any size.

Only what a Messages stream needs: name and data of each event. Comments, ids and
times for another try mean nothing here. This module never parses the data.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html .
"""

EVENT_LIMIT = 16 * 2**20
"""Bytes of one event; no server needs more, and memory stays bounded."""


class EventTooLargeError(ValueError):
    """An event is longer than EVENT_LIMIT."""


class EventDecoder:
    """Server-sent events from bytes in pieces of any size."""

    def __init__(self) -> None:
        self._rest: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._name = ""
        self._data: list[bytes] = []

    @property
    def between(self) -> bool:
        """Whether all that was fed belongs to events that are whole."""
        return not (self._data or self._name or self._after_cr or any(self._rest))

    def feed(self, piece: bytes) -> list[tuple[str, bytes]]:
        """Name and data of the events that are whole now; the name is empty where none was sent.

        Raises:
            EventTooLargeError: when an event passes EVENT_LIMIT.
        """
        if self._after_cr and piece.startswith(b"\n"):
            piece = piece[1:]
            self._after_cr = False
        if b"\r" in piece:
            self._after_cr = piece.endswith(b"\r")
            piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        elif piece:
            self._after_cr = False
        self._size += len(piece)
        if self._size > EVENT_LIMIT:
            raise EventTooLargeError
        if b"\n" not in piece:
            self._rest.append(piece)
            return []
        lines = b"".join((*self._rest, piece)).split(b"\n")
        self._rest = [lines.pop()]
        return self._events(lines)

    def _events(self, lines: list[bytes]) -> list[tuple[str, bytes]]:
        events = []
        for line in lines:
            if line.startswith(b"data:"):
                self._data.append(line[6:] if line[5:6] == b" " else line[5:])
            elif line.startswith(b"event:"):
                self._name = line[6:].strip().decode("utf-8", "replace")
            elif not line:
                if self._data or self._name:
                    events.append((self._name, b"\n".join(self._data)))
                self._name, self._data = "", []
                self._size = len(self._rest[0])
        return events
