"""The trash: what was deleted and can be brought back. It only says what a person wants."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Static

from orchtui.engine.text import clean_line
from orchtui.ui.keys import keymap
from orchtui.ui.looks.wrapping import fit
from orchtui.ui.parts.picked_rows import Line, PickedRows
from orchtui.ui.runs import run_columns
from orchtui.ui.runs.run_entry import LOOKS

if TYPE_CHECKING:  # not before the first paint
    from orchtui.engine.history.trash import Trashed
    from orchtui.engine.run_folders.summary import SummaryVerdict

_EMPTY = Content.from_markup(
    "[b $accent]The trash is empty[/]\n\n"
    "[$foreground-muted]What you delete in the list of runs comes here, whole,\n"
    "and leaves it only when you say so.[/]"
)


@dataclass(frozen=True, slots=True)
class Thrown:
    """A run in the trash."""

    trashed: "Trashed"
    name: str = ""
    """Empty where nobody can say."""
    verdict: "SummaryVerdict | None" = None
    bytes: int | None = None

    @property
    def id(self) -> str:
        """The run's."""
        return self.trashed.id

    @property
    def place(self) -> str:
        """Its place in the trash."""
        return self.trashed.place


Answer = tuple[Literal["restore", "delete"], Sequence[Thrown]]


class TrashList(PickedRows):
    """Rows of runs that were deleted."""

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("trash")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "run--cursor",
        "run--cursor-focused",
        *(f"run--{look}" for look in run_columns.LOOKS),
    }

    def __init__(self, found: Sequence[Thrown], now: float) -> None:
        super().__init__(id="trash-list")
        self.found = found
        self._now = now

    def on_mount(self) -> None:
        self.lay_out([2] * len(self.found))

    def on_resize(self, event: Resize) -> None:
        self.redraw()

    def drawn(self, place: int) -> Sequence[Line]:
        from orchtui.engine.history.amounts import show_size  # not before the first paint

        one = self.found[place]
        sign, look = LOOKS[one.verdict] if one.verdict else ("?", "dim")
        word = f" {one.verdict or ''}"
        name = fit(clean_line(one.name or one.id), max(1, self.width - len(word) - 2))
        facts = [f"deleted {run_columns.date_words(one.trashed.at, self._now)}"]
        facts += [show_size(one.bytes)] if one.bytes is not None else []
        about = " · ".join([*facts, clean_line(one.id)])
        return [
            run_columns.cut([(f"{sign} ", look), (name, "name"), (word, look)], self.width),
            run_columns.cut([("  ", "dim"), (about, "dim")], self.width),
        ]

    def action_delete(self) -> None:
        self._answer("delete", self.found[self.place : self.place + 1])

    def action_empty(self) -> None:
        self._answer("delete", self.found)

    def _answer(self, action: Literal["restore", "delete"], which: Sequence[Thrown]) -> None:
        if which:
            self.screen.dismiss((action, which))

    @on(PickedRows.Chosen)
    def _restore(self, event: PickedRows.Chosen) -> None:
        event.stop()
        self._answer("restore", self.found[self.place : self.place + 1])


class TrashCard(ModalScreen[Answer | None]):
    """What is in the trash; gives what is to be done with which of it.

    Args:
        found: The last one first.
        now: Seconds since 1970.
    """

    def __init__(self, found: Sequence[Thrown], now: float) -> None:
        super().__init__()
        self._found = found
        self._list = TrashList(found, now)

    def compose(self) -> ComposeResult:
        from orchtui.engine.history.amounts import show_size  # not before the first paint

        with Vertical(classes="dialog big") as dialog:
            dialog.border_title = "Trash"
            total = show_size(sum(one.bytes or 0 for one in self._found))
            dialog.border_subtitle = f"{len(self._found):,} · {total}" if self._found else ""
            yield self._list
            nothing = Static(_EMPTY, id="trash-empty")
            nothing.display = not self._found
            yield nothing
            does = "[b]enter[/] brings back   [b]d[/] deletes for good   [b]E[/] empties   "
            yield Static((does if self._found else "") + "[b]esc[/] closes", classes="hint")

    def on_mount(self) -> None:
        self._list.focus()
