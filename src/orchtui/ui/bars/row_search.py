"""Search in a pane of rows: which rows have a text, and the way from one to the next.

The pane says what its rows are and picks one; the line only takes the text. This
module knows no pane.
"""

from collections.abc import Callable, Sequence

from textual import on
from textual.message import Message
from textual.widget import Widget

from orchtui.ui.bars.search_line import SearchLine


def places_of(rows: Sequence[str], text: str) -> list[int]:
    """Where the rows stand that have this text; capitals count only where some are typed."""
    if not text:
        return []
    if text == text.lower():
        return [place for place, row in enumerate(rows) if text in row.lower()]
    return [place for place, row in enumerate(rows) if text in row]


def next_of(places: Sequence[int], here: int, steps: int) -> int | None:
    """The place to go to from here, round at the ends; with 0 steps also the one it stands on."""
    if not places:
        return None
    if steps < 0:
        return next((place for place in reversed(places) if place < here), places[-1])
    return next((place for place in places if place > here or (not steps and place == here)),
                places[0])  # fmt: skip


class RowSearch(SearchLine):
    """The search line of a pane of rows.

    Args:
        rows: The words of each row.
        place: The place of the picked row.
        pick: Picks the row at a place.
        back: What gets the focus once the text is typed.
    """

    def __init__(
        self,
        rows: Callable[[], Sequence[str]],
        place: Callable[[], int],
        pick: Callable[[int], object],
        back: Callable[[], Widget],
    ) -> None:
        super().__init__()
        self._rows = rows
        self._place = place
        self._pick = pick
        self._back = back
        self._from = 0
        """The place from which was searched."""

    def open(self) -> None:
        """Ask for a text."""
        self._from = self._place()
        super().open()

    def step(self, steps: int) -> None:
        """Go to the next row with the text, or to the one before; without a text ask for one."""
        if self.words:
            self.display = True
            self._go(self._place(), steps)
        else:
            self.open()

    def close(self) -> None:
        """Put the line away; the picked row stays."""
        self.display = False

    def action_close(self) -> None:
        """Give up typing: back to where the search began."""
        self.close()
        self._pick(self._from)
        self.screen.set_focus(self._back())

    def _go(self, here: int, steps: int) -> None:
        found = places_of(self._rows(), self.words)
        place = next_of(found, here, steps)
        self._pick(self._from if place is None and not steps else here if place is None else place)
        here = self._place()
        self.tell(found.index(here) + 1 if here in found else 0, len(found))

    @on(SearchLine.Changed)
    @on(SearchLine.Next)
    @on(SearchLine.Previous)
    def _search(self, event: Message) -> None:
        event.stop()
        if isinstance(event, SearchLine.Changed):
            self._go(self._from, 0)
        else:
            self._go(self._place(), 1 if isinstance(event, SearchLine.Next) else -1)

    @on(SearchLine.Settled)
    def _done(self, event: SearchLine.Settled) -> None:
        """The line stays: the keys for the next place tell how many there are."""
        event.stop()
        if self.words:
            self.screen.set_focus(self._back())
        else:
            self.action_close()
