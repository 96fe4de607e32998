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
from orchtui.engine import events as ev
from orchtui.engine import verdict
from orchtui.engine.durations import show_duration
from orchtui.engine.report import LOCAL
from orchtui.engine.run import Run, Status, TaskRun
from orchtui.engine.text import clean_line

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


class Progress:
    """Shows a run while it goes on. A context manager.

    Args:
        run: What to show.
        now: Seconds since 1970, by the session's clock.
        err: Where to.
        table: Whether a live table may be drawn there.
    """

    def __init__(self, run: Run, now: Callable[[], float], err: Output, *, table: bool) -> None:
        self._run = run
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
        if self._run.rehearsal:
            self._say("REHEARSAL: no model is called; the text is made up", fg="yellow")
        if "local" in self._run.schedule.backends:
            self._say(LOCAL.replace("wrote", "writes"), fg="yellow")
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
        if self._live is None and isinstance(event, ev.TaskEvent):
            self._print_line(event)

    def conclude(self, run_folder: Path, out: Path) -> None:
        """The last lines: the verdict, loudly, and where the files are."""
        run = self._run
        count, word = verdict.census(run), verdict.verdict(run)
        line = f"{word}: {count.completed} of {count.total} tasks completed"
        line += f" in {show_duration(verdict.makespan(run))}"
        if (speedup := verdict.speedup(run)) is not None:
            line += f", {speedup:.1f}× as fast as one after the other"
        self._say(line, fg=_VERDICTS[word], bold=True)
        if run.rehearsal:
            self._say("REHEARSAL: no model was called; the text is made up", fg="yellow", bold=True)
        if run.aggregated is not None and run.aggregated.fallback:
            reason = clean_line(run.aggregated.fallback)
            self._say(f"NOT SYNTHESIZED, only collected: {reason}", fg="yellow", bold=True)
        for task in run.tasks.values():
            if task.status != "completed":
                why = clean_line(task.why)
                self._say(f"  {_LOOKS[task.status][0]} {task.id}: {task.status}, {why}")
        self._say(f"Run {run.id} in {run_folder}; newest results in {out}")

    def _say(self, line: str, **style: Any) -> None:
        self._err.write((click.style(line, **style) if self._err.isatty() else line) + "\n")

    def _print_line(self, event: ev.TaskEvent) -> None:
        if isinstance(event, ev.TextDelta | ev.TaskQueued | ev.ToolReturned):
            return
        task = self._run.of(event.task)
        words = ev.kind_of(event).removeprefix("task_").replace("_", " ")
        why = f": {clean_line(task.why)}" if task.why else ""
        seconds = task.seconds(self._run.at)
        took = f" after {show_duration(seconds)}" if seconds and task.ended else ""
        self._say(f"{event.at[11:19]} {event.task} {words}{took}{why}")

    def _table(self) -> Table:
        run = self._run
        now = max(run.at, self._now())
        count = verdict.census(run)
        table = Table(box=None, pad_edge=False, expand=False)
        title = f"{count.completed}/{count.total} completed · {show_duration(now - run.started)}"
        table.add_column("")
        table.add_column(title, max_width=48, no_wrap=True, overflow="ellipsis")
        table.add_column("who", no_wrap=True)
        table.add_column("state", no_wrap=True)
        table.add_column("time", justify="right", no_wrap=True)
        table.add_column("text", justify="right", no_wrap=True)
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
        state: str = task.status
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
