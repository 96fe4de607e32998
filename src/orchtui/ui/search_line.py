"""The line in which one types what to search for. It finds nothing by itself."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class SearchLine(Horizontal):
    """A line with a text, and how many places have it. Hidden until `open`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "next", show=False),
        Binding("up", "previous", show=False),
        Binding("escape", "leave(False)", show=False),
    ]

    class Changed(Message):
        """Another text is searched for."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Next(Message):
        """The next place is wanted."""

    class Previous(Message):
        """The place before is wanted."""

    class Closed(Message):
        """A person is done with typing."""

        def __init__(self, kept: bool) -> None:
            super().__init__()
            self.kept = kept
            """Whether to stay at the place that was found, and search on with keys."""

    def __init__(self) -> None:
        super().__init__(classes="search-line")
        self.display = False
        self._input = Input(compact=True)
        self._count = Static("", markup=False, classes="search-count")

    def compose(self) -> ComposeResult:
        yield Static("/", markup=False, classes="search-sign")
        yield self._input
        yield self._count

    def open(self) -> None:
        """Show the line, with the focus and what was searched for last, to be typed over."""
        self.display = True
        self.screen.set_focus(self._input)
        self._input.select_all()

    @property
    def text(self) -> str:
        """What is searched for."""
        return self._input.value

    def show_count(self, words: str) -> None:
        """Say how many places there are, such as `2/7`."""
        self._count.update(words)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave(bool(event.value))

    def action_next(self) -> None:
        self.post_message(self.Next())

    def action_previous(self) -> None:
        self.post_message(self.Previous())

    def action_leave(self, kept: bool) -> None:
        self.display = False
        self.post_message(self.Closed(kept))
