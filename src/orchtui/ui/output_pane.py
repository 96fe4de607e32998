"""The output: the text of the picked task, as it comes, with its tools in their place.

One widget draws the rows that can be seen; what arrives is wrapped once, and
everything again only when the width changes or answers are unfolded. It follows the end until a
person scrolls up. This module never treats text as markup.
"""

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Static

from orchtui.engine.durations import show_duration
from orchtui.engine.files_told import race_line, races_of
from orchtui.engine.outcome_words import cut_off
from orchtui.engine.run import LIVE, Run, TaskRun
from orchtui.engine.text import clean, clean_line
from orchtui.engine.verdict import cost_words
from orchtui.ui import keymap, looks
from orchtui.ui.tool_lines import KINDS, TaskRows
from orchtui.ui.wrapping import Row, Wrapped

_EMPTY = Content.from_markup(
    "[b $accent]No output yet[/]\n\n"
    "[$foreground-muted]The text of the task picked on the timeline\n"
    "is shown here, word by word.[/]"
)

_KINDS = ("text", "heading", "quote", "separator", "problem", *KINDS)

_MOST_RACES = 2
"""Races told above the output; the log has all."""


class OutputText(ScrollView, can_focus=True):
    """The text. Its owner says what there is: `show_task`, `show_text`, `update_task`."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [*keymap.bindings("output")]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"output--{kind}" for kind in _KINDS}

    class OtherTaskWanted(Message):
        """The task `steps` further on the timeline is to be shown."""

        def __init__(self, steps: int) -> None:
            super().__init__()
            self.steps = steps

    def __init__(self) -> None:
        super().__init__(id="output-text")
        self._rows = TaskRows(80)
        self.following = True
        """Whether the end stays in sight."""
        self.unfolded = False
        """Whether the answers of tools are shown."""
        self._shown_task: TaskRun | None = None
        self._fixed: str | None = None

    @property
    def wrapped(self) -> Wrapped:
        """The rows."""
        return self._rows.wrapped

    @property
    def text(self) -> str:
        """All that is shown, without separators and tools."""
        if self._fixed is not None:
            return self._fixed
        return self._shown_task.text if self._shown_task else ""

    def show_task(self, task: TaskRun | None) -> None:
        """Show a task's text from the beginning of its first attempt."""
        self._shown_task, self._fixed = task, None
        self._begin()

    def show_text(self, text: str) -> None:
        """Show a text that does not grow."""
        self._shown_task, self._fixed = None, clean(text)
        self._begin(follow=False)

    def update_task(self) -> None:
        """Take in what the task got since the last time."""
        if self._shown_task is not None and self._rows.take_in(self._shown_task):
            self._grown()

    def _begin(self, follow: bool = True) -> None:
        self._rows = TaskRows(self._width(), self.unfolded)
        self.following = follow
        if self._fixed is not None:
            self.wrapped.append(self._fixed, "text")
        self.update_task()
        self._grown()
        if not follow:
            self.scroll_to(y=0, animate=False)

    def _width(self) -> int:
        return max(1, self.scrollable_content_region.width)

    def _grown(self) -> None:
        self.virtual_size = Size(self._width(), len(self.wrapped.rows))
        if self.following:
            self.scroll_to(y=self.max_scroll_y, animate=False)
        self.refresh()

    def on_resize(self, event: Resize) -> None:
        """Wrap again, and stay where the reader was."""
        width = self._width()
        if width == self.wrapped.width:
            if self.following:
                self.scroll_to(y=self.max_scroll_y, animate=False)
            return
        self._again()

    def _again(self) -> None:
        """Make all rows again, and stay where the reader was."""
        share = self.scroll_offset.y / max(1, len(self.wrapped.rows))
        following = self.following
        self._begin(follow=following)
        self.following = following
        if not following:
            self.scroll_to(y=round(share * len(self.wrapped.rows)), animate=False)

    # Moving

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scrolling up lets the end go; scrolling to the end takes it up again."""
        super().watch_scroll_y(old_value, new_value)
        if new_value < old_value:
            self.following = False
        elif new_value >= self.max_scroll_y:
            self.following = True

    def action_scroll_by(self, rows: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + rows, animate=False)

    def action_scroll_by_page(self, pages: int) -> None:
        height = self.scrollable_content_region.height
        self.scroll_to(y=self.scroll_offset.y + pages * max(1, height - 1), animate=False)

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False)

    def action_follow(self) -> None:
        self.following = True
        self.scroll_to(y=self.max_scroll_y, animate=False)

    def action_fold_tools(self) -> None:
        self.unfolded = not self.unfolded
        self._again()

    def action_other_task(self, steps: int) -> None:
        self.post_message(self.OtherTaskWanted(steps))

    def action_copy_all(self) -> None:
        self.app.copy_to_clipboard(self.text)
        self.app.notify("Copied to the clipboard, where the terminal allows it", markup=False)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        width = self._width()
        place = y + self.scroll_offset.y
        base = self.rich_style
        if place >= len(self.wrapped.rows):
            return Strip.blank(width, base)
        row = self.wrapped.rows[place]
        style = looks.ink(self.get_component_rich_style(f"output--{_look(row)}"))
        text = row.text.rstrip()
        if row.kind == "separator":
            text = text + " " + "─" * max(0, width - len(text) - 1)
        strip = Strip([Segment(text, style)])
        return strip.adjust_cell_length(width).apply_style(base)


def _look(row: Row) -> str:
    if row.kind != "text" or not row.whole:
        return row.kind
    if row.text.startswith("#"):
        return "heading"
    return "quote" if row.text.startswith(">") else "text"


class OutputPane(Vertical):
    """The text, with the task's state above it."""

    def __init__(self) -> None:
        super().__init__(id="output", classes="pane -empty")
        self.border_title = "4 Output"
        self.text = OutputText()
        self._head = Static("", id="output-head", markup=False)
        self._shown_task: TaskRun | None = None
        self._badge = ""
        self._run: Run | None = None
        self._why_waiting: Callable[[TaskRun], list[str]] = lambda task: []

    def compose(self) -> ComposeResult:
        yield self._head
        yield self.text
        yield Static(_EMPTY, id="output-empty", classes="empty")

    def show_task(
        self,
        task: TaskRun | None,
        badge: str,
        now: float,
        why_waiting: Callable[[TaskRun], list[str]] = lambda task: [],
        run: Run | None = None,
    ) -> None:
        """Show another task.

        Args:
            badge: Says that the task is only rehearsed; nothing for one that is not.
            why_waiting: Says why a task has to wait; nothing when it need not.
            run: The task's, whose races are told above its output.
        """
        self._shown_task = task
        self._run = run
        self._why_waiting = why_waiting
        self._badge = badge
        self.set_class(task is None, "-empty")
        self.text.show_task(task)
        self.border_title = "4 Output"
        if task is not None:
            title = f"4 Output · {clean_line(task.task.instance)}"
            self.border_title = Content(title)
            self.repaint(now)

    def show_result(self, text: str, title: str, badge: str) -> None:
        """Show the run's result."""
        self._shown_task = None
        self.set_class(False, "-empty")
        self.border_title = "4 Output · result"
        head = Content.styled(title, "b")
        self._head.update(_with_badge(head, badge))
        self.text.show_text(text)

    def repaint(self, now: float, broken_off: bool = False) -> None:
        """Take in what is new, at `now` in seconds since 1970.

        Args:
            broken_off: Whether nobody goes on with a run that has not ended.
        """
        if self._shown_task is None:
            return
        words = headline(self._shown_task, now, self._run, broken_off=broken_off)
        head = _with_badge(words, self._badge)
        because = self._why_waiting(self._shown_task)
        races = races_above(self._run, self._shown_task) if self._run else []
        lines = [*races, head, *(Content.styled(why, "$foreground-muted") for why in because)]
        self._head.update(Content("\n").join(lines))
        self.text.update_task()
        self.border_subtitle = "" if self.text.following else "G: follow the end"


def races_above(run: Run, task: TaskRun) -> list[Content]:
    """What is to be seen before anything else: that the task met another one at a file."""
    races = races_of(run, task.id)
    lines = [
        Content.assemble((" RACE ", "b $background on $error"), " ", (words, "b $text-error"))
        for words in (race_line(run, race, clean_line) for race in races[:_MOST_RACES])
    ]
    if len(races) > _MOST_RACES:
        words = f"and {len(races) - _MOST_RACES} more races"
        lines.append(Content.styled(words, "b $text-error"))
    return lines


_HEAD_STYLES = {
    "running": "$accent",
    "completed": "$text-success",
    "failed": "b $text-error",
    "cancelled": "$text-warning",
    "retrying": "$text-warning",
}


def headline(
    task: TaskRun, now: float, run: Run | None = None, *, broken_off: bool = False
) -> Content:
    """A task's state, title, who does it, for how long, and why."""
    style = _HEAD_STYLES.get(task.status, "$foreground-muted")
    state = f"{looks.SIGNS[task.status]} {looks.WORDS[task.status]}"
    if broken_off and task.status in LIVE:
        style, state = "$text-warning", " ".join(looks.BROKEN_OFF)
    attempt = task.attempt
    facts = [attempt.model or attempt.backend if attempt else task.task.backend]
    if task.reused is not None:
        facts.append(f"taken over from run {task.reused.run}")
    elif task.made > 1:
        facts.append(f"attempt {task.made}")
    if (seconds := task.seconds(now)) is not None:
        facts.append(show_duration(seconds))
    if cut := cut_off(task):
        facts.append(cut)
    if cached := task.usage.cache_read:
        facts.append(f"{looks.count(cached)} tokens from the cache")
    facts.append(cost_words(run, task) if run is not None else "")
    parts = [
        Content.styled(state, style),
        Content.styled(clean_line(task.task.label), "b"),
        Content.styled(clean_line(" · ".join(fact for fact in facts if fact)), "$foreground-muted"),
    ]
    head = Content("  ").join(parts)
    if task.question is not None and not broken_off:
        asks = f"? it asks: {clean_line(task.question.what, 200)}"
        head = Content("\n").join([head, Content.styled(asks, "b $text-warning")])
    if task.why:
        head = Content("\n").join([head, Content.styled(clean_line(task.why), style)])
    return head


def _with_badge(head: Content, badge: str) -> Content:
    if not badge:
        return head
    return Content(" ").join([Content.styled(f" {badge} ", "b $background on $warning"), head])
