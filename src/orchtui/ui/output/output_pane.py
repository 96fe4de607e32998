"""The output: one task's text with its state above it, and tabs for its attempts.

This module never reads a file and never changes a run.
"""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from orchtui.engine.runs.run import ENDED, Attempt, Run, TaskRun
from orchtui.engine.text import clean_line
from orchtui.ui.output.attempt_tabs import AttemptTabs, name
from orchtui.ui.output.live_grid import LiveGrid, live_words
from orchtui.ui.output.output_head import headline, races_above, with_badge
from orchtui.ui.output.output_text import OutputText, Program
from orchtui.ui.output.searched_output import SearchedOutput

_EMPTY = Content.from_markup(
    "[b $accent]No output yet[/]\n\n"
    "[$foreground-muted]The text of the task picked on the timeline\n"
    "is shown here, word by word.[/]\n\n"
    "[b]3[/] [$foreground-muted]the timeline[/]   "
    "[b]← →[/] [$foreground-muted]another task[/]   "
    "[b]y[/] [$foreground-muted]copies[/]"
)


class OutputPane(SearchedOutput):
    """The text, with the task's state above it."""

    class Turned(Message):
        """Something else of the same task is shown."""

    class OpenWanted(Message):
        """The text is to be opened outside the app."""

        def __init__(self, program: Program, task: TaskRun | None, attempt: Attempt | None) -> None:
            super().__init__()
            self.program = program
            self.task = task
            """`None` for the run's result."""
            self.attempt = attempt

    def __init__(self) -> None:
        super().__init__(id="output", classes="pane -empty")
        self.border_title = "4 Output"
        self.grid = LiveGrid()
        self._tabs = AttemptTabs()
        self._head = Static("", id="output-head", markup=False)
        self._shown_task: TaskRun | None = None
        self._place = 0
        """Of the shown attempt among the task's."""
        self._attempt: Attempt | None = None
        """The shown one."""
        self._pinned = False
        """Whether a person chose the attempt, and it stays when others come."""
        self._badge = ""
        self._run: Run | None = None
        self._why_waiting: Callable[[TaskRun], list[str]] = lambda task: []

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._tabs
        yield self.text
        yield self.grid
        yield self.search
        yield Static(_EMPTY, id="output-empty", classes="empty")

    def on_mount(self) -> None:
        self.watch(self.text, "scroll_y", self._tell_keys, init=False)

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
        self._pinned = False
        self._show_attempt(_latest(task))
        self._tell_title()
        if task is not None:
            self.repaint(now)

    def exchange_task(
        self, task: TaskRun, run: Run, why_waiting: Callable[[TaskRun], list[str]]
    ) -> None:
        """Show the same task as it stood at another moment of its run.

        What a person has chosen stays: an attempt, as long as there is one, and the place in it.
        """
        self._shown_task, self._run, self._why_waiting = task, run, why_waiting
        self._pinned = self._pinned and self._place < len(task.attempts)
        place = self._place if self._pinned else _latest(task)
        attempt = task.attempts[place] if place < len(task.attempts) else None
        if place != self._place or (attempt is None) != (self._attempt is None):
            self._show_attempt(place)
        else:
            self._attempt = attempt
            self.text.exchange_attempt(attempt)

    def tell_replay(self, replay: bool) -> None:
        """Say in the title whether this is a replay."""
        self.set_class(replay, "-replay")
        self._tell_title()

    def show_result(self, text: str, title: str, badge: str) -> None:
        """Show the run's result."""
        self._shown_task = None
        self.set_class(False, "-empty")
        head = Content.styled(title, "b")
        self._head.update(with_badge(head, badge))
        self._tabs.tell(None, 0)
        self.text.show_text(text)
        self._tell_title()
        self._tell_keys()

    def repaint(self, now: float, broken_off: bool = False) -> None:
        """Take in what is new, at `now` in seconds since 1970.

        Args:
            broken_off: Whether nobody goes on with a run that has not ended.
        """
        if self.in_grid:
            self.grid.repaint(now)
            self._tell_title()
            return
        task = self._shown_task
        if task is None:
            return
        latest = task.attempts[_latest(task)] if task.attempts else None
        if not self._pinned and self._attempt is not latest:
            self._show_attempt(_latest(task))
        else:
            self.text.take_in()
        words = headline(task, now, self._run, broken_off=broken_off)
        head = with_badge(words, self._badge)
        because = self._why_waiting(task)
        races = races_above(self._run, task) if self._run else []
        lines = [*races, head, *(Content.styled(why, "$foreground-muted") for why in because)]
        lines += self._about_attempt(task)
        self._head.update(Content("\n").join(lines))
        self._tabs.tell(task, self._place)
        self._tell_keys()

    def _about_attempt(self, task: TaskRun) -> list[Content]:
        """Of an attempt that is not the latest: why it ended; and when nothing is kept of it."""
        if len(task.attempts) < 2:
            return []
        attempt = task.attempts[self._place]
        lines = []
        if attempt is not task.attempt and attempt.outcome:
            words = f"{name(attempt)}: {clean_line(attempt.outcome)}"
            lines.append(Content.styled(words, "$text-warning"))
        if attempt.ended is not None and not attempt.length:
            words = f"no text of {name(attempt)} is kept: none had arrived when it ended"
            lines.append(Content.styled(words, "$foreground-muted"))
        return lines

    @on(OutputText.LookChanged)
    def _tell_keys(self) -> None:
        """Say in the border what is not as it usually is, and how to get back."""
        if self.in_grid:
            return
        words = []
        if not self.text.following and self.text.max_scroll_y > self.text.scroll_y:
            words.append("not following · G: follow the end")
        if self.text.renders and self.text.refused:
            words.append(f"as it came: {self.text.refused}")
        elif self.text.renders:
            state = "rendered" if self.text.is_rendered else "rendering …"
            words.append(f"{state} · m: as it came")
        if not self.text.wraps:
            words.append("W: wrap")
        self.border_subtitle = Content(" · ".join(words))

    @property
    def attempt(self) -> Attempt | None:
        """The one that is shown."""
        return self._attempt if self._shown_task is not None else None

    # All live tasks

    @property
    def in_grid(self) -> bool:
        """Whether the live tasks are shown, and not one."""
        return self.has_class("-grid")

    @property
    def first(self) -> Widget:
        """What takes the keys."""
        return self.grid if self.in_grid else self.text

    def show_grid(self, run: Run | None, picked: str | None) -> None:
        """Show the live tasks of a run, with the cursor on one."""
        self.search.close()
        self.add_class("-grid")
        self.grid.show_run(run, picked)
        self.border_subtitle = "enter: large · #: back"
        self._tell_title()

    def hide_grid(self) -> None:
        """Show the one task again."""
        self.remove_class("-grid")
        self._tell_title()
        self._tell_keys()

    def _tell_title(self) -> None:
        words = ["4 Output"]
        if self.has_class("-replay"):
            words.append("REPLAY")
        if self.in_grid:
            words.append(live_words(self.grid.live))
        elif self._shown_task is not None:
            words.append(clean_line(self._shown_task.task.instance))
        elif self.text.text:
            words.append("result")
        self.border_title = Content(" · ".join(words))

    # Attempts

    def _show_attempt(self, place: int) -> None:
        """Show one of the task's attempts."""
        task = self._shown_task
        attempts = task.attempts if task is not None else []
        self._place = place
        self._attempt = attempt = attempts[place] if place < len(attempts) else None
        self.text.show_attempt(
            attempt, follow=attempt is None or attempt.ended is None or not self._pinned
        )
        self._tabs.tell(task, place)

    def _turn_to(self, place: int) -> None:
        task = self._shown_task
        if task is None or len(task.attempts) < 2:
            self.app.notify("There is only one attempt", markup=False)
            return
        place %= len(task.attempts)
        self._pinned = place != _latest(task)
        self._show_attempt(place)
        self.post_message(self.Turned())

    @on(OutputText.OtherAttemptWanted)
    def _other_attempt(self, event: OutputText.OtherAttemptWanted) -> None:
        event.stop()
        self._turn_to(self._place + event.steps)

    @on(AttemptTabs.Clicked)
    def _tab_clicked(self, event: AttemptTabs.Clicked) -> None:
        event.stop()
        self._turn_to(event.place)

    @on(OutputText.OpenWanted)
    def _open(self, event: OutputText.OpenWanted) -> None:
        event.stop()
        task = self._shown_task
        attempt = self._attempt if task is not None else None
        self.post_message(self.OpenWanted(event.program, task, attempt))


def _latest(task: TaskRun | None) -> int:
    """The place of the attempt that is shown where nobody chose one: the latest, and once the
    task has ended the one whose text counts."""
    if task is None or not task.attempts:
        return 0
    if task.status in ENDED and task.kept is not None:
        return next(place for place, one in enumerate(task.attempts) if one is task.kept)
    return len(task.attempts) - 1
