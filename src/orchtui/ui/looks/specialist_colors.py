"""The colour of a specialist as its agent file names it, made readable on the screen.

A name or `#rrggbb` becomes a colour of the same tone that stands out from what
is behind it; orange is the house's own, which the theme says. What is no colour
gives none. This module never draws.
"""

import re
from functools import lru_cache

from textual.color import Color, ColorParseError

from orchtui.ui.looks.contrast import readable_on

HOUSE = "orange"
"""The colour that the theme decides."""

_WRITTEN = re.compile(r"[a-z]{3,20}|#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_READABLE = 6.5
"""Least contrast to the background: more than text needs, as the name stands on picked rows too."""


@lru_cache(maxsize=512)
def readable(written: str, background: Color, house: Color) -> Color | None:
    """The colour to write a specialist's name in; `None` for what is no colour.

    Args:
        written: As the agent file has it.
        background: What stands behind the name.
        house: The theme's own.
    """
    word = written.strip().lower()
    if not _WRITTEN.fullmatch(word) or background.ansi is not None:
        return None
    try:
        color = house if word == HOUSE else Color.parse(word)
    except ColorParseError:
        return None
    if color.ansi is not None:
        return None
    return readable_on([background], color, _READABLE)
