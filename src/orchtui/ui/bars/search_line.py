"""A line to search with, at the bottom of a pane: what to look for, and how often it was found.

It only asks: whoever owns it searches, and tells it what came of that (`tell`). `esc` closes it,
`enter` goes back to what is searched and leaves it open. This module never searches.
"""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from orchtui.ui.keys import keymap


class SearchEntry(Input):
    """Where it is written.

    Its own key to be done with has the keymap's id: so the app knows that what is typed behind it
    is for the place where the person is then.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", show=False, id="search.settle")
    ]


class SearchLine(Horizontal):
    """Hidden until it is opened."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("search")]

    class Opened(Message):
        """A search begins."""

    class Changed(Message):
        """Something else is looked for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text
            """Empty for nothing."""

    class Next(Message):
        """The next match is wanted."""

    class Previous(Message):
        """The match before is wanted."""

    class Settled(Message):
        """The person goes back to what is searched; the search stays."""

    class Closed(Message):
        """The search is over."""

    def __init__(self, what: str = "search") -> None:
        super().__init__(classes="search-line")
        self.input = SearchEntry(placeholder=what, compact=True)
        self._count = Static("", markup=False, classes="search-count")
        self.display = False

    def compose(self) -> ComposeResult:
        yield Static("/", classes="search-sign")
        yield self.input
        yield self._count

    @property
    def words(self) -> str:
        """What is looked for."""
        return self.input.value

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self.display

    def open(self) -> None:
        """Show it, with what was looked for last, and take the keys."""
        self.display = True
        self.post_message(self.Opened())
        self.screen.set_focus(self.input)  # at once, and not after what comes next
        self.input.action_select_all()
        if self.input.value:
            self.post_message(self.Changed(self.input.value))

    def offer(self, words: str) -> None:
        """Have these words stand there when it is opened next."""
        self.input.value = words

    def step(self, steps: int) -> None:
        """Go to the next match, or to the one before; with nothing to look for, ask for it."""
        if self.is_open and self.words:
            self.post_message(self.Next() if steps > 0 else self.Previous())
        else:
            self.open()

    def close(self) -> None:
        """Hide it; what was looked for is kept for the next time."""
        if self.display:
            self.display = False
            self.tell(0, 0)
            self.post_message(self.Closed())

    def tell(self, number: int, total: int, *, complete: bool = True) -> None:
        """Say which match is shown, from 1, of how many; 0 for none.

        Args:
            complete: Whether `total` is final.
        """
        more = "" if complete else "…"
        if not self.input.value:
            words = Content("")
        elif total:
            words = Content(f"{number or '–'}/{total:,}{more}")
        else:
            words = Content.styled("searching…" if more else "not found", "$text-warning")
        self._count.update(words)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.display:
            self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_settle()

    def action_settle(self) -> None:
        self.post_message(self.Settled())

    def action_next(self) -> None:
        self.post_message(self.Next())

    def action_previous(self) -> None:
        self.post_message(self.Previous())

    def action_close(self) -> None:
        self.close()
