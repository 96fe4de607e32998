"""What the app needs whatever it is about: signals, notices, errors, help, the palette.

This module knows nothing of plans and runs.
"""

import asyncio
import gc
import importlib
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterable
from typing import ClassVar

from textual import events, on, work
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.command import CommandPalette, Provider
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.screen import ModalScreen, Screen
from textual.worker import Worker, WorkerFailed, WorkerState, get_current_worker

from orchtui.config import Notify
from orchtui.engine import garbage
from orchtui.engine.errors import OrchtuiError
from orchtui.engine.text import clean
from orchtui.ui.dialogs.dialogs import Read
from orchtui.ui.keys import keymap
from orchtui.ui.keys.key_gate import KeyGate, is_text_by_name
from orchtui.ui.keys.key_help import Bound, Wanted, context_of
from orchtui.ui.memory import resident
from orchtui.ui.notices.busy import Busy
from orchtui.ui.notices.passing import PassingApp
from orchtui.ui.notices.problems import Problems, Severity
from orchtui.ui.notices.top_signs import Signs
from orchtui.ui.terminal import attention, in_browser, terminal
from orchtui.ui.terminal.attention import Attention

WARM = (
    "orchtui.engine.request.parse",
    "orchtui.engine.independence.verdicts",
    "orchtui.engine.sessions.orchestrator",
    "orchtui.engine.trusting.dangers",
    "orchtui.engine.estimates.estimate_words",
    "orchtui.ui.compose.task_form",
)
"""Loaded after the first paint: they compile hundreds of patterns, or bring many others along."""

_MANY = 50
"""Modules that make a difference once they are loaded."""

_LOOK_FOR_TERMINAL = 1.0
"""Seconds between two looks whether there still is one."""

_MEASURE = 2.0
"""Seconds between two readings of memory."""


def _actions() -> type[Provider]:
    from orchtui.ui.dialogs.palette import Actions

    return Actions


class Frame(PassingApp):
    """The app without its subject."""

    TITLE = "orchtui"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("everywhere")]
    COMMANDS: ClassVar = {_actions}
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
        browser = in_browser.in_browser(os.environ)
        super().__init__(
            driver_class=in_browser.browser_driver() if browser else terminal.TerminalDriver
        )
        self.crash: BaseException | None = None
        """What nobody expected, and that ended the app."""
        self._frozen_with = 0
        """How many modules there were when they were taken for good."""
        self.problems = Problems()
        """What was told as a warning or an error."""
        self.busy = Busy(self._busy_changed)
        """What a person waits for."""
        self.signs = Signs(self.busy, self.problems)
        """Shows both; a screen puts it where it wants."""
        self.attention = self._attention(attention.DEFAULT)
        """Calls a person who looks elsewhere."""
        self.bound_keys: Bound = {}
        """The user's own keys, by the id of a row of the keymap."""
        self.key_notices: list[str] = []
        """What is wrong with them."""
        self.gate = KeyGate(self, self.hindered)

    def hindered(self, name: str) -> bool:
        """Whether the action with this id can not be done now."""
        return False

    def prepare_keys(self, wanted: Wanted) -> None:
        """Check the user's own keys, before anything on the screen speaks of one."""
        if not wanted:
            return
        from orchtui.ui.keys.user_keys import effective, resolve

        found = resolve(wanted)
        self.bound_keys, self.key_notices = effective(found), found.notices
        self.set_keymap(found.for_textual())

    def tell_keys(self) -> None:
        """Say what of them can not be used."""
        for notice in self.key_notices:
            self.say(notice, "warning")

    def take_signals(self, leave: Callable[[], object]) -> None:
        """End in order when the terminal or the system says so."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(number, leave)
        if not self.is_headless:
            terminal.expect_hangup()
        if isinstance(self._driver, terminal.TerminalDriver):
            self._hangup = self.set_interval(_LOOK_FOR_TERMINAL, self._look_for_terminal)

    def _look_for_terminal(self) -> None:
        """Take the loss of the terminal for the signal that tells of it, where none comes."""
        driver = self._driver
        if isinstance(driver, terminal.TerminalDriver) and terminal.is_gone(driver.fileno):
            self._hangup.stop()
            signal.raise_signal(signal.SIGHUP)

    # Calling a person

    def _attention(self, ways: Collection[Notify]) -> Attention:
        return Attention(ways, os.environ, self._to_terminal)

    def _to_terminal(self, sequence: str) -> None:
        if self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def take_attention(self, ways: Collection[Notify]) -> None:
        """Call a person in these ways from now on; the window's title may be the app's."""
        self.attention = self._attention(ways)
        if isinstance(self._driver, terminal.TerminalDriver):
            self._driver.attention = self.attention
        self.attention.open()
        self.attention.title(self.TITLE)

    def on_app_focus(self) -> None:
        self.attention.focus(True)

    def on_app_blur(self) -> None:
        self.attention.focus(False)

    def settle_down(self) -> None:
        """After the first paint: what costs time."""
        gc.collect()
        self._freeze()
        gc.enable()  # again: who starts the app switches it off until here
        self._measuring = self.set_interval(_MEASURE, self._measure)
        self._measure()
        self._warm()

    @work(group="warm", exit_on_error=False)
    async def _warm(self) -> None:
        """Load what the first key may need, so that it does not wait for it."""
        for name in WARM:
            await asyncio.to_thread(importlib.import_module, name)

    @work(exclusive=True, group="memory", exit_on_error=False)
    async def _measure(self) -> None:
        if len(sys.modules) - self._frozen_with > _MANY:
            self._freeze()
        self.take_memory(await asyncio.to_thread(resident))

    def _freeze(self) -> None:
        """What is loaded stays, and is no longer searched for what could go.

        With an SDK in it such a search holds every key up for a third of a second, every two
        seconds while text comes. It is loaded when the first run begins, long after the first
        paint.
        """
        self._frozen_with = len(sys.modules)
        garbage.settle()

    def take_memory(self, size: int) -> None:
        """A new reading of memory, in bytes."""
        raise NotImplementedError

    async def on_event(self, event: events.Event) -> None:
        """What is pasted comes from outside, like a file; keys may be for what is about to come."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            if not self.screen_stack or self.gate.stops(event):  # no screen: the app has ended
                return
        if isinstance(event, events.Paste):
            event = events.Paste(clean(event.text))
        elif isinstance(event, events.Key) and not event.is_forwarded:
            self.attention.key()
            if event.key == "escape" and not self.screen.is_modal and self.busy.stop():
                return
            if self.focused is not None and is_text_by_name(event, self.focused):
                self.focused._forward_event(event)
                return
        await super().on_event(event)

    # Help

    def action_show_help(self) -> None:
        from orchtui.ui.dialogs.help import Help
        from orchtui.ui.keys.key_help import sections

        here = self.context_here()
        self.push_screen(Help(sections(here, self.bound_keys), self.key_notices))

    def context_here(self) -> keymap.Context | None:
        """What holds where the focus is, besides what holds everywhere."""
        active = self.screen.active_bindings.values()
        here = (self.focused, self.screen)
        return context_of(each.binding.id for each in active if each.node in here)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A dialog is answered first: no action is chosen behind it."""
        return action != "command_palette" or not isinstance(self.screen, ModalScreen)

    def action_command_palette(self) -> None:
        words = "What do you want to do?"
        self.push_screen(CommandPalette(placeholder=words, id="--command-palette"))

    def action_jump(self) -> None:
        """Letters over all that can be reached from the screen in front."""
        from orchtui.ui.dialogs.jump import Jump, targets_of

        if isinstance(self.screen, Jump | CommandPalette):
            return
        self.push_screen(Jump(targets_of(self.screen)), lambda go: go() if go else None)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Textual's own commands that are of use here."""
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
            self._keep_problem("error", "This did not work", str(error))
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
        """Tell something in passing; never markup. What is a problem is kept."""
        if severity != "information":
            self._keep_problem(severity, title, text)
        self.notify(clean(text), title=title, severity=severity, timeout=seconds, markup=False)

    def decline(self, why: str) -> None:
        """Say why a key does nothing just now: that is no problem, and is not kept as one."""
        self.notify(clean(why), severity="warning", markup=False)

    def _keep_problem(self, severity: Severity, title: str, text: str) -> None:
        self.problems.add(severity, title, text)
        self.signs.look()

    def stops_this(self) -> Callable[[], None]:
        """Ends the worker that asks; what a thread of it still finds is dropped."""
        worker = get_current_worker()

        def stop() -> None:
            worker.cancel()
            self.say("Stopped")

        return stop

    def _busy_changed(self) -> None:
        self.signs.look()

    @on(Signs.Clicked)
    def action_show_problems(self) -> None:
        from orchtui.ui.dialogs.problems_card import ProblemsCard  # not before the first paint

        self.problems.read()
        self.signs.look()
        self.clear_notifications()  # they would stand in front of what they say
        self.push_screen(ProblemsCard(self.problems))
