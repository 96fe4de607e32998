"""The output's text: of one attempt at a task as it comes, or a text that does not grow.

This module never decides which task is shown, and opens nothing outside the app.
"""

from typing import ClassVar, Literal

from textual.binding import BindingType
from textual.message import Message

from orchtui.engine.runs.run import Attempt
from orchtui.ui.keys import keymap
from orchtui.ui.output.document import Document
from orchtui.ui.output.rendered_view import RenderedView
from orchtui.ui.output.tool_lines import AttemptLines
from orchtui.ui.terminal.copying import copied_words, too_much

Program = Literal["editor", "pager"]


class OutputText(RenderedView):
    """The text. Its owner says what there is: `show_attempt`, `show_text`, `take_in`.

    Args:
        line: Opened when a person wants to search; its owner passes on what it posts.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("output")]

    class OtherTaskWanted(Message):
        """The task `steps` further on the timeline is to be shown."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    class OtherAttemptWanted(Message):
        """The attempt `steps` further is to be shown."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    class OpenWanted(Message):
        """The text is to be opened outside."""

        def __init__(self, program: Program) -> None:
            super().__init__()
            self.program = program

    class Left(Message):
        """The person has read enough."""

    def __init__(self) -> None:
        super().__init__(id="output-text")
        self.unfolded = False
        """Whether the answers of tools are shown."""
        self._attempt: Attempt | None = None
        self._lines: AttemptLines | None = None
        self._fixed = ""

    @property
    def text(self) -> str:
        """All that is shown, without tools."""
        return self._attempt.text if self._attempt is not None else self._fixed

    def show_attempt(self, attempt: Attempt | None, *, follow: bool = True) -> None:
        """Show an attempt's text from now on."""
        self._attempt, self._fixed = attempt, ""
        self._lines = AttemptLines(self.document_width, self.unfolded)
        if attempt is not None:
            self._lines.take_in(attempt)
        length = attempt.length if attempt is not None else 0
        self.present(self._lines.document, length, follow=follow)

    def exchange_attempt(self, attempt: Attempt | None) -> None:
        """Show the same attempt as it stood at another moment: what stays in sight stays there."""
        lines = self._lines
        if attempt is None or lines is None or self._attempt is None:
            self.show_attempt(attempt, follow=self.following)
            return
        self._attempt = attempt
        if not lines.turn_to(attempt):
            self._lines = lines = AttemptLines(self.document_width, self.unfolded)
            lines.take_in(attempt)
        self.exchange(lines.document, attempt.length)

    def show_text(self, text: str) -> None:
        """Show a text that does not grow."""
        self._attempt, self._lines, self._fixed = None, None, text
        document = Document(self.document_width)
        document.append(text, "text")
        self.present(document, len(text), follow=False)

    def take_in(self) -> None:
        """Take in what the attempt got since the last time."""
        if self._attempt is not None and self._lines is not None:
            if self._lines.take_in(self._attempt):
                self.source_grown(self._attempt.length)

    def action_fold_tools(self) -> None:
        if self._attempt is None or not self._attempt.tools:
            self.app.notify("No tool was used here", severity="warning", markup=False)
            return
        self.unfolded = not self.unfolded
        if self._lines is not None:
            self._lines.fold(self.unfolded)
            self.source_grown(self._length)

    def action_other_task(self, steps: int) -> None:
        self.post_message(self.OtherTaskWanted(steps))

    def action_other_attempt(self, steps: int) -> None:
        self.post_message(self.OtherAttemptWanted(steps))

    def action_wrap(self) -> None:
        self.wrap_lines(not self.wraps)
        self.post_message(self.LookChanged())

    def action_open_in(self, program: Program) -> None:
        self.post_message(self.OpenWanted(program))

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_copy(self) -> None:
        """Copy what is marked, else everything."""
        marked = self.screen.get_selected_text()
        text = marked or self.text
        if not text:
            self.app.notify("There is nothing to copy yet", severity="warning", markup=False)
        elif refused := too_much(text):
            self.app.notify(refused, severity="warning", markup=False)
        else:
            self.app.copy_to_clipboard(text)
            what = "what is marked" if marked else "the whole text"
            self.app.notify(copied_words(text, what), markup=False)
