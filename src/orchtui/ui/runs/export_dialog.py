"""In which form, and where, a run is written. It only asks, and tells what was wrong."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from orchtui.ui.parts.completing_input import Completing, Source

FORMS: tuple[tuple[str, str, str], ...] = (
    ("md", ".md", "one document with every prompt and result"),
    ("html", ".html", "a page of its own: timeline, results, findings"),
    ("json", ".json", "the whole run as data"),
    ("zip", ".zip", "the run itself, for another machine to import"),
    ("trace", ".trace.json", "for ui.perfetto.dev and chrome://tracing"),
    ("log", ".log", "the execution log"),
    ("svg", ".svg", "the timeline alone, as a picture"),
)
"""Form, ending of its files, what it is."""


class ExportDialog(ModalScreen[tuple[str, str] | None]):
    """Asks for a form and a path; `None` when it is left with escape.

    Args:
        stem: The file's name without its ending, as it is offered.
        source: Paths that there are.
        chosen: A form and a path that were named before, which did not do.
        error: Why not.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("up", "form(-1)", show=False),
        Binding("down", "form(1)", show=False),
    ]

    def __init__(
        self,
        stem: str,
        source: Source,
        chosen: tuple[str, str] | None = None,
        error: str = "",
    ) -> None:
        super().__init__()
        form, path = chosen or (FORMS[0][0], stem + FORMS[0][1])
        self._place = next(place for place, one in enumerate(FORMS) if one[0] == form)
        self._error = error
        self._path = Completing(path, source, "run.md")
        self._path.line.select_on_focus = False
        self._forms = OptionList(
            *(
                Option(Content.assemble((f"{name:<6}", "b $accent"), f" {what}"))
                for name, _, what in FORMS
            ),
            markup=False,
        )
        self._forms.can_focus = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Write the run to a file"
            yield self._path
            yield self._forms
            problem = Static(self._error, classes="problem", markup=False)
            problem.display = bool(self._error)
            yield problem
            yield Static(
                "What was asked and answered is in it: look before you pass it on.", classes="hint"
            )
            hint = "[b]↑↓[/] the form   [b]enter[/] writes   [b]tab[/] completes   [b]esc[/] back"
            yield Static(hint, classes="hint")

    def on_mount(self) -> None:
        self._forms.highlighted = self._place
        self._path.line.focus()

    def action_form(self, steps: int) -> None:
        """Another form; the path gets its ending."""
        self._take_form((self._place + steps) % len(FORMS))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        if event.option_list is self._forms:
            event.stop()
            self._take_form(event.option_index)
            self._path.line.focus()

    def _take_form(self, place: int) -> None:
        old, new = FORMS[self._place][1], FORMS[place][1]
        self._place = place
        self._forms.highlighted = place
        line = self._path.line
        if line.value.endswith(old):
            line.value = line.value.removesuffix(old) + new
            line.cursor_position = len(line.value)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """An ending that says another form chooses it."""
        from orchtui.engine.exports.export import form_of  # not before the first paint

        form = form_of(event.value)
        if form is not None and form != FORMS[self._place][0]:
            self._place = next(place for place, one in enumerate(FORMS) if one[0] == form)
            self._forms.highlighted = self._place

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        if answer := event.value.strip():
            self.dismiss((FORMS[self._place][0], answer))
