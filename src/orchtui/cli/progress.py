"""Progress on standard error: a live table in a terminal, a line for each change elsewhere.

It reads the Run and never prints to standard output. Text from plans and models
is shown as it is, never as markup.
"""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Any, cast

import click
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from orchtui.cli.output import Output
from orchtui.engine.execution.budget import warning_words
from orchtui.engine.run_events import events as ev
from orchtui.engine.run_folders.artifacts import LOG
from orchtui.engine.run_folders.writing import Writing
from orchtui.engine.runs import outcome_words, rehearsed, verdict
from orchtui.engine.runs.files_told import BROKEN_PROMISE, apply_hint, race_line, refused_words
from orchtui.engine.runs.run import Run, Status, TaskRun
from orchtui.engine.telling.hedge_told import event_words
from orchtui.engine.telling.steering_told import limit, wish
from orchtui.engine.telling.storage_words import headline, sentence
from orchtui.engine.telling.tool_words import call_words
from orchtui.engine.telling.worker_told import for_worker
from orchtui.engine.text import clean_line
from orchtui.engine.texts.durations import show_duration

_LOOKS: dict[Status, tuple[str, str]] = {
    "waiting": ("◌", "dim"),
    "queued": ("○", ""),
    "running": ("▶", "cyan"),
    "retrying": ("↻", "yellow"),
    "completed": ("✓", "green"),
    "failed": ("✗", "bold red"),
    "cancelled": ("■", "magenta"),
    "skipped": ("⊘", "yellow"),
}
_VERDICTS = {"COMPLETED": "green", "PARTIAL": "yellow", "FAILED": "red", "CANCELLED": "magenta"}

_ROWS = 30
"""Tasks that the table shows at once: the live ones first."""
_MOST_RACES = 10
_MOST_MISSING = 50
"""Tasks that are told at the end one by one, of those that did not complete."""


class Progress:
    """Shows a run while it goes on. A context manager.

    Args:
        run: What to show.
        now: Seconds since 1970, by the session's clock.
        err: Where to.
        table: Whether a live table may be drawn there.
        mark: A word at the beginning of every line, where this is no run that goes on.
        writing: What of its files is being written that takes long.
    """

    def __init__(
        self,
        run: Run,
        now: Callable[[], float],
        err: Output,
        *,
        table: bool,
        mark: str = "",
        writing: Callable[[], Writing | None] = lambda: None,
    ) -> None:
        self._run = run
        self._writing = writing
        self._mark = mark
        self._now = now
        self._err = err
        self._live: Live | None = None
        console = Console(file=cast(IO[str], err), highlight=False)
        if table and not console.is_dumb_terminal:
            self._live = Live(
                console=console,
                get_renderable=self._table,
                refresh_per_second=8,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="crop",
            )

    def __enter__(self) -> "Progress":
        if badge := rehearsed.badge(self._run):
            words = rehearsed.words(self._run).replace("was called", "is called")
            self._say(f"{badge}: {words}", fg="yellow")
        if small := outcome_words.small_model(self._run):
            self._say(small.replace("wrote", "writes"), fg="yellow")
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def note(self, event: ev.RunEvent) -> None:
        """Take an event that the run has applied."""
        if isinstance(event, ev.Steered | ev.TaskAdded | ev.LimitChanged):
            self._note_change(event)
        if isinstance(event, ev.BudgetWarning):
            self._tell_budget(event)
        if isinstance(event, ev.StorageEvent):
            self._tell_storage(event)
        if isinstance(event, ev.PartReduced | ev.ReductionBegun):
            self._tell_part(event)
        if not isinstance(event, ev.TaskEvent):
            return
        if self._live is None:
            self._print_line(event)
        elif isinstance(event, ev.RaceDetected) or _was_refused(event):
            # Too weighty for a table that is drawn over.
            self._print_above(self._line(event), "bold red")

    def say_without_table(self, line: str) -> None:
        """Say what a live table would show."""
        if self._live is None:
            self._say(line)

    def _note_change(self, event: ev.Steered | ev.TaskAdded | ev.LimitChanged) -> None:
        if isinstance(event, ev.LimitChanged):
            if not event.lower and event.concurrency is not None:
                return  # it comes step by step
            words = f"{event.backend} {limit(event)}"
        elif isinstance(event, ev.TaskAdded):
            words = f"by hand: added '{event.scheduled.id}'"
        elif changed := wish(event):
            words = f"by hand: {changed}"
        else:
            return
        line = f"{event.at[11:19]} {clean_line(words)}"
        if self._live is None:
            self._say(line)
        elif isinstance(event, ev.LimitChanged) and event.lower:
            self._print_above(line, "yellow")

    def _tell_part(self, event: ev.PartReduced | ev.ReductionBegun) -> None:
        """A part of results that are too long to be read at once."""
        from orchtui.engine.telling.joined_told import part_words, reduction_words

        if isinstance(event, ev.ReductionBegun):
            what, style = reduction_words(event), "dim"
        else:
            what, style = f"synthesis, {part_words(event)}", "yellow" if event.problem else "dim"
        line = f"{event.at[11:19]} {clean_line(what)}"
        if self._live is None:
            self._say(line)
        else:
            self._print_above(line, style)

    def conclude(self, run_folder: Path, out: Path | None) -> None:
        """The last lines: the verdict, loudly, and where the files are.

        Args:
            run_folder: The run's.
            out: The artifacts folder, where this run has just written its newest results.
        """
        run = self._run
        count, word = verdict.census(run), verdict.verdict(run)
        line = f"{word}: {outcome_words.done(count)} in {show_duration(verdict.makespan(run))}"
        if count.reused:
            line += f", {count.reused} of them taken over from run {clean_line(run.parent, 80)}"
        if faster := outcome_words.faster(run):
            line += f", {faster}"
        if cost := verdict.cost_words(run):
            line += f", {cost}"
        self._say(line, fg=_VERDICTS[word], bold=True)
        if badge := rehearsed.badge(run):
            self._say(f"{badge}: {rehearsed.words(run)}", fg="yellow", bold=True)
        if run.aggregated is not None and run.aggregated.fallback:
            reason = clean_line(run.aggregated.fallback)
            self._say(f"NOT SYNTHESIZED, only collected: {reason}", fg="yellow", bold=True)
        if run.races:
            races = f"{len(run.races)} RACE{'' if len(run.races) == 1 else 'S'}"
            self._say(f"{races}: {BROKEN_PROMISE}", fg="red", bold=True)
            for race in run.races[:_MOST_RACES]:
                self._say(f"  ! {race_line(run, race, clean_line)}", fg="red")
            if len(run.races) > _MOST_RACES:
                self._say(f"  ! and {len(run.races) - _MOST_RACES} more, all in {LOG}")
        if refused := refused_words(run.tasks.values()):
            self._say(f"  ⊘ {refused}", fg="yellow")
        absent = verdict.missing(run)
        for task in absent[:_MOST_MISSING]:
            why = clean_line(outcome_words.why_missing(task))
            self._say(f"  {_LOOKS[task.status][0]} {task.id}: {task.status}, {why}")
        self._say_more(absent)
        cut_off = [task for task in run.with_status("completed") if outcome_words.cut_off(task)]
        for task in cut_off[:_MOST_MISSING]:
            words = f"{outcome_words.cut_off(task)}, which the plan accepts"
            self._say(f"  … {task.id}: {words}", fg="yellow")
        self._say_more(cut_off)
        if kept := verdict.kept_files(run):
            files = f"{kept} file{'' if kept == 1 else 's'} written and kept"
            self._say(f"{files}; see and apply: {apply_hint(run.id)}", bold=True)
        newest = f"; newest results in {out}" if out is not None else ""
        self._say(f"Run {run.id} in {run_folder}{newest}")

    def _say_more(self, tasks: list[TaskRun]) -> None:
        if (more := len(tasks) - _MOST_MISSING) > 0:
            self._say(f"  … and {more:,} more, all in {LOG}")

    def _tell_storage(self, event: ev.StorageEvent) -> None:
        line = f"{event.at[11:19]} {headline(event)}: {sentence(event, self._run.id)}"
        color = "yellow" if isinstance(event, ev.StorageRegained) else "red"
        if self._live is None:
            self._say(line, fg=color, bold=True)
        else:
            self._print_above(line, f"bold {color}")

    def _print_above(self, line: str, style: str) -> None:
        """Print above the table."""
        assert self._live is not None
        self._live.console.print(Text(self._marked(line), style=style))

    def _marked(self, line: str) -> str:
        return f"{self._mark} {line}" if self._mark else line

    def _say(self, line: str, **style: Any) -> None:
        line = self._marked(line)
        self._err.write((click.style(line, **style) if self._err.isatty() else line) + "\n")

    def _tell_budget(self, event: ev.BudgetWarning) -> None:
        line = f"{event.at[11:19]} ! {warning_words(event)}"
        if self._live is None:
            self._say(line, fg="yellow", bold=True)
        else:
            self._print_above(line, "bold yellow")

    def _print_line(self, event: ev.TaskEvent) -> None:
        line = self._line(event)
        if isinstance(event, ev.RaceDetected):
            self._say(line, fg="red", bold=True)
        elif line:
            self._say(line)

    def _line(self, event: ev.TaskEvent) -> str:
        """What is told of an event; nothing of those that come by the hundred."""
        words = self._words(event)
        return f"{event.at[11:19]} {event.task} {words}" if words else ""

    def _words(self, event: ev.TaskEvent) -> str:
        match event:
            case ev.TaskStarted() if _goes_on(self._run, event):
                return ""
            case ev.TextDelta() | ev.TaskQueued() | ev.TaskReused() | ev.ToolReturned(ok=True):
                return ""
            case ev.WorkerAwaited():
                return f"waits {for_worker(self._run.of(event.task))}"
            case ev.TaskPlaced():
                return f"on the worker {clean_line(event.worker)}"
            case ev.ToolCalled():
                return f"⚙ {call_words(event.name, event.arguments, 100)}"
            case ev.ToolReturned():
                return f"⚙ ✗ {clean_line(event.text, 200)}"
            case ev.WriteRefused() | ev.AccessRefused():
                what = f"{event.access} refused: {clean_line(event.path)}"
                return f"⊘ {what}: {clean_line(event.why)}"
            case ev.FilesSeen():
                count = len(event.written)
                return f"wrote {count} file{'' if count == 1 else 's'}" if count else ""
            case ev.RaceDetected():
                return f"RACE: {race_line(self._run, event, clean_line)}"
            case ev.PermissionAsked():
                return f"? asks: {clean_line(event.what)}"
            case ev.PermissionAnswered():
                word = "allowed" if event.allowed else "refused"
                return f"? {word}: {clean_line(event.why)}"
            case ev.TaskHedged() | ev.HedgeEnded():
                return event_words(event)
            case ev.TaskRetrying(overtaken=True):
                return clean_line(event.why)
        words = ev.kind_of(event).removeprefix("task_").replace("_", " ")
        why = clean_line(_why(event))
        if isinstance(event, ev.TaskCompleted):
            why = outcome_words.cut_off(self._run.of(event.task))
        return f"{words}{self._took(event)}{f': {why}' if why else ''}"

    def _took(self, event: ev.TaskEvent) -> str:
        """How long the attempt was at work that ended the task."""
        if not isinstance(event, ev.TaskCompleted | ev.TaskFailed | ev.TaskCancelled):
            return ""
        attempts = self._run.of(event.task).attempts
        own = next((one for one in attempts if one.number == event.attempt), None)
        seconds = own.seconds(ev.seconds(event.at)) if own is not None else 0.0
        return f" after {show_duration(seconds)}" if seconds else ""

    def _table(self) -> Table:
        run = self._run
        now = max(run.at, self._now())
        count = verdict.census(run)
        table = Table(box=None, pad_edge=False, expand=False)
        title = f"{count.completed}/{count.total} completed · {show_duration(now - run.started)}"
        if badge := rehearsed.badge(run):
            title = f"{badge} · {title}"
        if self._mark:
            title = f"{self._mark} · {title}"
        table.add_column("")
        table.add_column(title, max_width=48, no_wrap=True, overflow="ellipsis")
        table.add_column("who", no_wrap=True)
        table.add_column("state", no_wrap=True)
        table.add_column("time", justify="right", no_wrap=True)
        table.add_column("text", justify="right", no_wrap=True)
        if (writing := self._writing()) is not None:
            table.add_row("", Text(writing.words, style="bold"))
        tasks = list(run.tasks.values())
        if run.aggregate is not None:
            tasks.append(run.aggregate)
        shown = tasks
        if len(tasks) > _ROWS:
            live = [task for task in tasks if task.status in ("running", "retrying")]
            others = (task for task in tasks if task.status not in ("running", "retrying"))
            shown = [*live, *others][:_ROWS]
        for task in shown:
            table.add_row(*self._row(task, now))
        if len(tasks) > len(shown):
            table.add_row("", Text(f"… and {len(tasks) - len(shown)} more", style="dim"))
        return table

    def _row(self, task: TaskRun, now: float) -> list[Text]:
        glyph, style = _LOOKS[task.status]
        attempt = task.attempt
        state: str = "asks" if task.question is not None else task.status
        if task.awaiting is not None:
            state = f"waits {for_worker(task)}"
        if task.reused is not None:
            state = "taken over"
        if attempt is not None and attempt.number > 1:
            state += f" (attempt {attempt.number})"
        length = attempt.length if attempt else 0
        return [
            Text(glyph, style=style),
            Text(task.task.label),
            Text(task.task.instance, style="dim"),
            Text(state, style=style),
            Text(show_duration(task.seconds(now))),
            Text(f"{length:,}" if length else "", style="dim"),
        ]


def _why(event: ev.TaskEvent) -> str:
    """The event's own words: the Run may have gone on since."""
    match event:
        case ev.TaskFailed():
            return event.message
        case ev.TaskRetrying() | ev.TaskCancelled() | ev.TaskSkipped():
            return event.why
    return ""


def _goes_on(run: Run, event: ev.TaskStarted) -> bool:
    """Whether the attempt began earlier, beside another one, which was told."""
    hedges = run.of(event.task).hedges
    return any(one.completed and one.number == event.attempt for one in hedges)


def _was_refused(event: ev.TaskEvent) -> bool:
    return isinstance(event, ev.PermissionAnswered) and not event.allowed
