"""A theme's colours as the app writes with them: every one can be read wherever it may stand.

What a theme says is kept where it can be read, and else made lighter or darker
until it can: so Textual's own themes and a user's are as legible as the house's.
Where the terminal decides what a colour looks like, or there are none, a picked
row is reversed. This module never chooses a theme.
"""

from collections.abc import Mapping

from textual.color import Color, ColorParseError
from textual.design import ColorSystem

from orchtui.ui.looks.contrast import DRAWN, READABLE, readable_on

_GROUNDS = ("background", "surface", "panel", "row-blurred", "row-focused")
"""What words stand on, the usual first."""

_INKS = (
    *("foreground", "primary", "secondary", "accent", "warning", "error", "success"),
    *(f"text-{name}" for name in ("primary", "secondary", "accent")),
    *(f"text-{name}" for name in ("warning", "error", "success")),
    *("foreground-muted", "foreground-disabled", "button-foreground"),
)
"""What words are written in."""

_IN_FOOTER = ("footer-foreground", "footer-key-foreground", "footer-description-foreground")

_QUIET = {"foreground-muted": 5.2}
"""Words that are quiet, and yet not as quiet as those of what is left out."""

_OF_TERMINAL = {
    name: "none" if name.endswith("-style") else "ansi_default"
    for name in ColorSystem("#808080").generate()
}
"""Variables that Textual's themes of terminal colours lack."""

_REVERSED = {
    "row-focused": "ansi_default",
    "row-blurred": "ansi_default",
    "row-focused-style": "bold reverse",
    "row-blurred-style": "bold",
    "option-focused-style": "bold underline",  # an OptionList of Textual reverses nothing
    "border-focused": "heavy",
}
_TINTED = {
    "row-focused-style": "bold",
    "row-blurred-style": "bold",
    "option-focused-style": "bold",
    "border-focused": "round",
}
_SHARE_FOCUSED, _SHARE_BLURRED = 0.22, 0.12
"""How much accent, and how much foreground, a picked row has where the theme does not say."""


def inked(variables: Mapping[str, str], *, plain: bool) -> dict[str, str]:
    """A theme's variables with the app's own, and with inks that can be read.

    Args:
        variables: As `App.get_css_variables` makes them.
        plain: Whether the terminal has the say over colours, or shows none.
    """
    if plain:
        return {**_OF_TERMINAL, **variables, **_REVERSED}
    found = {**variables, **_TINTED}
    background = _solid(found, "background", Color(0, 0, 0))
    foreground = _solid(found, "foreground", background)
    for row, name, share in (
        ("row-focused", "accent", _SHARE_FOCUSED),
        ("row-blurred", "foreground", _SHARE_BLURRED),
    ):
        tinted = background.blend(_solid(found, name, background), share)
        found[row] = _solid({row: tinted.hex6, **variables}, row, background).hex6
    grounds = [_solid(found, name, background) for name in _GROUNDS]
    for name in _INKS:
        ink = _solid(found, name, background)
        found[name] = readable_on(grounds, ink, _QUIET.get(name, READABLE)).hex6
    footer = _solid(found, "footer-background", background)
    for name in _IN_FOOTER:
        found[name] = readable_on([footer], _solid(found, name, footer)).hex6
    for marked in ("input-selection", "screen-selection"):
        ground = _solid(found, f"{marked}-background", background)
        found[f"{marked}-background"] = ground.hex6  # what it is laid over is not known
        ink = _solid(found, f"{marked}-foreground", foreground)
        found[f"{marked}-foreground"] = readable_on([ground], ink).hex6
    track = _solid(found, "scrollbar-background", background)
    for name in ("scrollbar", "scrollbar-hover", "scrollbar-active"):
        found[name] = readable_on([track], _solid(found, name, track), DRAWN).hex6
    found["text-disabled"] = found["foreground-disabled"]
    return found


def _solid(variables: Mapping[str, str], name: str, behind: Color) -> Color:
    """A variable's colour on what shines through it."""
    try:
        color = Color.parse(variables[name])
    except ColorParseError:
        return behind
    return behind + color if color.a < 1 else color
