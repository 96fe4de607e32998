"""How well one colour stands out from another, and how to make it stand out.

Source of the measure and of the figures: WCAG 2.2, 1.4.3. This module knows no
theme.
"""

from collections.abc import Sequence

from textual.color import Color

READABLE = 4.5
"""The least ratio for text."""
DRAWN = 3.0
"""The same for what is drawn and tells something (1.4.11)."""
_STEPS = 20


def contrast(one: Color, other: Color) -> float:
    """The ratio of two colours' luminance, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def readable_on(grounds: Sequence[Color], color: Color, least: float = READABLE) -> Color:
    """The colour, or one of its tone that stands out from all of these grounds.

    Where none can, as on a grey of middle brightness, the one that does best.

    Args:
        grounds: What may stand behind it; the first one says whether it is dark there.
        color: What is wanted.
        least: The ratio to reach.
    """
    dark = _luminance(grounds[0]) < _MIDDLE
    end = Color(255, 255, 255) if dark else Color(0, 0, 0)
    for step in range(_STEPS):
        shade = color.blend(end, step / _STEPS)
        if all(contrast(shade, ground) >= least for ground in grounds):
            return shade
    return end


_MIDDLE = 0.179
"""The luminance from which black and white stand out equally: (L + 0.05)² = 0.05 · 1.05."""


def _luminance(color: Color) -> float:
    parts = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
