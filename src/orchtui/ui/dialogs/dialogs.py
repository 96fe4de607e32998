"""The app's dialogs: questions with keys for answers, a path, a choice, a text to read.

Each is a modal screen that gives its answer back to whoever pushed it. This
module never acts on an answer.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from orchtui.engine.backends.registry import Choice
from orchtui.engine.independence.report import Finding
from orchtui.engine.text import clean_line

_LOOK_S = 0.2
"""Seconds between two looks whether a question is still one."""


class Ask(ModalScreen[str | None]):
    """A question with a few answers; `None` when it is left with escape.

    Args:
        title: The question.
        text: What to know for the answer.
        answers: Key, what the answer gives, its words. The first one has the focus.
        unasked: Whether it comes up by itself: what is being typed then is no answer.
        over: Whether what it asks about is over meanwhile: then it goes away, as with escape.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("left", "app.focus_previous", show=False),
        Binding("right", "app.focus_next", show=False),
    ]

    def __init__(
        self,
        title: str,
        text: str | Content,
        answers: Sequence[tuple[str, str, str]],
        *,
        unasked: bool = False,
        over: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__()
        self._over = over
        self.unasked_since = time.monotonic() if unasked else None
        self._title = title
        self._text = text if isinstance(text, Content) else Content(text)
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield from self.compose_text()
            with Horizontal(classes="answers"):
                for key, value, words in self._answers:
                    yield Button(
                        Content.assemble((key, "b"), f"  {words}"), name=value, compact=True
                    )

    def compose_text(self) -> ComposeResult:
        """What stands above the answers."""
        yield Static(self._text)

    def on_mount(self) -> None:
        for key, value, _ in self._answers:
            self._bindings.bind(key, f"screen.dismiss({value!r})", show=False)
        if self._over is not None:
            self.set_interval(_LOOK_S, self._look)

    def _look(self) -> None:
        # Behind another dialog it waits until that has gone.
        if self.is_active and self._over is not None and self._over():
            self.dismiss(None)

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.name)


class AskLine(ModalScreen[str | None]):
    """Asks for one line of text, such as a path or a length of time.

    Args:
        title: What is asked for.
        value: What stands there at first.
        example: Shown where nothing stands.
        does: What enter does, in one word.
        wrong: What is wrong with an answer, for a person; nothing where it can be taken.
        optional: Whether nothing is an answer, too.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Back")]

    def __init__(
        self,
        title: str,
        value: str,
        example: str,
        does: str,
        wrong: Callable[[str], str] = lambda answer: "",
        *,
        optional: bool = False,
    ) -> None:
        super().__init__()
        self._optional = optional
        self._title = title
        self._value = value
        self._example = example
        self._does = does
        self._wrong = wrong

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = Content(self._title)
            yield Input(self._value, placeholder=self._example, compact=True)
            yield Static("", id="line-problem", classes="problem", markup=False)
            yield Static(f"[b]enter[/] {self._does}   [b]esc[/] goes back", classes="hint")

    def on_mount(self) -> None:
        self.query_one("#line-problem").display = False

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        answer = event.value.strip()
        if not answer and not self._optional:
            return
        if wrong := self._wrong(answer):
            problem = self.query_one("#line-problem", Static)
            problem.update(wrong)
            problem.display = True
        else:
            self.dismiss(answer)


class ChooseBackend(ModalScreen[str | None]):
    """Who is to work: every backend, what it is, and what it lacks.

    Args:
        choices: From the project.
        current: The name of the one that is chosen now.
        why: Why this is asked.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, choices: Iterable[Choice], current: str | None, why: str) -> None:
        super().__init__()
        # Those that can be used first; the order among them is the project's.
        self._choices = sorted(choices, key=lambda choice: choice.lacking is not None)
        self._current = current
        self._why = why
        self._width = max(len(choice.name) for choice in self._choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "Who works?"
            yield Static(Content(self._why), classes="hint")
            yield OptionList(*(self._option(choice) for choice in self._choices))
            yield Static("[b]enter[/] chooses   [b]esc[/] goes back", classes="hint")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        names = [choice.name for choice in self._choices]
        if self._current in names:
            options.highlighted = names.index(self._current)
        options.focus()

    def action_down(self) -> None:
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        self.query_one(OptionList).action_cursor_up()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def _option(self, choice: Choice) -> Option:
        mark = "●" if choice.name == self._current else " "
        name = f"{mark} {choice.name:{self._width}}"
        lines = Content.assemble((name, "b"), f"  {clean_line(choice.summary)}")
        if choice.lacking:
            todo = f"\n{' ' * (self._width + 4)}to use it: {clean_line(choice.lacking)}"
            lines = Content.assemble(lines, (todo, "$text-warning"))
        return Option(lines, id=choice.name, disabled=choice.lacking is not None)


class ChooseFix(ModalScreen[str | None]):
    """Which of a finding's fixes is to be made; gives its id.

    Args:
        finding: With its fixes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back"),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
        *(Binding(str(number), f"take({number})", show=False) for number in range(1, 10)),
    ]

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self._finding = finding

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as dialog:
            dialog.border_title = "What is to be done?"
            yield Static(Content(clean_line(self._finding.message)), classes="hint")
            yield OptionList(
                *(
                    Option(Content.assemble((f"{number} ", "b $accent"), clean_line(fix.label)))
                    for number, fix in enumerate(self._finding.fixes, 1)
                ),
                markup=False,
            )
            yield Static("[b]enter[/] or a number chooses   [b]esc[/] goes back", classes="hint")

    def on_mount(self) -> None:
        self.query_one(OptionList).focus()

    def action_take(self, number: int) -> None:
        if number <= len(self._finding.fixes):
            self.dismiss(self._finding.fixes[number - 1].id)

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        self.action_take(event.option_index + 1)


class Read(ModalScreen[None]):
    """A text to read, such as an error.

    Args:
        title: What it is.
        text: All of it; it scrolls.
        error: Whether something went wrong.
        unasked: Whether it comes up by itself: what is being typed then does not close it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(None)", "Close"),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
    ]

    def __init__(
        self, title: str, text: Content, *, error: bool = False, unasked: bool = False
    ) -> None:
        super().__init__()
        self.unasked_since = time.monotonic() if unasked else None
        self._title = title
        self._text = text
        self._error = error

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -error" if self._error else "dialog") as dialog:
            dialog.border_title = Content(self._title)
            dialog.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static(self._text)
