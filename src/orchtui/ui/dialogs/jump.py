"""Jump mode: a letter over everything that can have the focus; pressing one goes there.

This module knows no pane: it takes what can have the focus on any screen, and
what a screen with tabs adds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Click, Key, Resize
from textual.geometry import Offset, Size
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The home row first."""


@dataclass(frozen=True, slots=True)
class Target:
    """A place to jump to."""

    place: Offset
    """Where its letter stands."""
    go: Callable[[], object]
    key: str = ""
    """Its own key, where it has one; else it gets a letter."""


@runtime_checkable
class Tabbed(Protocol):
    """A screen with places that are not shown now."""

    def tab_targets(self) -> list[Target]:
        """These places."""


def targets_of(screen: Screen[object]) -> list[Target]:
    """All that can be reached from a screen, from the top left to the bottom right."""
    found = []
    for widget in screen.focus_chain:
        region = widget.region.intersection(screen.region)
        for ancestor in widget.ancestors:  # what is scrolled out of sight can not be seen
            if ancestor is screen:
                break
            region = region.intersection(getattr(ancestor, "region", region))
        if region.area:
            go = partial(screen.set_focus, widget)
            found.append(Target(region.offset, go))
    found.sort(key=lambda target: (target.place.y, target.place.x))
    tabs = screen.tab_targets() if isinstance(screen, Tabbed) else []
    return tabs + found[: len(LETTERS)]


def lettered(targets: Sequence[Target]) -> dict[str, Target]:
    """Each target by the key to press."""
    letters = iter(LETTERS)
    return {target.key or next(letters): target for target in targets}


class Jump(ModalScreen[Callable[[], object] | None]):
    """The letters; gives what goes to the chosen place. Every other key leaves.

    Args:
        targets: Where one can go.
    """

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self._targets = lettered(targets)
        self._seen: Size | None = None

    def compose(self) -> ComposeResult:
        for key, target in self._targets.items():
            letter = Static(Content(key), classes="jump-letter")
            letter.styles.offset = target.place
            letter.styles.position = "absolute"
            yield letter

    def on_key(self, event: Key) -> None:
        """Go, or leave."""
        event.stop()
        target = self._targets.get(event.character or "")
        self.dismiss(target.go if target is not None else None)

    def on_click(self, event: Click) -> None:
        """Leave."""
        self.dismiss(None)

    def on_resize(self, event: Resize) -> None:
        """What the letters stood over is elsewhere after another one than the first."""
        if self._seen is not None and event.size != self._seen:
            self.dismiss(None)
        self._seen = event.size
