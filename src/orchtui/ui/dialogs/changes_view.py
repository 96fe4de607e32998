"""What a run's tasks wrote, beside the project: a person accepts file by file, and sees the diff.

Gives the accepted changes to whoever pushed it. Files are compared in a thread.
This module never applies anything.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from orchtui.engine.changed_files.changes import Change, Meeting, Standing
from orchtui.engine.text import clean_line
from orchtui.ui.dialogs.diff_rows import DiffRows
from orchtui.ui.notices.trouble import TellsTrouble

Meet = Callable[[Change], Meeting]
"""How a change meets the project: `Ground.meet`. Blocks."""
Diff = Callable[[Change, Meeting], str]
"""How the project's file would change: `applying.diff`. Blocks."""

_SIGNS: dict[Standing, tuple[str, str]] = {
    "new": ("+", "$text-success"),
    "changed": ("~", ""),
    "deleted": ("-", "$text-error"),
    "already there": ("=", "$foreground-muted"),
    "changed since": ("!", "b $text-warning"),
    "refused": ("⊘", "$text-error"),
}
_UNKNOWN = ("…", "$foreground-muted")
_RIVAL = ("≠", "b $text-warning")

_WORDS: dict[Standing, str] = {
    "new": "a new file",
    "changed": "changes the project's file",
    "deleted": "removes the project's file",
    "already there": "stands in the project already",
    "changed since": "CONFLICT: the project's file has changed since the task began",
    "refused": "can not be applied",
}
_APPLICABLE = frozenset({"new", "changed", "deleted", "changed since"})
_BATCH = 50
"""Files that are compared before the list is drawn again."""
_EMPTY = "This run wrote no files."
_HINT = "space accepts   a all   enter applies   J K scroll   esc"


class ChangesView(ModalScreen[list[Change] | None], TellsTrouble):
    """The files with the diff of the picked one; gives those accepted, `None` when it is left.

    Args:
        changes: As `changes_of` gives them.
        meet: How a change meets the project.
        diff: The text of a diff.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back"),
        Binding("space,x", "accept", show=False),
        Binding("a", "accept_all", show=False),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
        Binding("J,shift+down", "scroll_diff(1)", show=False),
        Binding("K,shift+up", "scroll_diff(-1)", show=False),
        Binding("enter", "apply", show=False),
    ]

    def __init__(self, changes: Sequence[Change], meet: Meet, diff: Diff) -> None:
        super().__init__()
        self._changes = changes
        self._meet = meet
        self._diff = diff
        self._meetings: dict[int, Meeting] = {}
        self._accepted: set[int] = set()

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog big") as dialog:
            count = len(self._changes)
            dialog.border_title = f"{count} file{'' if count == 1 else 's'} that the run wrote"
            dialog.border_subtitle = _HINT if count else "esc closes"
            if not count:
                yield Static(Content(_EMPTY), id="changes-head")
                return
            yield Static("", id="changes-head", markup=False)
            with Horizontal(id="changes-body"):
                yield OptionList(
                    *(Option(self._row(place)) for place in range(count)),
                    markup=False,
                    compact=True,
                )
                yield DiffRows(id="change-diff")
            yield Static("", id="changes-note", markup=False)

    def on_mount(self) -> None:
        if self._changes:
            self.query_one(OptionList).focus()
            self._compare()
            self._tell("Nothing lands in the project before enter.")

    @property
    def accepted(self) -> list[Change]:
        """Those that a person accepted, in the list's order."""
        return [self._changes[place] for place in sorted(self._accepted)]

    @work(exclusive=True, group="compare", exit_on_error=False)
    async def _compare(self) -> None:
        """Find out how every change meets the project."""
        for start in range(0, len(self._changes), _BATCH):
            places = range(start, min(start + _BATCH, len(self._changes)))
            found = await asyncio.to_thread(
                lambda places: [self._without_bytes(place) for place in places], places
            )
            self._meetings.update(zip(places, found, strict=True))
            for place in places:
                self._draw(place)
            if self._picked in places:
                self._show_head()

    def _without_bytes(self, place: int) -> Meeting:
        meeting = self._meet(self._changes[place])
        return Meeting(meeting.standing, meeting.why)  # the files of a whole run need not stay

    # Accepting

    def action_accept(self) -> None:
        place = self._picked
        if place is None:
            return
        if place in self._accepted:
            self._accepted.discard(place)
        elif (why := self._hindrance(place)) is not None:
            self._tell(why)
            self.app.bell()
            return
        else:
            for other in self._same_path(place):
                self._accepted.discard(other)
                self._draw(other)
            self._accepted.add(place)
        self._draw(place)
        self._tell_count()

    def action_accept_all(self) -> None:
        """All that meet nothing; or none again, where all of those are accepted."""
        if not self._changes:
            return
        clear = {place for place in range(len(self._changes)) if self._is_clear(place)}
        self._accepted = set() if clear and clear <= self._accepted else self._accepted | clear
        for place in range(len(self._changes)):
            self._draw(place)
        self._tell_count()

    @on(OptionList.OptionSelected)
    def action_apply(self) -> None:
        if not self._changes:
            self.dismiss(None)
        elif self._accepted:
            self.dismiss(self.accepted)
        else:
            self._tell("Nothing is accepted yet: space accepts a file, a all of them.")

    def _hindrance(self, place: int) -> str | None:
        meeting = self._meetings.get(place)
        if meeting is None:
            return "This file is still being compared with the project's."
        if meeting.standing in _APPLICABLE:
            return None
        return f"It {_WORDS[meeting.standing]}" + (f": {meeting.why}" if meeting.why else "")

    def _is_clear(self, place: int) -> bool:
        meeting = self._meetings.get(place)
        clear = meeting is not None and meeting.standing in _APPLICABLE - {"changed since"}
        return clear and not self._changes[place].rivals

    def _same_path(self, place: int) -> list[int]:
        path = self._changes[place].path
        return [
            other
            for other in self._accepted
            if other != place and self._changes[other].path == path
        ]

    # Showing

    @property
    def _picked(self) -> int | None:
        return self.query_one(OptionList).highlighted if self._changes else None

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        self._show_head()
        self._show_diff(event.option_index)

    @work(exclusive=True, group="diff", exit_on_error=False)
    async def _show_diff(self, place: int) -> None:
        change = self._changes[place]
        text = await asyncio.to_thread(lambda: self._diff(change, self._meet(change)))
        self.query_one(DiffRows).show(text or "The project has this file already.")

    def _show_head(self) -> None:
        place = self._picked
        if place is None:
            return
        change, meeting = self._changes[place], self._meetings.get(place)
        facts = [_WORDS[meeting.standing]] if meeting else ["comparing …"]
        facts += [clean_line(meeting.why)] if meeting and meeting.why else []
        if change.status != "completed":
            facts.append(f"its task is {change.status}: it may be unfinished")
        if change.rehearsal:
            facts.append(f"REHEARSAL: {change.rehearsal.rstrip('.')}")
        if change.rivals:
            facts.append(f"CONFLICT: also written by {clean_line(', '.join(change.rivals), 80)}")
        changed = meeting is not None and meeting.standing == "changed since"
        loud = bool(change.rivals or change.rehearsal) or changed
        self.query_one("#changes-head", Static).update(
            Content.assemble(
                (clean_line(change.path, 300), "b"),
                (f"  {clean_line(change.title, 80)}\n", "$foreground-muted"),
                ("; ".join(facts), "b $text-warning" if loud else "$foreground-muted"),
            )
        )

    def action_scroll_diff(self, pages: int) -> None:
        if self._changes:
            self.query_one(DiffRows).scroll_pages(pages)

    def _draw(self, place: int) -> None:
        self.query_one(OptionList).replace_option_prompt_at_index(place, self._row(place))

    def _row(self, place: int) -> Content:
        change, meeting = self._changes[place], self._meetings.get(place)
        sign, style = _SIGNS[meeting.standing] if meeting else _UNKNOWN
        mark = "[✓] " if place in self._accepted else "[ ] "
        rival = _RIVAL if change.rivals else (" ", "")
        return Content.assemble(
            (mark, "b $text-success" if place in self._accepted else "$foreground-muted"),
            (sign, style),
            rival,
            " ",
            clean_line(change.path, 300),
        )

    def _tell_count(self) -> None:
        self._tell(f"{len(self._accepted)} of {len(self._changes)} accepted")

    def _tell(self, text: str) -> None:
        self.query_one("#changes-note", Static).update(Content(clean_line(text)))
