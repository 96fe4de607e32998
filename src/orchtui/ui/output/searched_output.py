"""The output's text and the line to search it with: what one says is passed on to the other.

This module never decides what text is shown.
"""

from textual import on
from textual.containers import Vertical

from orchtui.engine.text import clean
from orchtui.ui.bars.search_line import SearchLine
from orchtui.ui.looks.wrapping import even
from orchtui.ui.output.output_text import OutputText


class SearchedOutput(Vertical):
    """A pane with a text that can be searched."""

    def __init__(self, *, id: str, classes: str) -> None:
        super().__init__(id=id, classes=classes)
        self.search = SearchLine("search the text")
        self.text = OutputText()

    @on(SearchLine.Opened)
    def _begin_search(self, event: SearchLine.Opened) -> None:
        event.stop()
        self.text.begin_search()

    @on(SearchLine.Changed)
    def _search(self, event: SearchLine.Changed) -> None:
        event.stop()
        self.text.find(even(clean(event.text)))

    @on(SearchLine.Next)
    def _next_match(self, event: SearchLine.Next) -> None:
        event.stop()
        self.text.step(1)

    @on(SearchLine.Previous)
    def _match_before(self, event: SearchLine.Previous) -> None:
        event.stop()
        self.text.step(-1)

    @on(SearchLine.Settled)
    def _settle(self, event: SearchLine.Settled) -> None:
        event.stop()
        if not self.text.searching:
            self.search.close()
        self.text.focus()

    @on(SearchLine.Closed)
    def _end_search(self, event: SearchLine.Closed) -> None:
        event.stop()
        self.text.end_search()
        self.text.focus()

    @on(OutputText.Found)
    def _found(self, event: OutputText.Found) -> None:
        event.stop()
        if self.search.is_open:
            self.search.tell(event.number, event.total, complete=event.complete)

    @on(OutputText.Left)
    def _leave(self, event: OutputText.Left) -> None:
        if self.search.is_open:
            event.stop()
            self.search.close()
