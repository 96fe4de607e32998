"""Themes: YAML files with Textual's colours, from the user, the package or the repository.

A file that can not be used is told with the place of what is wrong, never a
crash: what was read of it before stays. This module never changes the app's theme.
"""

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import platformdirs
from textual.color import Color, ColorParseError
from textual.css.constants import VALID_STYLE_FLAGS
from textual.design import ColorSystem
from textual.theme import Theme

from orchtui.engine.errors import InputError
from orchtui.engine.texts.input_file import file_name, read_text
from orchtui.engine.yaml import yaml_values as values
from orchtui.engine.yaml.yaml_compose import Node, Placed, Problems, compose
from orchtui.engine.yaml.yaml_nodes import mapping_of, read_whole, record

DEFAULT = "orchtui-dark"
PLAIN = "orchtui-ansi"
"""For terminals with sixteen colours, which the person has chosen, or with none."""

_MOST_BYTES = 100_000
_MOST_FILES = 500
"""In one folder."""

_OTHERS = frozenset({"name", "dark", "ansi", "luminosity_spread", "text_alpha", "variables"})
_COLOURS = tuple(field.name for field in fields(Theme) if field.name not in _OTHERS)
_VARIABLES = frozenset(ColorSystem("#808080").generate()) | {"row-focused", "row-blurred"}
"""All that a theme can set beside its colours."""

_WRITTEN = re.compile(r"(?P<color>[^\s%]+)(?: +(?:100|[1-9]?[0-9])%)?")
_EXAMPLE = "such as '#e8833a'; in quotes, as YAML takes # for a comment"


def theme_folders() -> list[Path]:
    """Where themes are looked for, the strongest first.

    In a wheel they stand in the package; an editable install finds them at the repository's root.
    """
    package = Path(__file__).parent.parent.parent
    return [
        platformdirs.user_config_path("orchtui") / "themes",
        package / "themes",
        package.parent.parent / "themes",
    ]


class Themes:
    """The themes of some folders; of one name the first folder's counts. Every call blocks.

    Args:
        folders: Where to look, the strongest first.
    """

    def __init__(self, folders: list[Path]) -> None:
        self._folders = folders
        self._seen: dict[Path, tuple[int, int, int]] = {}
        self._read: dict[Path, Theme] = {}
        self._problems: list[str] = []

    def find(self, name: str) -> Theme | None:
        """The theme that stands in a file of its own name; quick, as nothing else is read."""
        if re.fullmatch(r"[\w-]{1,100}", name):
            for folder in self._folders:
                self._take(folder / f"{name}.yaml")
                theme = self._read.get(folder / f"{name}.yaml")
                if theme is not None and theme.name == name:
                    return theme
        return None

    def reread(self) -> dict[str, Theme]:
        """All themes by name, files that have changed read again.

        A file that is broken now leaves what it held before; one that is gone leaves nothing.
        """
        found: dict[str, Theme] = {}
        there: set[Path] = set()
        for folder in self._folders:
            for path in sorted(folder.glob("*.yaml"))[:_MOST_FILES]:
                there.add(path)
                self._take(path)
                if path in self._read:
                    found.setdefault(self._read[path].name, self._read[path])
        for path in self._seen.keys() - there:
            del self._seen[path]
            self._read.pop(path, None)
        return found

    def complaints(self) -> list[str]:
        """What is wrong with files, each told once as long as the file stays as it is."""
        told, self._problems = self._problems, []
        return told

    def _take(self, path: Path) -> None:
        """Read a file, unless it is as it was."""
        try:
            state = path.stat()
        except OSError:
            return
        stamp = (state.st_mtime_ns, state.st_size, state.st_ino)
        if self._seen.get(path) == stamp:
            return
        self._seen[path] = stamp
        try:
            self._read[path] = load_theme(path)
        except InputError as error:
            kept = "; its colours stay as they were" if path in self._read else ""
            # Its name will do: a whole path leaves no room for what is wrong.
            first, more = replace(error.problems[0], file=path.name), len(error.problems) - 1
            and_more = f" (and {more} more)" if more else ""
            self._problems.append(f"{first}{and_more}{kept}")


def load_theme(path: Path) -> Theme:
    """One theme.

    Raises:
        InputError: with what is wrong and where, when it can not be read or used.
    """
    problems = Problems(file_name(path))
    node = compose(read_text(path, _MOST_BYTES), problems)
    if node is None:
        problems.raise_any()
        raise InputError.of("it is empty: a theme needs at least 'primary'", file_name(path))
    whole = read_whole(node, _THEME, problems, "the theme")
    if whole.values.get("ansi") is not True:
        for name in whole.values.keys() & set(_COLOURS):
            if Color.parse(whole.values[name]).ansi is not None:
                at: Placed = whole.nodes[name]
                problems.add(at, f"{name}: the terminal's own colours need 'ansi: true'")
    problems.raise_any()
    return Theme(**{"name": path.stem, **whole.values})


def _color(node: Node, problems: Problems, label: str) -> str:
    written = values.line(node, problems, label)
    try:
        if Color.parse(written).a == 1 or label == "boost":
            return written
    except ColorParseError:
        raise values.Misfit(node, f"{label} must be a colour {_EXAMPLE}") from None
    raise values.Misfit(node, f"{label} must be a colour that nothing shines through")


def _share(node: Node, problems: Problems, label: str) -> float:
    return values.amount(1, or_zero=True)(node, problems, label)


def _variable(node: Node, problems: Problems, label: str) -> str:
    written = values.name(node, problems, label)
    if label.endswith("-style"):
        if wrong := [word for word in written.split() if word not in VALID_STYLE_FLAGS]:
            raise values.Misfit(node, f"{label}: {values.shown(wrong[0])} is no text style")
        return written
    match = _WRITTEN.fullmatch(written)
    try:
        if match is not None and match["color"] not in ("auto", "initial"):
            Color.parse(match["color"])
    except ColorParseError:
        match = None
    if match is None:
        raise values.Misfit(node, f"{label} must be a colour {_EXAMPLE}, perhaps with '50%' behind")
    return written


def _variable_name(node: Node, problems: Problems, label: str) -> str:
    written = values.name(node, problems, label)
    if written not in _VARIABLES:
        hint = values.suggestion(written, tuple(sorted(_VARIABLES)))
        raise values.Misfit(node, f"there is no variable {values.shown(written)}{hint}")
    return written


_FIELDS: dict[str, Any] = {
    "name": values.name,
    "dark": values.flag,
    "ansi": values.flag,
    **dict.fromkeys(_COLOURS, _color),
    "luminosity_spread": _share,
    "text_alpha": _share,
    "variables": mapping_of(_variable, _variable_name),
}
_THEME = record(_FIELDS, required=("primary",))
