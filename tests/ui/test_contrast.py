"""Every word in every state can be read: measured on the screen, under every theme.

Source of the measure and of the figures: WCAG 2.2, 1.4.3 (text, 4.5) and 1.4.11 (signs that are
drawn, 3). There is no exception for large or bold text: a terminal has no large text.
"""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.geometry import Region
from textual.theme import BUILTIN_THEMES

from orchtui.ui.looks import inks
from orchtui.ui.looks.contrast import DRAWN, READABLE, contrast, readable_on
from orchtui.ui.looks.inks import inked
from orchtui.ui.looks.theme import load_theme
from tests.ui import scenes

ROOT = Path(__file__).parent.parent.parent
HOUSE = {path.stem: load_theme(path) for path in sorted(ROOT.glob("themes/*.yaml"))}
RGB = [name for name, theme in HOUSE.items() if not theme.ansi]
TEXTUALS = [name for name, theme in BUILTIN_THEMES.items() if not theme.ansi]
LEAST: dict[str, float] = {"orchtui-contrast-dark": 7.0, "orchtui-contrast-light": 7.0}
"""High contrast is what WCAG 2.2 calls enhanced (1.4.6)."""

FRAMES = set("╭╮╰╯─│┌┐└┘▔▁▏▕▎▊╱╲ ")
"""What only sets things apart: nothing is told by these alone (1.4.11 is about what tells)."""


def is_drawn(text: str) -> bool:
    """Whether this is bars and blocks."""
    return all("\u2500" <= character <= "\u259f" for character in text)


def in_front(app: App[int]) -> Region:
    """What can be used now: below a dialog everything is dimmed."""
    for dialog in app.screen.query(".dialog, #--container"):
        return dialog.region
    return app.screen.region


def parts(app: App[int]) -> Iterator[Segment]:
    region = in_front(app)
    strips = app.screen._compositor.render_strips()
    for strip in strips[region.y : region.bottom]:
        for segment in strip.crop(region.x, region.right):
            if segment.text.strip() and not set(segment.text) <= FRAMES:
                yield segment


def colors(style: Style) -> tuple[Color, Color]:
    """Ink and ground as they arrive at the terminal."""
    assert style.color is not None and style.bgcolor is not None
    ink, ground = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
    if style.reverse:
        ink, ground = ground, ink
    return (ink.blend(ground, 0.5) if style.dim else ink), ground


def faint(app: App[int]) -> set[str]:
    """All that can not be read."""
    found = set()
    for part in parts(app):
        assert part.style is not None
        ink, ground = colors(part.style)
        ratio = contrast(ink, ground)
        if ratio < (DRAWN if is_drawn(part.text) else READABLE) - 0.005:
            found.add(f"{part.text.strip()[:30]!r} {ink.hex6} on {ground.hex6}: {ratio:.2f}")
    return found


SKIPPED = {
    *("request", "last finding", "matrix, blurred", "run list", "output of one with tools"),
    *("output of a second", "of a third", "of a fourth", "of a fifth", "of the rest", "a question"),
}
"""Where nothing stands that does not stand elsewhere too."""
FOR_ALL = {"findings", "form", "commands", "answers", "notices"}
"""Enough for themes that are Textual's: their inks are made by rule, as the house's are."""


@pytest.mark.parametrize(
    "group", [RGB[::2], RGB[1::2], TEXTUALS], ids=["some", "others", "textual"]
)
@pytest.mark.timeout(300)
async def test_all_that_stands_on_the_screen_can_be_read(tmp_path: Path, group: list[str]) -> None:
    app = scenes.make(tmp_path)
    trouble: dict[str, set[str]] = {}
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        for name in group:
            app.register_theme(HOUSE.get(name) or BUILTIN_THEMES[name])
        async for scene in scenes.walk(app, pilot, tmp_path):
            if scene in SKIPPED or (group is TEXTUALS and scene not in FOR_ALL):
                continue
            for name in group:
                app.theme = name
                await pilot.pause()
                if scene == "specialists":  # their own colours are mixed as the dialog opens
                    await pilot.press("escape", "w")
                    await pilot.pause()
                if found := faint(app):
                    trouble[f"{name}: {scene}"] = found
    assert not trouble, "\n".join(f"{where}: {sorted(what)}" for where, what in trouble.items())


@pytest.mark.parametrize("name", RGB)
def test_the_houses_themes_are_shown_as_they_are_written(name: str) -> None:
    theme = HOUSE[name]
    written = {**theme.to_color_system().generate(), **theme.variables}
    shown = inked(written, plain=False)
    for ink in ("row-focused", "row-blurred", *inks._INKS, *inks._IN_FOOTER):
        if not ink.startswith("text-"):  # Textual mixes those
            assert Color.parse(shown[ink]) == Color.parse(written[ink]), ink


@pytest.mark.parametrize("name", [*RGB, *TEXTUALS])
def test_every_ink_can_be_read_on_every_ground(name: str) -> None:
    theme = HOUSE.get(name) or BUILTIN_THEMES[name]
    shown = inked({**theme.to_color_system().generate(), **theme.variables}, plain=False)
    behind = Color.parse(shown["background"])
    grounds = [inks._solid(shown, ground, behind) for ground in inks._GROUNDS]
    for ink in inks._INKS:
        for ground in grounds:
            assert contrast(Color.parse(shown[ink]), ground) >= LEAST.get(name, READABLE), ink


@pytest.mark.parametrize(
    ("ground", "ink"), [("#000000", "#000000"), ("#ffffff", "#ffff00"), ("#777777", "#777777")]
)
def test_what_can_not_be_read_is_made_readable(ground: str, ink: str) -> None:
    behind = Color.parse(ground)
    assert contrast(readable_on([behind], Color.parse(ink)), behind) >= 4.4


def test_what_can_be_read_stays_as_it_is() -> None:
    ink = Color.parse("#f08a3c")
    assert readable_on([Color.parse("#15130f")], ink) == ink


# Colour vision. Source of the matrices: Machado, Oliveira and Fernandes 2009, severity 1.0.

DEFICIENCIES = {
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
}
APART = 20.0
"""Least distance in CIELAB between colours that are easily told apart; 2.3 is just noticeable."""


def seen(color: Color, matrix: tuple[tuple[float, ...], ...]) -> tuple[float, float, float]:
    """A colour's place in CIELAB, as somebody with this vision sees it."""
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in color.normalized
    ]
    red, green, blue = (
        min(max(sum(weight * part for weight, part in zip(row, linear, strict=True)), 0.0), 1.0)
        for row in matrix
    )
    xyz = (
        (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505,
        0.2126 * red + 0.7152 * green + 0.0722 * blue,
        (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089,
    )
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_one_theme_tells_its_states_apart_for_every_colour_vision(deficiency: str) -> None:
    theme = HOUSE["orchtui-blue-orange"]
    states = [theme.success, theme.error, theme.warning, theme.accent]
    places = [seen(Color.parse(str(state)), DEFICIENCIES[deficiency]) for state in states]
    for one, other in combinations(places, 2):
        distance = sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5
        assert distance >= APART
