"""Lines out of the pieces in which a program's output comes, with a bound on each.

This module never decodes a line.
"""

LINE_LIMIT = 8_000_000
"""Bytes of one line. A longer one is left out: it can be as long as a program likes."""


class Lines:
    """Puts pieces together to lines.

    Args:
        limit: Bytes that a line may have; a longer one is left out and counted.
    """

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._begun = bytearray()
        self._too_long = False
        self.left_out = 0
        """Lines that were too long."""

    def feed(self, piece: bytes) -> list[bytes]:
        """The lines that this piece ends, without their line ends."""
        *ended, begun = piece.split(b"\n")
        lines = []
        for part in ended:
            self._add(part)
            if not self._too_long:
                lines.append(bytes(self._begun))
            self._begun.clear()
            self._too_long = False
        self._add(begun)
        return lines

    def rest(self) -> list[bytes]:
        """What came after the last line end, if anything did."""
        lines = [bytes(self._begun)] if self._begun else []
        self._begun.clear()
        return lines

    def _add(self, part: bytes) -> None:
        if self._too_long:
            return
        if len(self._begun) + len(part) > self._limit:
            self._too_long = True
            self.left_out += 1
            self._begun.clear()
        else:
            self._begun += part
