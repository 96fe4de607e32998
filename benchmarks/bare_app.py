"""The app that the others are compared with: Textual, one list, nothing else."""

from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, OptionList


class BareApp(App[None]):
    """Thirty rows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "app.simulate_key('down')", "Down"),
        Binding("k", "app.simulate_key('up')", "Up"),
        Binding("q", "quit", "Quit"),
    ]

    def compose(self) -> ComposeResult:
        yield OptionList(*(f"Row {number:04d}" for number in range(30)))
        yield Footer()


if __name__ == "__main__":
    BareApp().run()
