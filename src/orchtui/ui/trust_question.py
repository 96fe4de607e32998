"""The questions before a run that is not only the user's own word: trust, and money.

What a project names is shown in full and to the letter; it scrolls when it is
long. The answer that changes nothing has the focus, and every other way out is
a no. This module never remembers an answer.
"""

from collections.abc import Collection, Sequence
from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from orchtui.engine.estimate_words import told
from orchtui.engine.estimates import Estimate
from orchtui.engine.trust import Danger

_ABOUT_PROGRAMS = "Programs run as you, and may do all that you may do."
_ABOUT_SERVERS = "A server gets the prompts, and the key whose variable is named."
_ABOUT_TRUST = (
    "This is new here, or has changed. It is remembered for this folder until it changes."
)

_ROWS_AROUND = 6
"""Of the dialog, around its text: border, padding, the answers and the row above them."""

_Parts = Sequence[Content | str | tuple[str, str]]


class _Question(ModalScreen[bool]):
    """A long text with a yes and a no below it.

    Args:
        title: The question.
        text: What to know for the answer.
        key: Of the yes.
        words: Of the yes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,b", "dismiss(False)", "Back"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
        Binding("up,k", "scroll('up')", show=False),
        Binding("down,j", "scroll('down')", show=False),
        Binding("pageup", "scroll('page_up')", show=False),
        Binding("pagedown", "scroll('page_down')", show=False),
        Binding("home", "scroll('home')", show=False),
        Binding("end", "scroll('end')", show=False),
    ]

    def __init__(self, title: str, text: Content, key: str, words: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._key = key
        self._words = words

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            # Not a place for the focus: the keys reach it from wherever the focus is.
            with VerticalScroll(can_focus=False):
                yield Static(self._text)
            with Horizontal(classes="answers"):
                yield Button(Content.assemble(("b", "b"), "  back"), name="no", compact=True)
                yield Button(
                    Content.assemble((self._key, "b"), f"  {self._words}"), name="yes", compact=True
                )

    def on_mount(self) -> None:
        self._bindings.bind(self._key, "screen.dismiss(True)", show=False)
        self.query(Button).first().focus()

    def on_resize(self) -> None:
        # The answers stay in sight however long the text is.
        room = self.size.height * 95 // 100 - _ROWS_AROUND
        self.query_one(VerticalScroll).styles.max_height = max(1, room)
        self.call_after_refresh(self._tell_more)

    def action_scroll(self, where: str) -> None:
        getattr(self.query_one(VerticalScroll), f"scroll_{where}")(animate=False)

    def _tell_more(self) -> None:
        more = self.query_one(VerticalScroll).max_scroll_y > 0
        self.query_one(".dialog", Vertical).border_subtitle = "↑↓ for all of it" if more else ""

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.name == "yes")


class TrustQuestion(_Question):
    """Whether what a project names may be started and used.

    Args:
        dangers: What nobody has trusted yet.
    """

    def __init__(self, dangers: Collection[Danger]) -> None:
        kinds = {danger.kind for danger in dangers}
        runs = "command" in kinds
        title = f"This project wants to {'run programs' if runs else 'use a server'}"
        parts: list[Content | str | tuple[str, str]] = []
        for danger in dangers:
            verb = "runs" if danger.kind == "command" else "sends to"
            parts += [(f"{danger.where} {verb}", "$foreground-muted"), "\n"]
            parts += [(danger.shown, "b"), "\n\n"]
        about = [_ABOUT_PROGRAMS] if runs else []
        about += [_ABOUT_SERVERS] if "address" in kinds else []
        parts.append((" ".join([*about, _ABOUT_TRUST]), "$foreground-muted"))
        super().__init__(title, _assembled(parts), "t", "trust and run")


class PaidQuestion(_Question):
    """Whether a run that costs money may start, the first time in a folder.

    Args:
        estimate: What it uses.
    """

    def __init__(self, estimate: Estimate) -> None:
        parts: list[Content | str | tuple[str, str]] = []
        for line in told(estimate):
            name, _, figures = line.partition(":")
            parts += [(f"{name}: ", "b"), f"{figures.strip()}\n"]
        parts.append(("\nThis is asked once for this folder.", "$foreground-muted"))
        super().__init__("The first run here that costs money", _assembled(parts), "r", "run")


async def ask_trust(app: App[int], dangers: Collection[Danger]) -> bool:
    """Whether the person trusts all of these; must be called from a worker."""
    return await app.push_screen_wait(TrustQuestion(dangers))


async def ask_paid(app: App[int], estimate: Estimate) -> bool:
    """Whether the person wants to pay for this run; must be called from a worker."""
    return await app.push_screen_wait(PaidQuestion(estimate))


def _assembled(parts: _Parts) -> Content:
    # Pieces with a style of their own, never markup: what a project writes styles nothing.
    return Content.assemble(*parts)
