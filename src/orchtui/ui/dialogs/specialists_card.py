"""All specialists, and the effective card of the one that is picked.

What an agent file says and what comes of it here: where it is from, the model
that will really be used, the tools it will really have, what is ignored. At the
end of the list stand the files that gave nobody. This module never reads an
agent file.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from orchtui.engine.agents.specialists import Diagnostic, Specialist
from orchtui.engine.staff.agent_card import Card
from orchtui.engine.text import clean_line
from orchtui.ui.looks.specialist_colors import readable

CardOf = Callable[[Specialist], Card]
"""The effective card of a specialist: `agent_card.card` with the project's backends."""

_SIGNS = {"error": ("✗", "$text-error"), "warning": ("▲", "$text-warning"), "info": ("·", "")}
_NOBODY = (
    "No specialists were found.\n\nAgent files stand in .claude/agents/ of the project or the home "
    "folder."
)


class SpecialistsCard(ModalScreen[None]):
    """The list, with the picked one's card.

    Args:
        specialists: In the order to show them.
        card_of: Makes a card.
        trouble: Agent files that could not be loaded.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,w,f9", "dismiss(None)", "Close"),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
        Binding("space,ctrl+d", "scroll(1)", show=False),
        Binding("ctrl+u", "scroll(-1)", show=False),
    ]

    def __init__(
        self,
        specialists: Sequence[Specialist],
        card_of: CardOf,
        trouble: Sequence[Diagnostic] = (),
    ) -> None:
        super().__init__()
        self._specialists = specialists
        self._card_of = card_of
        self._trouble = trouble

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog big") as dialog:
            count = len(self._specialists)
            dialog.border_title = f"{count} specialist{'' if count == 1 else 's'}"
            dialog.border_subtitle = "↑↓ another   space scrolls   esc closes"
            if self._trouble:
                yield Static(_trouble(self._trouble), id="card-trouble")
            with Horizontal(id="cards"):
                if self._specialists:
                    options = [*map(self._option, self._specialists)]
                    if self._trouble:
                        count = len(self._trouble)
                        files = f"{count} other file{'' if count == 1 else 's'}"
                        options.append(Option(Content(f"{_sign(self._trouble)} {files}")))
                    yield OptionList(*options, compact=True)
                with VerticalScroll(can_focus=False):
                    yield Static(Content(_NOBODY), id="card")

    def on_mount(self) -> None:
        if self._specialists:
            self.query_one(OptionList).focus()

    def action_scroll(self, pages: int) -> None:
        scroll = self.query_one(VerticalScroll)
        scroll.scroll_relative(y=pages * max(1, scroll.size.height - 1), animate=False)

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index < len(self._specialists):
            text = card_text(self._card_of(self._specialists[event.option_index]))
        else:
            text = _trouble(self._trouble, len(self._trouble), whole=True)
        self.query_one("#card", Static).update(text)
        self.query_one(VerticalScroll).scroll_home(animate=False)

    def _option(self, specialist: Specialist) -> Option:
        worst = next(
            (kind for kind in ("error", "warning")
             if any(one.severity == kind for one in specialist.diagnostics)), None,
        )  # fmt: skip
        sign, style = _SIGNS[worst] if worst else (" ", "")
        return Option(
            Content.assemble(
                (f"{sign} ", style), (clean_line(specialist.name, 64), self._ink(specialist))
            )
        )

    def _ink(self, specialist: Specialist) -> Style | str:
        """The specialist's own colour."""
        variables = self.app.theme_variables
        if not specialist.color or self.app.current_theme.ansi:
            return ""
        background, house = (Color.parse(variables[name]) for name in ("surface", "primary"))
        color = readable(specialist.color, background, house)
        return "" if color is None else Style(foreground=color)


def card_text(card: Card) -> Content:
    """A card in words: one fact a line."""
    parts: list[Content] = [
        Content.styled(clean_line(card.name, 64), "b $accent"),
        Content(clean_line(card.description, 1000) or "It has no description."),
        Content(""),
    ]
    program = f" ({clean_line(' '.join(card.command))})" if card.command else ""
    for name, value, about in (
        ("from", f"{card.source} file", str(card.path)),
        ("runs by", card.runs_by + program, ""),
        *(_equipment(card) if card.model_from else ()),
        ("color", card.color or "", ""),
    ):
        if value or about:
            facts = clean_line(value, 1000)
            note = f"{'  ' if facts else ''}{clean_line(about)}" if about else ""
            parts.append(Content.assemble((f"{name:8} ", "b"), facts, (note, "$foreground-muted")))
    parts += [_marked("info", note) for note in card.notes]
    if card.ignored:
        parts += [Content(""), Content.styled("Ignored", "b")]
        parts += [_marked("warning", f"{one.field}: {one.why}") for one in card.ignored]
    if card.diagnostics:
        parts += [Content(""), Content.styled("What was noticed", "b")]
        parts += [_marked(one.severity, _at(one)) for one in card.diagnostics]
    return Content("\n").join(parts)


def _equipment(card: Card) -> list[tuple[str, str, str]]:
    """What it has, of one that can run."""
    tools = ", ".join(map(clean_line, card.tools)) or ("" if card.tools_from else "none")
    return [
        ("model", card.model or "the backend's own choice", card.model_from),
        ("tools", tools, card.tools_from),
    ]


def _marked(severity: str, text: str) -> Content:
    sign, style = _SIGNS[severity]
    return Content.assemble((f"{sign} ", f"b {style}".strip()), clean_line(text, 1000))


def _at(one: Diagnostic) -> str:
    return f"line {one.line}: {one.message}" if one.line else one.message


def _sign(diagnostics: Sequence[Diagnostic]) -> str:
    found = {one.severity for one in diagnostics}
    return _SIGNS[next(kind for kind in _SIGNS if kind in found)][0]


def _trouble(diagnostics: Sequence[Diagnostic], most: int = 3, *, whole: bool = False) -> Content:
    """Files that are not in the list, and why.

    Args:
        most: How many of them.
        whole: With their whole paths.
    """
    lines = [
        _marked(one.severity, f"{one.path if whole else one.path.name}: {_at(one)}")
        for one in diagnostics[:most]
    ]
    if len(diagnostics) > most:
        lines.append(Content(f"  and {len(diagnostics) - most} more, at the end of the list"))
    return Content("\n").join(lines)
