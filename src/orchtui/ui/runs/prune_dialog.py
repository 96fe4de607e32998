"""Which runs are to go: by age or by size, with those that would go in sight before any does.

This module deletes nothing: it gives what was agreed to.
"""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from orchtui.engine.text import clean_line
from orchtui.ui.runs.run_columns import date_words

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.pruning import Pruning

_LISTED = 200
"""Runs that are named; more are counted."""
_DIM = "$foreground-muted"


class PruneDialog(ModalScreen["Pruning | None"]):
    """Asks what may go; gives what is to go, or `None`.

    Args:
        plan: What would go for an age in seconds and a size in bytes, either of which may be
            `None`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, plan: "Callable[[float | None, int | None], Pruning]") -> None:
        super().__init__()
        self._plan = plan
        self._found: Pruning | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog form") as dialog:
            dialog.border_title = "Delete old or large runs"
            yield Static("Pinned runs and those that go on stay.", classes="hint")
            for name, words, example in (
                ("older", "older than", "90d, 6w, 3mo, 1y"),
                ("larger", "all together at most", "2GB, 500MB"),
            ):
                with Horizontal(classes="field"):
                    yield Static(words, classes="field-name")
                    yield Input(placeholder=example, id=f"prune-{name}", compact=True)
            yield Static("", id="prune-told", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static("", id="prune-runs", markup=False)
            with Horizontal(classes="answers"):
                yield Button(Content("move them into the trash"), id="prune-go", compact=True)
                yield Button(Content("back"), id="prune-back", compact=True)

    def on_mount(self) -> None:
        self.query_one("#prune-older", Input).focus()
        self._look()

    @on(Input.Changed)
    def _look(self) -> None:
        """Say what would go."""
        from orchtui.engine.history.amounts import parse_age, parse_size

        older, larger = (
            self.query_one(f"#prune-{name}", Input).value.strip() for name in ("older", "larger")
        )
        self._found = None
        try:
            age = parse_age(older) if older else None
            size = parse_size(larger) if larger else None
        except ValueError as error:
            self._tell(Content.styled(str(error), "$text-error"), ())
            return
        if age is None and size is None:
            self._tell(Content.styled("Say how old, or how large, or both.", _DIM), ())
            return
        self._found = found = self._plan(age, size)
        self._tell(_told(found), _listed(found))

    def _tell(self, words: Content, lines: Sequence[Content]) -> None:
        self.query_one("#prune-told", Static).update(words)
        self.query_one("#prune-runs", Static).update(Content("\n").join(lines))
        self.query_one("#prune-go", Button).disabled = not (self._found and self._found.runs)

    @on(Input.Submitted)
    def _on_to_answers(self) -> None:
        """Enter in a line only goes on: what would go has to be seen before it goes."""
        go = self.query_one("#prune-go", Button)
        if not go.disabled:
            go.focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(self._found if event.button.id == "prune-go" else None)


def _told(found: "Pruning") -> Content:
    from orchtui.engine.history.amounts import show_size  # not before the first paint

    count = len(found.runs)
    if count:
        words = (
            f"{count:,} run{'' if count == 1 else 's'} would go, {show_size(found.bytes)} of "
            f"{show_size(found.before)}; the disk has that again once the trash is emptied."
        )
    else:
        words = f"No run would go: all together take {show_size(found.before)}."
    parts: list[Content | str | tuple[str, str]] = [(words, "b")]
    if found.pinned:
        parts.append((f"\n{found.pinned} more stay, as they are pinned.", "$text-warning"))
    if found.still_too_large:
        over = show_size(found.still_too_large)
        parts.append((f"\nWhat must stay is {over} too large.", "$text-warning"))
    return Content.assemble(*parts)


def _listed(found: "Pruning") -> list[Content]:
    """The runs that would go, the oldest first."""
    from orchtui.engine.history.amounts import show_size  # not before the first paint

    now = time.time()
    lines = [
        Content.assemble(
            (f"{date_words(one.row.started, now)}  ", _DIM),
            clean_line(one.row.name, 60),
            (f"  {show_size(one.bytes)} · {one.why}", _DIM),
        )
        for one in found.runs[:_LISTED]
    ]
    more = len(found.runs) - len(lines)
    return [*lines, *([Content.styled(f"and {more:,} more", _DIM)] if more else [])]
