"""The tour: what each pane is for, one after the other, and the keys that matter.

It stands over the panes and has them brought to the front as it speaks of them;
escape leaves it at any time. This module never begins by itself, and never
remembers that it was taken.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from orchtui.ui.bars.tabs_bar import PaneName
from orchtui.ui.keys.hints import hint


@dataclass(frozen=True, slots=True)
class Step:
    """One stop of the tour."""

    pane: PaneName
    title: str
    text: str
    key: str
    """The key to remember from here, or the id of its action."""
    does: str


STEPS = (
    Step(
        "compose",
        "1 Plan: say what you want",
        "Write it in plain words. Each point of a list becomes a task of its own, as you type; "
        "enter on a task opens all that can be set for it.",
        "app.help",
        "all keys, wherever you are",
    ),
    Step(
        "independence",
        "2 Independence: what may run together",
        "Before anything is spent you see which tasks need another's result or would get in each "
        "other's way, in your own words. A key fixes it, or you accept it.",
        "app.pane-plan … app.pane-compare",
        "from pane to pane ({request.leave} first, while you write)",
    ),
    Step(
        "timeline",
        "3 Timeline: all of them at work",
        "Every task has a row and a bar that grows. A task can be stopped, given more time or "
        "tried again without touching the others.",
        "app.run",
        "runs the plan",
    ),
    Step(
        "output",
        "4 Output: what each one says",
        "The text of the picked task, as it comes, with the tools that it used. What a run "
        "wrote reaches your files only once you bring it over.",
        "timeline.output",
        "on a row of the timeline: read it",
    ),
    Step(
        "runs",
        "5 Runs: nothing is lost",
        "Every run is kept: looked at again, found by its words, replayed, gone on with after a "
        "crash, or run again with a change.",
        "runs.replay",
        "on a run of the list: replay it",
    ),
    Step(
        "compare",
        "6 Compare: choose the best",
        "Results side by side, down to the word: tasks, attempts, runs, files. The one that you "
        "choose is published as the run's. That is all; an example is one key away.",
        "app.example",
        "opens an example",
    ),
)


_ID = re.compile(r"\{?\b([a-z]+\.[a-z-]+)\b\}?")


class Tour(ModalScreen[bool]):
    """A card over the panes; gives whether it was seen to its end.

    Args:
        bring: Brings a pane to the front.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(False)", "Leave"),
        Binding("enter,space,right,l,j,down,pagedown", "step(1)", "Next"),
        Binding("left,h,k,up,pageup,backspace", "step(-1)", "Back"),
    ]

    def __init__(self, bring: Callable[[PaneName], None]) -> None:
        super().__init__()
        self._bring = bring
        self._place = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="tour-card"):
            yield Static("", id="tour-text", markup=False)

    def on_mount(self) -> None:
        self._show()

    def action_step(self, steps: int) -> None:
        place = self._place + steps
        if place >= len(STEPS):
            self.dismiss(True)
        elif place >= 0:
            self._place = place
            self._show()

    def on_click(self) -> None:
        """A click goes on, as enter does."""
        self.action_step(1)

    def _show(self) -> None:
        step, last = STEPS[self._place], self._place == len(STEPS) - 1
        self._bring(step.pane)
        card = self.query_one("#tour-card")
        card.border_title = Content(step.title)
        dots = " ".join("●" if place == self._place else "○" for place in range(len(STEPS)))
        card.border_subtitle = Content(
            f"{dots}   enter {'ends' if last else 'goes on'}   esc leaves"
        )
        key, does = self._with_keys(step.key), self._with_keys(step.does)
        self.query_one("#tour-text", Static).update(
            Content.assemble(step.text, "\n\n", (key, "b $accent"), f"  {does}")
        )

    def _with_keys(self, words: str) -> str:
        """Words with the keys in them that their actions have."""
        return _ID.sub(lambda match: hint(self, match[1]), words)
