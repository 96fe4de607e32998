"""What the app needs whatever it is about: signals, notices, errors, help, the palette.

This module knows nothing of plans and runs.
"""

import asyncio
import gc
import signal
from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import events, work
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.worker import Worker, WorkerFailed, WorkerState

from orchtui.engine.errors import OrchtuiError
from orchtui.engine.text import clean
from orchtui.ui import keymap, terminal
from orchtui.ui.dialogs import Read, keys_text
from orchtui.ui.memory import resident
from orchtui.ui.themed_app import ThemedApp

_MEASURE = 2.0
"""Seconds between two readings of memory."""


class Frame(ThemedApp):
    """The app without its subject."""

    TITLE = "orchtui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("everywhere")]
    HORIZONTAL_BREAKPOINTS = [
        (0, "-narrow"),
        (100, "-medium"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [
        (0, "-tiny"),
        (12, "-short"),
        (30, "-tall"),
        (45, "-high"),
    ]

    def __init__(self) -> None:
        super().__init__(driver_class=terminal.TerminalDriver)
        self.crash: BaseException | None = None
        """What nobody expected, and that ended the app."""

    def take_signals(self, leave: Callable[[], object]) -> None:
        """End in order when the terminal or the system says so."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(number, leave)
        if not self.is_headless:
            terminal.expect_hangup()

    def settle_down(self) -> None:
        """After the first paint: what costs time."""
        gc.collect()
        gc.freeze()
        self._measuring = self.set_interval(_MEASURE, self._measure)
        self._measure()

    @work(exclusive=True, group="memory", exit_on_error=False)
    async def _measure(self) -> None:
        self.take_memory(await asyncio.to_thread(resident))

    def take_memory(self, size: int) -> None:
        """A new reading of memory, in bytes."""
        raise NotImplementedError

    async def on_event(self, event: events.Event) -> None:
        """What is pasted comes from outside, like a file."""
        if isinstance(event, events.Paste):
            event = events.Paste(clean(event.text))
        await super().on_event(event)

    # Help

    def action_show_help(self) -> None:
        self.push_screen(Read("Keys", keys_text(keymap.sections())))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: the app's own commands, and Textual's for themes and pictures."""
        for key in keymap.TABLE["everywhere"]:
            title = key.what[0].upper() + key.what[1:]
            keys = keymap.show_keys(key.keys)
            yield SystemCommand(title, keys, partial(self.run_action, key.action))
        for command in super().get_system_commands(screen):
            if command.title in ("Theme", "Screenshot"):
                yield command

    # Trouble

    def _handle_exception(self, error: Exception) -> None:
        """What nobody expected ends the app, whoever it happened to; the first one is told.

        Takes the place of Textual's own, which prints the values of all variables on the terminal.
        """
        if self.crash is None:
            self.crash = error.error if isinstance(error, WorkerFailed) else error
            self._return_code = 1
        if self._exception is None:  # as Textual does: tests are to see it too
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Work that the disk or a server refused is told; the app lives on."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        if event.worker.group == "memory":  # not worth a dialog, and once is enough
            self._measuring.stop()
            self.say(f"Memory can not be measured: {error}", "warning")
        else:
            self.tell_error(error)

    def tell_error(self, error: BaseException) -> None:
        """Show what did not work, to be read; what nobody expected ends the app."""
        if isinstance(error, OrchtuiError):
            self.push_screen(Read("This did not work", Content(clean(str(error))), error=True))
        elif isinstance(error, Exception):
            self._handle_exception(error)

    def say(
        self,
        text: str,
        severity: SeverityLevel = "information",
        title: str = "",
        seconds: float | None = None,
    ) -> None:
        """Tell something in passing; never markup."""
        self.notify(clean(text), title=title, severity=severity, timeout=seconds, markup=False)
