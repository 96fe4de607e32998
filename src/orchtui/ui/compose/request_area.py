"""The text area in which a request is written. It never reads the request itself."""

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import TextArea

from orchtui.ui.keys import keymap


class RequestArea(TextArea):
    """The request's text; tab goes on to the next widget."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("request")]

    class Left(Message):
        """A person wants to go on to the tasks."""

    class ReadAgainWanted(Message):
        """The tasks are to be made from the request again."""

    class EditorWanted(Message):
        """A person wants to write it in an editor of their own."""

    def action_leave(self) -> None:
        self.post_message(self.Left())

    def action_read_again(self) -> None:
        self.post_message(self.ReadAgainWanted())

    def action_outside(self) -> None:
        self.post_message(self.EditorWanted())
