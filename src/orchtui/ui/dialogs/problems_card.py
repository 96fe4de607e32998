"""The problems so far, to be read, filtered and copied. It never makes one go away."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Static

from orchtui.ui.keys import keymap
from orchtui.ui.notices.problems import Problem, Problems, Severity

_FILTERS: tuple[tuple[Severity, ...], ...] = ((), ("error",), ("warning",))
_LOOKS: dict[Severity, tuple[str, str]] = {
    "error": ("✗ error", "b $text-error"),
    "warning": ("! warning", "b $text-warning"),
}
_NONE = (
    "No problems so far.\n\nEvery warning and every error that is told while the app is open\n"
    "is kept here with its time, also when its notice is gone."
)
_NONE_OF = "None of these. f shows the others."


class ProblemsCard(ModalScreen[None]):
    """What was told, the newest first.

    Args:
        problems: Read as they are now.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("problems")]

    def __init__(self, problems: Problems) -> None:
        super().__init__()
        self._problems = problems
        self._filter = 0
        self._text = Static("", id="problems-text", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog big") as dialog:
            dialog.border_title = "Problems"
            with VerticalScroll(id="problems-scroll"):
                yield self._text
            yield Static("", id="problems-note", classes="hint", markup=False)

    def on_mount(self) -> None:
        self._show()
        self.query_one(VerticalScroll).focus()

    @property
    def shown(self) -> list[Problem]:
        """Those that the filter lets through."""
        return self._problems.latest(*_FILTERS[self._filter])

    def _show(self) -> None:
        shown = self.shown
        if shown:
            self._text.update(problems_text(shown))
        else:
            self._text.update(Content(_NONE if not len(self._problems) else _NONE_OF))
        self.query_one("#problems-note", Static).update(Content(self._note()))

    def _note(self) -> str:
        errors, warnings = self._problems.count("error"), self._problems.count("warning")
        which = {(): "all", ("error",): "only errors", ("warning",): "only warnings"}
        parts = [
            f"{errors} error{'' if errors == 1 else 's'}, "
            f"{warnings} warning{'' if warnings == 1 else 's'}",
            f"{which[_FILTERS[self._filter]]}, f filters",
            "y copies",
            "esc closes",
        ]
        if dropped := self._problems.dropped:
            parts.insert(1, f"{dropped} older ones are no longer kept")
        return " · ".join(parts)

    def action_filter(self) -> None:
        """All, only errors, only warnings."""
        self._filter = (self._filter + 1) % len(_FILTERS)
        self._show()
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def action_copy(self) -> None:
        """Those that are shown, as text."""
        if shown := self.shown:
            self.app.copy_to_clipboard("\n".join(one.line for one in shown))
            count = f"{len(shown)} problem{'' if len(shown) == 1 else 's'}"
            self.app.notify(f"Copied: {count}", markup=False)
        else:
            self.app.bell()


def problems_text(problems: Sequence[Problem]) -> Content:
    """Each with its time, how bad it is in a sign and a word, and all of its words."""
    blocks = []
    for one in problems:
        word, style = _LOOKS[one.severity]
        moment = datetime.fromtimestamp(one.at).astimezone()
        head: list[str | Content | tuple[str, str | Style]] = [
            (f"{moment:%H:%M:%S}", "$foreground-muted"),
            "  ",
            (f"{word:9}", style),
        ]
        if one.title:
            head += ["  ", (one.title, "b")]
        if one.times > 1:
            head.append((f"  {one.times} times", "$foreground-muted"))
        blocks.append(Content.assemble(*head, "\n", one.text))
    return Content("\n\n").join(blocks)
