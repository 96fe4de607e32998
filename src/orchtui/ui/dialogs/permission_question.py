"""The question that a task's program has for the person at the screen.

It shows how long it still waits, and goes away by itself when the time is over
or somebody answered elsewhere. This module never answers for the person: no
answer is a no.
"""

import time
from collections.abc import Callable
from math import ceil
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from orchtui.engine.execution.questions import PATIENCE
from orchtui.engine.run_events.events import PermissionAsked, seconds
from orchtui.engine.runs.run import Run
from orchtui.engine.text import clean, clean_line

_TICK = 0.25
"""Seconds between two looks at the clock and at the run."""
_ROWS_AROUND = 9
"""Rows of the dialog that are not the text: border, padding, countdown, answers."""


class PermissionQuestion(ModalScreen[bool]):
    """Whether a task's program may do something; False also when nobody answered.

    Args:
        run: Whose task asks; the question is over when its task no longer has it.
        asked: The question.
        now: Seconds since 1970, by the clock of the run.
    """

    AUTO_FOCUS = "#refuse"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Allow"),
        Binding("n,escape", "answer(False)", "Refuse"),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, run: Run, asked: PermissionAsked, now: Callable[[], float]) -> None:
        super().__init__()
        self._run = run
        self._asked_for = asked
        self._now = now
        self._over = False
        self.unasked_since = time.monotonic()

    def compose(self) -> ComposeResult:
        task = self._run.of(self._asked_for.task).task
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "? A program asks"
            yield Static(
                Content.assemble(
                    (clean_line(task.label), "b"),
                    (f"  {clean_line(task.instance)}, {clean_line(task.backend)}",
                     "$foreground-muted"),
                    " wants to:",
                )
            )  # fmt: skip
            with VerticalScroll(can_focus=False):
                yield Static(Content(clean(self._asked_for.what[:4000])), classes="asked")
            yield Static("", id="countdown", markup=False)
            with Horizontal(classes="answers"):
                yield Button(
                    Content.assemble(("n", "b"), "  refuse"), id="refuse", name="no", compact=True
                )
                yield Button(Content.assemble(("y", "b"), "  allow once"), name="yes", compact=True)

    def on_mount(self) -> None:
        self.set_interval(_TICK, self._look)
        self._look()

    def on_resize(self) -> None:
        # The answers stay in sight however long the text is.
        room = self.size.height * 95 // 100 - _ROWS_AROUND
        self.query_one(VerticalScroll).styles.max_height = max(1, room)

    def _look(self) -> None:
        if self._over or self.app.screen is not self:
            return  # where another dialog is in front, this one goes when it comes back
        left = self.left
        if left <= 0 or not self._is_open:
            self._over = True
            self.dismiss(False)
            return
        words = f"Refused by itself in {ceil(left)} s"
        self.query_one("#countdown", Static).update(Content.styled(words, "$text-warning"))

    @property
    def left(self) -> float:
        """Seconds until it counts as refused."""
        return seconds(self._asked_for.at) + PATIENCE - self._now()

    @property
    def _is_open(self) -> bool:
        question = self._run.of(self._asked_for.task).question
        return question is not None and question.question == self._asked_for.question

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.name == "yes")

    def action_answer(self, allowed: bool) -> None:
        if not self._over:
            self._over = True
            self.dismiss(allowed)


async def ask_permission(
    app: App[int], run: Run, asked: PermissionAsked, now: Callable[[], float]
) -> bool:
    """Whether the program may do it; must be called from a worker."""
    return await app.push_screen_wait(PermissionQuestion(run, asked, now))
