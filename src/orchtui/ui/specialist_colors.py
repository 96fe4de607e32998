"""The colour of a specialist as its agent file names it, made readable on the screen.

A name or `#rrggbb` becomes a colour of the same tone that stands out from what
is behind it; orange is the house's own, which the theme says. What is no colour
gives none. This module never draws.
"""

import re
from functools import lru_cache

from textual.color import Color, ColorParseError

HOUSE = "orange"
"""The colour that the theme decides."""

_WRITTEN = re.compile(r"[a-z]{3,20}|#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_READABLE = 4.5
"""Least contrast to the background; source: WCAG 2.2, 1.4.3."""
_STEPS = 20


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
    towards = Color(255, 255, 255) if background.brightness < 0.5 else Color(0, 0, 0)
    for step in range(_STEPS):
        shade = color.blend(towards, step / _STEPS)
        if _contrast(shade, background) >= _READABLE:
            return shade
    return towards


def _contrast(one: Color, other: Color) -> float:
    """The ratio of two colours' luminance."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Color) -> float:
    """Source: WCAG 2.2, relative luminance."""
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
