"""The palette: every action of the keymap by its words, with its keys, and Textual's own.

What can not be done now says why. This module does nothing itself: the screen
that makes the offers does.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol, runtime_checkable

from textual.command import DiscoveryHit, Hit, Hits, Matcher, Provider
from textual.content import Content

from orchtui.ui.keys.key_help import Bound, ordered, shown
from orchtui.ui.keys.keymap import TABLE, Context, Key

AREAS: Mapping[Context, str] = {
    "everywhere": "",
    "zoomed": "",
    "request": "request",
    "tasks": "tasks",
    "independence": "findings",
    "matrix": "matrix",
    "replay": "replay",
    "timeline": "timeline",
    "output": "output",
    "runs": "past runs",
    "compare": "results",
    "alike": "results",
    "diff": "diff",
}
"""Whose actions are offered; those of dialogs, of the grid and of a line to type in are not."""
_KEYS = 11
"""Columns for the keys."""
_NARROW = 50
"""Columns of the terminal below which the keys are not shown."""
_HERE_FIRST = 2.0
"""How much more an action counts of the context that a person is in."""
_WORDS_TURNED_ROUND = 1.0
"""How much an action counts that has the words in another order."""
_NOT_NOW = 0.5
"""And one that can not be done."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An action that can be chosen."""

    words: str
    id: str
    """Of the row of the keymap: its words are searched, too."""
    action: str
    keys: str
    """As people write them."""
    area: str
    """Where it holds; nothing for everywhere."""
    here: bool
    """Whether it is of the context that a person is in."""
    hindrance: str
    """Why it can not be done now."""
    do: Callable[[], Awaitable[None]]


@runtime_checkable
class Offering(Protocol):
    """A screen with actions."""

    def offers(self) -> list[Offer]:
        """All of them, in order."""


def offers_of(
    here: Context | None,
    bound: Bound,
    hindrance: Callable[[Key], str],
    perform: Callable[[Context, Key], Awaitable[None]],
) -> list[Offer]:
    """Every action once, those of the context `here` first.

    Args:
        here: The context that a person is in.
        bound: The user's own keys.
        hindrance: Why an action can not be done now.
        perform: Does it, in its context.
    """
    found: dict[tuple[str, str], list[tuple[Context, Key]]] = {}
    for context in (one for one in ordered(here) if one in AREAS):
        for key in TABLE[context]:
            if key.id != "app.palette":
                # Of the app's own actions there is one, however many panes have a key for it.
                scope = "" if key.action.startswith(("app.", "screen.")) else context
                found.setdefault((scope, key.action), []).append((context, key))
    offers = []
    for rows in found.values():
        context, key = rows[0]
        near = [shown(row, bound) for where, row in rows if where in (here, "everywhere")]
        offers.append(
            Offer(
                words=key.what,
                id=key.id,
                action=key.action,
                keys=" ".join(near) or shown(key, bound),
                area=AREAS[context],
                here=context == here,
                hindrance=hindrance(key),
                do=partial(perform, context, key),
            )
        )
    return offers


def meant(offers: Sequence[Offer], query: str) -> list[Offer]:
    """Those with all the words that were typed; with none, those with all the letters in order."""
    words = query.lower().split()
    found = [one for one in offers if all(word in _text(one).lower() for word in words)]
    matcher = Matcher(query)
    return found or [one for one in offers if matcher.match(_text(one)) > 0]


def _text(offer: Offer) -> str:
    """What is searched."""
    return f"{offer.words} {offer.area} {offer.id}"


class Actions(Provider):
    """The offers of the screen in front, then themes and pictures."""

    async def discover(self) -> Hits:
        for offer in self._offers():
            yield DiscoveryHit(self._line(Content(offer.words), offer), offer.do, offer.words)
        for command in self.app.get_system_commands(self.screen):
            title = self._without_key(Content(command.help))
            yield DiscoveryHit(title, command.callback, command.help)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for offer in meant(self._offers(), query):
            score = matcher.match(_text(offer)) or _WORDS_TURNED_ROUND
            line = self._line(matcher.highlight(offer.words), offer)
            score *= _HERE_FIRST if offer.here else 1
            score *= _NOT_NOW if offer.hindrance else 1
            yield Hit(score, line, offer.do, offer.words)
        for command in self.app.get_system_commands(self.screen):
            if (score := matcher.match(command.help)) > 0:
                title = self._without_key(matcher.highlight(command.help))
                yield Hit(score, title, command.callback, command.help)

    def _offers(self) -> list[Offer]:
        return self.screen.offers() if isinstance(self.screen, Offering) else []

    @property
    def _column(self) -> int:
        """Columns for the keys; a narrow terminal has none."""
        return _KEYS if self.app.size.width >= _NARROW else 0

    def _line(self, words: Content, offer: Offer) -> Content:
        """`x          stop the task  timeline`."""
        style = "$foreground-muted" if offer.hindrance else "b $accent"
        if offer.hindrance:
            words = words.stylize("$foreground-muted")
        facts = " · ".join(filter(None, (_why(offer), offer.area)))
        keys = f"{offer.keys:{self._column}} " if self._column else ""
        return Content.assemble((keys, style), words, (f"  {facts}", "$foreground-muted"))

    def _without_key(self, words: Content) -> Content:
        """An action that has no key."""
        return Content.assemble(" " * (self._column + 1) if self._column else "", words)


def _why(offer: Offer) -> str:
    return f"not now: {offer.hindrance}" if offer.hindrance else ""
