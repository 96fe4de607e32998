"""A line that offers what may stand in it, while one types.

Tab takes the first offer, the arrows choose another, escape puts them away; as
long as nothing is chosen every key does what it does in any line. What is
offered is asked in a thread. This module knows no specialist and no path.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Blur
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from orchtui.engine.text import clean_line
from orchtui.ui.keys import keymap
from orchtui.ui.looks.wrapping import fit
from orchtui.ui.notices.trouble import TellsTrouble
from orchtui.ui.parts.completion import Candidate, item_of_list, matching

_FRAME = 4
"""Cells of the list's border and scrollbar."""
_DIM = "$foreground-muted"

Source = Callable[[str], Sequence[Candidate]]
"""What may stand in a line, given the words typed; it is asked in a thread."""

ItemAt = Callable[[str, int], tuple[int, int]]
"""Where the part of a line begins and ends in which the cursor stands, given both."""
_GOES_ON = ("/", ":")
"""Ends of what is not whole yet: a folder, a word before its value."""


class Offers(OptionList, can_focus=False):
    """The list below the line."""


class CompletingInput(Input):
    """The line itself. Its owner shows the offers, and is told of keys that are for them."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("offers")]

    owner: "Completing"

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While nothing is offered the keys for the offers are anybody's."""
        if action in ("choose", "take", "close"):
            return self.owner.open
        return super().check_action(action, parameters)

    def action_choose(self, steps: int) -> None:
        self.owner.choose(steps)

    def action_take(self) -> None:
        self.owner.take()

    def action_close(self) -> None:
        self.owner.close()

    def action_open(self) -> None:
        self.owner.offer()

    async def action_submit(self) -> None:
        """Enter takes an offer that was chosen, and else is enter."""
        if self.owner.chosen:
            self.owner.take()
        else:
            self.owner.close()
            await super().action_submit()

    def on_blur(self, event: Blur) -> None:
        """Nobody is typing here any more."""
        self.owner.close()


class Completing(Vertical, TellsTrouble):
    """A line with offers.

    Args:
        value: What stands there at first.
        source: What may stand there.
        placeholder: Shown where nothing stands.
        name: The id of the line.
        several: Whether it holds a list with commas.
        item_at: How it is parted otherwise.
    """

    def __init__(
        self,
        value: str,
        source: Source,
        placeholder: str = "",
        name: str | None = None,
        *,
        several: bool = False,
        item_at: ItemAt | None = None,
    ) -> None:
        super().__init__(classes="completing")
        self._source = source
        self._several = several
        self._item_at = item_at or (item_of_list if several else _whole)
        self._found: list[Candidate] = []
        self._taken: str | None = None
        self.line = CompletingInput(value, placeholder=placeholder, id=name, compact=True)
        self.line.owner = self
        # Typing adds to what has parts.
        self.line.select_on_focus = not several and item_at is None
        self._offers = Offers(markup=False, compact=True)

    def compose(self) -> ComposeResult:
        yield self.line
        yield self._offers

    @property
    def open(self) -> bool:
        """Whether something is offered now."""
        return self.has_class("-open")

    @property
    def chosen(self) -> bool:
        """Whether one of the offers is marked."""
        return self.open and self._offers.highlighted is not None

    def close(self) -> None:
        """Put the offers away."""
        self.remove_class("-open")
        self.workers.cancel_group(self, "offers")

    def choose(self, steps: int) -> None:
        """Mark the next offer, or the one before; above the first one none is."""
        place = -1 if self._offers.highlighted is None else self._offers.highlighted
        place = min(place + steps, len(self._found) - 1)
        self._offers.highlighted = place if place >= 0 else None

    def take(self) -> None:
        """Put the marked offer, or the first one, into the line."""
        candidate = self._found[self._offers.highlighted or 0]
        start, end = self._span()
        text = self.line.value
        self._taken = text[:start] + candidate.text + text[end:]
        self.line.value = self._taken
        self.line.cursor_position = start + len(candidate.text)
        self.close()
        if candidate.text.endswith(_GOES_ON):
            self.offer()

    def _span(self) -> tuple[int, int]:
        return self._item_at(self.line.value, self.line.cursor_position)

    def _elsewhere(self, start: int, end: int) -> set[str]:
        """The other items of a list: none is wanted twice."""
        if not self._several:
            return set()
        text = self.line.value
        return {one.strip() for one in (text[:start] + "," + text[end:]).split(",")}

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value == self._taken:
            return
        self._taken = None
        start, end = self._span()
        if self.line.has_focus and event.value[start:end].strip():
            self.offer()
        else:
            self.close()

    @work(exclusive=True, group="offers", exit_on_error=False)
    async def offer(self) -> None:
        """Show what fits the words that stand there."""
        start, end = self._span()
        typed = self.line.value[start:end].strip()
        elsewhere = self._elsewhere(start, end)
        offered = await asyncio.to_thread(self._source, typed)
        found = matching(typed, (one for one in offered if one.text not in elsewhere))
        if not self.line.has_focus:
            return
        self._found = found
        width = self.line.size.width - _FRAME
        self._offers.set_options(Option(_shown(one, width)) for one in found)
        self._offers.highlighted = None
        self.set_class(bool(found), "-open")

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._offers.highlighted = event.option_index
        self.take()


def _whole(text: str, cursor: int) -> tuple[int, int]:
    return 0, len(text)


def _shown(candidate: Candidate, width: int) -> Content:
    """One row: what would be taken, and what it is as far as there is room."""
    text = clean_line(candidate.text)
    room = width - cell_len(text) - 2
    what = f"  {fit(clean_line(candidate.what), room).rstrip()}" if room > 3 else ""
    return Content.assemble((fit(text, min(width, cell_len(text))), "b"), (what, _DIM))
