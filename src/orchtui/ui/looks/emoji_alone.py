"""Emoji that are joined to one picture are shown by their first part, everywhere on the screen.

Some terminals show a family or a flag with a rainbow in two cells, others each of
its parts, and what stands to the right of it would move. This module never changes
how many cells the screen counts, and never a text that is kept or copied.
"""

import re
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from orchtui.ui.looks.wrapping import even

_JOINED = re.compile(r".(?:\u200d.?|[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff])+", re.DOTALL)


class EmojiAlone(LineFilter):
    """Takes part in drawing every line."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(segment.text.isascii() for segment in segments):
            return segments
        return [
            segment
            if segment.text.isascii()
            else Segment(alone(segment.text), segment.style, segment.control)
            for segment in segments
        ]


@lru_cache(maxsize=4096)
def alone(text: str) -> str:
    """The text with each joined emoji as its first part, in as many cells."""
    return _JOINED.sub(_first, text)


def _first(match: re.Match[str]) -> str:
    joined = match.group()
    counted = cell_len(joined)
    first = joined[0]
    if counted < 2:
        return even(joined)  # letters, which are all shown
    return first + " " * max(0, counted - get_character_cell_size(first))
