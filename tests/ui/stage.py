"""An app with the house's looks and nothing but what a test puts on it."""

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widget import Widget

from orchtui.ui import app as whole
from orchtui.ui.frame import Frame


class Stage(Frame):
    """Shows widgets, or a dialog whose answer it keeps."""

    CSS_PATH = whole.__file__.replace("app.py", "app.tcss")

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self._put = widgets
        self.answers: list[object] = []

    def compose(self) -> ComposeResult:
        yield from self._put

    def on_mount(self) -> None:
        self.take_theme(None)

    def take_memory(self, size: int) -> None:
        """Not shown here."""

    async def ask(self, dialog: ModalScreen[object]) -> None:
        """Show a dialog."""
        await self.push_screen(dialog, self.answers.append)
