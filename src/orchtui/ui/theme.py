"""Themes: YAML files with Textual's colours, from the user, the package or the repository.

A file that can not be used is told as a notice, never raised: the app starts
with the themes that remain. This module never changes the app's theme.
"""

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any

import platformdirs
import yaml
from textual.color import Color, ColorParseError
from textual.theme import Theme

DEFAULT = "orchtui-dark"

_FORMS: dict[str, type] = {"name": str, "dark": bool}
_NUMBERS = frozenset({"luminosity_spread", "text_alpha"})
_FIELDS = frozenset(field.name for field in fields(Theme)) - {"ansi"}
_COLOURS = _FIELDS - _FORMS.keys() - _NUMBERS - {"variables"}


def theme_folders() -> list[Path]:
    """Where themes are looked for, the strongest first.

    In a wheel they stand in the package; an editable install finds them at the repository's root.
    """
    package = Path(__file__).parent.parent
    return [
        platformdirs.user_config_path("orchtui") / "themes",
        package / "themes",
        package.parent.parent / "themes",
    ]


def load_themes(folders: Iterable[Path]) -> tuple[list[Theme], list[str]]:
    """All themes by name, the first folder wins; and what is wrong with the others."""
    found: dict[str, Theme] = {}
    notices = []
    for folder in folders:
        for path in sorted(folder.glob("*.yaml")):
            try:
                theme = load_theme(path)
            except ValueError as error:
                notices.append(f"theme {path.name}: {error}")
            else:
                found.setdefault(theme.name, theme)
    return list(found.values()), notices


def load_theme(path: Path) -> Theme:
    """One theme.

    Raises:
        ValueError: with what is wrong, when it can not be read or used.
    """
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(" ".join(str(error).split())) from error
    if not isinstance(data, dict):
        raise ValueError("it is not a mapping of names to colours")
    data.setdefault("name", path.stem)
    for key, value in data.items():
        _check(key, value)
    if "primary" not in data:
        raise ValueError("the colour 'primary' is missing")
    return Theme(**data)


def _check(key: Any, value: Any) -> None:
    if key not in _FIELDS:
        raise ValueError(f"unknown key '{key}'; allowed: {', '.join(sorted(_FIELDS))}")
    if key in _COLOURS:
        _check_colour(key, value)
    elif key in _NUMBERS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"'{key}' must be a number")
    elif key == "variables":
        _check_variables(value)
    elif not isinstance(value, _FORMS[key]):
        raise ValueError(f"'{key}' must be of the kind {_FORMS[key].__name__}")


def _check_variables(value: Any) -> None:
    if not isinstance(value, dict):
        raise ValueError("'variables' must be a mapping of names to text")
    for name, text in value.items():
        if not isinstance(name, str) or not isinstance(text, str):
            raise ValueError(f"variable '{name}' must be text, in quotes")


def _check_colour(key: str, value: Any) -> None:
    try:
        Color.parse(value if isinstance(value, str) else "")
    except ColorParseError:
        raise ValueError(f"'{key}' must be a colour such as '#e8833a', not {value!r}") from None
