"""The track of a replay: which sign stands in which cell, for a length and a width.

What happened is marked where it happened; of several things in a cell the one that matters most.
It is laid out once for a width, so that a moment of playing costs no more than its cells. This
module never draws.
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

THUMB = "●"
"""Where the replay is."""
_SIGNS: Mapping[str, tuple[str, str]] = {
    "failure": ("✗", "$text-error"),
    "race": ("!", "$text-error"),
    "retry": ("↻", "$text-warning"),
    "question": ("?", "$text-warning"),
    "session": ("║", "$text-warning"),
}
"""Of what is marked in a colour of its own, by the kind of marker: the first counts most."""
_LINES = {
    (False, False): ("─", "━"),
    (True, False): ("┬", "┯"),
    (False, True): ("┴", "┷"),
    (True, True): ("┼", "┿"),
}
"""Whether tasks begin and end in a cell: its sign ahead of the replay, and behind it."""
PLAYED, AHEAD = "$accent", "$foreground-muted"

Piece = tuple[str, str]
"""Signs side by side, and the style that they have."""


class Track:
    """The cells.

    Args:
        width: How many.
        length: Seconds of the whole.
        marks: Kinds of markers, each with where it stands, in seconds.
    """

    def __init__(self, width: int, length: float, marks: Iterable[tuple[str, float]]) -> None:
        self.width = max(1, width)
        self.length = length
        kinds: list[set[str]] = [set() for _ in range(self.width)]
        for kind, position in marks:
            kinds[self.cell(position)].add(kind)
        self._cells = [_cell(here) for here in kinds]

    def cell(self, position: float) -> int:
        """Where a moment stands."""
        if self.length <= 0:
            return 0
        part = min(max(0.0, position / self.length), 1.0)  # of a length that is nearly none, too
        return min(self.width - 1, int(part * self.width))

    def fraction(self, cell: int) -> float:
        """Which part of the whole a cell stands for: the first is the start, the last the end."""
        return min(max(0.0, cell / max(1, self.width - 1)), 1.0)

    def pieces(self, position: float, *, at_end: bool = False) -> list[Piece]:
        """What is seen with the replay at a position.

        Args:
            at_end: Whether all has been shown.
        """
        here = self.width - 1 if at_end else self.cell(position)
        cells: list[Piece] = []
        for place, (ahead, behind, style) in enumerate(self._cells):
            if place == here:
                cells.append((THUMB, f"b {PLAYED}"))
            elif place < here:
                cells.append((behind, f"b {style}" if style else PLAYED))
            else:
                cells.append((ahead, style or AHEAD))
        return [
            ("".join(sign for sign, _ in group), style)
            for style, group in groupby(cells, key=lambda cell: cell[1])
        ]


def _cell(kinds: set[str]) -> tuple[str, str, str]:
    """The sign ahead of the replay, the one behind it, and a style where it has one of its own."""
    for kind, (sign, style) in _SIGNS.items():
        if kind in kinds:
            return sign, sign, style
    ends = bool(kinds & {"end", "finish"})
    return *_LINES["start" in kinds, ends], ""
