"""How a pane's work that failed reaches the app: a worker's state does not travel up by itself.

This module never shows an error.
"""

from textual.message import Message
from textual.widget import Widget
from textual.worker import Worker, WorkerState


class WorkFailed(Message):
    """Something that a widget did in the background ended with an error."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class TellsTrouble(Widget):
    """A widget whose failed workers are told upwards.

    To be named behind the widget that it is added to: only the first base gives looks.
    """

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Pass the error on."""
        if event.state is WorkerState.ERROR and event.worker.error is not None:
            self.post_message(WorkFailed(event.worker.error))
