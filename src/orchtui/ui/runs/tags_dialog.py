"""The tags of a run, as a list with commas; those of other runs are offered. It writes nothing."""

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from orchtui.engine.errors import InputError
from orchtui.engine.text import clean_line
from orchtui.ui.parts.completing_input import Completing
from orchtui.ui.parts.completion import Candidate


class TagsDialog(ModalScreen[list[str] | None]):
    """Asks for the tags; `None` when it is left with escape.

    Args:
        name: The run's.
        tags: It has.
        others: Tags of all runs.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(self, name: str, tags: Sequence[str], others: Collection[str]) -> None:
        super().__init__()
        self._run_name = name
        self._tags = tags
        self._others = [Candidate(tag) for tag in sorted(others, key=str.casefold)]

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Tags"
            yield Static(Content(clean_line(self._run_name, 200)), classes="hint")
            # Ready for one more.
            value = ", ".join(self._tags) + ", " * bool(self._tags)
            yield Completing(value, lambda typed: self._others, "night, good", several=True)
            problem = Static("", classes="problem", markup=False)
            problem.display = False
            yield problem
            hint = "[b]enter[/] writes them   [b]tab[/] completes   [b]esc[/] goes back"
            yield Static(hint, classes="hint")

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        from orchtui.engine.history.labels import MOST_TAGS, tag_of  # not before the first paint

        # A # before a tag is how it is shown, and no part of it.
        words = (one.strip().removeprefix("#") for one in event.value.split(","))
        try:
            tags = {tag.casefold(): tag for tag in map(tag_of, filter(None, words))}
            if len(tags) > MOST_TAGS:
                raise InputError.of(f"a run can have {MOST_TAGS} tags")
        except InputError as error:
            problem = self.query_one(".problem", Static)
            problem.update(error.problems[0].message)
            problem.display = True
        else:
            self.dismiss(list(tags.values()))
