"""Keys that are typed while a dialog comes: held until it is there, or dropped.

What is typed quickly behind a key that opens something is meant for what opens,
and not for the pane below. What is typed while a question comes up that nobody
asked for is no answer to it. This module never does what a key asks for.
"""

import time
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.events import Key, Paste
from textual.keys import key_to_character
from textual.screen import Screen
from textual.widget import Widget

OPENS = frozenset(
    [
        *("app.backend", "app.backend-letter", "app.palette", "app.save", "app.jump", "app.help"),
        *("app.specialists", "app.problems", "app.example", "app.tour", "app.cancel-all"),
        *("request.leave", "form.help", "search.settle"),
        *("tasks.edit", "tasks.add", "tasks.variants", "tasks.expand", "tasks.request"),
        *("tasks.refine",),
        *("tasks.save", "tasks.save-as", "tasks.open"),
        *("independence.words", "independence.choose-fix"),
        *("timeline.extend", "timeline.add", "timeline.cancel-all", "timeline.apply"),
        *("timeline.time", "timeline.join", "output.join", "runs.join", "runs.time"),
        *("compare.add", "compare.choose", "compare.judge", "compare.judgement"),
        *("output.cancel-all", "output.apply", "grid.cancel-all"),
        *("runs.resume", "runs.again", "runs.filter", "runs.tags", "runs.rename", "runs.trash"),
        *("runs.prune", "runs.export", "runs.import"),
    ]
)
"""Ids of the rows of the keymap after which a person writes or answers in another place."""
PATIENCE = 1.0
"""Seconds of looking until what is held goes where the focus is: what was to open does not come.

Time in which the app has no turn to look does not count: on a busy machine a dialog comes later,
and what was typed for it would be done in the pane below.
"""
PAUSE = 0.6
"""Seconds without a key after which a person is taken to have seen what came up."""
_LOOK = 0.01
"""Seconds between two looks whether it is there."""


def is_text_by_name(event: Key, focused: Widget | None) -> bool:
    """Whether a key writes where the focus is although Textual takes it for a key like any other.

    A binding with priority gives way to text, but Textual looks the text up by the key's name, and
    does not find it for `slash`, `at`, `plus`, `minus` and `underscore`.
    """
    if focused is None or not event.is_printable or "+" in event.key:
        return False
    if key_to_character(event.key) is not None:
        return False
    return focused.check_consume_key(event.key, event.character)


class KeyGate:
    """Stands before all keys of an app.

    Args:
        app: Whose keys they are.
        hindered: Whether the action with this id can not be done now.
    """

    def __init__(self, app: App[Any], hindered: Callable[[str], bool]) -> None:
        self._app = app
        self._hindered = hindered
        self._held: list[Key | Paste] = []
        self._holds = False
        """Whether what comes is held."""
        self._patience = 0.0
        """Seconds of looking that are left."""
        self._before: tuple[Screen[Any], Widget | None] | None = None
        """Where a person was when something was to open."""
        self._latest = 0.0
        """When the latest key came."""
        self._typing: Screen[Any] | None = None
        """The question that came up while keys were typed, until there is a pause."""

    def stops(self, event: Key | Paste) -> bool:
        """Whether this is for nobody now: it is held, and comes again, or is dropped."""
        if self._holds:
            self._held.append(event)
            return True
        if self._is_stray(event):
            return True
        if isinstance(event, Key) and self._opens(event):
            self._before = self._app.screen, self._app.focused
            self._holds, self._patience = True, PATIENCE
            self._app.set_timer(_LOOK, self._look)
        return False

    # What is held

    def _opens(self, key: Key) -> bool:
        active = self._app.screen.active_bindings.get(key.key)
        if active is None or active.binding.id not in OPENS or not active.enabled:
            return False
        focused = self._app.focused
        is_text = focused is not None and focused.check_consume_key(key.key, key.character)
        return (active.binding.priority or not is_text) and not self._hindered(active.binding.id)

    async def _look(self) -> None:
        if not self._app.screen_stack:
            return  # the app ends
        if not self._is_there() and (self._is_coming() or self._patience > 0):
            self._patience -= _LOOK
            self._app.set_timer(_LOOK, self._look)
            return
        held, self._held, self._holds = self._held, [], False
        for place, event in enumerate(held):
            if self._holds:  # one of them opens something, too
                self._held = held[place:]
                return
            await self._app.on_event(event)

    def _is_coming(self) -> bool:
        """Whether a screen was opened that is not yet made: it will be."""
        return self._before is not None and self._app.screen is not self._before[0]

    def _is_there(self) -> bool:
        """Whether a person is somewhere else now, and can write there."""
        screen, focused = self._app.screen, self._app.focused
        if self._before is None or screen is self._before[0]:
            return self._before is None or focused is not self._before[1]
        return screen.is_mounted and (focused is not None or not screen.focus_chain)

    # What is dropped

    def _is_stray(self, event: Key | Paste) -> bool:
        """Whether it was typed while a question came up unasked, by somebody who writes."""
        before, self._latest = self._latest, time.monotonic()
        screen = self._app.screen
        came = getattr(screen, "unasked_since", None)
        if came is None:
            self._typing = None
            return False
        quick = self._latest - max(before, came) < PAUSE
        writes = isinstance(event, Paste) or (
            event.is_printable and event.key not in screen.active_bindings
        )
        if not quick:
            self._typing = None
        if writes or (quick and before <= came):
            self._typing = screen
        return self._typing is screen
