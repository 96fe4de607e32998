"""Asks for the path of a file, and offers those there are. It never touches the file."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from orchtui.ui.parts.completing_input import Completing, Source


class AskPath(ModalScreen[str | None]):
    """A line for a path; `None` when it is left with escape.

    Args:
        title: What is asked for.
        value: What stands there at first.
        does: What enter does, in one word.
        source: Paths that there are.
        error: What was wrong with the latest answer.
        example: Shown where nothing stands.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(
        self,
        title: str,
        value: str,
        does: str,
        source: Source,
        error: str = "",
        example: str = "plan.yaml",
    ) -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._does = does
        self._source = source
        self._error = error
        self._example = example

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Completing(self._value, self._source, self._example)
            problem = Static(self._error, classes="problem", markup=False)
            problem.display = bool(self._error)
            yield problem
            hint = f"[b]enter[/] {self._does}   [b]tab[/] completes   [b]esc[/] goes back"
            yield Static(hint, classes="hint")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        if answer := event.value.strip():
            self.dismiss(answer)
