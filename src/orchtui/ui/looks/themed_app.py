"""The looks as the app goes on: its theme, theme files that change, terminals with few colours.

Colours are made readable in `inks`, files are read in `theme`. This module never
draws, and knows nothing of plans and runs.
"""

import asyncio
import os
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace
from textual import work
from textual.app import App
from textual.filter import Monochrome, NoColor
from textual.notifications import SeverityLevel
from textual.theme import BUILTIN_THEMES, Theme

from orchtui.engine.errors import StorageError
from orchtui.engine.text import clean_line
from orchtui.ui.looks import inks
from orchtui.ui.looks import theme as theme_files
from orchtui.ui.looks.emoji_alone import EmojiAlone
from orchtui.ui.remembered import place, recall, remember

LOOK_AGAIN = 2.0
"""Seconds between two looks whether files of themes have changed."""

_LAST_RESORT = "textual-dark"
"""Always there; used when not even the house's own themes are."""


class ThemedApp(App[int]):
    """An app whose themes are files."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # Textual takes an empty NO_COLOR for one that is set (no-color.org does not), and shows
        # greys then; here no colour means none, and what they tell is told by other means.
        self._filters = [one for one in self._filters if not isinstance(one, Monochrome | NoColor)]
        self.no_color = bool(os.environ.get("NO_COLOR"))
        if self.no_color:
            self._filters.append(NoColor())
        self._filters.append(EmojiAlone())
        self._themes = theme_files.Themes(theme_files.theme_folders())
        self._loaded: Mapping[str, Theme] = {}
        self._chosen_here = self.theme
        """The theme that is no new wish of a person's."""
        self._awaited: str | None = None
        """A theme that nobody has found yet."""

    def say(self, text: str, severity: SeverityLevel = "information") -> None:
        """Tell something in passing."""
        raise NotImplementedError

    def get_css_variables(self) -> dict[str, str]:
        plain = self.current_theme.ansi or bool(os.environ.get("NO_COLOR"))
        self.theme_variables = inks.inked(super().get_css_variables(), plain=plain)
        return self.theme_variables

    def prepare_theme(self, wanted: str | None) -> None:
        """Begin with the wanted theme: to change it later is to style everything twice.

        To be called before the app runs. Whether a terminal has few colours is known only then.

        Args:
            wanted: As of `take_theme`.
        """
        if self.console.color_system not in ("truecolor", "256"):
            return
        found = self._themes.find(wanted or recall(place()).theme or theme_files.DEFAULT)
        if found is not None and not self.no_color:
            self.register_theme(found)
            self.set_reactive(App.theme, found.name)
            self._chosen_here = found.name
            # What Textual does when a theme changes, before anything is styled: it took the
            # variables of its own theme when it was made.
            self.set_class(True, f"-theme-{found.name}", update=False)
            self.set_class(found.dark, "-dark-mode", update=False)
            self.set_class(not found.dark, "-light-mode", update=False)
            self._refresh_truecolor_filter(self.ansi_theme)
            self.stylesheet.set_variables(self.get_css_variables())

    def take_theme(self, wanted: str | None) -> None:
        """Use the wanted theme, and follow the files of all themes.

        Args:
            wanted: What a flag or the configuration says; otherwise it is the one that was picked
                the last time, or one that fits the terminal.
        """
        fits = recall(place()).theme or theme_files.DEFAULT
        name = wanted or (theme_files.PLAIN if self._has_few_colors else fits)
        # Of all files only this one before the first paint; it may be gone before the next look.
        if (found := self._themes.find(name)) is not None:
            self.register_theme(found)
            self._loaded = {found.name: found}
        self._awaited = None if name in self.available_themes else name
        self._set_theme(theme_files.DEFAULT if self._awaited else name)
        self.call_after_refresh(self.follow_themes)  # a thread would share the first paint

    @property
    def _has_few_colors(self) -> bool:
        """Whether the terminal would have to guess at most of a theme's colours."""
        if self.no_color:
            return True
        return not self.is_headless and self.console.color_system in (None, "standard", "windows")

    def remember_theme(self) -> None:
        """From now on a theme that a person picks is for the next time too."""
        self.theme_changed_signal.subscribe(self, self._picked)

    def _picked(self, theme: Theme) -> None:
        if theme.name != self._chosen_here:
            self._chosen_here = theme.name
            self._remember_picked(theme.name)

    @work(exclusive=True, group="remember", exit_on_error=False)
    async def _remember_picked(self, name: str) -> None:
        await self.keep_in_mind(theme=name)

    async def keep_in_mind(self, **what: str | bool) -> None:
        """Keep something in mind for the next start; a disk that refuses is told."""
        path = place()
        try:
            await asyncio.to_thread(lambda: remember(path, replace(recall(path), **what)))
        except StorageError as error:
            self.say(f"This holds until you quit, but can not be remembered: {error}", "warning")

    def _set_theme(self, name: str) -> None:
        """Use a theme, or the house's own where it is not there, without taking it for a wish."""
        for one in (name, theme_files.DEFAULT, _LAST_RESORT):
            if one not in self.available_themes and (found := self._themes.find(one)) is not None:
                self.register_theme(found)
            if one in self.available_themes:
                self.theme = self._chosen_here = one
                return

    @work(exclusive=True, group="themes", exit_on_error=False)
    async def follow_themes(self) -> None:
        """Look again and again whether files of themes have changed, never on the loop."""
        while True:
            found = await asyncio.to_thread(self._themes.reread)
            self._take(found)
            for complaint in self._themes.complaints():
                self.say(f"Theme {complaint}", "warning")
            await asyncio.sleep(LOOK_AGAIN)

    def _take(self, found: Mapping[str, Theme]) -> None:
        """Use what the files hold now, also for the theme in use."""
        before, self._loaded = self._loaded, found
        for name in before.keys() - found.keys():
            self.unregister_theme(name)
            if name in BUILTIN_THEMES:
                self.register_theme(BUILTIN_THEMES[name])
        new = [one for name, one in found.items() if before.get(name) != one]
        for one in new:
            in_use = self.get_theme(one.name)
            self.register_theme(one)
            if one.name == self.theme and in_use != one:
                self.mutate_reactive(App.theme)
        if (wish := self._awaited) is not None:
            self._awaited = None
            if wish in self.available_themes:
                self._set_theme(wish)
            else:
                words = f"There is no theme '{clean_line(wish, 100)}'; Theme in the menu lists all"
                self.say(words, "warning")
        if self.theme not in self.available_themes:
            gone = self.theme
            self._set_theme(theme_files.DEFAULT)
            self.say(f"The theme '{gone}' is gone; this is {self.theme}", "warning")
        elif self.theme in before.keys() - found.keys():
            self.mutate_reactive(App.theme)  # Textual's own of this name is back
